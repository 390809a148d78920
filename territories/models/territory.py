import re

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Case, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce, Substr
from django.utils import timezone

from coopemploi.addresses import address
from coopemploi.fields import (
    AutoSlugField,
    LinesField,
    NormalisedField,
    PartialDateField,
    dates_in_order,
)
from coopemploi.figures import KeyFigure
from coopemploi.search.text import normalise
from coopemploi.sources.models import Sourced

from ..time_zones import HERE, MAINLAND_AREA, OVERSEAS
from .composition import Containment

CEDEX = re.compile(r" cedex\b( \d\d?\b)?")
# That of a post office, which may be of no town, begins as that of its département; overseas,
# as it or only as all of them: « 97744 Saint-Denis Cedex 9 ».
OFFICE_CODE = re.compile(r"\b(?=\d{5}\b)(97[1-6]|98[6-8]|2(?=0)|\d\d)\d+")
COUNTRY = re.compile(r",\s*france\s*$", re.IGNORECASE)
ARTICLES = ("l", "la", "le", "les")
# What stands between a name and an area: « Saint-Denis de La Réunion ».
BETWEEN = re.compile(r"( (a|d|de|des|du|en|l|la|le|les))+$")
LONGEST_AREA = 5  # words: « Provence-Alpes-Côte d'Azur »


class TerritoryQuerySet(models.QuerySet):
    def inside(self, territory):
        """Territories that lie in `territory`, wholly or partly, itself excepted."""
        contained = Containment.objects.filter(container=territory)
        return self.filter(pk__in=contained.values("contained")).exclude(pk=territory.pk)

    def covering(self, territory):
        """Territories in which `territory` lies, wholly or partly, itself excepted."""
        containers = Containment.objects.filter(contained=territory)
        return self.filter(pk__in=containers.values("container")).exclude(pk=territory.pk)

    def named(self):
        """Only what says which each is, and where: what a page shows of those of its records."""
        told = ("kind", "nature", "name", "code", "slug", "latitude", "longitude", "sort_name")
        return self.only(*told)

    def with_place(self):
        """Annotate `place`, the département each lies in wholly: 5 communes are Saint-Léonard."""
        departements = Containment.objects.filter(
            contained=OuterRef("pk"), container__kind=Territory.Kind.DEPARTEMENT, partial=False
        ).exclude(container=OuterRef("pk"))
        return self.annotate(place=Subquery(departements.values("container__name")[:1]))

    def with_area(self):
        """Annotate `area`: whose clock each follows, as `time_zones` knows them."""
        beginning = Substr("code", 1, 3)
        return self.alias(beginning=beginning).annotate(
            area=Case(
                When(code="", then=Value(HERE)),
                When(beginning__in=list(OVERSEAS), then="beginning"),
                default=Value(MAINLAND_AREA),
            )
        )

    def matching(self, text):
        """Territories found by name without accents, alias, code, former code or
        postal code, the nearest name then the most populated first.

        « Le Mans, Sarthe » is the one called so there: a name, then its département or region.
        """
        key, found = normalise(COUNTRY.sub("", text)), Q()
        if CEDEX.search(key):
            key = CEDEX.sub("", key)
            if office := OFFICE_CODE.search(key):
                key = " ".join(OFFICE_CODE.sub("", key).split())
                near = Q(kind=Territory.Kind.COMMUNE, code__startswith=office[1])
                found &= near | Q(lookup__contains=f" {office[0]}")
        if not key:
            return self.none()
        words = key.split()
        for word in words:
            found &= Q(lookup__contains=f" {word}")
        names = [f" {key}"]
        for length in range(1, min(len(words), LONGEST_AREA + 1)):
            name, area = (f" {' '.join(part)}" for part in (words[:-length], words[-length:]))
            called = {name, BETWEEN.sub("", name)} - {""}
            names += called
            there = Containment.objects.filter(
                container__kind__in=Territory.AREAS,
                container__sort_name__in=[area, *(f" {each}{area}" for each in ARTICLES)],
            )
            found |= Q(sort_name__in=called, pk__in=there.values("contained"))
        former = FormerCode.objects.filter(Q(code__iexact=text.strip()) | Q(lookup=f" {key}"))
        found |= Q(pk__in=former.values("territory"))
        return (
            self.filter(found)
            .annotate(
                nearness=Case(
                    When(sort_name__in=names, then=0),
                    When(sort_name__in=[f" {each} {key}" for each in ARTICLES], then=1),
                    When(sort_name__startswith=f" {key} ", then=2),
                    When(sort_name__endswith=f" {key}", then=3),
                    When(sort_name__contains=f" {key} ", then=3),
                    When(sort_name__startswith=f" {key}", then=4),
                    default=5,
                    output_field=models.IntegerField(),
                )
            )
            .order_by("nearness", Coalesce("population", Value(0)).desc(), "sort_name", "pk")
        )

    def never_met(self, at=None):
        """EPCI and départements of the day `at` (today) that the network does not know.

        Neither in them nor in what they contain was there a meeting, anybody present at one,
        a contribution or an initiative.
        """
        places = Q()
        for relation in Territory.ENCOUNTERS:
            known = Territory.objects.filter(**{f"{relation}__isnull": False})
            places |= Q(contained__in=known.order_by().values("pk"))
        met = Containment.objects.filter(places).values("container")
        today = at or timezone.localdate()
        return (
            self.filter(kind__in=[Territory.Kind.EPCI, Territory.Kind.DEPARTEMENT])
            .filter(Q(valid_until_latest=None) | Q(valid_until_latest__gte=today))
            .exclude(pk__in=met)
        )

    def get_by_reference(self, reference):
        """The territory of a "kind:code" reference such as "epci:200071827".

        An old commune code leads to today's commune. Raise DoesNotExist otherwise.
        """
        kind, _, slug = reference.partition(":")
        try:
            return self.get(kind=kind, slug=slug.lower())
        except self.model.DoesNotExist:
            if kind != Territory.Kind.COMMUNE:
                raise
            today = self.filter(former_codes__code=slug.upper()).order_by("pk").first()
            if today is None:
                raise
            return today


