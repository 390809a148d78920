import datetime

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.urls import reverse

from coopemploi.dates import PartialDate
from coopemploi.publishing import Publishable
from events.models import Action, Attendance, EventActor, EventFigure, RecapLink, RecapSection
from tests.factories import (
    ActionFactory,
    ActionNoteFactory,
    ActionPartyFactory,
    ActorFactory,
    AppearanceFactory,
    AttendanceFactory,
    AudienceFactory,
    CampaignFactory,
    CampaignFigureFactory,
    CompositionFactory,
    EvaluationResultFactory,
    EventActorFactory,
    EventFactory,
    EventFigureFactory,
    FollowUpBodyFactory,
    InitiativeFactory,
    KeyIdeaFactory,
    NeedFactory,
    NetworkFactory,
    ObjectiveFactory,
    ObstacleFactory,
    OfferFactory,
    PersonFactory,
    PositionFactory,
    RecapFactory,
    RoundTableEntryFactory,
    RoundTableItemFactory,
    RoundTablePersonFactory,
    SchemeFactory,
    SectorFactory,
    SeriesFactory,
    SessionFactory,
    SourceFactory,
    TerritoryFactory,
    ThemeFactory,
    VerbatimFactory,
)

pytestmark = pytest.mark.django_db

DRAFT = Publishable.Status.DRAFT
EVENTS = reverse("event_list")
PAST = f"{EVENTS}?periode=passees"
ACTIONS = reverse("action_list")
FUTURE = PartialDate.parse("06/2030")
SOME_DAY = PartialDate.parse("04/05/2021")


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel("2023-06-15 12:00+02:00", tick=False):
        yield


def text_of(response):
    assert response.status_code == 200
    return " ".join(response.content.decode().replace("&nbsp;", " ").split())


def shown(response):
    return [str(record) for record in response.context["page"].object_list]


def classify(record):
    """One term more of each vocabulary."""
    record.schemes.add(SchemeFactory())
    record.themes.add(ThemeFactory())
    record.sectors.add(SectorFactory())
    record.audiences.add(AudienceFactory())
    record.obstacles.add(ObstacleFactory())
    return record


def make_upcoming(**kwargs):
    place = {"town": TerritoryFactory(), "network": NetworkFactory()}
    return classify(EventFactory(source=SourceFactory(), **{"start": FUTURE, **place, **kwargs}))


def make_past(**kwargs):
    return make_upcoming(**{"start": SOME_DAY, **kwargs})


def make_action(**kwargs):
    action = classify(
        ActionFactory(
            **{
                "source": SourceFactory(),
                "event": EventFactory(),
                "follow_up_body": FollowUpBodyFactory(actor=ActorFactory()),
                **kwargs,
            }
        )
    )
    ActionPartyFactory(action=action)
    return action


# The address of each list, what makes a row of it, and the queries that it costs.
LISTS = [
    pytest.param(EVENTS, make_upcoming, 7, id="upcoming"),
    pytest.param(PAST, make_past, 7, id="past"),
    pytest.param(ACTIONS, make_action, 9, id="actions"),
]


@pytest.mark.parametrize("rows", [1, 30])
@pytest.mark.parametrize(("url", "make", "queries"), LISTS)
def test_list_costs_the_same_at_any_length(
    client, django_assert_num_queries, url, make, queries, rows
):
    for _ in range(rows):
        make()

    with django_assert_num_queries(queries):
        response = client.get(url)

    assert response.context["page"].paginator.count == rows


BAD_QUERIES = [
    "page=-1",
    "page=abc",
    "type=inconnu",
    "avancement=inconnu",
    "theme=inconnue",
    "theme=%00",
    "dispositif=%00",
    "instance=inconnue",
    "q=%00",
    "q=" + "a+" * 2500,
    "territoire=xx:yy",
    "territoire=%00",
]


@pytest.mark.parametrize(("url", "make", "queries"), LISTS)
def test_list_survives_bad_input(client, url, make, queries):
    make()

    for query in BAD_QUERIES:
        response = client.get(f"{url}{'&' if '?' in url else '?'}{query}")

        if query.startswith("page="):
            assert response.status_code == 404, query
        elif len(query) > 1000:
            assert "seul le début a été cherché" in text_of(response)
        else:
            assert len(shown(response)) == 1, query


def test_unknown_period_is_the_one_to_come(client):
    make_past()
    upcoming = make_upcoming()

    assert shown(client.get(f"{EVENTS}?periode=jamais")) == [str(upcoming)]


