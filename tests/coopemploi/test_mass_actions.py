"""What is done to a selection is asked first, then done to that selection only."""

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from coopemploi.admin import PublishableAdmin
from coopemploi.publishing import Publishable
from initiatives.models import Initiative
from tests.coopemploi.test_admin import FACTORIES
from tests.factories import InitiativeFactory, ThemeFactory

pytestmark = pytest.mark.django_db

LIST = reverse("admin:initiatives_initiative_changelist")
DRAFT = Publishable.Status.DRAFT
PUBLISHABLE = [
    model
    for model, model_admin in admin.site._registry.items()
    if isinstance(model_admin, PublishableAdmin)
]


def send(client, action, records, url=LIST, **data):
    keys = [getattr(record, "pk", record) for record in records]
    return client.post(url, {"action": action, "_selected_action": keys, **data})


@pytest.mark.parametrize("model", PUBLISHABLE, ids=lambda model: model._meta.label)
@pytest.mark.parametrize(
    ("action", "before", "after"),
    [("publish_selection", "draft", "published"), ("archive_selection", "published", "archived")],
)
def test_publication_is_asked_then_done(model, action, before, after, animateur_client):
    record = FACTORIES[model](status=before)
    url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")

    asked = send(animateur_client, action, [record], url)

    assert asked.status_code == 200
    assert asked.templates[0].name == "admin/mass_action.html"
    assert asked.context["first_records"] == [record]
    record.refresh_from_db()
    assert record.status == before

    done = send(animateur_client, action, [record], url, confirmed="oui")

    assert done.status_code == 302
    record.refresh_from_db()
    assert record.status == after


def test_page_that_asks_tells_the_count_and_the_first_titles(animateur_client):
    drafts = InitiativeFactory.create_batch(12, status=DRAFT)
    InitiativeFactory(title="Une autre, à ne pas montrer")

    html = send(animateur_client, "publish_selection", drafts, index="0").content.decode()

    assert "Publier 12 initiatives ?" in html
    assert "et 2 autres" in html
    assert "à ne pas montrer" not in html
    assert html.count('name="_selected_action"') == 12


def test_selection_of_the_whole_filtered_list_is_kept(animateur_client):
    drafts = InitiativeFactory.create_batch(3, status=DRAFT)
    other = InitiativeFactory(status=Publishable.Status.PROPOSED)
    url = f"{LIST}?status__exact=draft"
    asked = send(animateur_client, "publish_selection", drafts[:1], url, select_across="1")
    assert "Publier 3 initiatives ?" in asked.content.decode()
    assert 'name="select_across" value="1"' in asked.content.decode()

    send(
        animateur_client,
        "publish_selection",
        drafts[:1],
        url,
        select_across="1",
        confirmed="oui",
    )

    other.refresh_from_db()
    assert not other.is_published
    assert Initiative.objects.published().count() == 3


def test_stage_is_set_on_the_selection_only(animateur_client):
    chosen, other = InitiativeFactory.create_batch(2)
    before = chosen.updated_at

    send(animateur_client, "set_stage", [chosen], stage="ongoing", confirmed="oui")

    chosen.refresh_from_db()
    other.refresh_from_db()
    assert (chosen.stage, other.stage) == ("ongoing", "")
    assert chosen.updated_at > before
    assert LogEntry.objects.get().change_message == "Avancement changé."


def test_theme_is_added_to_those_there(animateur_client):
    initiative = InitiativeFactory()
    kept, added = ThemeFactory.create_batch(2)
    initiative.themes.add(kept)

    send(animateur_client, "add_theme", [initiative], theme=added.pk, confirmed="oui")

    assert set(initiative.themes.all()) == {kept, added}


@pytest.mark.parametrize(
    ("action", "answer"),
    [
        ("set_stage", {"stage": "inconnu"}),
        ("set_stage", {}),
        ("add_theme", {"theme": "99999"}),
        ("add_theme", {"theme": "\x00"}),
    ],
)
def test_wrong_answer_is_asked_again(animateur_client, action, answer):
    initiative = InitiativeFactory()

    response = send(animateur_client, action, [initiative], confirmed="oui", **answer)

    assert response.status_code == 422
    assert response.context["form"].errors
    assert LogEntry.objects.count() == 0


@pytest.mark.parametrize("key", ["abc", "9" * 30, "\x00", "é" * 5000])
def test_selection_that_does_not_exist_changes_nothing(animateur_client, key):
    InitiativeFactory(status=DRAFT)

    response = send(animateur_client, "publish_selection", [key], confirmed="oui")

    assert response.status_code == 302
    assert Initiative.objects.published().count() == 0


def test_unknown_button_number_is_no_error(animateur_client):
    draft = InitiativeFactory(status=DRAFT)

    assert send(animateur_client, "publish_selection", [draft], index="x").status_code == 200
