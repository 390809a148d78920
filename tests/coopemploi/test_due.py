"""What falls due: each job by itself, a rehearsal that writes nothing."""

import pytest
from django.core.management import CommandError, call_command

from coopemploi import due
from coopemploi.vocabulary.models import Theme

pytestmark = pytest.mark.django_db


@pytest.fixture
def jobs(monkeypatch):
    """No job but those of the test."""
    kept = []
    monkeypatch.setattr(due, "_jobs", kept)
    monkeypatch.setattr(due, "autodiscover_modules", lambda name: None)
    return kept


def write(at):
    Theme.objects.create(name="Mobilité")
    return "1 thème"


def fail(at):
    Theme.objects.create(name="Logement")
    raise ValueError


def test_one_job_that_fails_leaves_the_others(jobs, capsys):
    due.due("échec", is_atomic=True)(fail)
    due.due("écriture")(write)
    with pytest.raises(CommandError, match="échec"):
        call_command("run_due")
    assert list(Theme.objects.values_list("name", flat=True)) == ["Mobilité"]
    assert capsys.readouterr().out == "écriture : 1 thème\n"


def test_rehearsal_writes_nothing(jobs, capsys):
    due.due("écriture")(write)
    call_command("run_due", "--dry-run")
    assert capsys.readouterr().out == "écriture : 1 thème\n"
    assert not Theme.objects.exists()


def test_the_jobs_of_the_site(capsys):
    call_command("run_due")
    labels = [line.partition(" : ")[0] for line in capsys.readouterr().out.splitlines()]
    assert {"comptes", "courriels", "alertes"} <= set(labels)
