"""Whether what an import writes is published."""

import pytest

from coopemploi.publishing import Publishable
from initiatives.models import Initiative
from territories.models import Mandate
from tests.coopemploi.imports.initiatives import LIST, address, apply, send
from tests.factories import InitiativeFactory, MandateFactory
from tests.importing import counts, problems


def test_draft_that_a_file_publishes_is_dated(animateur_client):
    initiative = InitiativeFactory(slug="une", title="Une", status="draft", published_at=None)

    apply(
        animateur_client, send(animateur_client, "réf;titre;état de publication\nune;Une;publié\n")
    )

    initiative.refresh_from_db()
    assert initiative.status == "published"
    assert initiative.published_at is not None


def test_created_record_is_a_draft_unless_the_file_says_otherwise(animateur_client):
    apply(animateur_client, send(animateur_client, "titre\nNeuve\n"))

    assert Initiative.objects.get().status == Publishable.Status.DRAFT


@pytest.mark.parametrize("header", ["Publié", "En ligne ?", "Validée", "état de publication"])
@pytest.mark.parametrize(
    ("cell", "status"), [("oui", "published"), ("x", "published"), ("Non", "draft"), ("", "draft")]
)
def test_question_of_publication_is_answered_by_yes_or_no(animateur_client, header, cell, status):
    text = f"titre;{header}\nUne;{cell}\nDeux;oui\nTrois;non\n"

    batch = apply(animateur_client, send(animateur_client, text))

    assert batch.mapping == ["title", "status"]
    assert Initiative.objects.get(title="Une").status == status


def test_preview_says_what_yes_publishes(animateur_client):
    batch = send(animateur_client, "titre;Publié\nUne;oui\nDeux;vrai\n")

    changes = [row.changes["status"] for row in batch.rows.order_by("line")]
    assert changes == [[None, "published", "", "publié"]] * 2
    assert problems(batch) == {
        3: [["état de publication", "« vrai » : compris « publié »."]],
    }


@pytest.mark.parametrize("cells", [("12/03/2024", "13/03/2024", "oui"), ("Mme Roux", ""), ("",)])
def test_question_of_publication_answered_otherwise_is_not_read(animateur_client, cells):
    rows = "".join(f"N{n};{cell}\n" for n, cell in enumerate(cells))

    batch = send(animateur_client, f"titre;Validé\n{rows}")

    assert batch.mapping == ["title", ""]


@pytest.mark.parametrize(
    ("status", "cell", "after"),
    [
        ("published", "non", "draft"),
        ("archived", "non", "archived"),
        ("proposed", "non", "proposed"),
        ("archived", "brouillon", "draft"),
        ("published", "oui", "published"),
    ],
)
def test_no_takes_off_the_site_only_what_is_on_it(animateur_client, status, cell, after):
    InitiativeFactory(slug="une", title="Une", status=status)

    apply(animateur_client, send(animateur_client, f"réf;titre;Publié\nune;Une;{cell}\n"))

    assert Initiative.objects.get().status == after


@pytest.mark.parametrize("cell", ["oui", "publié"])
def test_record_of_who_may_not_publish_is_proposed(client, db, cell):
    mandate = MandateFactory(role=Mandate.Role.CONTRIBUTOR)
    client.force_login(mandate.user)
    place = mandate.territory.reference

    batch = send(client, f"titre;territoires;Publié\nUne;{place};{cell}\n")

    told = "vous ne publiez pas : la fiche est proposée, à relire par l'équipe."
    assert problems(batch) == {2: [["état de publication", told]]}
    apply(client, batch)
    assert Initiative.objects.get().status == "proposed"
    for _ in range(2):  # once more when somebody else has published it
        again = send(client, f"titre;territoires;Publié\nUne;{place};{cell}\n")
        assert counts(again) == {"unchanged": 1}
        Initiative.objects.get().publish()


def test_who_may_not_publish_archives_nothing(client, db):
    mandate = MandateFactory(role=Mandate.Role.CONTRIBUTOR)
    client.force_login(mandate.user)
    text = f"titre;territoires;publication\nUne;{mandate.territory.reference};archivé\n"

    batch = send(client, text)

    assert problems(batch) == {
        2: [["état de publication", "vous n'avez pas le droit d'archiver une fiche."]]
    }


def test_report_leads_to_its_drafts_until_they_are_published(animateur_client):
    InitiativeFactory(status="draft")  # another
    text = "titre;état de publication\nUne;\nDeux;brouillon\nTrois;publié\n"
    sent = send(animateur_client, text)
    page = address("import_batch", sent.pk)
    said = "2 fiches de cet import sont en brouillon"
    assert said not in animateur_client.get(page).text

    apply(animateur_client, sent)

    assert said in animateur_client.get(page).text
    assert f'href="{LIST}?status__exact=draft"' in animateur_client.get(page).text

    Initiative.objects.get(title="Une").publish()
    assert "1 fiche de cet import est en brouillon" in animateur_client.get(page).text

    Initiative.objects.get(title="Deux").publish()
    assert "en brouillon" not in animateur_client.get(page).text


def test_report_asks_to_publish_nothing_of_who_may_not(client, db):
    mandate = MandateFactory(role=Mandate.Role.CONTRIBUTOR)
    client.force_login(mandate.user)
    batch = send(client, f"titre;territoires\nUne;{mandate.territory.reference}\n")

    apply(client, batch)

    assert Initiative.objects.get().status == Publishable.Status.DRAFT
    assert "en brouillon" not in client.get(address("import_batch", batch.pk)).text
