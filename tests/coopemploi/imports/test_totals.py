"""The rows of a table that add up the others."""

import pytest

from initiatives.models import Initiative
from tests.coopemploi.imports.initiatives import address, apply, send
from tests.factories import InitiativeFactory
from tests.importing import counts, problems


@pytest.mark.parametrize(
    "row",
    [
        "Total;;",
        "TOTAL GÉNÉRAL;;12 000 €",
        "Sous-total;;3",
        "Sous total Landes;;3",
        ";Total :;40 %",
        "3;Totaux;#REF!",
        "Total des actions;;",
        "Total 2024 : 12 actions;-;",
    ],
)
def test_total_is_left_out_and_said(animateur_client, row):
    batch = send(animateur_client, f"titre;résumé;Budget\nUn garage;;1000\n{row}\n")

    assert counts(batch) == {"created": 1, "unread": 1}
    assert problems(batch) == {3: [["", "un total, pas une fiche."]]}
    preview = animateur_client.get(address("import_batch", batch.pk))
    line = '<a href="?etat=unread">ligne 3</a>'
    assert f"La {line} n'est pas lue&nbsp;: c'est un total" in preview.text
    told = animateur_client.get(address("import_batch", batch.pk), {"etat": "unread"})
    assert "<li>ligne 3&nbsp;: un total, pas une fiche.</li>" in told.text
    apply(animateur_client, batch)
    assert [initiative.title for initiative in Initiative.objects.all()] == ["Un garage"]
    assert counts(batch) == {"created": 1, "unread": 1}


@pytest.mark.parametrize(
    "row",
    ["Total immersion;;12", "Total;Une entreprise;12", "Totale liberté;;", "Le total;;", "12;;12"],
)
def test_record_whose_name_is_like_a_total_is_read(animateur_client, row):
    batch = send(animateur_client, f"titre;résumé;Budget\n{row}\n")

    assert counts(batch) == {"created": 1}


def test_total_beneath_an_export_is_no_unknown_ref(animateur_client):
    InitiativeFactory(slug="une", title="Une")

    batch = send(animateur_client, "réf;titre;Budget\nune;Une;3\nTOTAL;;3\n")

    assert counts(batch) == {"unchanged": 1, "unread": 1}


def test_totals_alone_leave_nothing_to_write(animateur_client):
    batch = send(animateur_client, "titre;Budget\nSous-total A;3\nSous-total B;3\nTotal;6\n")

    preview = animateur_client.get(address("import_batch", batch.pk))

    assert '<a href="?etat=unread">lignes 2, 3, 4</a> ne sont pas lues' in preview.text
    assert "Il n'y a rien à enregistrer." in preview.text
