"""What is gathered in one statement is what Django reads in one query per relation."""

import datetime
from decimal import Decimal

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db.models import Prefetch

from coopemploi.dates import PartialDate
from coopemploi.gathering import gathered
from coopemploi.publishing import Publishable
from events.models import Appearance, Event, Recap
from initiatives.models import Initiative, Involvement
from territories.models import Actor
from tests import factories

pytestmark = pytest.mark.django_db

ANYONE = AnonymousUser()


def with_everything(initiatives):
    involvements = Involvement.objects.select_related("actor__governs").order_by("-pk")
    return (
        initiatives.select_related("source", "contact__person")
        .defer("source__raw_text")
        .prefetch_related(
            "steps",
            "schemes",
            "territories__governing_actor",
            Prefetch("involvements", involvements, to_attr="parties"),
            Prefetch("involvements", involvements.filter(role="funder")[:2], to_attr="two"),
            "parties__actor__parents",
        )
    )


@gathered(slug=str)
def by_slug(user, slug):
    return with_everything(Initiative.objects.visible_to(user).filter(slug=slug))


@gathered(pks=[int])
def by_keys(user, pks):
    return Initiative.objects.visible_to(user).filter(pk__in=pks)


@gathered(day=datetime.date)
def begun_before(user, day):
    return Event.objects.filter(start_earliest__lt=day).order_by("pk")


def told(initiative):
    """All that the templates could read of it, without a query if it was prefetched."""
    return {
        "own": {field.attname: getattr(initiative, field.attname) for field in fields(initiative)},
        "source": initiative.source and (initiative.source.title, initiative.source.published_on),
        "contact": initiative.contact and str(initiative.contact.person),
        "steps": [(step.label, step.date, step.initiative) for step in initiative.steps.all()],
        "schemes": [str(scheme) for scheme in initiative.schemes.all()],
        "places": [
            (place.name, place.latitude, getattr(place, "governing_actor", None))
            for place in initiative.territories.all()
        ],
        "parties": [
            (
                party.amount,
                party.actor,
                party.actor and (party.actor.aliases, party.actor.governs),
                party.actor and list(party.actor.parents.all()),
            )
            for party in initiative.parties
        ],
        "two": initiative.two,
    }


def fields(record):
    return record._meta.concrete_fields


@pytest.fixture
def rich():
    """An initiative « l'%été » with something in each relation, and nothing beside one of them."""
    place = factories.TerritoryFactory(latitude=43.7123, longitude=-1.05)
    town = factories.ActorFactory(governs=place, aliases=["Dax", "« l'%été »"])
    town.parents.add(factories.ActorFactory())
    initiative = factories.InitiativeFactory(title="l'%été", published_at=a_moment())
    initiative.territories.add(place, factories.TerritoryFactory())
    initiative.schemes.add(factories.SchemeFactory(), factories.SchemeFactory(acronym="GPECT"))
    initiative.source = factories.SourceFactory(published_on=PartialDate.parse("fin mars 2021"))
    initiative.contact = factories.PositionFactory()
    initiative.save()
    initiative.steps.create(label="Début", date=PartialDate.parse("2020"))
    initiative.steps.create(label="Un jour", date=PartialDate.parse("[] 2e vague"))
    for amount in (Decimal("1234.50"), None, Decimal("0.00")):
        factories.InvolvementFactory(
            initiative=initiative, actor=town, role="funder", amount=amount
        )
    factories.InvolvementFactory(initiative=initiative, actor=None, label="des bailleurs")
    return initiative


def a_moment():
    return datetime.datetime(2024, 2, 29, 12, 30, 15, 123456, tzinfo=datetime.UTC)


def test_a_record_is_as_django_reads_it_in_one_query(rich, django_assert_num_queries):
    [expected] = with_everything(Initiative.objects.filter(pk=rich.pk))
    expected = told(expected)

    with django_assert_num_queries(1):
        [found] = by_slug(ANYONE, slug=rich.slug)
        assert told(found) == expected
    assert not found._state.adding
    assert found.get_deferred_fields() == set()
    assert found.source.get_deferred_fields() == {"raw_text"}