@pytest.mark.parametrize(("url", "make", "queries"), LISTS)
def test_list_shows_drafts_to_animateurs_only(client, animateur_client, url, make, queries):
    visible, draft = make(), make(status=DRAFT)

    assert set(shown(animateur_client.get(url))) == {str(visible), str(draft)}
    client.logout()
    assert shown(client.get(url)) == [str(visible)]


@pytest.mark.parametrize("make", [make_past, make_action, CampaignFactory])
def test_draft_page_is_for_animateurs(client, animateur_client, make):
    page = make(status=DRAFT).get_absolute_url()

    text = text_of(animateur_client.get(page))

    assert "Aperçu" in text
    assert "Modifier dans l'administration" in text
    client.logout()
    assert client.get(page).status_code == 404


@pytest.mark.parametrize("name", ["event_detail", "campaign_detail", "action_detail"])
def test_unknown_page_is_not_found(client, name):
    assert client.get(reverse(name, args=["inconnue"])).status_code == 404


def test_only_reading_is_allowed(client):
    assert client.post(EVENTS).status_code == 405


def test_draft_network_shows_on_no_card(client):
    event = make_upcoming(network=NetworkFactory(name="Réseau secret", status=DRAFT))

    text = text_of(client.get(EVENTS))

    assert event.title in text
    assert "Réseau secret" not in text


def test_event_lists_part_at_today(client):
    past, upcoming = make_past(), make_upcoming()

    assert shown(client.get(EVENTS)) == [str(upcoming)]
    assert shown(client.get(PAST)) == [str(past)]


def test_tabs_keep_the_filters(client):
    text = text_of(client.get(EVENTS, {"type": "atelier"}))

    assert f'href="{EVENTS}?type=atelier"' in text
    assert 'href="?type=atelier&amp;periode=passees"' in text


def test_empty_agenda_invites_to_past_meetings(client):
    assert "Relire les rencontres passées" not in text_of(client.get(EVENTS))

    make_past()

    text = text_of(client.get(EVENTS))
    assert "Aucune rencontre n'est annoncée" in text
    assert "Relire les rencontres passées" in text


def test_event_list_filters_by_word_kind_theme_scheme_and_territory(client):
    epci = TerritoryFactory(kind="epci", code="200000001")
    town = CompositionFactory(whole=epci).part
    event = make_upcoming(title="Forum vélo", kind="forum", town=town)
    make_upcoming(title="Autre chose", kind="atelier")

    for query in (
        {"q": "velo"},
        {"type": "forum"},
        {"theme": event.themes.get().slug},
        {"dispositif": event.schemes.get().slug},
        {"territoire": epci.reference},
    ):
        assert shown(client.get(EVENTS, query)) == ["Forum vélo"]


def test_action_list_filters_by_word_progress_theme_body_and_territory(client):
    epci = TerritoryFactory(kind="epci", code="200000001")
    action = make_action(title="Prêter des vélos", progress=Action.Progress.DONE)
    action.territories.add(epci)
    make_action(title="Autre chose")

    for query in (
        {"q": "velos"},
        {"avancement": "done"},
        {"theme": action.themes.get().slug},
        {"instance": action.follow_up_body.slug},
        {"territoire": epci.reference},
    ):
        assert shown(client.get(ACTIONS, query)) == ["Prêter des vélos"]


# Pages


def fill_event(rows):
    event = make_past(campaign=CampaignFactory(), series=SeriesFactory(), parent=EventFactory())
    event.next_event = EventFactory()
    event.save()
    position = PositionFactory()
    recap = RecapFactory(event=event, source=SourceFactory(), contact=position)
    session = classify(SessionFactory(event=event))
    for number in range(rows):
        fill_meeting(event, session, number)
        fill_recap(recap, number)
        fill_round_table(event)
    return event


def fill_meeting(event, session, number):
    event.territories.add(TerritoryFactory())
    event.initiatives.add(InitiativeFactory())
    counts = EventFigure.Counted.values[number % len(EventFigure.Counted.values)]
    EventFigureFactory(event=event, counts=counts, source=event.source)
    EvaluationResultFactory(event=event)
    objective = ObjectiveFactory(event=event)
    criterion = ObjectiveFactory(event=event, parent=objective, kind="criterion")
    ObjectiveFactory(event=event, parent=criterion)
    EventActorFactory(event=event)
    AppearanceFactory(event=event, session=session).actors.add(ActorFactory())
    classify(SessionFactory(event=event))
    AttendanceFactory(event=event, actor=ActorFactory(), stage="emerging")
    AttendanceFactory(event=event, territory=None, person=PersonFactory())
    action = make_action(event=event, session=session)
    action.territories.add(TerritoryFactory())
    EventFactory(parent=event)
    EventFactory(next_event=event)


