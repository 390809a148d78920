"""What each app says of the models whose duplicates can be found and merged."""

from dataclasses import dataclass, field

from ..derived import registry
from ..fields import AutoSlugField, LinesField
from .duplicates import DuplicateTable

declarations = {}


@dataclass
class Profile:
    """What makes a record recognisable.

    `proofs`, and `hints` that others may share, map a reason to a value: {"même SIREN":
    "200071827"}. `surroundings` maps one to a set: {"même territoire": {12, 31}}.
    """

    pk: int
    name: str
    other_names: list = field(default_factory=list)
    proofs: dict = field(default_factory=dict)
    hints: dict = field(default_factory=dict)
    surroundings: dict = field(default_factory=dict)
    is_vague: bool = False  # named as many others are: « un chargé d'insertion »


class Mergeable:
    """A model whose duplicates can be found and merged."""

    model = None
    name_field = "name"
    said_of_names = "nom"  # « même nom », « titres proches »
    page = ""  # the name of its public address, by slug
    filters = ()  # the names under which addresses of lists hold its slug: "theme"
    # What a merge must not loosen: the value that wins when either record has it.
    restrictive = {}
    # Whether a common surrounding is needed for names that are only near.
    is_often_homonymous = False
    # Other models that profiles read, and what in their rows is the key of the record:
    # {"territories.Position": "person_id"}; "pk" for the table of a relation.
    watched = {}

    def profiles(self, records):
        """A `Profile` for each of `records`, in a fixed number of queries."""
        names = records.order_by("pk").values_list("pk", self.name_field)
        return [Profile(pk, name) for pk, name in names]

    @classmethod
    def register(cls):
        declaration = declarations[cls.model] = cls()
        declaration.duplicates = DuplicateTable(declaration)
        registry.register(declaration.duplicates)

    @property
    def slug_field(self):
        return next(
            (each.name for each in self.model._meta.fields if isinstance(each, AutoSlugField)), ""
        )

    @property
    def aliases_field(self):
        """Where the names of absorbed records are kept, if anywhere."""
        return next(
            (
                each.name
                for each in self.model._meta.fields
                if isinstance(each, LinesField) and each.name == "aliases"
            ),
            "",
        )


def surroundings_of(rows):
    """{pk: {other, …}} of (pk, other) pairs."""
    found = {}
    for pk, other in rows:
        if other is not None:
            found.setdefault(pk, set()).add(other)
    return found
