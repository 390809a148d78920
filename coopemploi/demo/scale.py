"""Synthetic initiatives by the thousand, to measure lists and searches.

Their words follow Zipf's law, as those of real texts do: a few in most records, most in a
few. The same count always gives the same records. Their source says « exemple fictif ».
"""

import datetime
import random
from bisect import bisect
from itertools import accumulate
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from initiatives.models import Initiative, Involvement, Step
from territories.models import Actor, Territory

from ..batches import batches
from ..dates import PartialDate
from ..derived import registry
from ..sources.models import Source
from ..vocabulary.models import Audience, Obstacle, Scheme, Sector, Theme

SOURCE = "Fiches synthétiques, pour mesurer (exemple fictif)"
SLUG = "exemple-fictif-"
BATCH = 1000
BODY_WORDS = (40, 160)
RARE_WORDS = 6000  # those of places' names, after the words below

ACTIONS = (
    "Accompagner",
    "Créer",
    "Développer",
    "Essaimer",
    "Expérimenter",
    "Faire connaître",
    "Financer",
    "Mutualiser",
    "Organiser",
    "Ouvrir",
    "Préparer",
    "Relancer",
    "Soutenir",
    "Structurer",
)
OBJECTS = (
    "un atelier de réparation de vélos",
    "un forum des métiers",
    "un garage solidaire",
    "un groupement d'employeurs",
    "un jardin d'insertion",
    "un lieu d'accueil des jeunes",
    "un parcours de formation aux métiers du soin",
    "un pôle de mobilité rurale",
    "un réseau de parrainage",
    "un service d'autopartage",
    "un tiers-lieu nourricier",
    "une bourse aux stages",
    "une boutique de réemploi",
    "une conciergerie de quartier",
    "une cuisine partagée",
    "une école de production",
    "une entreprise à but d'emploi",
    "une filière du bois local",
    "une garderie à horaires élargis",
    "une mission d'aller-vers",
    "une plateforme de recrutement saisonnier",
    "une ressourcerie",
    "des chantiers de rénovation",
    "des clauses d'insertion dans les marchés",
    "des immersions en entreprise",
    "des visites d'usines",
    "l'accès au logement des saisonniers",
    "l'égalité professionnelle dans l'industrie",
    "la gestion prévisionnelle des emplois",
    "la reprise d'entreprises artisanales",
)
# The most frequent first.
WORDS = Path(__file__).with_name("scale_words.txt").read_text(encoding="utf-8").split()
NOTES = ("worked", "did_not_work", "how_overcome", "how_to_redo")


def synthetic():
    return Initiative.objects.filter(source__title=SOURCE)


def seed(count, *, with_index=True, progress=lambda done: None):
    """Add initiatives until there are `count` synthetic ones; return how many were added.

    `progress` is called with the number just written. Without index, neither search nor
    lists know them until `rebuild_search`.
    """
    with transaction.atomic(), registry.rebuilding():
        source, _ = Source.objects.get_or_create(title=SOURCE, defaults={"is_fictional": True})
        start = Initiative.objects.filter(source=source).count()
        writer = Writer(source)
        for numbers in batches(range(start, count), BATCH):
            writer.write(numbers)
            progress(len(numbers))
        if with_index and count > start:
            registry.notify([Initiative(source=source)])
    return max(0, count - start)


def remove():
    """Take all synthetic initiatives away; return how many there were."""
    with transaction.atomic(), registry.rebuilding():
        found = synthetic()
        count = found.count()
        for pks in batches(found.values_list("pk", flat=True)):
            Initiative.objects.filter(pk__in=pks).delete()
        Source.objects.filter(title=SOURCE).delete()
    return count


class Zipf:
    """Draws items, the n-th n times less often than the first."""

    def __init__(self, items):
        self.items = list(items)
        self.sums = list(accumulate(1 / rank for rank in range(1, len(self.items) + 1)))

    def draw(self, random, count=1):
        last = len(self.items) - 1
        return [
            self.items[min(last, bisect(self.sums, random.random() * self.sums[-1]))]
            for _ in range(count if self.items else 0)
        ]