def fill_recap(recap, number):
    RecapSection.objects.create(recap=recap, title=f"Partie {number}", body="Un texte.")
    RecapLink.objects.create(recap=recap, title="Un lien", url="https://example.org/")
    idea = KeyIdeaFactory(recap=recap)
    for key_idea in (idea, None):
        verbatim = VerbatimFactory(recap=recap, key_idea=key_idea, actor=ActorFactory())
        verbatim.themes.add(ThemeFactory())


def fill_round_table(event):
    entry = RoundTableEntryFactory(event=event, territory=TerritoryFactory())
    RoundTablePersonFactory(entry=entry)
    for column in ("demarche", "challenge"):
        RoundTableItemFactory(entry=entry, column=column, initiative=InitiativeFactory())
    RoundTableItemFactory(entry=entry, column="need", need=NeedFactory())
    RoundTableItemFactory(entry=entry, column="offer", offer=OfferFactory())
    RoundTableItemFactory(entry=entry, column="offer")


def fill_action(rows):
    action = make_action(session=None, initiative=InitiativeFactory(), merged_into=ActionFactory())
    for _ in range(rows):
        ActionPartyFactory(action=action)
        ActionNoteFactory(action=action)
        ActionFactory(merged_into=action)
        action.territories.add(TerritoryFactory())
    return action


def fill_campaign(rows):
    campaign = classify(CampaignFactory(source=SourceFactory()))
    # Of one territory alone, the map is that of where it lies: one query more.
    campaign.territories.add(TerritoryFactory())
    for _ in range(rows):
        campaign.territories.add(TerritoryFactory())
        CampaignFigureFactory(campaign=campaign, counts="events")
        make_past(campaign=campaign)
    return campaign


@pytest.mark.parametrize("rows", [1, 30])
@pytest.mark.parametrize(
    ("fill", "queries"), [(fill_event, 6), (fill_action, 3), (fill_campaign, 18)]
)
def test_page_costs_the_same_at_any_length(client, django_assert_num_queries, fill, queries, rows):
    page = fill(rows).get_absolute_url()

    with django_assert_num_queries(queries):
        client.get(page)


def page_of(client, event):
    return text_of(client.get(event.get_absolute_url()))


def test_event_page_says_when_and_where(client):
    event = EventFactory(
        start=SOME_DAY,
        start_time=datetime.time(14, 30),
        end_time=datetime.time(16),
        venue="Écosite",
        town=TerritoryFactory(name="Eurre"),
        format="hybrid",
    )

    text = page_of(client, event)

    assert '<time datetime="2021-05-04">4 mai 2021</time>, 14 h 30 – 16 h' in text
    assert "Écosite, <a" in text
    assert "Eurre</a> · sur place et en ligne" in text


def test_event_page_says_that_a_date_is_deduced(client):
    event = EventFactory(start=PartialDate.parse("[17/10/2019] 17 octobre dernier"))

    page = page_of(client, event)
    assert "(date déduite)" in page
    assert "Dans la source : <q>17 octobre dernier</q>." in page


def test_event_page_tells_organiser_from_host(client):
    event = EventFactory()
    EventActorFactory(event=event, role=EventActor.Role.HOST, actor__name="Celui qui accueille")
    EventActorFactory(event=event, role=EventActor.Role.ORGANISER, actor=None, label="bénévoles")

    text = page_of(client, event)

    assert text.index("<dt>Organisation</dt> <dd>bénévoles") < text.index("<dt>Accueil</dt> <dd>")


def test_event_page_shows_declared_beside_counted(client):
    event = EventFactory()
    AttendanceFactory.create_batch(2, event=event)
    EventFigureFactory(event=event, counts="territories", value=3)

    assert "3 annoncés, 2 nommés" in page_of(client, event)


