"""Territories and actors in spreadsheets."""

from collections import Counter

import pytest
from django.db import models

from coopemploi.formats import values
from coopemploi.imports import applying
from coopemploi.imports.columns.column import NO_ADDRESS
from coopemploi.imports.models import ImportRow
from coopemploi.search.text import normalise
from initiatives.models import Need
from territories.imports.actor_kinds import KIND_WORDS
from territories.models import Actor, ActorTerritory, Containment, Territory
from tests.factories import (
    ActorFactory,
    ActorTerritoryFactory,
    CompositionFactory,
    InvolvementFactory,
    MandateFactory,
    SchemeFactory,
    TerritoryFactory,
)
from tests.importing import apply, counts, export, problems, send, take_back


@pytest.mark.parametrize("extension", ["csv", "xlsx", "ods"])
def test_export_of_actors_is_an_import_that_changes_nothing(animateur_client, extension):
    actor = ActorFactory(
        aliases=["JDE", "Jardins"], siren="123456789", governs=None, website="https://example.org"
    )
    actor.parents.add(ActorFactory(name=actor.name))
    actor.schemes.add(SchemeFactory())
    ActorTerritoryFactory(actor=actor, partial=True, note="rive droite")

    batch = send(
        animateur_client, Actor, export(animateur_client, Actor, extension), f"a.{extension}"
    )

    assert counts(batch) == {"unchanged": 2}


def test_actor_is_recognised_by_its_siren(animateur_client):
    ActorFactory(name="Ancien nom", siren="123456789", kind="association")

    batch = send(
        animateur_client,
        Actor,
        "type;nom;SIREN\nassociation;Nouveau nom;123456789\nassociation;Autre;987654321\n",
    )

    assert counts(batch) == {"changed": 1, "created": 1}


@pytest.mark.parametrize("cell", ["123 456 789", "12345678900012", "123.456.789"])
def test_actor_is_recognised_by_a_siret_or_a_siren_by_groups(animateur_client, cell):
    known = ActorFactory(name="Ancien nom", siren="123456789", kind="association")
    table = f"type;nom;SIRET\nassociation;Nouveau nom;{cell}\nassociation;Autre;98765432100099\n"

    batch = apply(animateur_client, Actor, send(animateur_client, Actor, table))

    assert counts(batch) == {"changed": 1, "created": 1}
    known.refresh_from_db()
    assert (known.name, known.siren) == ("Nouveau nom", "123456789")
    assert Actor.objects.get(name="Autre").siren == "987654321"


def test_web_site_is_written_as_people_write_it(animateur_client):
    table = "type;nom;site\nassociation;Une;www.example.org/@ici\nassociation;Deux;pas de site\n"

    batch = apply(animateur_client, Actor, send(animateur_client, Actor, table))

    assert Actor.objects.get().website == "https://www.example.org/@ici"
    assert problems(batch) == {3: [["site web", NO_ADDRESS]]}


@pytest.mark.parametrize("cell", ["ada@example.org", "mailto:ada@example.org"])
def test_email_is_no_web_site(animateur_client, cell):
    batch = send(animateur_client, Actor, f"type;nom;site\nassociation;Une;{cell}\n")

    assert problems(batch) == {2: [["site web", NO_ADDRESS]]}


@pytest.mark.parametrize("cell", ["PLIE du Bassin", "SIREN 123 456 789", "le plie", "un-plie"])
def test_actor_is_named_by_any_of_its_names_its_siren_or_its_ref(animateur_client, cell):
    plie = ActorFactory(
        name="Le PLIE", slug="un-plie", aliases=["PLIE du Bassin"], siren="123456789"
    )

    apply(
        animateur_client,
        Need,
        send(animateur_client, Need, f"texte;nature;acteur\nA;outil;{cell}\n"),
    )

    assert Need.objects.get().actor == plie


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        (
            "Bordeaux",
            "« Bordeaux » est le nom de plusieurs fiches « acteur » : écrivez l'une de celles-ci, "
            "avec sa réf : Bordeaux Métropole [metropole] ; Ville de Bordeaux [ville].",
        ),
        (
            "Ville de Bordeaus",
            "« Ville de Bordeaus » n'est le nom d'aucun acteur du site (vouliez-vous dire « Ville "
            "de Bordeaux » ?) : corrigez-le, ou ajoutez d'abord cet acteur.",
        ),
    ],
)
def test_name_that_several_actors_may_have_or_none_is_refused(animateur_client, cell, message):
    ActorFactory(name="Ville de Bordeaux", slug="ville", kind="commune")
    ActorFactory(name="Bordeaux Métropole", slug="metropole", kind="epci")

    batch = send(animateur_client, Need, f"texte;nature;acteur\nA;outil;{cell}\n")

    assert problems(batch) == {2: [["acteur", message]]}


