"""A text too long for its place ends between two words."""

import pytest
from bs4 import BeautifulSoup

from coopemploi.templatetags.coopemploi import shortened
from tests.factories import EventFactory, InitiativeFactory


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Une plateforme", "Une plateforme"),
        ("Une plateforme de mobilité", "Une plateforme…"),
        ("Une plateforme, de mobilité", "Une plateforme…"),
        ("Une\nplate  forme", "Une plate forme"),
        ("Anticonstitutionnellement", "Anticonstitutio…"),
        ("", ""),
    ],
)
def test_no_word_is_cut(text, shown):
    assert shortened(text, 16) == shown


@pytest.mark.django_db
def test_a_meeting_sums_up_its_initiatives_in_whole_words(client):
    event = EventFactory()
    event.initiatives.add(InitiativeFactory(summary="plateforme " * 30))

    page = BeautifulSoup(client.get(event.get_absolute_url()).content, "html.parser")

    said = page.select_one("#initiatives .note").text
    assert said.endswith("plateforme…")
    assert len(said) <= 200
