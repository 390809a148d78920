"""What a pasted text says of the meeting itself."""

from datetime import date, time

import pytest

from events.pasting.proposing import GOES_ON, TOO_LONG
from tests.factories import ActorFactory, EventFactory, ObstacleFactory, TerritoryFactory

from .pages import ABOUT, page, propose, sent_again, values

pytestmark = pytest.mark.django_db


DAYS = """Forum des 14 et 15 mars, 9h30-17h, à Dax

Publié le 20/04/2023

On a parlé.

Prochaine réunion le mardi 13 mai, 14 h, salle des Tilleuls.
"""


def test_days_and_times_are_those_of_the_text(animateur_client, event):
    response = propose(animateur_client, event, DAYS)
    names = ("start", "end", "start_time", "end_time")
    assert values(response, "meeting", *names) == [
        ("[14/03/2023] 14 mars", "[15/03/2023] 15 mars", "09:30", "17:00")
    ]
    announced = "Prochaine réunion le mardi 13 mai, 14 h, salle des Tilleuls."
    assert values(response, "next", "start", "start_time", "summary") == [
        ("[13/05/2023] 13 mai", "14:00", announced)
    ]
    assert response.context["form"]["published_on"].value() == "2023-04-20"
    sent = sent_again(response, published_on="2023-04-20")
    animateur_client.post(page(event), sent)

    event.refresh_from_db()
    assert (event.start_latest, event.end_latest) == (date(2023, 3, 14), date(2023, 3, 15))
    assert (event.start_time, event.end_time) == (time(9, 30), time(17))
    assert (event.next_event.start_time, event.next_event.summary) == (time(14), announced)
    assert event.recap.source.published_on.as_input == "20/04/2023"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"meeting-0-end": "1/3/2023"}, "end"),
        ({"meeting-0-end": "", "meeting-0-end_time": "08:00"}, "end_time"),
        ({"meeting-0-end": "[14/03/2023] 14 mars", "meeting-0-end_time": "08:00"}, "end_time"),
    ],
)
def test_meeting_does_not_end_before_it_begins(animateur_client, event, changes, field):
    data = sent_again(propose(animateur_client, event, DAYS), **changes)
    refused = animateur_client.post(page(event), data)
    assert refused.status_code == 400
    assert list(refused.context["proposals"].formsets["meeting"][0].errors) == [field]


def test_meeting_of_two_days_may_end_at_an_earlier_hour(animateur_client, event):
    response = propose(animateur_client, event, DAYS)
    data = sent_again(response, **{"meeting-0-end_time": "08:00"})
    assert animateur_client.post(page(event), data).status_code == 302
    event.refresh_from_db()
    assert event.end_time == time(8)


def test_town_of_the_meeting_is_not_proposed_as_its_venue(animateur_client, event):
    text = (
        "Retour sur l'atelier\n\nUne trentaine de personnes se sont retrouvées à Dax pour parler."
    )
    response = propose(animateur_client, event, text)
    assert values(response, "meeting", "venue") == [("Dax",)]
    event.town = TerritoryFactory(name="Dax", kind="commune")
    event.save()
    response = propose(animateur_client, event, text)
    assert [venue for (venue,) in values(response, "meeting", "venue") if venue] == []


def test_those_who_held_the_meeting_are_its_parties(animateur_client, event):
    actor = ActorFactory(name="Landes Mobilité")
    text = "Retour\n\nLa journée était organisée par Landes Mobilité et les clubs."

    response = propose(animateur_client, event, text)
    assert values(response, "parties", "role", "label", "actor") == [
        ("organiser", "Landes Mobilité", actor.pk),
        ("organiser", "clubs", ""),
    ]
    animateur_client.post(page(event), sent_again(response))

    parties = event.parties.values_list("role", "actor", "label")
    assert list(parties) == [("organiser", actor.pk, ""), ("organiser", None, "clubs")]
    again = propose(animateur_client, event, text)
    assert values(again, "parties", "keep") == [(False,), (False,)]


OBJECTIVES = """Coopérer pour l'emploi

Objectif et sous-objectifs :
- Choisir quelques actions qui puissent :
– S'engager à court terme
– Être utiles au département - Changer de paradigme
- Se connaître

Objectifs 2025
- Doubler les visites
"""


