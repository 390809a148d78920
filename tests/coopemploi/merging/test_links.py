"""All that points to one record follows, and comes back."""

import pytest
from factory.django import DjangoModelFactory

from coopemploi.merging.declarations import declarations
from coopemploi.merging.links import generic_key_of, is_own_relation, links_to, relation_of
from coopemploi.merging.merge import merge, undo
from initiatives.models import Initiative
from territories.models import Actor, Person
from tests import factories
from tests.factories import (
    ActorFactory,
    InitiativeFactory,
    PersonFactory,
    ProposalFactory,
    SchemeFactory,
    ThemeFactory,
    UserFactory,
)

from .stored import documents, drift, dump

pytestmark = pytest.mark.django_db

FACTORIES = {
    factory._meta.model: factory
    for factory in vars(factories).values()
    if isinstance(factory, type)
    and issubclass(factory, DjangoModelFactory)
    and not factory._meta.abstract
}
each_model = pytest.mark.parametrize(
    "model", declarations, ids=lambda model: model._meta.label_lower
)
LINKS = [(model, link) for model in declarations for link in links_to(model)]
each_link = pytest.mark.parametrize(
    ("model", "link"), LINKS, ids=[f"{model.__name__}-{link}" for model, link in LINKS]
)


def new_row(link, record):
    """A row that points to `record` through `link`."""
    relation = relation_of(link)
    if relation is None:
        return FACTORIES[link.model](**{(generic_key_of(link) or link).name: record})
    ends = {
        relation.m2m_field_name(): FACTORIES[relation.model],
        relation.m2m_reverse_field_name(): FACTORIES[relation.related_model],
    }
    values = {name: record if name == link.name else make() for name, make in ends.items()}
    return link.model.objects.create(**values)


@each_link
def test_each_link_follows_and_comes_back(model, link):
    survivor, loser = FACTORIES[model].create_batch(2)
    row = new_row(link, loser)
    before = dump()

    done = merge(survivor, loser)

    row.refresh_from_db()
    assert getattr(row, link.attname) == survivor.pk
    assert not model.objects.filter(pk=done.loser_id).exists()
    undo(done)
    assert dump() == before


@each_model
def test_all_links_follow_at_once_and_come_back_exactly(model):
    survivor, loser = FACTORIES[model].create_batch(2)
    for link in links_to(model):
        new_row(link, survivor)
        new_row(link, loser)
    animateur = UserFactory()
    before, indexed = dump(), documents()

    done = merge(survivor, loser, by=animateur)

    for link in links_to(model):
        assert link.model._base_manager.filter(**{link.attname: done.loser_id}).count() == 0
        # Two that say the same, as steps of the same label, have become one.
        assert link.model._base_manager.filter(**{link.attname: survivor.pk}).count() in {1, 2}
    assert drift() == {}
    undo(done)
    assert dump() == before
    assert documents() == indexed
    assert drift() == {}


def test_links_include_those_of_upper_apps_and_of_hidden_relations():
    names = {f"{link.model.__name__}.{link.name}" for link in links_to(Actor)}

    assert names == {
        "ActionParty.actor",
        "ActorFigure.actor",
        "ActorTerritory.actor",
        "Actor_parents.from_actor",
        "Actor_parents.to_actor",
        "Actor_schemes.actor",
        "Appearance_actors.actor",
        "Attendance.actor",
        "Belonging.actor",
        "EventActor.actor",
        "FollowUpBody.actor",
        "Involvement.actor",
        "Need.actor",
        "Need.answered_by_actor",
        "NetworkMembership.actor",
        "Offer.actor",
        "Position.actor",
        "Proposal.actor",
        "Proposal.object_id",
        "Registration.actor",
        "Resource.actor",
        "RoundTableEntry.actor",
        "StageChange.actor",
        "Verbatim.actor",
    }


def test_a_generic_link_of_another_model_stays():
    """Its column holds the same number, which is the key of something else."""
    survivor, loser = ActorFactory.create_batch(2)
    InitiativeFactory(pk=loser.pk)
    proposal = ProposalFactory(record=Initiative.objects.get(pk=loser.pk))

    merge(survivor, loser)

    proposal.refresh_from_db()
    assert proposal.record == Initiative.objects.get()


def test_own_relations_are_those_of_the_form():
    own = {link.model.__name__ for link in links_to(Actor) if is_own_relation(link)}

    assert own == {"Actor_parents", "Actor_schemes"}


def test_many_links_are_moved_in_bulk(django_assert_max_num_queries):
    survivor, loser = ThemeFactory.create_batch(2)
    for initiative in InitiativeFactory.create_batch(40):
        initiative.themes.add(loser)
    SchemeFactory()

    with django_assert_max_num_queries(120):
        merge(survivor, loser)

    assert Initiative.objects.filter(themes=survivor).count() == 40


def test_a_person_may_keep_the_account_of_the_other():
    account = UserFactory()
    survivor, loser = PersonFactory(), PersonFactory(user=account)
    before = dump()

    done = merge(survivor, loser, values={"user_id": account.pk})

    assert Person.objects.get().user == account
    undo(done)
    assert dump() == before
