"""The demonstration: its content, its identity and, under DEBUG, its accounts."""

from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction

from territories.models import Mandate, Territory

from ..accounts.models import User
from ..derived import registry
from ..formats import documents
from ..history.tracking import paused
from ..identity.models import Identity
from ..vocabulary.loading import load_vocabularies
from .evaluation import load_evaluation

CONTENT = Path(__file__).parent / "content"

IDENTITY = {
    "name": "Coopemploi",
    "is_fictional": True,
    "presentation": (
        "Ce site de démonstration réunit ce que des réseaux de territoires ont dit, fait et "
        "décidé pour l'emploi. Chaque fiche indique le document d'où elle vient."
    ),
    "publisher": "Réseau de démonstration (exemple fictif)",
    "publisher_address": "1 place de l'Exemple, 00000 Exempleville (adresse fictive)",
    "publication_director": "Direction du réseau de démonstration (exemple fictif)",
    "host": "Hébergeur de démonstration (exemple fictif)",
    "host_address": "2 place de l'Exemple, 00000 Exempleville (adresse fictive)",
    "contact_email": "contact@example.org",
    "data_protection_contact": "Référent des données du réseau de démonstration (exemple fictif)",
}


class SignIn(NamedTuple):
    role: str
    email: str
    password: str


SIGN_INS = [
    SignIn("animateur", "animateur@example.org", "demo-animateur-2026"),
    SignIn("participant", "participant@example.org", "demo-participant-2026"),
    SignIn("administrateur", "administrateur@example.org", "demo-administrateur-2026"),
]

# What the animateur may edit; the other territories are read.
PERIMETER = "region:75"


@dataclass(frozen=True)
class Loaded:
    vocabularies: documents.Report
    content: documents.Report
    has_accounts: bool


def load_demo():
    """Load the whole demonstration, or nothing. Raise DocumentError."""
    with transaction.atomic(), registry.rebuilding(), paused():
        vocabularies = load_vocabularies()
        content = documents.load(CONTENT.glob("*.yaml"))
        load_evaluation()
        if not Identity.objects.exists():
            Identity.objects.create(pk=1, **IDENTITY)
        if settings.DEBUG:
            load_accounts()
    return Loaded(vocabularies, content, has_accounts=settings.DEBUG)


def load_accounts():
    """The three demo accounts, each with its printed password."""
    for role, email, password in SIGN_INS:
        user, created = User.objects.update_or_create(
            email=email,
            defaults={
                "is_demo": True,
                "is_active": True,
                "is_staff": role in {"animateur", "administrateur"},
                "is_superuser": role == "administrateur",
            },
        )
        # Hashing is slow, and changing a hash closes the sessions in progress.
        if created or not user.check_password(password):
            user.set_password(password)
            user.save(update_fields=["password"])
        if role == "animateur":
            give_mandate(user)
        EmailAddress.objects.update_or_create(
            user=user, email=email, defaults={"verified": True, "primary": True}
        )


def give_mandate(user):
    """The animateur's, once the referential is there."""
    kind, _, slug = PERIMETER.partition(":")
    if territory := Territory.objects.filter(kind=kind, slug=slug).first():
        Mandate.objects.get_or_create(
            user=user, territory=territory, defaults={"role": Mandate.Role.ANIMATEUR}
        )
