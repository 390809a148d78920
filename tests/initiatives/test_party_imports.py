"""Who takes part in an initiative, in the table of initiatives."""

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from coopemploi.imports import applying, tasks
from coopemploi.imports.lookups import Lookup
from initiatives.imports import InitiativeImport
from initiatives.models import Initiative, Involvement
from tests.factories import (
    ActorFactory,
    InitiativeFactory,
    InvolvementFactory,
    MandateFactory,
    TerritoryFactory,
    UserFactory,
)
from tests.importing import apply, counts, export, problems, send, take_back

Role = Involvement.Role
pytestmark = pytest.mark.django_db


@pytest.fixture
def plie():
    return ActorFactory(name="Le PLIE", slug="le-plie")


@pytest.fixture
def garage(plie):
    """An initiative with a party of each sort."""
    initiative = InitiativeFactory(title="Le garage", slug="le-garage")
    for number, values in enumerate(
        [
            {"actor": plie},
            {"actor": None, "label": "bailleurs sociaux"},
            {"actor": None, "label": "EPCI", "count": 5, "role": Role.PARTNER},
            {"role": Role.FUNDER, "actor__name": "La Région", "amount": "1500.50"},
        ],
        start=1,
    ):
        InvolvementFactory(initiative=initiative, order=number, **values)
    return initiative


def told(initiative):
    """What the rows of an initiative say, in their order."""
    return [
        (row.role, row.actor and row.actor.name, row.label, row.count, row.order)
        for row in initiative.involvements.select_related("actor")
    ]


def change(client, text):
    return apply(client, Initiative, send(client, Initiative, text))


# What a cell says


@pytest.mark.parametrize(
    ("cell", "parties"),
    [
        ("Le PLIE", [("Le PLIE", "", None)]),
        ("le-plie", [("Le PLIE", "", None)]),
        ("LE PLIE [le-plie]", [("Le PLIE", "", None)]),
        ("PLIE du Bassin", [("Le PLIE", "", None)]),
        ("123 456 789 00012", [("Le PLIE", "", None)]),
        ("bailleurs sociaux", [(None, "bailleurs sociaux", None)]),
        ("5 EPCI", [(None, "EPCI", 5)]),
        ("60 000 Rebonds", [(None, "60 000 Rebonds", None)]),
        ("3 Euro Info Centres", [(None, "Euro Info Centres", 3)]),
        ("15 km de Dax", [(None, "km de Dax", 15)]),
        ("Fonds @home", [(None, "Fonds @home", None)]),
        ("SIRET 012 345 678 00012", [(None, "SIRET 012 345 678 00012", None)]),
        ("2 Euro-districts", [(None, "Euro-districts", 2)]),
        ("Le PLIE | CREPI|5 EPCI", [("Le PLIE", "", None), ("CREPI", "", None), (None, "EPCI", 5)]),
        ("CREPI ; Le PLIE", [("CREPI", "", None), ("Le PLIE", "", None)]),
        ("CREPI, Le PLIE", [("CREPI", "", None), ("Le PLIE", "", None)]),
        ("CREPI, des voisins", [(None, "CREPI, des voisins", None)]),
        ("Le PLIE | le plie", [("Le PLIE", "", None)]),
        (
            "Bailleurs sociaux | 5 EPCI | bailleurs sociaux | 5 epci | 3 EPCI",
            [(None, "Bailleurs sociaux", None), (None, "EPCI", 5), (None, "EPCI", 3)],
        ),
        ("-", []),
        ("", []),
    ],
)
def test_cell_names_actors_and_designations(animateur_client, plie, cell, parties):
    plie.aliases, plie.siren = ["PLIE du Bassin"], "123456789"
    plie.save()
    ActorFactory(name="CREPI")

    batch = change(animateur_client, f'titre;Porteur(s)\nLe garage;"{cell}"\n')

    assert counts(batch) == {"created": 1}
    rows = told(Initiative.objects.get())
    assert [row[1:4] for row in rows] == parties
    assert {row[0] for row in rows} <= {Role.CARRIER}


