"""The network in figures."""

import datetime

import pytest
from django.urls import reverse

from coopemploi.dates import PartialDate
from coopemploi.derived import registry
from coopemploi.pages.charts import MOST_YEARS, charts, columns
from coopemploi.publishing import Publishable
from tests.factories import (
    ActorFactory,
    EventFactory,
    InitiativeFactory,
    MatchFactory,
    NeedFactory,
    SchemeFactory,
    StageChangeFactory,
    ThemeFactory,
)

pytestmark = pytest.mark.django_db
DRAFT = Publishable.Status.DRAFT


def told(bars):
    return [(bar.label, bar.count) for bar in bars]


def fill(rows):
    scheme, theme = SchemeFactory(acronym="GPECT"), ThemeFactory(name="Mobilité")
    for _ in range(rows):
        initiative = InitiativeFactory(stage="ongoing")
        initiative.schemes.add(scheme)
        initiative.themes.add(theme)
        NeedFactory()
        EventFactory(start=PartialDate.parse("2021"))
        StageChangeFactory(actor__kind="projet-tzcld", stage="emerging")


@pytest.mark.parametrize("rows", [1, 30])
def test_figures_cost_the_same_at_any_length(client, django_assert_num_queries, rows):
    fill(rows)

    with django_assert_num_queries(7):
        counted = charts()

    assert told(counted["schemes"]) == [("GPECT", rows)]
    assert told(counted["themes"]) == [("Mobilité", rows)]
    assert told(counted["stages"]) == [("en cours", rows)]
    assert told(counted["projects"]) == [("émergent", rows)]
    assert told(counted["needs"]) == [("d'actualité", rows)]
    assert told(counted["years"]) == [("2021", rows)]


def test_name_leads_to_a_list_of_as_many(client):
    fill(2)
    registry.flush()
    text = client.get(reverse("network_figures")).content.decode()

    for name in ("schemes", "themes", "stages", "projects", "needs", "years"):
        (bar,) = charts()[name]
        assert f'href="{bar.url.replace("&", "&amp;")}"' in text
        assert client.get(bar.url).context["page"].paginator.count == bar.count == 2


def test_what_is_not_public_is_not_counted(client):
    scheme = SchemeFactory()
    InitiativeFactory(stage="ongoing", status=DRAFT).schemes.add(scheme)
    NeedFactory(status=DRAFT)
    EventFactory(status=DRAFT)
    StageChangeFactory(actor=ActorFactory(kind="projet-tzcld", status=DRAFT))

    counted = charts()

    names = ("schemes", "themes", "stages", "projects", "needs", "years", "undated")
    assert [counted[name] for name in names] == [[], [], [], [], [], [], 0]
    assert "Rien n'est encore publié" in client.get(reverse("network_figures")).content.decode()


@pytest.mark.parametrize("count", [2, 3])
def test_introductions_are_told_from_three_on(client, count):
    for _ in range(count):
        MatchFactory(status="introduced")

    text = client.get(reverse("network_figures")).content.decode()

    assert ("Mises en relation" in text) == (count == 3)


def test_years_follow_one_another_and_the_oldest_are_together():
    this_year = datetime.date.today().year
    for year in (this_year - MOST_YEARS, this_year - 2, this_year):
        EventFactory(start=PartialDate.parse(str(year)))
    EventFactory(start=PartialDate.parse("[] un jour"))

    counted = charts()

    first = this_year - MOST_YEARS + 1
    expected = dict.fromkeys(range(first, this_year + 1), 0) | {this_year - 2: 1, this_year: 1}
    assert told(counted["years"]) == [
        (f"avant {first}", 1),
        *((str(year), count) for year, count in expected.items()),
    ]
    assert counted["undated"] == 1
    assert [bar.url == "" for bar in counted["years"][-3:]] == [False, True, True]


def test_highest_column_fills_the_drawing():
    low, high = columns([("2020", 1, ""), ("2021", 4, "")])

    assert (low.height, high.height) == (25, 100)
    assert low.top - high.top == 75
