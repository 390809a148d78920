"""Whom a pasted text tells to write to."""

import pytest

from events.models import Recap
from events.pasting.who import ONE_CONTACT
from tests.factories import (
    ActorFactory,
    ActorTerritoryFactory,
    AppearanceFactory,
    MandateFactory,
    PersonFactory,
    PositionFactory,
    RecapFactory,
    TerritoryFactory,
)

from .pages import ATTENDANCE, page, propose, sent_again, values

pytestmark = pytest.mark.django_db


def test_whom_the_text_tells_to_write_to_is_the_contact_of_the_recap(animateur_client, event):
    first = propose(animateur_client, event, ATTENDANCE)
    animateur_client.post(page(event), sent_again(first))

    contact = Recap.objects.get().contact
    assert str(contact) == "Lise Armandou, chargée de mission"
    again = propose(animateur_client, event, ATTENDANCE)
    assert values(again, "people", "keep")[3] == (False,)


def test_contact_without_a_function_is_refused_beside_it(animateur_client, event):
    response = propose(animateur_client, event, "Retour\n\nContact : Mme Lise Armandou")
    assert values(response, "people", "role", "keep") == [("contact", False)]
    data = sent_again(response, **{"people-0-keep": "on"})
    refused = animateur_client.post(page(event), data)
    assert refused.status_code == 400
    assert refused.context["proposals"].formsets["people"][0].errors == {
        "title": ["Donnez une fonction ou un acteur au contact."]
    }


@pytest.mark.parametrize(
    ("is_theirs", "has_function"), [(True, False), (False, True), (False, False)]
)
def test_contact_is_given_a_function_by_whoever_may_edit_them(
    client, event, is_theirs, has_function
):
    here, elsewhere = TerritoryFactory(), TerritoryFactory()
    event.territories.add(here)
    actor = ActorFactory()
    ActorTerritoryFactory(actor=actor, territory=here if is_theirs else elsewhere)
    person = PersonFactory(first_name="Lise", last_name="Armandou")
    title = "chargée de mission" if has_function else "maire"
    PositionFactory(
        person=person, actor=actor if is_theirs or not has_function else None, title=title
    )
    client.force_login(MandateFactory(territory=here).user)

    response = propose(client, event, ATTENDANCE)
    written = client.post(page(event), sent_again(response))

    may = is_theirs or has_function
    assert written.status_code == (302 if may else 400)
    assert Recap.objects.filter(contact__person=person).exists() == may
    assert person.positions.count() == (2 if is_theirs else 1)
    if not may:
        assert written.context["proposals"].formsets["people"][3].errors == {
            "person": ["Vos droits ne permettent pas de donner une fonction à cette personne."]
        }


CONTACTS = """Retour sur l'atelier

Contacts : Lise Armandou, chargée de mission, et Paul Orsini, directeur du garage
"""


def test_second_contact_is_a_choice_and_is_told_beside_itself(animateur_client, event):
    response = propose(animateur_client, event, CONTACTS)
    assert values(response, "people", "last_name", "role", "keep", "note") == [
        ("Armandou", "contact", True, ""),
        ("Orsini", "contact", False, ONE_CONTACT),
    ]

    data = sent_again(response, **{"people-1-keep": "on"})
    refused = animateur_client.post(page(event), data)
    assert refused.status_code == 400
    first, second = refused.context["proposals"].formsets["people"]
    assert not first.errors
    assert "c'est déjà Lise Armandou" in second.errors["role"][0]
    assert not Recap.objects.exists()

    animateur_client.post(page(event), {**data, "people-1-role": "present"})
    assert Recap.objects.get().contact.person.last_name == "Armandou"
    assert event.attendances.get().person.last_name == "Orsini"


def test_contact_of_a_recap_is_not_replaced_by_that_of_a_text(animateur_client, event):
    contact = PositionFactory(title="coordinatrice")
    RecapFactory(event=event, contact=contact)
    response = propose(animateur_client, event, CONTACTS)
    assert values(response, "people", "keep", "note") == [(False, ONE_CONTACT)] * 2

    data = sent_again(response, **{"people-1-keep": "on"})
    refused = animateur_client.post(page(event), data)
    error = refused.context["proposals"].formsets["people"][1].errors["role"][0]
    assert str(contact) in error
    assert event.recap.contact == contact


def test_who_spoke_may_be_the_contact_too(animateur_client, event):
    lise = PersonFactory(first_name="Lise", last_name="Armandou")
    AppearanceFactory(event=event, person=lise)
    response = propose(animateur_client, event, CONTACTS)
    assert values(response, "people", "keep", "note")[0] == (True, "")
