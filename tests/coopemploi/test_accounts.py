import re

import pytest
from allauth.account.models import EmailAddress
from bs4 import BeautifulSoup
from django.core import mail
from django.core.cache import cache
from django.urls import reverse

from tests.conftest import SignedInClient
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
PASSWORD = "mot de passe"


@pytest.fixture(autouse=True)
def _no_rate_limit_left_over():
    cache.clear()


@pytest.fixture
def user():
    user = UserFactory(email="camille@example.org")
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def sign_in(client, **fields):
    data = {"login": "camille@example.org", "password": PASSWORD, **fields}
    return client.post(reverse("account_login"), data)


def signed_in_user(client):
    return client.session.get("_auth_user_id")


def test_login_by_email(client, user):
    response = sign_in(client)
    assert (response.status_code, response.url) == (302, reverse("home"))
    assert signed_in_user(client) == str(user.pk)


def test_login_whatever_the_case(client, user):
    assert sign_in(client, login="Camille@Example.org").status_code == 302


def test_login_keeps_next(client, user):
    page = client.get(reverse("account_login"), {"next": "/admin/"})
    assert '<input type="hidden" name="next" value="/admin/"' in page.text
    assert sign_in(client, next="/admin/").url == "/admin/"


def test_password_comes_right_after_the_address(client):
    page = BeautifulSoup(client.get(reverse("account_login")).content, "html.parser")
    form = page.find("input", attrs={"name": "login"}).find_parent("form")

    assert [each["name"] for each in form.select("a, button, input:not([type=hidden])")[:2]] == [
        "login",
        "password",
    ]
    forgotten = [link["href"] for link in form.find_next_siblings("p")[0].select("a")]
    assert forgotten == [reverse("account_reset_password")]


@pytest.mark.parametrize("name", ["account_signup", "account_request_login_code"])
def test_other_ways_in_keep_next(client, name):
    page = client.get(reverse(name), {"next": "/proposer/"}).text

    assert f'href="{reverse("account_login")}?next=%2Fproposer%2F"' in page


def test_login_next_elsewhere_is_ignored(client, user):
    assert sign_in(client, next="https://ailleurs.example/").url == reverse("home")


@pytest.mark.parametrize("fields", [{"password": "faux"}, {"login": "inconnue@example.org"}])
def test_login_wrong(client, user, fields):
    response = sign_in(client, **fields)
    assert response.status_code == 200
    assert "L’adresse e-mail ou le mot de passe sont incorrects." in response.text
    assert "<title>Erreur&nbsp;: Se connecter" in response.text
    assert signed_in_user(client) is None


def test_login_inactive(client, user):
    user.is_active = False
    user.save()
    response = sign_in(client)
    assert signed_in_user(client) is None
    assert response.url == reverse("account_inactive")
    assert "Ce compte est désactivé" in client.get(response.url).text


@pytest.mark.parametrize(("debug", "signed"), [(True, True), (False, False)])
def test_login_demo_account_only_under_debug(client, user, settings, debug, signed):
    settings.DEBUG = debug
    user.is_demo = True
    user.save()
    sign_in(client)
    status = client.get(reverse("account_email")).status_code
    assert (status == 200) is signed


def test_logout_asks_then_leaves(client, user):
    client.force_login(user)
    assert "Se déconnecter" in client.get(reverse("account_logout")).text
    assert signed_in_user(client) is not None
    client.post(reverse("account_logout"))
    assert signed_in_user(client) is None


def test_password_reset(client, user):
    response = client.post(reverse("account_reset_password"), {"email": user.email})
    assert "Regardez votre messagerie" in client.get(response.url).text
    (sent,) = mail.outbox
    assert (sent.to, sent.subject) == ([user.email], "Choisir un nouveau mot de passe")
    assert "Ce lien sert une fois, et pendant trois jours." in sent.body
    link = re.search(r"http://127.0.0.1:8000(/\S+)", sent.body)[1]
    form = client.get(link, follow=True)
    assert "Choisir un nouveau mot de passe" in form.text
    data = {"password1": "un-secret-bien-long", "password2": "un-secret-bien-long"}
    client.post(form.request["PATH_INFO"], data)
    assert sign_in(client, password="un-secret-bien-long").status_code == 302
    assert signed_in_user(client) == str(user.pk)
    assert "Ce lien ne sert plus" in client.get(link, follow=True).text


def test_password_reset_does_not_tell_who_has_an_account(client, user):
    known = client.post(reverse("account_reset_password"), {"email": user.email})
    unknown = client.post(reverse("account_reset_password"), {"email": "inconnue@example.org"})
    assert (known.status_code, known.url) == (unknown.status_code, unknown.url)


