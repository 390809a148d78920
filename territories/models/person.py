from django.conf import settings
from django.db import models
from django.db.models import Q

from coopemploi.fields import AutoSlugField, NormalisedField, PartialDateField, dates_in_order
from coopemploi.search.text import normalise
from coopemploi.sources.models import Sourced


class PersonQuerySet(models.QuerySet):
    def reachable(self):
        """Those whom the site can write to: see `participants.address_of`."""
        has_account = Q(user__is_active=True, user__emailaddress__verified=True)
        return self.filter(has_account | ~Q(email=""))

    def matching(self, text):
        people = self
        for word in normalise(text).split():
            people = people.filter(lookup__contains=f" {word}")
        return people


class Person(Sourced):
    """Somebody of the network; may be known by surname or by function alone.

    No public page: a name appears where the person spoke or acted.
    """

    WITHDRAWN_NAME = "une personne du réseau"

    first_name = models.CharField("prénom", max_length=100, blank=True)
    last_name = models.CharField("nom", max_length=100, blank=True)
    known_as = models.CharField(
        "connue par sa fonction",
        max_length=150,
        blank=True,
        help_text="Quand le nom est inconnu : « un chargé d'insertion ».",
    )
    slug = AutoSlugField("réf", populate_from="full_name")
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        verbose_name="compte",
        on_delete=models.SET_NULL,  # what the person said outlives the account
        null=True,
        blank=True,
        related_name="person",
    )
    email = models.EmailField("adresse e-mail", blank=True)
    email_is_public = models.BooleanField("accepte que son adresse soit publique", default=False)
    phone = models.CharField("téléphone", max_length=30, blank=True)
    phone_is_public = models.BooleanField("accepte que son téléphone soit public", default=False)
    attribution_withdrawn = models.BooleanField(
        "a demandé le retrait de son nom",
        default=False,
        help_text="Ses propos restent, sans son nom.",
    )
    sort_name = NormalisedField("clé de tri", populate_from=("last_name", "first_name", "known_as"))
    lookup = NormalisedField(
        "clé de recherche", populate_from=("first_name", "last_name", "known_as")
    )

    objects = PersonQuerySet.as_manager()

    class Meta:
        verbose_name = "personne"
        verbose_name_plural = "personnes"
        ordering = ["sort_name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(first_name="", last_name="", known_as=""),
                name="person_has_a_name",
                violation_error_message="Indiquez un nom, ou la fonction à défaut.",
            )
        ]

    def __str__(self):
        return self.full_name

    @property
    def full_name(self):
        return f"{self.first_name} {self.last_name}".strip() or self.known_as

    @property
    def public_name(self):
        return self.WITHDRAWN_NAME if self.attribution_withdrawn else self.full_name

    @property
    def public_email(self):
        return self.email if self.email_is_public else ""

    @property
    def public_phone(self):
        return self.phone if self.phone_is_public else ""


class Position(Sourced):
    """A job or an elected office that a person holds or held."""

    person = models.ForeignKey(
        Person, verbose_name="personne", on_delete=models.CASCADE, related_name="positions"
    )
    actor = models.ForeignKey(
        "territories.Actor",
        verbose_name="acteur",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="positions",
    )
    title = models.CharField(
        "fonction ou mandat",
        max_length=200,
        blank=True,
        help_text="« chargée de mission PLIE », « maire »…",
    )
    is_elected = models.BooleanField("mandat électif", default=False)
    since = PartialDateField("depuis")
    until = PartialDateField("jusqu'à")

    class Meta:
        verbose_name = "fonction"
        verbose_name_plural = "fonctions"
        ordering = ["person", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(actor=None, title=""),
                name="position_says_something",
                violation_error_message="Indiquez une fonction ou un acteur.",
            ),
            dates_in_order("since", "until", name="position_dates_in_order"),
        ]

    def __str__(self):
        return ", ".join(str(part) for part in (self.person, self.title, self.actor) if part)
