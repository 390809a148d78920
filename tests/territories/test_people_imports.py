"""People and their jobs in spreadsheets."""

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from coopemploi.dates import PartialDate
from coopemploi.imports import applying
from coopemploi.imports.models import ImportBatch, ImportRow
from territories.models import Person, Position
from tests.factories import (
    ActorFactory,
    ActorTerritoryFactory,
    InitiativeFactory,
    MandateFactory,
    PersonFactory,
    PositionFactory,
    TerritoryFactory,
    UserFactory,
)
from tests.importing import apply, counts, export, page, problems, send, take_back

HEADERS = "réf;nom;prénom;fonction;acteur;depuis;e-mail;e-mail public\n"


def states(batch):
    return {row.line: str(row.state) for row in batch.rows.all()}


@pytest.mark.parametrize("extension", ["csv", "xlsx", "ods"])
def test_export_of_people_is_an_import_that_changes_nothing(animateur_client, extension):
    twin = PersonFactory(
        first_name="Léa",
        last_name="Roux",
        email="lea@example.org",
        email_is_public=True,
        phone="+33 6 00 00 00 00",
    )
    PositionFactory(person=twin, since="2019", until="2024")
    PositionFactory(person=twin, title="", since="")
    PositionFactory(person__first_name="Léa", person__last_name="Roux", since="mars 2021")
    PositionFactory(person=PersonFactory(first_name="", last_name="", known_as="un élu"))
    PersonFactory(attribution_withdrawn=True)
    before = list(Position.objects.order_by("pk").values())

    content = export(animateur_client, Person, extension)
    batch = apply(
        animateur_client, Person, send(animateur_client, Person, content, f"p.{extension}")
    )

    assert counts(batch) == {"unchanged": 4}
    assert list(Position.objects.order_by("pk").values()) == before


def test_new_person_comes_with_a_job_at_an_actor_found_by_its_name(animateur_client):
    actor = ActorFactory(name="PLIE de Lens")
    text = HEADERS + ";Roux;Léa;directrice;PLIE de Lens;mars 2021;lea@example.org;oui\n"

    batch = apply(animateur_client, Person, send(animateur_client, Person, text))

    assert counts(batch) == {"created": 1}
    person = Person.objects.get()
    assert (person.full_name, person.slug) == ("Léa Roux", "lea-roux")
    assert (person.email, person.email_is_public) == ("lea@example.org", True)
    position = person.positions.get()
    assert (position.title, position.actor, position.since.as_input) == (
        "directrice",
        actor,
        "03/2021",
    )
    assert counts(send(animateur_client, Person, text)) == {"unchanged": 1}


@pytest.mark.parametrize(
    ("header", "cell", "first", "last", "told"),
    [
        ("Nom et prénom", "DUPONT Marie", "Marie", "DUPONT", "nom « DUPONT », prénom « Marie »."),
        ("Nom et prénom", "Marie DUPONT", "Marie", "DUPONT", "nom « DUPONT », prénom « Marie »."),
        ("NOM Prénom", "Dupont Marie", "Marie", "Dupont", "nom « Dupont », prénom « Marie »."),
        ("Prénom NOM", "Marie Dupont", "Marie", "Dupont", "nom « Dupont », prénom « Marie »."),
        ("Prénom NOM", "DUPONT Marie", "Marie", "DUPONT", "nom « DUPONT », prénom « Marie »."),
        (
            "Nom complet",
            "Marie Dupont",
            "Marie",
            "Dupont",
            "nom « Dupont », prénom « Marie ». Est-ce bien cela ?",
        ),
        ("Nom (et prénom)", "Dupont Marie", "Marie", "Dupont", "nom « Dupont », prénom « Marie »."),
        ("Nom", "DUPONT Marie", "Marie", "DUPONT", "nom « DUPONT », prénom « Marie »."),
        ("Noms et prénoms", "Dupont", "", "Dupont", "nom « Dupont », sans prénom."),
    ],
)
def test_full_name_of_one_column_is_split_and_said(
    animateur_client, header, cell, first, last, told
):
    batch = send(animateur_client, Person, f"{header};fonction\n{cell};maire\n")

    assert batch.mapping == ["full_name", "positions__title"]
    assert problems(batch) == {2: [["nom", f"« {cell} » : {told}"]]}
    assert set(batch.rows.get().changes) <= {"last_name", "first_name", "positions__title"}
    apply(animateur_client, Person, batch)
    person = Person.objects.get()
    assert (person.first_name, person.last_name) == (first, last)
    assert counts(send(animateur_client, Person, f"{header}\n{cell}\n")) == {"unchanged": 1}


