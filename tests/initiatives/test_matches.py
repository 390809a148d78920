"""The suggestions kept in the database, and the pages that show them."""

import pytest
from django.core.management import call_command

from coopemploi.derived import registry
from initiatives.matching.suggestions import MatchTable
from initiatives.models import Match, MatchProfile
from tests.factories import (
    ActorFactory,
    GlossaryTermFactory,
    InitiativeFactory,
    InvolvementFactory,
    NeedFactory,
    OfferFactory,
)

pytestmark = pytest.mark.django_db

CLAUSES = "Les clauses d'insertion dans les marchés"


def pairs():
    return [(match.need_id, match.offer_id, match.initiative_id) for match in Match.objects.all()]


def table():
    return next(each for each in registry.tables if isinstance(each, MatchTable))


def test_a_need_and_an_offer_that_speak_of_one_thing_are_suggested():
    need, offer = NeedFactory(text=CLAUSES), OfferFactory(text="Facilitatrice des clauses sociales")

    assert pairs() == [(need.pk, offer.pk, None)]
    assert Match.objects.get().reasons[0] == "même dispositif : Clauses sociales d'insertion"


def test_an_initiative_is_a_latent_offer():
    need, initiative = NeedFactory(text=CLAUSES), InitiativeFactory(title=CLAUSES)

    assert pairs() == [(need.pk, None, initiative.pk)]


def test_nobody_is_matched_with_what_they_lead():
    actor = ActorFactory()
    NeedFactory(text=CLAUSES, actor=actor)
    OfferFactory(text=CLAUSES, actor=actor)
    InvolvementFactory(initiative=InitiativeFactory(title=CLAUSES), actor=actor)

    assert pairs() == []


@pytest.mark.parametrize("values", [{"status": "draft"}, {"state": "resting"}])
def test_a_draft_or_a_resting_offer_is_no_candidate(values):
    NeedFactory(text=CLAUSES)
    OfferFactory(text=CLAUSES, **values)

    assert pairs() == []


def test_a_change_of_text_takes_the_suggestion_away():
    NeedFactory(text=CLAUSES)
    offer = OfferFactory(text=CLAUSES)
    assert len(pairs()) == 1

    offer.text = "Cours de yoga"
    offer.save()

    assert pairs() == []


def test_what_people_decided_survives_a_rebuild():
    NeedFactory(text=CLAUSES)
    offer = OfferFactory(text=CLAUSES)
    Match.objects.update(status=Match.Status.DECLINED)
    offer.text = "Cours de yoga"
    offer.save()

    call_command("rebuild_matches")

    assert Match.objects.get().status == Match.Status.DECLINED


def test_dry_run_tells_what_drifted_and_leaves_it(capsys):
    NeedFactory(text=CLAUSES)
    OfferFactory(text=CLAUSES)
    assert Match.objects.exists()
    Match.objects.all().delete()

    call_command("rebuild_matches", dry_run=True)

    assert "1 écart(s)." in capsys.readouterr().out
    assert not Match.objects.exists()


def test_a_rebuild_changes_nothing_that_was_true():
    for number in range(3):
        NeedFactory(text=f"{CLAUSES} {number}")
        OfferFactory(text=f"{CLAUSES} {number}")
    before = list(Match.objects.order_by("need", "offer").values_list("need", "offer", "score"))
    assert len(before) == 9

    table().rebuild()

    assert before == list(
        Match.objects.order_by("need", "offer").values_list("need", "offer", "score")
    )
    assert table().drift() == 0


def test_drift_is_seen():
    NeedFactory(text=CLAUSES)
    OfferFactory(text=CLAUSES)
    assert Match.objects.exists()

    Match.objects.all().delete()

    assert table().drift() == 1


def test_the_glossary_of_the_installation_is_known():
    NeedFactory(text="Ouvrir un ZORGLUB")
    OfferFactory(text="Zone ouverte de recherche gaie")
    assert pairs() == []

    GlossaryTermFactory(term="ZORGLUB", expansions=["zone ouverte de recherche gaie"])

    assert len(pairs()) == 1


def test_a_deleted_record_leaves_nothing():
    NeedFactory(text=CLAUSES)
    offer = OfferFactory(text=CLAUSES)
    assert MatchProfile.objects.count() == 2

    offer.delete()

    assert MatchProfile.objects.count() == 1
    assert pairs() == []


# Pages


def test_both_pages_show_the_match_and_why(client):
    need, offer = NeedFactory(text=CLAUSES), OfferFactory(text="Facilitatrice des clauses sociales")

    for page, other in ((need, offer), (offer, need)):
        shown = client.get(page.get_absolute_url())
        assert other.get_absolute_url() in shown.text
        said = shown.text.replace("&#x27;", "'")
        assert "<li>même dispositif\xa0: Clauses sociales d'insertion</li>" in said


def test_the_pages_of_an_initiative_and_an_actor_show_it(client):
    need, initiative = NeedFactory(text=CLAUSES), InitiativeFactory(title=CLAUSES)

    assert need.get_absolute_url() in client.get(initiative.get_absolute_url()).text
    assert initiative.get_absolute_url() in client.get(need.actor.get_absolute_url()).text


def test_a_set_aside_match_is_not_shown(client):
    need, offer = NeedFactory(text=CLAUSES), OfferFactory(text=CLAUSES)
    assert pairs()
    Match.objects.update(status=Match.Status.DECLINED)

    assert offer.get_absolute_url() not in client.get(need.get_absolute_url()).text


def test_a_match_of_a_withdrawn_offer_is_not_shown(client):
    need, offer = NeedFactory(text=CLAUSES), OfferFactory(text=CLAUSES)
    assert pairs()
    Match.objects.update(status=Match.Status.INTRODUCED)
    offer.archive()

    assert offer.get_absolute_url() not in client.get(need.get_absolute_url()).text


def test_those_who_seek_the_same_are_shown(client):
    need, other = NeedFactory(text=CLAUSES), NeedFactory(text=CLAUSES)

    shown = client.get(need.get_absolute_url()).text

    assert "Ils cherchent la même chose" in shown
    assert other.get_absolute_url() in shown


def test_a_need_that_nothing_answers_says_so(client):
    need = NeedFactory(text="Nids de frelons")

    assert "ne semble y répondre" in client.get(need.get_absolute_url()).text


@pytest.mark.parametrize("count", [1, 30])
def test_a_need_is_read_in_a_fixed_number_of_queries(client, count, django_assert_num_queries):
    need = NeedFactory(text=CLAUSES)
    for _ in range(count):
        OfferFactory(text=CLAUSES)
        NeedFactory(text=CLAUSES)

    with django_assert_num_queries(QUERIES):
        client.get(need.get_absolute_url())


QUERIES = 8
