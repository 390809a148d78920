"""A backup holds everything, says so, and comes back whole in an empty database."""

import errno
import io
import json
import os
import shutil
import sqlite3
import tarfile
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection, connections, transaction
from django.utils import timezone

from coopemploi.backups import alerts, archive, databases, files
from coopemploi.backups.stamps import stamp_of
from coopemploi.derived import registry
from initiatives.models import Initiative
from tests.factories import InitiativeFactory, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)
on_postgresql = pytest.mark.skipif(
    connection.vendor == "sqlite", reason="SQLite copies pages, and cannot fail so"
)


@pytest.fixture(autouse=True)
def folders(settings, tmp_path):
    settings.BACKUP_DIR, settings.MEDIA_ROOT = tmp_path / "backups", tmp_path / "media"
    settings.BACKUP_HOOK = ""
    settings.STORAGES = {
        **settings.STORAGES,
        "mail": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path / "mail"},
        },
    }
    settings.MEDIA_ROOT.mkdir()
    (settings.MEDIA_ROOT / "photo.jpg").write_bytes(b"une photo")
    return tmp_path


def run(*command):
    registry.flush()  # else refreshed when first read, by a transaction that may not write
    out = io.StringIO()
    call_command(*command, stdout=out)
    return out.getvalue()


def empty_database():
    """Leave nothing in the test database, not even a table."""
    if connection.vendor == "sqlite":
        with closing(sqlite3.connect(":memory:")) as nothing:
            nothing.backup(connection.connection)
    else:
        with connection.cursor() as cursor:
            cursor.execute("DROP SCHEMA public CASCADE")
            cursor.execute("CREATE SCHEMA public")
    assert connection.introspection.table_names() == []


def test_backup_comes_back_whole_in_an_empty_database(folders, settings):
    InitiativeFactory(title="Un garage solidaire à Dax")
    UserFactory(email="ada@example.org")
    os.utime(settings.MEDIA_ROOT / "photo.jpg", (1_000_000_000, 1_000_000_000))
    registry.flush()
    before = databases.tables(connection)
    run("backup")
    empty_database()
    shutil.rmtree(settings.MEDIA_ROOT)

    said = run("restore_backup", "latest")

    assert "toutes identiques" in said
    assert before["initiatives_initiative"]["rows"] == 1
    counted = databases.tables(connection)
    # The restoration itself counts as a change of the content.
    before.pop("search_edition"), counted.pop("search_edition")
    assert counted == before
    assert Initiative.objects.get().title == "Un garage solidaire à Dax"
    photo = settings.MEDIA_ROOT / "photo.jpg"
    assert (photo.read_bytes(), photo.stat().st_mtime) == (b"une photo", 1_000_000_000)
    InitiativeFactory()  # sequences go on from where they were
    assert Initiative.objects.count() == 2


def test_folder_of_backups_may_have_any_name(folders, settings):
    settings.BACKUP_DIR = folders / "sauve #1 ?100%25"
    InitiativeFactory(title="Un garage solidaire à Dax")
    run("backup")
    Initiative.objects.update(title="Autre chose")

    run("restore_backup", "latest", "--replace")

    assert Initiative.objects.get().title == "Un garage solidaire à Dax"


def test_restoration_replaces_only_when_told(folders):
    InitiativeFactory(title="Un garage solidaire à Dax")
    run("backup")
    Initiative.objects.update(title="Autre chose")

    with pytest.raises(CommandError, match="La base n'est pas vide"):
        run("restore_backup", "latest")
    assert Initiative.objects.get().title == "Autre chose"

    run("restore_backup", "latest", "--replace")
    assert Initiative.objects.get().title == "Un garage solidaire à Dax"


def test_restoration_goes_back_before_an_update(folders):
    """What the update added leans on what was there, a table as well as a column."""
    InitiativeFactory(title="Un garage solidaire à Dax")
    run("backup")
    with connection.cursor() as cursor:
        link = "bigint REFERENCES initiatives_initiative (id)"
        cursor.execute(f"CREATE TABLE added_later (id bigint PRIMARY KEY, initiative_id {link})")
        cursor.execute(f"ALTER TABLE vocabulary_theme ADD COLUMN added_later {link}")

    said = run("restore_backup", "latest", "--replace")

    assert "toutes identiques" in said
    assert "added_later" not in connection.introspection.table_names()
    assert Initiative.objects.get().title == "Un garage solidaire à Dax"


