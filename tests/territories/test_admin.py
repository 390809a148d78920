import html
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from territories.models import Actor, Composition, Territory
from tests.coopemploi.test_conflicts import form_of
from tests.factories import (
    ActorFactory,
    ActorTerritoryFactory,
    AppearanceFactory,
    CompositionFactory,
    EventFactory,
    FormerCodeFactory,
    PersonFactory,
    PositionFactory,
    StageChangeFactory,
    TerritoryFactory,
)

AUTOCOMPLETE = reverse("admin:autocomplete")


@pytest.fixture
def count_queries(animateur_client):
    """The number of queries of a page, once the content types are in their cache."""

    def count(url):
        assert animateur_client.get(url).status_code == 200
        with CaptureQueriesContext(connection) as queries:
            animateur_client.get(url)
        return len(queries)

    return count


def field_errors(response, field):
    """The errors drawn beside `field`, as a reader sees them."""
    assert response.status_code == 200, "the form was saved"
    form = response.context["adminform"].form
    return [html.unescape(error) for error in form.errors.get(field, [])]


def inline_errors(response, prefix):
    assert response.status_code == 200, "the form was saved"
    formsets = [each.formset for each in response.context["inline_admin_formsets"]]
    return next(formset for formset in formsets if formset.prefix == prefix).errors


def management(**counts):
    """The management form of each inline, with its number of new rows."""
    data = {}
    for prefix, total in counts.items():
        data |= {f"{prefix}-TOTAL_FORMS": total, f"{prefix}-INITIAL_FORMS": 0}
    return data


def territory_data(part_links=0, whole_links=0, **values):
    inlines = management(part_links=part_links, whole_links=whole_links, figures=0, former_codes=0)
    return {"kind": "commune", "name": "Commune", **inlines, **values}


def complete(client, term, model="actorterritory", field="territory", app="territories"):
    query = {"term": term, "app_label": app, "model_name": model, "field_name": field}
    return [each["text"] for each in client.get(AUTOCOMPLETE, query).json()["results"]]


def test_autocomplete_finds_a_commune_without_accents(animateur_client):
    TerritoryFactory(name="Saint-Étienne", code="42218", postal_codes=["42000", "42100"])
    TerritoryFactory(name="Étang-sur-Arroux", code="71192")

    found = ["Saint-Étienne (commune 42218)"]
    assert complete(animateur_client, "st etienne") == found
    assert complete(animateur_client, "42218") == found
    assert complete(animateur_client, "42100") == found


def test_autocomplete_finds_today_s_commune_by_its_former_code(animateur_client):
    commune = TerritoryFactory(name="Annecy", code="74010")
    FormerCodeFactory(territory=commune, code="74011", name="Annecy-le-Vieux")

    assert complete(animateur_client, "74011") == ["Annecy (commune 74010)"]


def test_autocomplete_puts_the_nearest_name_then_the_most_populated_first(animateur_client):
    TerritoryFactory(name="Montreuil-Bellay", code="49215", population=3_700)
    TerritoryFactory(name="Montreuil", code="28267", population=500)
    TerritoryFactory(name="Montreuil", code="93048", population=111_000)

    assert complete(animateur_client, "montreuil") == [
        "Montreuil (commune 93048)",
        "Montreuil (commune 28267)",
        "Montreuil-Bellay (commune 49215)",
    ]


def test_autocomplete_gives_twenty_answers_and_says_that_others_follow(animateur_client):
    TerritoryFactory.create_batch(25, name="Montreuil")
    query = {"app_label": "territories", "model_name": "actorterritory", "field_name": "territory"}

    first = animateur_client.get(AUTOCOMPLETE, {"term": "montreuil", **query}).json()
    last = animateur_client.get(AUTOCOMPLETE, {"term": "montreuil", "page": 2, **query}).json()

    assert (len(first["results"]), first["pagination"]) == (20, {"more": True})
    assert (len(last["results"]), last["pagination"]) == (5, {"more": False})


def test_autocomplete_respects_the_choices_of_the_field(animateur_client):
    TerritoryFactory(name="Dax", code="40088")
    TerritoryFactory(name="Dax", kind=Territory.Kind.BASSIN_EMPLOI)

    assert complete(animateur_client, "dax", "event", "town", "events") == ["Dax (commune 40088)"]


def test_autocomplete_is_refused_to_who_may_not_see_territories(client, django_user_model):
    client.force_login(django_user_model.objects.create_user("personne@example.org", is_staff=True))
    TerritoryFactory(name="Dax")

    query = {"app_label": "territories", "model_name": "actorterritory", "field_name": "territory"}
    assert client.get(AUTOCOMPLETE, query).status_code == 403


def test_chosen_territory_is_told_apart_from_its_homonyms(animateur_client):
    link = CompositionFactory(part=TerritoryFactory(name="Montreuil", code="93048"))

    page = animateur_client.get(
        reverse("admin:territories_territory_change", args=[link.whole.pk])
    ).content.decode()

    assert re.search(r"<option[^>]* selected>Montreuil \(commune 93048\)</option>", page)


