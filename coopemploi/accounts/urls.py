from django.urls import path

from . import views

urlpatterns = [
    path("", views.account, name="account"),
    path("connexions/<int:pk>/fermer/", views.session_end, name="session_end"),
]
