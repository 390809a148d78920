"""Signing in with an OpenID Connect provider, set by configuration alone."""

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.core import mail
from django.core.cache import cache
from django.urls import reverse

from coopemploi.accounts.models import User
from tests.coopemploi import openid
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def server():
    with openid.running() as server:
        yield server


@pytest.fixture
def provider(server, settings):
    cache.clear()
    key, url = server.key, server.url
    server.__init__()
    server.key, server.url = key, url
    configure(settings, url)
    return server


def configure(settings, url, *, is_trusted=False):
    app = {
        "provider_id": "oidc",
        "name": "ProConnect",
        "client_id": openid.CLIENT_ID,
        "secret": openid.SECRET,
        "settings": {
            "server_url": url,
            "auth_params": {"acr_values": "eidas1"},
            "verified_email": is_trusted,
            "email_authentication": is_trusted,
        },
    }
    settings.SOCIALACCOUNT_PROVIDERS = {"oidc": {"APPS": [app]}}


def known_user(**fields):
    user = UserFactory(email="camille@example.org", **fields)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def sign_in(client, provider):
    response = client.post(reverse("oidc_login"))
    assert response.status_code == 302
    assert response.url.startswith(f"{provider.url}/authorization?")
    return client.get(provider.authorize(response.url))


def is_signed_in(client):
    return "_auth_user_id" in client.session


def test_nothing_shows_without_a_provider(client):
    assert "Continuer avec" not in client.get(reverse("account_login")).text
    assert client.get(reverse("oidc_login")).status_code == 404
    assert client.get(reverse("oidc_callback")).status_code == 404


def test_provider_shows_by_its_name(client, provider):
    assert "Continuer avec ProConnect" in client.get(reverse("account_login")).text
    assert "Continuer avec ProConnect" in client.get(reverse("account_signup")).text


def test_get_asks_first(client, provider):
    response = client.get(reverse("oidc_login"))
    assert (response.status_code, "Continuer avec ProConnect" in response.text) == (200, True)


def test_request_carries_what_proconnect_asks(client, provider):
    sign_in(client, provider)
    asked = provider.asked
    assert asked["acr_values"] == "eidas1"
    assert asked["response_type"] == "code"
    assert len(asked["nonce"]) >= 32
    assert asked["code_challenge_method"] == "S256"
    assert asked["redirect_uri"] == "http://testserver" + reverse("oidc_callback")


def test_unproved_address_must_be_confirmed(client, provider):
    """The provider does not vouch for addresses: a code goes there first."""
    response = sign_in(client, provider)
    assert response.url == reverse("account_email_verification_sent")
    assert not is_signed_in(client)
    assert mail.outbox[0].to == ["camille@example.org"]


@pytest.mark.parametrize("signs_claims", [True, False])
def test_proved_address_signs_in(client, provider, settings, signs_claims):
    configure(settings, provider.url, is_trusted=True)
    provider.signs_claims = signs_claims
    sign_in(client, provider)
    assert is_signed_in(client)
    user = User.objects.get()
    assert (user.email, user.first_name, user.last_name) == (
        "camille@example.org",
        "Camille",
        "Exemple",
    )
    assert not user.has_usable_password()
    assert not SocialToken.objects.exists()


def test_second_sign_in_is_the_same_account(client, provider, settings):
    configure(settings, provider.url, is_trusted=True)
    sign_in(client, provider)
    client.post(reverse("account_logout"))
    sign_in(client, provider)
    assert (is_signed_in(client), User.objects.count()) == (True, 1)


def test_unproved_address_of_an_account_does_not_open_it(client, provider):
    user = known_user()
    response = sign_in(client, provider)
    assert response.url == reverse("account_email_verification_sent")
    assert not is_signed_in(client)
    assert not SocialAccount.objects.filter(user=user).exists()
    assert "déjà un compte" in mail.outbox[0].body


def test_proved_address_of_an_account_opens_it(client, provider, settings):
    configure(settings, provider.url, is_trusted=True)
    user = known_user()
    sign_in(client, provider)
    assert client.session["_auth_user_id"] == str(user.pk)


def test_provider_is_no_second_factor(client, provider, settings):
    configure(settings, provider.url, is_trusted=True)
    staff = known_user(is_staff=True, is_superuser=True)
    TOTP.activate(staff, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    assert sign_in(client, provider).url == reverse("mfa_authenticate")
    assert not is_signed_in(client)


def test_account_is_linked_then_unlinked(client, provider):
    user = known_user()
    client.force_login(user)
    client.post(reverse("account_reauthenticate"), {"password": "mot de passe"})
    response = client.post(reverse("oidc_login") + "?process=connect")
    client.get(provider.authorize(response.url))
    linked = SocialAccount.objects.get(user=user)
    assert "ProConnect, relié le" in client.get(reverse("socialaccount_connections")).text
    client.post(reverse("socialaccount_connections"), {"account": linked.pk})
    assert not SocialAccount.objects.exists()


def test_token_of_another_sign_in_is_refused(client, provider, settings):
    configure(settings, provider.url, is_trusted=True)
    provider.id_claims = {"nonce": "d'une autre connexion"}
    assert "n'a pas abouti" in sign_in(client, provider).text
    assert not is_signed_in(client)


def test_claims_of_another_client_are_refused(client, provider, settings):
    configure(settings, provider.url, is_trusted=True)
    provider.person["aud"] = "autre-client"
    assert "n'a pas abouti" in sign_in(client, provider).text
    assert not is_signed_in(client)


def test_state_of_another_browser_is_refused(client, provider):
    response = client.post(reverse("oidc_login"))
    back = provider.authorize(response.url)
    client.cookies.clear()
    assert "n'a pas abouti" in client.get(back).text
    assert not User.objects.exists()


def test_refused_code(client, provider):
    provider.token_status = 400
    assert "n'a pas abouti" in sign_in(client, provider).text


def test_person_without_identifier_is_refused(client, provider):
    del provider.person["sub"]
    response = sign_in(client, provider)
    assert (response.status_code, "n'a pas abouti" in response.text) == (503, True)


def test_cancelled(client, provider):
    response = client.post(reverse("oidc_login"))
    state = provider.authorize(response.url).partition("state=")[2]
    response = client.get(reverse("oidc_callback"), {"error": "access_denied", "state": state})
    assert "Vous avez annulé" in client.get(response.url).text


def test_provider_down(client, settings):
    configure(settings, "http://127.0.0.1:9")
    response = client.post(reverse("oidc_login"))
    assert (response.status_code, "n'a pas abouti" in response.text) == (503, True)
