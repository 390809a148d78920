"""Signing in with a second factor, as a person does it: nothing here is forced."""

import re
import time

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from allauth.usersessions.models import UserSession
from bs4 import BeautifulSoup
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.core import mail
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse

from coopemploi.accounts.models import User
from coopemploi.history.tracking import records_of
from territories.models import Mandate
from tests.factories import MandateFactory, UserFactory

pytestmark = pytest.mark.django_db
PASSWORD = "mot de passe"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
NEXT = "/admin/initiatives/initiative/"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
NEW_BROWSER = "Nouvelle connexion à votre compte"


@pytest.fixture(autouse=True)
def clock():
    """A clock that stands still: a code lasts thirty seconds."""
    cache.clear()
    with time_machine.travel("2026-11-25 10:00:00+01:00", tick=False) as traveller:
        yield traveller


@pytest.fixture(autouse=True)
def _commits_at_once(monkeypatch):
    """What a request does once its transaction is committed, it does before it answers."""
    monkeypatch.setattr(transaction, "on_commit", lambda function, **kwargs: function())


@pytest.fixture
def client():
    """A browser that has proved nothing."""
    return Client(headers={"user-agent": FIREFOX})


def account(email="camille@example.org", **fields):
    user = UserFactory(email=email, **fields)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user


@pytest.fixture
def staff():
    """An administrator who has not set up a second factor."""
    return account(is_staff=True, is_superuser=True)


@pytest.fixture
def protected(staff):
    """An administrator with the application, and recovery codes."""
    TOTP.activate(staff, SECRET)
    RecoveryCodes.activate(staff)
    return staff