@pytest.mark.parametrize(
    ("table", "mapping"),
    [
        ("Nom;Prénom;Nom complet\nRoux;Léa;Léa Roux\n", ["last_name", "first_name", ""]),
        ("Nom;Nom et prénom\nRoux;Roux Léa\n", ["", "full_name"]),
        ("Prénom;Nom et prénom\nLéa;Roux Léa\n", ["", "full_name"]),
    ],
)
def test_names_are_read_once_from_the_columns_that_say_the_most(animateur_client, table, mapping):
    assert send(animateur_client, Person, table).mapping == mapping


def test_surname_of_two_words_is_no_full_name(animateur_client):
    batch = send(animateur_client, Person, "Nom;fonction\nLe Goff;maire\nROUX;élue\n")

    assert batch.mapping == ["last_name", "positions__title"]


def test_full_name_beside_a_column_of_its_own_for_the_surname_is_refused(animateur_client):
    file = SimpleUploadedFile("f.csv", b"Nom et prenom;Autre\nRoux Lea;Roux\n")
    mapped = animateur_client.post(page(Person, "import"), {"file": file}).url

    response = animateur_client.post(mapped, {"column_0": "full_name", "column_1": "last_name"})

    assert response.status_code == 400
    assert response.context["form"].errors == {
        "column_1": ["La colonne « Nom et prenom » dit déjà « nom »."]
    }


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("Léa Roux et Paul Petit", "une seule personne par ligne."),
        ("Léa Roux (PLIE)", "écrivez un nom et un prénom, sans rien d'autre."),
        ("06 12 34 56 78", "une adresse e-mail ou un téléphone serait ici lu de tous"),
    ],
)
def test_what_is_no_name_of_one_person_is_refused(animateur_client, cell, reason):
    batch = send(animateur_client, Person, f"nom et prénom;fonction\n{cell};maire\n")

    [[column, told]] = problems(batch)[2]
    assert (counts(batch), column) == ({"refused": 1}, "nom et prénom")
    assert reason in told
    assert batch.rows.get().label == cell


def test_full_name_tells_a_namesake_and_changes_who_is_named_by_a_ref(animateur_client):
    known = PositionFactory(person__first_name="Léa", person__last_name="Roux", actor__name="Ici")
    slug = known.person.slug

    batch = send(
        animateur_client, Person, f"réf;nom et prénom;acteur\n;ROUX Léa;Ici\n{slug};Roux Anne;Ici\n"
    )

    assert states(batch) == {2: "duplicate", 3: "changed"}
    assert batch.rows.get(line=3).changes == {"first_name": ["Léa", "Anne", "Léa", "Anne"]}
    told = "« Roux Anne » : nom « Roux », prénom « Anne »."
    assert problems(batch)[3] == [["prénom", told]]