def test_objectives_keep_their_criteria(animateur_client, event):
    response = propose(animateur_client, event, OBJECTIVES)
    assert values(response, "objectives", "kind", "text") == [
        ("objective", "Choisir quelques actions qui puissent"),
        ("criterion", "S'engager à court terme"),
        ("criterion", "Être utiles au département"),
        ("objective", "Changer de paradigme"),
        ("objective", "Se connaître"),
    ]
    assert values(response, "sections", "title", "body") == [
        ("Objectifs 2025", "- Doubler les visites")
    ]
    animateur_client.post(page(event), sent_again(response))

    written = event.objectives.values_list("text", "parent__text")
    assert list(written)[1:4] == [
        ("S'engager à court terme", "Choisir quelques actions qui puissent"),
        ("Être utiles au département", "Choisir quelques actions qui puissent"),
        ("Changer de paradigme", None),
    ]


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        (f"{'Se voir. ' * 40}Se revoir. {'Se dire. ' * 40}Finir.", ["objective", "criterion"]),
        (f"{'mot ' * 200}fin", ["objective", "criterion", "criterion"]),
        (f"{'m' * 399} fin", ["objective", "criterion"]),
        ("m" * 400, ["objective"]),
    ],
)
def test_objective_too_long_is_one_with_its_criteria(animateur_client, event, text, kinds):
    response = propose(animateur_client, event, f"Retour\n\nObjectifs :\n- {text}\n")
    assert [kind for (kind,) in values(response, "objectives", "kind")] == kinds
    assert animateur_client.post(page(event), sent_again(response)).status_code == 302

    first, *others = event.objectives.all()
    assert " ".join(each.text for each in (first, *others)) == text
    assert {each.parent for each in others} <= {first}


def test_objective_is_cut_where_a_sentence_ends(animateur_client, event):
    text = f"{'Se voir. ' * 44}Se revoir."
    response = propose(animateur_client, event, f"Retour\n\nObjectifs :\n- {text}\n")
    assert values(response, "objectives", "text", "note") == [
        (("Se voir. " * 44).strip(), TOO_LONG),
        ("Se revoir.", GOES_ON),
    ]


def test_what_a_meeting_was_about_is_kept_in_its_fields(animateur_client, event):
    mobility = ObstacleFactory(name="Mobilité")
    ObstacleFactory(name="Garde")
    children = ObstacleFactory(name="Garde d'enfants")
    response = propose(animateur_client, event, ABOUT)
    assert values(response, "meeting", "topic") == [("Aller vers les habitants",)]
    assert values(response, "people", "topic") == [("les trajets de la vallée",)]
    assert values(response, "obstacles", "wording", "obstacle", "keep") == [
        ("problème de mobilités", mobility.pk, True),
        ("garde d'enfants", children.pk, True),
        ("ennui", "", False),
    ]
    animateur_client.post(page(event), sent_again(response, **{"obstacles-1-keep": None}))

    event.refresh_from_db()
    assert event.topic == "Aller vers les habitants"
    assert event.appearances.get().topic == "les trajets de la vallée"
    assert list(event.obstacles.all()) == [mobility]
    again = propose(animateur_client, event, ABOUT)
    assert values(again, "obstacles", "keep") == [(False,), (True,), (False,)]
    assert values(again, "people", "keep") == [(False,)]


def test_next_meeting_that_is_noted_is_not_proposed(animateur_client, event):
    event.next_event = EventFactory()
    event.save()
    assert values(propose(animateur_client, event), "next", "title") == []


def test_obstacle_that_two_terms_say_is_a_choice(animateur_client, event):
    ObstacleFactory(name="Mobilité")
    housing = ObstacleFactory(name="Logement")
    text = "Retour\n\nLes freins (mobilité ou logement, ennui) sont connus.\n"
    response = propose(animateur_client, event, text)
    assert values(response, "obstacles", "obstacle", "keep")[0] == ("", False)

    data = sent_again(response, **{"obstacles-0-keep": "on"})
    refused = animateur_client.post(page(event), data)
    assert list(refused.context["proposals"].formsets["obstacles"][0].errors) == ["obstacle"]
    animateur_client.post(page(event), {**data, "obstacles-0-obstacle": housing.pk})
    assert list(event.obstacles.all()) == [housing]


def test_what_the_meeting_says_is_not_asked_again(animateur_client, event):
    event.start, event.venue = "03/05/2021", "Écosite"
    event.save()
    response = propose(animateur_client, event)
    [form] = response.context["proposals"].formsets["meeting"]
    assert list(form.fields) == ["keep", "standfirst", "topic", "excerpt", "note"]


def test_what_somebody_notes_meanwhile_is_not_replaced_unsaid(animateur_client, event):
    data = sent_again(propose(animateur_client, event))
    event.start, event.next_event = "03/05/2021", EventFactory(title="Suite prévue")
    event.save()
    refused = animateur_client.post(page(event), data)
    formsets = refused.context["proposals"].formsets
    assert list(formsets["meeting"][0].errors) == ["start"]
    assert "Suite prévue" in formsets["next"][0].errors["title"][0]

    kept = {"meeting-0-start": "", "next-0-keep": ""}
    animateur_client.post(page(event), {**data, **kept})
    event.refresh_from_db()
    assert (event.start.as_input, event.next_event.title) == ("03/05/2021", "Suite prévue")
