"""The lists of the gestion: every column in sight on a laptop, a record a card on a phone."""

import pytest
from django.db import models
from django.urls import reverse

from coopemploi.derived import registry
from tests.coopemploi.test_admin import ADMINS, FACTORIES
from tests.factories import UserFactory

from .audit import WIDE, overflow
from .test_accessibility import sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE = {"width": 375, "height": 800}
LONG = "Coordination interdépartementale de l'accompagnement socioprofessionnel"


def write_long(model):
    """One record, whose words are as long as those of the network may be."""
    record = FACTORIES[model].create()
    for field in model._meta.fields:
        is_words = isinstance(field, models.CharField | models.TextField) and not field.choices
        if is_words and not field.unique and field.name in {"name", "title", "text", "last_name"}:
            setattr(record, field.name, LONG[: field.max_length])
    record.save()


def cut(page):
    """By how many pixels the list is wider than the room it has, the page than its window."""
    list_of = page.locator("#changelist-form .results")
    return list_of.evaluate("one => one.scrollWidth - one.clientWidth"), overflow(page)


def test_lists_show_every_column(page, site):
    for model in ADMINS:
        write_long(model)
    registry.flush()
    sign_in(page, site, UserFactory(is_staff=True, is_superuser=True))
    wider = {}
    for model in ADMINS:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"
        page.set_viewport_size(WIDE)
        page.goto(f"{site}{reverse(name)}")
        wider[model._meta.label, "wide"] = cut(page)
        page.set_viewport_size(PHONE)
        wider[model._meta.label, "phone"] = cut(page)

    assert {where: pixels for where, pixels in wider.items() if pixels != (0, 0)} == {}
