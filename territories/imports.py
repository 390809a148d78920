"""What spreadsheets say of territories, actors and people, and how they name them."""

import re
from collections import defaultdict
from functools import cached_property

from django.core.exceptions import ValidationError

from coopemploi.batches import batches
from coopemploi.imports.compounds import Compound
from coopemploi.imports.declarations import Importation
from coopemploi.imports.lookups import Lookup, UnknownNameError
from coopemploi.search.text import normalise

from .full_names import said_otherwise, split_name, tells_surname
from .models import Actor, Person, Position, Territory
from .party_reconciliation import ActorReconciler
from .reconciliation import Reconciler
from .reconciliation.resolution import IN_CONTEXT, MOST_CANDIDATES, SAME_NAME

_CODE = re.compile(r"\d[\dABab](?:\d{1,3})?")
_BETWEEN_CODES = re.compile(r"[\s,./·–-]+")


class TerritoryLookup(Lookup):
    """« commune:33063 », an official code, or a name written freely, reconciled."""

    def prepare(self, texts):
        slugs = {self.reference_in(text).rpartition(":")[2].lower() for text in texts}
        for batch in batches(slugs):
            for territory in self.queryset.filter(slug__in=batch).order_by("pk"):
                self.keys[territory.reference] = territory.pk
                self.label(territory)

    def reference_of(self, territory):
        return territory.reference

    def key_of(self, reference):
        kind, separator, slug = reference.partition(":")
        if not separator:
            return None
        key = self.keys.get(f"{kind}:{slug.lower()}")
        if key is None:
            try:
                today = Territory.objects.get_by_reference(reference)
            except Territory.DoesNotExist:
                return None
            return self._kept(today)
        return key

    @cached_property
    def reconciler(self):
        """The one of this process, asked once: each time, it would look for changes."""
        return Reconciler.shared()

    def listed(self, text):
        """« 01 02 03 » too: codes of départements or of communes, however they are parted."""
        names = _BETWEEN_CODES.split(text.strip())
        return names if all(map(_CODE.fullmatch, names)) else super().listed(text)

    def find_by_name(self, text):
        resolution = self.reconciler.resolve(text)
        if resolution.match is not None and (key := self._kept(resolution.match)) is not None:
            return key
        if (key := self._homonym_here(resolution)) is not None:
            return key
        choices = [self.text_of(candidate.record) for candidate in resolution.candidates[:4]]
        if not choices:
            raise ValueError(f"« {text} » n'est aucun territoire connu.")
        told = " ; ".join(choices)
        if resolution.is_ambiguous:
            raise ValueError(f"« {text} » peut être : {told}. Écrivez l'un d'eux, avec sa réf.")
        raise ValueError(f"« {text} » n'est pas reconnu (vouliez-vous dire {told} ?).")

    def find_beside(self, text, others):
        """The one of this very name that is in, or around, one of the places `others`."""
        if self.key_of(self.reference_in(text)) is not None or "[" in text:
            return None
        beside = self.reconciler.resolve(text, context=" ; ".join(others))
        reason = f"{SAME_NAME}, {IN_CONTEXT}"
        is_sure = beside.match is not None and beside.candidates[0].reason == reason
        return self._kept(beside.match) if is_sure else None

    def _homonym_here(self, resolution):
        """The only one of this very name in the perimeter of who writes."""
        candidates = resolution.candidates
        if len(candidates) == MOST_CANDIDATES:  # others were left out
            return None
        named = [each.record for each in candidates if each.reason == SAME_NAME]
        here = [territory for territory in named if territory.pk in self.preferred_keys]
        return self._kept(here[0]) if len(here) == 1 else None

    @cached_property
    def preferred_keys(self):
        return set() if self.preferred is None else set(self.preferred.values_list("pk", flat=True))

    def _kept(self, territory):
        self.label(territory)
        return territory.pk


class ActorLookup(Lookup):
    """A réf, a name or another one, a SIREN, or a collectivité however its kind is said."""

    @cached_property
    def reconciler(self):
        return ActorReconciler(self.queryset)

    def find_by_name(self, text):
        try:
            return super().find_by_name(text)
        except UnknownNameError:
            found = self.reconciler.named(text)
            if not found:
                raise
        return self.the_one(text, found)


