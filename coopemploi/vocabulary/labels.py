"""The labels of vocabulary terms, as lists filter by them."""

from django.db.models import CharField, Value

from ..search.text import normalise
from .models import Audience, Obstacle, Scheme, Sector, Theme

VOCABULARIES = {
    "theme": Theme,
    "dispositif": Scheme,
    "filiere": Sector,
    "public": Audience,
    "frein": Obstacle,
}


def terms(facet):
    """A function that gives a catalogue the {slug: label} of a vocabulary."""
    return lambda catalogue: catalogue.labels("vocabularies", all_terms)[facet]


def all_terms():
    """{facet: {slug: label}} of all vocabularies, in alphabetical order; one query."""
    first, *others = (
        model.objects.order_by().values_list(
            Value(facet, CharField()),
            "slug",
            "name",
            "acronym" if model is Scheme else Value("", CharField()),
        )
        for facet, model in VOCABULARIES.items()
    )
    labels = {facet: {} for facet in VOCABULARIES}
    rows = [(facet, slug, acronym or name) for facet, slug, name, acronym in first.union(*others)]
    for facet, slug, label in sorted(rows, key=lambda row: normalise(row[2])):
        labels[facet][slug] = label
    return labels
