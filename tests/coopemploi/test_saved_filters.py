"""Filters kept under a name: one's own, valid when used, deleted by POST."""

import pytest
from django.urls import reverse

from coopemploi.accounts.models import SavedFilter
from tests.factories import InitiativeFactory, SavedFilterFactory, UserFactory

pytestmark = pytest.mark.django_db

LIST = reverse("admin:initiatives_initiative_changelist")
SAVE = reverse("admin:initiatives_initiative_save_filter")


@pytest.fixture
def user(client):
    user = UserFactory(is_staff=True, is_superuser=True)
    client.force_login(user)
    return user


def use(saved):
    return reverse("admin:initiatives_initiative_use_filter", args=[saved.pk])


def delete(saved):
    return reverse("admin:initiatives_initiative_delete_filter", args=[saved.pk])


def messages_of(response):
    return [str(message) for message in response.context["messages"]]


def test_filter_is_kept_without_its_page_then_listed(client, user):
    client.post(SAVE, {"name": "Brouillons", "query": "q=dax&status__exact=draft&p=2&_facets=True"})

    saved = SavedFilter.objects.get()
    assert (saved.user, saved.records, saved.name, saved.query) == (
        user,
        "initiatives.initiative",
        "Brouillons",
        "q=dax&status__exact=draft",
    )
    assert client.get(LIST).context["saved_filters"] == [
        {"name": "Brouillons", "url": use(saved), "delete_url": delete(saved)}
    ]


def test_used_filter_shows_its_list(client, user):
    draft = InitiativeFactory(status="draft")
    InitiativeFactory()

    response = client.get(use(SavedFilterFactory(user=user)), follow=True)

    assert list(response.context["cl"].result_list) == [draft]
    assert messages_of(response) == []


@pytest.mark.parametrize(
    "query",
    [
        "inconnu=1",
        "created_by__password__startswith=a",
        "stage__exact=a&status__zut=1",
        "o=x&territories__inconnu=1",
        "q=%00",
        "a=" + "&a=" * 300,
    ],
)
def test_unknown_lookup_shows_the_whole_list_with_a_message(client, user, query):
    InitiativeFactory.create_batch(2)
    saved = SavedFilterFactory(user=user, name="Ancien", query=query)

    response = client.get(use(saved), follow=True)

    assert response.redirect_chain[-1][0] == LIST
    assert response.context["cl"].result_count == 2
    assert messages_of(response) == [
        "Le filtre « Ancien » n'existe plus dans cette liste : la voici entière."
    ]


def test_value_that_does_not_exist_is_no_error(client, user):
    saved = SavedFilterFactory(user=user, query="schemes__id__exact=abc")

    assert client.get(use(saved), follow=True).status_code == 200


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"name": "", "query": "q=a"}, "name"),
        ({"name": "x" * 61, "query": "q=a"}, "name"),
        ({"name": "\x00", "query": "q=a"}, "name"),
        ({"name": "Pris", "query": "q=a"}, "name"),
        ({"name": "Nouveau"}, "query"),
        ({"name": "Nouveau", "query": "p=2"}, "query"),
        ({"name": "Nouveau", "query": "created_by__password__startswith=a"}, "query"),
        ({"name": "Nouveau", "query": "q=%00"}, "query"),
        ({"name": "Nouveau", "query": "q=" + "a" * 5000}, "query"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_filter_that_makes_no_sense_is_refused_beside_its_field(client, user, data, field):
    SavedFilterFactory(user=user, name="Pris")

    response = client.post(SAVE, data)

    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert SavedFilter.objects.count() == 1


def test_filters_of_others_and_of_other_lists_are_neither_seen_nor_touched(client, user):
    theirs = SavedFilterFactory(name="À quelqu'un d'autre")
    elsewhere = SavedFilterFactory(user=user, records="events.event", name="D'une autre liste")

    assert client.get(LIST).context["saved_filters"] == []
    for saved in (theirs, elsewhere):
        assert client.get(use(saved)).status_code == 404
        assert client.post(delete(saved)).status_code == 404
    assert SavedFilter.objects.count() == 2
    # A name is one's own: another may have the same.
    client.post(SAVE, {"name": theirs.name, "query": "q=a"})
    assert SavedFilter.objects.count() == 3


def test_filter_is_deleted_by_post_only(client, user):
    saved = SavedFilterFactory(user=user)

    assert client.get(delete(saved)).status_code == 405
    assert SavedFilter.objects.count() == 1
    assert client.post(delete(saved)).status_code == 302
    assert SavedFilter.objects.count() == 0


def test_whole_list_offers_nothing_to_save(client, user):
    InitiativeFactory()

    assert 'id="saved-filters"' not in client.get(LIST).content.decode()
    filtered = client.get(f"{LIST}?q=a").content.decode()
    assert 'name="query" value="q=a"' in filtered
    assert "Enregistrer ce filtre" in filtered


def test_who_may_not_see_the_list_has_no_filter_in_it(client):
    user = UserFactory(is_staff=True)
    client.force_login(user)
    saved = SavedFilterFactory(user=user)

    assert client.get(use(saved)).status_code == 403
    assert client.post(delete(saved)).status_code == 403
    assert client.post(SAVE, {"name": "a", "query": "q=a"}).status_code == 403


@pytest.mark.parametrize("pk", [0, 10**30])
def test_unknown_filter_is_not_found(client, user, pk):
    assert client.get(f"{LIST}filtres/{pk}/").status_code == 404