class PersonLookup(Lookup):
    """A réf, or a full name, whichever of its names comes first."""

    def names_of(self, person):
        return [person.full_name]

    def variant(self, text):
        return set().union(*(self.names.get(name, ()) for name in said_otherwise(text)))

    def said_of(self, person):
        return person.public_name


class PositionLookup(Lookup):
    """« Léa Roux, directrice, PLIE de Lens [lea-roux] »: a job, by its person.

    A person of several jobs is told by the whole text.
    """

    def __init__(self, model, queryset):
        self.model = model
        self.queryset = queryset.select_related("person", "actor")
        self.labels, self.known = {}, {}
        self.by_text, self.by_person = defaultdict(set), defaultdict(set)
        self._is_loaded = False

    is_named_alone = False

    def prepare(self, texts):
        if self._is_loaded:
            return
        self._is_loaded = True
        for position in self.queryset.order_by("pk"):
            self.by_text[self.label(position)].add(position.pk)
            self.by_person[position.person.slug].add(position.pk)
            name = normalise(position.person.full_name)
            self.by_person[name].add(position.pk)
            self.known[name] = self.labels[position.pk]

    def reference_of(self, position):
        return position.person.slug

    def find(self, text):
        reference = self.reference_in(text)
        for found in (
            self.by_text.get(text),
            self.by_person.get(reference),
            self.by_person.get(normalise(text)),
            set().union(*(self.by_person.get(name, ()) for name in said_otherwise(text))),
        ):
            if found and len(found) == 1:
                return next(iter(found))
            if found:
                told = " ; ".join(sorted({self.labels[pk] for pk in found})[:4])
                raise ValueError(f"« {text} » a plusieurs fonctions : écrivez l'une de {told}.")
        if reference != text:
            self.refuse_reference(reference)
        raise UnknownNameError(text, self)

    def unknown(self, text):
        return f"« {text} » n'est personne de connu{self.near(text)}."


LOOKUPS = {
    Territory: TerritoryLookup,
    Actor: ActorLookup,
    Person: PersonLookup,
    Position: PositionLookup,
}


# How tables head the places where somebody acts, or that something is about.
CONCERNED_TERRITORIES = (
    "territoire concerné",
    "territoires concernés",
    "territoire d'intervention",
    "territoires d'intervention",
    "zone d'intervention",
    "zone géographique",
    "localisation",
)
# Of those, the ones that a table has beside each other: the place, and what it is of.
PLACES = (
    "territoire",
    "territoires",
    "territoire concerné",
    "territoires concernés",
    "commune",
    "communes",
    "ville",
    "EPCI",
    "intercommunalité",
)


class TerritoryImport(Importation):
    model = Territory
    name = "territoires"
    title_field = "name"
    codes = (("kind", "code"),)
    numbered = ("code", "postal_codes")
    fields = (
        "kind",
        "name",
        "code",
        "aliases",
        "postal_codes",
        "description",
        "population",
        "latitude",
        "longitude",
        "valid_from",
        "valid_until",
        "source",
    )
    synonyms = {
        "name": ("territoire", "intitulé", "libellé"),
        "kind": ("nature du territoire", "sorte"),
        "code": ("code", "code Insee", "SIREN", "code QPV"),
        "population": ("habitants", "nombre d'habitants"),
        "source": ("document", "document d'origine"),
    }
    example = {"kind": "PETR", "name": "PETR du Pays d'essai", "aliases": "Pays d'essai"}

    # Loaded with the official data, and by nothing else.
    OFFICIAL_KINDS = (
        Territory.Kind.REGION,
        Territory.Kind.DEPARTEMENT,
        Territory.Kind.COM,
        Territory.Kind.ARRONDISSEMENT,
        Territory.Kind.EPCI,
        Territory.Kind.EPT,
        Territory.Kind.COMMUNE,
    )

    def refusal(self, territory):
        if territory.vintage is None and territory.kind not in self.OFFICIAL_KINDS:
            return ""
        return "ce territoire vient du référentiel officiel : un import ne l'écrit pas."

    def reference_of(self, territory):
        return territory.reference

    def find(self, queryset, references):
        slugs = {reference.rpartition(":")[2] for reference in references}
        return super().find(queryset, slugs)

    def known_references(self, queryset):
        """Those that an import may write: official codes have no near misses."""
        rows = queryset.filter(vintage=None).order_by().values_list("kind", "slug")
        return [f"{kind}:{slug}" for kind, slug in rows]


