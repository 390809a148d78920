"""A new site: its identity, its first administrator, and who animates which territory."""

from contextlib import contextmanager
from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.files import File
from django.core.validators import validate_email
from django.db import transaction

from territories.models import Mandate, Territory

from ..accounts.models import User
from ..identity.logos import drawn_anew
from ..identity.models import Identity


@dataclass(frozen=True)
class Made:
    identity: Identity
    administrator: User
    mandates: list


@transaction.atomic
def set_up(
    *, name, contact_email, administrator, password, tagline="", accent="", logo=None, perimeters=()
):
    """Create what a new site needs, or nothing.

    `logo` is an opened picture; `perimeters` are (address, reference of a territory) pairs:
    « ada@example.org », « region:75 ».
    Raise ValidationError, by argument, or Territory.DoesNotExist. What is there already is kept.
    """
    with about("administrator"):
        validate_email(administrator)
    identity = Identity.current()
    identity.name, identity.contact_email = name, contact_email
    if tagline:
        identity.tagline = tagline
    if accent:
        identity.accent = accent.lower()
    if logo:
        with about("logo"):
            identity.logo = drawn_anew(File(logo))
    identity.full_clean()
    identity.save()
    user = account(administrator)
    user.is_staff = user.is_superuser = True
    if password:
        with about("password"):
            validate_password(password, user)
        user.set_password(password)
    user.save()
    # Who holds the server answers for this address: no mail has to leave yet.
    EmailAddress.objects.update_or_create(
        user=user, email=user.email, defaults={"verified": True, "primary": True}
    )
    mandates = [give(address, reference) for address, reference in perimeters]
    return Made(identity, user, mandates)


@contextmanager
def about(argument):
    """Say which argument an error is about."""
    try:
        yield
    except ValidationError as error:
        raise ValidationError({argument: error.error_list}) from error


def account(address):
    found = User.objects.filter(email__iexact=address).first()
    return found or User.objects.create_user(address)


def give(address, reference):
    """A mandate of animation; its holder then asks for a password by mail."""
    with about("perimeters"):
        validate_email(address)
    user = account(address)
    if not user.is_staff:
        user.is_staff = True
        user.save(update_fields=["is_staff"])
    territory = Territory.objects.get_by_reference(reference)
    mandate, _ = Mandate.objects.get_or_create(
        user=user, territory=territory, role=Mandate.Role.ANIMATEUR
    )
    return mandate