class Writer:
    """Writes synthetic initiatives, each drawn from its own number."""

    def __init__(self, source):
        self.source = source
        shuffled = random.Random(2026)  # noqa: S311 - to be the same each time

        def mixed(queryset):
            items = list(queryset.order_by("pk"))
            shuffled.shuffle(items)
            return items

        kinds = Territory.Kind
        self.places = [
            (share, mixed(Territory.objects.filter(kind=kind).only("pk", "name")))
            for share, kind in (
                (0.05, kinds.REGION),
                (0.15, kinds.DEPARTEMENT),
                (0.65, kinds.EPCI),
                (1, kinds.COMMUNE),
            )
        ]
        names = [place.name for _, places in self.places for place in places]
        shuffled.shuffle(names)
        self.words = Zipf([*WORDS, *names[:RARE_WORDS]])
        self.actors = Zipf(mixed(Actor.objects.published()))
        self.vocabularies = {
            name: (most, Zipf(mixed(model.objects.all())))
            for name, model, most in (
                ("themes", Theme, 3),
                ("schemes", Scheme, 2),
                ("sectors", Sector, 1),
                ("audiences", Audience, 2),
                ("obstacles", Obstacle, 1),
            )
        }

    def write(self, numbers):
        draws = [random.Random(number) for number in numbers]  # noqa: S311 - not a secret
        places = [self.places_of(draw) for draw in draws]
        initiatives = Initiative.objects.bulk_create(
            [
                self.initiative(number, draw, found)
                for number, draw, found in zip(numbers, draws, places, strict=True)
            ]
        )
        self.link("territories", zip(initiatives, places, strict=True))
        for name, (most, terms) in self.vocabularies.items():
            drawn = [terms.draw(draw, draw.randint(0, most)) for draw in draws]
            self.link(name, zip(initiatives, drawn, strict=True))
        pairs = list(zip(initiatives, draws, strict=True))
        Involvement.objects.bulk_create(each for pair in pairs for each in self.parties(*pair))
        Step.objects.bulk_create(each for pair in pairs for each in self.steps(*pair))

    def link(self, relation, pairs):
        field = Initiative._meta.get_field(relation)
        through = field.remote_field.through
        own, other = f"{field.m2m_field_name()}_id", f"{field.m2m_reverse_field_name()}_id"
        through._base_manager.bulk_create(
            through(**{own: initiative.pk, other: pk})
            for initiative, records in pairs
            for pk in dict.fromkeys(record.pk for record in records)
        )

    def places_of(self, draw):
        """One territory, sometimes two, as often of each kind as initiatives have."""
        found = []
        for _ in range(draw.choice((1, 1, 1, 1, 2))):
            kind = draw.random()
            places = next(places for share, places in self.places if kind < share)
            found += places and [draw.choice(places)]
        return found

    def initiative(self, number, draw, places):
        place = f" ({places[0].name})" if places else ""
        status = draw.choices(["published", "draft", "archived"], [90, 8, 2])[0]
        published_at = timezone.now() - datetime.timedelta(days=draw.randint(0, 3000))
        notes = {note: self.sentence(draw, 12) for note in NOTES if draw.random() < 0.2}
        title = f"{draw.choice(ACTIONS)} {draw.choice(OBJECTS)}"
        return Initiative(
            title=f"{title}{place}"[:200],
            slug=f"{SLUG}{number + 1}",
            summary=self.sentence(draw, 18)[:600],
            body=self.sentence(draw, draw.randint(*BODY_WORDS)),
            stage=draw.choice(["", *Initiative.Stage.values]),
            level=draw.choice(["", *Initiative.Level.values]),
            source=self.source,
            status=status,
            published_at=published_at if status == "published" else None,
            **notes,
        )

    def sentence(self, draw, count):
        return f"{' '.join(self.words.draw(draw, count)).capitalize()}."

    def parties(self, initiative, draw):
        roles = Involvement.Role
        for order, role in enumerate((roles.CARRIER, roles.PARTNER, roles.FUNDER)):
            if order and draw.random() < 0.5:
                continue
            actors = self.actors.draw(draw) if draw.random() < 0.8 else []
            yield Involvement(
                initiative=initiative,
                role=role,
                actor=actors[0] if actors else None,
                label="" if actors else "une structure locale",
                amount=draw.randint(1, 60) * 1000 if role == roles.FUNDER else None,
                order=order,
            )

    def steps(self, initiative, draw):
        for order in range(draw.randint(0, 3)):
            year = draw.randint(2012, 2026)
            yield Step(
                initiative=initiative,
                date=PartialDate.parse(str(year)),
                label=self.sentence(draw, 4)[:200],
                order=order,
            )
