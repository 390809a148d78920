"""The home page of the admin: what awaits, counted as the lists it links to count it."""

import datetime

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst

from coopemploi.dates import PartialDate
from coopemploi.derived import registry
from coopemploi.link_checks.models import LinkCheck
from coopemploi.merging.declarations import declarations
from coopemploi.pages.cockpit import panel as cockpit_panel
from coopemploi.pages.cockpit.home import PANELS, count_all
from coopemploi.pages.cockpit.notes import duration
from coopemploi.pages.cockpit.panel import Duplicates
from coopemploi.pages.cockpit.sheets import DEDUPLICATED, REVIEWED
from coopemploi.publishing import Publishable
from coopemploi.vocabulary.models import Theme
from events.models import Attendance, CampaignFigure, EventFigure
from initiatives.models import Initiative, Involvement, Match, Need
from territories.models import Territory
from tests.factories import (
    ActionFactory,
    ActorFactory,
    AttendanceFactory,
    BelongingFactory,
    CampaignFigureFactory,
    EventFactory,
    EventFigureFactory,
    InitiativeFactory,
    InitiativeLinkFactory,
    IntroductionFactory,
    InvolvementFactory,
    MandateFactory,
    MatchFactory,
    NeedFactory,
    OfferFactory,
    ProposalFactory,
    RecapFactory,
    RegistrationFactory,
    ResourceFactory,
    TerritoryFactory,
    ThemeFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

INDEX = "/admin/"
FOLLOW_UPS = [
    pytest.param(part, id=f"{panel.key}-{part.value}-{part.model.__name__}-{part.label}")
    for panel in PANELS
    for part in ([panel.head] if panel.head else []) + list(panel.details)
    if not isinstance(part, Duplicates)  # listed on a page of their own
]


def in_days(days):
    return PartialDate.day(timezone.localdate() + datetime.timedelta(days=days))


def await_everything(times=1):
    """One record behind every follow-up of every panel, or several."""
    pairs = [(NeedFactory(), OfferFactory()) for _ in range(times)]
    registry.flush()  # or what nothing but this suggests would be taken back
    for need, offer in pairs:
        MatchFactory(need=need, offer=offer, status=Match.Status.SUGGESTED)
        await_once()
    declarations[Initiative].duplicates.rebuild()


def await_once():
    EventFactory(title="Rencontre à venir", start=in_days(3))
    over = EventFactory(title="Rencontre passée", start=in_days(-3))
    EventFigureFactory(event=over, value=2, counts=EventFigure.Counted.SPEAKERS)
    CampaignFigureFactory(value=2, counts=CampaignFigure.Counted.EVENTS)
    ActionFactory(title="Action en retard", due=in_days(-1))
    NeedFactory(text="Besoin qui attend", stated_on=in_days(-91))
    IntroductionFactory(reported_at=timezone.now())
    ProposalFactory()
    BelongingFactory()
    InitiativeFactory(title="Initiative à compléter", summary="")
    untouched = InitiativeFactory(title="Initiative oubliée")
    long_ago = timezone.now() - datetime.timedelta(days=400)
    Initiative.objects.filter(pk=untouched.pk).update(updated_at=long_ago)
    dead = "https://example.org/disparue"
    ActorFactory(website=dead)
    ResourceFactory(url=dead)
    InitiativeLinkFactory(url=dead)
    LinkCheck.objects.update_or_create(url=dead, defaults={"failures": 3})
    TerritoryFactory(name="EPCI inconnu", kind=Territory.Kind.EPCI)
    TerritoryFactory(name="Département inconnu", kind=Territory.Kind.DEPARTEMENT)
    InitiativeFactory.create_batch(2, title="Un garage solidaire")
    for model in REVIEWED:
        FACTORIES[model](status=Publishable.Status.PROPOSED)
        FACTORIES[model](status=Publishable.Status.DRAFT)


def factories_by_model():
    from factory.django import DjangoModelFactory

    from tests import factories

    return {
        factory._meta.model: factory
        for factory in vars(factories).values()
        if isinstance(factory, type)
        and issubclass(factory, DjangoModelFactory)
        and not factory._meta.abstract
    }


FACTORIES = factories_by_model()


def panels(client):
    return {panel["key"]: panel for panel in client.get(INDEX).context["panels"]}


@pytest.mark.parametrize("part", FOLLOW_UPS)
def test_panel_counts_what_its_list_shows(part, animateur_client, rf):
    await_everything()
    request = rf.get(INDEX)
    request.user = UserFactory(is_staff=True, is_superuser=True)

    count = count_all(request, [part])[part]
    shown = animateur_client.get(part.url).context["cl"]

    assert shown.result_count == count
    assert count > 0
    assert set(shown.queryset.values_list("pk")) == set(part.queryset(request).values_list("pk"))


def test_likely_duplicates_are_counted_as_their_page_lists_them(animateur_client):
    InitiativeFactory.create_batch(3, title="Un garage solidaire")
    ThemeFactory(name="Mobilité")
    ThemeFactory(name="Mobilite")
    for model in (Initiative, Theme):
        declarations[model].duplicates.rebuild()

    panel = panels(animateur_client)["doublons"]

    assert panel["count"] == "4"
    assert [(detail["label"], detail["count"]) for detail in panel["details"]] == [
        ("Initiatives", "3"),
        ("Thématiques", "1"),
    ]
    shown = [animateur_client.get(each["url"]).context["page"] for each in panel["details"]]
    assert [page.paginator.count for page in shown] == [3, 1]


def test_every_mergeable_model_has_its_duplicates_counted():
    assert set(DEDUPLICATED) == set(declarations)


def test_every_panel_is_shown_when_something_awaits_in_each(animateur_client):
    await_everything()

    context = animateur_client.get(INDEX).context

    assert [panel["key"] for panel in context["panels"]] == [p.key for p in PANELS]
    assert context["quiet_panels"] == []


def test_panels_where_nothing_awaits_are_named(animateur_client):
    response = animateur_client.get(INDEX)

    assert response.context["panels"] == []
    assert response.context["quiet_panels"] == [panel.title.lower() for panel in PANELS]
    html = response.content.decode()
    assert "Rien n'attend" in html
    assert "Annoncez une rencontre, décrivez une initiative" in html
    assert '<details id="all-records" open>' in html


def test_home_page_takes_the_same_queries_at_1_and_30_rows(animateur_client):
    await_everything()
    animateur_client.get(INDEX)
    with CaptureQueriesContext(connection) as one:
        animateur_client.get(INDEX)
    await_everything(29)

    with CaptureQueriesContext(connection) as thirty:
        animateur_client.get(INDEX)

    assert len(one) == len(thirty) == 23
    assert {len(panel["rows"]) for panel in panels(animateur_client).values()} == {0, 5}


def test_staff_see_only_the_panels_of_what_they_may_view(client, monkeypatch):
    await_everything()
    monkeypatch.setattr(cockpit_panel, "editable", lambda queryset, user: queryset)
    user = UserFactory(is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_need"))
    client.force_login(user)

    response = client.get(INDEX)

    shown = [panel["key"] for panel in response.context["panels"]]
    assert shown == ["a-relire", "brouillons", "sans-reponse", "pistes"]
    assert [detail["label"] for detail in response.context["panels"][0]["details"]] == ["Besoins"]
    assert "Initiative à compléter" not in response.content.decode()
    assert "Action en retard" not in response.content.decode()


def test_need_with_a_lead_is_opened_where_its_leads_are(animateur_client):
    await_everything()

    [first, *_] = panels(animateur_client)["pistes"]["rows"]

    page, place = first["url"].split("#")
    assert f'id="{place}"' in animateur_client.get(page).text


def test_perimeter_narrows_panels_as_it_does_lists(client):
    mandate = MandateFactory()
    mine, _ = InitiativeFactory.create_batch(2, summary="", stage="")
    mine.territories.add(mandate.territory)
    client.force_login(mandate.user)

    shown = panels(client)

    assert shown["a-completer"]["count"] == "1"
    url = reverse("admin:initiatives_initiative_changelist")
    for detail in shown["a-completer"]["details"]:
        assert list(client.get(detail["url"]).context["cl"].result_list) == [mine]
    assert url in shown["a-completer"]["details"][0]["url"]


def test_reader_has_nothing_to_do(client):
    await_everything()
    mandate = MandateFactory(role="reader", territory=None)
    client.force_login(mandate.user)

    assert panels(client) == {}


def test_drafts_of_today_are_found_in_one_place(animateur_client):
    for model in REVIEWED:
        FACTORIES[model](status=Publishable.Status.DRAFT)

    found = panels(animateur_client)

    led = [(detail["label"], detail["count"]) for detail in found["brouillons"]["details"]]
    assert led == [(capfirst(model._meta.verbose_name_plural), "1") for model in REVIEWED]
    assert "a-relire" not in found


def test_draft_is_counted_in_one_panel_whatever_its_age(animateur_client):
    new, old = InitiativeFactory.create_batch(2, status=Publishable.Status.DRAFT)
    begun = timezone.now() - datetime.timedelta(days=8)
    Initiative.objects.filter(pk=old.pk).update(created_at=begun)

    found = panels(animateur_client)

    for key, draft in (("brouillons", new), ("a-relire", old)):
        assert found[key]["count"] == "1"
        [detail] = found[key]["details"]
        assert list(animateur_client.get(detail["url"]).context["cl"].result_list) == [draft]


def test_needs_show_the_oldest_first_and_their_age(animateur_client):
    NeedFactory(text="Le récent", stated_on=in_days(-12), actor__name="Le PLIE")
    NeedFactory(text="L'ancien", stated_on=in_days(-100), actor__name="Dax")

    panel = panels(animateur_client)["sans-reponse"]

    assert [(row["label"], row["note"]) for row in panel["rows"]] == [
        ("L'ancien", "depuis 3 mois · Dax"),
        ("Le récent", "depuis 12 jours · Le PLIE"),
    ]
    assert panel["count"] == "2"
    assert [(detail["label"], detail["count"]) for detail in panel["details"]] == [
        ("Depuis plus de 90 jours", "1")
    ]


def test_meeting_to_come_shows_who_is_invited_and_registered(animateur_client):
    event = EventFactory(start=PartialDate.parse("17/10/2119"))
    status = Attendance.Status
    AttendanceFactory.create_batch(2, event=event, status=status.INVITED)
    AttendanceFactory(event=event, status=status.REGISTERED)

    (row,) = panels(animateur_client)["a-venir"]["rows"]

    assert row["note"] == "17 octobre 2119 · 2 invités · 1 inscrit"


def test_meeting_on_registration_says_how_many_registered_and_wait(animateur_client):
    event = EventFactory(start=PartialDate.parse("17/10/2119"), needs_registration=True, capacity=2)
    for status in ("confirmed", "confirmed", "waiting", "cancelled"):
        RegistrationFactory(event=event, status=status)

    [row] = panels(animateur_client)["a-venir"]["rows"]

    assert row["note"] == "17 octobre 2119 · 2 inscrits · 1 en attente"


def test_recap_to_write_leads_to_its_form(animateur_client):
    none = EventFactory(title="Sans compte rendu", start=in_days(-2))
    begun = RecapFactory(
        event__title="Commencé", event__start=in_days(-3), status=Publishable.Status.DRAFT
    )

    rows = panels(animateur_client)["sans-compte-rendu"]["rows"]

    assert [(row["label"], row["url"]) for row in rows] == [
        ("Sans compte rendu", f"{reverse('admin:events_recap_add')}?event={none.pk}"),
        ("Commencé", reverse("admin:events_recap_change", args=[begun.pk])),
    ]
    assert [row["note"].split(" · ")[1] for row in rows] == ["à écrire", "à finir"]


def test_doubtful_figure_is_shown_beside_what_the_site_counts(animateur_client):
    event = EventFactory(title="Rencontre douteuse")
    counts = EventFigure.Counted.TERRITORIES
    EventFigureFactory(event=event, value=18, label="territoires présents", counts=counts)
    AttendanceFactory(event=event)

    (row,) = panels(animateur_client)["chiffres-a-verifier"]["rows"]

    assert row["note"] == "18 territoires présents (compté : 1)"


def test_complete_initiative_and_answered_need_await_nothing(animateur_client):
    initiative = InitiativeFactory(stage=Initiative.Stage.ONGOING)
    initiative.territories.add(TerritoryFactory())
    InvolvementFactory(initiative=initiative, role=Involvement.Role.CARRIER)
    NeedFactory(state=Need.State.ANSWERED, stated_on=in_days(-100))

    assert panels(animateur_client) == {}


@pytest.mark.parametrize("value", ["inconnu", "", "\x00", "é" * 5000, "overdue", "delete"])
def test_unknown_follow_up_shows_the_whole_list(animateur_client, value):
    NeedFactory()

    response = animateur_client.get(
        reverse("admin:initiatives_need_changelist"), {"a-suivre": value}
    )

    assert response.status_code == 200
    assert response.context["cl"].result_count == 1


@pytest.mark.parametrize(
    ("days", "words"),
    [(1, "1 jour"), (59, "59 jours"), (60, "2 mois"), (729, "24 mois"), (730, "2 ans")],
)
def test_duration_is_said_in_the_unit_that_suits_it(days, words):
    assert duration(days) == words
