"""The mail that tells animateurs what awaits their decision."""

import datetime

import pytest
from django.core.management import call_command
from django.utils import timezone
from post_office.models import Email

from coopemploi.mail.models import Refusal
from coopemploi.participation.models import Belonging, Proposal
from coopemploi.participation.services import tell_reviewers
from territories.models import Mandate
from tests.factories import (
    ActorFactory,
    BelongingFactory,
    MandateFactory,
    ProposalFactory,
    RefusalFactory,
    TerritoryFactory,
)

pytestmark = pytest.mark.django_db
Role = Mandate.Role


@pytest.fixture
def actor():
    actor = ActorFactory(name="PLIE d'essai")
    actor.territories.add(TerritoryFactory(kind="departement"))
    return actor


def somebody(role, territory, email):
    return MandateFactory(
        role=role, territory=territory, user__is_staff=True, user__email=email
    ).user


def told():
    return {email.to[0]: email.message for email in Email.objects.order_by("pk")}


def test_only_who_decides_is_told_and_of_nothing_else(actor):
    place = actor.territories.get()
    somebody(Role.ANIMATEUR, place, "ici@example.org")
    somebody(Role.NATIONAL, None, "partout@example.org")
    somebody(Role.ANIMATEUR, TerritoryFactory(kind="departement"), "ailleurs@example.org")
    somebody(Role.CONTRIBUTOR, place, "contribue@example.org")
    somebody(Role.READER, None, "lit@example.org")
    ProposalFactory(title="Une conciergerie", actor=actor)
    elsewhere = ActorFactory()
    elsewhere.territories.add(TerritoryFactory(kind="departement"))
    ProposalFactory(title="Un garage", actor=elsewhere)
    BelongingFactory(person__last_name="Nouvelle", actor=actor, state="asked")

    assert tell_reviewers(timezone.now()) == 2

    mails = told()
    assert set(mails) == {"ici@example.org", "partout@example.org"}
    assert "Une conciergerie" in mails["ici@example.org"]
    assert "Un garage" not in mails["ici@example.org"]
    assert "Nouvelle, PLIE d'essai" in mails["ici@example.org"]
    assert "Un garage" in mails["partout@example.org"]


def test_each_is_told_once_and_what_is_decided_never(actor):
    somebody(Role.NATIONAL, None, "partout@example.org")
    ProposalFactory(state=Proposal.State.REFUSED, actor=actor)
    BelongingFactory(state=Belonging.State.APPROVED, actor=actor)
    assert tell_reviewers(timezone.now()) == 0
    ProposalFactory(actor=actor)

    call_command("run_due")
    call_command("run_due")

    assert list(told()) == ["partout@example.org"]


def test_news_of_a_day_wait_for_the_next(actor):
    somebody(Role.NATIONAL, None, "partout@example.org")
    ProposalFactory(actor=actor)
    now = timezone.now()
    assert tell_reviewers(now) == 1
    ProposalFactory(title="Une laverie", actor=actor)

    assert tell_reviewers(now + datetime.timedelta(hours=19)) == 0
    assert tell_reviewers(now + datetime.timedelta(hours=21)) == 1
    assert "Une laverie" in Email.objects.latest("pk").message


def test_who_refuses_is_not_told(actor):
    somebody(Role.NATIONAL, None, "non@example.org")
    RefusalFactory(address="non@example.org", topic=Refusal.Topic.PROPOSAL)
    ProposalFactory(actor=actor)

    assert tell_reviewers(timezone.now()) == 0
    assert told() == {}


def test_cost_does_not_grow_with_proposals(actor, django_assert_num_queries):
    somebody(Role.NATIONAL, None, "partout@example.org")
    ProposalFactory(actor=actor)
    day = timezone.now()
    tell_reviewers(day)  # the templates are read
    for count in (1, 30):
        ProposalFactory.create_batch(count, actor=actor)
        with django_assert_num_queries(17):
            tell_reviewers(day + datetime.timedelta(days=count))
