"""What is kept of a pasted text is written at once, and once."""

import pytest
from django.urls import reverse

from coopemploi.publishing import Publishable
from coopemploi.sources.models import Source
from events.models import Action, Event, KeyIdea, Recap, Verbatim
from territories.models import Person
from tests.factories import (
    AppearanceFactory,
    AttendanceFactory,
    EventFigureFactory,
    KeyIdeaFactory,
    NetworkFactory,
    PersonFactory,
    RecapFactory,
    SeriesFactory,
    SourceFactory,
    TerritoryFactory,
    VerbatimFactory,
)

from .pages import TEXT, page, propose, sent_again, values

pytestmark = pytest.mark.django_db


def test_what_is_kept_is_written_with_its_source(animateur_client, event, crestville):
    data = sent_again(propose(animateur_client, event))
    response = animateur_client.post(page(event), data)

    event.refresh_from_db()
    recap = event.recap
    recap_page = reverse("admin:events_recap_change", args=[recap.pk])
    assert response.url == f"{recap_page}?retour=rencontre"
    assert (recap.status, event.start.as_input) == (Publishable.Status.DRAFT, "04/05/2021")
    assert (recap.source.title, recap.source.raw_text) == ("Le blog du réseau", TEXT)
    [figure] = event.figures.all()
    assert (figure.value, figure.source) == (20, recap.source)
    [appearance] = event.appearances.all()
    assert (str(appearance.person), appearance.title) == ("Lise Armandou", "maire de Crestville")
    [verbatim] = recap.verbatims.all()
    assert (verbatim.person, verbatim.title) == (appearance.person, "maire de Crestville")
    assert verbatim.key_idea.text == "Se déplacer est la première condition du travail"
    [attendance] = event.attendances.all()
    assert (attendance.territory, attendance.stage) == (crestville, "emerging")
    [action] = event.actions.all()
    assert action.status == Publishable.Status.DRAFT
    assert [party.label for party in action.parties.all()] == ["la mission locale"]
    assert event.next_event.start.as_input == "02/2022"
    assert event.next_event.status == Publishable.Status.DRAFT


def written():
    return [model.objects.count() for model in (Source, Recap, Verbatim, Action, Event, Person)]


def test_page_sent_twice_is_written_once(animateur_client, event, crestville):
    data = sent_again(propose(animateur_client, event))
    first = animateur_client.post(page(event), data)
    before = written()

    again = animateur_client.post(page(event), {**data, "quotes-0-text": "Autre"}, follow=True)

    assert again.redirect_chain == [(first.url, 302)]
    assert "déjà enregistrée" in again.text
    assert written() == before == [1, 1, 1, 1, 2, 1]


def test_event_deleted_while_its_page_is_on_its_way_is_not_found(
    animateur_client, event, monkeypatch
):
    data = sent_again(propose(animateur_client, event))
    delete = Event.objects.filter(pk=event.pk).delete
    monkeypatch.setattr("events.admin.pasting.territory_resolver", lambda: delete() and None)
    assert animateur_client.post(page(event), data).status_code == 404
    assert not Source.objects.exists()


def test_text_read_again_after_it_was_written_may_be_kept_further(
    animateur_client, event, crestville
):
    data = sent_again(propose(animateur_client, event), **{"figures-0-keep": None})
    animateur_client.post(page(event), data)
    assert not event.figures.exists()
    del data["save"]

    again = animateur_client.post(page(event), {**data, "read": "1"})
    animateur_client.post(page(event), sent_again(again))

    assert (event.figures.count(), Verbatim.objects.count()) == (1, 1)


def test_page_refused_then_mended_is_written(animateur_client, event, crestville):
    wrong = sent_again(propose(animateur_client, event), **{"figures-0-value": "beaucoup"})
    refused = animateur_client.post(page(event), wrong)

    mended = sent_again(refused, **{"figures-0-value": "20"})
    assert mended["once"] == wrong["once"]
    animateur_client.post(page(event), mended)

    assert Recap.objects.count() == 1


