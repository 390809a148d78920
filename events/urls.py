from django.urls import path

from . import views

urlpatterns = [
    path("evenements/", views.event_list, name="event_list"),
    path("evenements/<slug:slug>/", views.event_detail, name="event_detail"),
    path("operations/<slug:slug>/", views.campaign_detail, name="campaign_detail"),
    path("actions/", views.action_list, name="action_list"),
    path("actions/<slug:slug>/", views.action_detail, name="action_detail"),
]