@on_postgresql
def test_restoration_takes_away_the_functions_of_an_update(folders):
    """Doing the update again creates them, and must not find them there."""
    run("backup")
    with connection.cursor() as cursor:
        for argument in ("", "vocabulary_theme"):
            cursor.execute(
                f"CREATE FUNCTION added_later({argument}) RETURNS int LANGUAGE sql RETURN 1"
            )

    run("restore_backup", "latest", "--replace")

    with connection.cursor() as cursor:
        cursor.execute("SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace")
        left = {name for [name] in cursor.fetchall()}
    assert "search_documents" in left
    assert "added_later" not in left


@pytest.fixture
def of_an_extension():
    """A table and a function nobody may drop, as PostGIS has."""
    owned = ("TABLE of_an_extension", "FUNCTION of_an_extension()")
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE of_an_extension (id int)")
        cursor.execute("CREATE FUNCTION of_an_extension() RETURNS int LANGUAGE sql RETURN 1")
        for each in owned:
            cursor.execute(f"ALTER EXTENSION plpgsql ADD {each}")
    yield
    with connection.cursor() as cursor:
        for each in owned:
            cursor.execute(f"ALTER EXTENSION plpgsql DROP {each}")
            cursor.execute(f"DROP {each}")


@on_postgresql
def test_restoration_leaves_what_an_extension_owns(folders, of_an_extension):
    InitiativeFactory(title="Un garage solidaire à Dax")
    run("backup")
    Initiative.objects.update(title="Autre chose")

    run("restore_backup", "latest", "--replace")

    assert Initiative.objects.get().title == "Un garage solidaire à Dax"
    [made] = archive.archives()
    assert "of_an_extension" not in made.manifest["tables"]
    assert "of_an_extension" in connection.introspection.table_names()


@pytest.fixture
def other_schema(monkeypatch):
    """The site in a schema that only the options of its connection tell."""
    with connection.cursor() as cursor:
        cursor.execute('ALTER SCHEMA public RENAME TO "Du site"')
        cursor.execute("CREATE SCHEMA public")
    connection.close()
    with monkeypatch.context() as patched:
        options = connection.settings_dict["OPTIONS"]
        told = options["options"] + r' -c search_path="Du\ site"'
        patched.setitem(options, "options", told)
        yield
        connection.close()
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA public CASCADE")
        cursor.execute('ALTER SCHEMA "Du site" RENAME TO public')


@on_postgresql
def test_restoration_acts_in_the_schema_of_the_site(folders, other_schema):
    InitiativeFactory(title="Un garage solidaire à Dax")
    run("backup")
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE public.of_another_site (id int)")
        cursor.execute("CREATE TABLE added_later (id int)")

    run("restore_backup", "latest", "--replace")

    assert Initiative.objects.get().title == "Un garage solidaire à Dax"
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('public.of_another_site') IS NULL")
        assert cursor.fetchone() == (False,)
    assert "added_later" not in connection.introspection.table_names()


REFUSED = "SELECT 1 / 0;"


@pytest.fixture
def added(monkeypatch):
    """{file: SQL that its restoration ends with}."""
    added, run_ = {}, databases._run

    def write_more(command, *arguments, **options):
        run_(command, *arguments, **options)
        if command == "pg_restore":
            for script in [each for each in arguments if each.startswith("--file=")]:
                with Path(script.removeprefix("--file=")).open("a") as opened:
                    opened.write(added.get(Path(arguments[-1]).name, ""))

    monkeypatch.setattr(databases, "_run", write_more)
    return added


@on_postgresql
def test_restoration_that_fails_leaves_what_was_there(folders, added):
    InitiativeFactory(title="Un garage solidaire à Dax")
    run("backup")
    Initiative.objects.update(title="Autre chose")
    registry.flush()
    before = databases.tables(connection)
    added["database.dump"] = REFUSED

    with pytest.raises(CommandError, match="division by zero"):
        run("restore_backup", "latest", "--replace")
    assert databases.tables(connection) == before
    assert Initiative.objects.get().title == "Autre chose"
    assert len(list((folders / "backups").iterdir())) == 1