def test_change_page_takes_the_same_queries_with_1_and_30_parts(animateur_client, count_queries):
    whole = TerritoryFactory(kind=Territory.Kind.PETR)
    url = reverse("admin:territories_territory_change", args=[whole.pk])
    CompositionFactory(whole=whole)
    with_one = count_queries(url)
    CompositionFactory.create_batch(29, whole=whole)

    assert count_queries(url) == with_one
    assert with_one <= 30


def test_actor_page_takes_the_same_queries_at_1_and_30_rows(animateur_client, count_queries):
    actor = ActorFactory()
    url = reverse("admin:territories_actor_change", args=[actor.pk])
    ActorTerritoryFactory(actor=actor)
    StageChangeFactory(actor=actor)
    with_one = count_queries(url)
    ActorTerritoryFactory.create_batch(29, actor=actor)
    StageChangeFactory.create_batch(29, actor=actor)

    assert count_queries(url) == with_one
    assert with_one <= 30


@pytest.mark.parametrize(
    ("typed", "kept"), [("ada@example.org", ""), ("www.example.org", "https://www.example.org")]
)
def test_site_of_an_actor_is_no_email(animateur_client, typed, kept):
    actor = ActorFactory()
    page = reverse("admin:territories_actor_change", args=[actor.pk])

    animateur_client.post(page, {**form_of(animateur_client.get(page)), "website": typed})

    actor.refresh_from_db()
    assert actor.website == kept


def test_official_compositions_are_summed_up_and_not_edited(animateur_client):
    epci = TerritoryFactory(kind=Territory.Kind.EPCI)
    CompositionFactory.create_batch(3, whole=epci, is_official=True)

    response = animateur_client.get(reverse("admin:territories_territory_change", args=[epci.pk]))

    formset = response.context["inline_admin_formsets"][0].formset
    assert formset.prefix == "part_links"
    assert formset.total_form_count() == 0
    assert "commune : 3" in response.content.decode()


def test_duplicate_official_code_is_refused_beside_the_code(animateur_client):
    TerritoryFactory(code="33063")

    response = animateur_client.post(
        reverse("admin:territories_territory_add"), territory_data(code="33063")
    )

    assert field_errors(response, "code") == [
        "Un territoire de ce type porte déjà ce code officiel."
    ]
    assert Territory.objects.count() == 1


def test_composition_that_loops_is_refused_beside_the_part(animateur_client):
    link = CompositionFactory()
    part = link.part

    response = animateur_client.post(
        reverse("admin:territories_territory_change", args=[part.pk]),
        territory_data(part_links=1, name=part.name, **{"part_links-0-part": link.whole.pk}),
    )

    assert inline_errors(response, "part_links") == [
        {
            "part": [
                f"« {part} » fait déjà partie de « {link.whole} » : "
                "cette composition ferait une boucle."
            ]
        }
    ]
    assert list(Composition.objects.all()) == [link]


def test_loop_made_by_both_lists_of_one_page_is_refused(animateur_client):
    territory, other = TerritoryFactory.create_batch(2)

    response = animateur_client.post(
        reverse("admin:territories_territory_change", args=[territory.pk]),
        territory_data(
            part_links=1,
            whole_links=1,
            name=territory.name,
            **{"part_links-0-part": other.pk, "whole_links-0-whole": other.pk},
        ),
    )

    [errors] = inline_errors(response, "whole_links")
    assert list(errors) == ["whole"]
    assert not Composition.objects.exists()


def test_composition_that_ends_before_it_starts_is_refused_beside_the_end(animateur_client):
    whole, part = TerritoryFactory.create_batch(2)
    row = {
        "part_links-0-part": part.pk,
        "part_links-0-since": "2021",
        "part_links-0-until": "2019",
    }

    response = animateur_client.post(
        reverse("admin:territories_territory_change", args=[whole.pk]),
        territory_data(part_links=1, name=whole.name, **row),
    )

    assert inline_errors(response, "part_links") == [{"until": ["La fin précède le début."]}]
    assert not Composition.objects.exists()


def test_date_that_does_not_exist_is_refused_beside_it(animateur_client):
    response = animateur_client.post(
        reverse("admin:territories_territory_add"), territory_data(valid_from="31/02/2020")
    )

    assert field_errors(response, "valid_from") == [
        "Le 31/02/2020 n'existe pas dans le calendrier."
    ]
    assert not Territory.objects.exists()


def test_duplicate_siren_is_refused_beside_it(animateur_client):
    ActorFactory(siren="123456789")

    response = animateur_client.post(
        reverse("admin:territories_actor_add"),
        {
            "status": "draft",
            "kind": Actor.Kind.PLIE,
            "name": "Un autre",
            "siren": "123456789",
            **management(territory_links=0, stage_changes=0, figures=0),
        },
    )

    assert field_errors(response, "siren") == ["Un acteur porte déjà ce SIREN."]
    assert Actor.objects.count() == 1