def test_password_change(client, user):
    client.force_login(user)
    data = {
        "oldpassword": PASSWORD,
        "password1": "un-secret-bien-long",
        "password2": "un-secret-bien-long",
    }
    assert client.post(reverse("account_change_password"), data).status_code == 302
    user.refresh_from_db()
    assert user.check_password("un-secret-bien-long")


def test_the_admin_has_no_other_way_to_change_a_password(client, user):
    """Ours limits the tries, and tells of it by mail."""
    user.is_staff = True
    user.save()
    client.force_login(user)
    new = {"new_password1": "un-secret-bien-long", "new_password2": "un-secret-bien-long"}

    response = client.post(reverse("admin:password_change"), {"old_password": PASSWORD, **new})

    assert response.url == reverse("account_change_password")
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


def test_password_change_mismatch(client, user):
    client.force_login(user)
    data = {
        "oldpassword": PASSWORD,
        "password1": "un-secret-bien-long",
        "password2": "un-autre-secret",
    }
    response = client.post(reverse("account_change_password"), data)
    alert = BeautifulSoup(response.text, "html.parser").find(role="alert")
    assert [link["href"] for link in alert.select("a")] == ["#id_password2"]
    assert "<title>Erreur&nbsp;: Changer de mot de passe" in response.text
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


def test_email_addresses_are_managed(client, user):
    client.force_login(user)
    page = client.get(reverse("account_email")).text
    assert "principale" in page
    # Of one address alone, nothing can be done.
    assert "action_remove" not in page
    data = {"email": "autre@example.org", "action_add": ""}
    asked = client.post(reverse("account_email"), data)
    assert asked.url.startswith(reverse("account_reauthenticate"))
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    client.post(reverse("account_email"), data)
    assert not EmailAddress.objects.filter(email="autre@example.org").exists()
    code = re.search(r"^([A-Z0-9-]{6,})$", mail.outbox[-1].body, re.MULTILINE)[1]
    confirmed = client.post(reverse("account_email_verification_sent"), {"code": code})
    assert EmailAddress.objects.get(email="autre@example.org").verified
    assert confirmed.url == reverse("account_email")
    page = client.get(confirmed.url).text
    assert "faites-en l'adresse principale" in page
    assert ("action_remove" in page, "Gardez-la ici tant qu'elle est à vous" in page) == (
        True,
        True,
    )
    client.post(confirmed.url, {"email": "autre@example.org", "action_primary": ""})
    user.refresh_from_db()
    assert user.email == "autre@example.org"


@pytest.mark.parametrize(
    "name",
    [
        "account_login",
        "account_signup",
        "account_inactive",
        "account_reset_password",
        "account_reset_password_done",
        "account_reset_password_from_key_done",
        "account_request_login_code",
    ],
)
def test_entrance_pages_wear_our_layout(client, name):
    response = client.get(reverse(name))
    assert response.status_code == 200
    assert '<html lang="fr">' in response.text
    assert 'class="site-header"' in response.text
    assert "Sign" not in response.text


@pytest.mark.parametrize(
    "name", ["account_email", "account_change_password", "account_logout", "account_reauthenticate"]
)
def test_own_pages_wear_our_layout_and_need_a_sign_in(client, user, name):
    assert client.get(reverse(name)).status_code == 302
    client.force_login(user)
    response = client.get(reverse(name))
    assert response.status_code == 200
    assert 'class="site-header"' in response.text


def change_address(user, email):
    """What an administrator does from the page of an account."""
    client = SignedInClient()
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    address = reverse("admin:accounts_user_change", args=[user.pk])
    form = {
        "email": email,
        "is_active": "on",
        **{
            f"{prefix}-{name}_FORMS": 0
            for prefix in ("mandates", "saved_filters")
            for name in ("TOTAL", "INITIAL")
        },
    }
    return client.post(address, form)


def test_an_address_that_the_team_replaced_opens_the_account_no_more(client, user):
    """Whoever left keeps their mailbox."""
    before = user.email
    assert change_address(user, "suivante@example.org").status_code == 302
    user.refresh_from_db()
    assert user.email == "suivante@example.org"

    for page in ("account_request_login_code", "account_reset_password"):
        client.post(reverse(page), {"email": before})

    assert not any(
        re.search(r"/reset/key/|^[A-Z0-9-]{6,}$", message.body, re.MULTILINE)
        for message in mail.outbox
    )
    # The new one is proved first, by a code.
    another = SignedInClient()
    sign_in(another, login="suivante@example.org")
    assert mail.outbox[-1].to == ["suivante@example.org"]
    assert signed_in_user(another) is None


def test_the_team_gives_nobody_the_address_of_another(user):
    other = UserFactory()
    EmailAddress.objects.create(user=user, email="aussi@example.org", verified=True)

    refused = change_address(other, "Aussi@example.org")

    assert refused.status_code == 200
    assert "Un compte utilise déjà cette adresse" in refused.text
