import logging
import time

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.ratelimit import respond_429
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import (
    DefaultSocialAccountAdapter,
    _build_apps_from_settings,
)
from django.conf import settings
from django.urls import reverse
from django.utils.html import format_html

from ..identity.models import Identity
from ..mail.services import site_url
from ..qr import qr_code
from .sealing import seal, unseal_or_none_that_serves

logger = logging.getLogger(__name__)

KNOWN_BROWSER_AGE = 365 * 24 * 3600  # seconds
KNOWN_BROWSER_SALT = "coopemploi.accounts.known-browser"


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request):
        """Anybody may, unless the installation keeps accounts for whom it invites."""
        return settings.OPEN_SIGN_UP

    def pre_login(self, request, user, **kwargs):
        """Demo accounts have public passwords: they work under DEBUG only."""
        if user.is_demo and not settings.DEBUG:
            return self.respond_user_inactive(request, user)
        return super().pre_login(request, user, **kwargs)

    def post_login(self, request, user, **kwargs):
        """Tell staff of a sign-in from a browser they never signed in from."""
        response = super().post_login(request, user, **kwargs)
        if user.is_staff:
            name = f"navigateur_{user.pk}"
            known = request.get_signed_cookie(
                name, default="", salt=KNOWN_BROWSER_SALT, max_age=KNOWN_BROWSER_AGE
            )
            if not known:
                self.send_notification_mail("account/email/new_sign_in", user)
            response.set_signed_cookie(
                name,
                "connu",
                salt=KNOWN_BROWSER_SALT,
                max_age=KNOWN_BROWSER_AGE,
                path=reverse("account"),
                secure=settings.SESSION_COOKIE_SECURE,
                httponly=True,
                samesite="Lax",
            )
        return response

    def is_reauthentication_required(self, *, app, **kwargs):
        """Not of who has just signed in; but to change a second factor, always."""
        if app != "allauth.mfa":
            since = time.time() - settings.ACCOUNT_REAUTHENTICATION_TIMEOUT
            records = get_authentication_records(self.request, self.request.user)
            if any(record["at"] > since for record in records):
                return False
        return super().is_reauthentication_required(app=app, **kwargs)

    def get_login_redirect_url(self, request):
        user = request.user
        if user.must_have_second_factor() and not user.has_second_factor():
            return reverse("mfa_activate_totp")
        return super().get_login_redirect_url(request)

    def get_email_verification_redirect_url(self, email_address):
        """An address just confirmed is not yet the main one: the page of addresses says how."""
        if self.request.user.is_authenticated:
            return reverse("account_email")
        return super().get_email_verification_redirect_url(email_address)

    def validation_error(self, code, *args):
        """Too many tries are refused by a page of their own, with its status."""
        if code in {"too_many_login_attempts", "rate_limited"}:
            raise ImmediateHttpResponse(respond_429(self.request))
        return super().validation_error(code, *args)

    def send_mail(self, template_prefix, email, context):
        """Links lead to the site as it is set, not as a request happened to call it."""
        here, context = self.request.build_absolute_uri("/"), {"site_url": site_url(), **context}
        for name, value in context.items():
            if isinstance(value, str) and value.startswith(here):
                context[name] = site_url("/") + value.removeprefix(here)
        return super().send_mail(template_prefix, email, context)

    def send_notification_mail(self, template_prefix, user, context=None, email=None):
        """What was done stands, even where its notice cannot leave."""
        try:
            super().send_notification_mail(template_prefix, user, context, email)
        except OSError:
            logger.exception("The notice %s could not be sent.", template_prefix)


class ProviderAccountAdapter(DefaultSocialAccountAdapter):
    def list_apps(self, request, provider=None, client_id=None):
        """The environment alone says which provider there is: no page of the admin does."""
        found = _build_apps_from_settings(provider=provider, client_id=client_id)
        return [app for apps in found.values() for app in apps]

    def on_authentication_error(
        self, request, provider, error=None, exception=None, extra_context=None
    ):
        if exception is not None:
            logger.error("Signing in with %s failed.", provider.name, exc_info=exception)


class SecondFactorAdapter(DefaultMFAAdapter):
    def encrypt(self, text):
        return seal(text)

    def decrypt(self, encrypted_text):
        return unseal_or_none_that_serves(encrypted_text)

    def _get_site_name(self):
        return Identity.current().name

    def build_totp_svg(self, url):
        """The QR code as a drawing within the page: the policy refuses `data:` images."""
        return format_html(
            '<svg class="qr-code" viewBox="0 0 {size} {size}" role="img" '
            'aria-label="Code QR à lire avec l’application"><path d="{path}"/></svg>',
            **qr_code(url),
        )