@pytest.mark.parametrize(
    ("header", "role"),
    [
        ("Porteur", Role.CARRIER),
        ("Porteur du projet", Role.CARRIER),
        ("Structure porteuse", Role.CARRIER),
        ("Pilotage", Role.PILOT),
        ("Co-pilote", Role.CO_PILOT),
        ("Partenaires", Role.PARTNER),
        ("Principaux partenaires :", Role.PARTNER),
        ("Financeurs", Role.FUNDER),
        ("Financement (€)", Role.FUNDER),
        ("Inspiré de", Role.INSPIRED_BY),
    ],
)
def test_column_is_known_by_what_people_call_a_role(animateur_client, header, role):
    change(animateur_client, f"Titre;{header}\nLe garage;Une mairie\n")

    assert told(Initiative.objects.get()) == [(role, None, "Une mairie", None, 0)]


def test_name_of_two_actors_is_refused_with_their_refs(animateur_client, plie):
    ActorFactory(name="Le PLIE", slug="autre-plie")

    batch = send(animateur_client, Initiative, "titre;porteurs\nA;Le PLIE | Une mairie\n")

    assert problems(batch) == {
        2: [
            [
                "porteurs",
                "« Le PLIE » est le nom de plusieurs fiches « acteur » : écrivez l'une de "
                "celles-ci, avec sa réf : Le PLIE [autre-plie] ; Le PLIE [le-plie].",
            ]
        ]
    }


def test_bare_place_that_two_collectivites_may_be_is_refused(animateur_client):
    ActorFactory(name="Ville de Bordeaux", kind="commune")
    ActorFactory(name="Bordeaux Métropole", kind="epci")

    batch = send(animateur_client, Initiative, "titre;porteurs\nA;Bordeaux\nB;Mairie de Bordeaux\n")

    assert counts(batch) == {"refused": 1, "created": 1}


@pytest.mark.parametrize(
    "reached",
    [
        "ada@example.org",
        "ada (at) example.org",
        "ada @ example.org",
        "06 12 34 56 78",
        "06.12.34.56.78",
        "06/12/34/56/78",
        "06 - 12 - 34 - 56 - 78",
        "0612345678",
        "0612 345 678",
        "+33 6 12 34 56 78",
        "+33 (0)6 12 34 56 78",
        "0033 6 12 34 56 78",
        "+262 692 12 34 56",
    ],
)
def test_designation_tells_no_address_nor_telephone(animateur_client, reached):
    text = f'titre;Porteur (contact)\nA;"Ada, {reached}"\n'

    batch = send(animateur_client, Initiative, text)

    assert problems(batch) == {
        2: [
            [
                "porteurs",
                "une adresse e-mail ou un téléphone serait ici lu de tous : ôtez-les, et "
                "notez-les dans la fiche de la personne.",
            ]
        ]
    }


@pytest.mark.parametrize(
    "cell",
    [
        *(
            "15000",
            "15 000 €",
            "1,5 M€ HT",
            "1500 euros",
            "12 k€ par an",
            "15 k",
            "15k",
            "€ 15 000",
        ),
        *("15 millions d'euros", "15 000 EUR", "environ 15 000 €", "1 500 euros/an"),
    ],
)
def test_amount_is_nobody(animateur_client, cell):
    batch = send(animateur_client, Initiative, f'titre;Financement (€)\nA;"{cell}"\n')

    assert problems(batch) == {
        2: [
            [
                "financeurs",
                f"« {cell} » ne dit pas qui : un montant s'écrit dans le tableau des parties "
                "prenantes.",
            ]
        ]
    }


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("PLIE [inconnu]", "la réf « inconnu » n'est celle d'aucune fiche « acteur »."),
        ("987654321", "« 987654321 » n'est le SIREN d'aucun acteur connu."),
        (
            "987 654 321 00012",
            "« 987 654 321 00012 » n'est le SIREN d'aucun acteur connu.",
        ),
        ("#REF!", "cette cellule contient une erreur de calcul (#REF!)."),
        ("x" * 201, f"« {'x' * 40}… » : 201 caractères, 200 au plus."),
    ],
)
def test_cell_that_names_nobody_is_refused(animateur_client, cell, message):
    batch = send(animateur_client, Initiative, f"titre;porteurs\nA;{cell}\n")

    assert problems(batch) == {2: [["porteurs", message]]}


