"""What was said, across meetings; a recap to share and to carry away."""

import json

import pytest
from django.urls import reverse
from django.utils import timezone

from coopemploi.dates import PartialDate
from coopemploi.derived import registry
from coopemploi.formats import pdf
from events.models import Recap
from tests.factories import (
    ActorFactory,
    EventFactory,
    KeyIdeaFactory,
    PersonFactory,
    RecapFactory,
    SourceFactory,
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


def rows_of(client, **query):
    response = client.get(LIST, {"format": "json", **query})
    return json.loads(response.getvalue())["resultats"]


def test_list_is_taken_away_as_the_page_shows_it(client):
    mobility = ThemeFactory(name="Mobilité")
    event = EventFactory(title="Atelier", start=PartialDate.parse("[4/5/2021] 4 mai"))
    verbatim = said(
        "=La navette passe trop tôt ;\nou trop tard.",
        recap=RecapFactory(event=event, source=SourceFactory(title="Le document")),
        person=PersonFactory(first_name="Lise", last_name="Roux"),
        title="maire",
        actor=ActorFactory(name="Commune"),
    )
    verbatim.themes.add(mobility)
    said("Autre chose.")

    (row,) = rows_of(client, theme=mobility.slug)

    assert row == {
        "réf": str(verbatim.pk),
        "propos": verbatim.text,
        "fidélité": "citation fidèle",
        "personne": "Lise Roux",
        "fonction ce jour-là": "maire",
        "acteur ce jour-là": "Commune",
        "thématiques": ["Mobilité"],
        "rencontre": "Atelier",
        "date de la rencontre": "4 mai 2021 (date déduite)",
        "date de la rencontre (ISO 8601)": "2021-05-04",
        "exemple fictif": False,
        "document d'origine": "Le document",
        "adresse": f"http://testserver{verbatim.get_absolute_url()}",
        "mention de la source": f"Coopemploi, {timezone.localdate():%d/%m/%Y}, Licence Ouverte 2.0",
    }
    page = client.get(LIST).context["page"]
    assert [row["réf"] for row in rows_of(client)] == [str(each.pk) for each in page]
    assert "format=csv" in client.get(LIST).text
    csv = client.get(LIST, {"format": "csv", "theme": mobility.slug}).getvalue().decode()
    assert "\"'=La navette passe trop tôt ;\n" in csv
    assert client.get(LIST, {"format": "atom"}).status_code == 404


def test_file_of_verbatims_holds_no_draft_and_no_withdrawn_name(client, animateur_client):
    zoe = PersonFactory(last_name="Retirée", attribution_withdrawn=True)
    said("Discrète.", person=zoe, title="maire de Secrète", actor=ActorFactory(name="Secrète"))
    said("Brouillon.", recap=RecapFactory(status="draft"))
    said("Sans acteur.", actor=ActorFactory(name="Acteur secret", status="draft"))

    assert {row["propos"] for row in rows_of(animateur_client)} > {"Brouillon."}
    client.logout()
    text = str(rows_of(client))
    assert "Discrète." in text
    for hidden in ("Retirée", "Secrète", "Brouillon", "secret"):
        assert hidden not in text
    assert "une personne du réseau" in text


@pytest.mark.parametrize("rows", [1, 30])
def test_file_of_verbatims_costs_the_same_at_any_length(client, django_assert_num_queries, rows):
    with registry.rebuilding():
        for _ in range(rows):
            recap = RecapFactory(source=SourceFactory())
            verbatim = said("Oui.", recap=recap, person=PersonFactory(), actor=ActorFactory())
            verbatim.themes.add(ThemeFactory())
    client.get(LIST)

    with django_assert_num_queries(5):
        assert len(rows_of(client)) == rows


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
    page = animateur_client.get(event.get_absolute_url()).text
    assert event.title in page
    assert "linkedin.com" not in page


@pytest.mark.skipif(not pdf.is_available(), reason="Pango is not on this machine")
def test_recap_is_given_as_pdf(client):
    verbatim = said("La navette passe trop tôt.")
    response = client.get(verbatim.recap.event.get_absolute_url(), {"format": "pdf"})
    assert response["Content-Type"] == "application/pdf"
    assert response.content[:5] == b"%PDF-"


def test_event_has_no_other_format(client):
    assert client.get(EventFactory().get_absolute_url(), {"format": "doc"}).status_code == 404
