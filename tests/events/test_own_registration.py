"""The page of a meeting, for who is signed in and asked to come already."""

import datetime

import pytest
import time_machine
from allauth.account.models import EmailAddress
from bs4 import BeautifulSoup
from django.core.cache import caches
from django.urls import reverse

from coopemploi.dates import PartialDate
from events import registrations
from events.models import Event, Registration
from tests.factories import EventFactory, RegistrationFactory, UserFactory

pytestmark = pytest.mark.django_db

OPEN = datetime.datetime(2030, 9, 1, 9, tzinfo=datetime.UTC)
SEAT, QUEUE = "Votre place est réservée", "Vous êtes sur la liste d'attente"


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel("2030-09-15 12:00+02:00", tick=False):
        yield


@pytest.fixture
def event():
    return EventFactory(start=PartialDate.parse("17/10/2030"), needs_registration=True, capacity=1)


@pytest.fixture
def lea(client):
    user = UserFactory(email="lea@example.org")
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    client.force_login(user)
    return user


def page_of(client, event):
    return client.get(event.get_absolute_url())


def read(response):
    page = BeautifulSoup(response.content, "html.parser")
    return " ".join(page.find("main").get_text(" ").split())


def register_link(event):
    return reverse("registration_add", args=[event.slug])


def test_who_is_registered_reads_it_and_may_change_it(client, event, lea):
    own = RegistrationFactory(event=event, email=lea.email)

    response = page_of(client, event)

    assert SEAT in read(response)
    assert f'href="{registrations.manage_url(own)}"' in response.text
    assert "liste d'attente" not in read(response)
    assert "Inscrire quelqu'un d'autre" in read(response)
    assert "no-store" in response["Cache-Control"]


def test_who_waits_reads_their_place(client, event, lea):
    RegistrationFactory(event=event)
    RegistrationFactory(event=event, status=Registration.Status.WAITING, rank=1)
    RegistrationFactory(event=event, email=lea.email, status=Registration.Status.WAITING, rank=2)
    assert f"{QUEUE}, en position 2." in read(page_of(client, event))


def test_each_address_that_was_proved_is_told_apart(client, event, lea):
    EmailAddress.objects.create(user=lea, email="Lea@autre.example", verified=True)
    EmailAddress.objects.create(user=lea, email="lea@pas-prouvee.example", verified=False)
    for address in (lea.email, "lea@autre.example", "lea@pas-prouvee.example"):
        RegistrationFactory(event=event, email=address)
    said = read(page_of(client, event))
    assert "(lea@example.org)" in said
    assert "(lea@autre.example)" in said
    assert "pas-prouvee" not in said


@pytest.mark.parametrize(
    "values",
    [{"state": Event.State.CANCELLED}, {"start": PartialDate.parse("14/09/2030")}],
    ids=["cancelled", "over"],
)
def test_nothing_is_left_to_change_once_it_is_over_or_cancelled(client, event, lea, values):
    RegistrationFactory(event=event, email=lea.email)
    for name, value in values.items():
        setattr(event, name, value)
    event.save()
    assert SEAT not in read(page_of(client, event))


def test_registration_of_a_postponed_meeting_is_kept(client, event, lea):
    event.state = Event.State.POSTPONED
    event.save()
    RegistrationFactory(event=event, email=lea.email)
    assert SEAT in read(page_of(client, event))


def test_who_cancelled_may_register_again(client, event, lea):
    RegistrationFactory(event=event, email=lea.email, status=Registration.Status.CANCELLED)
    response = page_of(client, event)
    assert SEAT not in read(response)
    assert f'href="{register_link(event)}" rel="nofollow">S\'inscrire' in response.text


def test_nobody_reads_the_registration_of_another(client, event, lea, settings):
    settings.PUBLIC_CACHE = True
    caches["pages"].clear()
    RegistrationFactory(event=event, email=lea.email)
    assert SEAT in read(page_of(client, event))
    client.logout()
    visitor = page_of(client, event)
    assert SEAT not in read(visitor)
    assert "s'inscrire en liste d'attente" in read(visitor)
    other = UserFactory(email="noe@example.org")
    EmailAddress.objects.create(user=other, email=other.email, verified=True, primary=True)
    client.force_login(other)
    assert SEAT not in read(page_of(client, event))
    caches["pages"].clear()


def test_form_of_who_is_registered_is_for_somebody_else(client, event, lea):
    before = client.get(register_link(event))
    RegistrationFactory(event=event, email=lea.email)
    after = client.get(register_link(event))
    assert f'value="{lea.email}"' in before.text
    assert f'value="{lea.email}"' not in after.text
    assert SEAT in read(after)
