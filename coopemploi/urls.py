from allauth.account.decorators import secure_admin_login
from allauth.mfa.webauthn.views import login_webauthn
from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path

from .accounts.views import enter_admin

admin.autodiscover()
# One way in, with allauth's rate limits and second factor.
admin.site.login = login_not_required(secure_admin_login(enter_admin))

handler400 = "coopemploi.pages.error_views.bad_request"
handler404 = "coopemploi.pages.error_views.not_found"
handler500 = "coopemploi.pages.error_views.server_error"

urlpatterns = [
    path("", include("coopemploi.pages.urls")),
    path("", include("coopemploi.identity.urls")),
    path("", include("territories.urls")),
    path("", include("initiatives.urls")),
    path("", include("events.urls")),
    path("", include("coopemploi.mail.urls")),
    path("", include("coopemploi.alerts.urls")),
    path("", include("coopemploi.participation.urls")),
    path("comptes/", include("coopemploi.accounts.urls")),
    path("comptes/", include("allauth.account.urls")),
    # allauth leaves this way in closed to whoever is not signed in.
    path(
        "comptes/double-authentification/webauthn/login/",
        login_not_required(login_webauthn),
        name="mfa_login_webauthn",
    ),
    path("comptes/double-authentification/", include("allauth.mfa.urls")),
    path("comptes/connexions/", include("allauth.usersessions.urls")),
    path("comptes/fournisseur/", include("allauth.socialaccount.urls")),
    path("admin/", admin.site.urls),
]
