from django.urls import path

from . import views

urlpatterns = [
    path("courriels/", views.sent, name="mail_sent"),
    path("courriels/arret/<token>/", views.stop, name="mail_stop"),
]
