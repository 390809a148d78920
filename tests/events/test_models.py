"""Constraints, upcoming and past, figures counted beside declared, who may read what."""

import datetime

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from coopemploi.dates import PartialDate
from coopemploi.mail.models import Refusal
from coopemploi.mail.services import refuse
from coopemploi.publishing import Publishable
from events.models import (
    Action,
    Attendance,
    CampaignFigure,
    Event,
    EventFigure,
    Recap,
    RoundTableItem,
)
from tests.factories import (
    ActionFactory,
    ActionPartyFactory,
    ActorFactory,
    AppearanceFactory,
    AttendanceFactory,
    CampaignFactory,
    CampaignFigureFactory,
    CompositionFactory,
    EventActorFactory,
    EventFactory,
    EventFigureFactory,
    PersonFactory,
    RecapFactory,
    RoundTableEntryFactory,
    RoundTableItemFactory,
    RoundTablePersonFactory,
    SessionFactory,
    TerritoryFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

DRAFT = Publishable.Status.DRAFT
TODAY = datetime.date(2023, 6, 15)


def day(text):
    return PartialDate.parse(text)


def messages_of(record):
    with pytest.raises(ValidationError) as caught:
        record.full_clean()
    return caught.value.messages


# Constraints


@pytest.mark.parametrize("factory", [EventFactory, CampaignFactory])
def test_dates_out_of_order_are_refused(factory):
    record = factory.build(start=day("17/10/2019"), end=day("16/10/2019"), slug="a")

    assert messages_of(record) == ["La fin précède le début."]
    with pytest.raises(IntegrityError), transaction.atomic():
        record.save()


def test_dates_that_may_be_in_order_are_accepted():
    event = EventFactory(start=day("10/2019"), end=day("17/10/2019"))

    event.full_clean()


def test_hours_out_of_order_are_refused_on_one_day():
    event = EventFactory.build(
        start=day("17/10/2019"),
        start_time=datetime.time(16),
        end_time=datetime.time(14, 30),
        slug="a",
    )

    assert messages_of(event) == ["La rencontre finit avant de commencer."]


def test_hours_of_two_days_may_be_in_any_order():
    event = EventFactory(
        start=day("17/10/2019"),
        end=day("18/10/2019"),
        start_time=datetime.time(16),
        end_time=datetime.time(12),
    )

    event.full_clean()


@pytest.mark.parametrize("field", ["parent", "next_event"])
def test_event_that_points_at_itself_is_refused(field):
    event = EventFactory()
    setattr(event, field, event)

    assert messages_of(event) == ["Une rencontre ne peut pas se désigner elle-même."]


def test_attendance_of_nobody_is_refused():
    attendance = AttendanceFactory.build(event=EventFactory(), territory=None)

    assert messages_of(attendance) == ["Choisissez un territoire, un acteur ou une personne."]
    with pytest.raises(IntegrityError), transaction.atomic():
        attendance.save()


@pytest.mark.parametrize(
    ("field", "factory"),
    [("territory", TerritoryFactory), ("actor", ActorFactory), ("person", PersonFactory)],
)
def test_attendance_noted_twice_is_refused(field, factory):
    first = AttendanceFactory(**{"territory": None, field: factory()})
    again = Attendance(event=first.event, **{field: getattr(first, field)})

    assert messages_of(again) == ["Cette présence est déjà notée."]
    with pytest.raises(IntegrityError), transaction.atomic():
        again.save()


def test_party_without_name_is_refused():
    party = EventActorFactory.build(event=EventFactory(), actor=None)

    assert messages_of(party) == ["Choisissez un acteur, ou donnez une désignation."]


def test_person_twice_in_a_contribution_is_refused():
    link = RoundTablePersonFactory()
    again = RoundTablePersonFactory.build(entry=link.entry, person=link.person)

    assert messages_of(again) == ["Cette personne est déjà dans la contribution."]


def test_horizon_of_anything_but_a_challenge_is_refused():
    item = RoundTableItemFactory.build(
        entry=RoundTableEntryFactory(), column=RoundTableItem.Column.NEED, horizon="short"
    )

    assert messages_of(item) == ["Seul un défi a une échéance."]
    with pytest.raises(IntegrityError), transaction.atomic():
        item.save()


def test_action_merged_into_itself_is_refused():
    action = ActionFactory()
    action.merged_into = action

    assert messages_of(action) == ["Une action ne fusionne pas avec elle-même."]


def test_action_of_another_event_s_session_is_refused():
    action = ActionFactory(event=EventFactory())
    action.session = SessionFactory()

    assert messages_of(action) == ["Cette séquence est celle d'une autre rencontre."]


# Upcoming and past

UPCOMING = [
    ("15/06/2023", ""),  # today
    ("06/2023", ""),  # this month: may be still to come
    ("2023", ""),
    ("14/06/2023", "16/06/2023"),  # under way
    ("01/06/2023", "06/2023"),
]
PAST = [
    ("14/06/2023", ""),
    ("05/2023", ""),
    ("2022", ""),
    ("01/06/2023", "14/06/2023"),
    ("", ""),  # undated
    ("[] 2e vague", ""),
    ("au plus tôt 01/06/2023", ""),  # began, and nothing says until when
]


@pytest.mark.parametrize(("start", "end"), UPCOMING)
def test_event_not_over_is_upcoming(start, end):
    event = EventFactory(start=day(start), end=day(end))

    assert list(Event.objects.upcoming(at=TODAY)) == [event]
    assert list(Event.objects.past(at=TODAY)) == []


@pytest.mark.parametrize(("start", "end"), PAST)
def test_event_over_or_undated_is_past(start, end):
    event = EventFactory(start=day(start), end=day(end))

    assert list(Event.objects.upcoming(at=TODAY)) == []
    assert list(Event.objects.past(at=TODAY)) == [event]


def test_upcoming_come_the_next_first():
    later = EventFactory(start=day("01/07/2023"))
    afternoon = EventFactory(start=day("20/06/2023"), start_time=datetime.time(14))
    morning = EventFactory(start=day("20/06/2023"), start_time=datetime.time(9))

    assert list(Event.objects.upcoming(at=TODAY)) == [morning, afternoon, later]


def test_past_come_the_latest_first_and_undated_last():
    undated = EventFactory()
    old = EventFactory(start=day("17/10/2019"))
    recent = EventFactory(start=day("04/05/2021"))

    assert list(Event.objects.past(at=TODAY)) == [recent, old, undated]


def test_events_of_a_territory_include_those_held_in_its_towns():
    epci = TerritoryFactory(kind="epci")
    town = CompositionFactory(whole=epci).part
    held = EventFactory(town=town)
    concerned = EventFactory()
    concerned.territories.add(epci)
    EventFactory(town=TerritoryFactory())

    assert set(Event.objects.in_territory(epci)) == {held, concerned}


# Figures


def figure(event, counts, value=10, **fields):
    return EventFigureFactory(event=event, counts=counts, value=value, **fields)


def test_territories_present_are_counted_without_people_or_absent():
    event = EventFactory()
    AttendanceFactory.create_batch(2, event=event)
    AttendanceFactory(event=event, territory=None, actor=ActorFactory())
    AttendanceFactory(event=event, territory=None, person=PersonFactory())
    AttendanceFactory(event=event, status=Attendance.Status.EXCUSED)

    assert figure(event, EventFigure.Counted.TERRITORIES).counted() == 3


@pytest.mark.parametrize("stage", ["interested", "emerging", "accredited"])
def test_stage_of_that_day_is_counted(stage):
    event = EventFactory()
    AttendanceFactory.create_batch(2, event=event, stage=stage)
    AttendanceFactory(event=event, stage=stage, status=Attendance.Status.EXCUSED)
    AttendanceFactory(event=event, stage="candidate")

    assert figure(event, stage).counted() == 2


def test_person_of_two_contributions_is_counted_once():
    event, person = EventFactory(), PersonFactory()
    for _ in range(2):
        RoundTablePersonFactory(entry=RoundTableEntryFactory(event=event), person=person)
    RoundTablePersonFactory(entry=RoundTableEntryFactory(event=event))

    assert figure(event, EventFigure.Counted.CONTRIBUTORS).counted() == 2


def test_contributors_are_not_counted_without_a_tour_de_table():
    contributors = figure(EventFactory(), EventFigure.Counted.CONTRIBUTORS)

    assert contributors.counted() is None


def test_speaker_of_two_sessions_is_counted_once():
    event, person = EventFactory(), PersonFactory()
    AppearanceFactory.create_batch(2, event=event, person=person)
    AppearanceFactory(event=event)

    assert figure(event, EventFigure.Counted.SPEAKERS).counted() == 2


def test_draft_action_is_not_counted():
    event = EventFactory()
    ActionFactory.create_batch(2, event=event)
    ActionFactory(event=event, status=DRAFT)

    assert figure(event, EventFigure.Counted.ACTIONS).counted() == 2


def test_draft_event_is_not_counted_in_its_campaign():
    campaign = CampaignFactory()
    EventFactory(campaign=campaign)
    EventFactory(campaign=campaign, status=DRAFT)
    declared = CampaignFigureFactory(
        campaign=campaign, counts=CampaignFigure.Counted.EVENTS, value=19
    )

    assert declared.counted() == 1
    assert declared.comparison == "19 annoncées, 1 décrite"


def test_figure_that_counts_nothing_has_no_count():
    assert figure(EventFactory(), "").counted() is None
    assert CampaignFigureFactory().counted() is None


def test_gap_is_said_in_words():
    event = EventFactory()
    AttendanceFactory.create_batch(2, event=event)
    declared = figure(event, EventFigure.Counted.TERRITORIES, value=3)

    assert declared.comparison == "3 annoncés, 2 nommés"


def test_comparison_agrees_in_gender_and_number():
    event = EventFactory()
    ActionFactory(event=event)

    assert figure(event, EventFigure.Counted.ACTIONS, value=1).comparison == (
        "1 annoncée, 1 décrite"
    )


def test_approximate_figure_stands_beside_the_counted_one():
    event = EventFactory()
    AttendanceFactory(event=event)
    about = figure(event, EventFigure.Counted.TERRITORIES, qualifier="about")

    assert about.comparison == "environ 10 annoncés, 1 nommé"


def test_prefetched_rows_are_counted_without_a_query(django_assert_num_queries):
    event = EventFactory()
    for counts in EventFigure.Counted.values:
        figure(event, counts)
    RoundTablePersonFactory(entry=RoundTableEntryFactory(event=event))
    fetched = Event.objects.prefetch_related(
        "figures",
        "attendances",
        "appearances",
        "actions",
        "round_table_entries__person_links",
    ).get()

    with django_assert_num_queries(0):
        counted = [declared.counted() for declared in fetched.figures.all()]

    assert counted == [0, 0, 0, 0, 1, 0, 0]


# Who may read


def test_item_is_told_to_those_who_may_read_event_and_recap():
    told = RoundTableItemFactory(entry__event=RecapFactory().event)
    of_draft_recap = RoundTableItemFactory(entry__event=RecapFactory(status=DRAFT).event)
    of_draft_event = RoundTableItemFactory(entry__event=RecapFactory(event__status=DRAFT).event)
    without_recap = RoundTableItemFactory()
    staff = UserFactory(is_staff=True)

    assert list(RoundTableItem.objects.told_to(AnonymousUser())) == [told]
    assert set(RoundTableItem.objects.told_to(staff)) == {told, of_draft_recap, of_draft_event}
    assert without_recap not in RoundTableItem.objects.told_to(staff)


@pytest.mark.parametrize(
    ("model", "factory"), [(Event, EventFactory), (Recap, RecapFactory), (Action, ActionFactory)]
)
def test_draft_is_visible_to_staff_and_author_only(model, factory):
    author = UserFactory()
    published = factory()
    draft = factory(status=DRAFT, created_by=author)

    assert list(model.objects.visible_to(AnonymousUser())) == [published]
    assert list(model.objects.visible_to(UserFactory())) == [published]
    assert set(model.objects.visible_to(author)) == {published, draft}
    assert set(model.objects.visible_to(UserFactory(is_staff=True))) == {published, draft}


# What awaits somebody


@pytest.mark.parametrize("progress", ["retained", "committed", "under_way"])
def test_action_still_to_be_done_after_its_due_date_is_overdue(progress):
    action = ActionFactory(due=day("14/06/2023"), progress=progress)

    assert list(Action.objects.overdue(TODAY)) == [action]


@pytest.mark.parametrize(
    "values",
    [
        {"due": "15/06/2023"},
        {"due": "juin 2023"},
        {"due": ""},
        {"due": "14/06/2023", "progress": "done"},
        {"due": "14/06/2023", "progress": "dropped"},
        {"due": "14/06/2023", "status": Publishable.Status.ARCHIVED},
    ],
    ids=str,
)
def test_action_done_or_not_due_is_not_overdue(values):
    ActionFactory(**{**values, "due": day(values["due"])})

    assert list(Action.objects.overdue(TODAY)) == []


def test_action_of_which_no_mail_asks_is_without_anybody_to_ask():
    nobody, unreachable, refusing, asked, done = ActionFactory.create_batch(5)
    ActionFactory(status="draft")
    ActionPartyFactory(action=nobody)
    ActionPartyFactory(action=unreachable, contact=PersonFactory(email=""))
    ActionPartyFactory(action=refusing, contact=PersonFactory(email="B@example.org"))
    refuse("B@example.org", Refusal.Topic.FOLLOW_UP)
    ActionPartyFactory(action=asked, contact=PersonFactory(email="a@example.org"))
    refuse("a@example.org", Refusal.Topic.REMINDER)
    Action.objects.filter(pk=done.pk).update(progress=Action.Progress.DONE)
    assert set(Action.objects.without_anybody_to_ask()) == {nobody, unreachable, refusing}


def test_merged_action_is_not_overdue():
    kept = ActionFactory()
    ActionFactory(due=day("2020"), merged_into=kept)

    assert list(Action.objects.overdue(TODAY)) == []


@pytest.mark.parametrize(
    ("start", "end"), [("14/06/2023", ""), ("mai 2023", ""), ("13/06/2023", "14/06/2023")]
)
def test_event_over_without_recap_awaits_one(start, end):
    event = EventFactory(start=day(start), end=day(end))

    assert list(Event.objects.without_recap(TODAY)) == [event]


def test_draft_recap_is_still_to_write_and_another_is_written():
    begun = RecapFactory(event__start=day("2020"), status=DRAFT)
    for status in ("proposed", "published", "archived"):
        RecapFactory(event__start=day("2020"), status=status)

    assert list(Event.objects.without_recap(TODAY)) == [begun.event]


@pytest.mark.parametrize(
    ("start", "end"),
    [("15/06/2023", ""), ("juin 2023", ""), ("14/06/2023", "15/06/2023"), ("", "")],
)
def test_event_under_way_to_come_or_undated_awaits_no_recap(start, end):
    EventFactory(start=day(start), end=day(end))

    assert list(Event.objects.without_recap(TODAY)) == []


def test_archived_event_awaits_nothing():
    archived = Publishable.Status.ARCHIVED
    EventFigureFactory(
        event=EventFactory(start=day("2020"), status=archived), counts=EventFigure.Counted.SPEAKERS
    )
    EventFactory(start=day("2024"), status=archived)

    assert list(Event.objects.without_recap(TODAY)) == []
    assert list(Event.objects.to_come(TODAY)) == []
    assert list(Event.objects.with_doubtful_figures()) == []


def test_drafts_to_come_are_to_come():
    draft = EventFactory(start=day("2024"), status=DRAFT)
    EventFactory(start=day("2022"))

    assert list(Event.objects.to_come(TODAY)) == [draft]


def full_event():
    """An event of which everything can be counted, each thing a different number of times."""
    event = EventFactory()
    AttendanceFactory(event=event, stage="interested")
    AttendanceFactory.create_batch(2, event=event, stage="emerging")
    AttendanceFactory.create_batch(3, event=event, stage="accredited")
    AttendanceFactory(event=event, territory=None, person=PersonFactory())
    AttendanceFactory(event=event, stage="interested", status=Attendance.Status.EXCUSED)
    twice = PersonFactory()
    AppearanceFactory.create_batch(2, event=event, person=twice)
    AppearanceFactory.create_batch(4, event=event)
    entry = RoundTableEntryFactory(event=event)
    RoundTablePersonFactory.create_batch(7, entry=entry)
    RoundTablePersonFactory(entry=RoundTableEntryFactory(event=event), person=twice)
    RoundTablePersonFactory(entry=entry, person=twice)
    ActionFactory.create_batch(4, event=event)
    ActionFactory(event=event, status=DRAFT)
    return event


@pytest.mark.parametrize("counts", EventFigure.Counted.values)
@pytest.mark.parametrize("make_event", [full_event, EventFactory], ids=["full", "empty"])
def test_database_counts_as_the_page_does(counts, make_event):
    full_event()
    figure = EventFigureFactory(event=make_event(), counts=counts)

    assert EventFigure.objects.with_known().get().known == figure.counted()


def test_database_counts_the_events_of_a_campaign():
    campaign = CampaignFactory()
    EventFactory.create_batch(2, campaign=campaign)
    EventFactory(campaign=campaign, status=DRAFT)
    EventFactory(campaign=CampaignFactory())
    figure = CampaignFigureFactory(campaign=campaign, counts=CampaignFigure.Counted.EVENTS)

    assert CampaignFigure.objects.with_known().get().known == figure.counted() == 2


@pytest.mark.parametrize("value", [0, 2])
def test_exact_figure_that_the_site_counts_otherwise_is_doubtful(value):
    attendance = AttendanceFactory()
    EventFigureFactory(event=attendance.event, value=value, counts="territories")
    EventFigureFactory(event=attendance.event, value=value, counts="territories")

    assert list(Event.objects.with_doubtful_figures()) == [attendance.event]


@pytest.mark.parametrize(
    "values",
    [
        {"value": 1, "counts": "territories"},
        {"value": 5, "counts": "territories", "qualifier": "about"},
        {"value": 5, "counts": "contributors"},  # no tour de table to count
        {"value": 5, "counts": ""},
    ],
    ids=str,
)
def test_figure_that_nothing_contradicts_is_not_doubtful(values):
    attendance = AttendanceFactory()
    EventFigureFactory(event=attendance.event, **values)

    assert list(Event.objects.with_doubtful_figures()) == []


def test_unit_that_is_a_word_may_stand_on_a_line_of_its_own():
    hours = EventFigure(value=12000, unit="heures", qualifier="exact")
    share = EventFigure(value=15, unit="%", qualifier="exact")
    assert hours.display == "12\N{NARROW NO-BREAK SPACE}000 heures"
    assert share.display == "15\N{NO-BREAK SPACE}%"
