"""Where actions and meetings lead: initiatives, committees, series, operations."""

import pytest
from django.urls import reverse

from coopemploi.dates import PartialDate
from coopemploi.merging.declarations import declarations
from coopemploi.merging.merge import merge, undo
from coopemploi.publishing import Publishable
from events.models import Action, ActionParty
from events.services import make_initiative
from initiatives.models import Initiative
from tests.factories import (
    ActionFactory,
    ActionNoteFactory,
    ActionPartyFactory,
    ActorFactory,
    CampaignFactory,
    CompositionFactory,
    EventFactory,
    FollowUpBodyFactory,
    MandateFactory,
    SeriesFactory,
    TerritoryFactory,
    ThemeFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

DRAFT = Publishable.Status.DRAFT


def initiative_page(action):
    return reverse("admin:events_action_initiative", args=[action.pk])


# An action becomes an initiative


def test_action_becomes_an_initiative_with_all_it_says(animateur_client, client):
    action = ActionFactory(title="Prêter des vélos", reason="Aller au travail")
    action.progress = Action.Progress.UNDER_WAY
    action.save()
    action.themes.add(theme := ThemeFactory())
    action.territories.add(territory := TerritoryFactory())
    party = ActionPartyFactory(action=action, commitment="prête un local")

    animateur_client.get(initiative_page(action))
    assert not Initiative.objects.exists()
    animateur_client.post(initiative_page(action))

    initiative = Initiative.objects.get()
    action.refresh_from_db()
    assert action.initiative == initiative
    assert initiative.status == DRAFT
    assert (initiative.title, initiative.summary) == ("Prêter des vélos", "Aller au travail")
    assert initiative.stage == Initiative.Stage.ONGOING
    assert initiative.created_by is not None
    assert [*initiative.themes.all(), *initiative.territories.all()] == [theme, territory]
    [involvement] = initiative.involvements.all()
    assert (involvement.actor, involvement.role) == (party.actor, "carrier")
    assert involvement.note == "prête un local"
    initiative.publish()
    client.logout()
    assert initiative.title in client.get(action.get_absolute_url()).text
    assert action.get_absolute_url() in client.get(initiative.get_absolute_url()).text


def test_made_twice_it_is_one_initiative():
    action = ActionFactory(title="x" * 250, reason="y" * 700)
    user = UserFactory()

    first = make_initiative(action, by=user)

    assert make_initiative(action, by=user) == first
    assert (len(first.title), len(first.summary), len(first.body)) == (200, 600, 700)


def test_nobody_makes_an_initiative_of_an_action_out_of_their_perimeter(client):
    client.force_login(MandateFactory().user)
    action = ActionFactory()
    action.territories.add(TerritoryFactory())

    assert client.post(initiative_page(action)).status_code in {302, 403, 404}
    assert not Initiative.objects.exists()


# Actions merge


def test_actions_merge_with_their_notes_and_part_again():
    kept, dropped = ActionFactory(title="Prêter des vélos"), ActionFactory(title="Vélos prêtés")
    ActionPartyFactory(action=dropped)
    ActionNoteFactory(action=dropped, text="Ça roule")
    address = dropped.get_absolute_url()

    done = merge(kept, dropped)

    assert [note.text for note in kept.notes.all()] == ["Ça roule"]
    assert kept.parties.count() == 1
    undo(done)
    assert Action.objects.get(title="Vélos prêtés").get_absolute_url() == address
    assert kept.notes.count() == 0


def test_old_address_of_a_merged_action_leads_to_the_one_kept(client):
    kept, dropped = ActionFactory(title="Prêter des vélos"), ActionFactory(title="Vélos prêtés")
    merge(kept, dropped)

    response = client.get(dropped.get_absolute_url())

    assert (response.status_code, response.url) == (301, kept.get_absolute_url())


def test_likely_duplicates_are_proposed(animateur_client):
    actor = ActorFactory()
    for _ in range(2):
        action = ActionFactory(title="Prêter des vélos électriques")
        ActionPartyFactory(action=action, actor=actor, role=ActionParty.Role.CARRIER)
    declarations[Action].duplicates.rebuild()

    text = animateur_client.get(reverse("admin:events_action_duplicates")).text

    assert "même porteur" in text


# Pages


def test_committee_reads_its_roadmap(client):
    body = FollowUpBodyFactory(name="CDPE", description="Suit l'emploi.")
    for title, values in {
        "À faire": {"due": PartialDate.parse("2020")},
        "Déjà faite": {"progress": "done"},
        "Laissée": {"progress": "dropped"},
    }.items():
        ActionFactory(title=title, follow_up_body=body, **values)
    ActionFactory(title="SECRÈTE", follow_up_body=body, status=DRAFT)

    response = client.get(body.get_absolute_url())

    parts = {
        anchor: [str(a) for a in actions] for anchor, _, actions in response.context["roadmap"]
    }
    expected = {"a-faire": ["À faire"], "realisees": ["Déjà faite"], "abandonnees": ["Laissée"]}
    assert parts == expected
    assert "dont 1 en retard" in response.text
    assert "SECR" not in response.text


@pytest.mark.parametrize("make", [FollowUpBodyFactory, SeriesFactory])
def test_what_leads_only_to_drafts_is_for_staff(client, animateur_client, make):
    record = make(name="NOM SECRET")
    field = "follow_up_body" if make is FollowUpBodyFactory else "series"
    factory = ActionFactory if make is FollowUpBodyFactory else EventFactory
    factory(**{field: record, "status": DRAFT})

    assert animateur_client.get(record.get_absolute_url()).status_code == 200
    client.logout()
    response = client.get(record.get_absolute_url())
    assert response.status_code == 404
    assert "SECRET" not in response.text


def test_series_shows_its_editions_the_latest_first(client):
    series = SeriesFactory(name="Les rencontres")
    for title, year in {"Première": "2019", "Troisième": "2023", "Deuxième": "2021"}.items():
        EventFactory(title=title, series=series, start=PartialDate.parse(year), series_rank=title)
    EventFactory(title="SECRÈTE", series=series, status=DRAFT)

    response = client.get(series.get_absolute_url())

    titles = [str(event) for event in response.context["editions"]]
    assert titles == ["Troisième", "Deuxième", "Première"]
    assert "SECR" not in response.text


def test_operation_is_on_a_map_that_narrows_its_list(client):
    campaign = CampaignFactory()
    region = TerritoryFactory(kind="region", code="75", name="Nouvelle-Aquitaine")
    there = EventFactory(title="Là-bas", campaign=campaign)
    there.territories.add(region)
    EventFactory(title="Ailleurs", campaign=campaign)
    EventFactory(title="HORS OPÉRATION").territories.add(region)

    everywhere = client.get(campaign.get_absolute_url())
    narrowed = client.get(campaign.get_absolute_url(), {"territoire": "region:75"})

    assert {str(event) for event in everywhere.context["events"]} == {"Là-bas", "Ailleurs"}
    assert "Nouvelle-Aquitaine : 1" in everywhere.text
    assert [str(event) for event in narrowed.context["events"]] == ["Là-bas"]
    for response in (everywhere, narrowed):
        assert "HORS" not in response.text


def test_operation_map_leads_to_what_lies_outside_its_territory(client):
    regions = [
        TerritoryFactory(kind="region", code=code, name=name)
        for code, name in (("75", "Nouvelle-Aquitaine"), ("76", "Occitanie"))
    ]
    landes = TerritoryFactory(kind="departement", code="40", name="Landes")
    CompositionFactory(whole=regions[0], part=landes)
    gers = TerritoryFactory(kind="departement", code="32", name="Gers")
    CompositionFactory(whole=regions[1], part=gers)
    campaign = CampaignFactory()
    campaign.territories.add(regions[0])
    for title, place in {"Ici": landes, "Là-bas": gers}.items():
        EventFactory(title=title, campaign=campaign).territories.add(place)

    def drawn(query=""):
        return client.get(campaign.get_absolute_url() + query).context["map"]

    def counted(shown):
        return [item["label"] for item in shown["items"] if item["count"]]

    assert counted(drawn()) == ["Landes : 1"]
    wider = drawn(drawn()["overview"]["url"])
    assert counted(wider) == ["Nouvelle-Aquitaine : 1", "Occitanie : 1"]
    assert wider["overview"] is None
    narrowed = drawn("?territoire=region:75")
    assert narrowed["overview"]["label"] == "Élargir : France"
    assert counted(drawn(narrowed["overview"]["url"])) == counted(wider)
    assert counted(drawn("?q=ici")) == ["Landes : 1"]
    assert drawn("?q=ici")["overview"] is None
    assert counted(drawn("?q=là-bas")) == ["Occitanie : 1"]


def test_operation_narrowed_by_an_absorbed_term_is_narrowed_by_that_of_today(client):
    survivor, loser = ThemeFactory.create_batch(2)
    campaign = CampaignFactory()
    kept = EventFactory(title="Mobile", campaign=campaign)
    kept.themes.add(loser)
    EventFactory(title="Autre", campaign=campaign)
    merge(survivor, loser)

    response = client.get(campaign.get_absolute_url(), {"theme": loser.slug})

    address = f"{campaign.get_absolute_url()}?theme={survivor.slug}"
    assert (response.status_code, response["Location"]) == (301, address)
    assert client.get(address).context["events"] == [kept]


def test_operation_without_places_has_no_map(client):
    campaign = EventFactory(campaign=CampaignFactory()).campaign

    assert client.get(campaign.get_absolute_url()).context["map"] is None


def test_operation_map_counts_no_draft(client):
    campaign = CampaignFactory()
    region = TerritoryFactory(kind="region", code="75", name="Nouvelle-Aquitaine")
    EventFactory(campaign=campaign).territories.add(region)
    EventFactory(campaign=campaign, status=DRAFT).territories.add(region)

    assert "Nouvelle-Aquitaine : 1" in client.get(campaign.get_absolute_url()).text


@pytest.mark.parametrize(
    ("query", "status"),
    [("territoire=%00", 200), ("territoire=xx", 400), ("tri=inconnu", 400), ("lieu=nulle", 400)],
)
def test_operation_survives_bad_input(client, query, status):
    campaign = EventFactory(campaign=CampaignFactory()).campaign

    assert client.get(f"{campaign.get_absolute_url()}?{query}").status_code == status


@pytest.mark.parametrize("rows", [1, 30])
@pytest.mark.parametrize(("make", "queries"), [("series", 5), ("body", 8)])
def test_page_costs_the_same_at_any_length(client, django_assert_num_queries, make, queries, rows):
    record = SeriesFactory() if make == "series" else FollowUpBodyFactory(actor=ActorFactory())
    for _ in range(rows):
        if make == "series":
            EventFactory(series=record)
        else:
            action = ActionFactory(follow_up_body=record, event=EventFactory())
            ActionPartyFactory(action=action)
            ActionNoteFactory(action=action)

    with django_assert_num_queries(queries):
        client.get(record.get_absolute_url())