def code(secret=SECRET, at=None):
    return format_hotp_value(hotp_value(secret, int(at or time.time()) // 30))


def give_password(client, email="camille@example.org", password=PASSWORD, **fields):
    data = {"login": email, "password": password, **fields}
    return client.post(reverse("account_login"), data)


def give_code(client, value):
    return client.post(reverse("mfa_authenticate"), {"code": value})


def sign_in(client, **fields):
    give_password(client, **fields)
    return give_code(client, code())


def admin_addresses():
    """Every address of the admin, but its sign-in."""

    def walk(patterns, prefix):
        for pattern in patterns:
            path = prefix + re.sub(r"<[^>]+>|\(\?P.*", "1", str(pattern.pattern)).strip("^$")
            if isinstance(pattern, URLPattern):
                yield path
            else:
                yield from walk(pattern.url_patterns, path)

    (site,) = [
        pattern
        for pattern in get_resolver().url_patterns
        if getattr(pattern, "namespace", None) == "admin"
    ]
    return sorted(set(walk(site.url_patterns, "/admin/")) - {reverse("admin:login")})


def may_enter(client):
    return client.get(reverse("admin:index")).status_code == 200


# The rule


def test_admin_has_many_addresses():
    assert len(admin_addresses()) > 5 * len(admin.site._registry)


def test_staff_without_second_factor_is_led_to_set_it_up_from_every_admin_address(client, staff):
    give_password(client)

    elsewhere = {
        address: client.get(address).headers.get("Location") for address in admin_addresses()
    }

    assert set(elsewhere.values()) == {reverse("mfa_activate_totp")}


def test_staff_without_second_factor_writes_nothing(client, staff):
    give_password(client)

    response = client.post(reverse("admin:vocabulary_theme_add"), {"name": "Intrus"})

    assert response.url == reverse("mfa_activate_totp")
    assert not LogEntry.objects.exists()


def test_recovery_codes_alone_are_no_second_factor(client, staff):
    RecoveryCodes.activate(staff)
    give_password(client)

    assert client.get(reverse("admin:index")).url == reverse("mfa_activate_totp")


def test_password_without_code_opens_nothing(client, protected):
    response = give_password(client)

    assert response.url == reverse("mfa_authenticate")
    assert "_auth_user_id" not in client.session
    assert not may_enter(client)


def test_password_and_code_open_the_admin(client, protected):
    sign_in(client)

    assert may_enter(client)


def test_session_opened_before_the_factor_ends(client, staff):
    """Somebody else may have opened it, with a stolen password."""
    give_password(client)
    TOTP.activate(staff, SECRET)

    response = client.get(reverse("mfa_deactivate_totp"))

    assert response.url.startswith(reverse("account_login"))
    assert "_auth_user_id" not in client.session


def test_participant_needs_no_second_factor(client):
    account()

    assert give_password(client).url == reverse("home")
    assert client.get(reverse("account")).status_code == 200


def test_participant_with_a_second_factor_gives_it(client):
    TOTP.activate(account(), SECRET)

    assert give_password(client).url == reverse("mfa_authenticate")


@pytest.mark.parametrize("is_demo", [True, False])
def test_only_demo_account_enters_without_second_factor_and_is_told(client, settings, is_demo):
    settings.DEBUG = True
    account(is_staff=True, is_superuser=True, is_demo=is_demo)
    give_password(client)

    response = client.get(reverse("admin:index"), follow=True)

    assert ("sur un vrai site" in response.text) is is_demo
    assert (response.redirect_chain == []) is is_demo


# Signing in


def test_admin_sign_in_is_ours_and_keeps_next(client, protected):
    response = client.get(NEXT, follow=True)

    assert response.redirect_chain == [(f"{reverse('account_login')}?next={NEXT}", 302)]
    give_password(client, next=NEXT)
    assert give_code(client, code()).url == NEXT


def test_admin_login_page_leads_to_ours(client):
    response = client.get(reverse("admin:login"), {"next": NEXT})

    assert response.url == f"{reverse('account_login')}?next={NEXT.replace('/', '%2F')}"


def test_admin_login_takes_no_password(client, protected):
    other = account("autre@example.org", is_staff=True)
    sign_in(client)

    data = {"username": other.email, "password": PASSWORD}
    response = client.post(reverse("admin:login"), data)

    assert response.url == reverse("admin:index")
    assert client.session["_auth_user_id"] == str(protected.pk)


@pytest.mark.parametrize("elsewhere", ["https://ailleurs.example/", "//ailleurs.example", "/\\a.b"])
def test_next_elsewhere_is_ignored(client, protected, elsewhere):
    give_password(client, next=elsewhere)
    assert give_code(client, code()).url == reverse("home")
    address = reverse("admin:login")
    assert client.get(address, {"next": elsewhere}).url == reverse("admin:index")


def test_wrong_code_is_refused(client, protected):
    give_password(client)

    response = give_code(client, "000000")

    alert = BeautifulSoup(response.text, "html.parser").find(role="alert")
    assert alert.get_text(" ", strip=True) == "Code : Code incorrect."
    assert alert.a["href"] == "#id_code"
    assert not may_enter(client)


def test_passkey_is_asked_of_who_has_one_alone(client, protected):
    give_password(client)
    assert "data-passkey" not in client.get(reverse("mfa_authenticate")).text


@pytest.mark.parametrize(
    "value", ["", "\0", "9" * 5000, "١٢٣٤٥٦", "a\ud800".encode("utf-8", "replace")]
)
def test_strange_code_is_refused(client, protected, value):
    give_password(client)

    assert give_code(client, value).status_code == 200
    assert not may_enter(client)


STRANGE_CREDENTIALS = [
    "",
    "null",
    "[]",
    "1",
    '{"id": 1}',
    '{"id": "a", "rawId": "a", "response": [], "type": "public-key"}',
    '{"id": "YQ", "rawId": "YQ", "type": "public-key", "response": {"clientDataJSON": "e30",'
    ' "authenticatorData": "YQ", "attestationObject": "YQ", "signature": "YQ",'
    ' "userHandle": "MQ"}}',
    "[" * 3000,
]


@pytest.mark.parametrize("value", STRANGE_CREDENTIALS, ids=range(len(STRANGE_CREDENTIALS)))
def test_strange_passkey_is_refused(client, protected, value):
    alone = client.post(reverse("mfa_login_webauthn"), {"credential": value})
    give_password(client)
    second = client.post(reverse("mfa_authenticate"), {"credential": value})

    assert (alone.status_code, alone.url) == (302, reverse("account_login"))
    assert second.status_code == 200
    assert not may_enter(client)


@pytest.mark.parametrize("value", STRANGE_CREDENTIALS, ids=range(len(STRANGE_CREDENTIALS)))
def test_strange_passkey_is_not_added(client, protected, value):
    sign_in(client)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    client.get(reverse("mfa_add_webauthn"))

    data = {"credential": value, "name": "\0"}
    assert client.post(reverse("mfa_add_webauthn"), data).status_code == 200
    assert protected.authenticator_set.count() == 2


def test_code_serves_once(client, protected):
    used = code()
    sign_in(client)
    other = Client()
    give_password(other)

    assert "Code incorrect." in give_code(other, used).text
    assert not may_enter(other)


def test_old_code_is_refused(client, protected, clock):
    old = code()
    clock.shift(31)
    give_password(client)

    assert "Code incorrect." in give_code(client, old).text


def test_recovery_code_serves_once(client, protected):
    recovery = protected.authenticator_set.get(type="recovery_codes").wrap().get_unused_codes()[0]
    give_password(client)
    give_code(client, recovery)
    assert may_enter(client)
    other = Client()
    give_password(other)

    assert "Code incorrect." in give_code(other, recovery).text
    assert not may_enter(other)


def test_sixth_wrong_password_is_refused(client, protected):
    answers = [give_password(client, password="faux") for _ in range(6)]

    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert "Trop d'essais en peu de temps" in answers[-1].text
    assert give_password(client).status_code == 429


def test_sixth_wrong_code_is_refused(client, protected):
    give_password(client)

    answers = [give_code(client, "000000") for _ in range(6)]

    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert give_code(client, code()).status_code == 429
    assert not may_enter(client)


def test_new_password_does_not_spare_the_code(client, protected):
    client.post(reverse("account_reset_password"), {"email": protected.email})
    link = re.search(r"http://127.0.0.1:8000(/\S+)", mail.outbox[0].body)[1]
    form = client.get(link, follow=True)

    data = {"password1": "un-secret-bien-long", "password2": "un-secret-bien-long"}
    response = client.post(form.request["PATH_INFO"], data)

    assert response.url == reverse("mfa_authenticate")
    assert not may_enter(client)


def test_wrong_password_does_not_tell_who_has_an_account(client, protected):
    def answer(email):
        page = give_password(client, email=email, password="faux").text.replace(email, "")
        return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", page)

    assert answer(protected.email) == answer("inconnue@example.org")


# Setting it up


def secret_of(page):
    return re.search(r'<code class="secret">([A-Z2-7]+)</code>', page.text)[1]


def set_up(client):
    """Set the application up, and return the page of the recovery codes."""
    confirmed = client.post(
        reverse("account_reauthenticate"),
        {"password": PASSWORD, "next": reverse("mfa_activate_totp")},
    )
    page = client.get(confirmed.url)
    response = client.post(reverse("mfa_activate_totp"), {"code": code(secret_of(page))})
    return client.get(response.url)


def test_staff_is_led_from_sign_in_to_set_up(client, staff):
    assert give_password(client).url == reverse("mfa_activate_totp")


def test_set_up_opens_the_admin_at_once(client, staff):
    give_password(client)
    set_up(client)

    assert may_enter(client)
    assert mail.outbox[-1].subject == "Second facteur en place"
    assert mail.outbox[-1].to == [staff.email]


def test_set_up_draws_the_code_within_the_page(client, staff):
    give_password(client)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})

    page = client.get(reverse("mfa_activate_totp")).text

    assert '<svg class="qr-code" viewBox="0 0 ' in page
    assert "data:image" not in page


