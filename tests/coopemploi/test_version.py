"""How the content of the site is known to have changed, and what is kept until then."""

from contextlib import contextmanager

import pytest
from django.db import connection, transaction
from django.db.models import F

from coopemploi import bulk, version
from coopemploi.derived import registry
from coopemploi.identity.models import Identity
from coopemploi.search.catalogue import catalogue_of
from coopemploi.search.models import Edition
from coopemploi.vocabulary.models import GlossaryTerm
from initiatives.models import Initiative
from tests.factories import GlossaryTermFactory, InitiativeFactory, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def changes(monkeypatch):
    """A function: by how much the version grew since it was last called."""
    monkeypatch.setattr(version, "MAX_AGE", 0)
    seen = [version.current()]

    def count():
        seen.append(version.current())
        return seen[-1] - seen[-2]

    return count


def test_what_is_saved_changes_the_version(changes):
    InitiativeFactory()
    assert changes() > 0


def test_what_is_written_in_bulk_changes_the_version(changes):
    InitiativeFactory()
    changes()
    type(InitiativeFactory.build()).objects.update(summary="Un autre résumé.")
    assert changes() == 1


def test_what_is_inserted_in_bulk_changes_the_version(changes):
    bulk.insert([GlossaryTerm(term="PLIE", slug="plie", expansions=["plan"])])
    assert changes() == 1


def test_transaction_counts_once_when_it_is_committed(changes):
    with transaction.atomic():
        GlossaryTerm.objects.create(term="PLIE", slug="plie")
        GlossaryTerm.objects.filter(slug="plie").update(term="Plie")
        assert changes() == 0
    assert changes() >= 1


def test_what_is_rolled_back_changes_nothing(changes):
    with transaction.atomic():
        GlossaryTerm.objects.create(term="PLIE", slug="plie")
        transaction.set_rollback(True)
    registry.forget()
    assert changes() == 0


def test_who_signs_in_changes_nothing(changes, client):
    user = UserFactory()
    changes()
    client.force_login(user)
    user.save(update_fields=["last_login"])
    assert changes() == 0


def test_reading_changes_nothing(changes, client):
    client.get("/")
    assert changes() == 0


def test_what_is_kept_is_read_once_until_something_changes():
    reads = []
    terms = version.kept(lambda: reads.append(1) or GlossaryTerm.objects.count())
    assert [terms(), terms()] == [0, 0]
    assert len(reads) == 1
    GlossaryTermFactory()
    assert [terms(), terms()] == [1, 1]


def test_what_is_kept_is_that_of_the_last_arguments():
    reads = []
    doubled = version.kept(lambda number: reads.append(number) or 2 * number)
    assert [doubled(1), doubled(1), doubled(2), doubled(1)] == [2, 2, 4, 2]
    assert reads == [1, 2, 1]


def test_what_is_not_committed_is_never_kept():
    terms = version.kept(lambda: GlossaryTerm.objects.count())
    with transaction.atomic():
        GlossaryTermFactory()
        assert terms() == 1
        transaction.set_rollback(True)
    assert terms() == 0


@contextmanager
def another_process():
    """What is written within is heard by nothing here."""
    wrappers, connection.execute_wrappers = connection.execute_wrappers, []
    try:
        yield
        Edition.objects.filter(model="site").update(number=F("number") + 1)
    finally:
        connection.execute_wrappers = wrappers


def test_change_of_another_process_is_seen_after_a_while(monkeypatch):
    terms = version.kept(lambda: GlossaryTerm.objects.count())
    GlossaryTermFactory()
    assert terms() == 1
    with another_process():
        GlossaryTerm.objects.all().delete()
    monkeypatch.setattr(version, "MAX_AGE", 0)
    assert terms() == 0


def test_what_is_distrusted_is_read_again_however_long_it_is_trusted(monkeypatch):
    GlossaryTermFactory()
    before = version.current()
    with another_process():
        pass
    version.distrust()
    monkeypatch.setattr(version, "MAX_AGE", 10**9)  # no machine has been on for so long
    assert version.current() == before + 1


def test_list_of_another_process_is_read_with_the_version(monkeypatch):
    monkeypatch.setattr(version, "MAX_AGE", 3600)
    assert catalogue_of(Initiative).everything == 0
    with another_process():
        InitiativeFactory()
        registry.flush()
    assert catalogue_of(Initiative).everything == 0
    version.distrust()
    assert catalogue_of(Initiative).everything == 1


def test_who_is_signed_in_sees_it_at_once(client):
    Identity.objects.create(pk=1, name="Réseau d'essai")
    client.force_login(UserFactory())
    assert "Réseau du Forez" not in client.get("/").text
    with another_process():
        Identity.objects.update(name="Réseau du Forez")
    assert "Réseau du Forez" in client.get("/").text