def test_preview_says_what_is_no_actor_and_what_goes(animateur_client, garage):
    ActorFactory(name="PLIE du Bassin")
    batch = send(
        animateur_client,
        Initiative,
        "réf;porteurs\n"
        "le-garage;bailleurs sociaux | Mission locale, mairie | PLIE du Bassan | 2 voisins\n",
    )

    [row] = batch.rows.all()
    assert row.problems == [
        [
            "porteurs",
            "« Mission locale, mairie », « PLIE du Bassan » (vouliez-vous dire « PLIE du Bassin » "
            "?) : aucun acteur de ces noms, gardés comme désignations. Plusieurs noms se séparent "
            "par « | ».",
        ],
        ["porteurs", "retire « Le PLIE [le-plie] »."],
    ]
    assert row.changes["involvements.carrier"][2:] == [
        "Le PLIE [le-plie] | bailleurs sociaux",
        "bailleurs sociaux | Mission locale, mairie | PLIE du Bassan | 2 voisins",
    ]
    url = reverse("admin:initiatives_initiative_import_batch", args=[batch.pk])
    html = animateur_client.get(url).text
    assert '<ul class="import-notes">' in html
    assert "colonne Porteurs\xa0: retire «\xa0Le PLIE [le-plie]\xa0»." in html


# Both ways


@pytest.mark.parametrize("extension", ["csv", "xlsx", "ods"])
def test_export_is_an_import_that_changes_nothing(animateur_client, garage, extension):
    ActorFactory(name="Le PLIE")  # two of that name
    ActorFactory(name="Ville | Pays ; [x]")
    for values in (
        {"actor": None, "label": "Ville | Pays ; [x]"},
        {"actor": None, "label": "5 EPCI"},
        {"actor": ActorFactory(name="Département"), "label": "son service social"},
        {"actor": ActorFactory(), "role": Role.FUNDER, "amount": 1},
    ):
        InvolvementFactory(initiative=garage, **values)
    twice = garage.involvements.filter(role=Role.FUNDER).first()
    InvolvementFactory(initiative=garage, actor=twice.actor, role=Role.FUNDER, amount=2)

    content = export(animateur_client, Initiative, extension)
    batch = send(animateur_client, Initiative, content, f"f.{extension}")

    assert counts(batch) == {"unchanged": 1}
    assert set(InitiativeImport.parties) < set(batch.mapping)
    assert "" not in batch.mapping


@pytest.mark.parametrize(
    "cell",
    ["bailleurs sociaux | Le PLIE", "Bailleurs Sociaux;le-plie", "Le Plie\nbailleurs sociaux"],
)
def test_same_parties_written_otherwise_change_nothing(animateur_client, garage, cell):
    batch = send(animateur_client, Initiative, f'réf;porteurs\nle-garage;"{cell}"\n')

    assert counts(batch) == {"unchanged": 1}


def test_same_file_sent_again_changes_nothing(animateur_client, plie):
    text = "titre;porteur;partenaires;financement\nA;Le PLIE;5 EPCI | Une mairie;FSE+\n"
    change(animateur_client, text)

    assert Involvement.objects.count() == 4
    assert counts(send(animateur_client, Initiative, text)) == {"unchanged": 1}


def test_party_of_the_record_is_kept_though_another_has_its_name(animateur_client, garage, plie):
    """A name is that of the party already there, before that of any other actor."""
    ActorFactory(name="Le PLIE")
    ActorFactory(name="bailleurs sociaux")

    change(animateur_client, "réf;porteurs\nle-garage;bailleurs sociaux | Le PLIE | Une mairie\n")

    assert told(garage)[:2] == [
        (Role.CARRIER, "Le PLIE", "", None, 1),
        (Role.CARRIER, None, "bailleurs sociaux", None, 2),
    ]
    assert garage.involvements.get(label="Une mairie").order == 4


@pytest.mark.parametrize(
    "values",
    [
        {"actor": None, "label": "Mission locale"},
        {"actor__name": "Mission locale", "actor__slug": "autre"},
    ],
)
def test_ref_is_that_of_its_actor_though_a_party_has_its_name(animateur_client, values):
    known = InvolvementFactory(initiative__slug="a", **values)
    named = ActorFactory(name="Mission locale", slug="mission-locale")

    change(animateur_client, "réf;porteurs\na;mission-locale\n")

    assert [row.actor for row in known.initiative.involvements.all()] == [named]


def test_designation_that_is_written_as_a_ref_is_kept(animateur_client):
    known = InvolvementFactory(initiative__slug="a", actor=None, label="crepi")
    ActorFactory(name="CREPI", slug="crepi")

    change(animateur_client, "réf;porteurs\na;crepi | Une mairie\n")

    assert [row.name for row in known.initiative.involvements.all()] == ["crepi", "Une mairie"]


