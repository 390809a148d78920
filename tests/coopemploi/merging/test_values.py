"""What the survivor says once merged."""

import pytest

from coopemploi.derived import registry
from coopemploi.merging.merge import merge, undo
from coopemploi.publishing import Publishable
from coopemploi.search.models import Document
from territories.models import Actor
from tests.factories import ActorFactory, InitiativeFactory, PersonFactory, ThemeFactory

from .stored import documents, drift, dump

pytestmark = pytest.mark.django_db


def test_survivor_takes_the_chosen_values_and_keeps_its_own():
    survivor = ActorFactory(name="CC du Bazadais", siren="")
    loser = ActorFactory(name="Bazadais", siren="200043974", description="Perdue.")

    merge(survivor, loser, values={"siren": "200043974"})

    survivor.refresh_from_db()
    assert (survivor.name, survivor.siren, survivor.description) == (
        "CC du Bazadais",
        "200043974",
        "",
    )
    assert list(Actor.objects.matching("200043974")) == [survivor]


def test_names_of_the_loser_become_other_names():
    survivor = ActorFactory(name="Mission locale de Dax", aliases=["ML Dax"])
    loser = ActorFactory(name="Mission Locale du Grand Dax", aliases=["ml dax", "MLGD"])

    merge(survivor, loser, values={"aliases": [*survivor.aliases, *loser.aliases]})

    survivor.refresh_from_db()
    assert survivor.aliases == ["ML Dax", "MLGD", "Mission Locale du Grand Dax"]


def test_own_name_becomes_an_other_name_when_the_loser_s_is_chosen():
    survivor, loser = ActorFactory(name="Ancien nom"), ActorFactory(name="Nouveau nom")

    merge(survivor, loser, values={"name": "Nouveau nom"})

    survivor.refresh_from_db()
    assert (survivor.name, survivor.aliases) == ("Nouveau nom", ["Ancien nom"])


@pytest.mark.parametrize("consents", [(True, False), (False, True)])
def test_the_more_protective_consent_wins_whatever_is_chosen(consents):
    one, other = consents
    survivor = PersonFactory(email_is_public=one, attribution_withdrawn=other)
    loser = PersonFactory(email_is_public=other, attribution_withdrawn=one)

    merge(survivor, loser, values={"email_is_public": True, "attribution_withdrawn": False})

    survivor.refresh_from_db()
    assert (survivor.email_is_public, survivor.attribution_withdrawn) == (False, True)


def test_a_name_that_must_be_unique_passes_to_the_survivor_and_back():
    survivor, loser = ThemeFactory(name="Mobilites"), ThemeFactory(name="Mobilité")
    before = dump()

    done = merge(survivor, loser, values={"name": "Mobilité"})

    survivor.refresh_from_db()
    assert (survivor.name, survivor.slug) == ("Mobilité", "mobilites")
    undo(done)
    assert dump() == before


def test_a_draft_that_takes_the_state_of_a_published_record_has_its_date():
    survivor = InitiativeFactory(status=Publishable.Status.DRAFT)
    loser = InitiativeFactory(status=Publishable.Status.DRAFT)
    loser.publish()

    merge(survivor, loser, values={"status": Publishable.Status.PUBLISHED})

    survivor.refresh_from_db()
    assert survivor.published_at == loser.published_at


def test_search_finds_the_survivor_by_what_it_took():
    survivor, loser = ActorFactory(name="Alpha"), ActorFactory(name="Ombellifère")
    documents()

    merge(survivor, loser)

    registry.flush()
    assert list(
        Document.objects.of(Actor).filter(b__contains="ombellifer").values_list("object_id")
    ) == [(survivor.pk,)]
    assert drift() == {}