def siren_in(text):
    """The SIREN of a number written by groups, or of the SIRET of an establishment."""
    digits = re.sub(r"[\s.]", "", text)
    return digits[:9] if re.fullmatch(r"\d{9}(\d{5})?", digits) else text


Kind = Actor.Kind
# What the tables of a network call the types of actors, besides their labels. A word of two
# types is refused, and both are proposed.
KIND_WORDS = {
    Kind.EPCI: (
        "établissement public de coopération intercommunale",
        "intercommunalité",
        "interco",
        "communauté de communes",
        "comcom",
        "CC",
        "CdC",
        "communauté d'agglomération",
        "agglomération",
        "agglo",
        "CA",
        "communauté urbaine",
        "CU",
        "communauté",
        "métropole",
        "eurométropole",
        "établissement public territorial",
        "EPT",
    ),
    Kind.PETR: ("pôle d'équilibre territorial et rural", "pôle territorial"),
    Kind.MIXED_SYNDICATE: ("syndicat intercommunal", "parc naturel régional", "PNR"),
    Kind.COMMUNE: ("mairie", "ville", "municipalité", "commune nouvelle"),
    Kind.DEPARTEMENT: ("conseil départemental", "conseil général", "CD"),
    Kind.REGION: ("conseil régional",),
    Kind.STATE_SERVICE: (
        "État",
        "préfecture",
        "sous-préfecture",
        "DDETS",
        "DDETSPP",
        "DEETS",
        "DREETS",
        "DRIEETS",
        "DIRECCTE",
        "DDT",
        "DDTM",
        "rectorat",
        "éducation nationale",
    ),
    Kind.GIP: ("maison départementale des personnes handicapées", "MDPH"),
    Kind.PLIE: (
        "plan local pour l'insertion et l'emploi",
        "plan local pluriannuel pour l'insertion et l'emploi",
    ),
    Kind.EMPLOYMENT_HOUSE: ("maison de l'emploi et de la formation", "MDE", "MDEF"),
    Kind.MISSION_LOCALE: ("mission locale jeunes", "ML", "MLJ"),
    Kind.FRANCE_TRAVAIL: (
        "agence France Travail",
        "FT",
        "Pôle emploi",
        "agence Pôle emploi",
        "PE",
    ),
    Kind.TZCLD: (
        "TZCLD",
        "territoire zéro chômeur",
        "territoire zéro chômeur de longue durée",
        "projet territoire zéro chômeur de longue durée",
    ),
    # As the State's site « Les emplois de l'inclusion » does, the « entreprises adaptées » and
    # the GEIQ among them.
    Kind.SIAE: (
        "structure d'insertion",
        "structure d'insertion par l'activité économique",
        "structure de l'insertion par l'activité économique",
        "insertion par l'activité économique",
        "IAE",
        "atelier et chantier d'insertion",
        "atelier chantier d'insertion",
        "atelier d'insertion",
        "chantier d'insertion",
        "ACI",
        "association intermédiaire",
        "AI",
        "entreprise d'insertion",
        "EI",
        "entreprise de travail temporaire d'insertion",
        "ETTI",
        "entreprise d'insertion par le travail indépendant",
        "EITI",
        "groupement d'employeurs pour l'insertion et la qualification",
        "GEIQ",
        "entreprise adaptée",
        "EA",
        "entreprise adaptée de travail temporaire",
        "EATT",
        "régie de quartier",
        "régie de territoire",
    ),
    Kind.THIRD_PLACE: ("fabrique de territoire", "coworking", "espace de coworking"),
    Kind.ASSOCIATION: (
        "asso",
        "association loi 1901",
        "association loi de 1901",
        "loi 1901",
    ),
    Kind.COOPERATIVE: (
        "société coopérative",
        "société coopérative d'intérêt collectif",
        "SCIC",
        "SCOP",
        "coopérative d'activité et d'emploi",
        "CAE",
    ),
    Kind.BUSINESS_CLUB: (
        "club des entreprises",
        "réseau d'entreprises",
        "groupement d'entreprises",
        "association d'entreprises",
    ),
    Kind.COMPANY: (
        "société",
        "entreprise privée",
        "entreprise individuelle",
        "EI",
        "petite entreprise",
        "PE",
        "exploitation agricole",
        "EA",
        "TPE",
        "PME",
        "SARL",
        "SAS",
    ),
    Kind.TRAINING: (
        "OF",
        "centre de formation",
        "centre de formation d'apprentis",
        "CFA",
        "GRETA",
        "AFPA",
    ),
    Kind.CHAMBER: (
        "chambre de commerce",
        "chambre de commerce et d'industrie",
        "CCI",
        "chambre de métiers",
        "chambre de métiers et de l'artisanat",
        "chambre des métiers et de l'artisanat",
        "CMA",
        "chambre d'agriculture",
        "CA",
    ),
    Kind.FOUNDATION: ("fondation d'entreprise", "fonds de dotation"),
    Kind.UNIVERSITY: (
        "IUT",
        "enseignement supérieur",
        "établissement d'enseignement supérieur",
    ),
    Kind.NETWORK_HEAD: ("fédération", "réseau national", "réseau régional"),
    Kind.PUBLIC_AGENCY: (
        "établissement public",
        "Caisse des dépôts",
        "CdC",
        "caisse d'allocations familiales",
        "CAF",
        "CPAM",
        "MSA",
        "agence régionale de santé",
        "ARS",
        "centre communal d'action sociale",
        "CCAS",
        "centre intercommunal d'action sociale",
        "CIAS",
    ),
    # Run by associations for most: the service is what people name.
    Kind.SERVICE: ("service local", "dispositif", "dispositif local", "Cap emploi"),
    # Of the medico-social sector: neither a SIAE nor a company.
    Kind.OTHER: (
        "ESAT",
        "établissement et service d'aide par le travail",
        "établissement ou service d'aide par le travail",
    ),
}


