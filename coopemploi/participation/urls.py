from django.urls import path

from . import proposal_views, views

urlpatterns = [
    path("mon-espace/", views.my_space, name="my_space"),
    path("mon-espace/profil/", views.profile, name="my_profile"),
    path("mon-espace/mes-donnees.json", views.my_data, name="my_data"),
    path("mon-espace/supprimer/", views.delete, name="my_space_delete"),
    path("mon-espace/rejoindre/<slug:slug>/", views.belonging_ask, name="belonging_ask"),
    path("mon-espace/appartenances/<int:pk>/", views.belonging_decide, name="belonging_decide"),
    path(
        "mon-espace/fiches/<str:kind>/<int:pk>/",
        proposal_views.proposal_edit,
        name="proposal_edit",
    ),
    path("mon-espace/propositions/<int:pk>/", proposal_views.proposal_mine, name="proposal_mine"),
    path("proposer/", proposal_views.proposal_choose, name="proposal_choose"),
    path("proposer/merci/", proposal_views.proposal_sent, name="proposal_sent"),
    path("proposer/<str:kind>/", proposal_views.proposal_add, name="proposal_add"),
]