def test_event_page_groups_those_present_by_stage(client):
    event = EventFactory()
    AttendanceFactory(event=event, stage="emerging", wording="Pays du Soleil")
    AttendanceFactory(event=event, stage="interested")
    AttendanceFactory(event=event, status=Attendance.Status.EXCUSED)

    text = page_of(client, event)

    assert "Présents (2)" in text
    assert text.index("Étape « intéressé » ce jour-là (1)") < text.index("Étape « émergent »")
    assert "Pays du Soleil</a>" in text
    assert "Excusé (1)" in text


def test_event_page_nests_criteria_under_their_objective(client):
    event = EventFactory()
    objective = ObjectiveFactory(event=event, text="Agir")
    ObjectiveFactory(event=event, text="Vite", parent=objective, kind="criterion")

    text = page_of(client, event)

    assert text.count("Vite") == 1
    assert text.index("Agir <ul") < text.index("critère</span> Vite")


def test_evaluation_says_its_base(client):
    event = EventFactory()
    EvaluationResultFactory(event=event, value=94, base_label="personnes présentes")
    EvaluationResultFactory(event=event, value=40, base=25, is_declared=False)

    text = page_of(client, event)

    assert "des personnes présentes, base non précisée, résultat déclaré" in text
    assert "sur 25 réponses</dd>" in text


def test_quotation_marks_are_for_faithful_quotes(client):
    recap = RecapFactory()
    VerbatimFactory(recap=recap, text="Mot pour mot", fidelity="faithful")
    VerbatimFactory(recap=recap, text="En substance")

    text = page_of(client, recap.event)

    assert "« Mot pour mot »" in text
    assert "En substance" in text
    assert "« En substance" not in text
    assert text.count("propos rapportés") == 1


def test_verbatims_stand_under_their_key_idea_with_an_anchor(client):
    recap = RecapFactory()
    second = KeyIdeaFactory(recap=recap, text="Idée seconde", order=2)
    KeyIdeaFactory(recap=recap, text="Idée première", order=1)
    verbatim = VerbatimFactory(recap=recap, key_idea=second)

    text = page_of(client, recap.event)

    places = [text.index(part) for part in ("Idée première", "Idée seconde")]
    places.append(text.index(f'id="verbatim-{verbatim.pk}"'))
    assert places == sorted(places)
    assert text.count(verbatim.text) == 1


def test_empty_cells_of_the_tour_de_table_stay_empty(client):
    entry = RoundTableEntryFactory(event=RecapFactory().event)
    RoundTableItemFactory(entry=entry, column="challenge", horizon="short", text="Un défi")

    text = page_of(client, entry.event)

    assert f'id="contribution-{entry.pk}"' in text
    assert text.count("rien de noté") == 3
    assert 'Un défi <span class="badge">court terme</span>' in text


def test_items_lead_to_what_they_became(client):
    entry = RoundTableEntryFactory(event=RecapFactory().event)
    became = {"initiative": InitiativeFactory(), "need": NeedFactory(), "offer": OfferFactory()}
    for field, record in became.items():
        RoundTableItemFactory(entry=entry, **{field: record})

    text = page_of(client, entry.event)

    for record in became.values():
        assert f'href="{record.get_absolute_url()}"' in text


def test_named_people_may_ask_for_withdrawal(client):
    ask = "?objet=Retrait%20de%20mon%20nom"

    assert ask not in page_of(client, EventFactory())
    assert ask in page_of(client, AppearanceFactory().event)
    assert ask in page_of(client, VerbatimFactory().recap.event)
    assert ask in page_of(client, RoundTableEntryFactory(event=RecapFactory().event).event)


def test_withdrawal_says_of_which_page(client):
    event = AppearanceFactory(event__title="Atelier d'avril").event
    page = BeautifulSoup(client.get(event.get_absolute_url()).content, "html.parser")

    asked = client.get(page.select_one(".withdrawal a")["href"])

    assert asked.context["form"]["subject"].value() == "Retrait de mon nom : Atelier d'avril"


def test_event_page_leads_to_meetings_around(client):
    event = EventFactory(
        next_event=EventFactory(title="Suivante"), parent=EventFactory(title="Mère")
    )
    EventFactory(title="Fille", parent=event)
    EventFactory(title="Précédente", next_event=event)

    text = page_of(client, event)

    assert [title for title in ("Mère", "Fille", "Précédente", "Suivante") if title in text] == [
        "Mère",
        "Fille",
        "Précédente",
        "Suivante",
    ]


