"""Rows of a sheet that stand under others: a verbatim under its key idea, and the like."""

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from events.models import Appearance, KeyIdea, Objective, Session, Verbatim
from tests.every_address import data_of
from tests.factories import (
    AppearanceFactory,
    EventFactory,
    KeyIdeaFactory,
    ObjectiveFactory,
    RecapFactory,
    SessionFactory,
    VerbatimFactory,
)

pytestmark = pytest.mark.django_db
BUTTONS = ("_save", "_addanother", "_continue", "_preview")


@pytest.fixture
def recap():
    recap = RecapFactory()
    VerbatimFactory(recap=recap, text="Un propos", key_idea=KeyIdeaFactory(recap=recap))
    return recap


@pytest.fixture
def send(animateur_client):
    """Send the sheet of a record as it is, but for some values."""

    def send_sheet(record, **values):
        name = record._meta.model_name
        address = reverse(f"admin:events_{name}_change", args=[record.pk])
        page = BeautifulSoup(animateur_client.get(address).content, "html.parser")
        sent = data_of(page.select_one(f"#{name}_form"))
        sent = {name: value for name, value in sent.items() if name not in BUTTONS}
        assert animateur_client.post(address, {**sent, **values}).status_code == 302

    return send_sheet


def test_verbatim_stays_when_its_key_idea_is_deleted(send, recap):
    send(recap, **{"key_ideas-0-DELETE": "on"})

    assert not KeyIdea.objects.exists()
    verbatim = Verbatim.objects.get()
    assert (verbatim.text, verbatim.key_idea) == ("Un propos", None)


def test_verbatim_changed_while_its_key_idea_is_deleted_is_saved(send, recap):
    send(recap, **{"key_ideas-0-DELETE": "on", "verbatims-0-text": "Corrigé"})

    verbatim = Verbatim.objects.get()
    assert (verbatim.text, verbatim.key_idea) == ("Corrigé", None)


def test_objective_stays_when_the_one_it_details_is_deleted(send):
    event = EventFactory()
    whole = ObjectiveFactory(event=event, order=1)
    ObjectiveFactory(event=event, parent=whole, text="Un détail", order=2)

    send(event, **{"objectives-0-DELETE": "on"})

    objective = Objective.objects.get()
    assert (objective.text, objective.parent) == ("Un détail", None)


def test_appearance_changed_while_its_session_is_deleted_is_saved(send):
    event = EventFactory()
    AppearanceFactory(event=event, session=SessionFactory(event=event))

    send(event, **{"sessions-0-DELETE": "on", "appearances-0-topic": "Un sujet"})

    assert not Session.objects.exists()
    appearance = Appearance.objects.get()
    assert (appearance.topic, appearance.session) == ("Un sujet", None)
