"""What the public may open without signing in: an explicit list."""

import pytest
from django.urls import URLPattern, get_resolver, reverse

from tests.factories import (
    ActionFactory,
    ActorFactory,
    CampaignFactory,
    EventFactory,
    FollowUpBodyFactory,
    GlossaryTermFactory,
    InitiativeFactory,
    NeedFactory,
    NetworkFactory,
    OfferFactory,
    ResourceFactory,
    SeriesFactory,
    TerritoryFactory,
)

pytestmark = pytest.mark.django_db

PUBLIC = {
    "accessibility",
    "action_list",
    "alert_asked",
    "actor_list",
    "actor_names",
    "contact",
    "cooperation",
    "event_list",
    "exchange_list",
    "favicon",
    "glossary",
    "health",
    "home",
    "identity_stylesheet",
    "initiative_list",
    "legal_notice",
    "manifest",
    "network_figures",
    "network_list",
    "privacy",
    "ready",
    "recap_feed",
    "proposal_choose",
    "proposal_sent",
    "resource_list",
    "robots",
    "search",
    "site_map",
    "sitemap",
    "suggestions",
    "territory_list",
    "territory_names",
    "touch_icon",
    "verbatim_list",
    # Ways in, and what happens there.
    "account_inactive",
    "account_login",
    "account_request_login_code",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key_done",
    "account_signup",
    "socialaccount_login_cancelled",
}
PUBLIC_RECORDS = {
    "action_detail": ActionFactory,
    "actor_detail": ActorFactory,
    "campaign_detail": CampaignFactory,
    "event_detail": EventFactory,
    "follow_up_body_detail": lambda: (
        ActionFactory(follow_up_body=FollowUpBodyFactory()).follow_up_body
    ),
    "glossary_term": GlossaryTermFactory,
    "initiative_detail": InitiativeFactory,
    "need_detail": NeedFactory,
    "network_detail": NetworkFactory,
    "offer_detail": OfferFactory,
    "resource_detail": ResourceFactory,
    "series_detail": lambda: EventFactory(series=SeriesFactory()).series,
    "territory_detail": TerritoryFactory,
}
# Their key comes by mail: anybody may try one.
PUBLIC_KEYS = {
    "identity_logo": {},  # when there is one
    "identity_icon": {"size": 192},
    "alert_add": {},
    "alert_confirm": {"token": "absent"},
    "alert_manage": {"token": "absent"},
    "event_calendar": {"slug": "absente"},
    "registration_add": {"slug": "absente"},
    "registration_asked": {"slug": "absente"},
    "registration_manage": {"token": "absent"},
    "round_table_enter": {},
    "round_table_fill": {"token": "absent"},
    "round_table_mine": {"token": "absent"},
    "round_table_screen": {"token": "absent"},
    "mail_sent": {},  # under DEBUG only
    "recap_file": {"name": "absent.pdf"},
    "oidc_callback": {},  # with a provider only
    "oidc_login": {},
    "sitemap_section": {"section": "pages"},
    "proposal_add": {"kind": "initiative"},
    "mail_stop": {"token": "absent"},
    "account_reset_password_from_key": {"uidb36": "1", "key": "absente"},
    "exchange_still_needed": {"token": "absente"},
    "action_answer": {"token": "absent"},
    "evaluation_answer": {"token": "absent"},
    "introduction_answer": {"token": "absent"},
    "introduction_outcome": {"token": "absent"},
}
PRIVATE = {
    "account",
    "account_change_password",
    "account_email",
    "account_logout",
    "account_reauthenticate",
    "account_set_password",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "mfa_deactivate_totp",
    "mfa_download_recovery_codes",
    "mfa_generate_recovery_codes",
    "mfa_index",
    "mfa_list_webauthn",
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
    "mfa_view_recovery_codes",
    "my_data",
    "my_profile",
    "my_space",
    "my_space_delete",
    "socialaccount_connections",
    "socialaccount_login_error",  # nothing leads there: the error is told where it happens
    "style",
    "usersessions_list",
}
# Those of one record.
PRIVATE_RECORDS = {
    "belonging_ask",
    "belonging_decide",
    "event_preview",
    "introduction_add",
    "mfa_edit_webauthn",
    "mfa_remove_webauthn",
    "proposal_mine",
    "session_end",
}
PRIVATE_SHEETS = {"introduction_ask", "proposal_edit"}
# They send back to the sign-in: they are its second step.
CLOSED = {
    "account_confirm_login_code",
    "account_email_verification_sent",
    "mfa_authenticate",
    "mfa_login_webauthn",
    "socialaccount_signup",
}


def named_patterns(patterns, namespaces=()):
    """The full name of every address but the admin's."""
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            yield ":".join((*namespaces, pattern.name or str(pattern.pattern)))
        elif pattern.namespace != "admin":
            inner = (*namespaces, pattern.namespace) if pattern.namespace else namespaces
            yield from named_patterns(pattern.url_patterns, inner)


def test_every_address_is_listed():
    names = set(named_patterns(get_resolver().url_patterns))
    private = PRIVATE | PRIVATE_RECORDS | PRIVATE_SHEETS
    assert names == PUBLIC | set(PUBLIC_RECORDS) | set(PUBLIC_KEYS) | private | CLOSED


@pytest.mark.parametrize("name", sorted(PUBLIC))
def test_public_address_answers(client, name):
    # Nothing was ever backed up here: the site says that it is not quite ready.
    expected = 503 if name == "ready" else 200
    assert client.get(reverse(name)).status_code == expected


@pytest.mark.parametrize("name", sorted(PUBLIC_RECORDS))
def test_public_record_answers(client, name):
    record = PUBLIC_RECORDS[name]()
    address = record.get_absolute_url()
    assert client.get(address).status_code == 200
    assert client.get(address.rstrip("/") + "-absente/").status_code == 404


@pytest.mark.parametrize("name", sorted(PUBLIC_KEYS))
def test_public_key_answers(client, name):
    response = client.get(reverse(name, kwargs=PUBLIC_KEYS[name]))
    assert response.status_code in {200, 404, 410}


@pytest.mark.parametrize("name", sorted(PRIVATE - {"account_logout"}))
def test_private_address_leads_to_sign_in(client, name):
    response = client.get(reverse(name))
    assert response.status_code == 302
    assert response.url.startswith(reverse("account_login"))


@pytest.mark.parametrize("name", sorted(PRIVATE_RECORDS))
def test_private_record_leads_to_sign_in(client, name):
    response = client.get(reverse(name, args=[1]))
    assert response.status_code == 302
    assert response.url.startswith(reverse("account_login"))


@pytest.mark.parametrize("name", sorted(PRIVATE_SHEETS))
def test_private_sheet_leads_to_sign_in(client, name):
    response = client.get(reverse(name, args=["initiative", 1]))
    assert response.status_code == 302
    assert response.url.startswith(reverse("account_login"))


def test_logout_of_nobody_leads_home(client):
    assert client.get(reverse("account_logout")).url == reverse("home")


@pytest.mark.parametrize("name", sorted(CLOSED))
def test_closed_address_leads_to_sign_in(client, name):
    assert client.get(reverse(name)).url.startswith(reverse("account_login"))


def test_admin_leads_to_sign_in(client):
    response = client.get(reverse("admin:index"), follow=True)
    assert response.redirect_chain[-1][0].startswith(reverse("account_login"))
