"""Reviewing a tour de table, alone or with somebody else."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from events.models import RoundTableBatch, RoundTableDraft
from tests.factories import RoundTableBatchFactory, RoundTableDraftFactory

from .pages import correct, join, move, page, pair_state, received, sent, texts, write

pytestmark = pytest.mark.django_db


def test_items_are_split_merged_moved_and_dropped_by_lines(animateur_client, event):
    batch = received(animateur_client, event)
    draft = batch.drafts.first()
    form = animateur_client.get(page("edit", batch, draft)).context["form"]
    assert form["demarches"].value() == "forum\natelier"

    data = {
        **sent(form),
        "demarches": "forum et atelier",
        "challenges": "",
        "challenges_short": "loger\nformer",
        "needs": "",
        "offers": "un local\nun guide",
        "actor": "Mission locale du Lac",
        "actor_kind": "mission-locale",
    }
    response = animateur_client.post(page("edit", batch, draft), data)
    assert response.status_code == 302

    write(animateur_client, batch)
    entry = event.round_table_entries.first()
    assert list(entry.items.values_list("column", "text", "horizon")) == [
        ("demarche", "forum et atelier", ""),
        ("challenge", "loger", "short"),
        ("challenge", "former", "short"),
        ("offer", "un local", ""),
        ("offer", "un guide", ""),
    ]
    assert (entry.actor.name, entry.actor.kind) == ("Mission locale du Lac", "mission-locale")


def test_contributions_are_joined_and_separated(animateur_client, event):
    batch = received(animateur_client, event)
    first, second = batch.drafts.all()

    join(animateur_client, batch, second)
    first.refresh_from_db()
    assert [part["name"] for part in first.data["people"]] == ["Lise Armandou", "Paul Morin"]
    assert [item["text"] for item in first.data["items"]][-1] == "une salle"

    move(animateur_client, batch, first, people=["1"], items=["0", "5"])
    first, second = batch.drafts.all()
    assert [part["name"] for part in second.data["people"]] == ["Paul Morin"]
    assert [item["text"] for item in second.data["items"]] == ["forum", "une salle"]
    assert [item["text"] for item in first.data["items"]] == [
        "atelier",
        "loger",
        "un guide",
        "un local",
    ]

    move(animateur_client, batch, second, items=["0"], target=first.pk)
    first.refresh_from_db()
    assert [item["text"] for item in first.data["items"]][-1] == "forum"


def test_what_two_contributions_say_of_one_person_is_joined(animateur_client, event):
    table = (
        "Participants\tFonction\tJe cherche\tRemarques\n"
        "Lise Armandou\t\tun guide\tPart à midi\n"
        "Paul Morin\t\t\tRevient\n"
        "Lise Armandou\tmaire\tun local\tRappeler\n"
    )
    batch = received(animateur_client, event, table)
    first, between, last = batch.drafts.all()
    batch.drafts.filter(pk=between.pk).update(order=0)
    join(animateur_client, batch, last)
    first.refresh_from_db()
    [person] = first.data["people"]
    assert (person["name"], person["title"]) == ("Lise Armandou", "maire")
    assert first.data["note"] == "Part à midi / Rappeler"
    assert first.data["lines"] == [2, 4]


def test_corrections_of_two_reviewers_are_told_apart_and_none_is_lost(animateur_client, event):
    batch = received(animateur_client, event)
    draft = batch.drafts.first()
    opened = sent(animateur_client.get(page("edit", batch, draft)).context["form"])
    correct(animateur_client, batch, draft, needs="un guide relu\nun autre")

    back = correct(animateur_client, batch, draft, opened, note="À rappeler")

    assert back.status_code == 409
    assert texts(draft)[-3:] == ["un guide relu", "un autre", "un local"]
    assert draft.data["note"] == ""
    assert "Quelqu&#x27;un a changé cette contribution entre-temps" in back.text
    form = back.context["form"]
    assert (form["note"].value(), form["needs"].value()) == ("À rappeler", "un guide")
    assert {name: f.kept_now for name, f in form.fields.items() if f.kept_now} == {
        "note": "rien",
        "needs": "un guide relu\nun autre",
    }
    assert "un guide relu<br>un autre" in back.text

    again = {**sent(form), "needs": "un guide relu\nun autre"}
    assert correct(animateur_client, batch, draft, again).status_code == 302
    assert texts(draft)[-3:] == ["un guide relu", "un autre", "un local"]
    assert draft.data["note"] == "À rappeler"


def test_lines_as_browsers_send_them_are_not_told_as_changed(animateur_client, event):
    batch = received(animateur_client, event)
    draft = batch.drafts.first()
    correct(animateur_client, batch, draft, needs="un guide\nun autre")
    opened = sent(animateur_client.get(page("edit", batch, draft)).context["form"])
    correct(animateur_client, batch, draft, note="À rappeler")

    back = correct(animateur_client, batch, draft, {**opened, "needs": "un guide\r\nun autre"})

    form = back.context["form"]
    assert {name: f.kept_now for name, f in form.fields.items() if f.kept_now} == {
        "note": "À rappeler"
    }


def test_person_that_another_reviewer_took_off_comes_back_with_what_was_typed(
    animateur_client, event
):
    batch = received(animateur_client, event)
    draft = batch.drafts.first()
    draft.data["people"] = [
        {"name": name, "title": "", "choice": "new", "options": []} for name in ("A B", "C D")
    ]
    draft.save()
    page_had = sent(animateur_client.get(page("edit", batch, draft)).context["form"])
    correct(animateur_client, batch, draft, person_0="", person_1="")

    typed = {"person_3": "Zoé Autre", "person_1_choice": "none"}
    back = correct(animateur_client, batch, draft, page_had, **typed)

    assert back.status_code == 409
    form = back.context["form"]
    assert [form[f"person_{n}"].value() for n in range(4)] == ["A B", "C D", "", "Zoé Autre"]
    assert correct(animateur_client, batch, draft, sent(form)).status_code == 302
    draft.refresh_from_db()
    assert [part["name"] for part in draft.data["people"]] == ["A B", "C D", "Zoé Autre"]


def test_choice_goes_with_its_person_when_another_reviewer_took_one_off(animateur_client, event):
    batch = received(animateur_client, event)
    draft = batch.drafts.first()
    draft.data["people"] = [
        {"name": name, "title": "", "choice": "new", "options": []} for name in ("A B", "C D")
    ]
    draft.save()
    page_had = sent(animateur_client.get(page("edit", batch, draft)).context["form"])
    correct(animateur_client, batch, draft, person_0="")

    back = correct(animateur_client, batch, draft, page_had, person_0="", person_1_choice="none")
    assert correct(animateur_client, batch, draft, sent(back.context["form"])).status_code == 302

    draft.refresh_from_db()
    [part] = draft.data["people"]
    assert (part["name"], part["choice"]) == ("C D", "none")


@pytest.mark.parametrize("done", ["joined", "written"])
def test_what_was_typed_of_a_contribution_that_is_gone_is_given_back(animateur_client, event, done):
    batch = received(animateur_client, event)
    draft = batch.drafts.last()
    opened = sent(animateur_client.get(page("edit", batch, draft)).context["form"])
    if done == "joined":
        join(animateur_client, batch, draft)
    else:
        write(animateur_client, batch)

    back = correct(animateur_client, batch, draft, opened, needs="Un texte long <b>")

    assert back.status_code == 409
    assert "Un texte long &lt;b&gt;" in back.text
    assert "Paul Morin" in back.text


def test_lines_are_not_moved_by_a_page_that_is_outdated(animateur_client, event):
    batch = received(animateur_client, event)
    draft = batch.drafts.first()
    state = animateur_client.get(page("move", batch, draft)).context["form"]["state"].value()
    correct(animateur_client, batch, draft, demarches="forum atelier")

    data = {"state": state, "items": ["2"], "target": batch.drafts.last().pk}
    back = animateur_client.post(page("move", batch, draft), data)

    assert back.status_code == 409
    assert "rien n&#x27;est déplacé" in back.text
    form = back.context["form"]
    assert (form["items"].value(), form["target"].value()) == ([], str(batch.drafts.last().pk))
    assert texts(draft) == ["forum atelier", "loger", "un guide", "un local"]
    animateur_client.post(
        page("move", batch, draft), {"state": form["state"].value(), "items": ["1"]}
    )
    assert texts(draft) == ["forum atelier", "un guide", "un local"]


def test_contributions_are_not_joined_by_a_page_that_is_outdated(animateur_client, event):
    batch = received(animateur_client, event)
    first, second = batch.drafts.all()
    state = pair_state(animateur_client, batch, second)
    move(animateur_client, batch, first, items=["0"])

    told = animateur_client.post(page("join", batch, second), {"state": state}, follow=True)

    assert "a changé entre-temps" in told.text
    assert batch.drafts.count() == 3


def test_two_reviewers_who_leave_out_the_same_contribution_leave_it_out(animateur_client, event):
    batch = received(animateur_client, event)
    draft = batch.drafts.first()

    for _ in range(2):
        animateur_client.post(page("leave_out", batch, draft))
    draft.refresh_from_db()
    assert draft.is_left_out

    assert 'name="reprendre"' in animateur_client.get(page("review", batch)).text
    for _ in range(2):
        animateur_client.post(page("leave_out", batch, draft), {"reprendre": "oui"})
    draft.refresh_from_db()
    assert not draft.is_left_out


def test_nothing_written_is_discarded(animateur_client, event):
    batch = received(animateur_client, event)
    write(animateur_client, batch)

    animateur_client.post(page("discard", batch))

    assert RoundTableBatch.objects.filter(pk=batch.pk).exists()


def test_giving_up_is_asked_before_it_is_done(animateur_client, event):
    batch = received(animateur_client, event)
    address = page("discard", batch)
    review = animateur_client.get(page("review", batch)).text

    asked = animateur_client.get(address)

    assert (f'href="{address}"' in review, f'action="{address}"' in review) == (True, False)
    assert "2 contributions" in asked.text
    assert RoundTableBatch.objects.filter(pk=batch.pk).exists()
    animateur_client.post(address)
    assert not RoundTableBatch.objects.filter(pk=batch.pk).exists()


def test_review_takes_the_same_queries_at_1_and_30_rows(animateur_client, event):
    def count():
        with CaptureQueriesContext(connection) as queries:
            animateur_client.get(page("review", batch))
        return len(queries)

    batch = RoundTableBatchFactory(event=event)
    RoundTableDraftFactory(batch=batch)
    count()
    one = count()
    RoundTableDraftFactory.create_batch(29, batch=batch)
    assert count() == one


def test_drafts_are_forgotten_after_thirty_days():
    old = timezone.now() - datetime.timedelta(days=31)
    RoundTableDraftFactory(batch__received_at=old)
    written = RoundTableDraftFactory(batch__received_at=old, batch__state="written")
    recent = RoundTableDraftFactory()

    assert RoundTableBatch.objects.forget() == 2
    assert list(RoundTableDraft.objects.all()) == [recent]
    assert set(RoundTableBatch.objects.all()) == {written.batch, recent.batch}
