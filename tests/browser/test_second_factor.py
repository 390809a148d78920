"""Signing in with a second factor, by keyboard, under the content policy of the site."""

import re
import time

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.core.cache import cache
from django.urls import reverse
from playwright.sync_api import expect

from tests.factories import UserFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
ADMIN = re.compile(r"/admin/$")
KEY = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def user():
    cache.clear()
    user = UserFactory(email="camille@example.org", is_staff=True, is_superuser=True)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


@pytest.fixture
def site(site):
    """Passkeys belong to a name: an address in figures has none."""
    return site.replace("127.0.0.1", "localhost")


def code(secret):
    """A code with time left to be typed."""
    if time.time() % 30 > 25:
        time.sleep(6)
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def give_password(page, site):
    page.goto(f"{site}/admin/")
    page.get_by_label("E-mail").fill("camille@example.org")
    page.get_by_label("Mot de passe", exact=False).first.fill("mot de passe")
    page.keyboard.press("Enter")


def test_application_is_set_up_then_asked(page, site, user):
    give_password(page, site)
    expect(page.get_by_role("heading", name="C'est bien vous ?")).to_be_visible()
    page.get_by_label("Mot de passe", exact=False).first.fill("mot de passe")
    page.keyboard.press("Enter")
    expect(page.get_by_role("img", name="Code QR")).to_be_visible()
    secret = page.locator("code.secret").text_content()
    page.get_by_label("Code de l'authentificateur").fill(code(secret))
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name="Codes de secours")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="téléchargez les codes").press("Enter")
    kept = download.value.path().read_text().split()
    assert kept == page.locator(".recovery-codes code").all_text_contents()
    page.get_by_role("link", name="Je les ai gardés, continuer").press("Enter")
    expect(page).to_have_url(ADMIN)

    page.context.clear_cookies()
    give_password(page, site)
    expect(page.get_by_role("heading", name="Votre second facteur")).to_be_visible()
    page.get_by_label("Code").fill(kept[0])
    page.keyboard.press("Enter")
    expect(page).to_have_url(ADMIN)


def test_admin_is_entered_with_the_code_of_the_application(page, site, user):
    TOTP.activate(user, SECRET)
    give_password(page, site)
    page.get_by_label("Code").fill(code(SECRET))
    page.keyboard.press("Enter")

    expect(page).to_have_url(ADMIN)


def test_passkey_is_added_then_signs_in_alone(page, site, user):
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})
    give_password(page, site)
    page.get_by_label("Mot de passe", exact=False).first.fill("mot de passe")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Ajouter une clé d'accès").press("Enter")
    page.get_by_label("Nom de la clé").fill("Téléphone")
    page.get_by_role("button", name="Ajouter cette clé").press("Enter")
    page.get_by_role("link", name="Je les ai gardés, continuer").press("Enter")
    expect(page).to_have_url(ADMIN)

    page.context.clear_cookies()
    page.goto(f"{site}/admin/")
    page.get_by_role("button", name="Utiliser une clé d'accès").press("Enter")

    expect(page).to_have_url(re.compile(r"/admin/$"))
    page.goto(f"{site}{reverse('account')}")
    expect(page.get_by_text("camille@example.org").first).to_be_visible()


def test_passkey_refused_is_told(page, site, user):
    page.goto(f"{site}{reverse('account_login')}")
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": {**KEY, "isUserVerified": False}})

    page.get_by_role("button", name="Utiliser une clé d'accès").press("Enter")

    expect(page.get_by_role("alert")).to_contain_text("Recommencez")