def test_table_without_the_column_touches_nobody(animateur_client, garage):
    before = told(garage)

    change(animateur_client, "réf;titre\nle-garage;Un autre nom\n")

    assert told(garage) == before


# What is written, and taken back


def test_cell_changed_adds_and_removes_and_is_taken_back(animateur_client, garage):
    before, updated_at = told(garage), garage.updated_at
    keys = list(garage.involvements.values_list("pk", flat=True))
    batch = change(
        animateur_client,
        "réf;porteurs;partenaires\nle-garage;Une mairie | bailleurs sociaux;\n",
    )

    assert told(garage) == [
        (Role.CARRIER, None, "bailleurs sociaux", None, 2),
        (Role.FUNDER, "La Région", "", None, 4),
        (Role.CARRIER, None, "Une mairie", None, 4),
    ]
    garage.refresh_from_db()
    assert garage.updated_at > updated_at
    versions = Involvement.history.filter(history_user=batch.user)
    assert sorted(versions.values_list("history_type", flat=True)) == ["+", "-", "-"]

    take_back(animateur_client, Initiative, batch)
    assert told(garage) == before
    assert list(garage.involvements.values_list("pk", flat=True)) == keys
    assert problems(batch) == {}


def test_parties_of_a_record_created_go_with_it(animateur_client, plie):
    batch = change(animateur_client, "titre;porteurs\nA;Le PLIE | Une mairie\n")
    assert Involvement.objects.count() == 2

    take_back(animateur_client, Initiative, batch)

    assert not Initiative.objects.exists()
    assert not Involvement.objects.exists()


@pytest.mark.parametrize(
    ("values", "more"),
    [
        ({"amount": 10}, "montant (€)"),
        ({"note": "en nature", "amount": 10}, "précision, montant (€)"),
        ({"label": "son service social"}, "ou désignation"),
        ({"count": 2}, "nombre"),
    ],
)
@pytest.mark.parametrize("cell", ["", "Une mairie"])
def test_party_that_says_more_is_never_removed(animateur_client, plie, values, more, cell):
    row = InvolvementFactory(initiative__slug="a", actor=plie, **values)

    batch = send(animateur_client, Initiative, f"réf;titre;porteurs\na;A;{cell}\n")

    assert counts(batch) == {"refused": 1}
    assert problems(batch)[2] == [
        [
            "porteurs",
            f"« {row.name} » n'y est plus, mais dit aussi : {more}. "
            "Remettez ce nom dans la case, ou retirez d'abord cela dans la page de la fiche.",
        ]
    ]


def test_party_that_says_more_stays_beside_another_added(animateur_client, garage):
    change(animateur_client, "réf;financeurs\nle-garage;FSE+ | La Région\n")

    funders = garage.involvements.filter(role=Role.FUNDER)
    assert [(row.name, row.amount and str(row.amount)) for row in funders] == [
        ("La Région", "1500.50"),
        ("FSE+", None),
    ]


def test_party_changed_since_is_not_taken_back(animateur_client, garage):
    text = "réf;titre;porteurs\nle-garage;Le garage;Le PLIE | Une mairie\n;Neuf;Une mairie\n"
    batch = change(animateur_client, text)
    Involvement.objects.filter(label="Une mairie").update(note="Depuis mars.")

    take_back(animateur_client, Initiative, batch)

    assert Involvement.objects.filter(label="Une mairie").count() == 2
    assert problems(batch) == {
        2: [
            [
                "porteurs",
                "« Une mairie » n'y est plus, mais dit aussi : précision. Remettez ce nom dans la "
                "case, ou retirez d'abord cela dans la page de la fiche.",
            ]
        ],
        3: [["", "modifiée depuis."]],
    }


def test_party_added_since_is_left(animateur_client, garage):
    batch = change(animateur_client, "réf;porteurs\nle-garage;Le PLIE\n")
    InvolvementFactory(initiative=garage, actor=None, label="Une mairie")

    take_back(animateur_client, Initiative, batch)

    assert problems(batch) == {2: [["porteurs", "modifiée depuis."]]}


