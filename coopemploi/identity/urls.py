from django.urls import path

from . import views

urlpatterns = [
    path("identite.css", views.stylesheet, name="identity_stylesheet"),
    path("identite/logo.webp", views.logo, name="identity_logo"),
    path("identite/icone-<int:size>.png", views.icon, name="identity_icon"),
    # Asked there by whoever has not read a page of the site.
    path("favicon.ico", views.favicon, name="favicon"),
    path("apple-touch-icon.png", views.icon, {"size": 192}, name="touch_icon"),
    path("manifest.webmanifest", views.manifest, name="manifest"),
]
