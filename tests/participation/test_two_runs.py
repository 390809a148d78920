"""Two machines whose nightly jobs run at once: each mail leaves once."""

import datetime
import time

import pytest
from django.db import connection
from django.utils import timezone
from post_office.models import Email

from coopemploi.participation import services
from tests.events.test_registration_races import run_together
from tests.factories import MandateFactory, ProposalFactory, UserFactory

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        connection.vendor != "postgresql", reason="SQLite lets one transaction write at a time"
    ),
]


@pytest.fixture(autouse=True)
def _slow_mail(monkeypatch):
    """Whoever runs second begins before the first one is done."""
    send = services.send_mail_later

    def slowly(**given):
        time.sleep(1)
        return send(**given)

    monkeypatch.setattr(services, "send_mail_later", slowly)


def test_reviewers_are_told_once():
    MandateFactory(role="national", territory=None, user__is_staff=True)
    ProposalFactory()
    now = timezone.now()

    assert run_together([lambda: services.tell_reviewers(now)] * 2) == []
    assert Email.objects.count() == 1


def test_inactive_accounts_are_warned_once():
    now = timezone.now()
    long_ago = now - datetime.timedelta(days=1070)
    UserFactory(last_login=long_ago, date_joined=long_ago)

    assert run_together([lambda: services.warn_inactive(now)] * 2) == []
    assert Email.objects.count() == 1
