"""From a need to an answer, lived by two participants and whoever animates the network."""

import datetime
import re

import pytest
from django.core.cache import cache
from django.utils import timezone
from playwright.sync_api import expect
from post_office.models import Email

from coopemploi.derived import registry
from initiatives import introductions
from initiatives.models import Introduction
from tests.conftest import SignedInClient
from tests.factories import NeedFactory, OfferFactory, PersonFactory, UserFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LEA, NOE = "lea.cherche@example.org", "noe.aide@example.org"


@pytest.fixture
def need():
    cache.clear()
    OfferFactory(
        text="Un modèle de clauses d'insertion pour les marchés",
        person=PersonFactory(first_name="Noé", last_name="Aide", email=NOE),
    )
    return NeedFactory(
        text="Les clauses d'insertion dans les marchés",
        person=PersonFactory(first_name="Léa", last_name="Cherche", email=LEA),
    )


def sign_in(page, site, user):
    client = SignedInClient()
    client.force_login(user)
    cookie = client.cookies["sessionid"]
    page.context.add_cookies([{"name": "sessionid", "value": cookie.value, "url": site}])


def open_link(page, site, address, kind):
    """Open the last link received, as a person without an account."""
    page.context.clear_cookies()
    message = Email.objects.filter(to=address).latest("pk").message
    page.goto(site + re.search(rf"/mises-en-relation/{kind}/\S+", message)[0])


def test_a_need_meets_its_answer(page, need, site):
    registry.flush()
    sign_in(page, site, UserFactory(is_staff=True, is_superuser=True))
    page.goto(site + need.get_absolute_url())
    expect(page.get_by_text("même dispositif")).to_be_visible()
    page.get_by_role("link", name="Mettez-nous en relation").click()
    page.get_by_label("Votre message").fill("Vous devriez vous parler.")
    page.get_by_role("button", name="Envoyer").click()
    expect(page.get_by_text("C'est parti.")).to_be_visible()

    for address in (LEA, NOE):
        open_link(page, site, address, "reponse")
        expect(page.get_by_text("Vous devriez vous parler.")).to_be_visible()
        expect(page.get_by_text(NOE if address == LEA else LEA)).to_have_count(0)
        page.get_by_label("Oui, mettez-nous en relation").check()
        page.get_by_role("button", name="Répondre").click()
    expect(page.get_by_role("link", name=LEA)).to_be_visible()

    long_ago = timezone.now() - datetime.timedelta(days=31)
    Introduction.objects.update(introduced_at=long_ago)
    introductions.follow_up(timezone.now())
    open_link(page, site, LEA, "suite")
    page.get_by_label("Oui, cela a aidé").check()
    page.get_by_label("Racontez en une phrase").fill("Le modèle de Noé nous sert.")
    page.get_by_role("button", name="Répondre").click()

    expect(page.get_by_role("heading", name="Résolu grâce à")).to_be_visible()
    expect(page.get_by_text("Le modèle de Noé nous sert.")).to_be_visible()