@pytest.mark.django_db
def test_homonym_of_the_perimeter_is_the_one_meant(client):
    landes, nievre = TerritoryFactory(code="40"), TerritoryFactory(code="58")
    here = TerritoryFactory(name="Saint-Pierre-du-Mont", code="40281", kind="commune")
    there = TerritoryFactory(name="Saint-Pierre-du-Mont", code="58263", kind="commune")
    CompositionFactory(whole=landes, part=here)
    CompositionFactory(whole=nievre, part=there)
    mandate = MandateFactory(territory=landes)
    client.force_login(mandate.user)
    text = "type;nom;territoires d'action\nassociation;Garage;Saint-Pierre-du-Mont\n"

    apply(client, Actor, send(client, Actor, text))

    assert list(Actor.objects.get().territories.all()) == [here]


@pytest.mark.django_db
def test_name_misspelt_of_two_places_is_refused_though_one_is_in_the_perimeter(client):
    mandate = MandateFactory()
    here, _ = TerritoryFactory.create_batch(2, name="Saint-Pierre-du-Mont", kind="commune")
    CompositionFactory(whole=mandate.territory, part=here)
    client.force_login(mandate.user)
    text = "type;nom;territoires d'action\nassociation;Garage;Saint-Pierre-du-Mond\n"

    [[[column, message]]] = problems(send(client, Actor, text)).values()

    assert (column, "peut être" in message) == ("territoires d'action", True)


@pytest.mark.django_db
def test_homonyms_both_in_the_perimeter_or_both_out_of_it_are_refused(client):
    places = TerritoryFactory.create_batch(2, name="Saint-Pierre-du-Mont", kind="commune")
    text = "type;nom;territoires d'action\nassociation;Garage;Saint-Pierre-du-Mont\n"
    both, neither = MandateFactory(territory=TerritoryFactory()), MandateFactory()
    for place in places:
        CompositionFactory(whole=both.territory, part=place)

    for user in (both.user, neither.user):
        client.force_login(user)
        [[[column, message]]] = problems(send(client, Actor, text)).values()
        assert (column, "peut être" in message) == ("territoires d'action", True)


@pytest.mark.parametrize(
    ("cell", "kind", "remarks"),
    [
        ("Associations", "association", ["« Associations » : compris « association »."]),
        ("DÉPARTEMENT", "departement", []),
        ("departement", "departement", []),
        ("tiers lieux", "tiers-lieu", ["« tiers lieux » : compris « tiers-lieu »."]),
        ("assocation", "association", ["« assocation » : compris « association »."]),
        ("Intercommunalités", "epci", ["« Intercommunalités » : compris « EPCI »."]),
        ("communauté de communes", "epci", ["« communauté de communes » : compris « EPCI »."]),
        ("Conseils départementaux", "departement", None),
        ("agence France Travail", "france-travail", None),
        ("Pole Emploi", "france-travail", None),
        ("GEIQ", "siae", None),
        ("ESAT", "autre", None),
        ("Cap emploi", "service", None),
    ],
)
def test_type_of_an_actor_is_known_by_the_words_of_the_field(animateur_client, cell, kind, remarks):
    batch = send(animateur_client, Actor, f"type;nom\n{cell};A\n")

    if remarks is not None:
        assert [message for _, message in batch.rows.get().problems] == remarks
    apply(animateur_client, Actor, batch)
    assert Actor.objects.get().kind == kind


