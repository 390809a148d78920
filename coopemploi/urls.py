from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path

admin.autodiscover()
# One way in, with allauth's rate limits.
admin.site.login = secure_admin_login(admin.site.login)

handler500 = "coopemploi.pages.views.server_error"

urlpatterns = [
    path("", include("coopemploi.pages.urls")),
    path("", include("territories.urls")),
    path("", include("initiatives.urls")),
    path("", include("events.urls")),
    path("comptes/", include("allauth.account.urls")),
    path("admin/", admin.site.urls),
]
