"""Opening an account and signing in by code: who has one is told to its owner only."""

import datetime
import re

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP
from django.core import mail
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from coopemploi.accounts.models import User
from coopemploi.accounts.services import forget_unconfirmed
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_rate_limit_left_over():
    cache.clear()


def known_user(email="camille@example.org", **fields):
    user = UserFactory(email=email, **fields)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user


def sign_up(client, email, **fields):
    return client.post(reverse("account_signup"), {"email": email, "website": "", **fields})


def code_of(message):
    return re.search(r"^([A-Z0-9-]{6,})$", message.body, re.MULTILINE)[1]


def is_signed_in(client):
    return "_auth_user_id" in client.session


def without_tokens(page, email):
    page = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", page)
    return page.replace(email, "ADRESSE")


def test_an_address_that_no_account_can_hold_is_refused(client):
    response = sign_up(client, f"{'a' * 243}@example.org")

    assert response.status_code in (200, 400)
    assert "254 caractères" in response.text
    assert not User.objects.exists()


def test_sign_up_asks_for_an_address_only(client):
    page = client.get(reverse("account_signup")).text
    form = page[page.index("<main") :]
    assert 'name="email"' in form
    assert "password" not in form


def test_sign_up_then_code_signs_in(client):
    response = sign_up(client, "Dominique@Example.org")
    assert response.url == reverse("account_email_verification_sent")
    assert not is_signed_in(client)
    (message,) = mail.outbox
    assert message.to == ["dominique@example.org"]
    client.post(response.url, {"code": code_of(message)})
    assert is_signed_in(client)
    user = User.objects.get()
    assert (user.email, user.has_usable_password(), user.is_staff) == (
        "dominique@example.org",
        False,
        False,
    )


def test_sign_up_without_code_opens_nothing(client):
    page = sign_up(client, "dominique@example.org")
    assert client.post(page.url, {"code": "FAUX-CODE"}).status_code == 200
    assert not is_signed_in(client)
    assert not EmailAddress.objects.filter(verified=True).exists()
    assert client.get(reverse("account")).status_code == 302


def test_sign_up_wrong_codes_are_counted(client):
    page = sign_up(client, "dominique@example.org")
    for _ in range(3):
        client.post(page.url, {"code": "FAUX-CODE"})
    client.post(page.url, {"code": code_of(mail.outbox[0])})
    assert not is_signed_in(client)


def test_sign_up_does_not_tell_who_has_an_account(client):
    known_user("connue@example.org")
    seen = []
    for email in ("connue@example.org", "inconnue@example.org"):
        client.cookies.clear()
        response = sign_up(client, email)
        page = client.get(response.url)
        seen.append((response.status_code, response.url, without_tokens(page.text, email)))
    assert seen[0] == seen[1]
    to_known, to_unknown = mail.outbox
    assert "déjà un compte" in to_known.body
    assert "déjà un compte" not in to_unknown.body


def test_sign_up_of_a_robot_creates_nobody_and_writes_to_nobody(client):
    response = sign_up(client, "victime@example.org", website="https://spam.example")
    assert response.url == reverse("account_email_verification_sent")
    assert not User.objects.exists()
    assert mail.outbox == []


def test_address_taken_by_a_stranger_is_its_owners(client):
    """Whoever signs up with somebody else's address holds nothing of the account."""
    sign_up(client, "victime@example.org")
    client.cookies.clear()
    client.post(reverse("account_request_login_code"), {"email": "victime@example.org"})
    client.post(reverse("account_confirm_login_code"), {"code": code_of(mail.outbox[-1])})
    assert is_signed_in(client)
    assert not User.objects.get().has_usable_password()


def test_sign_up_can_be_closed(client, settings):
    settings.OPEN_SIGN_UP = False
    assert "donnés par l'équipe du site" in client.get(reverse("account_signup")).text
    sign_up(client, "dominique@example.org")
    assert not User.objects.exists()


