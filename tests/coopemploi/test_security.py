"""One test for each way in that nothing else tests: see `docs/securite.md`."""

from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.core import mail
from django.core.cache import cache
from django.middleware.security import SecurityMiddleware
from django.urls import reverse
from post_office.models import Email

from coopemploi.accounts.models import User
from coopemploi.participation.models import Proposal
from events.models import Registration
from initiatives.models import Initiative, Need
from territories.models import Person
from tests.conftest import SignedInClient
from tests.every_address import Content, forms_of
from tests.factories import (
    EventFactory,
    InitiativeFactory,
    MandateFactory,
    NeedFactory,
    PersonFactory,
    RegistrationFactory,
    UserFactory,
)
from tests.importing import page

from .test_matrix import OPEN

pytestmark = pytest.mark.django_db

ELSEWHERE = (
    "https://ailleurs.example/",
    "//ailleurs.example",
    "/\\ailleurs.example",
    "javascript:0",
)
PASSWORD = "mot de passe"


@pytest.fixture(autouse=True)
def _limits_start_anew():
    cache.clear()


# Open redirects


def test_no_address_redirects_elsewhere(client):
    """Whatever an address is told of where to go next."""
    content = Content()
    names = ("next", "url", "redirect", "return", "back", "page", "path", "liste", "fiche")
    signed_in = SignedInClient()
    signed_in.force_login(content.people["national"])
    away = []
    for name, address in content.addresses():
        if name == "account_logout" or (name.startswith("admin:") and "_" in name):
            continue
        visitor = client if name in OPEN else signed_in
        response = visitor.get(address, dict.fromkeys(names, ELSEWHERE[1]))
        if response.streaming:
            list(response.streaming_content)  # once read to its end, it is closed
        if urlsplit(response.get("Location", "")).netloc not in ("", "testserver"):
            away.append((name, response["Location"]))

    assert away == []


@pytest.mark.parametrize("elsewhere", ELSEWHERE)
def test_mass_actions_and_forms_of_the_admin_come_back_here(client, elsewhere):
    initiative = InitiativeFactory(status="draft")
    user = MandateFactory(role="national", territory=None).user
    client.force_login(user)
    address = page(Initiative, "changelist")

    response = client.post(
        f"{address}?next={elsewhere}",
        {"action": "publish_selection", "_selected_action": initiative.pk, "confirmed": "oui"},
    )

    assert urlsplit(response["Location"]).netloc == ""


# Host headers


def test_strange_host_is_refused(client, settings):
    settings.ALLOWED_HOSTS = ["reseau.example"]

    assert client.get("/", headers={"host": "ailleurs.example"}).status_code == 400
    assert client.get("/", headers={"host": "reseau.example"}).status_code == 200


def test_mails_lead_to_the_site_whatever_the_host(client, settings):
    settings.ALLOWED_HOSTS = ["*"]
    UserFactory(email="connue@example.org")
    event = EventFactory(needs_registration=True, start="2099-01-02")
    forms = [
        (reverse("registration_add", args=[event.slug]), registration()),
        (reverse("alert_add") + "?liste=/initiatives/", {"address": "a@example.org"}),
        (reverse("account_reset_password"), {"email": "connue@example.org"}),
    ]

    for address, data in forms:
        client.post(address, data, headers={"host": "ailleurs.example"})

    texts = [each.message for each in Email.objects.all()] + [each.body for each in mail.outbox]
    assert len(texts) >= 2
    assert not [text for text in texts if "ailleurs.example" in text]


def registration(**values):
    return {
        "name": "Léa Cherche",
        "email": "lea@example.org",
        "organisation": "Une structure",
        "consent": "on",
        **values,
    }


# Sessions


def test_session_of_a_visitor_is_not_that_of_a_sign_in(client):
    """A session key given by somebody else opens nothing."""
    user = UserFactory(email="lea@example.org")
    user.emailaddress_set.create(email=user.email, verified=True, primary=True)
    client.cookies[settings.SESSION_COOKIE_NAME] = "cle-d-un-autre"

    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})

    given = client.cookies[settings.SESSION_COOKIE_NAME].value
    assert given != "cle-d-un-autre"
    stranger = SignedInClient()
    stranger.cookies[settings.SESSION_COOKIE_NAME] = "cle-d-un-autre"
    assert client.get(reverse("account")).status_code == 200
    assert stranger.get(reverse("account")).status_code == 302


def test_session_ends_with_the_password(client):
    user = UserFactory()
    client.force_login(user)
    assert client.get(reverse("account")).status_code == 200

    user.set_password("un autre mot de passe")
    user.save()

    assert client.get(reverse("account")).status_code == 302


# Mass assignment


