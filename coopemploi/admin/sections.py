"""Sections that forms and lists have in common."""

from django.contrib import admin

from ..vocabulary.models import VOCABULARIES

# Only the schemes that a record has: the vocabulary counts forty.
USED_SCHEMES = ("schemes", admin.RelatedOnlyFieldListFilter)


PUBLICATION = (None, {"fields": ["status"]})


CLASSIFICATION = (
    "Classement",
    {
        "fields": [*VOCABULARIES],
        "description": "Pour que l'on retrouve la fiche : rien n'est obligatoire.",
    },
)


ORIGIN = (
    "Source et adresse de la page",
    {
        "classes": ["collapse"],
        "fields": ["source", "slug"],
        "description": (
            "La réf est la fin de l'adresse de la page ; laissée vide, elle est "
            "faite à partir du titre ou du nom."
        ),
    },
)