@pytest.mark.parametrize(
    ("cell", "labels"),
    [
        ("CA", ("EPCI", "chambre consulaire")),
        ("CDC", ("EPCI", "organisme public")),
        ("EI", ("structure d'insertion (SIAE)", "entreprise")),
        ("EA", ("structure d'insertion (SIAE)", "entreprise")),
        ("PE", ("France Travail", "entreprise")),
    ],
)
def test_acronym_of_two_types_is_refused_with_both(animateur_client, cell, labels):
    batch = send(animateur_client, Actor, f"type;nom\n{cell};A\n")

    [[[column, message]]] = problems(batch).values()
    assert column == "type"
    assert f"(vouliez-vous dire « {' », « '.join(labels)} » ?)" in message


def test_legal_status_of_an_actor_is_not_its_type(animateur_client):
    batch = send(animateur_client, Actor, "nom;statut juridique\nA;SAS\n")

    assert batch.mapping == ["name", ""]


@pytest.mark.parametrize(
    ("header", "cell", "is_refused"),
    [
        ("autres noms", "Jardins | ada@example.org", True),
        ("autres noms", "L'@telier | H@rmonie", False),
        ("site web", "https://example.org/@jardins", False),
    ],
)
def test_name_of_an_actor_tells_no_address(animateur_client, header, cell, is_refused):
    batch = send(animateur_client, Actor, f"type;nom;{header}\nassociation;Jardins;{cell}\n")

    assert counts(batch) == {"refused" if is_refused else "created": 1}


@pytest.mark.parametrize(
    "cell", ["01000 | 01100 | 01200", "01000 01100 01200", "01000, 01100, 01200"]
)
def test_postal_codes_are_no_telephone(animateur_client, cell):
    text = f"type;nom;codes postaux\npays;Pays d'essai;{cell}\n"

    apply(animateur_client, Territory, send(animateur_client, Territory, text))

    assert Territory.objects.get().postal_codes == ["01000", "01100", "01200"]


def test_official_code_of_ten_digits_is_no_telephone_but_tells_no_address(animateur_client):
    text = "type;nom;code\npays;Un;0102030405\npays;Deux;ada@example.org\n"

    batch = send(animateur_client, Territory, text)

    assert counts(batch) == {"created": 1, "refused": 1}
    assert [column for column, _ in problems(batch)[3]] == ["code officiel"]


@pytest.mark.parametrize("cell", ["01 02 03 04 2A", "01/02/03/04/2a", "01, 02, 03, 04, 2A"])
def test_codes_of_places_are_read_however_they_are_parted(animateur_client, cell):
    for code in ("01", "02", "03", "04", "2A"):
        TerritoryFactory(name=f"Département {code}", code=code, kind="departement")
    text = f"type;nom;territoires d'action\nassociation;Jardins;{cell}\n"

    apply(animateur_client, Actor, send(animateur_client, Actor, text))

    found = Actor.objects.get().territories.values_list("code", flat=True)
    assert sorted(found) == ["01", "02", "03", "04", "2A"]


def test_codes_of_which_one_is_unknown_are_refused(animateur_client):
    TerritoryFactory(name="Ain", code="01", kind="departement")
    text = "type;nom;territoires d'action\nassociation;Jardins;01 99\n"

    batch = send(animateur_client, Actor, text)

    assert counts(batch) == {"refused": 1}


def test_address_in_a_long_text_is_pointed_out(animateur_client):
    text = "type;nom;description\nassociation;Jardins;Écrire à ada@example.org.\n"

    batch = send(animateur_client, Actor, text)

    assert counts(batch) == {"created": 1}
    [[[column, remark]]] = problems(batch).values()
    assert (column, "y sera lu de tous" in remark) == ("description", True)


def test_type_that_another_word_says_already_is_no_change(animateur_client):
    ActorFactory(slug="cc", name="CC du Sud", kind="epci")

    batch = send(animateur_client, Actor, "réf;type;nom\ncc;interco;CC du Sud\n")

    assert counts(batch) == {"unchanged": 1}
    assert problems(batch) == {}


@pytest.mark.parametrize(
    ("cell", "near"),
    [
        ("collectivité territoriale (département)", " (vouliez-vous dire « département » ?)"),
        ("coopération", " (vouliez-vous dire « EPCI », « coopérative » ?)"),
        ("xyz", ""),
        ("EBA", ""),
    ],
)
def test_type_in_doubt_is_refused_with_the_nearest_ones(animateur_client, cell, near):
    [[[column, message]]] = problems(
        send(animateur_client, Actor, f"type;nom\n{cell};A\n")
    ).values()

    assert column == "type"
    assert message.startswith(f"« {cell} » n'est pas un choix possible{near}. Choix : EPCI,")


