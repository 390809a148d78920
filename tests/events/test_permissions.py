"""Who may write on the page of a meeting, from a form that is not its own."""

import pytest
from django.urls import reverse

from events.models import Action, Evaluation, Recap, RoundTableEntry, Session
from tests.factories import (
    ActionFactory,
    EventFactory,
    MandateFactory,
    RecapFactory,
    SessionFactory,
    TerritoryFactory,
)

pytestmark = pytest.mark.django_db

ROWS = {
    Action: ["parties", "notes"],
    RoundTableEntry: ["person_links", "items"],
    Recap: ["sections", "key_ideas", "verbatims", "pictures", "documents", "links"],
    Evaluation: ["questions"],
    Session: [],
}
OUTSIDE = "est hors de votre périmètre"


@pytest.fixture
def gironde():
    return TerritoryFactory(name="Gironde", kind="departement")


@pytest.fixture
def landes():
    return TerritoryFactory(name="Landes", kind="departement")


def meeting(*places, **values):
    event = EventFactory(status="published", **values)
    event.territories.set(places)
    return event


def sign_in(client, place, role="animateur"):
    user = MandateFactory(role=role, territory=place).user
    client.force_login(user)
    return user


def save(client, model, pk=None, **values):
    """Send the form of a new record, or of the one whose key is `pk`."""
    name = f"admin:events_{model._meta.model_name}"
    url = reverse(f"{name}_change", args=[pk]) if pk else reverse(f"{name}_add")
    data = {f"{row}-{count}_FORMS": 0 for row in ROWS[model] for count in ("TOTAL", "INITIAL")}
    return client.post(url, {**data, **values})


def action(place, **values):
    return {"title": "Un garage", "progress": "retained", "territories": [place.pk], **values}


def refused(response, field):
    errors = response.context["adminform"].form.errors.get(field, [])
    return response.status_code == 200 and any(OUTSIDE in error for error in errors)


@pytest.mark.parametrize("status", ["draft", "published"])
def test_action_is_joined_to_no_meeting_outside_the_perimeter(client, gironde, landes, status):
    event = meeting(landes)
    sign_in(client, gironde)

    response = save(client, Action, **action(gironde, event=event.pk, status=status))

    assert refused(response, "event")
    assert not Action.objects.exists()


def test_action_is_not_moved_to_a_meeting_outside_the_perimeter(client, gironde, landes):
    here, elsewhere = meeting(gironde), meeting(landes)
    mine = ActionFactory(event=here, title="Avant")
    mine.territories.set([gironde])
    sign_in(client, gironde)

    response = save(client, Action, mine.pk, **action(gironde, event=elsewhere.pk, status="draft"))

    mine.refresh_from_db()
    assert refused(response, "event")
    assert (mine.event, mine.title) == (here, "Avant")


def test_action_comes_to_no_meeting_outside_by_its_session(client, gironde, landes):
    session = SessionFactory(event=meeting(landes))
    sign_in(client, gironde)

    response = save(client, Action, **action(gironde, session=session.pk, status="published"))

    assert refused(response, "session")
    assert not Action.objects.exists()


def test_action_that_is_on_a_meeting_outside_is_still_mended(client, gironde, landes):
    event = meeting(landes)
    session = SessionFactory(event=event)
    mine = ActionFactory(event=event, status="published")
    mine.territories.set([gironde])
    sign_in(client, gironde)

    joined = {"event": event.pk, "session": session.pk, "status": "published"}
    response = save(client, Action, mine.pk, **action(gironde, **joined))

    mine.refresh_from_db()
    assert (response.status_code, mine.title) == (302, "Un garage")


@pytest.mark.parametrize(("role", "status"), [("animateur", "published"), ("contributor", "draft")])
def test_action_is_joined_to_a_meeting_of_the_perimeter(client, gironde, role, status):
    event = meeting(gironde)
    sign_in(client, gironde, role)

    response = save(client, Action, **action(gironde, event=event.pk, status=status))

    assert response.status_code == 302
    assert event.actions.get().status == status


def test_contribution_is_joined_to_the_meetings_of_the_perimeter_alone(client, gironde, landes):
    here, elsewhere = meeting(gironde), meeting(landes)
    sign_in(client, gironde)

    entry = {"label": "Lise", "territory": gironde.pk}
    assert refused(save(client, RoundTableEntry, **entry, event=elsewhere.pk), "event")
    assert save(client, RoundTableEntry, **entry, event=here.pk).status_code == 302

    assert [each.event for each in RoundTableEntry.objects.all()] == [here]


@pytest.mark.parametrize(
    ("model", "values"),
    [
        (Recap, {"status": "published"}),
        (Evaluation, {}),
        (Session, {"kind": "workshop", "title": "Atelier"}),
    ],
)
def test_meeting_that_lies_nowhere_is_written_on_by_its_creator_alone(
    client, gironde, model, values
):
    user = sign_in(client, gironde)
    mine, other = meeting(created_by=user), meeting()

    assert refused(save(client, model, **values, event=other.pk), "event")
    assert save(client, model, **values, event=mine.pk).status_code == 302

    assert [each.event for each in model.objects.all()] == [mine]


def test_recap_is_moved_to_no_meeting_outside(client, gironde, landes):
    recap = RecapFactory(event=meeting(gironde))
    sign_in(client, gironde)

    response = save(client, Recap, recap.pk, event=meeting(landes).pk, status="draft")

    assert refused(response, "event")
