"""Signing in with the OpenID Connect provider of the installation, if it has one."""

from functools import wraps

from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe
from requests import RequestException

from .adapters import logger
from .provider import OpenIDConnectAdapter

# What a provider that is down, or badly set, makes happen.
FAILURES = (RequestException, OAuth2Error, LookupError, TypeError, ValueError)


def of_provider(view):
    """A page of the provider: absent without one, and never broken by it."""

    @wraps(view)
    def shown(request):
        adapter = OpenIDConnectAdapter(request, "oidc")
        try:
            return view(request, adapter)
        except SocialApp.DoesNotExist as error:
            raise Http404("Ce site n'a pas d'autre connexion.") from error
        except FAILURES:
            logger.exception("The OpenID Connect provider does not answer as it should.")
            return render(request, "socialaccount/authentication_error.html", status=503)

    return shown


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@of_provider
def oidc_login(request, adapter):
    return OAuth2LoginView.adapter_view(adapter)(request)


@login_not_required
@require_safe
@of_provider
def oidc_callback(request, adapter):
    return OAuth2CallbackView.adapter_view(adapter)(request)