@on_postgresql
def test_what_was_there_is_kept_when_nothing_can_be_put_back(folders, added):
    run("backup")
    added |= {"database.dump": REFUSED, "before.dump": REFUSED}

    with pytest.raises(CommandError, match="Ni cette sauvegarde ni ce qu'il y avait") as said:
        run("restore_backup", "latest", "--replace")
    [kept] = (folders / "backups").glob("*.dump")
    assert str(kept) in str(said.value)
    assert kept.read_bytes()[:5] == b"PGDMP"


@on_postgresql
def test_restoration_takes_few_locks(folders, added):
    """A server of ordinary settings has 6 400 for all that it does, a small one 1 300."""
    run("backup")
    counted = "SELECT count(*) AS held FROM pg_locks WHERE pid = pg_backend_pid()"
    added["database.dump"] = f"CREATE TABLE public.locks AS {counted};"

    with pytest.raises(CommandError, match="locks est de trop"):
        run("restore_backup", "latest", "--replace")
    with connection.cursor() as cursor:
        cursor.execute("SELECT held FROM locks")
        [held] = cursor.fetchone()
    assert held < 50


@on_postgresql
def test_summing_up_takes_few_locks():
    with transaction.atomic(), connection.cursor() as cursor:
        databases.tables(connection)
        cursor.execute("SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid()")
        [held] = cursor.fetchone()
    assert held < 50


@on_postgresql
@pytest.mark.parametrize("option", ["--dry-run", "--replace"])
def test_backup_of_a_more_recent_postgresql_is_refused_in_words(folders, option):
    run("backup")
    [made] = archive.archives()
    dump = made.folder / "database.dump"
    content = bytearray(dump.read_bytes())
    assert content[:6] == b"PGDMP\x01"
    content[6] = 99  # the version of the format: 1.14 in PostgreSQL 15, 1.16 in 17
    dump.write_bytes(content)
    manifest = made.manifest
    manifest["files"]["database.dump"]["sha256"] = archive.digest(dump)
    (made.folder / archive.MANIFEST).write_text(json.dumps(manifest))

    with pytest.raises(CommandError, match="vient d'un PostgreSQL plus récent"):
        run("restore_backup", "latest", option)


def test_backup_of_another_kind_of_database_is_refused_before_anything(folders):
    run("backup")
    [made] = archive.archives()
    manifest = made.manifest | {"vendor": "oracle"}
    (made.folder / archive.MANIFEST).write_text(json.dumps(manifest))

    with pytest.raises(CommandError, match="est d'une base oracle"):
        run("restore_backup", "latest", "--dry-run")


@on_postgresql
def test_tools_encrypt_their_connection_as_the_site_does(folders, monkeypatch):
    options = {"sslmode": "verify-full", "sslrootcert": str(folders / "none.crt")}
    with monkeypatch.context() as for_now:
        for_now.setitem(connection.settings_dict, "OPTIONS", options)

        with pytest.raises(CommandError, match=r"(?i)ssl|certificate"):
            run("backup")


def test_files_that_were_there_are_moved_aside(folders, settings):
    run("backup")
    (settings.MEDIA_ROOT / "photo.jpg").write_bytes(b"une autre")
    run("restore_backup", "latest", "--replace")
    assert (settings.MEDIA_ROOT / "photo.jpg").read_bytes() == b"une photo"
    [aside] = folders.glob("media.*")
    assert (aside / "photo.jpg").read_bytes() == b"une autre"


def test_files_are_moved_aside_within_a_folder_that_cannot_move(folders, settings, monkeypatch):
    """The volume of a container, or a disk of its own, where only root opens lost+found."""
    (settings.MEDIA_ROOT / "lost+found").mkdir()
    (settings.MEDIA_ROOT / "lost+found" / "1").write_bytes(b"perdu")
    run("backup")
    (settings.MEDIA_ROOT / "photo.jpg").write_bytes(b"une autre")
    refuse_to_move(monkeypatch, "media")

    run("restore_backup", "latest", "--replace")

    assert (settings.MEDIA_ROOT / "photo.jpg").read_bytes() == b"une photo"
    assert (settings.MEDIA_ROOT / "lost+found" / "1").read_bytes() == b"perdu"
    aside, _ = sorted(each for each in settings.MEDIA_ROOT.iterdir() if each.is_dir())
    assert (aside / "photo.jpg").read_bytes() == b"une autre"
    # Nor are they in the next backups.
    assert list(files.names_in(default_storage)) == ["photo.jpg"]


