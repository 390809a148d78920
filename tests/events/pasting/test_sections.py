"""What a pasted text tells in sentences, and its links."""

import pytest

from events.models import Recap
from tests.factories import RecapFactory

from .pages import page, propose, sent_again, values

pytestmark = pytest.mark.django_db


def test_links_of_a_text_are_those_of_the_recap(animateur_client, event):
    text = (
        "Retour\n\nLes supports : https://example.org/s/8fZk\n\n"
        "Le replay : https://example.org/video"
    )
    response = propose(animateur_client, event, text)
    animateur_client.post(page(event), sent_again(response))

    recap = Recap.objects.get()
    assert list(recap.links.values_list("title", "url")) == [
        ("Les supports", "https://example.org/s/8fZk")
    ]
    assert recap.replay_url == "https://example.org/video"
    again = propose(animateur_client, event, text)
    assert values(again, "links", "keep") == [(False,), (False,)]


def test_what_a_title_announces_as_read_apart_is_not_ticked(animateur_client, event):
    text = f"{PROSE}\n## Chiffres clés\n\nIls sont bons cette année.\n"
    response = propose(animateur_client, event, text)
    assert values(response, "sections", "title", "keep")[-1] == ("Chiffres clés", False)
    assert "sans doute proposé" in values(response, "sections", "note")[-1][0]


def test_second_replay_is_a_link_and_the_first_stays(animateur_client, event):
    RecapFactory(event=event, replay_url="https://example.org/un")
    text = "Retour\n\nLe replay : https://example.org/deux\n"
    response = propose(animateur_client, event, text)
    assert values(response, "links", "is_replay") == [(False,)]

    data = sent_again(response, **{"links-0-is_replay": "on"})
    animateur_client.post(page(event), data)

    recap = Recap.objects.get()
    assert recap.replay_url == "https://example.org/un"
    assert recap.links.get().url == "https://example.org/deux"


PROSE = """Retour sur l'atelier

La journée a commencé par une visite.

## Le garage

Il répare <script>alert(1) des voitures.

Il embauche aussi.

## Nous écrire

Écrire à lise@example.org pour le visiter.
"""


def test_prose_is_kept_as_the_parts_of_the_recap(animateur_client, event):
    response = propose(animateur_client, event, PROSE)
    assert values(response, "sections", "title", "keep") == [
        ("La rencontre", True),
        ("Le garage", True),
        ("Nous écrire", False),
    ]
    assert "une adresse e-mail" in response.content.decode().lower()

    animateur_client.post(page(event), sent_again(response, **{"sections-0-keep": None}))

    [section] = Recap.objects.get().sections.all()
    assert (section.title, section.body.splitlines()) == (
        "Le garage",
        ["Il répare <script>alert(1) des voitures.", "", "Il embauche aussi."],
    )
    assert event.sessions.count() == 0
    again = propose(animateur_client, event, PROSE)
    assert values(again, "sections", "title", "keep", "note")[1] == (
        "Le garage",
        False,
        "Déjà noté à cette rencontre.",
    )


def test_part_kept_is_shown_without_any_markup_of_the_text(animateur_client, client, event):
    response = propose(animateur_client, event, PROSE)
    animateur_client.post(page(event), sent_again(response))
    Recap.objects.get().publish()
    event.status = "published"
    event.save()

    shown = client.get(event.get_absolute_url()).content.decode()

    assert "Il répare &lt;script&gt;alert(1) des voitures." in shown


def test_part_without_a_title_is_refused_beside_it(animateur_client, event):
    response = propose(animateur_client, event, PROSE)

    refused = animateur_client.post(page(event), sent_again(response, **{"sections-1-title": ""}))

    assert refused.status_code == 400
    form = refused.context["proposals"].formsets["sections"].forms[1]
    assert "obligatoire" in form.errors["title"][0]
    assert not Recap.objects.exists()
