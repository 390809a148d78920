"""Tables of initiatives, sent to the admin as an animateur does."""

from django.urls import reverse

from initiatives.models import Initiative
from tests import importing

LIST = reverse("admin:initiatives_initiative_changelist")
UPLOAD = reverse("admin:initiatives_initiative_import")


def address(name, *args):
    return reverse(f"admin:initiatives_initiative_{name}", args=args)


def send(client, content, name="fichier.csv", **choices):
    return importing.send(client, Initiative, content, name, **choices)


def apply(client, batch):
    return importing.apply(client, Initiative, batch)


def take_back(client, batch):
    importing.take_back(client, Initiative, batch)


def downloaded(response):
    assert response.status_code == 200
    return b"".join(response.streaming_content)
