import datetime

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from coopemploi.publishing import Publishable
from initiatives.models import Initiative, Involvement
from tests.factories import (
    ActorFactory,
    InitiativeFactory,
    InitiativeLinkFactory,
    InvolvementFactory,
    MatchFactory,
    NeedFactory,
    OfferFactory,
    StepFactory,
    TerritoryFactory,
)

ADD = reverse("admin:initiatives_initiative_add")


@pytest.fixture
def count_queries(animateur_client):
    """The number of queries of a page, once the content types are in their cache."""

    def count(url):
        assert animateur_client.get(url).status_code == 200
        with CaptureQueriesContext(connection) as queries:
            animateur_client.get(url)
        return len(queries)

    return count


def initiative_data(involvements=0, **values):
    data = {"title": "Une démarche", "status": Publishable.Status.DRAFT}
    for prefix, total in {
        "involvements": involvements,
        "steps": 0,
        "figures": 0,
        "links": 0,
    }.items():
        data |= {f"{prefix}-TOTAL_FORMS": total, f"{prefix}-INITIAL_FORMS": 0}
    return {**data, **values}


def test_new_initiative_remembers_who_wrote_it(animateur_client):
    response = animateur_client.post(ADD, initiative_data())

    assert response.status_code == 302
    initiative = Initiative.objects.get()
    assert str(initiative.created_by.pk) == animateur_client.session["_auth_user_id"]
    assert not initiative.is_published
    assert initiative.published_at is None


def test_initiative_published_in_its_form_says_since_when(animateur_client):
    animateur_client.post(ADD, initiative_data(status=Publishable.Status.PUBLISHED))

    assert Initiative.objects.get().published_at is not None


def test_later_change_keeps_author_and_day_of_publication(animateur_client):
    animateur_client.post(ADD, initiative_data(status=Publishable.Status.PUBLISHED))
    initiative = Initiative.objects.get()
    first_published, author = initiative.published_at, initiative.created_by

    animateur_client.post(
        reverse("admin:initiatives_initiative_change", args=[initiative.pk]),
        initiative_data(status=Publishable.Status.PUBLISHED, title="Un autre titre"),
    )

    initiative.refresh_from_db()
    assert initiative.title == "Un autre titre"
    assert (initiative.published_at, initiative.created_by) == (first_published, author)


def test_party_without_actor_or_label_is_refused_beside_the_actor(animateur_client):
    response = animateur_client.post(
        ADD,
        initiative_data(
            involvements=1, **{"involvements-0-role": "carrier", "involvements-0-order": 0}
        ),
    )

    formset = response.context["inline_admin_formsets"][0].formset
    assert formset.errors == [{"actor": ["Choisissez un acteur, ou donnez une désignation."]}]
    assert not Initiative.objects.exists()


def test_party_known_by_a_label_is_kept(animateur_client):
    row = {
        "involvements-0-role": "funder",
        "involvements-0-label": "une fondation privée",
        "involvements-0-order": 0,
    }

    animateur_client.post(ADD, initiative_data(involvements=1, **row))

    assert Involvement.objects.get().name == "une fondation privée"


def test_change_page_takes_the_same_queries_at_1_and_30_rows(animateur_client, count_queries):
    initiative = InitiativeFactory()
    initiative.territories.add(TerritoryFactory())
    url = reverse("admin:initiatives_initiative_change", args=[initiative.pk])
    for factory in (InvolvementFactory, StepFactory, InitiativeLinkFactory):
        factory(initiative=initiative)
    with_one = count_queries(url)
    for factory in (InvolvementFactory, StepFactory, InitiativeLinkFactory):
        factory.create_batch(29, initiative=initiative)
    initiative.territories.add(*TerritoryFactory.create_batch(29))

    assert count_queries(url) == with_one
    assert with_one <= 30


def test_initiative_is_found_without_accents(animateur_client):
    InitiativeFactory(title="Mobilité à l'échelle du pôle")
    InitiativeFactory(title="Autre chose")

    response = animateur_client.get(
        reverse("admin:initiatives_initiative_changelist"), {"q": "echelle mobilite"}
    )

    assert [each.title for each in response.context["cl"].result_list] == [
        "Mobilité à l'échelle du pôle"
    ]


def test_need_is_found_by_its_actor(animateur_client):
    NeedFactory(text="Cherche un règlement", actor=ActorFactory(name="Maison de l'emploi d'Évry"))
    NeedFactory(text="Cherche un financement")

    response = animateur_client.get(
        reverse("admin:initiatives_need_changelist"), {"q": "evry reglement"}
    )

    assert [each.text for each in response.context["cl"].result_list] == ["Cherche un règlement"]


@pytest.mark.parametrize("side", ["need", "offer"])
def test_lead_shows_its_other_half_and_leads_to_it(animateur_client, side):
    match = MatchFactory(need=NeedFactory(text="Un modèle"), offer=OfferFactory(text="Une charte"))
    halves = {"need": match.need, "offer": match.offer}
    record = halves.pop(side)
    [other] = halves.values()

    address = reverse(f"admin:initiatives_{side}_change", args=[record.pk])
    page = BeautifulSoup(animateur_client.get(address).content, "html.parser")

    cell = page.select_one("#matches-group .field-other")
    assert cell.text.strip() == other.text
    # They are in order, and say why: a score out of a thousand says nothing more.
    assert page.select(".field-score") == []
    assert cell.a["href"].startswith(f"/admin/initiatives/{other._meta.model_name}/{other.pk}/")


@pytest.mark.parametrize(
    ("asked", "shown"),
    [({}, "30/11/2026"), ({"stated_on": "2019"}, "2019")],
    ids=["today", "asked"],
)
@pytest.mark.parametrize("model", ["need", "offer"])
def test_exchange_is_first_dated_of_today(animateur_client, model, asked, shown):
    with time_machine.travel(datetime.datetime(2026, 11, 30, 12, tzinfo=datetime.UTC), tick=False):
        page = animateur_client.get(reverse(f"admin:initiatives_{model}_add"), asked)

    field = BeautifulSoup(page.content, "html.parser").select_one("[name=stated_on]")
    assert field["value"] == shown


def test_exchange_whose_date_is_unknown_stays_without_one(animateur_client):
    need = NeedFactory(stated_on="")

    page = animateur_client.get(reverse("admin:initiatives_need_change", args=[need.pk]))

    field = BeautifulSoup(page.content, "html.parser").select_one("[name=stated_on]")
    assert field.get("value", "") == ""


@pytest.mark.parametrize("factory", [NeedFactory, OfferFactory])
def test_matches_are_listed_once_there_may_be_some(animateur_client, factory):
    exchange = factory()
    name = f"admin:initiatives_{exchange._meta.model_name}"

    added = animateur_client.get(reverse(f"{name}_add")).context["inline_admin_formsets"]
    changed = animateur_client.get(reverse(f"{name}_change", args=[exchange.pk]))

    assert added == []
    assert len(changed.context["inline_admin_formsets"]) == 1