def test_fictional_event_says_so(client):
    event = EventFactory(start=FUTURE, source=SourceFactory(is_fictional=True))

    assert "<strong>Exemple fictif</strong>" in page_of(client, event)
    assert "exemple fictif" in text_of(client.get(EVENTS))


def test_animateur_can_edit_from_the_page(animateur_client):
    event = EventFactory()

    text = page_of(animateur_client, event)

    assert reverse("admin:events_event_change", args=[event.pk]) in text


# Leaks


def fill_with_drafts(event):
    """Everything around a published event that only animateurs may see."""
    secret = {"status": DRAFT}
    actor = ActorFactory(name="ACTEUR SECRET", **secret)
    EventActorFactory(event=event, actor=actor)
    AttendanceFactory(event=event, territory=None, actor=actor, wording="SECRET TEL QU'ÉCRIT")
    AppearanceFactory(event=event).actors.add(actor)
    recap = RecapFactory(event=event, contact=PositionFactory(actor=actor))
    VerbatimFactory(recap=recap, actor=actor)
    entry = RoundTableEntryFactory(event=event, actor=actor)
    hidden = {
        "initiative": InitiativeFactory(title="INITIATIVE SECRÈTE", **secret),
        "need": NeedFactory(text="BESOIN SECRET", **secret),
        "offer": OfferFactory(text="OFFRE SECRÈTE", **secret),
    }
    for field, record in hidden.items():
        RoundTableItemFactory(entry=entry, **{field: record})
    session = SessionFactory(event=event)
    ActionFactory(title="ACTION SECRÈTE", event=event, session=session, **secret)
    ActionPartyFactory(action=ActionFactory(event=event), actor=actor)
    event.network = NetworkFactory(name="RÉSEAU SECRET", **secret)
    event.campaign = CampaignFactory(title="OPÉRATION SECRÈTE", **secret)
    event.parent = EventFactory(title="MÈRE SECRÈTE", **secret)
    event.next_event = EventFactory(title="SUITE SECRÈTE", **secret)
    event.save()
    event.initiatives.add(InitiativeFactory(title="PRÉSENTÉE SECRÈTE", **secret))
    EventFactory(title="FILLE SECRÈTE", parent=event, **secret)
    EventFactory(title="AVANT SECRET", next_event=event, **secret)


def test_drafts_around_an_event_show_to_animateurs_only(client, animateur_client):
    event = EventFactory()
    fill_with_drafts(event)

    text = page_of(animateur_client, event)
    names = (
        "ACTEUR",
        "INITIATIVE",
        "BESOIN",
        "OFFRE",
        "ACTION",
        "RÉSEAU",
        "OPÉRATION",
        "MÈRE",
        "PRÉSENTÉE",
    )
    assert [name for name in names if f"{name} SECR" not in text] == []
    client.logout()
    assert "SECR" not in page_of(client, event)


def test_draft_recap_shows_to_animateurs_only(client, animateur_client):
    recap = RecapFactory(status=DRAFT, standfirst="CHAPÔ SECRET", replay_note="VIDÉO SECRÈTE")
    idea = KeyIdeaFactory(recap=recap, text="IDÉE SECRÈTE")
    VerbatimFactory(recap=recap, key_idea=idea, text="PROPOS SECRET")
    entry = RoundTableEntryFactory(event=recap.event, note="TOUR SECRET")
    RoundTablePersonFactory(entry=entry)
    EventFigureFactory(event=recap.event, counts="contributors", value=24)

    text = page_of(animateur_client, recap.event)
    for name in ("CHAPÔ", "VIDÉO", "IDÉE", "PROPOS", "TOUR"):
        assert f"{name} SECR" in text
    assert "24 annoncées, 1 nommée" in text
    client.logout()
    text = page_of(client, recap.event)
    assert "SECR" not in text
    assert "compte-rendu" not in text
    assert "tour-de-table" not in text
    assert "nommée" not in text


def test_speaker_of_an_actor_that_is_not_shown_is_not_said_to_be_of_none(client):
    event = RecapFactory().event
    speaker = {"person__first_name": "Maxime", "person__last_name": "Roby"}
    draft = ActorFactory(name="ACTEUR SECRET", status="draft")
    entry = RoundTableEntryFactory(event=event, actor=draft, territory=None)
    RoundTablePersonFactory(entry=entry, **speaker)

    text = page_of(client, event)
    assert ("Maxime Roby" in text, "sans organisation indiquée" in text) == (True, False)
    assert "ACTEUR SECRET" not in text

    entry.actor = None
    entry.save()
    assert "sans organisation indiquée" in page_of(client, event)


