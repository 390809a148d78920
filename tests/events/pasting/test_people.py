"""Those whom a pasted text names, and what they said."""

import pytest

from events.models import Verbatim
from events.pasting.rows import ALREADY
from events.pasting.who import ONLY_THERE
from territories.models import Person
from tests.factories import ActorFactory, AppearanceFactory, AttendanceFactory, PersonFactory

from .pages import ABOUT, ATTENDANCE, page, propose, sent_again, values

pytestmark = pytest.mark.django_db


def test_homonyms_are_to_be_told_apart(animateur_client, event):
    people = [PersonFactory(first_name="Lise", last_name="Armandou") for _ in range(2)]
    response = propose(animateur_client, event)
    assert values(response, "people", "person") == [("",)]
    choices = [
        value
        for value, _ in response.context["proposals"].formsets["people"][0].fields["person"].choices
    ]
    assert set(choices) == {"", "new", *(str(person.pk) for person in people)}

    data = sent_again(response, **{"people-0-person": people[1].pk})
    animateur_client.post(page(event), data)
    assert [each.person for each in event.appearances.all()] == [people[1]]
    assert Person.objects.count() == 2


def test_quote_of_somebody_noted_already_is_theirs(animateur_client, event):
    lise = PersonFactory(first_name="Lise", last_name="Armandou")
    AppearanceFactory(event=event, person=lise, title="maire")
    response = propose(animateur_client, event)
    assert values(response, "people", "keep") == [(False,)]
    assert values(response, "quotes", "author", "keep") == [("Lise Armandou", True)]

    animateur_client.post(page(event), sent_again(response))

    verbatim = Verbatim.objects.get()
    assert (verbatim.person, verbatim.title) == (lise, "maire")
    assert event.appearances.count() == 1


def test_what_an_actor_said_is_no_words_of_a_person(animateur_client, event):
    ActorFactory(name="Landes Mobilité")
    text = "Retour\n\n« Nous voulons avancer ensemble sur ce sujet », dit Landes Mobilité.\n"

    response = propose(animateur_client, event, text)

    assert values(response, "quotes", "author", "title") == [("", "Landes Mobilité")]
    animateur_client.post(page(event), sent_again(response))
    assert Verbatim.objects.get().title == "Landes Mobilité"


def test_topic_is_added_to_a_speech_that_has_none(animateur_client, event):
    lise = PersonFactory(first_name="Lise", last_name="Armandou")
    speech = AppearanceFactory(event=event, person=lise, topic="")
    response = propose(animateur_client, event, ABOUT)
    assert values(response, "people", "keep") == [(True,)]
    animateur_client.post(page(event), sent_again(response))
    speech.refresh_from_db()
    assert speech.topic == "les trajets de la vallée"

    speech.topic = "Le garage"
    speech.save()
    again = propose(animateur_client, event, ABOUT)
    assert values(again, "people", "keep") == [(False,)]
    animateur_client.post(page(event), sent_again(again, **{"people-0-keep": "on"}))
    speech.refresh_from_db()
    assert speech.topic == "Le garage"


def test_topic_of_whoever_did_not_speak_is_refused_beside_it(animateur_client, event):
    data = sent_again(propose(animateur_client, event, ABOUT), **{"people-0-role": "present"})
    refused = animateur_client.post(page(event), data)
    assert list(refused.context["proposals"].formsets["people"][0].errors) == ["topic"]


def test_organisation_of_a_person_is_their_actor_or_is_told_with_their_title(
    animateur_client, event
):
    text = "Retour\n\nMme Odile Ferrand (Garage des Tilleuls) souligne le besoin.\n"
    response = propose(animateur_client, event, text)
    assert values(response, "people", "title", "actor") == [("Garage des Tilleuls", "")]

    actor = ActorFactory(name="Garage des Tilleuls")
    response = propose(animateur_client, event, text)
    assert values(response, "people", "title", "actor") == [("", actor.pk)]


def test_who_was_only_there_is_not_ticked_as_a_speaker(animateur_client, event):
    text = (
        "Étaient présents : Mme Odile Ferrand (élue), M. Karim Belloc (maire).\n\n"
        "M. Belloc souligne : « La navette ne passe plus après le travail. »"
    )
    response = propose(animateur_client, event, text)
    assert values(response, "people", "last_name", "keep") == [("Ferrand", False), ("Belloc", True)]


def test_who_was_there_or_excused_is_no_speaker_once_kept(animateur_client, event):
    response = propose(animateur_client, event, ATTENDANCE)
    assert values(response, "people", "last_name", "role", "keep") == [
        ("Ferrand", "present", False),
        ("Belloc", "present", False),
        ("Orsini", "excused", False),
        ("Armandou", "contact", True),
    ]
    kept = {"people-0-keep": "on", "people-2-keep": "on"}
    animateur_client.post(page(event), sent_again(response, **kept))

    there = event.attendances.values_list("person__last_name", "status")
    assert list(there) == [("Ferrand", "present"), ("Orsini", "excused")]
    assert not event.appearances.exists()


def test_who_was_invited_is_noted_as_present_and_who_is_noted_is_told(animateur_client, event):
    lise, karim = (
        PersonFactory(first_name=first, last_name=last)
        for first, last in (("Odile", "Ferrand"), ("Karim", "Belloc"))
    )
    AttendanceFactory(event=event, territory=None, person=lise, status="invited")
    AttendanceFactory(event=event, territory=None, person=karim, status="represented")
    response = propose(animateur_client, event, ATTENDANCE)
    assert [note for (note,) in values(response, "people", "note")[:2]] == [ONLY_THERE, ALREADY]
    kept = {"people-0-keep": "on", "people-1-keep": "on"}
    animateur_client.post(page(event), sent_again(response, **kept))
    there = event.attendances.values_list("person__last_name", "status")
    assert set(there) == {("Ferrand", "present"), ("Belloc", "represented")}
