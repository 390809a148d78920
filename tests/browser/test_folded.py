"""What a long meeting folds: a link opens it, paper shows it whole."""

import pytest
from playwright.sync_api import expect

from tests.factories import (
    ActorFactory,
    AppearanceFactory,
    RecapFactory,
    RoundTableEntryFactory,
    RoundTableItemFactory,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def meeting():
    event = RecapFactory().event
    for n in range(12):
        entry = RoundTableEntryFactory(event=event, actor=ActorFactory(name=f"Acteur {n:02}"))
        RoundTableItemFactory(entry=entry, text=f"Dit par {n:02}")
    for n in range(13):
        AppearanceFactory(event=event, title=f"Titre {n:02}", order=n)
    return event


def test_link_to_a_contribution_unfolds_it(page, site, meeting):
    first, second = meeting.round_table_entries.all()[:2]
    address = f"{site}{meeting.get_absolute_url()}"

    page.goto(f"{address}#contribution-{first.pk}")
    expect(page.get_by_text("Dit par 00")).to_be_visible()
    expect(page.get_by_text("Dit par 01")).to_be_hidden()

    page.goto(f"{address}#contribution-{second.pk}")
    expect(page.get_by_text("Dit par 01")).to_be_visible()


def test_all_contributions_unfold_and_fold_at_once(page, site, meeting):
    page.goto(f"{site}{meeting.get_absolute_url()}#tour-de-table")
    said = [page.get_by_text(f"Dit par {n:02}") for n in range(12)]

    page.get_by_role("button", name="Tout déplier").click()
    for each in said:
        expect(each).to_be_visible()

    page.get_by_role("button", name="Tout replier").click()
    for each in said:
        expect(each).to_be_hidden()


def test_paper_shows_all_that_is_folded(page, site, meeting):
    page.goto(f"{site}{meeting.get_absolute_url()}")
    said = [page.get_by_text("Dit par 11"), page.get_by_text("Titre 12")]
    for each in said:
        expect(each).to_be_hidden()

    page.emulate_media(media="print")

    for each in said:
        expect(each).to_be_visible()
    expect(page.get_by_role("heading", name="Acteur 11")).to_be_visible()
    expect(page.get_by_text("Voir les 3 autres interventions")).to_be_hidden()