def test_withdrawn_name_shows_nowhere(client, animateur_client):
    person = PersonFactory(first_name="Zoé", last_name="Partie", attribution_withdrawn=True)
    recap = RecapFactory(contact=PositionFactory(person=person, title="FONCTION RECONNAISSABLE"))
    event = recap.event
    title = {"person": person, "title": "FONCTION RECONNAISSABLE"}
    AppearanceFactory(event=event, session=SessionFactory(event=event), **title)
    VerbatimFactory(recap=recap, text="Ce qui fut dit", **title)
    entry = RoundTableEntryFactory(event=event, label="Zoé Partie / un PLIE")
    RoundTablePersonFactory(entry=entry, **title)
    AttendanceFactory(event=event, territory=None, person=person)

    for reader in (animateur_client, client):
        text = page_of(reader, event)
        assert "Ce qui fut dit" in text
        assert "Une personne du réseau" in text
        assert "Partie" not in text
        assert "FONCTION RECONNAISSABLE" not in text


def test_mail_and_telephone_show_with_consent_only(client):
    person = PersonFactory(email="camille@example.org", phone="01 99 00 12 34")
    event = RecapFactory(contact=PositionFactory(person=person)).event
    AppearanceFactory(event=event, person=person)

    text = page_of(client, event)
    assert "camille@example.org" not in text
    assert "01 99 00 12 34" not in text

    person.email_is_public = person.phone_is_public = True
    person.save()

    text = page_of(client, event)
    assert "camille@example.org" in text
    assert "01 99 00 12 34" in text


def test_drafts_around_an_action_show_to_animateurs_only(client, animateur_client):
    secret = {"status": DRAFT}
    actor = ActorFactory(name="ACTEUR SECRET", **secret)
    event = EventFactory(title="RENCONTRE SECRÈTE", **secret)
    action = ActionFactory(
        event=event,
        session=SessionFactory(event=event, question="QUESTION SECRÈTE"),
        initiative=InitiativeFactory(title="INITIATIVE SECRÈTE", **secret),
        follow_up_body=FollowUpBodyFactory(actor=actor),
        merged_into=ActionFactory(title="FUSION SECRÈTE", **secret),
    )
    ActionFactory(title="ACCUEILLIE SECRÈTE", merged_into=action, **secret)
    ActionPartyFactory(action=action, actor=actor, commitment="ENGAGEMENT SECRET")

    for page in (action.get_absolute_url(), ACTIONS):
        assert "SECR" in text_of(animateur_client.get(page))
    client.logout()
    for page in (action.get_absolute_url(), ACTIONS):
        assert "SECR" not in text_of(client.get(page))


def test_draft_event_of_a_campaign_shows_to_animateurs_only(client, animateur_client):
    event = EventFactory(title="RENCONTRE SECRÈTE", campaign=CampaignFactory(), status=DRAFT)

    assert "RENCONTRE SECRÈTE" in page_of(animateur_client, event.campaign)
    client.logout()
    assert "RENCONTRE SECRÈTE" not in page_of(client, event.campaign)


def test_campaign_shows_its_events_in_order_of_date(client):
    campaign = CampaignFactory()
    CampaignFigureFactory(campaign=campaign, counts="events", value=20)
    EventFactory(title="Sans date", campaign=campaign)
    EventFactory(title="Clôture", campaign=campaign, start=PartialDate.parse("15/12/2023"))
    EventFactory(title="Lancement", campaign=campaign, start=PartialDate.parse("10/2023"))

    text = page_of(client, campaign)

    places = [text.index(title) for title in ("Lancement", "Clôture", "Sans date")]
    assert places == sorted(places)
    assert "20 annoncées, 3 décrites" in text


def test_action_page_says_who_promised_what_and_what_became_of_it(client):
    action = make_action(reason="Parce que", due=PartialDate.parse("fin mars 2021"))
    ActionPartyFactory(action=action, actor=None, label="bailleurs", commitment="prêtent un lieu")
    ActionNoteFactory(action=action, date=SOME_DAY, text="Le lieu est prêt", progress="done")

    text = text_of(client.get(action.get_absolute_url()))

    for part in ("Parce que", "fin mars 2021", "bailleurs", "Prêtent un lieu", "Le lieu est prêt"):
        assert part in text
    assert "réalisée</span>" in text