def test_files_that_are_not_all_moved_aside_are_said(folders, settings, monkeypatch):
    run("backup")
    (settings.MEDIA_ROOT / "locked.pdf").write_bytes(b"un document")
    refuse_to_move(monkeypatch, "media", "locked.pdf")
    with pytest.raises(CommandError, match=r"n'ont pas tous été mis de côté .* resource busy"):
        run("restore_backup", "latest", "--replace")


def refuse_to_move(monkeypatch, *names):
    rename = Path.rename

    def busy(path, target):
        if path.name in names:
            raise OSError(errno.EBUSY, "Device or resource busy")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", busy)


def test_file_that_goes_meanwhile_does_not_stop_the_backup(folders, settings, monkeypatch):
    """Attached to a mail that is forgotten, say."""
    listed = files.names_in
    monkeypatch.setattr(files, "names_in", lambda storage: ["gone.ics", *listed(storage)])
    run("backup")
    [made] = archive.archives()
    with tarfile.open(made.folder / "media.tar") as tar:
        assert tar.getnames() == ["photo.jpg"]


@pytest.mark.parametrize("name", ["media.tar", "mail.tar"])
def test_damaged_backup_is_refused(folders, name):
    run("backup")
    [made] = archive.archives()
    (made.folder / name).write_bytes(b"abime")
    with pytest.raises(CommandError, match="abîmée"):
        run("restore_backup", "latest", "--dry-run")
    with pytest.raises(CommandError, match="abîmée"):
        run("restore_backup", "latest", "--replace")


def test_file_that_leads_out_of_its_folder_is_refused(folders):
    run("backup")
    [made] = archive.archives()
    with tarfile.open(made.folder / "media.tar", "a") as opened:
        opened.addfile(tarfile.TarInfo("../dehors.jpg"))
    manifest = made.manifest
    manifest["files"]["media.tar"]["sha256"] = archive.digest(made.folder / "media.tar")
    (made.folder / archive.MANIFEST).write_text(json.dumps(manifest))

    with pytest.raises(CommandError, match=r"hors de son dossier : \.\./dehors\.jpg"):
        run("restore_backup", "latest", "--replace")
    assert not (folders / "dehors.jpg").exists()


@pytest.mark.parametrize("written", ["", "{", "{}", "[]", '{"format": 1, "files": {}}', "cut"])
def test_manifest_that_does_not_say_all_is_refused(folders, written):
    """Otherwise a backup without its files would be said whole."""
    run("backup")
    [made] = archive.archives()
    if written == "cut":
        manifest = made.manifest
        del manifest["files"]["media.tar"]
        written = json.dumps(manifest)
    (made.folder / archive.MANIFEST).write_text(written)
    for options in (["--dry-run"], ["--replace"]):
        with pytest.raises(CommandError, match="Manifeste illisible"):
            run("restore_backup", "latest", *options)


def test_restored_database_that_differs_is_said(folders):
    InitiativeFactory()
    run("backup")
    [made] = archive.archives()
    manifest = made.manifest
    manifest["tables"]["initiatives_initiative"]["digest"] = "1"
    (made.folder / archive.MANIFEST).write_text(json.dumps(manifest))
    with pytest.raises(CommandError, match="initiatives_initiative : contenu différent"):
        run("restore_backup", "latest", "--replace")


def test_digest_sees_one_changed_letter():
    InitiativeFactory(title="Un garage")
    before = databases.tables(connection)["initiatives_initiative"]
    Initiative.objects.update(title="Un barrage")
    after = databases.tables(connection)["initiatives_initiative"]
    assert (after["rows"], before["rows"]) == (1, 1)
    assert after["digest"] != before["digest"]


