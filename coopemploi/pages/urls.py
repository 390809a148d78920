from django.contrib.auth.decorators import login_not_required
from django.contrib.sitemaps.views import index, sitemap
from django.urls import path
from django.views.decorators.http import require_safe

from . import style, views
from .sitemaps import SITEMAPS

urlpatterns = [
    path("", views.home, name="home"),
    path("recherche/", views.search, name="search"),
    path("recherche/suggestions/", views.suggestions, name="suggestions"),
    path("qui-coopere-avec-qui/", views.who_cooperates, name="cooperation"),
    path("chiffres/", views.network_figures, name="network_figures"),
    path("glossaire/", views.glossary, name="glossary"),
    path("glossaire/<slug:slug>/", views.glossary_term, name="glossary_term"),
    path("contact/", views.contact, name="contact"),
    path("plan-du-site/", views.site_map, name="site_map"),
    path("mentions-legales/", views.legal_notice, name="legal_notice"),
    path("donnees-personnelles/", views.privacy, name="privacy"),
    path("accessibilite/", views.accessibility, name="accessibility"),
    path("style/", style.style, name="style"),
    path("sante/", views.health, name="health"),
    path("sante/pret/", views.ready, name="ready"),
    path(
        "sitemap.xml",
        login_not_required(require_safe(index)),
        {"sitemaps": SITEMAPS, "sitemap_url_name": "sitemap_section"},
        name="sitemap",
    ),
    path(
        "sitemap-<str:section>.xml",
        login_not_required(require_safe(sitemap)),
        {"sitemaps": SITEMAPS},
        name="sitemap_section",
    ),
    path("robots.txt", views.robots, name="robots"),
]
