"""What search engines, and whoever follows a broken link, are told."""

import re

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from coopemploi.identity.models import Identity
from coopemploi.publishing import Publishable
from tests.factories import (
    ActorTerritoryFactory,
    InitiativeFactory,
    RecapFactory,
    RecapPictureFactory,
    TerritoryFactory,
)

from .test_public_urls import PUBLIC_RECORDS

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


def told_elsewhere(client, address, **query):
    """What a messenger shows of an address that somebody shares."""
    page = BeautifulSoup(client.get(address, query).content, "html.parser")
    return {tag["property"]: tag["content"] for tag in page.select("meta[property^=og]")}


def test_shared_page_says_what_it_is(client):
    told = told_elsewhere(client, reverse("initiative_list"))

    assert told["og:title"] == "Initiatives"
    assert told["og:description"].startswith("Le répertoire des initiatives")
    assert told["og:url"] == "http://testserver/initiatives/"
    assert (told["og:type"], told["og:site_name"]) == ("website", "Coopemploi")
    assert client.get(told["og:image"]).status_code == 200


@pytest.mark.parametrize("query", [{"voir": "offres"}, {"q": "vélo"}, {"page": "1"}])
def test_shared_list_is_not_said_to_be_at_the_address_of_another(client, query):
    """What a messenger leads to is then the very address that was shared."""
    assert "og:url" not in told_elsewhere(client, reverse("exchange_list"), **query)


def test_shared_recap_shows_its_first_picture_and_its_words(client, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    recap = RecapFactory(standfirst="Un « chapô » & plus.", event__title="Rencontre d'hiver")
    picture = RecapPictureFactory(recap=recap, alternative="Vingt personnes debout")
    RecapPictureFactory(recap=recap, order=2)

    told = told_elsewhere(client, recap.event.get_absolute_url())

    assert (told["og:title"], told["og:type"]) == ("Rencontre d'hiver", "article")
    assert told["og:description"] == "Un « chapô » & plus."
    assert told["og:image"] == f"http://testserver{picture.medium.url}"
    assert told["og:image:alt"] == "Vingt personnes debout"


def test_meeting_shared_before_its_recap_is_out_tells_nothing_of_it(client):
    recap = RecapFactory(status=Publishable.Status.DRAFT, event__summary="Venez nombreux.")
    RecapPictureFactory(recap=recap)

    told = told_elsewhere(client, recap.event.get_absolute_url())

    assert told["og:description"] == "Venez nombreux."
    assert "icone-512" in told["og:image"]


@pytest.mark.parametrize("name", sorted(PUBLIC_RECORDS))
def test_every_record_says_what_it_is_about(client, name):
    record = PUBLIC_RECORDS[name]()
    for field in ("summary", "description", "reason"):
        if hasattr(record, field):
            type(record).objects.filter(pk=record.pk).update(**{field: ""})

    told = told_elsewhere(client, record.get_absolute_url())

    assert told["og:description"].strip() not in {"", "None", Identity().tagline}
