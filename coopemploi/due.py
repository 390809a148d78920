"""What falls due: reminders, follow-ups, digests, retention. One idempotent command runs it all.

An app says what it has to do in its `due.py`; `manage.py run_due` runs each job by itself:
one that fails does not keep the others from running.
"""

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import autodiscover_modules


@dataclass(frozen=True)
class Job:
    label: str
    run: callable
    is_atomic: bool


@dataclass(frozen=True)
class Outcome:
    label: str
    said: str = ""
    error: Exception | None = None


_jobs = []


def due(label, *, is_atomic=False):
    """Declare a job: a function of the time `at`, which says in French what it did.

    A job runs as often as one likes and does each thing once: it writes down what it did
    with it. An `is_atomic` one is rolled back whole when it fails.
    """

    def declare(run):
        _jobs.append(Job(label, run, is_atomic))
        return run

    return declare


def jobs():
    autodiscover_modules("due")
    return list(_jobs)


def run_all(at=None, *, is_rehearsal=False):
    """Run every job as of the time `at` (now); yield each `Outcome`. A rehearsal writes nothing."""
    at = at or timezone.now()
    for job in jobs():
        try:
            if is_rehearsal or job.is_atomic:
                with transaction.atomic():
                    said = job.run(at)
                    transaction.set_rollback(is_rehearsal)
            else:
                said = job.run(at)
        except Exception as error:
            yield Outcome(job.label, error=error)
        else:
            yield Outcome(job.label, said or "")
