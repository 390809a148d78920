import socket
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from coopemploi.accounts.models import User
from coopemploi.demo import freshness
from coopemploi.demo.loading import SIGN_INS
from coopemploi.demo.management.commands import demo
from tests.factories import InitiativeFactory, UserFactory


@pytest.fixture
def folders(monkeypatch, tmp_path):
    """A demonstration of three small files, in place of the real one."""
    for name in ("TERRITORIES", "VOCABULARIES", "CONTENT"):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "contenu.yaml").write_text("acteurs:\n")
        monkeypatch.setattr(freshness, name, folder)
    monkeypatch.setattr(freshness, "MARKS", tmp_path / "marques.json")
    return tmp_path


@pytest.fixture
def accounts(db):
    return [UserFactory(email=sign_in.email, is_demo=True) for sign_in in SIGN_INS]


def test_demo_refuses_to_start_without_debug(settings):
    settings.DEBUG = False
    with pytest.raises(CommandError) as raised:
        call_command("demo")
    assert str(raised.value) == (
        "La démonstration a des mots de passe publics : elle ne démarre qu'avec DEBUG=1."
    )


def test_demo_refuses_a_port_in_use(settings):
    settings.DEBUG = True
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(CommandError) as raised:
            call_command("demo", port=port, stdout=StringIO())
    assert str(raised.value) == (
        f"Le port {port} est déjà pris. Choisissez-en un autre : make demo PORT={port + 1}"
    )


def test_demo_refuses_a_port_that_does_not_exist(settings):
    settings.DEBUG = True
    with pytest.raises(CommandError, match="70000 n'est pas un numéro de port"):
        call_command("demo", port=70000, stdout=StringIO())


@pytest.mark.django_db
def test_demo_shows_the_sites_own_page_for_a_lost_address(settings, client, monkeypatch):
    settings.DEBUG = True
    monkeypatch.setattr(demo, "run", lambda *args, **kwargs: None)
    InitiativeFactory(title="GPECT de Pau", slug="gpect-pau")

    demo.Command()._serve(0)

    for lost in ("/initiatives/gpect-de-pau/", "/iniatives/gpect-pau/"):
        response = client.get(lost)
        assert response.status_code == 404
        assert "Cette page n'existe pas, ou plus" in response.text
        assert 'href="/initiatives/gpect-pau/"' in response.text
    assert client.get("/initiatives").status_code == 301


def test_database_is_fresh_once_marked(folders, accounts):
    assert not freshness.is_fresh()
    freshness.mark_fresh()
    assert freshness.is_fresh()


@pytest.mark.parametrize("folder", ["TERRITORIES", "VOCABULARIES", "CONTENT"])
def test_database_is_not_fresh_once_a_file_changed(folders, accounts, folder):
    freshness.mark_fresh()
    (folders / folder / "contenu.yaml").write_text("acteurs:\n# une remarque\n")
    assert not freshness.is_fresh()


def test_database_is_not_fresh_once_a_file_is_added(folders, accounts):
    freshness.mark_fresh()
    (folders / "CONTENT" / "nouveau.yaml").write_text("")
    assert not freshness.is_fresh()


def test_emptied_database_is_not_fresh(folders, accounts):
    freshness.mark_fresh()
    User.objects.all().delete()
    assert not freshness.is_fresh()


def test_another_database_of_the_same_name_is_not_fresh(folders, accounts):
    freshness.mark_fresh()
    first = freshness.MigrationRecorder(freshness.connection).migration_qs.order_by("pk").first()
    first.applied = first.applied.replace(year=2001)
    first.save()
    assert not freshness.is_fresh()


def test_unreadable_marks_are_forgotten(folders, accounts):
    freshness.MARKS.write_text("{")
    assert not freshness.is_fresh()
    freshness.mark_fresh()
    assert freshness.is_fresh()