class Territory(Sourced):
    """A perimeter, official or of a project; territories compose."""

    class Kind(models.TextChoices):
        REGION = "region", "région"
        DEPARTEMENT = "departement", "département"
        COM = "com", "collectivité d'outre-mer"
        ARRONDISSEMENT = "arrondissement", "arrondissement"
        EPCI = "epci", "EPCI"
        EPT = "ept", "EPT"
        PETR = "petr", "PETR"
        PAYS = "pays", "pays"
        COMMUNE = "commune", "commune"
        QPV = "qpv", "quartier prioritaire (QPV)"
        CONTRAT_DE_VILLE = "contrat-de-ville", "contrat de ville"
        BASSIN_EMPLOI = "bassin-emploi", "bassin d'emploi"
        ZONE_EMPLOI = "zone-emploi", "zone d'emploi"
        OTHER = "perimetre", "autre périmètre"

    class Nature(models.TextChoices):
        CC = "CC", "communauté de communes"
        CA = "CA", "communauté d'agglomération"
        CU = "CU", "communauté urbaine"
        METROPOLE = "METRO", "métropole"
        METROPOLE_LYON = "MET69", "métropole de Lyon"

    # What shows that the network knows a territory: relations of upper apps.
    ENCOUNTERS = (
        "events",
        "hosted_events",
        "attendances",
        "governing_actor__attendances",
        "round_table_entries",
        "governing_actor__round_table_entries",
        "initiatives",
    )

    # The form of an official code, and what to say of another.
    CODE_FORMS = {
        Kind.REGION: (r"\d{2}", "Le code d'une région a deux chiffres."),
        Kind.DEPARTEMENT: (
            r"\d[\dAB]\d?",
            "Le code d'un département a deux ou trois signes : 43, 2A, 974.",
        ),
        Kind.COMMUNE: (
            r"\d[\dAB]\d{3}",
            "Le code Insee d'une commune a cinq signes : 33108, 2A004.",
        ),
        Kind.EPCI: (r"\d{9}", "Le code d'un EPCI est son SIREN, de neuf chiffres."),
        Kind.PETR: (r"\d{9}", "Le code d'un PETR est son SIREN, de neuf chiffres."),
        Kind.QPV: (
            r"Q[NP]\d[\dA-Z]\d{3}[A-Z\d]",
            "Le code d'un QPV s'écrit comme QN08701M.",
        ),
    }
    OTHER_CODE_FORM = (r"[\w-]+", "Un code s'écrit sans espace ni barre.")

    # What one says after a name, to tell where it is.
    AREAS = (Kind.DEPARTEMENT, Kind.REGION, Kind.COM)

    # What its parts do not add up to: a commune is more than its QPV.
    NOT_EXHAUSTED_BY_PARTS = {Kind.COMMUNE, Kind.QPV}

    kind = models.CharField("type", max_length=20, choices=Kind.choices)
    nature = models.CharField(
        "nature", max_length=10, choices=Nature.choices, blank=True, help_text="D'un EPCI."
    )
    name = models.CharField("nom", max_length=200)
    code = models.CharField(
        "code officiel",
        max_length=20,
        blank=True,
        help_text="Code Insee, SIREN ou code QPV (« QN08701M »), s'il existe.",
    )
    slug = AutoSlugField("réf", populate_from="default_slug", within="kind")
    aliases = LinesField(
        "autres noms", help_text="Un par ligne : « Grand Dax », « CdA du Grand Dax »."
    )
    postal_codes = LinesField("codes postaux", help_text="Un par ligne.")
    population = models.PositiveIntegerField("population", null=True, blank=True)
    latitude = models.FloatField(
        "latitude",
        null=True,
        blank=True,
        validators=[MinValueValidator(-90), MaxValueValidator(90)],
    )
    longitude = models.FloatField(
        "longitude",
        null=True,
        blank=True,
        validators=[MinValueValidator(-180), MaxValueValidator(180)],
    )
    valid_from = PartialDateField("existe depuis")
    valid_until = PartialDateField("a existé jusqu'à")
    description = models.TextField("description", blank=True)
    vintage = models.PositiveSmallIntegerField(
        "millésime officiel", null=True, blank=True, editable=False
    )
    sort_name = NormalisedField("clé de tri", populate_from=("name",))
    lookup = NormalisedField(
        "clé de recherche", populate_from=("name", "aliases", "code", "postal_codes")
    )

    objects = TerritoryQuerySet.as_manager()

    class Meta:
        verbose_name = "territoire"
        verbose_name_plural = "territoires"
        ordering = ["sort_name", "kind", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "code"],
                condition=~Q(code=""),
                name="territory_code_unique_per_kind",
                violation_error_message=("Un territoire de ce type porte déjà ce code officiel."),
            ),
            models.UniqueConstraint(
                fields=["kind", "slug"],
                name="territory_slug_unique_per_kind",
                violation_error_message="Un territoire de ce type porte déjà cette référence.",
            ),
            models.CheckConstraint(
                condition=Q(nature="") | Q(kind="epci"),
                name="territory_nature_of_epci",
                violation_error_message="Seul un EPCI a une nature.",
            ),
            dates_in_order(
                "valid_from",
                "valid_until",
                name="territory_validity_in_order",
                message="La fin d'existence précède le début.",
            ),
        ]
        indexes = [
            models.Index(fields=["kind", "sort_name"], name="territory_kind_sort_name"),
            models.Index(fields=["sort_name"], name="territory_sort_name"),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return address("territory_detail", self.kind, self.slug)

    def clean(self):
        pattern, message = self.CODE_FORMS.get(self.kind, self.OTHER_CODE_FORM)
        if self.code and not re.fullmatch(pattern, self.code):
            raise ValidationError({"code": message}, code="code_form")

    @property
    def default_slug(self):
        return self.code or self.name

    @property
    def reference(self):
        return f"{self.kind}:{self.slug}"

    @property
    def kind_label(self):
        """ "communauté d'agglomération" rather than "EPCI" when known."""
        return self.get_nature_display() or self.get_kind_display()

    @property
    def full_label(self):
        """A name that tells homonyms apart in a list of choices."""
        kind = self.kind_label
        return f"{self.name} ({kind} {self.code})" if self.code else f"{self.name} ({kind})"

    def within(self, relation):
        """The records of a reverse relation, such as "initiatives", that lie in here.

        Reaches the models of upper apps without importing them.
        """
        return getattr(self, relation).model._default_manager.in_territory(self)


class FormerCode(models.Model):
    """An old commune code or name that leads to today's commune."""

    class Kind(models.TextChoices):
        FORMER = "ancien-code", "ancien code"
        DELEGATED = "commune-deleguee", "commune déléguée"
        ASSOCIATED = "commune-associee", "commune associée"
        BOROUGH = "arrondissement-municipal", "arrondissement municipal"

    territory = models.ForeignKey(
        Territory,
        verbose_name="commune actuelle",
        on_delete=models.CASCADE,
        related_name="former_codes",
    )
    code = models.CharField("ancien code", max_length=20)
    name = models.CharField("ancien nom", max_length=200, blank=True)
    kind = models.CharField("type", max_length=30, choices=Kind.choices)
    lookup = NormalisedField("clé de recherche", populate_from=("name",), db_index=True)

    class Meta:
        verbose_name = "ancien code"
        verbose_name_plural = "anciens codes"
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(
                fields=["code", "kind"],
                name="former_code_unique_per_kind",
                violation_error_message="Cet ancien code est déjà rattaché à une commune.",
            )
        ]

    def __str__(self):
        return f"{self.code} {self.name}".strip()


class TerritoryFigure(KeyFigure, Sourced):
    territory = models.ForeignKey(
        Territory,
        verbose_name="territoire",
        on_delete=models.CASCADE,
        related_name="figures",
    )

    class Meta(KeyFigure.Meta):
        verbose_name = "chiffre clé"
        verbose_name_plural = "chiffres clés"
