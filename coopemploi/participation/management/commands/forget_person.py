from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.db.models import Q

from coopemploi.accounts.models import User
from coopemploi.participation.erasure import forget_addresses, forget_person
from coopemploi.participation.services import delete_account
from territories.models import Person
from territories.participants import person_of


class Command(BaseCommand):
    help = (
        "Efface une personne partout : compte, fiche, versions, corbeille, imports, textes, "
        "courriels. Ce qu'elle a apporté reste, sans son nom."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "person",
            metavar="RÉF",
            help="Sa réf ; ou son adresse e-mail, même si elle n'a ni fiche ni compte.",
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="Dire ce qui serait effacé, sans rien écrire."
        )

    def handle(self, *, person, dry_run, **options):
        with transaction.atomic():
            for erased in self._erase(person):
                for line in erased.lines():
                    self.stdout.write(line)
            transaction.set_rollback(dry_run)
        if dry_run:
            self.stdout.write("Essai seulement : rien n'a été effacé.")

    def _erase(self, asked):
        person, user = whose(asked)
        if person is not None:
            self.stdout.write(f"Fiche : {person} ({person.slug}).")
        if user is not None:
            if user.is_staff:
                raise CommandError("Son compte est de l'équipe : retirez-lui d'abord ses droits.")
            linked = person_of(user)
            self.stdout.write(f"Compte : {user.email}.")
            yield delete_account(user)
            if person == linked:
                return
        if person is not None:
            yield forget_person(person)
        elif user is None:
            self.stdout.write("Ni fiche ni compte : ce qui a été envoyé de cette adresse.")
            yield forget_addresses([asked.lower()])


def whose(asked):
    """The (person, account) of a reference or of an address, either of which may be None.

    Raise CommandError when one of them may be somebody else's.
    """
    is_address = "@" in asked
    people = Person.objects.filter(**{"email__iexact" if is_address else "slug": asked})
    found = list(people.select_related("user"))
    if len(found) > 1 or not (found or is_address):
        raise CommandError(f"{len(found)} personnes répondent à « {asked} ».")
    person = found[0] if found else None
    if person is not None and person.user is not None:
        return person, person.user
    # An account knows whose it is once it was signed in to; before, by its address alone.
    user = account_at(asked if is_address else person.email)
    if person is not None and user is not None and not is_sole(person, user):
        raise CommandError(
            f"Le compte {user.email} est peut-être à quelqu'un d'autre que {person} : si c'est le "
            "cas, retirez d'abord cette adresse de la fiche."
        )
    return person, user


def account_at(address):
    if not address:
        return None
    proved = Q(emailaddress__email__iexact=address, emailaddress__verified=True)
    users = User.objects.filter(Q(email__iexact=address) | proved)
    return users.order_by("pk").distinct().first()


def is_sole(person, user):
    """Whether nobody else may be whose account it is: an address may be that of a whole office."""
    others = Person.objects.exclude(pk=person.pk)
    shared = others.filter(Q(user=user) | Q(email__iexact=person.email))
    return not shared.exists() and person_of(user) in (None, person)
