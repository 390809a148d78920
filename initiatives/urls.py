from django.urls import path

from . import ageing_views, introduction_views, views

urlpatterns = [
    path("initiatives/", views.initiative_list, name="initiative_list"),
    path("initiatives/<slug:slug>/", views.initiative_detail, name="initiative_detail"),
    path("besoins-et-offres/", views.exchange_list, name="exchange_list"),
    path(
        "besoins-et-offres/toujours-d-actualite/<str:token>/",
        ageing_views.still_needed,
        name="exchange_still_needed",
    ),
    path("besoins-et-offres/besoin/<slug:slug>/", views.need_detail, name="need_detail"),
    path("besoins-et-offres/offre/<slug:slug>/", views.offer_detail, name="offer_detail"),
    path(
        "mises-en-relation/demander/<int:pk>/",
        introduction_views.introduction_add,
        name="introduction_add",
    ),
    path(
        "mises-en-relation/demander/<str:kind>/<slug:slug>/",
        introduction_views.introduction_ask,
        name="introduction_ask",
    ),
    path(
        "mises-en-relation/reponse/<str:token>/",
        introduction_views.introduction_answer,
        name="introduction_answer",
    ),
    path(
        "mises-en-relation/suite/<str:token>/",
        introduction_views.introduction_outcome,
        name="introduction_outcome",
    ),
    path("ressources/", views.resource_list, name="resource_list"),
    path("ressources/<slug:slug>/", views.resource_detail, name="resource_detail"),
]
