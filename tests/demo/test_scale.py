"""Synthetic initiatives: the same each time, fictional, known to the lists, and removable."""

import random

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.urls import reverse

from coopemploi.demo import scale
from coopemploi.derived import registry
from coopemploi.sources.models import Source
from initiatives.models import Initiative
from tests.factories import ActorFactory, InitiativeFactory, TerritoryFactory, ThemeFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def places():
    for kind in ("region", "departement", "epci", "commune"):
        TerritoryFactory(kind=kind)
    ThemeFactory()
    ActorFactory()
    registry.flush()  # their part is done before anything is seeded


def content():
    return [
        (each.title, each.summary, each.body, each.stage, each.status)
        for each in Initiative.objects.filter(source__title=scale.SOURCE).order_by("pk")
    ]


def test_same_count_gives_the_same_records():
    scale.seed(30)
    first = content()
    scale.remove()
    scale.seed(30)

    assert len(first) == 30
    assert content() == first


def test_more_are_added_to_those_there():
    assert scale.seed(10) == 10
    assert scale.seed(30) == 20
    assert scale.seed(30) == 0
    assert Initiative.objects.filter(slug__startswith=scale.SLUG).count() == 30


def test_synthetic_records_are_said_to_be_fictional():
    scale.seed(5)

    assert {each.is_fictional for each in Initiative.objects.select_related("source")} == {True}


def test_lists_and_search_know_them(client):
    scale.seed(40)
    published = Initiative.objects.published().count()

    assert client.get(reverse("initiative_list")).context["filters"].count == published
    assert 0 < published < 40


def test_without_index_lists_know_none_until_rebuilt(client):
    scale.seed(40, with_index=False)

    assert client.get(reverse("initiative_list")).context["filters"].count == 0
    call_command("rebuild_search", verbosity=0)
    published = Initiative.objects.published().count()
    assert client.get(reverse("initiative_list")).context["filters"].count == published


def test_removal_takes_the_synthetic_ones_only(client):
    InitiativeFactory(title="Vraie")
    scale.seed(20)

    assert scale.remove() == 20
    assert [each.title for each in Initiative.objects.all()] == ["Vraie"]
    assert not Source.objects.filter(title=scale.SOURCE).exists()
    assert client.get(reverse("initiative_list")).context["filters"].count == 1


def test_seeding_waits_for_a_confirmation_without_debug(settings):
    settings.DEBUG = False

    with pytest.raises(CommandError, match="--force"):
        call_command("seed_scale", initiatives=3)
    assert not Initiative.objects.exists()

    call_command("seed_scale", initiatives=3, force=True)
    assert Initiative.objects.count() == 3


def test_dry_run_tells_how_many_and_writes_none(settings, capsys):
    settings.DEBUG = False  # nothing is written: nothing is to be confirmed
    scale.seed(3)

    call_command("seed_scale", initiatives=5, dry_run=True)
    call_command("seed_scale", remove=True, dry_run=True)

    told = capsys.readouterr().out
    assert "Initiatives synthétiques ajoutées : 2" in told
    assert "Initiatives synthétiques retirées : 3" in told
    assert Initiative.objects.count() == 3


def test_negative_count_is_refused(settings):
    settings.DEBUG = True

    with pytest.raises(CommandError, match="-1"):
        call_command("seed_scale", initiatives=-1)


def test_zipf_draws_the_first_most_often():
    draw = random.Random(1)  # noqa: S311 - to be the same each time
    draws = scale.Zipf("abcdefghij").draw(draw, 1000)

    assert draws.count("a") > draws.count("b") > draws.count("e") > 0
    assert scale.Zipf([]).draw(draw, 3) == []
