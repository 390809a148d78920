import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from coopemploi.dates import PartialDate
from events.models import RoundTableItem
from events.round_tables.sorting import kind_of, sort_items
from initiatives.models import Initiative, Need, Offer
from territories.models import Mandate
from tests.factories import (
    ActorFactory,
    EventFactory,
    MandateFactory,
    NeedFactory,
    PersonFactory,
    RoundTableEntryFactory,
    RoundTableItemFactory,
    RoundTablePersonFactory,
    TerritoryFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
Outcome = RoundTableItem.Outcome


@pytest.fixture
def entry():
    event = EventFactory(start=PartialDate.parse("03/06/2026"))
    entry = RoundTableEntryFactory(event=event, territory=TerritoryFactory())
    RoundTablePersonFactory(entry=entry, person=PersonFactory())
    return entry


def said(entry, column, text="Un guide des clauses", **values):
    return RoundTableItemFactory(entry=entry, column=column, text=text, **values)


def sort(client, entry, **data):
    url = reverse("admin:events_event_round_table_sort", args=[entry.event_id])
    return client.post(url, data, follow=True)


def test_one_click_makes_a_draft_need_linked_to_what_was_said(animateur_client, entry):
    item = said(entry, "need", "un guide des clauses")

    sort(animateur_client, entry, one=f"{item.pk}:need")

    item.refresh_from_db()
    need = Need.objects.get()
    assert (item.outcome, item.need) == ("need", need)
    assert list(need.round_table_items.all()) == [item]
    assert (need.text, need.status, need.actor) == ("Un guide des clauses", "draft", entry.actor)
    assert need.person == entry.people.get()
    assert str(need.stated_on) == str(entry.event.start)


@pytest.mark.parametrize("place", ["none", "acts", "governs"])
def test_what_an_actor_without_a_place_seeks_is_where_its_row_says(animateur_client, entry, place):
    if place == "acts":
        entry.actor.territories.add(TerritoryFactory())
    elif place == "governs":
        entry.actor.governs = TerritoryFactory()
        entry.actor.save()
    items = said(entry, "need"), said(entry, "offer")

    sort(animateur_client, entry, items=[item.pk for item in items])

    expected = [entry.territory] if place == "none" else []
    assert list(Need.objects.get().territories.all()) == expected
    assert list(Offer.objects.get().territories.all()) == expected


def test_item_taken_back_meanwhile_is_told_and_the_others_are_sorted(entry):
    gone, item = said(entry, "need", "Un local"), said(entry, "need")
    RoundTableItem.objects.filter(pk=gone.pk).delete()

    refused = sort_items(items=[gone, item], outcome=None, user=UserFactory(is_superuser=True))

    assert refused == ["« Un local » : il a été retiré entre-temps."]
    item.refresh_from_db()
    assert item.outcome == "need"


def test_sorting_says_into_what_and_goes_on_where_one_was(animateur_client, entry):
    first, last = said(entry, "need"), said(entry, "need")
    following = RoundTableEntryFactory(event=entry.event, order=entry.order + 1)
    said(following, "offer")
    said(following, "need")
    url = reverse("admin:events_event_round_table_sort", args=[entry.event_id])

    stays = animateur_client.post(url, {"one": f"{first.pk}:need"})
    goes_on = animateur_client.post(url, {"one": f"{last.pk}:finding"})
    animateur_client.post(url, {"one": f"{last.pk}:pending"})
    rest = sort(animateur_client, entry, all="oui")

    assert stays.url == f"{url}#contribution-{entry.pk}"
    assert goes_on.url == f"{url}#contribution-{following.pk}"
    assert [str(told) for told in rest.context["messages"]] == [
        "1 élément trié : 1 besoin.",
        "1 élément trié : 1 constat.",
        "1 élément remis à trier.",
        "3 éléments triés : 2 besoins, 1 offre.",
    ]


def test_challenge_says_how_soon_it_is(animateur_client, entry):
    for horizon in ("short", "medium", ""):
        said(entry, "challenge", horizon=horizon)
    said(entry, "need")
    url = reverse("admin:events_event_round_table_sort", args=[entry.event_id])

    page = BeautifulSoup(animateur_client.get(url).content, "html.parser")

    columns = [column.text for column in page.select(".round-table-sort .quiet")]
    assert columns == ["Défis, court terme", "Défis, moyen terme", "Défis", "Je cherche"]


def test_long_demarche_becomes_an_initiative_with_nothing_lost(animateur_client, entry):
    text = "Une plateforme " + "réunit les acteurs " * 15
    item = said(entry, "demarche", text)

    sort(animateur_client, entry, one=f"{item.pk}:initiative")

    initiative = Initiative.objects.get()
    assert initiative.title.startswith("Une plateforme")
    assert initiative.title.endswith("…")
    assert initiative.summary == text.strip()
    assert list(initiative.territories.all()) == [entry.territory]
    assert [(i.actor, i.role) for i in initiative.involvements.all()] == [(entry.actor, "carrier")]
    assert initiative.status == "draft"


def test_bulk_follows_the_columns(animateur_client, entry):
    items = [said(entry, column) for column in ("demarche", "challenge", "need", "offer")]

    sort(animateur_client, entry, items=[item.pk for item in items], outcome="usual")

    outcomes = entry.items.values_list("outcome", flat=True)
    assert list(outcomes) == ["initiative", "challenge", "need", "offer"]
    assert [model.objects.count() for model in (Initiative, Need, Offer)] == [1, 1, 1]


def test_what_was_made_is_one_step_from_being_published(animateur_client, entry):
    for column in ("need", "need", "offer"):
        said(entry, column)
    NeedFactory(status="draft", text="D'ailleurs")
    response = sort(animateur_client, entry, all="oui")
    soup = BeautifulSoup(response.content, "html.parser")
    drafts = {link.text: link["href"] for link in soup.select("#content a[href*=id__in]")}
    assert set(drafts) == {"2 besoins", "1 offre"}
    shown = animateur_client.get(drafts["2 besoins"]).context["cl"].queryset
    assert {need.text for need in shown} == {"Un guide des clauses"}

    Need.objects.update(status="proposed")
    response = sort(animateur_client, entry, all="oui")
    assert "2 besoins" in response.text  # as unseen as drafts are

    Need.objects.update(status="published")
    response = sort(animateur_client, entry, all="oui")
    assert "2 besoins" not in response.text


def test_what_one_may_not_publish_is_not_to_publish(client, entry):
    here = TerritoryFactory()
    entry.event.territories.add(here)
    user = UserFactory(is_staff=True)
    MandateFactory(user=user, role=Mandate.Role.ANIMATEUR, territory=here, network=None)
    for territory in (here, TerritoryFactory()):
        need = NeedFactory(status="draft", actor=ActorFactory())
        need.actor.territories.add(territory)
        RoundTableItemFactory(entry=entry, column="need", need=need, outcome="need")
    client.force_login(user)

    response = sort(client, entry, all="oui")

    links = BeautifulSoup(response.content, "html.parser").select("#content a[href*=id__in]")
    assert [link.text for link in links] == ["1 besoin"]


def test_all_that_is_left_is_sorted_at_once(animateur_client, entry):
    done = said(entry, "need")
    RoundTableItem.objects.update(outcome="finding")
    left = [said(entry, column) for column in ("challenge", "offer")]

    sort(animateur_client, entry, all="oui")

    done.refresh_from_db()
    assert done.outcome == "finding"
    assert [RoundTableItem.objects.get(pk=item.pk).outcome for item in left] == [
        "challenge",
        "offer",
    ]


def test_several_items_make_one_record_when_asked(animateur_client, entry):
    items = [said(entry, "demarche", text) for text in ("une GPECT", "avec deux EPCI")]

    sort(
        animateur_client,
        entry,
        items=[item.pk for item in items],
        outcome="initiative",
        together="on",
    )

    initiative = Initiative.objects.get()
    assert initiative.title == "Une GPECT"
    assert "Avec deux EPCI" in initiative.body
    assert initiative.round_table_items.count() == 2


def test_sorting_twice_makes_no_second_record(animateur_client, entry):
    item = said(entry, "need")
    sort(animateur_client, entry, one=f"{item.pk}:need")
    sort(animateur_client, entry, one=f"{item.pk}:need")
    assert Need.objects.count() == 1


def test_item_put_back_is_to_sort_again(animateur_client, entry):
    item = said(entry, "need")
    sort(animateur_client, entry, one=f"{item.pk}:need")
    sort(animateur_client, entry, one=f"{item.pk}:pending")
    item.refresh_from_db()
    assert (item.outcome, item.need) == ("pending", None)


@pytest.mark.parametrize("data", [{}, {"one": "999999:need"}, {"one": "x"}])
def test_nothing_chosen_is_said(animateur_client, entry, data):
    said(entry, "need")
    response = sort(animateur_client, entry, **data)
    assert response.status_code == 400
    assert Need.objects.count() == 0


def test_item_of_another_event_is_out_of_reach(animateur_client, entry):
    other = RoundTableItemFactory(column="need")
    response = sort(animateur_client, entry, one=f"{other.pk}:need")
    assert response.status_code == 400
    other.refresh_from_db()
    assert other.outcome == "pending"


def test_record_out_of_the_perimeter_is_not_made(client, entry):
    here = TerritoryFactory()
    entry.event.territories.add(here)
    user = UserFactory(is_staff=True)
    MandateFactory(user=user, role=Mandate.Role.ANIMATEUR, territory=here, network=None)
    client.force_login(user)
    entry.actor.territories.add(TerritoryFactory())
    item = said(entry, "need")

    response = sort(client, entry, one=f"{item.pk}:need")

    assert "hors de votre périmètre" in response.content.decode()
    assert Need.objects.count() == 0
    entry.actor.territories.add(here)
    sort(client, entry, one=f"{item.pk}:need")
    assert Need.objects.count() == 1


def test_who_may_not_change_the_event_sorts_nothing(client, entry):
    user = UserFactory(is_staff=True)
    MandateFactory(
        user=user, role=Mandate.Role.ANIMATEUR, territory=TerritoryFactory(), network=None
    )
    entry.event.territories.add(TerritoryFactory())
    client.force_login(user)
    item = said(entry, "need")
    assert sort(client, entry, one=f"{item.pk}:need").status_code == 403
    assert Need.objects.count() == 0


def test_page_takes_the_same_queries_at_1_and_30_rows(animateur_client, entry):
    url = reverse("admin:events_event_round_table_sort", args=[entry.event_id])

    def count():
        with CaptureQueriesContext(connection) as queries:
            animateur_client.get(url)
        return len(queries)

    said(entry, "need")
    count()
    one = count()
    for _ in range(29):
        said(RoundTableEntryFactory(event=entry.event, actor=ActorFactory()), "offer")
    assert count() == one


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Recherche un stagiaire", "recruitment"),
        ("Règlement d'intervention de la Région", "funding"),
        ("Des exemples de projets", "feedback"),
        ("Comment animer un groupe", "method"),
        ("Les clauses", "knowledge"),
    ],
)
def test_kind_is_guessed_from_the_words(text, kind):
    assert kind_of(text) == kind
