"""Who a signed-in user is in the network, and where they are written to."""

from .models import Person


def addresses_of(user):
    """The addresses that a user proved to be theirs, in lower case."""
    found = user.emailaddress_set.filter(verified=True).values_list("email", flat=True)
    return [address.lower() for address in found]


def person_of(user):
    """The `Person` of a user, None when the network knows nobody of theirs.

    Whoever proved an address is the one person known by it.
    """
    if not user.is_authenticated:
        return None
    person = Person.objects.filter(user=user).first()
    if person is not None:
        return person
    known = Person.objects.none()
    for address in addresses_of(user):
        known |= Person.objects.filter(user=None, email__iexact=address)
    found = list(known[:2])
    if len(found) != 1:
        return None
    found[0].user = user
    found[0].save(update_fields=["user"])
    return found[0]


def address_of(person):
    """Where to write to a person: the address of their account, or the one they left."""
    user = person.user
    if user and user.is_active and user.email.lower() in addresses_of(user):
        return user.email
    return person.email
