"""Files replaced or deleted with their record: kept while they may come back, then erased."""

import datetime
import errno
import os

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from coopemploi.due import run_all
from coopemploi.history.bin import deleted_versions, losses_of, recover
from coopemploi.history.restoring import FILE_GONE, FILE_KEPT, draft, restore
from coopemploi.media.orphans import KEPT, erase_orphans
from tests.factories import RecapDocumentFactory, RecapPictureFactory

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)


@pytest.fixture(autouse=True)
def _own_files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def now():
    return timezone.now()


def stored():
    return set(default_storage.listdir("contenus")[1])


def names(*files):
    return {file.name.removeprefix("contenus/") for file in files}


def aged(file, days):
    """The file as if it had been written so many days ago."""
    moment = (timezone.now() - days * DAY).timestamp()
    os.utime(file.path, (moment, moment))


def test_files_that_records_name_stay(now):
    document, picture = RecapDocumentFactory(), RecapPictureFactory()
    files = [document.file, picture.small, picture.medium, picture.large]
    for file in files:
        aged(file, 1000)

    assert erase_orphans(now + 10 * KEPT) == 0
    assert stored() == names(*files)


def test_file_that_takes_its_name_meanwhile_stops_nothing(now, monkeypatch):
    name = default_storage.save("contenus/ancien.pdf", ContentFile(b"%PDF"))
    os.utime(default_storage.path(name), (0, 0))
    listed = default_storage.listdir

    def list_one_more(folder):
        folders, files = listed(folder)
        return folders, ["en-cours-parti", *files]

    monkeypatch.setattr(default_storage, "listdir", list_one_more)

    assert erase_orphans(now) == 1
    assert not default_storage.exists(name)


def test_replaced_file_stays_as_long_as_its_version_may_come_back(now):
    document = RecapDocumentFactory()
    old = document.file
    document.file = ContentFile(b"%PDF-2", "autre.pdf")
    document.save()
    assert len(stored()) == 2

    assert erase_orphans(now + KEPT - DAY) == 0
    assert erase_orphans(now + KEPT + DAY) == 1
    assert stored() == names(document.file)
    assert old.name != document.file.name


def test_file_of_a_deleted_record_stays_as_long_as_the_record_may_come_back(now):
    picture, kept = RecapPictureFactory(), RecapDocumentFactory()
    picture.recap.delete()

    assert erase_orphans(now + KEPT - DAY) == 0
    assert erase_orphans(now + KEPT + DAY) == 3
    assert stored() == names(kept.file)


def test_file_that_nothing_ever_named_waits_its_age(now):
    RecapDocumentFactory()
    for age, name in ((100, "vieux.pdf"), (1, "neuf.pdf")):
        saved = default_storage.save(f"contenus/{name}", ContentFile(b"%PDF-1"))
        moment = (now - age * DAY).timestamp()
        os.utime(default_storage.path(saved), (moment, moment))

    assert erase_orphans(now) == 1
    assert "neuf.pdf" in stored()
    assert "vieux.pdf" not in stored()


# A version whose file is gone


def test_a_version_comes_back_with_todays_file_once_its_own_is_erased(now):
    picture = RecapPictureFactory(alternative="Une salle vide")
    first, old = picture.history.latest(), picture.medium.name
    picture.alternative = "Une salle pleine"
    for name in ("small", "medium", "large"):
        setattr(picture, name, ContentFile(b"webp", f"autre-{name}.webp"))
    picture.save()
    assert draft(first).losses == []
    erase_orphans(now + KEPT + DAY)

    losses = restore(first)

    picture.refresh_from_db()
    assert losses == [FILE_KEPT]
    assert (picture.alternative, picture.medium.name == old) == ("Une salle vide", False)
    assert default_storage.exists(picture.medium.name)


def test_a_picture_whose_file_is_gone_stays_in_the_bin_and_says_so(now):
    picture = RecapPictureFactory(alternative="Une salle")
    recap = picture.recap
    recap.delete()
    erase_orphans(now + KEPT + DAY)

    plan = recover(deleted_versions(type(recap)).get())

    assert [type(result.record) for result in plan.drafts] == [type(recap)]
    assert losses_of(plan) == [f"Image « Une salle » ne revient pas : {FILE_GONE}"]


def test_nothing_sent_is_nothing_to_erase(now):
    assert erase_orphans(now) == 0


def test_it_falls_due(now):
    document = RecapDocumentFactory()
    document.delete()

    said = {outcome.label: outcome.said for outcome in run_all(now + KEPT + DAY)}

    assert said["fichiers"] == "1 que plus rien ne nomme effacés"


def test_file_that_the_disk_cannot_hold_leaves_nothing(settings):
    class Full(ContentFile):
        def chunks(self, chunk_size=None):
            yield b"%PDF-1"
            raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        default_storage.save("contenus/a.pdf", Full(b""))
    assert stored() == set()
    assert default_storage.save("contenus/a.pdf", ContentFile(b"%PDF-1")) == "contenus/a.pdf"
    assert stored() == {"a.pdf"}
