from django.conf import settings
from django.urls import path

from . import views

urlpatterns = [path("courriels/arret/<token>/", views.stop, name="mail_stop")]

if settings.DEBUG:
    urlpatterns.append(path("courriels/", views.sent, name="mail_sent"))
