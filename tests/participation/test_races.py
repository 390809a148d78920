"""Two who send the same thing at the same instant: on PostgreSQL, where they run together."""

import pytest
from allauth.account.models import EmailAddress
from django.db import connection
from django.urls import reverse
from post_office.models import Email

from coopemploi.merging.merge import merge
from coopemploi.participation import services
from coopemploi.participation.models import Proposal
from initiatives.models import Initiative, Need
from territories.models import Person, Position
from tests.conftest import SignedInClient
from tests.events.test_registration_races import run_together
from tests.factories import (
    BelongingFactory,
    InitiativeFactory,
    PersonFactory,
    ProposalFactory,
    UserFactory,
)

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        connection.vendor != "postgresql", reason="SQLite lets one transaction write at a time"
    ),
]
NEED = {"text": "Un besoin proposé", "kind": "knowledge"}


@pytest.fixture
def reviewers():
    return [signed_in(UserFactory(is_staff=True, is_superuser=True)) for _ in range(2)]


def signed_in(user):
    client = SignedInClient(raise_request_exception=False)
    client.force_login(user)
    return client


def post_together(clients, address, forms):
    """Send each form at once; return the statuses, in order."""
    statuses = []
    failed = run_together(
        [
            lambda client=client, form=form: statuses.append(client.post(address, form).status_code)
            for client, form in zip(clients, forms, strict=True)
        ]
    )
    assert failed == []
    return sorted(statuses)


def review(proposal):
    return reverse("admin:participation_proposal_change", args=[proposal.pk])


def test_two_reviewers_publish_one_record(reviewers):
    proposal = ProposalFactory(values=NEED)

    statuses = post_together(reviewers, review(proposal), [NEED | {"publier": ""}] * 2)

    assert statuses == [302, 409]
    assert (Need.objects.count(), Email.objects.count()) == (1, 1)


def test_one_publishes_and_one_refuses(reviewers):
    proposal = ProposalFactory(values=NEED)
    forms = [NEED | {"publier": ""}, {"refuser": "", "comment": "Déjà sur le site."}]

    statuses = post_together(reviewers, review(proposal), forms)

    assert statuses == [302, 409]
    is_published = Proposal.objects.get().state == Proposal.State.PUBLISHED
    assert (Need.objects.count(), Email.objects.count()) == (int(is_published), 1)


def test_without_the_lock_one_of_the_two_fails(reviewers, monkeypatch):
    """What the tests above would not see, were they to prove nothing."""
    monkeypatch.setattr(services, "locked", lambda proposal: proposal)
    statuses = set()
    for number in range(5):
        need = NEED | {"text": f"Un besoin {number}"}
        proposal = ProposalFactory(values=need)
        statuses |= set(post_together(reviewers, review(proposal), [need | {"publier": ""}] * 2))

    assert 500 in statuses


def test_two_proposals_on_one_sheet_are_both_written(reviewers):
    initiative = InitiativeFactory(title="Avant", summary="Avant")
    proposals = [
        ProposalFactory(
            kind="initiative", record=initiative, values={name: "Après"}, before={name: "Avant"}
        )
        for name in ("title", "summary")
    ]
    works = [
        lambda client=client, proposal=proposal: client.post(
            review(proposal), {**proposal.values, "publier": ""}
        )
        for client, proposal in zip(reviewers, proposals, strict=True)
    ]

    assert run_together(works) == []

    assert Initiative.objects.values_list("title", "summary").get() == ("Après", "Après")


def test_a_change_is_published_while_its_sheet_is_merged(reviewers):
    for _ in range(5):
        kept, gone = InitiativeFactory.create_batch(2, summary="Avant")
        proposal = ProposalFactory(
            kind="initiative", record=gone, values={"summary": "Après"}, before={"summary": "Avant"}
        )
        form, statuses = {"summary": "Après", "publier": ""}, []

        def publish(proposal=proposal, form=form, statuses=statuses):
            statuses.append(reviewers[0].post(review(proposal), form).status_code)

        failed = run_together([publish, lambda kept=kept, gone=gone: merge(kept, gone)])

        proposal.refresh_from_db()
        assert (failed, statuses) == ([], [302])
        assert (proposal.state, proposal.record) == ("published", kept)
        assert not Initiative.objects.filter(pk=gone.pk).exists()


def test_two_who_accept_a_belonging_make_one_position(reviewers):
    belonging = BelongingFactory(person=PersonFactory(email="noe@example.org"))
    address = reverse("belonging_decide", args=[belonging.pk])

    assert post_together(reviewers, address, [{"accepter": ""}] * 2) == [302, 302]

    assert (Position.objects.count(), Email.objects.count()) == (1, 1)


def test_a_first_profile_sent_twice_makes_one_person():
    user = UserFactory(email="lea@example.org")
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    clients = [signed_in(user), signed_in(user)]
    form = {"first_name": "Léa", "last_name": "Cherche", "phone": "05 56 00 00 00"}

    assert post_together(clients, reverse("my_profile"), [form] * 2) == [302, 302]

    person = Person.objects.get()
    assert (person.full_name, person.phone) == ("Léa Cherche", "05 56 00 00 00")
