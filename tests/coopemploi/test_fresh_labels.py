"""What a list may be filtered by is known to it before any record of its own has it."""

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from coopemploi.merging.merge import merge, undo
from tests.factories import (
    ActionFactory,
    FollowUpBodyFactory,
    GlossaryTermFactory,
    InitiativeFactory,
    NeedFactory,
    SchemeFactory,
    ThemeFactory,
)

# On commit the version of the content changes.
pytestmark = pytest.mark.django_db(transaction=True)
INITIATIVES = reverse("initiative_list")


@pytest.fixture(autouse=True)
def _lists_were_asked(client):
    InitiativeFactory()
    ActionFactory()
    assert client.get(INITIATIVES).status_code == 200
    assert client.get(reverse("action_list")).status_code == 200


def test_theme_of_a_new_need_leads_to_a_good_list(client):
    need, theme = NeedFactory(), ThemeFactory()
    need.themes.add(theme)

    page = BeautifulSoup(client.get(need.get_absolute_url()).content, "html.parser")

    (tag,) = page.select(f'a.tag[href$="?theme={theme.slug}"]')
    assert client.get(tag["href"]).status_code == 200


def test_new_scheme_of_the_glossary_leads_to_a_good_list(client):
    term = GlossaryTermFactory(scheme=SchemeFactory())

    page = BeautifulSoup(client.get(term.get_absolute_url()).content, "html.parser")

    link = page.select_one(f'a[href$="?dispositif={term.scheme.slug}"]')
    assert client.get(link["href"]).status_code == 200


def test_list_is_filtered_by_a_new_follow_up_body(client):
    body = FollowUpBodyFactory()

    assert client.get(reverse("action_list"), {"instance": body.slug}).status_code == 200


def test_theme_parted_again_is_known_at_once(client):
    survivor, loser = ThemeFactory.create_batch(2)
    done = merge(survivor, loser)
    assert client.get(INITIATIVES, {"theme": loser.slug}).status_code == 301

    undo(done)

    assert client.get(INITIATIVES, {"theme": loser.slug}).status_code == 200