def test_word_says_one_type_of_actor_alone():
    counted = Counter(normalise(word) for some in KIND_WORDS.values() for word in some)
    labels = {normalise(text) for choice in Actor.Kind.choices for text in choice}

    # Those of two are refused: see above.
    assert {word for word, count in counted.items() if count > 1} == {"ca", "cdc", "ea", "ei", "pe"}
    assert labels.isdisjoint(counted)


def test_siren_taken_by_another_actor_or_row_is_refused(animateur_client):
    ActorFactory(siren="123456789")
    ActorFactory(slug="une", name="Une", kind="association")

    batch = send(
        animateur_client,
        Actor,
        "réf;type;nom;SIREN\nune;association;Une;123456789\n"
        ";association;A;222222222\n;association;B;222222222\n;association;C;12\n",
    )

    assert problems(batch) == {
        2: [["SIREN", "Un acteur porte déjà ce SIREN."]],
        4: [["SIREN", "Un acteur porte déjà ce SIREN."]],
        5: [["SIREN", "Un SIREN a neuf chiffres."]],
    }


def test_new_actor_acts_in_its_territories_at_once(animateur_client):
    place = TerritoryFactory(name="Dax", code="40088", kind="commune")

    batch = send(
        animateur_client, Actor, "type;nom;autres noms;territoires\nPLIE;Le PLIE;A | B;Dax\n"
    )
    apply(animateur_client, Actor, batch)

    actor = Actor.objects.get()
    assert (actor.kind, actor.aliases) == ("plie", ["A", "B"])
    assert list(actor.territories.all()) == [place]
    assert list(Actor.objects.in_territory(place)) == [actor]


def test_changed_actor_keeps_what_is_known_of_the_territories_it_keeps(animateur_client):
    link = ActorTerritoryFactory(partial=True, note="rive droite")
    other = TerritoryFactory(code="40088")
    slug, first = link.actor.slug, link.territory

    batch = send(
        animateur_client,
        Actor,
        f"réf;territoires d'action\n{slug};{first.reference} | {other.reference}\n",
    )
    apply(animateur_client, Actor, batch)

    links = ActorTerritory.objects.order_by("pk").values_list("territory", "partial", "note")
    assert list(links) == [(first.pk, True, "rive droite"), (other.pk, False, "")]


def test_territories_put_back_are_known_as_they_were(animateur_client):
    actor, places = ActorFactory(), [TerritoryFactory() for _ in range(3)]
    ActorTerritoryFactory(actor=actor, territory=places[0], partial=True, note="rive droite")
    ActorTerritoryFactory(actor=actor, territory=places[1], note="gardé")
    before = links_of(actor)
    cell = " | ".join(place.reference for place in places[1:])
    text = f"réf;nom;territoires\n{actor.slug};{actor.name};{cell}\n"
    batch = apply(animateur_client, Actor, send(animateur_client, Actor, text))
    assert (places[0].pk, True, "rive droite") not in links_of(actor)

    take_back(animateur_client, Actor, batch)

    assert problems(batch) == {}
    assert links_of(actor) == before


def links_of(actor):
    return set(actor.territory_links.values_list("territory", "partial", "note"))


def test_created_actor_that_takes_part_since_is_kept(animateur_client):
    batch = apply(
        animateur_client, Actor, send(animateur_client, Actor, "type;nom\nPLIE;Le PLIE\n")
    )
    InvolvementFactory(actor=Actor.objects.get())

    take_back(animateur_client, Actor, batch)

    assert Actor.objects.filter(name="Le PLIE").exists()
    assert problems(batch) == {2: [["", "d'autres fiches y renvoient (« parties prenantes »)."]]}


def test_created_territory_completed_since_is_kept(animateur_client):
    text = "type;nom\nPETR;Complété\nPETR;Laissé\n"
    batch = apply(animateur_client, Territory, send(animateur_client, Territory, text))
    Territory.objects.filter(name="Complété").update(description="Une page entière.")

    take_back(animateur_client, Territory, batch)

    assert [territory.name for territory in Territory.objects.all()] == ["Complété"]
    assert problems(batch) == {2: [["", "modifiée depuis."]]}


