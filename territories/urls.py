from django.urls import path

from . import actor_views, name_views, network_views, views

urlpatterns = [
    path("territoires/", views.territory_list, name="territory_list"),
    path("territoires/noms/", name_views.territory_names, name="territory_names"),
    path("territoires/<slug:kind>/<slug:slug>/", views.territory_detail, name="territory_detail"),
    # Not below « acteurs/ », where an actor may be called so.
    path("noms-d-acteurs/", name_views.actor_names, name="actor_names"),
    path("acteurs/", actor_views.actor_list, name="actor_list"),
    path("acteurs/<slug:slug>/", actor_views.actor_detail, name="actor_detail"),
    path("reseaux/", network_views.network_list, name="network_list"),
    path("reseaux/<slug:slug>/", network_views.network_detail, name="network_detail"),
]
