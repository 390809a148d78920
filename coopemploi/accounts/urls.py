from django.urls import path

from . import provider_views, views

urlpatterns = [
    path("", views.account, name="account"),
    path("connexions/<int:pk>/fermer/", views.session_end, name="session_end"),
    path("connexion-externe/", provider_views.oidc_login, name="oidc_login"),
    path("connexion-externe/retour/", provider_views.oidc_callback, name="oidc_callback"),
]
