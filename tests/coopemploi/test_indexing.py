"""What search engines, and whoever follows a broken link, are told."""

import re

import pytest
from django.urls import reverse

from coopemploi.publishing import Publishable
from tests.factories import ActorTerritoryFactory, InitiativeFactory, TerritoryFactory

pytestmark = pytest.mark.django_db


def locations(client, address):
    return re.findall("<loc>http://testserver(.*?)</loc>", client.get(address).content.decode())


def test_sitemap_tells_what_is_published_only(client):
    shown = InitiativeFactory()
    hidden = InitiativeFactory(status=Publishable.Status.DRAFT)
    covered = ActorTerritoryFactory().territory
    bare = TerritoryFactory()

    parts = locations(client, reverse("sitemap"))
    found = [address for part in parts for address in locations(client, part)]

    assert shown.get_absolute_url() in found
    assert covered.get_absolute_url() in found
    assert reverse("cooperation") in found
    assert not {hidden.get_absolute_url(), bare.get_absolute_url()} & set(found)
    assert {client.get(address).status_code for address in found} == {200}


def test_robots_names_the_sitemap(client):
    assert "Sitemap: http://testserver/sitemap.xml" in client.get(reverse("robots")).text


def test_filtered_list_has_the_address_of_the_list(client):
    page = client.get(reverse("initiative_list"), {"q": "garage"}).content.decode()
    assert '<link rel="canonical" href="http://testserver/initiatives/">' in page


def test_second_page_has_its_own_address(client):
    page = client.get(reverse("initiative_list"), {"page": "1"}).content.decode()
    assert "canonical" not in page


def test_lost_page_suggests_what_its_address_says(client):
    initiative = InitiativeFactory(title="Garage solidaire du Bazadais")
    InitiativeFactory(title="Garage secret", status=Publishable.Status.DRAFT)

    response = client.get("/initiatives/garage-solidaire-du-bazas/")

    assert response.status_code == 404
    page = response.content.decode()
    assert f'href="{initiative.get_absolute_url()}"' in page
    assert "secret" not in page
    assert "canonical" not in page


def test_lost_page_with_nothing_near_says_where_to_go(client):
    response = client.get("/%00/zzzz/")
    assert response.status_code == 404
    assert "Cherchez-vous" not in response.content.decode()