def test_record_created_before_fingerprints_is_kept_for_the_party_it_has(animateur_client):
    batch = change(animateur_client, "titre\nA\n")
    batch.rows.update(fingerprint="")
    InvolvementFactory(initiative=Initiative.objects.get())

    take_back(animateur_client, Initiative, batch)

    assert Involvement.objects.count() == 1
    assert problems(batch) == {2: [["", "ses parties prenantes ont changé depuis."]]}


def test_row_whose_parties_changed_since_the_preview_is_refused(animateur_client, garage):
    batch = send(animateur_client, Initiative, "réf;porteurs\nle-garage;Une mairie\n")
    InvolvementFactory(initiative=garage, actor=None, label="Une autre")

    apply(animateur_client, Initiative, batch)

    assert counts(batch) == {"refused": 1}
    assert problems(batch) == {2: [["", applying.STALE]]}


# Who may


def test_parties_are_written_within_the_perimeter_alone(client):
    mandate = MandateFactory(role="animateur")
    mine, other = InitiativeFactory(slug="la-mienne"), InitiativeFactory(slug="ailleurs")
    mine.territories.add(mandate.territory)
    other.territories.add(TerritoryFactory())
    client.force_login(mandate.user)

    batch = send(client, Initiative, "réf;porteurs\nla-mienne;Une mairie\nailleurs;Une mairie\n")
    apply(client, Initiative, batch)

    assert counts(batch) == {"changed": 1, "refused": 1}
    assert [row.initiative for row in Involvement.objects.all()] == [mine]


def test_who_may_add_parties_and_not_delete_them_removes_none(client, garage):
    mandate = MandateFactory(role="contributor")
    garage.created_by, garage.status = mandate.user, Initiative.Status.DRAFT
    garage.save()
    client.force_login(mandate.user)

    batch = send(client, Initiative, "réf;porteurs\nle-garage;Le PLIE\n")
    assert problems(batch) == {
        2: [["porteurs", "vous n'avez pas le droit de retirer une partie prenante."]]
    }
    batch = send(client, Initiative, "réf;partenaires\nle-garage;5 EPCI | Une mairie\n")
    assert counts(batch) == {"changed": 1}


def test_who_may_not_write_parties_has_no_such_column(client):
    user = UserFactory(is_staff=True)
    names = ["add_initiative", "change_initiative", "view_initiative", "add_involvement"]
    user.user_permissions.set(Permission.objects.filter(codename__in=names))
    client.force_login(user)

    batch = send(client, Initiative, "titre;porteurs\nA;Une mairie\n")

    assert batch.mapping == ["title", ""]


# What it costs


def test_designation_is_not_compared_with_every_actor_by_its_words(animateur_client, monkeypatch):
    """That takes a second of 500 designations among 3 000 actors, while others wait to write."""
    monkeypatch.setattr(Lookup, "near", None)

    change(animateur_client, "titre;porteurs\nA;Une mairie\n")

    assert Involvement.objects.get().label == "Une mairie"


def test_preview_and_export_take_the_same_queries_at_1_and_30_rows(animateur_client):
    for number in range(30):
        initiative = InitiativeFactory(slug=f"n-{number}")
        for role in (Role.CARRIER, Role.FUNDER):
            InvolvementFactory(initiative=initiative, role=role, actor__name=f"Acteur {number}")

    def count(size):
        rows = "".join(f"n-{n};;Acteur {n + 100} | Mairie {n};5 EPCI\n" for n in range(size))
        rows += "".join(f";Créé {n};Mairie {n};Une mairie\n" for n in range(size))
        batch = send(animateur_client, Initiative, f"réf;titre;porteurs;partenaires\n{rows}")
        with CaptureQueriesContext(connection) as queries:
            applying.check(batch, checker=tasks.checker_of(batch))
        changes = [set(row.changes) & set(InitiativeImport.parties) for row in batch.rows.all()]
        whole = [q for q in queries if 'FROM "territories_actor" ORDER BY' in q["sql"]]
        assert len(whole) == 1  # for all roles
        assert changes == [{"involvements.carrier", "involvements.partner"}] * 2 * size
        return len(queries)

    count(1)
    assert count(30) == count(1)
    with CaptureQueriesContext(connection) as at_30:
        export(animateur_client, Initiative)
    Involvement.objects.exclude(initiative__slug="n-0").delete()
    Initiative.objects.exclude(slug="n-0").delete()
    with CaptureQueriesContext(connection) as at_1:
        export(animateur_client, Initiative)
    assert len(at_30) == len(at_1)