def test_sign_in_by_code(client):
    user = known_user()
    response = client.post(reverse("account_request_login_code"), {"email": user.email})
    assert response.url == reverse("account_confirm_login_code")
    assert not is_signed_in(client)
    client.post(response.url, {"code": code_of(mail.outbox[0])})
    assert client.session["_auth_user_id"] == str(user.pk)


def test_sign_in_by_code_keeps_next(client):
    known_user()
    response = client.post(
        reverse("account_request_login_code"), {"email": "camille@example.org", "next": "/actions/"}
    )
    data = {"code": code_of(mail.outbox[0]), "next": "/actions/"}
    assert client.post(response.url, data).url == "/actions/"


def test_sign_in_by_code_does_not_tell_who_has_an_account(client):
    known_user("connue@example.org")
    seen = []
    for email in ("connue@example.org", "inconnue@example.org"):
        client.cookies.clear()
        response = client.post(reverse("account_request_login_code"), {"email": email})
        page = client.get(response.url)
        seen.append((response.status_code, response.url, without_tokens(page.text, email)))
    assert seen[0] == seen[1]
    assert [message.subject for message in mail.outbox] == [
        "Votre code de connexion",
        "Aucun compte à cette adresse",
    ]


def test_code_is_no_second_factor(client):
    staff = known_user(is_staff=True, is_superuser=True)
    TOTP.activate(staff, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    client.post(reverse("account_request_login_code"), {"email": staff.email})
    response = client.post(reverse("account_confirm_login_code"), {"code": code_of(mail.outbox[0])})
    assert response.url == reverse("mfa_authenticate")
    assert not is_signed_in(client)


def test_staff_signed_in_by_code_must_set_a_second_factor_up(client):
    staff = known_user(is_staff=True, is_superuser=True)
    client.post(reverse("account_request_login_code"), {"email": staff.email})
    client.post(reverse("account_confirm_login_code"), {"code": code_of(mail.outbox[0])})
    assert client.get(reverse("admin:index")).url == reverse("mfa_activate_totp")


def test_password_is_optional_and_chosen_later(client):
    user = known_user()
    user.set_unusable_password()
    user.save()
    client.force_login(user)
    assert "Choisir un mot de passe" in client.get(reverse("account")).text
    data = {"password1": "un-secret-bien-long", "password2": "un-secret-bien-long"}
    client.post(reverse("account_set_password"), data)
    user.refresh_from_db()
    assert user.check_password("un-secret-bien-long")


def test_passkey_can_be_added_without_password(client):
    user = known_user()
    user.set_unusable_password()
    user.save()
    client.force_login(user)
    assert "Ajouter cette clé" in client.get(reverse("mfa_add_webauthn")).text


def test_mails_of_codes_are_french(client):
    known_user()
    sign_up(client, "camille@example.org")
    client.cookies.clear()
    sign_up(client, "nouvelle@example.org")
    client.cookies.clear()
    client.post(reverse("account_request_login_code"), {"email": "camille@example.org"})
    assert [message.subject for message in mail.outbox] == [
        "Vous avez déjà un compte",
        "Votre code, pour ouvrir votre compte",
        "Votre code de connexion",
    ]
    assert all(message.body.startswith("Bonjour,") for message in mail.outbox)


def test_unconfirmed_accounts_are_forgotten_after_a_week(client):
    now = timezone.now()
    sign_up(client, "jamais@example.org")
    given = UserFactory(email="invitee@example.org")
    confirmed = known_user("confirmee@example.org")
    User.objects.update(date_joined=now - datetime.timedelta(days=8))
    client.cookies.clear()
    sign_up(client, "hier@example.org")

    assert forget_unconfirmed(now) == 1
    assert forget_unconfirmed(now) == 0
    left = {user.email for user in User.objects.all()}
    assert left == {given.email, confirmed.email, "hier@example.org"}