def test_set_up_with_a_wrong_code_changes_nothing(client, staff):
    give_password(client)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    client.get(reverse("mfa_activate_totp"))

    response = client.post(reverse("mfa_activate_totp"), {"code": "000000"})

    assert "Code incorrect." in response.text
    assert not Authenticator.objects.exists()


def test_recovery_codes_are_shown_once(client, staff):
    give_password(client)
    first = set_up(client)
    codes = staff.authenticator_set.get(type="recovery_codes").wrap().get_unused_codes()

    second = client.get(reverse("mfa_view_recovery_codes"))

    assert re.findall(r"<li><code>(\d+)</code>", first.text) == codes
    assert [value for value in codes if value in second.text] == []
    assert client.get(reverse("mfa_download_recovery_codes")).status_code == 403


def test_factor_taken_away_closes_the_admin(client, protected):
    sign_in(client)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})

    client.post(reverse("mfa_deactivate_totp"))

    assert client.get(reverse("admin:index")).url == reverse("mfa_activate_totp")
    assert mail.outbox[-1].subject == "Second facteur retiré"


def test_address_is_changed_with_a_second_factor(client, protected):
    sign_in(client)

    client.post(reverse("account_email"), {"email": "autre@example.org", "action_add": ""})
    code_sent = re.search(r"^([A-Z0-9-]{6,})$", mail.outbox[-1].body, re.MULTILINE)[1]
    client.post(reverse("account_email_verification_sent"), {"code": code_sent})

    assert EmailAddress.objects.filter(user=protected, email="autre@example.org").exists()


