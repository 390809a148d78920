"""What a file would do, before anything is written."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from coopemploi.imports import applying, readers, tasks
from coopemploi.imports.models import ImportBatch, ImportRow
from coopemploi.vocabulary.models import Theme
from initiatives.models import Initiative
from tests.coopemploi.imports.initiatives import address, apply, downloaded, send
from tests.factories import (
    GlossaryTermFactory,
    InitiativeFactory,
    SchemeFactory,
    TerritoryFactory,
    ThemeFactory,
)
from tests.importing import counts, problems

STATES = ImportRow.State


def test_preview_tells_new_changed_unchanged_and_refused_rows_apart(animateur_client):
    InitiativeFactory(slug="une", title="Une", stage="idea")
    InitiativeFactory(slug="deux", title="Deux", stage="idea")

    batch = send(
        animateur_client,
        "réf;titre;avancement\nune;Une;en projet\ndeux;Deux;idée\n;Trois;idée\n;Quatre;en panne\n",
    )

    assert counts(batch) == {"changed": 1, "unchanged": 1, "created": 1, "refused": 1}
    changed = batch.rows.get(state=STATES.CHANGED)
    assert changed.changes == {"stage": ["idea", "planned", "idée", "en projet"]}
    assert Initiative.objects.count() == 2


def test_error_is_said_at_its_cell_with_the_nearest_value(animateur_client):
    ThemeFactory(name="Mobilité")
    send(animateur_client, "titre;avancement;thématiques\nA;en cours de route;Mobilité douce\n")

    html = animateur_client.get(address("import_batch", ImportBatch.objects.get().pk))

    text = html.content.decode()
    assert "ligne 2, colonne Avancement\xa0: «\xa0en cours de route\xa0» n" in text
    assert "vouliez-vous dire «\xa0en cours\xa0»\xa0?" in text
    assert "vouliez-vous dire «\xa0Mobilité\xa0»\xa0?" in text


@pytest.mark.parametrize(
    ("cell", "found", "remarks"),
    [
        ("mobilite", ["Mobilité"], []),
        ("Mobilités", ["Mobilité"], ["« Mobilités » : compris « Mobilité »."]),
        ("aller vers", ["Aller-vers"], []),
        (
            "mobilté, allers-vers | Santé",
            ["Aller-vers", "Mobilité", "Santé"],
            [
                "« mobilté » : compris « Mobilité ».",
                "« allers-vers » : compris « Aller-vers ».",
            ],
        ),
    ],
)
def test_term_written_nearly_is_understood_and_said(animateur_client, cell, found, remarks):
    for name in ("Mobilité", "Aller-vers", "Santé"):
        ThemeFactory(name=name)

    batch = send(animateur_client, f"titre;thématiques\nA;{cell}\n")

    assert [message for _, message in batch.rows.get().problems] == remarks
    apply(animateur_client, batch)
    themes = Initiative.objects.get().themes
    assert sorted(themes.values_list("name", flat=True)) == sorted(found)
    assert Theme.objects.count() == 3


def test_rows_that_are_written_with_a_remark_are_read_together(animateur_client):
    ThemeFactory(name="Mobilité")
    batch = send(
        animateur_client,
        "titre;avancement;thématiques\n"
        "A;;Mobilités\nB;;Mobilité\nC;en panne;Mobilités\nD;;Mobilités\n",
    )
    page = address("import_batch", batch.pk)

    before = animateur_client.get(page + "?etat=remarked")
    apply(animateur_client, batch)
    after = animateur_client.get(page + "?etat=remarked")

    for told in (before, after):
        assert [line["row"].line for line in told.context["rows"]] == [2, 5]
        assert "2 lignes portent une remarque" in told.text
    assert 'href="?etat=remarked"' not in before.text
    assert 'href="?etat=remarked">2 lignes portent une remarque</a>, à relire.' in (
        animateur_client.get(page).text
    )


def test_scheme_is_known_by_what_the_glossary_calls_it(animateur_client):
    scheme = SchemeFactory(name="Contrat de ville", acronym="")
    GlossaryTermFactory(term="CV", aliases=["Quartiers 2030"], scheme=scheme)
    GlossaryTermFactory(term="Emploi franc", scheme=None)

    batch = send(
        animateur_client, "titre;dispositif\nA;quartiers 2030 | contrat de ville\nB;Emploi franc\n"
    )

    assert problems(batch)[2] == [
        ["dispositifs", "« quartiers 2030 » : compris « Contrat de ville »."]
    ]
    assert counts(batch) == {"created": 1, "refused": 1}
    apply(animateur_client, batch)
    assert Initiative.objects.get().schemes.get() == scheme


@pytest.mark.parametrize(
    "cell", ["Mobilité douce", "moins de 27 ans", "Sante mentale", "Formatien", "Emploi"]
)
def test_term_in_doubt_is_refused(animateur_client, cell):
    for name in ("Mobilité", "moins de 26 ans", "Santé", "Formation", "Formatie"):
        ThemeFactory(name=name)

    batch = send(animateur_client, f"titre;thématiques\nA;{cell}\n")

    [[[column, message]]] = problems(batch).values()
    assert (column, f"« {cell} » n'est le nom" in message) == ("thématiques", True)
    assert Theme.objects.count() == 5


def test_counts_agree_with_what_is_done_or_will_be(animateur_client):
    text = "titre;avancement\nUne;\nDeux;\nTrois;en panne\n"
    batch = send(animateur_client, text)

    def labels():
        tabs = animateur_client.get(address("import_batch", batch.pk)).context["tabs"]
        return [f"{count} {label}" for _, count, label in tabs if count]

    assert labels() == ["1 refusée", "2 à créer"]
    apply(animateur_client, batch)
    assert labels() == ["1 refusée", "2 créées"]


def test_missing_title_and_too_long_text_are_refused(animateur_client):
    batch = send(animateur_client, f"titre;résumé\n;B\nC;{'x' * 601}\n")

    assert problems(batch) == {
        2: [["titre", "il manque une valeur."]],
        3: [["résumé", "601 caractères, 600 au plus."]],
    }


def test_cell_in_error_and_cut_text_are_refused(animateur_client):
    batch = send(animateur_client, f"titre;résumé;thématiques\nA;#N/A;#REF!\nB;{'x' * 32767};\n")

    assert [label for label, _ in problems(batch)[2]] == ["résumé", "thématiques"]
    assert "erreur de calcul" in problems(batch)[2][0][1]
    assert "il est coupé" in problems(batch)[3][0][1]


def test_unknown_ref_is_refused_with_the_nearest(animateur_client):
    InitiativeFactory(slug="garage-solidaire", title="Garage")

    batch = send(animateur_client, "réf;titre\ngarage-solidair;Garage\n")

    ((label, message),) = problems(batch)[2]
    assert label == "réf"
    assert "vouliez-vous dire « garage-solidaire » ?" in message


def test_ref_written_twice_is_refused_the_second_time(animateur_client):
    InitiativeFactory(slug="une", title="Une")

    batch = send(animateur_client, "réf;titre\nune;Autre\nune;Encore\n")

    assert problems(batch) == {3: [["réf", "la ligne 2 parle déjà de cette fiche."]]}


def test_row_of_a_ref_alone_is_said_to_be_left(animateur_client):
    InitiativeFactory(slug="une", title="Une", summary="Un résumé.")
    InitiativeFactory(slug="deux", title="Deux", summary="")

    batch = send(animateur_client, "réf;résumé\nune;\ndeux;\nEXEMPLE;\n")

    assert counts(batch) == {"refused": 1, "unchanged": 1}
    assert problems(batch) == {2: [["", "hors sa réf, cette ligne est vide : elle n'est pas lue."]]}


def test_row_is_never_matched_by_its_name_alone(animateur_client):
    InitiativeFactory(slug="une", title="Une démarche", stage="idea")

    batch = send(animateur_client, "titre;avancement\nUNE DEMARCHE;en projet\nNeuve;\nneuve;\n")

    assert counts(batch) == {"duplicate": 2, "created": 1}
    assert "réf « une »" in problems(batch)[2][0][1]
    assert problems(batch)[4] == [["titre", "la ligne 3 porte déjà ce nom."]]
    apply(animateur_client, batch)
    assert sorted(Initiative.objects.values_list("title", "stage")) == [
        ("Neuve", ""),
        ("Une démarche", "idea"),
    ]


def test_duplicate_is_created_once_ticked(animateur_client):
    InitiativeFactory(title="Une démarche", stage="idea")
    batch = send(animateur_client, "titre;avancement\nUne démarche;en projet\n")

    animateur_client.post(
        address("import_duplicates", batch.pk), {"shown": ["2"], "wanted": ["2", "x", "9" * 30]}
    )
    apply(animateur_client, batch)

    assert counts(batch) == {"created": 1}
    assert list(Initiative.objects.order_by("pk").values_list("slug", "stage")) == [
        ("une-demarche", "idea"),
        ("une-demarche-2", "planned"),
    ]


def test_empty_cell_empties_and_missing_column_is_left(animateur_client):
    InitiativeFactory(slug="une", title="Une", stage="idea", summary="Un résumé")

    apply(animateur_client, send(animateur_client, "réf;titre;avancement\nune;Une;\n"))

    assert Initiative.objects.values_list("stage", "summary").get() == ("", "Un résumé")


def test_place_is_found_by_ref_or_name_and_doubt_gives_candidates(animateur_client):
    TerritoryFactory(name="Dax", code="40088", kind="commune")
    TerritoryFactory(name="Saint-Denis", code="93066", kind="commune")
    TerritoryFactory(name="Saint-Denis", code="97411", kind="commune")

    batch = send(
        animateur_client,
        "titre;territoires\nA;Dax\nB;commune:40088 | commune:93066\nC;Saint-Denis\n",
    )

    assert counts(batch) == {"created": 2, "refused": 1}
    message = problems(batch)[4][0][1]
    assert "Saint-Denis [commune:93066]" in message
    assert "Saint-Denis [commune:97411]" in message


def test_preview_takes_the_same_queries_at_1_and_30_rows(animateur_client):
    theme = ThemeFactory(name="Mobilité")
    place = TerritoryFactory(name="Dax", code="40088", kind="commune")
    for number in range(30):
        initiative = InitiativeFactory(slug=f"n-{number}", title=f"N {number}")
        initiative.themes.add(theme)
        initiative.territories.add(place)

    def count(size):
        rows = "".join(f"n-{n};Neuf {n};Mobilité;commune:40088\n" for n in range(size))
        rows += "".join(f";Créé {n};Mobilité;commune:40088\n" for n in range(size))
        batch = send(animateur_client, f"réf;titre;thématiques;territoires\n{rows}")
        with CaptureQueriesContext(connection) as queries:
            applying.check(batch, checker=tasks.checker_of(batch))
        assert counts(batch) == {"changed": size, "created": size}
        return len(queries)

    count(1)
    assert count(30) == count(1)


@pytest.mark.parametrize("query", ["?etat=rien", "?page=99", "?page=x", "?etat=%00"])
def test_list_of_rows_that_does_not_exist_is_not_found(animateur_client, query):
    batch = send(animateur_client, "titre\nNeuve\n")

    assert animateur_client.get(address("import_batch", batch.pk) + query).status_code == 404


def test_reason_names_the_columns_as_the_file_does(animateur_client):
    text = "Nom du projet;Commune;Département;Avancement\nUne;Nulle part;Landes;en panne\n"
    batch = send(animateur_client, text)

    page = animateur_client.get(address("import_batch", batch.pk))
    content = downloaded(animateur_client.get(address("import_refused", batch.pk)))

    assert [line["problems"] for line in page.context["rows"]] == [
        [
            f"colonne {column} : {message}"
            for column, (_, message) in zip(
                ("Avancement", "Commune, Département (territoires)"),
                problems(batch)[2],
                strict=True,
            )
        ]
    ]
    [_, row] = readers.read_rows(content)
    assert "Colonne Commune, Département (territoires) : « Nulle part »" in row[1][-1]


def test_reason_names_our_columns_once_the_file_is_forgotten(animateur_client):
    batch = send(animateur_client, "titre;Commune\nUne;Nulle part\n")
    ImportBatch.objects.update(table=None)

    page = animateur_client.get(address("import_batch", batch.pk))

    assert page.context["rows"][0]["problems"][0].startswith("colonne Territoires : ")