def test_what_is_mended_is_written_as_mended_and_what_is_dropped_is_not(
    animateur_client, event, crestville
):
    changes = {
        "quotes-0-text": "Sans voiture, pas de travail.",
        "quotes-0-idea": "",
        "figures-0-keep": None,
        "figures-0-value": "pas un nombre",
        "actions-0-keep": None,
        "next-0-keep": None,
    }
    data = sent_again(propose(animateur_client, event), **changes)
    assert animateur_client.post(page(event), data).status_code == 302

    [verbatim] = Verbatim.objects.all()
    assert (verbatim.text, verbatim.key_idea) == ("Sans voiture, pas de travail.", None)
    assert not KeyIdea.objects.exists()
    assert not event.figures.exists()
    assert not Action.objects.exists()
    assert Event.objects.count() == 1


@pytest.mark.parametrize(
    ("kind", "changes", "message"),
    [
        ("quotes", {"quotes-0-author": "Somebody Else"}, "gardez-la, ou videz"),
        ("quotes", {"people-0-keep": None}, "gardez-la, ou videz"),
        ("people", {"people-0-person": ""}, "Dites si"),
        ("territories", {"territories-1-keep": "on"}, "Choisissez le territoire"),
        ("figures", {"figures-0-value": "beaucoup"}, "nombre"),
        ("actions", {"actions-0-carriers": "x" * 300}, "trop long"),
    ],
)
def test_error_stands_beside_its_proposal_and_nothing_is_written(
    animateur_client, event, crestville, kind, changes, message
):
    data = sent_again(propose(animateur_client, event), **changes)
    response = animateur_client.post(page(event), data)

    assert response.status_code == 400
    errors = [
        error
        for form in response.context["proposals"].formsets[kind].errors
        for error in form.items()
    ]
    assert message in str(errors)
    assert "Rien n'est enregistré" in response.content.decode()
    assert not Recap.objects.exists()
    assert not Source.objects.exists()


def test_what_is_known_already_is_not_proposed_twice(animateur_client, event):
    lise = PersonFactory(first_name="Lise", last_name="Armandou")
    AppearanceFactory(event=event, person=lise)
    EventFigureFactory(event=event, value=20, unit="")
    response = propose(animateur_client, event)
    assert values(response, "people", "keep") == [(False,)]
    assert values(response, "figures", "keep") == [(False,)]
    assert "Déjà noté" in response.content.decode()


def test_what_is_kept_is_of_the_places_of_its_meeting(animateur_client, event):
    here, event.network, event.series = TerritoryFactory(), NetworkFactory(), SeriesFactory()
    event.save()
    event.territories.add(here)
    source = SourceFactory()
    recap = RecapFactory(event=event, source=source)

    animateur_client.post(page(event), sent_again(propose(animateur_client, event)))

    event.refresh_from_db()
    recap.refresh_from_db()
    following = event.next_event
    assert list(event.actions.get().territories.all()) == [here]
    assert list(following.territories.all()) == [here]
    assert (following.network, following.series) == (event.network, event.series)
    # The text is kept beside the source that the recap has.
    assert recap.source == source
    assert event.figures.get().source != source


def test_what_is_kept_comes_after_what_is_there(animateur_client, event, crestville):
    EventFigureFactory(event=event, value=3, order=4)
    AttendanceFactory(event=event, order=6)
    idea = KeyIdeaFactory(recap=RecapFactory(event=event), order=9)
    VerbatimFactory(recap=idea.recap, key_idea=idea, order=2)

    animateur_client.post(page(event), sent_again(propose(animateur_client, event)))

    assert event.figures.get(value=20).order == 5
    assert event.attendances.get(territory=crestville).order == 7
    assert idea.recap.key_ideas.exclude(pk=idea.pk).get().order == 10
    assert idea.recap.verbatims.exclude(key_idea=idea).get().order == 3


def test_recap_begun_keeps_what_it_says(animateur_client, event):
    recap = RecapFactory(event=event, standfirst="Mon chapô.", status="published")
    response = propose(animateur_client, event)
    assert "se verra aussitôt" in response.content.decode()
    animateur_client.post(page(event), sent_again(response))
    recap.refresh_from_db()
    assert (recap.standfirst, recap.verbatims.count()) == ("Mon chapô.", 1)
