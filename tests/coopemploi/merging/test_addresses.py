"""The addresses, and the filtered lists, of a record that was absorbed."""

from importlib import import_module

import pytest
from django.apps import apps
from django.contrib import admin
from django.urls import reverse

from coopemploi.merging.declarations import declarations
from coopemploi.merging.merge import merge, undo
from coopemploi.merging.models import Merge, Redirection
from coopemploi.publishing import Publishable
from events.filters import ActionFilter
from initiatives.filters import InitiativeFilter
from tests.factories import (
    ActorFactory,
    InitiativeFactory,
    PersonFactory,
    ThemeFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

# The version, the identity, then the redirections, what took an address, and the survivors.
LIST_QUERIES = 5
each_model = pytest.mark.parametrize(
    "model", declarations, ids=lambda model: model._meta.label_lower
)


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


@pytest.mark.parametrize("suffix", ["", "&format=json", "&format=atom", "&q=garage"])
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
