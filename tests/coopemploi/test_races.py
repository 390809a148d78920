"""Two people who save at the same instant: on PostgreSQL, where writers do run together."""

import threading
import time
from functools import partial

import pytest
from django.db import connection, transaction

from coopemploi.imports import applying
from coopemploi.search.models import Edition
from initiatives.models import Initiative
from tests import importing
from tests.conftest import SignedInClient
from tests.events.test_registration_races import run_together
from tests.factories import (
    ActionFactory,
    ActorFactory,
    CampaignFactory,
    EventFactory,
    InitiativeFactory,
    NeedFactory,
    NetworkFactory,
    OfferFactory,
    PersonFactory,
    RecapFactory,
    ResourceFactory,
    SeriesFactory,
    TerritoryFactory,
    UserFactory,
)

from .test_conflicts import change, opened

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        connection.vendor != "postgresql", reason="SQLite lets one transaction write at a time"
    ),
]


# The main models, and two texts of each, which two people correct at once.
EDITED = [
    (TerritoryFactory, "name", "description"),
    (ActorFactory, "name", "description"),
    (NetworkFactory, "name", "description"),
    (PersonFactory, "first_name", "last_name"),
    (InitiativeFactory, "title", "summary"),
    (NeedFactory, "text", "details"),
    (OfferFactory, "text", "details"),
    (ResourceFactory, "title", "summary"),
    (CampaignFactory, "title", "summary"),
    (SeriesFactory, "name", "description"),
    (EventFactory, "title", "summary"),
    (RecapFactory, "standfirst", "replay_note"),
    (ActionFactory, "title", "reason"),
]
each_main_model = pytest.mark.parametrize(
    ("factory", "fields"),
    [(factory, fields) for factory, *fields in EDITED],
    ids=[factory._meta.model._meta.label for factory, *_ in EDITED],
)


def save_together(clients, address, forms):
    """Send both forms at once; return the answers."""
    answers = [None] * len(clients)

    def send(number):
        answers[number] = clients[number].post(address, forms[number])

    sending = [partial(send, number) for number in range(len(clients))]
    assert run_together(sending) == []
    return answers


def lost_updates(record, fields, *, races, is_protected):
    """How many texts are neither in the record nor shown to who is asked to choose."""
    clients = SignedInClient(), SignedInClient()
    for client in clients:
        client.force_login(UserFactory(is_staff=True, is_superuser=True))
    lost = 0
    for number in range(races):
        typed = {field: f"Texte {number} {field}" for field in fields}
        forms = [opened(client, record) for client in clients]
        for form, (field, text) in zip(forms, typed.items(), strict=True):
            form[field] = text
            if not is_protected:
                del form["_state"]
        answers = save_together(clients, change(record), forms)
        assert {answer.status_code for answer in answers} <= {302, 409}
        record.refresh_from_db()
        for answer, (field, text) in zip(answers, typed.items(), strict=True):
            is_saved = answer.status_code == 302
            kept = getattr(record, field) == text if is_saved else text in answer.text
            lost += not kept
    return lost


@each_main_model
def test_no_update_is_lost(factory, fields):
    assert lost_updates(factory(), fields, races=2, is_protected=True) == 0


@each_main_model
def test_updates_are_lost_without_the_state_of_the_form(factory, fields):
    assert lost_updates(factory(), fields, races=2, is_protected=False) == 2


@pytest.mark.long
@each_main_model
def test_no_update_is_lost_in_200_races(factory, fields):
    assert lost_updates(factory(), fields, races=200, is_protected=True) == 0


def test_the_first_documents_of_a_model_are_written_by_two():
    numbers = []

    def write():
        with transaction.atomic():
            numbers.append(Edition.objects.advance("essai.essai"))
            time.sleep(0.3)  # while the other begins

    assert run_together([write, write]) == []
    assert sorted(numbers) == [1, 2]


@pytest.mark.parametrize(
    ("work", "step"),
    [("apply", "_change"), ("take_back", "_referring")],
    ids=["apply", "take_back"],
)
def test_who_saves_while_an_import_writes_is_not_overwritten(monkeypatch, work, step):
    client = SignedInClient()
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    InitiativeFactory(slug="une", title="Avant")
    batch = importing.send(client, Initiative, "réf;titre\nune;Après\n")
    if work == "take_back":
        importing.apply(client, Initiative, batch)
    is_read, before = threading.Event(), getattr(applying, step)

    def slowly(*args):
        is_read.set()
        time.sleep(0.5)  # while the other saves, or waits
        return before(*args)

    def save():
        assert is_read.wait(timeout=30)
        Initiative.objects.update(title="Écrit par une autre")

    monkeypatch.setattr(applying, step, slowly)
    works = [lambda: getattr(importing, work)(client, Initiative, batch), save]

    assert run_together(works) == []
    assert Initiative.objects.get().title == "Écrit par une autre"