def test_backup_that_fails_leaves_no_folder(folders, settings, monkeypatch):
    def fill_the_disk(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(archive, "pack", fill_the_disk)
    with pytest.raises(CommandError, match="No space left"):
        run("backup")
    assert list(settings.BACKUP_DIR.iterdir()) == []
    assert archive.archives() == []


def test_what_a_power_cut_left_of_a_backup_goes(folders, settings):
    now = timezone.now()
    settings.BACKUP_DIR.mkdir()
    left = [
        settings.BACKUP_DIR / f".{stamp_of(now - age)}{archive.UNDER_WAY}"
        for age in (timedelta(days=2), timedelta(minutes=5))
    ]
    for folder in left:
        folder.mkdir()
        (folder / "database.sqlite3").write_bytes(b"la moitie")
    run("backup")
    assert [folder.exists() for folder in left] == [False, True]  # another may be under way


def test_what_cannot_be_cleared_does_not_stop_the_backup(folders, settings):
    settings.BACKUP_DIR.mkdir()
    for stamp in ("autre", "2026-01-01T00-00-00Z"):
        (settings.BACKUP_DIR / f".{stamp}{archive.UNDER_WAY}").write_bytes(b"pas un dossier")
    assert "Sauvegarde faite" in run("backup")


@pytest.mark.parametrize("kind", [OperationalError, tarfile.TarError])
def test_backup_that_fails_is_told_to_administrators(folders, monkeypatch, caplog, kind):
    def fail(*args):
        raise kind("server closed")

    monkeypatch.setattr(databases, "dump", fail)
    with pytest.raises(CommandError, match="server closed"):
        run("backup")
    [told] = [record for record in caplog.records if record.levelname == "ERROR"]
    assert told.exc_info  # which ADMINS are mailed


def test_backup_is_for_its_owner_only(folders):
    run("backup")
    [made] = archive.archives()
    assert made.folder.stat().st_mode & 0o077 == 0


def test_copy_elsewhere_is_given_the_folder(folders, settings):
    settings.BACKUP_HOOK = f"cp -r -t {folders / 'media'}"
    assert "Copiée hors du serveur" in run("backup")
    [made] = archive.archives()
    assert (folders / "media" / made.folder.name / archive.MANIFEST).is_file()


def test_copy_that_fails_is_said_and_the_backup_kept(folders, settings, caplog):
    settings.BACKUP_HOOK = "false"
    with pytest.raises(CommandError, match="la copie hors du serveur a échoué"):
        run("backup")
    assert len(archive.archives()) == 1
    [told] = [record for record in caplog.records if record.levelname == "ERROR"]
    assert told.exc_info  # which ADMINS are mailed


def made_every_day(folder, days, until):
    for age in range(days):
        made = folder / stamp_of(until - timedelta(days=age))
        made.mkdir(parents=True)
        (made / archive.MANIFEST).write_text("{}")


def test_old_backups_are_thinned_out(settings):
    until = datetime(2026, 11, 29, 3, tzinfo=UTC)
    made_every_day(settings.BACKUP_DIR, 400, until)
    archive.prune()
    ages = [(until - found.made_at).days for found in archive.archives()]
    assert [age for age in ages if age < archive.DAYS] == list(range(13, -1, -1))
    assert 20 <= len(ages) <= archive.DAYS + archive.WEEKS + archive.MONTHS
    assert max(ages) > 300


def test_old_backup_alerts_administrators_only(client, settings):
    settings.DEBUG = False
    address = "/admin/"
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    assert "Aucune sauvegarde n'a été faite." in client.get(address).text.replace("&#x27;", "'")
    made_every_day(settings.BACKUP_DIR, 1, timezone.now() - timedelta(days=3))
    assert "La dernière sauvegarde a 3 jours." in client.get(address).text
    run("backup")
    assert "sauvegarde" not in client.get(address).text
    assert not alerts.is_late()
    client.force_login(UserFactory(is_staff=True))
    assert alerts.is_late(timezone.now() + timedelta(days=2))


def test_machine_that_makes_no_backup_has_none_late(settings):
    assert alerts.is_late()
    settings.BACKUP_MAX_AGE_HOURS = 0
    assert not alerts.is_late()


@pytest.fixture(autouse=True)
def _schema_is_there():
    """A test that emptied the database and failed must not spoil the next ones."""
    yield
    if not connections["default"].introspection.table_names():
        call_command("migrate", verbosity=0)
