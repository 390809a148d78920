"""People and their jobs in spreadsheets, and how a cell names them."""

from collections import defaultdict

from django.core.exceptions import ValidationError

from coopemploi.imports.compounds import Compound
from coopemploi.imports.declarations import Importation
from coopemploi.imports.lookups import Lookup, UnknownNameError
from coopemploi.imports.meanings import telephone
from coopemploi.search.text import normalise

from ..models import Person, Position
from .full_names import said_otherwise, split_name, tells_surname


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
    meanings = {"phone": telephone}
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
        "phone": (
            "tél",
            "tel portable",
            "téléphone portable",
            "portable",
            "mobile",
            "tél mobile",
            "téléphone mobile",
            "n° de téléphone",
            "numéro de téléphone",
            "tel fixe",
            "téléphone fixe",
            "ligne directe",
        ),
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
