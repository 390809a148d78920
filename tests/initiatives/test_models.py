"""What awaits somebody among initiatives and needs."""

import datetime

import pytest
from django.utils import timezone

from coopemploi.dates import PartialDate
from coopemploi.publishing import DRAFT_LIFE, Publishable
from initiatives.models import Initiative, Involvement, Need
from tests.factories import (
    InitiativeFactory,
    InvolvementFactory,
    NeedFactory,
    TerritoryFactory,
)

pytestmark = pytest.mark.django_db

TODAY = datetime.date(2023, 6, 15)
NOW = datetime.datetime(2023, 6, 15, 10, tzinfo=datetime.UTC)


def day(text):
    return PartialDate.parse(text)


def complete(**values):
    initiative = InitiativeFactory(stage=Initiative.Stage.ONGOING, **values)
    initiative.territories.add(TerritoryFactory(), TerritoryFactory())
    InvolvementFactory.create_batch(2, initiative=initiative)
    InvolvementFactory(initiative=initiative, role=Involvement.Role.PARTNER)
    return initiative


def lose_nothing(initiative):
    pass


def lose_summary(initiative):
    initiative.summary = ""
    initiative.save()


def lose_stage(initiative):
    initiative.stage = ""
    initiative.save()


def lose_territories(initiative):
    initiative.territories.clear()


def lose_carriers(initiative):
    initiative.involvements.filter(role=Involvement.Role.CARRIER).delete()


@pytest.mark.parametrize(
    ("lose", "lacks"),
    [
        (lose_nothing, []),
        (lose_summary, ["without_summary"]),
        (lose_stage, ["without_stage"]),
        (lose_territories, ["without_territory"]),
        (lose_carriers, ["without_carrier"]),
    ],
)
def test_initiative_lacks_what_it_lost_and_nothing_else(lose, lacks):
    complete()
    initiative = complete()
    lose(initiative)

    methods = ["without_summary", "without_stage", "without_territory", "without_carrier"]
    found = {method: list(getattr(Initiative.objects, method)()) for method in methods}

    assert found == {method: [initiative] if method in lacks else [] for method in methods}
    assert list(Initiative.objects.incomplete()) == ([initiative] if lacks else [])


@pytest.mark.parametrize("status", ["draft", "proposed", "archived"])
def test_only_published_initiatives_are_to_complete(status):
    InitiativeFactory(status=status, summary="")

    assert list(Initiative.objects.incomplete()) == []
    assert list(Initiative.objects.without_territory()) == []
    assert list(Initiative.objects.untouched(timezone.now() + datetime.timedelta(1))) == []


def test_initiative_changed_since_is_not_untouched():
    old, recent = InitiativeFactory.create_batch(2)
    Initiative.objects.filter(pk=old.pk).update(updated_at=NOW - datetime.timedelta(seconds=1))
    Initiative.objects.filter(pk=recent.pk).update(updated_at=NOW)

    assert list(Initiative.objects.untouched(NOW)) == [old]


def test_initiative_is_untouched_after_a_year():
    initiatives = InitiativeFactory.create_batch(2)
    for initiative, days in zip(initiatives, (364, 366), strict=True):
        changed = timezone.now() - datetime.timedelta(days=days)
        Initiative.objects.filter(pk=initiative.pk).update(updated_at=changed)

    assert list(Initiative.objects.untouched()) == [initiatives[1]]


def test_published_open_need_is_unanswered_and_no_other():
    need = NeedFactory()
    NeedFactory(state=Need.State.ANSWERED)
    NeedFactory(state=Need.State.RESTING)
    for status in ("draft", "proposed", "archived"):
        NeedFactory(status=status)

    assert list(Need.objects.unanswered()) == [need]


def test_need_waits_for_long_after_90_days():
    long = NeedFactory(stated_on=day("16/03/2023"))
    NeedFactory(stated_on=day("17/03/2023"))

    assert list(Need.objects.long_unanswered(TODAY)) == [long]


def test_need_of_unknown_date_waits_since_it_was_noted():
    noted = datetime.datetime(2023, 3, 16, 12, tzinfo=datetime.UTC)
    need = NeedFactory(created_at=noted)

    assert Need.objects.with_waiting_since().get().waiting_since == noted.date()
    assert list(Need.objects.long_unanswered(TODAY)) == [need]


def test_proposed_record_and_old_draft_are_to_review():
    status = Publishable.Status
    proposed = InitiativeFactory(status=status.PROPOSED, created_at=NOW)
    begun = NOW - DRAFT_LIFE
    old = InitiativeFactory(status=status.DRAFT, created_at=begun - datetime.timedelta(seconds=1))
    InitiativeFactory(status=status.DRAFT, created_at=begun)
    for other in (status.PUBLISHED, status.ARCHIVED):
        InitiativeFactory(status=other, created_at=begun - DRAFT_LIFE)

    assert set(Initiative.objects.to_review(NOW)) == {proposed, old}


def test_published_again_keeps_the_day_it_first_was():
    first = timezone.now() - datetime.timedelta(days=400)
    initiative = InitiativeFactory(status="draft")
    initiative.publish(at=first)
    initiative.archive()

    initiative.publish()

    initiative.refresh_from_db()
    assert (initiative.status, initiative.published_at) == ("published", first)