def test_fields_that_no_form_has_are_not_written(client):
    """Every public form, with the columns that a stranger would like to fill."""
    event = EventFactory(needs_registration=True, start="2099-01-02")
    address = reverse("registration_add", args=[event.slug])
    client.post(address, registration(status="walk_in", rank="-5", presence="present", pk="1"))
    proposal = {
        "fiche-title": "Un garage",
        "fiche-summary": "Un résumé.",
        "name": "Léa",
        "email": "l@e.org",
    }
    client.post(
        reverse("proposal_add", args=["initiative"]),
        proposal | {"state": "published", "user": "1", "decided_by": "1", "status": "published"},
    )
    client.post(
        reverse("account_signup"),
        {"email": "lea@example.org", "is_staff": "on", "is_superuser": "on", "is_active": "on"},
    )

    kept = Registration.objects.get()
    assert (kept.status, kept.rank, kept.presence) == ("confirmed", 1, "")
    assert (Proposal.objects.get().state, Proposal.objects.get().user) == ("proposed", None)
    assert not Initiative.objects.exists()
    assert not User.objects.get().is_staff
    assert not User.objects.get().is_superuser


def test_profile_gives_no_right(client):
    person = PersonFactory(user=UserFactory())
    other = PersonFactory(email="autre@example.org")
    client.force_login(person.user)

    client.post(
        reverse("my_profile"),
        {
            "phone": "0102030405",
            "user": "",
            "pk": other.pk,
            "id": other.pk,
            "email": other.email,
            "is_staff": "on",
        },
    )

    person.refresh_from_db()
    other.refresh_from_db()
    assert (person.user.is_staff, person.user_id is None, other.phone) == (False, False, "")


def test_contributor_publishes_nothing_by_a_forged_field(client):
    mandate = MandateFactory(role="contributor")
    client.force_login(mandate.user)
    address = page(Initiative, "add")
    form = next(data for _, data in forms_of(client.get(address), address) if "title" in data)

    client.post(
        address,
        form
        | {
            "title": "Un garage",
            "territories": mandate.territory_id,
            "status": "published",
            "published_at": "2026-01-01",
            "created_by": "1",
        },
    )

    assert not Initiative.objects.filter(status="published").exists()


# What is somebody else's


def test_nobody_reads_or_writes_what_is_another_s(client):
    mine, other = PersonFactory(user=UserFactory()), PersonFactory(user=UserFactory())
    need = NeedFactory(person=other, actor=None, text="Le besoin d'un autre")
    registered = RegistrationFactory(email=other.user.email, name="Nom d'un autre")
    client.force_login(mine.user)

    mine_only = client.get(reverse("my_data"), {"user": other.user_id, "pk": other.pk}).text
    assert mine.user.email in mine_only
    assert other.user.email not in mine_only
    assert registered.name not in mine_only
    assert client.get(reverse("proposal_edit", args=["besoin", need.pk])).status_code == 404
    for token in (registered.pk, f"{registered.pk}:x:y", "a" * 40):
        assert client.get(reverse("registration_manage", args=[token])).status_code == 404


def test_rows_that_are_not_there_are_refused_in_words(client):
    """Found by `test_fuzz.py`: a form that counts more suggestions than there are."""
    need = NeedFactory()
    client.force_login(MandateFactory(role="national", territory=None).user)
    address = page(Need, "change", need.pk)
    form = next(data for _, data in forms_of(client.get(address), address) if "text" in data)

    response = client.post(address, form | {"matches-TOTAL_FORMS": "3", "actor": "", "text": ""})

    assert response.status_code == 200
    assert "obligatoire" in response.text


# Transport


def test_site_is_held_to_tls_once_visited(client, settings):
    settings.SECURE_HSTS_SECONDS = 31536000
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = True

    response = SecurityMiddleware(lambda request: client.get("/"))(
        client.get("/", secure=True).wsgi_request
    )

    assert response["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"


def test_people_have_no_page(client):
    person = PersonFactory()
    for place in ("personnes", "acteurs", "initiatives"):
        assert client.get(f"/{place}/{person.slug}/").status_code == 404
    assert not hasattr(Person, "get_absolute_url")


# Addresses that are keys


def test_what_a_secret_address_shows_is_kept_nowhere(client):
    """By no cache between, nor by a search engine that finds it where mails are archived."""
    keys = [
        address
        for name, address in Content().addresses()
        if name in OPEN and len(max(address.split("/"), key=len)) > 30
    ]
    kept = [
        address
        for address in keys
        if (response := client.get(address)).get("X-Robots-Tag") != "noindex"
        or "no-store" not in response.get("Cache-Control", "")
    ]

    assert len(keys) > 10
    assert kept == []
