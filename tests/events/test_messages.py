"""What whoever prepares an event writes to those who registered."""

import datetime
import html
import re

import pytest
import time_machine
from django.core import mail
from django.core.cache import cache
from django.urls import reverse
from post_office.models import Email

from coopemploi.dates import PartialDate
from coopemploi.mail.services import deliver
from events.admin import registered
from events.models import Event, Registration
from events.round_tables import live
from territories.models import Mandate
from tests.factories import (
    EventFactory,
    MandateFactory,
    RegistrationFactory,
    TerritoryFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

Status, Presence = Registration.Status, Registration.Presence
MESSAGE = {"groups": ["inscrits"], "subject": "Salle changée", "text": "Bonjour,\r\nau 2e étage."}


@pytest.fixture(autouse=True)
def clock():
    cache.clear()
    with time_machine.travel("2030-10-01 12:00+02:00", tick=False) as traveller:
        yield traveller


@pytest.fixture
def event():
    event = EventFactory(
        title="Atelier", start=PartialDate.parse("17/10/2030"), online_url="https://visio.test/a"
    )
    for name, status, values in (
        ("ana", Status.CONFIRMED, {"presence": Presence.PRESENT}),
        ("luc", Status.CONFIRMED, {}),
        ("eve", Status.WAITING, {}),
        ("zoe", Status.CANCELLED, {}),
        ("max", Status.WALK_IN, {"presence": Presence.PRESENT}),
    ):
        RegistrationFactory(event=event, email=f"{name}@example.org", status=status, **values)
    RegistrationFactory(event=event, email="")
    RegistrationFactory(email="ailleurs@example.org")
    return event


def page(event):
    return reverse("admin:events_event_message", args=[event.pk])


def test_open_tour_de_table_is_written_to_those_registered(animateur_client, event):
    Event.objects.filter(pk=event.pk).update(needs_registration=True)
    asked = f"{page(event)}?tour-de-table"
    assert not animateur_client.get(asked).context["form"]["text"].value()

    batch = live.open_form(event=event, user=None)
    received = reverse("admin:events_event_round_table", args=[event.pk])
    assert asked in animateur_client.get(received).text
    text = animateur_client.get(asked).context["form"]["text"].value()
    path = re.search(r"http://testserver(/tour-de-table/\S+)", text)[1]
    assert animateur_client.get(path).context["event"] == batch.event


def send(client, event, **values):
    message = {**MESSAGE, **values}
    read_again = client.post(page(event), message)
    count = len((read_again.context or {}).get("reached", ()))
    return client.post(page(event), {**message, "pour": count, "envoyer": "1"}, follow=True)


def sent():
    deliver()
    found, mail.outbox[:] = list(mail.outbox), []
    return found


def test_each_gets_a_mail_of_their_own(animateur_client, event):
    response = send(animateur_client, event)

    assert "2 personnes vont recevoir votre message." in response.text
    found = sent()
    assert sorted(each.to for each in found) == [["ana@example.org"], ["luc@example.org"]]
    assert {each.extra_headers["Reply-To"] for each in found} == {response.context["user"].email}
    first = next(each for each in found if each.to == ["luc@example.org"])
    assert first.subject == "Salle changée"
    assert first.body.startswith("Bonjour,\nau 2e étage.\n\nLa rencontre :\n\nAtelier\n17 octobre")
    assert "https://visio.test/a" in first.body
    assert "/inscriptions/" in first.body
    assert "\n\n\n" not in first.body


@pytest.mark.parametrize(
    ("groups", "reached"),
    [
        (["attente"], ["eve"]),
        (["presents"], ["ana", "max"]),
        (["inscrits", "attente", "presents"], ["ana", "eve", "luc", "max"]),
    ],
)
def test_chosen_groups_alone_are_written_to_each_once(animateur_client, event, groups, reached):
    send(animateur_client, event, groups=groups)

    assert sorted(each.to[0].partition("@")[0] for each in sent()) == reached


def test_who_waits_is_given_no_link_to_connect(animateur_client, event):
    send(animateur_client, event, groups=["attente"])

    [told] = sent()
    assert "visio.test" not in told.body


def test_link_to_cancel_is_given_no_more_once_it_is_over(animateur_client, event):
    event.start = PartialDate.parse("30/09/2030")
    event.save()

    send(animateur_client, event, groups=["presents"])

    assert ["/inscriptions/" in each.body for each in sent()] == [False, False]


def test_message_is_read_again_before_it_leaves(animateur_client, event):
    response = animateur_client.post(page(event), {**MESSAGE, "relire": "1"})

    assert response.status_code == 200
    assert "Envoyer à 2 personnes" in response.text
    assert "<p>Bonjour,<br>au 2e étage.</p>" in response.text
    assert sent() == []


def test_groups_changed_after_it_was_read_again_are_shown_before_it_leaves(animateur_client, event):
    message = {**MESSAGE, "groups": ["inscrits", "attente"], "envoyer": "1"}

    response = animateur_client.post(page(event), {**message, "pour": "2"})

    assert "Ce n'est plus le même nombre de personnes" in html.unescape(response.text)
    assert "Envoyer à 3 personnes" in response.text
    assert sent() == []
    animateur_client.post(page(event), {**message, "pour": "3"})
    assert len(sent()) == 3


def test_second_touch_sends_nothing_twice(animateur_client, event, clock):
    send(animateur_client, event)
    again = send(animateur_client, event, groups=["inscrits", "attente"])

    assert "1 personne va recevoir votre message." in again.text
    assert "déjà parti" in send(animateur_client, event).text
    assert len(sent()) == 3
    send(animateur_client, event, text="Autre chose")
    assert len(sent()) == 2
    clock.shift(datetime.timedelta(hours=2))
    send(animateur_client, event)
    assert len(sent()) == 2


def test_message_that_a_template_says_otherwise_is_not_sent_again(animateur_client, event):
    send(animateur_client, event)
    Email.objects.update(message="Le même message, tourné autrement.")

    assert "déjà parti" in send(animateur_client, event).text


def test_message_leaves_again_once_the_meeting_has_moved(animateur_client, event):
    send(animateur_client, event)
    sent()
    event.venue = "Mairie"
    event.save()

    send(animateur_client, event)

    assert ["Mairie" in each.body for each in sent()] == [True, True]


def test_same_words_of_another_meeting_of_the_same_name_leave_too(animateur_client, event):
    other = EventFactory(title=event.title, start=PartialDate.parse("24/10/2030"))
    RegistrationFactory(event=other, email="ana@example.org")
    send(animateur_client, event)
    sent()

    send(animateur_client, other)

    [told] = sent()
    assert (told.to, "24 octobre" in told.body) == (["ana@example.org"], True)


def test_message_shortened_is_another_one(animateur_client, event):
    send(animateur_client, event)
    sent()

    send(animateur_client, event, text="Bonjour,")

    assert len(sent()) == 2


def test_meeting_deleted_meanwhile_is_said(animateur_client, event, monkeypatch):
    monkeypatch.setattr(registered, "has_left", lambda *args, **kwargs: bool(event.delete()))

    response = send(animateur_client, event)

    assert response.status_code == 404
    assert "Cette rencontre n'existe plus." in html.unescape(response.text)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"groups": []}, "Choisissez à qui vous écrivez."),
        ({"groups": ["autre"]}, "autre n’en fait pas partie"),
        ({"subject": " "}, "Donnez un objet."),
        ({"subject": "x" * 151}, "Cet objet dépasse 150 caractères."),
        ({"text": ""}, "Écrivez votre message."),
        ({"text": "x" * 5001}, "Dites-le en 5000 caractères (5001 ici)."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_leaves(animateur_client, event, wrong, said):
    response = send(animateur_client, event, **wrong)

    assert response.status_code == 400
    assert said in response.text
    assert sent() == []


def test_so_many_messages_a_day_and_no_more(animateur_client, event, monkeypatch):
    monkeypatch.setattr(registered, "MESSAGES_PER_DAY", 1)
    send(animateur_client, event)

    refused = send(animateur_client, event, text="Encore, « gardé »")

    assert refused.status_code == 429
    assert "Encore, « gardé »" in refused.text
    assert [each for each in sent() if "Encore" in each.body] == []


def test_nobody_to_write_to_is_said(animateur_client):
    event = EventFactory()

    assert "Personne n'est inscrit avec une adresse" in animateur_client.get(page(event)).text
    assert send(animateur_client, event).status_code == 400


def test_only_who_may_change_the_event_writes(client, event):
    inside, outside = TerritoryFactory(), TerritoryFactory()
    event.territories.add(inside)
    user = UserFactory(is_staff=True)
    mandate = MandateFactory(user=user, role=Mandate.Role.ANIMATEUR, territory=outside)
    client.force_login(user)

    assert client.get(page(event)).status_code == 403
    assert send(client, event).status_code == 403
    assert sent() == []
    mandate.territory = inside
    mandate.save()
    assert client.get(page(event)).status_code == 200
    send(client, event)
    assert len(sent()) == 2
