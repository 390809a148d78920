from django.urls import path

from . import views

urlpatterns = [
    path("identite.css", views.stylesheet, name="identity_stylesheet"),
    path("identite/logo.webp", views.logo, name="identity_logo"),
]