def test_a_bare_record_has_empty_relations(django_assert_num_queries):
    bare = factories.InitiativeFactory(source=None)

    with django_assert_num_queries(1):
        [found] = by_slug(ANYONE, slug=bare.slug)
        assert (found.source, found.contact) == (None, None)
        assert list(found.steps.all()) == list(found.territories.all()) == found.parties == []


def test_a_statement_serves_every_value_and_every_reader():
    author, other = factories.UserFactory(), factories.UserFactory()
    staff = factories.UserFactory(is_staff=True)
    public = factories.InitiativeFactory()
    draft = factories.InitiativeFactory(status=Publishable.Status.DRAFT, created_by=author)
    pks = [public.pk, draft.pk]

    def seen_by(user):
        return sorted(record.pk for record in by_keys(user, pks=pks))

    for _ in range(2):
        assert seen_by(ANYONE) == [public.pk]
        assert seen_by(other) == [public.pk]
        assert seen_by(author) == pks
        assert seen_by(staff) == pks
    assert by_keys(staff, pks=[]) == []
    assert by_slug(ANYONE, slug="') OR 1=1 --%s") == []


def test_a_date_is_a_value_like_another():
    first = factories.EventFactory(start=PartialDate.parse("01/02/2020"))
    factories.EventFactory(start=PartialDate.parse("01/03/2020"))

    assert begun_before(ANYONE, day=datetime.date(2020, 2, 2)) == [first]
    assert len(begun_before(ANYONE, day=datetime.date(2020, 3, 2))) == 2


def test_several_querysets_are_read_at_once(rich, django_assert_num_queries):
    @gathered(day=datetime.date, pks=[int])
    def read(user, day, pks):
        events = Event.objects.order_by("pk")
        return {
            "before": events.filter(start_earliest__lt=day)[:2],
            "100 %": with_everything(Initiative.objects.visible_to(user).filter(pk__in=pks)),
            "nothing": events.none(),
        }

    starts = ("01/02/2020", "02/02/2020", "03/02/2020", "01/03/2020")
    events = [factories.EventFactory(start=PartialDate.parse(start)) for start in starts]
    [expected] = with_everything(Initiative.objects.filter(pk=rich.pk))
    expected = told(expected)

    with django_assert_num_queries(1):
        found = read(ANYONE, day=datetime.date(2020, 2, 20), pks=[rich.pk])
        assert [told(each) for each in found["100 %"]] == [expected]
    assert found["before"] == events[:2]
    assert found["nothing"] == []
    nothing = {"before": [], "100 %": [], "nothing": []}
    assert read(ANYONE, day=datetime.date(2020, 1, 1), pks=[]) == nothing


def test_what_a_reader_may_not_see_at_the_end_of_a_link_is_none():
    @gathered(pk=int)
    def event_of(user, pk):
        seen = Prefetch("actors", Actor.objects.visible_to(user))
        appearances = Appearance.objects.prefetch_related(seen)
        return Event.objects.filter(pk=pk).prefetch_related(
            Prefetch("appearances", appearances), Prefetch("recap", Recap.objects.visible_to(user))
        )

    event = factories.EventFactory()
    factories.RecapFactory(event=event, status=Publishable.Status.DRAFT)
    speech = factories.AppearanceFactory(event=event)
    hidden = factories.ActorFactory(status=Publishable.Status.DRAFT)
    speech.actors.set([hidden])

    [found] = event_of(ANYONE, pk=event.pk)
    assert getattr(found, "recap", None) is None
    assert [list(each.actors.all()) for each in found.appearances.all()] == [[]]
    assert found.appearances.all()[0].event is found

    [found] = event_of(factories.UserFactory(is_staff=True), pk=event.pk)
    assert found.recap.event is found
    assert [list(each.actors.all()) for each in found.appearances.all()] == [[hidden]]


@gathered(slug=str)
def with_source(user, slug):
    return Initiative.objects.visible_to(user).filter(slug=slug).select_related("source")


def test_what_a_model_holds_back_is_read_only_when_asked(django_assert_num_queries):
    source = factories.SourceFactory(raw_text="Le texte d'origine")
    initiative = factories.InitiativeFactory(source=source)

    with django_assert_num_queries(1):
        (found,) = with_source(ANYONE, slug=initiative.slug)
        assert found.source.title == source.title
    assert "raw_text" not in vars(found.source)
    with django_assert_num_queries(1):
        assert found.source.raw_text == "Le texte d'origine"
