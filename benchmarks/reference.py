"""The page that `speed.py` compares ours to: what Django alone serves on this machine.

The middleware of a new project, one query of 20 rows, a template of 20 cards, 12 kB. It reads
the titles of the same database, and nothing of our code.
"""

import os
from pathlib import Path

import environ
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import models
from django.shortcuts import render
from django.urls import path

settings.configure(
    ALLOWED_HOSTS=["127.0.0.1"],
    DATABASES={
        "default": {
            **environ.Env.db_url_config(os.environ["DATABASE_URL"]),
            "CONN_MAX_AGE": 60,
        }
    },
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.messages",
        "django.contrib.sessions",
    ],
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
    ],
    ROOT_URLCONF=__name__,
    SECRET_KEY="a key of a measure, that signs nothing",  # noqa: S106
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "DIRS": [Path(__file__).parent],
            "OPTIONS": {
                "context_processors": [
                    "django.template.context_processors.request",
                    "django.contrib.auth.context_processors.auth",
                    "django.contrib.messages.context_processors.messages",
                ]
            },
        }
    ],
    USE_TZ=True,
)
application = get_wsgi_application()


class Card(models.Model):
    title = models.CharField(max_length=200)
    slug = models.CharField(max_length=200)
    summary = models.TextField()
    sort_name = models.TextField()

    class Meta:
        app_label = "reference"
        managed = False
        db_table = "initiatives_initiative"

    def __str__(self):
        return self.title


def cards(request):
    found = Card.objects.order_by("sort_name", "pk")[:20]
    return render(request, "reference.html", {"cards": found})


urlpatterns = [path("", cards)]