class ActorImport(Importation):
    model = Actor
    name = "acteurs"
    title_field = "name"
    codes = (("siren",),)
    fields = (
        "kind",
        "name",
        "aliases",
        "siren",
        "description",
        "website",
        "parents",
        "governs",
        "territories",
        "schemes",
        "source",
        "status",
    )
    synonyms = {
        "name": (
            "acteur",
            "nom de l'acteur",
            "structure",
            "nom de la structure",
            "organisme",
            "nom de l'organisme",
            "organisation",
            "partenaire",
            "dénomination",
            "raison sociale",
        ),
        "kind": (
            "type d'acteur",
            "type de structure",
            "type d'organisme",
            "nature",
            "nature de la structure",
            "catégorie",
        ),
        "aliases": ("sigle", "sigles", "acronyme", "autre nom"),
        "siren": ("numéro SIREN", "n° SIREN", "SIRET", "numéro SIRET", "n° SIRET"),
        "description": ("descriptif", "présentation", "activité", "activités", "missions"),
        "website": ("site internet", "site", "adresse web", "url", "lien"),
        "territories": (
            "territoire",
            "territoires",
            *CONCERNED_TERRITORIES,
            "périmètre",
            "implantation",
            "lieu",
            "commune",
            "communes",
            "ville",
            "intercommunalité",
        ),
        "schemes": ("dispositif",),
        "source": ("document", "document d'origine"),
        "parents": (
            "rattachement",
            "rattaché à",
            "structure de rattachement",
            "structure porteuse",
            "porteur",
            "porté par",
        ),
        "status": ("statut", "publication"),
    }
    gathered = {"territories": PLACES}
    words = {"kind": KIND_WORDS}
    meanings = {"siren": siren_in}
    example = {
        "kind": "association",
        "name": "Les Jardins d'essai",
        "aliases": "JDE",
        "territories": "commune:43157",
        "status": "brouillon",
    }