def test_same_name_is_a_duplicate_at_the_same_actor_and_flagged_elsewhere(animateur_client):
    here = PositionFactory(
        person__first_name="Léa", person__last_name="Roux", actor__name="Ici", title="directrice"
    )
    ActorFactory(name="Ailleurs")

    batch = send(
        animateur_client,
        Person,
        "nom;prénom;fonction;acteur\n"
        "Roux;Léa;présidente;Ici\n"
        "Roux;Léa;présidente;Ailleurs\n"
        "Roux;Léa;présidente;\n"
        "Roux;Léa;secrétaire;Ailleurs\n",
    )

    assert states(batch) == {2: "duplicate", 3: "created", 4: "duplicate", 5: "duplicate"}
    found = problems(batch)
    slug = here.person.slug
    assert f"réf « {slug} »" in found[2][0][1]
    assert found[3] == [
        [
            "nom",
            f"ce nom est aussi, ailleurs, celui de : réf « {slug} ». Si c'est la même fiche, "
            "écrivez cette réf dans la colonne « réf ».",
        ]
    ]
    assert found[5] == [["nom", "la ligne 3 porte déjà ce nom."]]
    apply(animateur_client, Person, batch)
    assert Person.objects.filter(last_name="Roux").count() == 2


def test_namesake_at_the_organisation_of_a_service_is_a_duplicate(animateur_client):
    service = PositionFactory(person__first_name="Léa", person__last_name="Roux").actor
    region = ActorFactory(name="La région")
    service.parents.add(region)

    batch = send(animateur_client, Person, "nom;prénom;acteur\nRoux;Léa;La région\n")

    assert states(batch) == {2: "duplicate"}


def test_job_is_changed_in_place_and_keeps_what_the_file_does_not_say(animateur_client):
    position = PositionFactory(title="chargée", since="2019", is_elected=True)
    slug = position.person.slug

    batch = send(animateur_client, Person, f"réf;fonction\n{slug};directrice\n")
    apply(animateur_client, Person, batch)

    changed = Position.objects.get()
    assert (changed.pk, changed.title) == (position.pk, "directrice")
    assert (changed.actor, changed.since, changed.is_elected) == (
        position.actor,
        PartialDate.parse("2019"),
        True,
    )
    take_back(animateur_client, Person, batch)
    assert Position.objects.get().title == "chargée"


def test_job_keeps_what_was_saved_while_it_is_changed(animateur_client, monkeypatch):
    person = PositionFactory(title="élue", since="2019").person
    batch = send(animateur_client, Person, f"réf;nom;fonction\n{person.slug};Roux;maire\n")
    before = applying._change

    def meanwhile(*args):
        Position.objects.update(until=PartialDate.parse("2024"))
        return before(*args)

    monkeypatch.setattr(applying, "_change", meanwhile)
    apply(animateur_client, Person, batch)

    position = Position.objects.get()
    assert (position.title, position.until.as_input) == ("maire", "2024")


def test_jobs_of_who_has_several_are_not_written(animateur_client):
    person = PersonFactory()
    PositionFactory(person=person, title="maire")
    PositionFactory(person=person, title="présidente")

    batch = send(animateur_client, Person, f"réf;fonction\n{person.slug};conseillère\n")

    assert problems(batch) == {
        2: [
            [
                "fonction ou mandat",
                "plusieurs fonctions se modifient dans la page de la fiche, pas dans un tableau.",
            ]
        ]
    }


def test_second_actor_in_a_cell_is_refused_and_replaces_no_first(animateur_client):
    position, other = PositionFactory(), ActorFactory()
    cell = f"{position.actor.slug} | B [{other.slug}]"

    batch = send(animateur_client, Person, f"réf;acteur\n{position.person.slug};{cell}\n")

    assert problems(batch) == {
        2: [
            [
                "acteur",
                "une seule valeur ici : plusieurs fonctions se modifient dans la page de la "
                "fiche, pas dans un tableau.",
            ]
        ]
    }


def test_job_that_says_nothing_or_ends_before_it_starts_is_refused(animateur_client):
    ended = PositionFactory(until="2020")
    emptied = PositionFactory()
    alone = PersonFactory()

    batch = send(
        animateur_client,
        Person,
        "réf;nom;fonction;acteur;depuis\n"
        f"{ended.person.slug};Un;chargée de mission;{ended.actor.slug};2022\n"
        f"{emptied.person.slug};Deux;;;\n"
        f"{alone.slug};Trois;;;2022\n",
    )

    assert problems(batch) == {
        2: [["", "La fin précède le début."]],
        3: [
            ["", "une fonction ne se retire pas par un tableau, mais dans la page de la personne."]
        ],
        4: [["", "Indiquez une fonction ou un acteur."]],
    }


