"""What initiatives hold in rows, in spreadsheets of their own."""

import pytest
from django.urls import reverse

from initiatives.models import (
    Initiative,
    InitiativeFigure,
    InitiativeLink,
    Involvement,
    Step,
)
from tests.factories import (
    ActorFactory,
    InitiativeFactory,
    InitiativeFigureFactory,
    InitiativeLinkFactory,
    InvolvementFactory,
    MandateFactory,
    SourceFactory,
    StepFactory,
    TerritoryFactory,
)
from tests.importing import apply, counts, export, page, problems, send, take_back

ROWS = [Involvement, Step, InitiativeFigure, InitiativeLink]
each_kind = pytest.mark.parametrize("model", ROWS, ids=lambda model: model.__name__)


@pytest.fixture
def filled(db):
    """Two initiatives of one title, with a row of each kind."""
    for initiative in InitiativeFactory.create_batch(2, title="Le garage"):
        InvolvementFactory(initiative=initiative, actor=ActorFactory(), amount="1500.50", count=3)
        StepFactory(initiative=initiative, date="fin mars 2021", label="Ouverture")
        InitiativeFigureFactory(initiative=initiative, source=SourceFactory(), as_of="2020")
        InitiativeLinkFactory(initiative=initiative)


def garage(**values):
    return InitiativeFactory(title="Le garage", slug="le-garage", **values)


@pytest.mark.parametrize("extension", ["csv", "xlsx", "ods"])
@each_kind
def test_export_is_an_import_that_changes_nothing(animateur_client, filled, model, extension):
    sent = export(animateur_client, model, extension)

    batch = send(animateur_client, model, sent, f"f.{extension}")

    assert counts(batch) == {"unchanged": 2}


@each_kind
def test_export_without_its_numbers_changes_nothing_either(animateur_client, filled, model):
    lines = export(animateur_client, model).decode().splitlines()
    sent = "\n".join(line.partition(";")[2] for line in lines)

    assert counts(send(animateur_client, model, sent)) == {"unchanged": 2}


def test_parties_are_added_by_the_ref_or_the_title_of_their_initiative(animateur_client, db):
    initiative, actor = garage(), ActorFactory(name="Le PLIE")
    sent = (
        "réf de l'initiative;rôle;structure;désignation;nombre;montant\n"
        "le-garage;porteur;Le PLIE;;;\n"
        "Le garage;financeur;;bailleurs sociaux;3;1 500,50\n"
    )

    batch = apply(animateur_client, Involvement, send(animateur_client, Involvement, sent))

    assert counts(batch) == {"created": 2}
    carrier, funder = initiative.involvements.order_by("pk")
    assert (carrier.role, carrier.actor, carrier.label) == ("carrier", actor, "")
    assert (funder.role, funder.name, str(funder.amount)) == (
        "funder",
        "3 bailleurs sociaux",
        "1500.50",
    )
    assert carrier.history.get().history_user is not None
    assert counts(send(animateur_client, Involvement, sent)) == {"unchanged": 2}


def test_designation_in_other_capitals_is_a_probable_duplicate(animateur_client, db):
    InvolvementFactory(initiative=garage(), role="partner", actor=None, label="Bailleurs sociaux")
    sent = (
        "initiative;rôle;désignation\n"
        "le-garage;partenaire;bailleurs sociaux\n"
        "le-garage;partenaire;Des voisins\n"
        "le-garage;partenaire;des Voisins\n"
        "le-garage;porteur;des voisins\n"
    )

    batch = send(animateur_client, Involvement, sent)

    states = {row.line: row.state for row in batch.rows.all()}
    assert states == {2: "duplicate", 3: "created", 4: "duplicate", 5: "created"}


def test_row_is_changed_by_its_number_and_put_back(animateur_client, db):
    step = StepFactory(initiative=garage(), date="2020", label="Ouverture")
    sent = f"réf;initiative;date;étape\n{step.pk};le-garage;mars 2021;Inauguration\n"

    batch = apply(animateur_client, Step, send(animateur_client, Step, sent))
    step.refresh_from_db()
    assert (counts(batch), step.label, step.date.as_input) == (
        {"changed": 1},
        "Inauguration",
        "03/2021",
    )

    take_back(animateur_client, Step, batch)
    step.refresh_from_db()
    assert (step.label, step.date.as_input) == ("Ouverture", "2020")


def test_rows_added_are_taken_back(animateur_client, db):
    kept = InitiativeLinkFactory(initiative=garage())
    sent = "initiative;type;titre;adresse web\nle-garage;page web;Le site;https://example.org/\n"
    batch = apply(animateur_client, InitiativeLink, send(animateur_client, InitiativeLink, sent))
    assert InitiativeLink.objects.count() == 2

    take_back(animateur_client, InitiativeLink, batch)

    assert InitiativeLink.objects.get() == kept


def test_row_completed_since_is_not_taken_back(animateur_client, db):
    garage()
    text = "initiative;rôle;ou désignation\nle-garage;partenaire;Bailleurs\n"
    batch = apply(animateur_client, Involvement, send(animateur_client, Involvement, text))
    Involvement.objects.update(note="Une longue note, écrite depuis.")

    take_back(animateur_client, Involvement, batch)

    assert Involvement.objects.exists()
    assert problems(batch) == {2: [["", "modifiée depuis."]]}


