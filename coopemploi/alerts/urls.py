from django.urls import path

from . import views

urlpatterns = [
    path("alertes/suivre/", views.alert_add, name="alert_add"),
    path("alertes/demandee/", views.alert_asked, name="alert_asked"),
    path("alertes/confirmer/<token>/", views.alert_confirm, name="alert_confirm"),
    path("alertes/mes-listes/<token>/", views.alert_manage, name="alert_manage"),
]
