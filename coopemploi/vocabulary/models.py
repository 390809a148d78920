import re

from django.db import models

from ..addresses import address
from ..fields import AutoSlugField, LinesField


class Term(models.Model):
    """An entry of a controlled vocabulary."""

    name = models.CharField("nom", max_length=150, unique=True)
    slug = AutoSlugField("réf", populate_from="name")
    description = models.TextField("description", blank=True)

    class Meta:
        abstract = True
        ordering = ["name"]

    def __str__(self):
        return self.name


class InclusionTerm(Term):
    """A term aligned on data·inclusion's vocabulary where it fits."""

    inclusion_code = models.CharField(
        "code data·inclusion",
        max_length=120,
        blank=True,
        help_text="Par exemple « mobilite » ou « famille--garde-denfants ».",
    )

    class Meta(Term.Meta):
        abstract = True


class Scheme(Term):
    """A public policy scheme: GPECT, PLIE, TZCLD, cité de l'emploi…"""

    acronym = models.CharField("sigle", max_length=30, blank=True)

    class Meta(Term.Meta):
        verbose_name = "dispositif"
        verbose_name_plural = "dispositifs"

    def __str__(self):
        return self.acronym or self.name


class Theme(InclusionTerm):
    class Meta(InclusionTerm.Meta):
        verbose_name = "thématique"
        verbose_name_plural = "thématiques"


class Sector(Term):
    class Meta(Term.Meta):
        verbose_name = "filière"
        verbose_name_plural = "filières"


class Audience(InclusionTerm):
    class Meta(InclusionTerm.Meta):
        verbose_name = "public"
        verbose_name_plural = "publics"


class Obstacle(InclusionTerm):
    class Meta(InclusionTerm.Meta):
        verbose_name = "frein"
        verbose_name_plural = "freins"


class GlossaryTerm(models.Model):
    """An acronym or a word of the field, explained in plain language."""

    term = models.CharField("terme", max_length=100, unique=True)
    slug = AutoSlugField("réf", populate_from="term")
    expansions = LinesField(
        "développés", help_text="Un par ligne, le principal d'abord : « mission locale »."
    )
    aliases = LinesField(
        "autres formes", help_text="Une par ligne : variantes et fautes courantes."
    )
    definition = models.TextField("définition")
    scheme = models.ForeignKey(
        Scheme,
        verbose_name="dispositif",
        on_delete=models.SET_NULL,  # the word keeps its meaning without the scheme
        null=True,
        blank=True,
        related_name="glossary_terms",
        help_text="Le dispositif que ce terme désigne, s'il y en a un.",
    )

    class Meta:
        verbose_name = "terme"
        verbose_name_plural = "termes"
        ordering = ["term"]

    def __str__(self):
        return self.term

    def get_absolute_url(self):
        return address("glossary_term", self.slug)

    @property
    def forms(self):
        """Everything that people write for it."""
        return [self.term, *self.expansions, *self.aliases]

    @property
    def first_sentence(self):
        """Of the definition: enough to know what it is."""
        return re.split(r"(?<=[.!?])\s+(?=[A-ZÀ-Ü])", self.definition, maxsplit=1)[0]


# The relations of a `Classified` record, in the order of its page.
VOCABULARIES = ("schemes", "themes", "sectors", "audiences", "obstacles")


class Classified(models.Model):
    """A record described by the five vocabularies."""

    schemes = models.ManyToManyField(Scheme, verbose_name="dispositifs", blank=True)
    themes = models.ManyToManyField(Theme, verbose_name="thématiques", blank=True)
    sectors = models.ManyToManyField(Sector, verbose_name="filières", blank=True)
    audiences = models.ManyToManyField(Audience, verbose_name="publics", blank=True)
    obstacles = models.ManyToManyField(Obstacle, verbose_name="freins", blank=True)

    class Meta:
        abstract = True
