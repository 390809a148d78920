from django.urls import path

from . import campaign_views, follow_up_views, registration_views, views
from .evaluations import views as evaluation_views
from .round_tables import public_views

urlpatterns = [
    path("fichiers/<path:name>", views.recap_file, name="recap_file"),
    path("evenements/", views.event_list, name="event_list"),
    path("comptes-rendus.atom", views.recap_feed, name="recap_feed"),
    path("evenements/<slug:slug>/", views.event_detail, name="event_detail"),
    path("evenements/<slug:slug>/apercu/", views.event_preview, name="event_preview"),
    path(
        "evenements/<slug:slug>/agenda.ics",
        registration_views.event_calendar,
        name="event_calendar",
    ),
    path(
        "evenements/<slug:slug>/inscription/",
        registration_views.registration_add,
        name="registration_add",
    ),
    path(
        "evenements/<slug:slug>/inscription/demandee/",
        registration_views.registration_asked,
        name="registration_asked",
    ),
    path(
        "inscriptions/<token>/",
        registration_views.registration_manage,
        name="registration_manage",
    ),
    path("verbatims/", views.verbatim_list, name="verbatim_list"),
    path("tour-de-table/", public_views.round_table_enter, name="round_table_enter"),
    path("tour-de-table/<token>/", public_views.round_table_fill, name="round_table_fill"),
    path(
        "tour-de-table/<token>/ecran/",
        public_views.round_table_screen,
        name="round_table_screen",
    ),
    path(
        "ma-contribution/<token>/",
        public_views.round_table_mine,
        name="round_table_mine",
    ),
    path("operations/<slug:slug>/", campaign_views.campaign_detail, name="campaign_detail"),
    path("actions/", views.action_list, name="action_list"),
    path(
        "actions/ou-en-est-elle/<str:token>/",
        follow_up_views.action_answer,
        name="action_answer",
    ),
    path("actions/<slug:slug>/", views.action_detail, name="action_detail"),
    path("evaluations/<str:token>/", evaluation_views.evaluation_answer, name="evaluation_answer"),
    path("series/<slug:slug>/", campaign_views.series_detail, name="series_detail"),
    path(
        "instances-de-suivi/<slug:slug>/",
        follow_up_views.follow_up_body_detail,
        name="follow_up_body_detail",
    ),
]