# Alerts and sessions


def test_sign_in_from_a_new_browser_is_told_once(client, protected, clock):
    sign_in(client)
    assert [message.subject for message in mail.outbox] == [NEW_BROWSER]
    assert mail.outbox[0].to == [protected.email]
    assert "25 novembre 2026 à 10\xa0h, depuis Firefox, Linux" in mail.outbox[0].body

    client.post(reverse("account_logout"))
    clock.shift(30)
    sign_in(client)
    assert may_enter(client)
    assert len(mail.outbox) == 1

    clock.shift(30)
    sign_in(Client())
    assert len(mail.outbox) == 2


def test_known_browser_of_another_account_is_new(client, protected, clock):
    sign_in(client)
    client.post(reverse("account_logout"))
    other = account("autre@example.org", is_staff=True)
    client.cookies[f"navigateur_{other.pk}"] = client.cookies[f"navigateur_{protected.pk}"].value

    give_password(client, email=other.email)

    assert mail.outbox[-1].to == [other.email]


def test_mail_that_cannot_leave_prevents_no_sign_in(client, protected, monkeypatch):
    def fail(self):
        raise ConnectionRefusedError

    monkeypatch.setattr("django.core.mail.EmailMessage.send", fail)
    sign_in(client)

    assert may_enter(client)


def test_one_session_is_closed(client, protected, clock):
    sign_in(client)
    other = Client()
    clock.shift(30)
    sign_in(other)
    session = UserSession.objects.get(session_key=other.session.session_key)

    page = client.get(reverse("usersessions_list")).text
    client.post(reverse("session_end", args=[session.pk]))

    assert page.count("Firefox, Linux") == 1
    assert not may_enter(other)
    assert may_enter(client)


def test_all_other_sessions_are_closed(client, protected, clock):
    sign_in(client)
    other = Client()
    clock.shift(30)
    sign_in(other)

    client.post(reverse("usersessions_list"))

    assert (may_enter(client), may_enter(other)) == (True, False)


def test_session_of_somebody_else_is_not_closed(client, protected):
    sign_in(client)
    other = Client()
    account("autre@example.org")
    give_password(other, email="autre@example.org")
    session = UserSession.objects.get(user__email="autre@example.org")

    assert client.post(reverse("session_end", args=[session.pk])).status_code == 404
    assert other.get(reverse("account")).status_code == 200


def test_present_session_is_not_closed_as_another(client, protected):
    sign_in(client)
    session = UserSession.objects.get()

    assert client.post(reverse("session_end", args=[session.pk])).status_code == 404
    assert client.get(reverse("session_end", args=[session.pk])).status_code == 405
    assert may_enter(client)


# What an administrator does for others


@pytest.fixture
def administrator(client, protected):
    sign_in(client)
    mail.outbox.clear()
    return protected


def reset_address(user):
    return reverse("admin:accounts_user_second_factor", args=[user.pk])


@pytest.fixture
def colleague():
    user = account("colleague@example.org", is_staff=True)
    TOTP.activate(user, SECRET)
    RecoveryCodes.activate(user)
    return user


def test_reset_asks_first(client, administrator, colleague):
    page = client.get(reset_address(colleague))

    assert "colleague@example.org" in page.text
    assert colleague.authenticator_set.count() == 2


