"""Who may import and export, and what."""

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission

from coopemploi.publishing import Publishable
from initiatives.models import Initiative
from tests.coopemploi.imports.initiatives import (
    LIST,
    UPLOAD,
    address,
    apply,
    downloaded,
    send,
    take_back,
)
from tests.factories import (
    InitiativeFactory,
    MandateFactory,
    PositionFactory,
    TerritoryFactory,
    UserFactory,
)
from tests.importing import counts, problems

LEFT_OUT = "Cette case n'est pas écrite : complétez la fiche dans sa page."


def staff(*codenames):
    user = UserFactory(is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    return user


@pytest.mark.parametrize("name", ["import", "import_template"])
def test_import_needs_the_right_to_add_or_change(client, db, name):
    for codenames, status in (
        ([], 403),
        (["view_initiative", "add_need"], 403),
        (["add_initiative"], 200),
        (["change_initiative"], 200),
    ):
        client.force_login(staff(*codenames))
        response = client.get(address(name))
        assert response.status_code == status
        if response.streaming:
            downloaded(response)


@pytest.mark.parametrize("args", [("export",), ("export_file", "csv")])
def test_export_needs_the_right_to_view(client, db, args):
    client.force_login(staff("add_initiative"))
    assert client.get(address(*args)).status_code == 403

    client.force_login(staff("view_initiative"))
    assert client.get(address(*args)).status_code == 200


def test_visitor_and_participant_reach_no_page(client, db):
    for user in (None, UserFactory()):
        if user:
            client.force_login(user)
        for url in (UPLOAD, address("export_file", "csv"), address("import_batch", 1)):
            response = client.get(url)
            assert response.status_code == 302
            assert "login" in response.url


def test_links_are_shown_to_who_may_follow_them(client, db):
    client.force_login(staff("view_initiative"))
    html = client.get(LIST).content.decode()
    assert ">Exporter</a>" in html
    assert ">Importer</a>" not in html

    client.force_login(staff("view_initiative", "change_initiative"))
    assert ">Importer</a>" in client.get(LIST).content.decode()


def test_import_of_another_does_not_exist(client, animateur_client):
    batch = send(animateur_client, "titre\nUn titre à ne pas montrer\n")
    client.force_login(UserFactory(is_staff=True, is_superuser=True))

    for name in ("import_batch", "import_mapping", "import_refused"):
        assert client.get(address(name, batch.pk)).status_code == 404
    for name in ("import_apply", "import_take_back", "import_duplicates"):
        assert client.post(address(name, batch.pk)).status_code == 404
    assert "fichier.csv" not in client.get(UPLOAD).content.decode()
    assert not Initiative.objects.exists()


def test_batch_that_never_was_does_not_exist(animateur_client):
    for pk in (1, 10**30):
        assert animateur_client.get(address("import_batch", pk)).status_code == 404


@pytest.mark.usefixtures("_without_perimeters")
def test_rows_are_refused_to_who_may_only_add_or_only_change(client, db):
    InitiativeFactory(slug="une", title="Une")
    text = "réf;titre\nune;Autre\n;Neuve\n"

    client.force_login(staff("change_initiative"))
    assert counts(send(client, text)) == {"changed": 1, "refused": 1}
    client.force_login(staff("add_initiative"))
    assert counts(send(client, text)) == {"created": 1, "refused": 1}


def test_who_may_not_see_people_learns_no_name_from_a_cell(client, db):
    PositionFactory(person__first_name="Léa", person__last_name="Roux")
    text = "titre;contact\nNeuve;Léa Rou\n"

    client.force_login(staff("add_initiative"))
    hidden = problems(send(client, text))
    client.force_login(staff("add_initiative", "view_position"))
    seen = problems(send(client, text))

    assert hidden == {2: [["contact", f"« Léa Rou » n'est personne de connu. {LEFT_OUT}"]]}
    assert "Léa Roux" in seen[2][0][1]


def test_field_that_the_form_does_not_let_one_write_has_no_column(animateur_client, monkeypatch):
    initiative_admin = admin.site.get_model_admin(Initiative)
    monkeypatch.setattr(initiative_admin, "readonly_fields", ["status"])

    batch = send(animateur_client, "titre;publication\nNeuve;publié\n")

    assert "status" not in batch.mapping
    apply(animateur_client, batch)
    assert Initiative.objects.get().status == Publishable.Status.DRAFT


def test_rights_are_those_of_the_day_it_is_applied(client, db):
    user = staff("add_initiative", "change_initiative")
    client.force_login(user)
    batch = send(client, "titre\nNeuve\n")
    user.user_permissions.set(Permission.objects.filter(codename="change_initiative"))

    client.post(address("import_apply", batch.pk))

    assert counts(batch) == {"refused": 1}
    assert not Initiative.objects.exists()


def test_created_record_stays_when_one_may_not_delete(client, db):
    client.force_login(staff("add_initiative"))
    batch = apply(client, send(client, "titre\nNeuve\n"))

    take_back(client, batch)

    assert Initiative.objects.count() == 1
    assert "supprimer" in problems(batch)[2][0][1]


def test_rows_out_of_the_perimeter_are_refused_and_the_others_written(client, db):
    mandate = MandateFactory()
    elsewhere = TerritoryFactory(name="Ailleurs")
    mine, other = InitiativeFactory(slug="mienne"), InitiativeFactory(slug="autre")
    mine.territories.add(mandate.territory)
    other.territories.add(elsewhere)
    client.force_login(mandate.user)
    here = mandate.territory.reference
    text = (
        "réf;titre;territoires\n"
        f"mienne;Mienne;{here}\n"
        f"autre;Autre;{elsewhere.reference}\n"
        f";Neuve ici;{here}\n"
        f";Neuve ailleurs;{elsewhere.reference}\n"
    )

    batch = send(client, text)
    assert counts(batch) == {"changed": 1, "refused": 1, "created": 2}
    client.post(address("import_apply", batch.pk))

    written = Initiative.objects.values_list("title", flat=True)
    assert set(written) == {"Mienne", other.title, "Neuve ici"}
    assert problems(batch)[5] == [["", "cette fiche serait hors de votre périmètre."]]
