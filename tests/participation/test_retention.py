"""What the site forgets by itself, and when."""

import datetime

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from post_office.models import Email

from coopemploi.accounts.models import User
from coopemploi.accounts.services import forget_journal, forget_sessions
from coopemploi.due import jobs
from coopemploi.imports.models import ImportBatch
from coopemploi.mail.due import background_work
from coopemploi.participation.due import proposals
from coopemploi.participation.models import Proposal
from coopemploi.participation.services import forget_inactive, warn_inactive
from territories.models import Person
from tests.factories import PersonFactory, ProposalFactory, UserFactory

pytestmark = pytest.mark.django_db

NOW = timezone.now()


def days(count):
    return NOW - datetime.timedelta(days=count)


def last_seen(ago, **values):
    return UserFactory(last_login=days(ago), date_joined=days(2000), **values)


def test_who_does_not_come_back_is_warned_then_forgotten():
    user = last_seen(1070)
    person = PersonFactory(user=user, email=user.email)
    last_seen(1000)
    last_seen(2000, is_staff=True)

    assert (warn_inactive(NOW), warn_inactive(NOW)) == (1, 0)
    assert Email.objects.get().to == [user.email]
    assert forget_inactive(NOW) == 0
    assert forget_inactive(days(-29)) == 0
    assert forget_inactive(days(-31)) == 1
    assert not User.objects.filter(pk=user.pk).exists()
    assert Person.objects.get(pk=person.pk).full_name == Person.WITHDRAWN_NAME
    assert User.objects.count() == 2


def test_accounts_of_the_demo_are_never_inactive():
    last_seen(2000, is_demo=True)

    assert warn_inactive(NOW) == 0
    assert forget_inactive(days(-31)) == 0


def test_who_comes_back_is_kept_and_warned_again_another_time():
    user = last_seen(1070)
    warn_inactive(NOW)
    User.objects.filter(pk=user.pk).update(last_login=days(-1))

    assert forget_inactive(days(-31)) == 0
    assert warn_inactive(days(-1075)) == 1


def test_account_never_used_is_counted_from_its_opening():
    UserFactory(last_login=None, date_joined=days(1200))

    assert warn_inactive(NOW) == 1
    assert forget_inactive(days(-31)) == 1


def test_sessions_that_are_over_leave_no_address():
    user = UserFactory()
    for key, until in (("finie", days(1)), ("ouverte", days(-1))):
        Session.objects.create(session_key=key, session_data="", expire_date=until)
        UserSession.objects.create(user=user, session_key=key, ip="192.0.2.1", user_agent="x")

    assert forget_sessions(NOW) == 1
    assert [each.session_key for each in UserSession.objects.all()] == ["ouverte"]


def test_background_work_is_forgotten_a_month_after():
    """What failed tells on which data it did; what waits is still to be done."""
    for ago, status in ((31, "FAILED"), (31, "SUCCESSFUL"), (29, "FAILED"), (40, "READY")):
        DBTaskResult.objects.create(
            status=status,
            finished_at=None if status == "READY" else days(ago),
            enqueued_at=days(ago),
            args_kwargs={"args": [], "kwargs": {}},
            task_path="coopemploi.mail.tasks.deliver",
            run_after=days(ago),
            traceback="DETAIL: Failing row contains (Léa, Roux)",
        )

    assert background_work(NOW) == "2 travaux anciens effacés"
    assert set(DBTaskResult.objects.values_list("status", flat=True)) == {"FAILED", "READY"}


def test_journal_is_kept_a_year():
    kind = ContentType.objects.get_for_model(Person)
    for ago in (366, 364):
        LogEntry.objects.create(
            user=UserFactory(),
            content_type=kind,
            object_repr=str(ago),
            action_flag=CHANGE,
            action_time=days(ago),
        )

    assert forget_journal(NOW) == 1
    assert LogEntry.objects.get().object_repr == "364"


def test_who_proposed_is_forgotten_a_year_after_the_answer():
    ProposalFactory(state="published", decided_at=days(366))
    ProposalFactory(state="refused", decided_at=days(364))
    ProposalFactory()

    proposals(NOW)

    assert [each.email for each in Proposal.objects.order_by("pk")] == [
        "",
        "camille@example.org",
        "camille@example.org",
    ]


def test_who_proposed_is_forgotten_though_nobody_answered():
    ProposalFactory(created_at=days(731))
    ProposalFactory(created_at=days(729))

    proposals(NOW)

    emails = [each.email for each in Proposal.objects.order_by("created_at")]
    assert emails == ["", "camille@example.org"]


def test_files_of_imports_are_forgotten_by_the_nightly_command():
    ImportBatch.objects.create(
        user=UserFactory(), model="x", file_name="x.csv", table={}, sent_at=days(31)
    )

    call_command("run_due", "--dry-run")
    assert ImportBatch.objects.exists()
    call_command("run_due")
    assert not ImportBatch.objects.exists()


def test_retention_of_the_record_of_processing_is_that_of_the_code():
    """`docs/rgpd.md` names jobs: each is one of the site."""
    with open("docs/rgpd.md", encoding="utf-8") as document:
        text = document.read()
    named = {part.split("`")[0] for part in text.split("tâche `")[1:]}

    assert len(named) > 8
    assert named <= {job.label for job in jobs()}
