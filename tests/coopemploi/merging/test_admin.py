"""The screens of duplicates: who may see and do what, and what they say."""

import html
import re

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from coopemploi.merging.declarations import declarations
from coopemploi.merging.merge import merge
from coopemploi.merging.models import Distinction, Merge
from coopemploi.vocabulary.models import Theme
from initiatives.models import Initiative
from territories.admin.actor import ActorAdmin
from territories.models import Actor, Person
from tests.factories import (
    ActorFactory,
    ActorTerritoryFactory,
    InitiativeFactory,
    InvolvementFactory,
    MergeFactory,
    PersonFactory,
    SchemeFactory,
    TerritoryFactory,
    ThemeFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


def page(model, name, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{name}", args=args)


def merge_page(first, second):
    return page(type(first), "merge", first.pk, second.pk)


def choices(response, **chosen):
    """The form of a comparison as it is proposed, with what is `chosen`."""
    form = response.context["form"]
    proposed = {
        name: form.get_initial_for_field(field, name) for name, field in form.fields.items()
    }
    return proposed | chosen


def compare(model):
    """What `run_due` does once records were written."""
    declarations[model].duplicates.rebuild()


def client_with(client, model, *verbs):
    user = UserFactory(is_staff=True)
    names = [f"{verb}_{model._meta.model_name}" for verb in verbs]
    user.user_permissions.set(Permission.objects.filter(codename__in=names))
    client.force_login(user)
    return client


# Suggestions


@pytest.mark.parametrize("model", declarations, ids=lambda model: model._meta.label_lower)
def test_changelist_leads_to_the_duplicates(model, animateur_client):
    assert (
        page(model, "duplicates")
        in animateur_client.get(page(model, "changelist")).content.decode()
    )
    assert animateur_client.get(page(model, "duplicates")).status_code == 200


def test_pairs_are_shown_with_their_reasons(animateur_client):
    first, second = ThemeFactory(name="Mobilité"), ThemeFactory(name="Mobilite")
    compare(Theme)

    response = animateur_client.get(page(type(first), "duplicates"))

    [pair] = response.context["pairs"]
    assert (pair["first"], pair["second"]) == (first, second)
    assert pair["reasons"] == ["même nom aux accents près"]
    assert merge_page(first, second) in response.content.decode()


def test_record_to_keep_is_named(animateur_client):
    first, second = ThemeFactory(name="Mobilité"), ThemeFactory(name="Mobilite")
    text = html.unescape(animateur_client.get(merge_page(first, second)).text)
    kept = re.findall(r"<span>(Garder «.*?)</span>", text)
    assert kept == [f"Garder «\xa0{theme}\xa0» (n°\xa0{theme.pk})" for theme in (first, second)]


def test_pairs_take_the_same_queries_at_1_and_30(animateur_client):
    def counted():
        compare(Initiative)
        with CaptureQueriesContext(connection) as queries:
            response = animateur_client.get(page(Initiative, "duplicates"))
        return len(queries), response.context["page"].paginator.count

    InitiativeFactory.create_batch(2, title="Un garage solidaire")
    counted()
    queries, pairs = counted()
    for number in range(29):
        for initiative in InitiativeFactory.create_batch(2, title=f"Le jardin numéro {number}"):
            initiative.territories.add(TerritoryFactory())

    assert (queries, pairs) == (10, 1)
    assert counted() == (10, 30)


def test_pairs_said_distinct_are_not_proposed_again(animateur_client):
    first, second = ThemeFactory(name="Mobilité"), ThemeFactory(name="Mobilite")
    said = {"first": second.pk, "second": first.pk}
    compare(Theme)
    assert len(animateur_client.get(page(Theme, "duplicates")).context["pairs"]) == 1

    for _ in range(2):
        animateur_client.post(page(type(first), "distinguish"), said)

    assert animateur_client.get(page(type(first), "duplicates")).context["pairs"] == []
    distinction = Distinction.objects.get()
    assert (distinction.first_id, distinction.second_id) == (first.pk, second.pk)
    assert str(distinction) == "« Mobilité » et « Mobilite »"


@pytest.mark.parametrize(
    "said",
    [{}, {"first": "x", "second": "\0"}, {"first": 1, "second": 10**30}, {"first": 1, "second": 1}],
    ids=["nothing", "letters", "huge", "itself"],
)
def test_nonsense_about_distinct_pairs_is_not_found(animateur_client, said):
    assert animateur_client.post(page(Actor, "distinguish"), said).status_code == 404
    assert Distinction.objects.count() == 0


def test_selection_of_two_leads_to_their_comparison(animateur_client):
    first, second = ActorFactory.create_batch(2)
    action = {"action": "compare_selection", "_selected_action": [second.pk, first.pk]}

    response = animateur_client.post(page(Actor, "changelist"), action)

    assert response["Location"] == merge_page(first, second)


def test_selection_of_three_is_told_to_be_two(animateur_client):
    keys = [actor.pk for actor in ActorFactory.create_batch(3)]
    action = {"action": "compare_selection", "_selected_action": keys}

    response = animateur_client.post(page(Actor, "changelist"), action, follow=True)

    assert "Cochez deux fiches, ni plus ni moins" in response.content.decode()


# Comparison


def test_comparison_proposes_what_is_filled_and_unites_lists(animateur_client):
    first = ActorFactory(name="CC du Bazadais", aliases=["CCB"])
    second = ActorFactory(name="Bazadais", siren="200043974", aliases=["Bazas"])
    first.schemes.add(SchemeFactory(name="Un"))
    second.schemes.add(SchemeFactory(name="Deux"))

    response = animateur_client.get(merge_page(first, second))

    shown = {
        row["difference"].label: (row["difference"].first, row["difference"].second)
        for row in response.context["form"].rows()
    }
    assert shown == {
        "Nom": ("CC du Bazadais", "Bazadais"),
        "Autres noms": ("CCB", "Bazas"),
        "SIREN": ("", "200043974"),
        "Dispositifs": ("Un", "Deux"),
    }
    assert choices(response) == {
        "survivor": "first",
        "field_name": "first",
        "field_aliases": "both",
        "field_siren": "second",
        "field_schemes": "both",
    }


def test_identical_fields_are_folded(animateur_client):
    first, second = ActorFactory.create_batch(2, description="La même.")

    same = animateur_client.get(merge_page(first, second)).context["comparison"].same

    assert same == [
        ("État de publication", "publié"),
        ("Type", "association"),
        ("Description", "La même."),
    ]


def test_comparison_tells_what_will_follow_and_what_is_united(animateur_client):
    first, second = ActorFactory.create_batch(2)
    initiative = InitiativeFactory(title="Un garage")
    InvolvementFactory(actor=first, initiative=initiative)
    InvolvementFactory(actor=second, initiative=initiative)
    InvolvementFactory(actor=second)

    following = animateur_client.get(merge_page(first, second)).context["comparison"].following

    assert following == [
        {
            "label": "Parties prenantes",
            "first": 1,
            "second": 2,
            "united": 1,
            "looped": 0,
            "after": 2,
            "names": ["Un garage"],
        }
    ]


def test_links_between_the_two_are_said_to_disappear(animateur_client):
    first, second, parent = ActorFactory.create_batch(3)
    second.parents.add(first, parent)

    response = animateur_client.get(merge_page(first, second))

    [link] = response.context["comparison"].following
    assert (link["label"], link["after"], link["looped"]) == ("Acteurs (rattachements)", 0, 1)
    _name, row = response.context["form"].rows()
    assert (row["difference"].first, row["difference"].second) == ("", str(parent))


def test_comparison_takes_the_same_queries_whatever_is_linked(animateur_client):
    first, second = ActorFactory.create_batch(2)

    def link(count):
        for _ in range(count):
            territory, initiative = TerritoryFactory(), InitiativeFactory()
            for actor in (first, second):
                ActorTerritoryFactory(actor=actor, territory=territory)
                InvolvementFactory(actor=actor, initiative=initiative)

    def count():
        with CaptureQueriesContext(connection) as queries:
            animateur_client.get(merge_page(first, second))
        return len(queries)

    link(1)
    count()
    one = count()
    link(29)

    assert count() == one


def test_merge_takes_what_is_chosen_and_says_how_to_undo(animateur_client):
    first, second = ActorFactory(name="Un"), ActorFactory(name="Deux", siren="200043974")
    url = merge_page(first, second)
    chosen = choices(animateur_client.get(url), survivor="second", field_name="first")

    response = animateur_client.post(url, chosen, follow=True)

    assert Actor.objects.values_list("pk", "name", "siren", "aliases").get() == (
        second.pk,
        "Un",
        "200043974",
        ["Deux"],
    )
    done = Merge.objects.get()
    assert reverse("admin:merging_merge_undo", args=[done.pk]) in response.content.decode()
    assert str(done) == "« Un » dans « Deux »"


def test_merge_of_people_says_which_consent_wins(animateur_client):
    first = PersonFactory(email="a@example.org", email_is_public=True)
    second = PersonFactory(email="b@example.org", last_name=first.last_name)
    url = merge_page(first, second)
    response = animateur_client.get(url)

    assert response.context["comparison"].restricted == [
        ("Accepte que son adresse soit publique", "non")
    ]
    animateur_client.post(url, choices(response))
    assert Person.objects.values_list("email", "email_is_public").get() == ("a@example.org", False)


def test_a_merge_that_breaks_a_rule_is_refused_in_french(animateur_client):
    first = PersonFactory(first_name="", last_name="Durand")
    second = PersonFactory(first_name="", last_name="", known_as="un maire")
    url = merge_page(first, second)
    chosen = choices(animateur_client.get(url), field_last_name="second", field_known_as="first")

    response = animateur_client.post(url, chosen)

    assert response.status_code == 422
    assert "Indiquez un nom, ou la fonction à défaut." in response.content.decode()
    assert Person.objects.count() == 2


@pytest.mark.parametrize("value", ["", "third", "\0", "\ud800", "x" * 5000])
def test_nonsense_is_refused_beside_its_field(animateur_client, value):
    first, second = ActorFactory.create_batch(2)
    url = merge_page(first, second)
    chosen = choices(animateur_client.get(url), survivor=value.encode("utf-8", "replace"))

    response = animateur_client.post(url, chosen)

    assert response.status_code == 422
    assert "survivor" in response.context["form"].errors
    assert Actor.objects.count() == 2


def test_a_record_is_not_merged_with_itself_or_with_none(animateur_client):
    actor = ActorFactory()

    for first, second in [(actor.pk, actor.pk), (actor.pk, 10**6), (actor.pk, 10**30)]:
        assert animateur_client.get(page(Actor, "merge", first, second)).status_code == 404


# Rights


def test_duplicates_are_for_those_who_may_change(client):
    first, second = ActorFactory.create_batch(2, name="Même nom")
    reader = client_with(client, Actor, "view")

    assert reader.get(page(Actor, "duplicates")).status_code == 403
    assert reader.get(merge_page(first, second)).status_code == 403
    said = {"first": first.pk, "second": second.pk}
    assert reader.post(page(Actor, "distinguish"), said).status_code == 403
    assert page(Actor, "duplicates") not in reader.get(page(Actor, "changelist")).content.decode()
    assert Distinction.objects.count() == 0


@pytest.mark.usefixtures("_without_perimeters")
def test_merging_is_for_those_who_may_delete_the_loser(client):
    first, second = ActorFactory.create_batch(2)
    editor = client_with(client, Actor, "view", "change")
    url = merge_page(first, second)

    response = editor.post(url, choices(editor.get(url)))

    assert response.status_code == 422
    assert f"Il faudrait supprimer « {second} »" in response.content.decode()
    assert Actor.objects.count() == 2


@pytest.mark.usefixtures("_without_perimeters")
def test_those_who_may_change_and_delete_merge(client):
    first, second = ActorFactory.create_batch(2)
    editor = client_with(client, Actor, "view", "change", "delete")
    url = merge_page(first, second)

    editor.post(url, choices(editor.get(url)))

    assert Actor.objects.get() == first


def test_visitors_are_sent_to_sign_in(client):
    first, second = ActorFactory.create_batch(2)

    assert client.get(merge_page(first, second)).status_code == 302
    assert client.post(merge_page(first, second), {}).status_code == 403
    assert Actor.objects.count() == 2


def merged(client, first, second):
    url = merge_page(first, second)
    client.post(url, choices(client.get(url)))
    done = Merge.objects.get()
    return done, reverse("admin:merging_merge_undo", args=[done.pk])


def test_undo_asks_first_then_puts_back(animateur_client):
    first, second = ActorFactory.create_batch(2)
    _, url = merged(animateur_client, first, second)

    assert animateur_client.get(url).status_code == 200
    assert Actor.objects.count() == 1
    response = animateur_client.post(url)

    assert response["Location"] == page(Actor, "change", second.pk)
    assert set(Actor.objects.all()) == {first, second}
    assert animateur_client.get(url).status_code == 404


def test_undo_says_what_was_withdrawn_since(animateur_client):
    survivor = PersonFactory()
    done = merge(survivor, PersonFactory())
    survivor.refresh_from_db()
    survivor.attribution_withdrawn = True
    survivor.save()

    url = reverse("admin:merging_merge_undo", args=[done.pk])
    response = animateur_client.post(url, follow=True)

    told = [str(message) for message in response.context["messages"]]
    assert (
        "« a demandé le retrait de son nom : oui », choisi depuis la fusion, vaut pour les deux "
        "fiches."
    ) in told


def test_undo_that_is_prevented_says_why_and_does_nothing(animateur_client):
    first, second = ActorFactory(name="Un"), ActorFactory(name="Deux")
    _, url = merged(animateur_client, first, second)
    Actor.objects.update(aliases=["Trois"])

    response = animateur_client.post(url)

    assert response.status_code == 409
    assert response.context["obstacles"] == ["« Un » (acteur) : « autres noms » a changé."]
    assert Actor.objects.count() == 1


@pytest.mark.usefixtures("_without_perimeters")
def test_undo_is_for_those_who_may_change_and_add(client, animateur_client):
    first, second = ActorFactory.create_batch(2)
    _, url = merged(animateur_client, first, second)
    editor = client_with(client, Actor, "view", "change", "delete")

    assert editor.get(url).status_code == 403
    assert editor.post(url).status_code == 403
    assert client_with(client, Actor, "view", "change", "add").post(url).status_code == 302


def test_undo_tells_when_the_survivor_is_gone(animateur_client):
    first, second = ActorFactory.create_batch(2)
    _, url = merged(animateur_client, first, second)
    Actor.objects.all().delete()

    assert animateur_client.get(url).context["obstacles"] == [
        f"Acteur n° {first.pk} n'existe plus."
    ]
    assert animateur_client.post(url).status_code == 409


def test_past_merges_are_listed_and_not_written_by_hand(animateur_client):
    first, second = ActorFactory(name="Un"), ActorFactory(name="Deux")
    done, url = merged(animateur_client, first, second)

    listed = animateur_client.get(reverse("admin:merging_merge_changelist")).content.decode()

    assert "« Deux » dans « Un »" in listed
    assert url in listed
    assert animateur_client.get(reverse("admin:merging_merge_add")).status_code == 403
    shown = animateur_client.get(reverse("admin:merging_merge_change", args=[done.pk]))
    assert shown.status_code == 200


def test_private_values_kept_to_undo_are_shown_nowhere(animateur_client):
    first = PersonFactory()
    second = PersonFactory(email="secrete@example.org", first_name=first.first_name)
    url = merge_page(first, second)
    chosen = choices(animateur_client.get(url), field_email="first")
    animateur_client.post(url, chosen)
    done = Merge.objects.get()

    for address in (
        reverse("admin:merging_merge_changelist"),
        reverse("admin:merging_merge_change", args=[done.pk]),
        reverse("admin:merging_merge_undo", args=[done.pk]),
    ):
        response = animateur_client.get(address)
        assert response.status_code == 200
        assert "secrete@example.org" not in response.text


@pytest.mark.parametrize("way", ["page", "list"])
def test_deleting_a_record_forgets_all_that_was_kept_of_it(animateur_client, way):
    first, second, third = PersonFactory.create_batch(3)
    merge(second, third)
    merge(first, second)
    other = PersonFactory()
    said = {"first": first.pk, "second": other.pk}
    animateur_client.post(page(Person, "distinguish"), said)
    kept = MergeFactory(model="territories.actor", survivor_id=first.pk)

    if way == "page":
        animateur_client.post(page(Person, "delete", first.pk), {"post": "yes"})
    else:
        action = {"action": "delete_selected", "_selected_action": [first.pk], "post": "yes"}
        animateur_client.post(page(Person, "changelist"), action)

    assert list(Person.objects.all()) == [other]
    assert list(Merge.objects.all()) == [kept]
    assert Distinction.objects.count() == 0


def test_undo_of_no_merge_is_not_found(animateur_client):
    for key in (1, 10**30):
        url = reverse("admin:merging_merge_undo", args=[key])
        assert animateur_client.get(url).status_code == 404


def test_undo_is_refused_to_those_who_may_not_see_the_survivor(
    client, animateur_client, monkeypatch
):
    _, url = merged(animateur_client, *ActorFactory.create_batch(2))
    editor = client_with(client, Actor, "view", "change", "add")
    monkeypatch.setattr(ActorAdmin, "get_queryset", lambda *args: Actor.objects.none())

    assert editor.get(url).status_code == 403
    assert editor.post(url).status_code == 403


def test_comparison_is_refused_to_those_who_may_change_only_one(client, monkeypatch):
    first, second = ActorFactory.create_batch(2)
    editor = client_with(client, Actor, "view", "change", "delete")
    monkeypatch.setattr(
        ActorAdmin, "has_change_permission", lambda self, request, obj=None: obj in (None, first)
    )

    assert editor.get(merge_page(first, second)).status_code == 403
    assert editor.post(merge_page(first, second), {}).status_code == 403


def test_a_list_that_only_one_record_fills_is_proposed_as_it_is(animateur_client):
    first, second = ActorFactory(name="Même nom"), ActorFactory(name="Même nom")
    second.schemes.add(SchemeFactory(name="Deux"))
    url = merge_page(first, second)

    chosen = choices(animateur_client.get(url))
    animateur_client.post(url, chosen)

    assert chosen["field_schemes"] == "second"
    assert [str(scheme) for scheme in first.schemes.all()] == ["Deux"]


def test_past_merges_take_the_same_queries_at_1_and_30_rows(animateur_client):
    def count():
        with CaptureQueriesContext(connection) as queries:
            animateur_client.get(reverse("admin:merging_merge_changelist"))
        return len(queries)

    MergeFactory(merged_by=UserFactory())
    count()
    one = count()
    for _ in range(29):
        MergeFactory(merged_by=UserFactory())

    assert count() == one
