"""Merging two records: all that points to one follows, and all can be put back."""

from importlib import import_module

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from factory.django import DjangoModelFactory

from coopemploi.dates import PartialDate
from coopemploi.derived import registry
from coopemploi.merging.declarations import declarations
from coopemploi.merging.journal import UndoError, obstacles_to, stored_fields
from coopemploi.merging.links import generic_key_of, is_own_relation, links_to, relation_of
from coopemploi.merging.merge import merge, undo
from coopemploi.merging.models import LikelyDuplicate, Merge, Redirection, Sweep
from coopemploi.publishing import Publishable
from coopemploi.search.models import Document
from events.filters import ActionFilter
from events.models import Attendance
from initiatives.filters import InitiativeFilter
from initiatives.models import Initiative, Involvement, MatchFeature, MatchProfile
from territories.models import Actor, ActorTerritory, NetworkMembership, Person, Position
from tests import factories
from tests.factories import (
    ActorFactory,
    ActorTerritoryFactory,
    AttendanceFactory,
    EventFactory,
    InitiativeFactory,
    InvolvementFactory,
    NetworkMembershipFactory,
    PersonFactory,
    PositionFactory,
    ProposalFactory,
    RoundTableEntryFactory,
    SchemeFactory,
    SourceFactory,
    StepFactory,
    TerritoryFactory,
    ThemeFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
# The version, the identity, then the redirections, what took an address, and the survivors.
LIST_QUERIES = 5

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


def dump():
    """All that is stored, but what is derived, the merges, and the past, which only grows."""
    derived = {Merge, MatchProfile, MatchFeature, LikelyDuplicate, Sweep}
    return {
        model._meta.label: sorted(
            model._base_manager.values_list(*(field.attname for field in stored_fields(model))),
            key=repr,
        )
        for model in apps.get_models(include_auto_created=True)
        if model._meta.app_label != "search"
        and model not in derived
        and not hasattr(model, "history_date")
    }


def documents():
    registry.flush()
    return sorted(Document.objects.values_list("model", "object_id", "facets", "title", "c", "d"))


def drift():
    registry.flush()
    return {table.name: table.drift() for table in registry.tables if table.drift()}


# Every link


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


# Rows that say the same


def test_the_same_involvement_twice_becomes_one():
    survivor, loser = ActorFactory.create_batch(2)
    initiative = InitiativeFactory()
    kept = InvolvementFactory(actor=survivor, initiative=initiative, order=1)
    InvolvementFactory(actor=loser, initiative=initiative, order=2)
    other = InvolvementFactory(
        actor=loser, initiative=initiative, role=Involvement.Role.FUNDER, amount=1000
    )
    before = dump()

    done = merge(survivor, loser)

    assert set(initiative.involvements.all()) == {kept, other}
    undo(done)
    assert dump() == before


def test_undo_gives_back_dates_and_amounts_to_the_letter():
    survivor, loser = ActorFactory.create_batch(2)
    initiative, person = InitiativeFactory(), PersonFactory()
    for actor in (survivor, loser):
        InvolvementFactory(actor=actor, initiative=initiative, amount="1000.50")
        PositionFactory(
            actor=actor, person=person, since=PartialDate.parse("[17/10/2019] en octobre")
        )
    before = dump()

    done = merge(survivor, loser)

    assert (Involvement.objects.count(), Position.objects.count()) == (1, 1)
    undo(done)
    assert dump() == before


def test_the_same_membership_twice_becomes_one():
    survivor, loser = PersonFactory.create_batch(2)
    kept = NetworkMembershipFactory(actor=None, person=survivor)
    NetworkMembershipFactory(actor=None, person=loser, network=kept.network)

    merge(survivor, loser)

    assert list(NetworkMembership.objects.all()) == [kept]


def test_rows_that_must_be_unique_are_united_with_what_each_says():
    survivor, loser = ActorFactory.create_batch(2)
    territory = TerritoryFactory()
    kept = ActorTerritoryFactory(actor=survivor, territory=territory, note="rive droite")
    ActorTerritoryFactory(actor=loser, territory=territory, note="11 communes")
    before = dump()

    done = merge(survivor, loser)

    assert list(ActorTerritory.objects.values_list("pk", "note")) == [
        (kept.pk, "rive droite ; 11 communes")
    ]
    undo(done)
    assert dump() == before


def test_a_united_row_takes_what_the_other_lacked():
    survivor, loser = PersonFactory.create_batch(2)
    event, actor = EventFactory(), ActorFactory()
    AttendanceFactory(event=event, territory=None, person=survivor)
    AttendanceFactory(event=event, territory=None, person=loser, actor=actor, wording="Mme B.")

    merge(survivor, loser)

    assert list(Attendance.objects.values_list("person", "actor", "wording")) == [
        (survivor.pk, actor.pk, "Mme B.")
    ]


def test_a_condition_of_uniqueness_is_respected():
    """Two people of one actor at one event are two attendances."""
    survivor, loser = ActorFactory.create_batch(2)
    event = EventFactory()
    for actor in (survivor, loser):
        AttendanceFactory(event=event, territory=None, actor=actor, person=PersonFactory())

    merge(survivor, loser)

    assert survivor.attendances.count() == 2


def test_what_hangs_on_a_united_row_follows_too():
    survivor, loser = PersonFactory.create_batch(2)
    actor = ActorFactory()
    kept = PositionFactory(person=survivor, actor=actor)
    initiative = InitiativeFactory(contact=PositionFactory(person=loser, actor=actor))
    before = dump()

    done = merge(survivor, loser)

    initiative.refresh_from_db()
    assert initiative.contact == kept
    assert Position.objects.count() == 1
    undo(done)
    assert dump() == before


def test_people_of_one_round_table_entry_are_united():
    survivor, loser = PersonFactory.create_batch(2)
    entry = RoundTableEntryFactory()
    entry.people.add(survivor, loser)
    before = dump()

    done = merge(survivor, loser)

    assert list(entry.people.all()) == [survivor]
    undo(done)
    assert dump() == before


def test_terms_that_both_records_have_are_kept_once():
    survivor, loser = InitiativeFactory.create_batch(2)
    shared, other = ThemeFactory.create_batch(2)
    survivor.themes.add(shared)
    loser.themes.add(shared, other)

    merge(survivor, loser)

    assert set(survivor.themes.all()) == {shared, other}


@pytest.mark.parametrize("winner", ["survivor", "loser"])
def test_one_of_the_lists_may_be_kept_alone(winner):
    survivor, loser = InitiativeFactory.create_batch(2)
    themes = {"survivor": ThemeFactory(), "loser": ThemeFactory()}
    survivor.themes.add(themes["survivor"])
    loser.themes.add(themes["loser"])
    before = dump()

    done = merge(survivor, loser, relations={"themes": winner})

    assert list(survivor.themes.all()) == [themes[winner]]
    undo(done)
    assert dump() == before


def test_records_that_point_to_one_another_do_not_end_up_pointing_to_themselves():
    survivor, loser, parent = ActorFactory.create_batch(3)
    survivor.parents.add(loser, parent)
    loser.parents.add(survivor, parent, loser)
    before = dump()

    done = merge(survivor, loser)

    assert list(survivor.parents.all()) == [parent]
    assert list(survivor.children.all()) == []
    undo(done)
    assert dump() == before


# Values


def test_survivor_takes_the_chosen_values_and_keeps_its_own():
    survivor = ActorFactory(name="CC du Bazadais", siren="")
    loser = ActorFactory(name="Bazadais", siren="200043974", description="Perdue.")

    merge(survivor, loser, values={"siren": "200043974"})

    survivor.refresh_from_db()
    assert (survivor.name, survivor.siren, survivor.description) == (
        "CC du Bazadais",
        "200043974",
        "",
    )
    assert list(Actor.objects.matching("200043974")) == [survivor]


def test_names_of_the_loser_become_other_names():
    survivor = ActorFactory(name="Mission locale de Dax", aliases=["ML Dax"])
    loser = ActorFactory(name="Mission Locale du Grand Dax", aliases=["ml dax", "MLGD"])

    merge(survivor, loser, values={"aliases": [*survivor.aliases, *loser.aliases]})

    survivor.refresh_from_db()
    assert survivor.aliases == ["ML Dax", "MLGD", "Mission Locale du Grand Dax"]


def test_own_name_becomes_an_other_name_when_the_loser_s_is_chosen():
    survivor, loser = ActorFactory(name="Ancien nom"), ActorFactory(name="Nouveau nom")

    merge(survivor, loser, values={"name": "Nouveau nom"})

    survivor.refresh_from_db()
    assert (survivor.name, survivor.aliases) == ("Nouveau nom", ["Ancien nom"])


@pytest.mark.parametrize("consents", [(True, False), (False, True)])
def test_the_more_protective_consent_wins_whatever_is_chosen(consents):
    one, other = consents
    survivor = PersonFactory(email_is_public=one, attribution_withdrawn=other)
    loser = PersonFactory(email_is_public=other, attribution_withdrawn=one)

    merge(survivor, loser, values={"email_is_public": True, "attribution_withdrawn": False})

    survivor.refresh_from_db()
    assert (survivor.email_is_public, survivor.attribution_withdrawn) == (False, True)


def test_a_name_that_must_be_unique_passes_to_the_survivor_and_back():
    survivor, loser = ThemeFactory(name="Mobilites"), ThemeFactory(name="Mobilité")
    before = dump()

    done = merge(survivor, loser, values={"name": "Mobilité"})

    survivor.refresh_from_db()
    assert (survivor.name, survivor.slug) == ("Mobilité", "mobilites")
    undo(done)
    assert dump() == before


def test_a_draft_that_takes_the_state_of_a_published_record_has_its_date():
    survivor = InitiativeFactory(status=Publishable.Status.DRAFT)
    loser = InitiativeFactory(status=Publishable.Status.DRAFT)
    loser.publish()

    merge(survivor, loser, values={"status": Publishable.Status.PUBLISHED})

    survivor.refresh_from_db()
    assert survivor.published_at == loser.published_at


def test_search_finds_the_survivor_by_what_it_took():
    survivor, loser = ActorFactory(name="Alpha"), ActorFactory(name="Ombellifère")
    documents()

    merge(survivor, loser)

    registry.flush()
    assert list(
        Document.objects.of(Actor).filter(b__contains="ombellifer").values_list("object_id")
    ) == [(survivor.pk,)]
    assert drift() == {}


# Undoing


def test_undo_of_two_merges_in_turn_puts_all_back():
    first, second, third = ActorFactory.create_batch(3)
    InvolvementFactory(actor=third)
    before = dump()
    inner, outer = merge(second, third), merge(first, second)

    undo(outer)
    undo(inner)

    assert dump() == before


def test_undo_of_the_inner_merge_first_is_refused():
    first, second, third = ActorFactory.create_batch(3)
    InvolvementFactory(actor=third)
    inner = merge(second, third)
    merge(first, second)
    before = dump()

    with pytest.raises(UndoError):
        undo(inner)

    assert dump() == before


def test_undo_lists_what_was_changed_since_and_does_nothing():
    survivor, loser = ActorFactory(name="A"), ActorFactory(name="B", description="Du perdant.")
    moved, gone = InvolvementFactory.create_batch(2, actor=loser)
    done = merge(survivor, loser, values={"description": "Du perdant."})
    Involvement.objects.filter(pk=moved.pk).update(actor=ActorFactory())
    gone.delete()
    Actor.objects.filter(pk=survivor.pk).update(description="Autre.")
    before = dump()

    with pytest.raises(UndoError) as refusal:
        undo(done)

    assert sorted(refusal.value.obstacles) == sorted(
        [
            f"Partie prenante n° {moved.pk} mène maintenant à une autre fiche.",
            f"Partie prenante n° {done.journal[0][3][1]} n'existe plus.",
            "« A » (acteur) : « description » a changé.",
        ]
    )
    assert dump() == before


def test_undo_keeps_what_was_changed_since_elsewhere():
    survivor, loser = ActorFactory(), ActorFactory(name="Nom perdu")
    done = merge(survivor, loser)
    survivor.refresh_from_db()
    survivor.website = "https://example.org/"
    survivor.save()

    undo(done)

    survivor.refresh_from_db()
    assert (survivor.website, survivor.aliases) == ("https://example.org/", [])
    assert "perdu" not in survivor.lookup


@pytest.mark.parametrize("taken", ["slug", "siren", "source"])
def test_undo_is_refused_when_the_loser_cannot_come_back(taken):
    source = SourceFactory()
    survivor = ActorFactory()
    loser = ActorFactory(name="Revenant", siren="200043974", source=source)
    done = merge(survivor, loser)
    if taken == "source":
        source.delete()
    else:
        ActorFactory(**{taken: getattr(loser, taken)})
    before = dump()

    with pytest.raises(UndoError):
        undo(done)

    assert dump() == before


def test_undo_forgets_what_was_kept_for_it():
    done = merge(*PersonFactory.create_batch(2))

    undo(done)

    done.refresh_from_db()
    assert done.journal == []


def test_name_withdrawn_since_the_merge_stays_withdrawn_for_both():
    survivor = PersonFactory()
    loser = PersonFactory(email_is_public=True)
    done = merge(survivor, loser)
    survivor.refresh_from_db()
    survivor.attribution_withdrawn = True
    survivor.save()

    assert undo(done) == {"attribution_withdrawn": True}

    people = Person.objects.in_bulk([survivor.pk, done.loser_id]).values()
    assert [person.attribution_withdrawn for person in people] == [True, True]
    # What the two merged had each said is theirs again.
    assert Person.objects.get(pk=done.loser_id).email_is_public


def test_name_withdrawn_before_the_merge_is_its_own_again():
    done = merge(PersonFactory(attribution_withdrawn=True), PersonFactory())

    assert undo(done) == {}

    assert not Person.objects.get(pk=done.loser_id).attribution_withdrawn


def test_undo_twice_is_refused():
    done = merge(*ActorFactory.create_batch(2))
    undo(done)

    with pytest.raises(UndoError) as refusal:
        undo(done)

    assert refusal.value.obstacles == ["Cette fusion est déjà annulée."]


def test_nothing_prevents_undoing_right_after():
    survivor, loser = InitiativeFactory.create_batch(2)
    StepFactory(initiative=loser)

    assert obstacles_to(merge(survivor, loser).journal) == []


# Old addresses


def test_old_address_leads_to_the_survivor(client):
    survivor, loser = ActorFactory.create_batch(2)
    address = loser.get_absolute_url()
    merge(survivor, loser)

    response = client.get(address + "?format=json")

    assert response.status_code == 301
    assert response["Location"] == survivor.get_absolute_url() + "?format=json"
    assert response["Cache-Control"] == "private, max-age=3600"


def test_chains_of_merges_lead_to_the_last_survivor_at_once(client):
    first, second, third = InitiativeFactory.create_batch(3)
    address = third.get_absolute_url()
    merge(second, third)
    merge(first, second)

    assert client.get(address)["Location"] == first.get_absolute_url()


def test_a_later_record_takes_the_address_back(client):
    survivor, loser = ActorFactory.create_batch(2)
    merge(survivor, loser)
    later = ActorFactory(slug=loser.slug)

    assert client.get(later.get_absolute_url()).status_code == 200


def test_a_later_draft_takes_the_address_without_being_told(client):
    survivor, loser = ActorFactory.create_batch(2)
    merge(survivor, loser)
    later = ActorFactory(slug=loser.slug, status=Publishable.Status.DRAFT)

    assert client.get(later.get_absolute_url()).status_code == 404


def test_an_address_never_leads_to_a_draft(client, animateur_client):
    survivor = ActorFactory(name="Projet secret", status=Publishable.Status.DRAFT)
    loser = ActorFactory()
    address = loser.get_absolute_url()
    merge(survivor, loser)
    client.logout()

    response = client.get(address)

    assert response.status_code == 404
    assert "secret" not in response.content.decode()
    animateur_client.force_login(UserFactory(is_staff=True))
    assert animateur_client.get(address)["Location"] == survivor.get_absolute_url()


def test_undoing_gives_the_address_back(client):
    survivor, loser = ActorFactory.create_batch(2)
    address = loser.get_absolute_url()

    undo(merge(survivor, loser))

    assert client.get(address).status_code == 200
    assert Redirection.objects.count() == 0


def test_a_merge_at_an_address_that_led_elsewhere_leads_to_the_new_survivor(client):
    survivor, loser, other = ActorFactory.create_batch(3)
    merge(survivor, loser)
    later = ActorFactory(slug=loser.slug)
    address = later.get_absolute_url()

    done = merge(other, later)

    assert client.get(address)["Location"] == other.get_absolute_url()
    undo(done)
    assert Redirection.objects.get().object_id == survivor.pk


def test_models_without_a_page_nor_a_filter_leave_no_redirection():
    merge(*PersonFactory.create_batch(2))

    assert Redirection.objects.count() == 0


@pytest.mark.parametrize("suffix", ["", "&format=json", "&q=garage"])
def test_list_filtered_by_an_absorbed_term_leads_to_the_list_of_today(client, suffix):
    survivor, loser, other = ThemeFactory.create_batch(3)
    merge(survivor, loser)
    asked = f"theme={other.slug}&theme={loser.slug}{suffix}"

    response = client.get(f"{reverse('initiative_list')}?{asked}")

    assert response.status_code == 301
    assert response["Location"] == f"/initiatives/?{asked.replace(loser.slug, survivor.slug)}"
    assert response["Cache-Control"] == "private, max-age=3600"
    assert client.get(response["Location"]).status_code == 200


def test_list_filtered_by_what_was_never_there_is_a_bad_address(client):
    survivor, loser = ThemeFactory.create_batch(2)
    merge(survivor, loser)

    assert client.get(reverse("initiative_list"), {"theme": "jamais"}).status_code == 400


@pytest.mark.parametrize("query", ["theme=%00jamais", "porteur=%00&theme=jamais"])
def test_list_filtered_by_what_no_database_takes_is_a_bad_address(client, query):
    assert client.get(f"{reverse('initiative_list')}?{query}").status_code == 400


def test_bad_list_that_names_no_absorbed_record_leads_nowhere(client):
    theme = ThemeFactory()
    asked = f"theme={theme.slug}&theme={theme.slug}&tri=jamais"

    assert client.get(f"{reverse('initiative_list')}?{asked}").status_code == 400


@pytest.mark.parametrize("count", [1, 30])
def test_absorbed_records_of_a_list_are_looked_up_together(
    client, django_assert_num_queries, count
):
    survivor, *losers = ThemeFactory.create_batch(count + 1)
    for loser in losers:
        merge(survivor, loser)
    asked = {"theme": [loser.slug for loser in losers]}
    client.get(reverse("initiative_list"), {"theme": "jamais"})

    with django_assert_num_queries(LIST_QUERIES):
        response = client.get(reverse("initiative_list"), asked)

    assert response["Location"] == f"/initiatives/?theme={survivor.slug}"


def test_list_filtered_by_what_a_draft_absorbed_does_not_tell_of_it(client):
    draft = ActorFactory(status=Publishable.Status.DRAFT)
    loser = ActorFactory()
    merge(draft, loser)

    assert client.get(reverse("action_list"), {"porteur": loser.slug}).status_code == 400


@each_model
def test_lists_are_filtered_by_the_names_said(model):
    known = {*InitiativeFilter.base_filters, *ActionFilter.base_filters}
    assert set(declarations[model].filters) <= known


@each_model
def test_page_is_that_of_the_record(model):
    declaration = declarations[model]

    assert bool(declaration.page) == hasattr(model, "get_absolute_url")
    assert admin.site.is_registered(model)


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


# Merges of thousands


@pytest.fixture
def themes():
    """Two themes of 30 démarches each, 10 of which have both."""
    survivor, loser = ThemeFactory.create_batch(2)
    for number, initiative in enumerate(InitiativeFactory.create_batch(50)):
        initiative.themes.set([survivor] * (number < 30) + [loser] * (number >= 20))
    registry.flush()
    return survivor, loser


def test_merge_of_many_links_takes_the_queries_of_one_of_few(themes):
    def cost():
        with CaptureQueriesContext(connection) as merging:
            done = merge(*themes)
        with CaptureQueriesContext(connection) as undoing:
            undo(done)
        registry.flush()
        return len(merging), len(undoing)

    thirty = cost()
    for initiative in InitiativeFactory.create_batch(40):
        initiative.themes.set(themes)

    assert thirty == cost()


def test_merge_of_many_links_is_undone_to_the_letter(themes):
    before = dump()

    done = merge(*themes)
    assert Initiative.objects.filter(themes=themes[0]).count() == 50
    undo(done)

    assert dump() == before


def test_merge_of_many_links_is_not_undone_over_what_was_done_since(themes):
    done = merge(*themes)
    both = Initiative.objects.filter(themes=themes[0]).order_by("pk")[25]
    both.delete()

    with pytest.raises(UndoError, match="n'existe plus"):
        undo(done)

    assert Initiative.objects.filter(themes=themes[0]).count() == 49


def as_of_old():
    """Make merges of terms what they were before lists followed them."""
    Redirection.objects.filter(model="vocabulary.theme").delete()
    for done in Merge.objects.filter(model="vocabulary.theme"):
        done.journal = [step for step in done.journal if step[1] != "merging.redirection"]
        done.save()


def test_terms_merged_before_lists_followed_them_lead_to_the_survivor(client):
    first, second, third, other = ThemeFactory.create_batch(4)
    merge(second, first)
    merge(third, second)
    undo(merge(third, other))
    merge(*ActorFactory.create_batch(2))
    known = Redirection.objects.exclude(model="vocabulary.theme").get()
    as_of_old()
    migration = import_module("coopemploi.merging.migrations.0003_lead_to_merged_terms")

    migration.lead_to_survivors(apps, None)

    led = Redirection.objects.exclude(pk=known.pk).values_list("slug", "object_id")
    assert dict(led) == {first.slug: third.pk, second.slug: third.pk}


def test_undoing_a_merge_of_old_takes_back_where_its_slug_leads():
    first, second, third = ThemeFactory.create_batch(3)
    merges = [merge(second, first), merge(third, second)]
    as_of_old()
    migration = import_module("coopemploi.merging.migrations.0003_lead_to_merged_terms")
    migration.lead_to_survivors(apps, None)
    noted = list(Merge.objects.values_list("journal", flat=True))
    migration.lead_to_survivors(apps, None)  # back and forth
    assert list(Merge.objects.values_list("journal", flat=True)) == noted

    left = []
    for done in merges[::-1]:
        undo(done)
        left.append(dict(Redirection.objects.values_list("slug", "object_id")))

    assert left == [{first.slug: second.pk}, {}]


def test_merges_of_bare_terms_are_undone_in_any_order():
    first, second, third = ThemeFactory.create_batch(3)
    merges = [merge(second, first), merge(third, second)]

    for done in merges:
        undo(done)

    assert type(first).objects.count() == 3
    assert not Redirection.objects.exists()