class FullNameColumn(Compound):
    """« Nom et prénom », « Prénom NOM »: the header says which comes first."""

    name = "full_name"
    label = "nom et prénom"
    synonyms = (
        "nom prénom",
        "nom et prénoms",
        "noms et prénoms",
        "prénom et nom",
        "prénom nom",
        "prénoms et noms",
        "nom complet",
        "identité",
        "participant",
        "intervenant",
        "personne",
    )
    parts = ("last_name", "first_name")

    def split(self, text, header):
        words = [word.rstrip("s") for word in normalise(header).split()]
        has_order = {"nom", "prenom"} <= set(words)
        surname_first = words.index("nom") < words.index("prenom") if has_order else None
        name = split_name(text, surname_first)
        return {"last_name": name.last, "first_name": name.first}, f"« {text} » : {name.told}"

    def is_said(self, header, texts):
        told = sum(map(tells_surname, texts))
        return "prenom" in normalise(header).split() or told * 2 > len(texts)


class PersonImport(Importation):
    """A person and their job; several jobs are shown, and changed on the person's page."""

    model = Person
    name = "personnes"
    compounds = (FullNameColumn(),)
    title_field = "last_name"
    prefetched = ("positions__actor__parents", "positions__actor__children")
    private = ("email", "email_is_public", "phone", "phone_is_public")
    fields = (
        "last_name",
        "first_name",
        "known_as",
        "positions__title",
        "positions__actor",
        "positions__since",
        *private,
        "attribution_withdrawn",
        "source",
    )
    synonyms = {
        "last_name": ("nom de famille",),
        "positions__title": ("fonction", "poste", "intitulé du poste", "mandat", "qualité"),
        "positions__actor": (
            "structure",
            "nom de la structure",
            "organisme",
            "organisation",
            "collectivité",
            "employeur",
        ),
        "positions__since": (
            "depuis le",
            "en poste depuis",
            "prise de fonction",
            "prise de poste",
            "date de prise de fonction",
            "date de prise de poste",
        ),
        "email": ("e-mail", "mail", "courriel", "adresse mail"),
        "email_is_public": ("e-mail public", "adresse publique"),
        "phone": ("tél", "n° de téléphone", "numéro de téléphone", "portable", "mobile"),
        "phone_is_public": ("téléphone public",),
        "attribution_withdrawn": ("retrait du nom",),
    }
    example = {
        "last_name": "Durand",
        "first_name": "Camille",
        "positions__title": "chargée de mission",
        "positions__since": "mars 2024",
        "email": "camille.durand@example.org",
        "email_is_public": "non",
    }

    def name_in(self, texts):
        first, last, known_as = (
            texts.get(name, "") for name in ("first_name", "last_name", "known_as")
        )
        return Person(first_name=first, last_name=last, known_as=known_as).full_name

    def names(self, queryset):
        people = queryset.order_by("pk").only("first_name", "last_name", "known_as")
        return ((person.pk, person.full_name) for person in people)

    def place_in(self, changes):
        return changes["positions__actor"][1] if "positions__actor" in changes else ""

    def places_of(self, person):
        """A service and what it belongs to are one organisation to who writes."""
        actors = [position.actor for position in person.positions.all() if position.actor]
        related = (other for actor in actors for other in (actor.parents, actor.children))
        return {actor.pk for actor in actors} | {one.pk for some in related for one in some.all()}

    def refusal(self, person):
        """What the rules of a job say of the one that a row writes."""
        position = person.__dict__.get("_held", {}).get("positions")
        if position is None:
            return ""
        says_something = position.title or position.actor_id
        if position.pk and not says_something:
            return "une fonction ne se retire pas par un tableau, mais dans la page de la personne."
        # Each rule is a query, and these alone can break one.
        rules = Position._meta.constraints if position.until or not says_something else ()
        for rule in rules:
            try:
                rule.validate(Position, position)
            except ValidationError as error:
                return " ".join(error.messages)
        return ""

    def obstacle(self, person, changes):
        positions = person.positions.all()
        if len(positions) > 1:
            return "une autre fonction lui a été donnée depuis."
        for position in positions:
            for name in ("title", "actor", "since", "until", "is_elected", "source"):
                if f"positions__{name}" not in changes and getattr(position, name):
                    return "sa fonction a été modifiée depuis."
            if any(
                relation.related_model._default_manager.filter(
                    **{relation.field.name: position}
                ).exists()
                for relation in Position._meta.related_objects
            ):
                return "d'autres fiches renvoient à sa fonction."
        return ""