def test_created_territory_is_taken_back_though_a_column_came_since(animateur_client, monkeypatch):
    """As if `description` had been added by an update between the two, empty everywhere."""
    is_derived = applying.is_derived
    monkeypatch.setattr(
        applying, "is_derived", lambda field: field.name == "description" or is_derived(field)
    )
    text = "type;nom\nPETR;Pays\n"
    batch = apply(animateur_client, Territory, send(animateur_client, Territory, text))
    monkeypatch.undo()

    take_back(animateur_client, Territory, batch)

    assert not Territory.objects.exists()
    assert problems(batch) == {}


def test_created_territory_of_an_import_without_fingerprints_is_taken_back(animateur_client):
    batch = send(animateur_client, Territory, "type;nom\nPETR;Pays\n")
    apply(animateur_client, Territory, batch).rows.update(fingerprint="")

    take_back(animateur_client, Territory, batch)

    assert not Territory.objects.exists()


@pytest.mark.parametrize("extension", ["csv", "xlsx", "ods"])
def test_export_of_territories_is_an_import_that_changes_nothing(animateur_client, extension):
    TerritoryFactory(kind="petr", name="Pays", population=1200, latitude=44.5, valid_from="2019")
    TerritoryFactory(kind="pays", name="Pays", slug="pays")
    TerritoryFactory(kind="commune", code="40088", vintage=2025)

    batch = send(
        animateur_client,
        Territory,
        export(animateur_client, Territory, extension),
        f"t.{extension}",
    )

    assert counts(batch) == {"unchanged": 3}


def test_official_territory_is_neither_changed_nor_created(animateur_client):
    official = TerritoryFactory(kind="commune", name="Dax", code="40088", vintage=2025)

    batch = send(
        animateur_client,
        Territory,
        f"réf;type;nom;code officiel\n{official.reference};commune;Dax sur Adour;40088\n"
        ";EPCI;Grand Dax;244000675\n;PETR;Pays d'essai;\n",
    )

    assert counts(batch) == {"refused": 2, "created": 1}
    assert "référentiel officiel" in problems(batch)[2][0][1]


def test_new_territory_is_found_by_its_ref_and_contains_itself(animateur_client):
    text = "type;nom\nPETR;Pays d'essai\n"
    apply(animateur_client, Territory, send(animateur_client, Territory, text))

    territory = Territory.objects.get_by_reference("petr:pays-d-essai")
    assert Containment.objects.filter(container=territory, contained=territory).exists()
    assert counts(send(animateur_client, Territory, text)) == {"unchanged": 1}


def test_code_of_a_wrong_form_is_refused_in_its_column(animateur_client):
    batch = send(animateur_client, Territory, "type;nom;code officiel\nPETR;Pays;12\n")

    assert batch.rows.get().state == ImportRow.State.REFUSED
    assert problems(batch) == {
        2: [["code officiel", "Le code d'un PETR est son SIREN, de neuf chiffres."]]
    }


@pytest.mark.parametrize(
    ("latitude", "population", "refused"),
    [
        ("1e400", "1", [["latitude", "ce nombre a trop de chiffres."]]),
        ("1", "9" * 30, [["population", "ce nombre a trop de chiffres."]]),
        ("1", "1e999999", [["population", "ce nombre a trop de chiffres."]]),
    ],
)
def test_endless_number_is_refused_at_its_cell(animateur_client, latitude, population, refused):
    text = f"type;nom;latitude;population\nPETR;Pays;{latitude};{population}\nPETR;Bon;1;1\n"

    batch = send(animateur_client, Territory, text)

    assert batch.failure == ""
    assert problems(batch) == {2: refused}


def test_cell_that_nobody_foresaw_refuses_its_row_alone(animateur_client, monkeypatch, caplog):
    def fail(text):
        raise RecursionError

    monkeypatch.setitem(values._READERS, models.FloatField, fail)

    batch = send(animateur_client, Territory, "type;nom;latitude\nPETR;Pays;1\nPETR;Bon;\n")

    assert counts(batch) == {"refused": 1, "created": 1}
    assert problems(batch) == {2: [["latitude", "cette valeur n'est pas comprise."]]}
    assert "Cell of the column latitude not read" in caplog.text