def test_reset_takes_factors_and_sessions_away_and_tells(client, administrator, colleague):
    browser = Client()
    sign_in(browser, email=colleague.email)
    mail.outbox.clear()

    client.post(reset_address(colleague))

    assert not colleague.authenticator_set.exists()
    assert browser.get(reverse("account")).status_code == 302
    (sent,) = mail.outbox
    assert (sent.to, sent.subject) == ([colleague.email], "Votre second facteur est réinitialisé")
    assert "(adresse" not in sent.body
    entry = LogEntry.objects.get()
    assert (entry.user, entry.object_id) == (administrator, str(colleague.pk))
    assert entry.get_change_message() == "Second facteur réinitialisé."


def test_own_factor_is_not_reset(client, administrator):
    assert client.post(reset_address(administrator)).status_code == 403
    assert administrator.has_second_factor()


def test_factor_is_not_reset_without_the_right(client, colleague, protected):
    protected.is_superuser = False
    protected.save()
    sign_in(client)

    assert client.post(reset_address(colleague)).status_code == 403
    assert colleague.has_second_factor()


def test_factor_of_an_administrator_is_reset_by_administrators_only(client, colleague, protected):
    protected.is_superuser = False
    protected.save()
    protected.user_permissions.set(Permission.objects.filter(codename__endswith="_user"))
    colleague.is_superuser = True
    colleague.save()
    sign_in(client)

    assert client.post(reset_address(colleague)).status_code == 403
    assert colleague.has_second_factor()


def add_user(client, **fields):
    data = {"email": "dominique@example.org", "first_name": "Dominique", **fields}
    return client.post(reverse("admin:accounts_user_add"), data, follow=True)


def test_invited_person_chooses_a_password_then_a_second_factor(client, administrator):
    page = add_user(client, is_staff="on", send_invitation="on")
    assert "invitation est partie à dominique@example.org" in page.text
    (sent,) = mail.outbox
    assert sent.to == ["dominique@example.org"]
    link = re.search(r"http://127.0.0.1:8000(/\S+)", sent.body)[1]

    browser = Client()
    form = browser.get(link, follow=True)
    data = {"password1": "un-secret-bien-long", "password2": "un-secret-bien-long"}
    response = browser.post(form.request["PATH_INFO"], data)

    assert response.url == reverse("mfa_activate_totp")
    assert not may_enter(browser)
    assert "Ce lien ne sert plus" in Client().get(link, follow=True).text


def test_invitation_lasts_three_days(client, administrator, clock):
    add_user(client, send_invitation="on")
    body = mail.outbox[0].body
    link = re.search(r"http://127.0.0.1:8000(/\S+)", body)[1]
    assert "pendant 3 jours" in body
    clock.shift(3 * 86400 + 1)

    page = Client().get(link, follow=True).text

    assert "pendant trois jours" in page
    assert reverse("account_reset_password") in page


def test_account_without_invitation_waits_for_it(client, administrator):
    add_user(client)
    assert mail.outbox == []
    user = User.objects.get(email="dominique@example.org")
    assert not user.has_usable_password()
    address = reverse("admin:accounts_user_invite", args=[user.pk])
    assert address in client.get(reverse("admin:accounts_user_change", args=[user.pk])).text

    client.post(address)

    assert [message.to for message in mail.outbox] == [[user.email]]


def test_person_who_has_a_password_is_not_invited(client, administrator, colleague):
    address = reverse("admin:accounts_user_invite", args=[colleague.pk])

    assert client.post(address).status_code == 403
    assert mail.outbox == []


def test_invitation_that_cannot_leave_is_told(client, administrator, monkeypatch):
    def fail(self):
        raise ConnectionRefusedError

    monkeypatch.setattr("django.core.mail.EmailMessage.send", fail)
    page = add_user(client, send_invitation="on")

    assert "invitation n&#x27;est pas partie" in page.text
    assert User.objects.filter(email="dominique@example.org").exists()


def test_address_of_another_account_is_not_invited(client, administrator, colleague):
    EmailAddress.objects.create(user=colleague, email="Dominique@example.org", verified=True)

    page = add_user(client, send_invitation="on")

    assert "Un compte utilise déjà cette adresse e-mail." in page.text
    assert not User.objects.filter(email="dominique@example.org").exists()


# The pages