def test_nameless_person_is_refused_beside_the_name(animateur_client):
    response = animateur_client.post(
        reverse("admin:territories_person_add"), management(positions=0)
    )

    assert field_errors(response, "first_name") == ["Indiquez un nom, ou la fonction à défaut."]


@pytest.mark.parametrize("term", ["eloise", "Éloïse", "eloise prevot"])
def test_person_is_found_without_accents(term, animateur_client):
    PersonFactory(first_name="Éloïse", last_name="Prévôt")
    PersonFactory(first_name="Camille", last_name="Autre")

    response = animateur_client.get(reverse("admin:territories_person_changelist"), {"q": term})

    assert [str(person) for person in response.context["cl"].result_list] == ["Éloïse Prévôt"]


def test_position_is_chosen_by_its_person_title_or_actor(animateur_client):
    PositionFactory(person__first_name="Éloïse", person__last_name="Prévôt", actor__name="PLIE")
    PositionFactory(person__last_name="Autre", title="maire")

    found = complete(animateur_client, "eloise plie", "initiative", "contact", "initiatives")

    assert found == ["Éloïse Prévôt, chargée de mission, PLIE"]


@pytest.mark.parametrize(
    ("kind", "code", "message"),
    [
        ("epci", "20007182731/02/2020", "Le code d'un EPCI est son SIREN, de neuf chiffres."),
        ("commune", "3310", "Le code Insee d'une commune a cinq signes : 33108, 2A004."),
        ("qpv", "8701M", "Le code d'un QPV s'écrit comme QN08701M."),
        ("perimetre", "un code", "Un code s'écrit sans espace ni barre."),
    ],
)
def test_code_that_is_none_of_its_kind_is_refused_beside_it(animateur_client, kind, code, message):
    response = animateur_client.post(
        reverse("admin:territories_territory_add"), territory_data(kind=kind, code=code)
    )

    assert response.context["adminform"].form.errors == {"code": [message]}
    assert not Territory.objects.exists()


@pytest.mark.parametrize(
    ("kind", "code"), [("commune", "2A004"), ("departement", "974"), ("qpv", "QN08701M")]
)
def test_code_of_its_kind_is_accepted(animateur_client, kind, code):
    animateur_client.post(
        reverse("admin:territories_territory_add"), territory_data(kind=kind, code=code)
    )

    assert list(Territory.objects.values_list("kind", "code")) == [(kind, code)]


def test_official_territory_is_not_deleted_and_another_is(animateur_client):
    official = TerritoryFactory(vintage=2026)
    own = TerritoryFactory(kind=Territory.Kind.PETR, vintage=None)

    for territory in (official, own):
        url = reverse("admin:territories_territory_delete", args=[territory.pk])
        animateur_client.post(url, {"post": "yes"})

    assert list(Territory.objects.all()) == [official]


def test_people_of_one_name_are_told_apart_by_what_they_do(animateur_client):
    for title, name in (("directrice", "PLIE du Médoc"), ("maire", "Bazas")):
        person = PersonFactory(first_name="Dominique", last_name="Martin")
        PositionFactory(person=person, title=title, actor=ActorFactory(name=name))
    PersonFactory(first_name="Dominique", last_name="Martin")

    found = complete(animateur_client, "martin", model="appearance", field="person", app="events")

    assert sorted(found) == [
        "Dominique Martin",
        "Dominique Martin (directrice, PLIE du Médoc)",
        "Dominique Martin (maire, Bazas)",
    ]


def test_people_to_choose_from_take_the_same_queries_whatever_their_number(animateur_client):
    def number_of_queries():
        with CaptureQueriesContext(connection) as queries:
            complete(animateur_client, "martin", model="appearance", field="person", app="events")
        return len(queries)

    PositionFactory(person=PersonFactory(last_name="Martin"))
    number_of_queries()
    alone = number_of_queries()
    for _ in range(5):
        PositionFactory(person=PersonFactory(last_name="Martin"))

    assert number_of_queries() == alone


def test_meetings_of_one_title_are_told_apart_by_their_date(animateur_client):
    for start in ("17/10/2019", "mars 2021", None):
        EventFactory(title="Rencontre annuelle", start=start)

    found = complete(animateur_client, "annuelle", model="action", field="event", app="events")

    assert sorted(found) == [
        "Rencontre annuelle",
        "Rencontre annuelle (17 octobre 2019)",
        "Rencontre annuelle (mars 2021)",
    ]


def test_chosen_person_is_shown_with_what_they_do(animateur_client, count_queries):
    person = PersonFactory(first_name="Dominique", last_name="Martin")
    appearance = AppearanceFactory(person=person)
    PositionFactory(person=person, title="maire", actor=None)
    address = reverse("admin:events_event_change", args=[appearance.event.pk])
    alone = count_queries(address)

    assert "Dominique Martin (maire)" in animateur_client.get(address).content.decode()
    for _ in range(5):
        other = AppearanceFactory(event=appearance.event)
        PositionFactory(person=other.person, title="maire")
    assert count_queries(address) == alone
