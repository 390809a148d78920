"""A tour de table that a pasted text holds."""

import html
import re

import pytest
from django.contrib.auth.models import Permission

from events.models import RoundTableDraft
from events.pasting.rows import IN_ROUND_TABLE
from tests.factories import UserFactory

from .pages import TEXT, propose, values

pytestmark = pytest.mark.django_db


ROUND_TABLE = f"""{TEXT}
Participants\tDémarches\tMes défis\tMes besoins\tMes offres
Odile Ferrand / PETR du Lunain\tUne GPECT\tUnir 12 clubs\tDes exemples\tUn guide
Karim Belloc / CC du Vallon\tUn forum\tDurer\tDes idées\tUne salle
"""


def test_tour_de_table_of_a_text_is_received_as_one(animateur_client, event):
    response = propose(animateur_client, event, ROUND_TABLE)
    assert values(response, "people", "last_name", "keep", "note") == [
        ("Armandou", True, ""),
        ("Ferrand", False, IN_ROUND_TABLE),
        ("Belloc", False, IN_ROUND_TABLE),
    ]

    sent = html.unescape(re.search(r'name="text" value="([^"]*)"', response.text)[1])
    address = response.context["round_table_url"]
    assert animateur_client.post(address, {"text": sent}).status_code == 302

    drafts = RoundTableDraft.objects.values_list("data__label", flat=True)
    assert list(drafts) == ["Odile Ferrand / PETR du Lunain", "Karim Belloc / CC du Vallon"]


VISITS = "\nLundi\tVisite de 14 fermes\nMardi\tBilan\n"


def test_rows_of_a_tour_de_table_are_said_once(animateur_client, event):
    table = ROUND_TABLE.removeprefix(TEXT).replace("Mes offres", "Mes offres\tE-mail")
    table = table.replace("Un guide", "Un guide\todile@example.org")
    response = propose(animateur_client, event, f"{TEXT}{VISITS}{table}")
    assert "tableau de 2 contributions" in response.text
    # Another table is no part of it.
    assert response.context["unplaced"] == ["Lundi | Visite de 14 fermes", "Mardi | Bilan"]
    assert values(response, "figures", "value", "keep") == [(20, True), (14, True), (12, False)]


@pytest.mark.usefixtures("_without_perimeters")
def test_rows_are_not_placed_for_whoever_may_not_receive_them(client, event):
    user = UserFactory(is_staff=True)
    names = ("change_event", "view_event", "add_recap", "change_recap")
    user.user_permissions.set(Permission.objects.filter(codename__in=names))
    client.force_login(user)
    response = propose(client, event, ROUND_TABLE)
    assert response.context["round_table_url"] == ""
    assert (
        "Karim Belloc / CC du Vallon | Un forum | Durer | Des idées | Une salle"
        in (response.context["unplaced"])
    )
    assert values(response, "figures", "value", "keep") == [(20, True), (12, True)]


def test_text_without_a_tour_de_table_leads_to_none(animateur_client, event):
    text = f"{TEXT}\nLundi\tVisite\nMardi\tBilan\n"
    assert propose(animateur_client, event, text).context["round_table_url"] == ""