ACCOUNT_PAGES = [
    "account",
    "account_email",
    "account_change_password",
    "account_logout",
    "account_reauthenticate",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "mfa_deactivate_totp",
    "mfa_generate_recovery_codes",
    "mfa_index",
    "mfa_list_webauthn",
    "mfa_reauthenticate",
    "mfa_view_recovery_codes",
    "usersessions_list",
]
ENGLISH = re.compile(
    r"\b(the|your|sign|password|authenticator|recovery|security|key|code is|sessions? list"
    r"|activate|generate|download|are you sure)\b",
    re.IGNORECASE,
)


@pytest.mark.parametrize("name", ACCOUNT_PAGES)
def test_account_page_is_french_and_wears_our_layout(client, protected, name):
    sign_in(client)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})

    page = client.get(reverse(name), follow=True).text

    assert 'class="site-header"' in page
    words = re.sub(r"<script.*?</script>|<[^>]+>", " ", page, flags=re.DOTALL)
    assert ENGLISH.findall(words) == []


# A day, then again; a moment, then again


def test_staff_give_their_second_factor_each_day(client, protected, clock):
    sign_in(client)
    clock.shift(12 * 3600 - 60)
    assert may_enter(client)

    clock.shift(60)
    assert not may_enter(client)
    assert "_auth_user_id" not in client.session
    sign_in(client)
    assert may_enter(client)


def test_participant_stays_signed_in(client, clock):
    user = account()
    TOTP.activate(user, SECRET)
    sign_in(client)
    clock.shift(5 * 86400)

    assert client.get(reverse("account")).status_code == 200


def test_what_gives_rights_is_asked_again(client, protected, clock):
    colleague = account("lou@example.org")
    address = reverse("admin:accounts_user_change", args=[colleague.pk])
    sign_in(client)
    clock.shift(3600)
    page = client.get(address)
    data = {
        **page.context["adminform"].form.initial,
        "is_staff": "on",
        **{
            f"{each.formset.prefix}-{name}_FORMS": 0
            for each in page.context["inline_admin_formsets"]
            for name in ("TOTAL", "INITIAL")
        },
    }
    data = {name: value for name, value in data.items() if isinstance(value, str | int)}

    asked = client.post(address, data)
    assert asked.url.startswith(reverse("account_reauthenticate"))
    assert not User.objects.get(pk=colleague.pk).is_staff

    # What was sent waits, and is done once one has said who one is.
    client.post(asked.url, {"password": "autre chose", "next": address})
    assert not User.objects.get(pk=colleague.pk).is_staff
    client.post(asked.url, {"password": PASSWORD, "next": address})
    assert User.objects.get(pk=colleague.pk).is_staff
    clock.shift(14 * 60)
    assert client.post(address, data).url == reverse("admin:accounts_user_changelist")
    clock.shift(2 * 60)
    assert client.post(address, data).url.startswith(reverse("account_reauthenticate"))


def test_rights_come_back_from_the_bin_once_asked_again(client, protected, clock):
    mandate = MandateFactory(user=account("lou@example.org"))
    mandate.delete()
    [version] = records_of(Mandate).versions.objects.filter(history_type="-")
    address = reverse("admin:territories_mandate_recover", args=[version.pk])
    sign_in(client)
    clock.shift(3600)

    asked = client.post(address)
    assert asked.url.startswith(reverse("account_reauthenticate"))
    assert not Mandate.objects.filter(user=mandate.user).exists()
    client.post(asked.url, {"password": PASSWORD, "next": address})
    assert Mandate.objects.filter(user=mandate.user).exists()


def test_another_password_never_waits_in_a_session(client, protected, clock):
    colleague = account("lou@example.org")
    address = reverse("admin:auth_user_password_change", args=[colleague.pk])
    sign_in(client)
    clock.shift(3600)

    assert client.post(address, {"password1": "x" * 12}).url == address
    assert client.get(address).url.startswith(reverse("account_reauthenticate"))
    assert "x" * 12 not in str(dict(client.session))


@pytest.mark.parametrize(("password", "is_taken"), [("garage à Da", False), ("garage à Dax", True)])
def test_password_is_of_twelve_characters(client, protected, password, is_taken):
    sign_in(client)
    client.post(
        reverse("account_change_password"),
        {"oldpassword": PASSWORD, "password1": password, "password2": password},
    )
    protected.refresh_from_db()
    assert protected.check_password(password) == is_taken
