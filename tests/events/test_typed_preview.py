"""« Voir l'aperçu » of a recap being written: the page as it would be, and nothing kept."""

import io
from html import unescape

import pytest
from bs4 import BeautifulSoup
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image
from post_office.models import Email

from coopemploi.derived import registry
from events.models import KeyIdea, Recap, RecapPicture, Verbatim
from territories.models import Mandate
from tests.every_address import data_of
from tests.factories import (
    EventFactory,
    KeyIdeaFactory,
    MandateFactory,
    RecapFactory,
    RecapPictureFactory,
    TerritoryFactory,
    VerbatimFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def recap():
    recap = RecapFactory(
        standfirst="Le chapô enregistré.", status="draft", event=EventFactory(title="Un atelier")
    )
    VerbatimFactory(recap=recap, key_idea=KeyIdeaFactory(recap=recap, text="L'idée enregistrée"))
    registry.flush()
    return recap


def preview(recap):
    return reverse("admin:events_recap_typed_preview", args=[recap.pk])


def form_of(client, recap):
    address = reverse("admin:events_recap_change", args=[recap.pk])
    page = BeautifulSoup(client.get(address).content, "html.parser")
    assert preview(recap) in page.select_one("[name=_preview]")["formaction"]
    sent = data_of(page.select_one("#recap_form"))
    return {name: value for name, value in sent.items() if not name.startswith("_")}


def row(prefix, number, **values):
    return {f"{prefix}-{number}-{name}": value for name, value in values.items()}


def photo():
    written = io.BytesIO()
    Image.new("RGB", (20, 10), "teal").save(written, "PNG")
    return SimpleUploadedFile("photo.png", written.getvalue())


def test_what_is_typed_is_shown(animateur_client, recap):
    sent = form_of(animateur_client, recap) | {
        "standfirst": "Le chapô tapé.",
        "key_ideas-0-text": "L'idée tapée",
        "verbatims-TOTAL_FORMS": "2",
        **row("verbatims", 1, text="Un propos tapé", fidelity="faithful", key_idea="", order=""),
    }

    page = animateur_client.post(preview(recap), sent)

    assert page.status_code == 200
    shown = unescape(page.text)
    for text in ("Le chapô tapé.", "L'idée tapée", "Un propos tapé", "rien n'est enregistré"):
        assert text in shown
    assert "Le chapô enregistré." not in shown


def test_nothing_is_written(animateur_client, recap, tmp_path):
    def state():
        return (
            list(Recap.objects.values()),
            list(KeyIdea.objects.values()),
            list(Verbatim.objects.values()),
            Recap.history.count(),
            Verbatim.history.count(),
            Email.objects.count(),
            dict(registry.pending),
            list(tmp_path.rglob("*")),
        )

    sent = form_of(animateur_client, recap) | {
        "status": "published",
        "standfirst": "Le chapô tapé.",
        "key_ideas-0-DELETE": "on",
        "pictures-TOTAL_FORMS": "1",
        **row("pictures", 0, alternative="Une salle", upload=photo(), order=""),
    }
    before = state()

    page = animateur_client.post(preview(recap), sent)

    assert (page.status_code, "paraîtront une fois enregistrés" in page.text) == (200, True)
    assert ("Le chapô tapé." in page.text, "L'idée enregistrée" in unescape(page.text)) == (
        True,
        False,
    )
    assert state() == before
    assert not registry.is_due()
    assert not RecapPicture.objects.exists()
    listed = animateur_client.get(reverse("admin:events_recap_changelist"))
    assert not list(listed.context["messages"])


def test_a_picture_already_sent_is_shown(animateur_client, recap):
    picture = RecapPictureFactory(recap=recap, alternative="Une salle pleine")
    sent = form_of(animateur_client, recap) | {"pictures-0-alternative": "Une salle comble"}

    page = animateur_client.post(preview(recap), sent)

    assert ("Une salle comble" in page.text, "Une salle pleine" in page.text) == (True, False)
    picture.refresh_from_db()
    assert picture.alternative == "Une salle pleine"


def test_what_is_wrong_is_said_with_its_place(animateur_client, recap):
    sent = form_of(animateur_client, recap) | {
        "replay_url": "pas une adresse",
        "verbatims-0-text": "",
    }

    page = animateur_client.post(preview(recap), sent)

    problems = BeautifulSoup(page.content, "html.parser").select("#content li")
    assert page.status_code == 400
    assert [problem.strong.get_text() for problem in problems] == [
        "Adresse de la vidéo",
        "Verbatim 1, Propos",
    ]
    assert "rien n'est perdu" in unescape(page.text)


def test_a_form_without_its_rows_is_refused(animateur_client, recap):
    assert animateur_client.post(preview(recap), {}).status_code == 400


@pytest.mark.parametrize(
    ("role", "is_here", "status"),
    [
        (Mandate.Role.ANIMATEUR, True, 200),
        (Mandate.Role.ANIMATEUR, False, 403),
        (Mandate.Role.READER, None, 403),
    ],
)
def test_the_preview_is_for_those_who_may_write_the_recap(client, recap, role, is_here, status):
    here, elsewhere = TerritoryFactory(), TerritoryFactory()
    recap.event.territories.add(here)
    place = None if is_here is None else here if is_here else elsewhere
    client.force_login(MandateFactory(role=role, territory=place, user__is_staff=True).user)
    rows = ("sections", "key_ideas", "verbatims", "pictures", "documents", "links")
    sent = {f"{name}-{count}_FORMS": 0 for name in rows for count in ("TOTAL", "INITIAL")}
    sent |= {"event": recap.event_id, "status": "draft", "standfirst": "Tapé"}

    assert client.post(preview(recap), sent).status_code == status


def test_a_preview_is_asked_by_the_form_alone(client, animateur_client, recap):
    assert animateur_client.get(preview(recap)).status_code == 405
    assert animateur_client.post(preview(Recap(pk=999999))).status_code == 404
    client.logout()
    assert client.post(preview(recap), {}).status_code == 403
