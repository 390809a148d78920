from django.urls import path

from . import views

urlpatterns = [
    path("territoires/", views.territory_list, name="territory_list"),
    path("territoires/noms/", views.territory_names, name="territory_names"),
    path("territoires/<slug:kind>/<slug:slug>/", views.territory_detail, name="territory_detail"),
    # Not below « acteurs/ », where an actor may be called so.
    path("noms-d-acteurs/", views.actor_names, name="actor_names"),
    path("acteurs/", views.actor_list, name="actor_list"),
    path("acteurs/<slug:slug>/", views.actor_detail, name="actor_detail"),
    path("reseaux/", views.network_list, name="network_list"),
    path("reseaux/<slug:slug>/", views.network_detail, name="network_detail"),
]