def test_taking_back_removes_people_created_and_jobs_added(animateur_client):
    person = PersonFactory()
    actor = ActorFactory()
    text = (
        "réf;nom;fonction;acteur;depuis\n"
        f"{person.slug};{person.last_name};maire;{actor.slug};2020\n"
        f";Neuve;;{actor.slug};\n"
    )
    batch = apply(animateur_client, Person, send(animateur_client, Person, text))
    assert Position.objects.count() == 2

    take_back(animateur_client, Person, batch)

    assert Person.objects.get() == person
    assert not Position.objects.exists()


def test_taking_back_keeps_a_job_completed_or_referred_to_since(animateur_client):
    completed, contact = PersonFactory(), PersonFactory()
    text = f"réf;nom;fonction\n{completed.slug};A;maire\n{contact.slug};B;maire\n;C;maire\n"
    batch = apply(animateur_client, Person, send(animateur_client, Person, text))
    completed.positions.update(is_elected=True)
    InitiativeFactory(contact=contact.positions.get())
    InitiativeFactory(contact=Position.objects.get(person__last_name="C"))

    take_back(animateur_client, Person, batch)

    assert Position.objects.count() == 3
    referred = "d'autres fiches renvoient à sa fonction."
    assert problems(batch) == {
        2: [["fonction ou mandat", "sa fonction a été modifiée depuis."]],
        3: [["fonction ou mandat", referred]],
        4: [["", referred]],
    }


def account_of(person):
    Person.objects.filter(pk=person.pk).update(user=UserFactory())


def phone_of(person):
    Person.objects.filter(pk=person.pk).update(phone="+33 5 56 00 00 00")


@pytest.mark.parametrize("give", [account_of, phone_of])
def test_taking_back_keeps_a_person_completed_since(animateur_client, give):
    text = "nom;fonction\nDurand;maire\nRoux;maire\n"
    batch = apply(animateur_client, Person, send(animateur_client, Person, text))
    person = Person.objects.get(last_name="Durand")
    give(person)

    take_back(animateur_client, Person, batch)

    assert Person.objects.get() == person
    assert problems(batch) == {2: [["", "modifiée depuis."]]}


def test_export_of_people_takes_the_same_queries_at_1_and_30(animateur_client):
    PositionFactory()
    with CaptureQueriesContext(connection) as one:
        export(animateur_client, Person)
    PositionFactory.create_batch(29)
    with CaptureQueriesContext(connection) as thirty:
        export(animateur_client, Person)

    assert len(thirty) == len(one)


def test_preview_of_people_reads_tables_as_often_at_1_and_30(client, db):
    user, mine, _ = people_of_two_territories()
    client.force_login(user)
    PositionFactory.create_batch(29, actor=mine)

    def queries(people):
        rows = "".join(
            f"{person.slug};Neuf{person.pk};;{mine.slug};a@example.org\n"
            f";{person.last_name};{person.first_name};{mine.slug};a@example.org\n"
            for person in people
        )
        with CaptureQueriesContext(connection) as context:
            batch = send(client, Person, "réf;nom;prénom;acteur;e-mail\n" + rows)
        assert counts(batch) == {"changed": len(people), "duplicate": len(people)}
        # A rule is checked by a query that reads no table.
        return sum(" FROM " in query["sql"] for query in context.captured_queries)

    people = list(Person.objects.exclude(slug="autre").order_by("pk"))
    assert queries(people[:1]) == queries(people)


# Private data and perimeters


