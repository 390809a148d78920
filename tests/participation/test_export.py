"""What somebody takes away of what the site holds of them: all of it, or a reason why not."""

import json

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.urls import reverse

from coopemploi.accounts.models import User
from coopemploi.mail.services import send_mail_later
from coopemploi.participation.export import export_of
from initiatives.models import Initiative
from territories.models import Mandate, Person
from tests.factories import (
    FollowUpMailFactory,
    IntroductionBlockFactory,
    PersonFactory,
    RegistrationFactory,
    SavedFilterFactory,
    TerritoryFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

ADDRESS = "lea@example.org"

SAID = {
    "account.EmailAddress.user",
    "accounts.SavedFilter.user",
    "admin.LogEntry.user",
    "events.ActionParty.contact",
    "events.Appearance.person",
    "events.Attendance.person",
    "events.FollowUpMail.person",
    "events.RoundTablePerson.person",
    "events.Verbatim.person",
    "initiatives.Introduction.asked_by",
    "initiatives.Introduction.helper",
    "initiatives.Introduction.seeker",
    "initiatives.IntroductionBlock.by",
    "initiatives.Need.person",
    "initiatives.Offer.person",
    "mfa.Authenticator.user",
    "participation.Belonging.person",
    "participation.Proposal.user",
    "socialaccount.SocialAccount.user",
    "territories.Mandate.user",
    "territories.NetworkMembership.person",
    "territories.Person.user",
    "territories.Position.person",
    "usersessions.UserSession.user",
}
# What the team did of the records, whose content is not theirs: the journal says when.
OF_THE_TEAM = {
    "events.RoundTableBatch.user",
    "imports.ImportBatch.user",
    "merging.Distinction.said_by",
    "merging.Merge.merged_by",
    "merging.Merge.undone_by",
    "participation.Belonging.decided_by",
    "participation.Proposal.decided_by",
}
# Somebody else's wish, which they were not told.
OF_SOMEBODY_ELSE = {"initiatives.IntroductionBlock.blocked"}


def is_left_out(field):
    model = field.model
    return (
        hasattr(model, "history_id")  # versions say what the record says
        or model._meta.auto_created
        or field.name == "created_by"  # of a record, public and of the network
    )


def test_every_link_to_somebody_is_in_the_export_or_left_out_on_purpose():
    found = {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if field.is_relation and field.related_model in (User, Person) and not is_left_out(field)
    }
    assert found == SAID | OF_THE_TEAM | OF_SOMEBODY_ELSE


def test_export_says_what_an_account_holds(client):
    user = UserFactory(email=ADDRESS)
    EmailAddress.objects.create(user=user, email=ADDRESS, verified=True, primary=True)
    SocialAccount.objects.create(
        user=user, provider="oidc", uid="1234", extra_data={"given_name": "Léa"}
    )
    session = {"user": user, "ip": "192.0.2.7", "session_key": "secret", "user_agent": "Firefox"}
    UserSession.objects.create(**session)
    UserSession.objects.create(**session | {"user": UserFactory(), "session_key": "other"})
    client.force_login(user)

    response = client.get(reverse("my_data"))

    account = json.loads(response.text)["compte"]
    opened = account["connexions ouvertes"]
    assert [(each["navigateur"], each["adresse IP"]) for each in opened] == [
        ("Firefox", "192.0.2.7")
    ]
    [other_site] = account["connexion par un autre site"]
    assert other_site["ce qu'il en dit"] == {"given_name": "Léa"}
    assert "secret" not in response.text


def test_export_says_what_somebody_of_the_team_may_do_and_did():
    user, other = UserFactory(email=ADDRESS, is_staff=True), UserFactory()
    SavedFilterFactory(user=user, name="Mes initiatives")
    SavedFilterFactory(user=other)
    Mandate.objects.create(user=user, territory=TerritoryFactory(name="Landes"), role="animateur")
    for each in (user, other):
        LogEntry.objects.create(
            user=each,
            content_type=ContentType.objects.get_for_model(Initiative),
            object_repr="Un garage",
            action_flag=CHANGE,
        )

    work = export_of(user)["gestion"]

    assert [each["nom"] for each in work["recherches gardées"]] == ["Mes initiatives"]
    assert [(each["rôle"], each["périmètre"]) for each in work["mandats"]] == [
        ("animation", "Landes")
    ]
    [line] = work["journal"]
    assert line["sorte de fiche"] == "initiative"
    assert "Un garage" not in str(line)


def test_export_says_the_mail_one_was_sent_and_what_one_was_asked():
    user = UserFactory(email=ADDRESS)
    EmailAddress.objects.create(user=user, email=ADDRESS, verified=True, primary=True)
    person = PersonFactory(user=user, email=ADDRESS)
    RegistrationFactory(email=ADDRESS, presence="present")
    FollowUpMailFactory(person=person, sent_on="2026-11-02")
    IntroductionBlockFactory(by=person)
    IntroductionBlockFactory(blocked=person)
    for address in (ADDRESS, "noe@example.org"):
        message = {"name": "Ada", "email": "", "subject": f"Pour {address}", "message": "Bonjour"}
        send_mail_later(to=address, template="contact", context=message)

    said = export_of(user)

    [mail] = said["courriels"]
    assert ADDRESS in mail["objet"]
    assert said["personne"]["interrogée sur ses actions le"] == ["2026-11-02"]
    assert said["personne"]["personnes dont vous ne voulez plus rien recevoir"] == 1
    assert [each["présence"] for each in said["inscriptions"]] == ["présent"]
