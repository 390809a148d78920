"""What was said, across meetings; a recap to share and to carry away."""

import pytest
from django.urls import reverse

from coopemploi.dates import PartialDate
from coopemploi.formats import pdf
from events.models import Recap
from tests.factories import (
    EventFactory,
    KeyIdeaFactory,
    PersonFactory,
    RecapFactory,
    ThemeFactory,
    VerbatimFactory,
)

pytestmark = pytest.mark.django_db
LIST = reverse("verbatim_list")


def said(text, **values):
    values.setdefault("recap", RecapFactory())
    return VerbatimFactory(text=text, fidelity="faithful", **values)


def shown(client, **query):
    response = client.get(LIST, query)
    assert response.status_code == 200
    return {verbatim.text for verbatim in response.context["page"]}


def test_verbatims_are_found_by_words_theme_speaker_and_year(client):
    mobility, lise = ThemeFactory(name="Mobilité"), PersonFactory(first_name="Lise")
    event = EventFactory(start=PartialDate.parse("04/05/2021"))
    verbatim = said("La navette passe trop tôt.", person=lise, recap=RecapFactory(event=event))
    verbatim.themes.add(mobility)
    said("Autre chose.")

    for query in (
        {"q": "navettes"},
        {"theme": mobility.slug},
        {"auteur": lise.slug},
        {"annee": "2021"},
    ):
        assert shown(client, **query) == {"La navette passe trop tôt."}, query
    assert len(shown(client)) == 2
    assert shown(client, q="absent partout") == set()


def test_verbatims_of_drafts_are_not_public(client, animateur_client):
    said("Brouillon de compte rendu.", recap=RecapFactory(status="draft"))
    said("Brouillon.", recap=RecapFactory(event=EventFactory(status="draft")))
    assert len(shown(animateur_client)) == 2
    client.logout()
    assert shown(client) == set()


def test_withdrawn_name_leads_to_nothing(client):
    zoe = PersonFactory(first_name="Zoé", last_name="Retirée", attribution_withdrawn=True)
    said("Je préfère rester discrète.", person=zoe)
    assert shown(client, q="retirée") == set()
    page = client.get(LIST, {"auteur": zoe.slug}).content.decode()
    assert "Retirée" not in page
    assert "Je préfère rester discrète." in page  # an unknown value narrows nothing


def test_each_verbatim_has_its_own_address(client):
    verbatim = said("La navette passe trop tôt.")
    anchor = f"verbatim-{verbatim.pk}"
    page = client.get(verbatim.recap.event.get_absolute_url()).content.decode()
    assert f'id="{anchor}"' in page
    assert f'href="#{anchor}"' in page
    listed = client.get(LIST).content.decode()
    assert verbatim.get_absolute_url() in listed


@pytest.mark.parametrize(
    ("fields", "words", "minutes"),
    [({"reading_minutes": 5}, 10, 5), ({}, 10, 1), ({}, 500, 3), ({"standfirst": ""}, 0, 0)],
)
def test_reading_time_is_said_or_counted(fields, words, minutes):
    recap = RecapFactory(**{"standfirst": "mot " * words, **fields})
    KeyIdeaFactory(recap=recap, text="") if words else None
    assert Recap.objects.get().minutes == minutes


def test_page_is_shared_by_plain_links(client):
    event = EventFactory(title="Mobilité & emploi")
    page = client.get(event.get_absolute_url()).content.decode()
    whole = f"http://testserver{event.get_absolute_url()}".replace(":", "%3A").replace("/", "%2F")
    assert f"mailto:?subject=Mobilit%C3%A9%20%26%20emploi&amp;body={whole}" in page
    assert f"share-offsite/?url={whole}" in page
    assert "<iframe" not in page


def test_draft_is_not_offered_to_share(animateur_client):
    event = EventFactory(status="draft")
    page = animateur_client.get(event.get_absolute_url()).content.decode()
    assert "linkedin.com" not in page


@pytest.mark.skipif(not pdf.is_available(), reason="Pango is not on this machine")
def test_recap_is_given_as_pdf(client):
    verbatim = said("La navette passe trop tôt.")
    response = client.get(verbatim.recap.event.get_absolute_url(), {"format": "pdf"})
    assert response["Content-Type"] == "application/pdf"
    assert response.content[:5] == b"%PDF-"


def test_event_has_no_other_format(client):
    assert client.get(EventFactory().get_absolute_url(), {"format": "doc"}).status_code == 404
