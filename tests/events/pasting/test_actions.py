"""The sessions and the actions of a pasted text."""

import pytest

from events.models import ActionParty
from territories.models import Person
from tests.factories import ActorFactory

from .pages import ACTORS, page, propose, sent_again, values

pytestmark = pytest.mark.django_db


def test_actors_known_are_no_people_and_carry_what_they_carry(animateur_client, event):
    actor = ActorFactory(name="Landes Mobilité")

    response = propose(animateur_client, event, ACTORS)

    assert values(response, "people", "first_name", "keep") == [("Landes", False)]
    notes = values(response, "actions", "carriers", "involved", "note")
    assert notes == [
        ("Landes Mobilité", "", "Acteur reconnu : Landes Mobilité."),
        ("", "le conseil départemental", ""),
    ]
    animateur_client.post(page(event), sent_again(response))
    carriers = ActionParty.objects.order_by("pk").values_list("actor", "label", "role")
    assert list(carriers) == [
        (actor.pk, "", "carrier"),
        (None, "le conseil départemental", "involved"),
    ]
    assert not Person.objects.exists()


def test_actor_named_twice_carries_an_action_once(animateur_client, event):
    actor = ActorFactory(name="Landes Mobilité", aliases=["LM"])
    text = "Retour\n\nActions :\n- Ouvrir un garage (porteurs : Landes Mobilité, LM, habitants)\n"

    response = propose(animateur_client, event, text)

    assert values(response, "actions", "note") == [("Acteur reconnu : Landes Mobilité.",)]
    animateur_client.post(page(event), sent_again(response))
    carriers = ActionParty.objects.order_by("pk").values_list("actor", "label", "order")
    assert list(carriers) == [(actor.pk, "", 1), (None, "habitants", 2)]


AXES = """Coopérer pour l'emploi

Les axes travaillés et pistes retenues
- Le logement
Quelles initiatives pour loger qui travaille ?
Action : Création d'un organisme foncier (avec l'implication du département, des EPCI)
- La mobilité
Comment partager les solutions ?
Action : Création d'un guichet unique, fin avril
"""


def test_action_keeps_the_axis_that_retained_it(animateur_client, event):
    response = propose(animateur_client, event, AXES)
    assert values(response, "sessions", "kind", "title") == [
        ("axis", "Le logement"),
        ("axis", "La mobilité"),
    ]
    assert values(response, "actions", "title", "involved", "due") == [
        ("Création d'un organisme foncier", "département ; EPCI", ""),
        ("Création d'un guichet unique", "", "[] fin avril"),
    ]
    animateur_client.post(page(event), sent_again(response, **{"sessions-1-keep": None}))

    actions = event.actions.order_by("pk")
    assert [each.session and each.session.title for each in actions] == ["Le logement", None]
    assert [str(each.due or "") for each in actions] == ["", "fin avril"]


def test_long_action_is_cut_in_its_title_alone(animateur_client, event):
    said = "Ouvrir un garage " + "et encore un garage " * 15
    response = propose(animateur_client, event, f"Retour\n\nActions :\n- {said}\n")
    animateur_client.post(page(event), sent_again(response))
    action = event.actions.get()
    assert (len(action.title), action.reason) == (250, said.strip())


def test_session_whose_title_is_too_long_keeps_it_whole(animateur_client, event):
    title = f"Le garage {'partagé ' * 30}".strip()
    response = propose(animateur_client, event, f"Retour\n\nAtelier 1 : {title}\nIl ouvre.\n")
    assert values(response, "sessions", "title", "outcome") == [
        (f"{title[:199]}…", f"{title}\nIl ouvre.")
    ]
