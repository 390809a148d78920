"""Every screen of the gestion: no fault, what is folded included, and nothing cut."""

import pytest
from django.contrib import admin
from django.core.cache import cache
from django.db import models
from django.urls import reverse
from playwright.sync_api import expect

from coopemploi.derived import registry
from tests.conftest import SignedInClient
from tests.coopemploi.test_admin import ADMINS, FACTORIES
from tests.every_address import Content, model_of
from tests.factories import EventFactory, RegistrationFactory, UserFactory

from .audit import UNFOLD, WCAG, WIDE, overflow, violations
from .test_accessibility import sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE = {"width": 375, "height": 800}
CUT_ROWS = """() => [...document.querySelectorAll(".inline-group :is(.tabular, .inline-related)")]
  .filter((rows) => rows.scrollWidth > rows.clientWidth).map((rows) => rows.parentNode.id)"""
TABLET = {"width": 820, "height": 1100}
LONG = "Coordination interdépartementale de l'accompagnement socioprofessionnel"


def write_long(model):
    """One record, whose words are as long as those of the network may be."""
    record = FACTORIES[model].create()
    for field in model._meta.fields:
        is_words = isinstance(field, models.CharField | models.TextField) and not field.choices
        if is_words and not field.unique and field.name in {"name", "title", "text", "last_name"}:
            setattr(record, field.name, LONG[: field.max_length])
    record.save()


def test_lists_show_every_column_and_have_no_fault(quiet_page, site):
    cache.clear()
    for model in ADMINS:
        write_long(model)
    registry.flush()
    page = quiet_page
    sign_in(page, site, UserFactory(is_staff=True, is_superuser=True))
    found = {}
    for model in ADMINS:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"
        page.goto(site + reverse(name))
        wrong = violations(page, WCAG)
        for size in (PHONE, TABLET, WIDE):
            page.set_viewport_size(size)
            list_of = page.locator("#changelist-form .results")
            if beyond := list_of.evaluate("one => one.scrollWidth - one.clientWidth"):
                wrong.append(f"{beyond} px of the list are cut at {size['width']}")
            if wider := overflow(page):
                wrong.append(f"wider than its window of {size['width']} px by {wider} px")
        if wrong:
            found[model._meta.label] = wrong

    assert found == {}


def test_sheet_of_sixty_people_is_quick_on_a_phone(page, site):
    event = EventFactory()
    for number in range(60):
        RegistrationFactory(event=event, name=f"Personne {number}", organisation="")
    sign_in(page, site, UserFactory(is_staff=True, is_superuser=True))
    page.set_viewport_size(PHONE)
    page.goto(site + reverse("admin:events_event_presences", args=[event.pk]))
    rows = page.locator(".presence")
    save = page.get_by_role("button", name="Enregistrer", exact=True)
    assert rows.nth(1).bounding_box()["height"] < 100
    expect(save).to_be_in_viewport()

    rows.nth(40).get_by_label("présent", exact=True).focus()
    chosen = rows.nth(40).get_by_label("présent", exact=True).bounding_box()
    assert chosen["y"] + chosen["height"] <= save.bounding_box()["y"]  # not under it

    page.get_by_label("Chercher un nom ou une structure").fill("pers 17")
    expect(page.get_by_role("status")).to_have_text("1 sur 60")
    expect(rows.filter(visible=True)).to_have_count(1)
    expect(page.get_by_role("button", name="noter présents tous les autres")).to_be_hidden()
    page.get_by_role("group", name="Personne 17").get_by_label("excusé").check()
    page.keyboard.press("Enter")
    save.click()

    expect(page.locator(".messagelist")).to_contain_text("1 excusé")
    assert event.registrations.get(name="Personne 17").presence == "excused"


def screens(content):
    """(name, address) of each form with rows or folded parts, and one other page of each kind."""
    client = SignedInClient()
    client.force_login(content.root)
    kinds = set()
    for name, address in content.addresses():
        model = model_of(address)
        if model is None or name.endswith(("_changelist", "_add")):
            continue
        kind = name.removeprefix(f"admin:{model._meta.app_label}_{model._meta.model_name}_")
        sheet = admin.site.get_model_admin(model)
        folded = [options for _, options in sheet.fieldsets or () if "classes" in options]
        if kind in kinds or (kind == "change" and not (sheet.inlines or folded)):
            continue
        response = client.get(address)
        if response.streaming:
            response.close()
        elif response.status_code == 200 and response["Content-Type"].startswith("text/html"):
            if kind != "change":
                kinds.add(kind)
            yield name, address


def test_screens_have_no_fault(quiet_page, site):
    """In one state of the device: the others are those of a few screens."""
    cache.clear()
    content = Content()
    page = quiet_page
    sign_in(page, site, content.root)
    found = {}
    for name, address in screens(content):
        page.goto(site + address)
        page.evaluate(UNFOLD)
        wrong = violations(page, WCAG)
        for size in (PHONE, WIDE):
            page.set_viewport_size(size)
            if wider := overflow(page):
                wrong.append(f"wider than its window of {size['width']} px by {wider} px")
            if cut := page.evaluate(CUT_ROWS):
                wrong.append(f"cut at {size['width']} px: {cut}")
        if wrong:
            found[name] = wrong

    assert found == {}