@pytest.mark.parametrize(
    ("row", "column", "message"),
    [
        ("inconnue;porteur;;Une ville", "initiative", "n'est le nom d'aucune fiche"),
        (";porteur;;Une ville", "initiative", "il manque une valeur."),
        ("le-garage;capitaine;;Une ville", "rôle", "capitaine"),
        ("le-garage;porteur;;", "", "Choisissez un acteur, ou donnez une désignation."),
        ("le-garage;porteur;Personne;", "acteur", "n'est le nom d'aucun acteur du site"),
    ],
)
def test_bad_row_is_refused_at_its_cell(animateur_client, db, row, column, message):
    garage()

    batch = send(animateur_client, Involvement, f"initiative;rôle;acteur;ou désignation\n{row}\n")

    assert counts(batch) == {"refused": 1}
    [[told, reason]] = problems(batch)[2]
    assert told == column
    assert message in reason


@pytest.mark.parametrize("reached", ["ada@example.org", "Ada (at) example.org", "06 12 34 56 78"])
@pytest.mark.parametrize(
    ("model", "headers", "column"),
    [
        (Involvement, "initiative;rôle;ou désignation", "ou désignation"),
        (Involvement, "initiative;rôle;précision;ou désignation", "précision"),
        (Step, "initiative;date;étape", "étape"),
        (InitiativeFigure, "initiative;valeur;libellé", "libellé"),
    ],
)
def test_what_is_short_and_public_tells_no_address_nor_telephone(
    animateur_client, db, model, headers, column, reached
):
    garage()
    cells = {"initiative": "le-garage", "rôle": "porteur", "valeur": "3", "date": "2021"}
    cells |= {"ou désignation": "Une ville", column: f"Ada, {reached}"}
    row = ";".join(cells[header] for header in headers.split(";"))

    batch = send(animateur_client, model, f"{headers}\n{row}\n")

    [[told, reason]] = problems(batch)[2]
    assert (told, "serait ici lu de tous" in reason) == (column, True)


@pytest.mark.parametrize("reference", ["999999", "x", "9" * 30])
def test_unknown_number_is_refused(animateur_client, db, reference):
    garage()
    sent = f"réf;initiative;date;étape\n{reference};le-garage;2021;Ouverture\n"

    batch = send(animateur_client, Step, sent)

    assert counts(batch) == {"refused": 1}
    assert "n'est la réf d'aucune fiche" in problems(batch)[2][0][1]


def test_two_initiatives_of_one_title_want_a_ref(animateur_client, filled):
    sent = "initiative;date;étape\nLe garage;2021;Ouverture\n"

    batch = send(animateur_client, Step, sent)

    assert "plusieurs fiches" in problems(batch)[2][0][1]


# Perimeters


@pytest.fixture
def mandate(db):
    return MandateFactory(role="animateur")


def test_rows_are_written_within_the_perimeter_alone(client, mandate):
    mine, other = garage(), InitiativeFactory(title="Ailleurs", slug="ailleurs")
    mine.territories.add(mandate.territory)
    other.territories.add(TerritoryFactory())
    theirs = StepFactory(initiative=other, date="2020", label="Ouverture")
    client.force_login(mandate.user)
    sent = (
        "réf;initiative;date;étape\n"
        ";le-garage;2021;Ouverture\n"
        ";ailleurs;2021;Fermeture\n"
        f"{theirs.pk};ailleurs;2022;Ouverture\n"
        f"{theirs.pk};le-garage;2020;Ouverture\n"
    )

    batch = send(client, Step, sent)

    assert counts(batch) == {"created": 1, "refused": 3}
    apply(client, Step, batch)
    assert list(Step.objects.values_list("initiative__slug", "label").order_by("pk")) == [
        ("ailleurs", "Ouverture"),
        ("le-garage", "Ouverture"),
    ]


def test_initiative_that_leaves_the_perimeter_meanwhile_takes_no_row(client, mandate):
    mine = garage()
    mine.territories.add(mandate.territory)
    client.force_login(mandate.user)
    batch = send(client, Step, "initiative;date;étape\nle-garage;2021;Ouverture\n")
    mine.territories.set([TerritoryFactory()])

    apply(client, Step, batch)

    assert not Step.objects.exists()


@pytest.mark.parametrize(("role", "status"), [("reader", 403), ("animateur", 200)])
@each_kind
def test_who_may_change_initiatives_imports_their_rows(client, db, model, role, status):
    territory = {"territory": None} if role == "reader" else {}
    client.force_login(MandateFactory(role=role, **territory).user)

    assert client.get(page(model, "import")).status_code == status
    assert client.get(page(model, "export")).status_code == 200


# Finding it


@each_kind
def test_pages_of_initiatives_lead_to_the_tables_of_their_rows(animateur_client, db, model):
    for name in ("import", "export"):
        html = animateur_client.get(page(Initiative, name)).text

        assert f'href="{page(model, name)}"' in html
        assert f'href="{page(Initiative, name)}"' in animateur_client.get(page(model, name)).text


def test_export_holds_the_rows_of_the_list_that_one_looks_at(animateur_client, filled):
    StepFactory(initiative=InitiativeFactory(title="Une ressourcerie"), label="Fermeture")

    response = animateur_client.get(page(Step, "export_file", "csv"), {"q": "ressourcerie"})
    text = b"".join(response.streaming_content).decode()

    assert text.count("\r\n") == 2
    assert "Fermeture" in text


def test_preview_leads_to_the_initiative_of_a_row(animateur_client, filled):
    batch = send(animateur_client, Step, export(animateur_client, Step))
    step = Step.objects.first()

    html = animateur_client.get(page(Step, "import_batch", batch.pk)).text

    assert reverse("admin:initiatives_initiative_change", args=[step.initiative_id]) in html
