"""All that is known of the names of the territories, read from the tables that tell them."""

from django.db.models import Count, Max, Sum
from django.db.models.functions import Length

from coopemploi.vocabulary.models import GlossaryTerm

from ..models import Actor, Containment, FormerCode, Territory
from .abbreviations import RegionAbbreviations
from .codes import Codes
from .geography import Geography
from .names import Names


class Gazetteer:
    """The territories, their names and codes at a moment, held in memory."""

    def __init__(self, today):
        self.geography = Geography(today)
        self.names = Names()
        self.codes = Codes()
        self.abbreviations = RegionAbbreviations()
        for territory in self.geography:
            self.names.learn(territory)
            self.codes.learn(territory)
        self._learn_former_codes()
        self._learn_governing_actors()
        self._learn_abbreviations()
        self.names.complete()

    def _learn_former_codes(self):
        for former in FormerCode.objects.select_related(None).order_by("pk").iterator():
            self.names.learn_former(former)
            self.codes.learn_former(former)

    def _learn_governing_actors(self):
        """A collectivité's own sheet brings its other names: « VGA », and its SIREN."""
        actors = Actor.objects.published().exclude(governs=None).order_by("pk")
        for actor in actors.only("name", "aliases", "siren", "governs"):
            territory = self.geography[actor.governs_id]
            for name in (actor.name, *actor.aliases):
                self.names.learn_name(territory, name)
            self.codes.learn_siren(actor)

    def _learn_abbreviations(self):
        for code, pk in self.codes.regions():
            self.abbreviations.learn(self.geography[pk], code)
        for term in GlossaryTerm.objects.order_by("pk").only("term", "expansions", "aliases"):
            self.abbreviations.learn_term(term)


def stamp():
    """What changes when a name of the gazetteer does; one cheap query a table."""
    names = {"count": Count("pk"), "last": Max("pk"), "letters": Sum(Length("lookup"))}
    counts = {"count": Count("pk"), "last": Max("pk")}
    return tuple(
        tuple(aggregates.items())
        for aggregates in (
            Territory.objects.aggregate(**names, ended=Count("valid_until_latest")),
            FormerCode.objects.aggregate(**names),
            Containment.objects.aggregate(last=Max("pk")),
            Actor.objects.published().aggregate(**names, governing=Count("governs")),
            GlossaryTerm.objects.aggregate(**counts),
        )
    )
