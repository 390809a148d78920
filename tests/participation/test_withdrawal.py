"""Wherever somebody is named, they may ask that their name be withdrawn."""

import pytest
from django.urls import reverse

from coopemploi.derived import registry
from events.models import ActionParty
from territories.models import Person
from tests.conftest import SignedInClient
from tests.every_address import Content
from tests.factories import (
    AppearanceFactory,
    AttendanceFactory,
    PositionFactory,
    RoundTablePersonFactory,
)

from ..coopemploi.test_matrix import OPEN

pytestmark = pytest.mark.django_db


def test_every_page_that_names_somebody_says_how_to_withdraw_it():
    content = Content()
    event, initiative = content.records["event_detail"], content.records["initiative_detail"]
    person = content.people["participant"].person
    position = PositionFactory(person=person, actor=content.actor)
    initiative.contact = position
    initiative.save()
    event.recap.contact = position
    event.recap.save()
    for key in ("need_detail", "offer_detail"):
        content.records[key].person = person
        content.records[key].save()
    AppearanceFactory(event=event, person=person)
    AttendanceFactory(event=event, person=person, territory=None)
    RoundTablePersonFactory(entry=event.round_table_entries.first(), person=person)
    ActionParty.objects.filter(action=content.records["action_detail"]).update(contact=person)
    Person.objects.update(first_name="Zéphyrine", last_name="Quatrevingt")
    registry.flush()
    visitor = SignedInClient()

    named, silent = [], []
    for name, address in content.addresses():
        if name not in OPEN or name in content.tokens:
            continue
        response = visitor.get(address)
        if response.streaming or "Quatrevingt" not in response.text:
            continue
        named.append(name)
        if f"{reverse('contact')}?objet=Retrait" not in response.text:
            silent.append(name)

    assert silent == []
    assert {"event_detail", "need_detail", "initiative_detail", "verbatim_list"} <= set(named)
