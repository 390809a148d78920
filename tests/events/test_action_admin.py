"""News of an action, noted by whoever follows it up in its sheet."""

import pytest
from django.urls import reverse

from coopemploi.dates import PartialDate
from events.models import Action, ActionNote
from tests.coopemploi.test_conflicts import form_of
from tests.factories import ActionFactory, ActionNoteFactory

pytestmark = pytest.mark.django_db
Progress = Action.Progress


@pytest.fixture(autouse=True)
def _clock(time_machine):
    time_machine.move_to("2026-11-30 12:00+01:00", tick=False)


def note(client, action, values=(), **row):
    """Save the sheet of an action with one more note."""
    address = reverse("admin:events_action_change", args=[action.pk])
    data = form_of(client.get(address))
    number = int(data["notes-TOTAL_FORMS"][0])
    data |= {f"notes-{number}-{name}": value for name, value in row.items()}
    data["notes-TOTAL_FORMS"] = number + 1
    response = client.post(address, {**data, **dict(values)}, follow=True)
    action.refresh_from_db()
    return [str(message) for message in response.context["messages"]]


def test_action_is_where_its_latest_news_says(animateur_client):
    action = ActionFactory(due=PartialDate.parse("2026-10"))

    told = note(animateur_client, action, text="Ouvert.", progress="done", date="30/11/2026")

    assert action.progress == Progress.DONE
    assert "L'action est « réalisée », comme le dit sa nouvelle." in told
    assert not action.is_overdue()


@pytest.mark.parametrize(
    ("row", "values"),
    [
        ({"progress": "done", "date": "mars 2026"}, {}),  # older than what is known
        ({"progress": "", "text": "Rien de neuf.", "date": "30/11/2026"}, {}),
        ({"progress": "done", "date": "30/11/2026"}, {"progress": "committed"}),  # set by hand
    ],
)
def test_action_stays_where_its_sheet_says(animateur_client, row, values):
    action = ActionFactory(progress="under_way")
    ActionNoteFactory(action=action, progress="under_way", date=PartialDate.parse("2026-06"))

    note(animateur_client, action, values, **row)

    assert action.notes.count() == 2
    assert action.progress == values.get("progress", "under_way")


def test_sheet_saved_again_moves_no_action(animateur_client):
    action = ActionFactory(progress="dropped")
    known = ActionNoteFactory(action=action, progress="done", date=PartialDate.parse("2026-06"))
    address = reverse("admin:events_action_change", args=[action.pk])
    data = form_of(animateur_client.get(address))

    animateur_client.post(address, {**data, "notes-0-text": "Ouvert depuis."})

    known.refresh_from_db()
    action.refresh_from_db()
    assert (known.text, action.progress) == ("Ouvert depuis.", Progress.DROPPED)


def test_news_are_of_today_unless_said_otherwise(animateur_client):
    action = ActionFactory()
    address = reverse("admin:events_action_change", args=[action.pk])
    page = animateur_client.get(address)
    [formset] = [
        each.formset
        for each in page.context["inline_admin_formsets"]
        if each.formset.model is ActionNote
    ]

    assert formset.empty_form["date"].value() == "30/11/2026"