def viewer(*codenames):
    user = UserFactory(is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    return user


def test_export_to_who_may_only_view_holds_no_private_column(client, db):
    PersonFactory(last_name="Roux", email="lea@example.org", phone="0600000000")
    client.force_login(viewer("view_person"))

    content = export(client, Person).decode()

    assert "Roux" in content
    assert "lea@example.org" not in content
    assert "0600000000" not in content
    assert "e-mail" not in content


def people_of_two_territories():
    mandate = MandateFactory()
    mine = ActorTerritoryFactory(territory=mandate.territory).actor
    other = ActorTerritoryFactory(territory=TerritoryFactory(name="Ailleurs")).actor
    for actor, name in ((mine, "mienne"), (other, "autre")):
        PositionFactory(
            actor=actor,
            person__slug=name,
            person__first_name="",
            person__last_name=name,
            person__email=f"{name}@example.org",
            person__email_is_public=True,
            person__phone="0600000000",
        )
    return mandate.user, mine, other


def test_private_cells_of_people_out_of_the_perimeter_are_empty_and_change_nothing(client, db):
    user, _, _ = people_of_two_territories()
    client.force_login(user)

    response = client.get(page(Person, "export_file", "csv"), {"perimetre": "tout"})
    content = b"".join(response.streaming_content)
    batch = send(client, Person, content)

    assert b"mienne@example.org" in content
    assert b"autre@example.org" not in content
    assert content.count(b"0600000000") == 1
    assert counts(batch) == {"unchanged": 2}


@pytest.mark.parametrize("address", ["autre@example.org", "essai@example.org"])
def test_guessing_the_address_of_somebody_out_of_the_perimeter_tells_nothing(client, db, address):
    user, _, other = people_of_two_territories()
    client.force_login(user)

    batch = send(
        client,
        Person,
        f"réf;nom;acteur;e-mail\nautre;autre;{other.slug};{address}\n;autre;{other.slug};{address}\n",
    )

    assert states(batch) == {2: "refused", 3: "duplicate"}
    assert problems(batch)[2] == [["", "vous n'avez pas le droit de modifier cette fiche."]]
    assert "example.org" not in str(problems(batch))


def test_rows_of_people_out_of_the_perimeter_are_refused(client, db):
    user, mine, other = people_of_two_territories()
    client.force_login(user)
    text = (
        "réf;nom;acteur\n"
        f"mienne;Changée;{mine.slug}\n"
        f"autre;Volée;{other.slug}\n"
        f";Neuve ici;{mine.slug}\n"
        f";Neuve ailleurs;{other.slug}\n"
    )

    batch = send(client, Person, text)
    assert counts(batch) == {"changed": 1, "refused": 1, "created": 2}
    client.post(page(Person, "import_apply", batch.pk))

    names = set(Person.objects.values_list("last_name", flat=True))
    assert names == {"Changée", "autre", "Neuve ici"}
    assert problems(batch)[5] == [["", "cette fiche serait hors de votre périmètre."]]


def test_jobs_have_no_column_for_who_may_not_write_them(client, db):
    client.force_login(viewer("view_person", "change_person", "add_person", "view_position"))

    batch = send(client, Person, "nom;fonction\nRoux;maire\n")

    assert "positions__title" not in batch.mapping
    assert b"fonction ou mandat" not in export(client, Person)


def test_private_values_are_forgotten_with_the_file(animateur_client):
    person = PersonFactory(email="avant@example.org")
    text = f"réf;nom;e-mail\n{person.slug};Roux;apres@example.org\n"
    batch = apply(animateur_client, Person, send(animateur_client, Person, text))
    ImportBatch.objects.update(sent_at="2020-01-01T00:00Z")

    ImportBatch.objects.forget_files()

    assert set(ImportRow.objects.get(batch=batch).changes) == {"last_name"}


def test_who_may_only_add_people_learns_nothing_of_those_known(client, db):
    PersonFactory(first_name="Léa", last_name="Roux", slug="lea")
    client.force_login(viewer("add_person"))

    batch = send(client, Person, "réf;nom;prénom\n;Roux;Léa\nlea;Roux;Léa\nlex;Roux;Léa\n")

    assert states(batch) == {2: "created", 3: "refused", 4: "refused"}
    assert "vouliez-vous" not in str(problems(batch))
