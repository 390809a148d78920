"""A recap composed in a real browser: rows in order, drafts that outlive their tab."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from coopemploi.derived import registry
from events.models import KeyIdea
from tests.factories import (
    KeyIdeaFactory,
    RecapFactory,
    RegistrationFactory,
    UserFactory,
    VerbatimFactory,
)

from .audit import WCAG, faults
from .test_introduction import sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
KEPT = "Object.keys(localStorage).filter((key) => key.startsWith('draft:')).length"


@pytest.fixture
def composer(page, site):
    """Opens the form of a recap of three key ideas, again and again."""
    recap = RecapFactory(standfirst="Le chapô enregistré.", status="draft")
    for number, text in enumerate(("Première", "Deuxième", "Troisième"), start=1):
        KeyIdeaFactory(recap=recap, text=text, order=number)
    VerbatimFactory(recap=recap, key_idea=recap.key_ideas.first())
    registry.flush()
    sign_in(page, site, UserFactory(is_staff=True, is_superuser=True))
    url = site + reverse("admin:events_recap_change", args=[recap.pk])

    def open_form(tab=page):
        tab.goto(url)
        return recap

    return open_form


def order_of(page):
    fields = page.locator("#key_ideas-group tr.form-row:not(.empty-form) .field-text textarea")
    return [field.input_value() for field in fields.all()]


def save(page):
    page.locator("[name=_continue]").last.click()
    expect(page.locator(".messagelist .success")).to_be_visible()


def kept(page):
    expect(page.get_by_text(re.compile("^Brouillon gardé"))).to_be_visible(timeout=5000)


def test_rows_are_put_in_order_by_arrows(page, composer):
    recap = composer()
    ideas = page.locator("#key_ideas-group")
    ideas.get_by_role("button", name="Descendre la ligne 1 sur 3").press("Enter")

    assert order_of(page) == ["Deuxième", "Première", "Troisième"]
    expect(ideas.get_by_role("status")).to_have_text("Première : place 2 sur 3.")
    expect(ideas.get_by_role("button", name="Descendre la ligne 2 sur 3")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(ideas.get_by_role("status")).to_have_text("Déjà en dernier.")

    ideas.get_by_role("button", name="Ajouter une idée clé").click()
    added = page.locator("[name=key_ideas-3-text]")
    added.fill("Ajoutée")
    ideas.get_by_role("button", name="Monter la ligne 4 sur 4").click()
    # One more, taken away while the added row stands above a known one.
    ideas.get_by_role("button", name="Ajouter une idée clé").click()
    ideas.locator(".inline-deletelink").last.click()
    save(page)

    assert [idea.text for idea in KeyIdea.objects.filter(recap=recap)] == order_of(page)
    assert order_of(page) == ["Deuxième", "Troisième", "Ajoutée", "Première"]


def test_verbatims_are_ordered_within_their_idea(page, composer):
    recap = composer()
    first, second, _ = recap.key_ideas.all()
    recap.verbatims.all().delete()
    for order, (idea, text) in enumerate(
        ((first, "A"), (second, "B"), (first, "C"), (None, "D")), start=1
    ):
        VerbatimFactory(recap=recap, key_idea=idea, text=text, order=order)
    composer()
    verbatims = page.locator("#verbatims-group")

    def shown():
        fields = verbatims.locator(".inline-related:not(.empty-form) textarea[name$=-text]")
        return [field.input_value() for field in fields.all()]

    assert verbatims.locator(".row-heading").all_inner_texts() == [
        "Première",
        "Deuxième",
        "Sous aucune idée",
    ]
    assert shown() == ["A", "C", "B", "D"]
    verbatims.get_by_role("button", name="Descendre la ligne 1 sur 2").press("Enter")
    assert shown() == ["C", "A", "B", "D"]
    page.keyboard.press("Enter")
    expect(verbatims.get_by_role("status")).to_have_text("Déjà en dernier.")
    assert shown() == ["C", "A", "B", "D"]

    chosen = verbatims.locator(".inline-related:not(.empty-form) select[name$=-key_idea]").last
    chosen.select_option(label="Deuxième")
    assert shown() == ["C", "A", "B", "D"]
    expect(verbatims.locator(".row-heading")).to_have_count(2)
    verbatims.get_by_role("button", name="Monter la ligne 2 sur 2").last.click()
    save(page)

    assert shown() == ["C", "A", "D", "B"]
    said = [(each.text, each.key_idea) for each in recap.verbatims.all()]
    assert said == [("C", first), ("A", first), ("D", second), ("B", second)]


def test_preview_shows_what_is_typed_in_another_tab(page, composer):
    recap = composer()
    page.locator("[name=standfirst]").fill("Le chapô tapé.")
    with page.context.expect_page() as opened:
        page.get_by_role("button", name="Voir l'aperçu").last.click()
    tab = opened.value

    expect(tab.get_by_text("Le chapô tapé.")).to_be_visible()
    expect(tab.get_by_text("Aperçu de ce que vous écrivez")).to_be_visible()
    tab.close()
    recap.refresh_from_db()
    assert recap.standfirst == "Le chapô enregistré."
    expect(page.locator("[name=standfirst]")).to_have_value("Le chapô tapé.")
    # It is no save: the draft stays.
    page.goto(page.url.split("/admin/")[0] + reverse("admin:index"))
    composer()
    expect(page.get_by_role("button", name="Reprendre le brouillon")).to_be_visible()


TEXT = """Le 4 mai 2021, une vingtaine d'élus se sont réunis.

"On ne trouve pas de travail quand on n'a pas de voiture." Lise Armandou
"""


def test_pasted_text_keeps_its_draft_at_each_step(page, composer, site):
    recap = composer()
    url = site + reverse("admin:events_event_pasted_recap", args=[recap.event_id])
    page.goto(url)
    page.locator("[name=text]").fill(TEXT)
    kept(page)
    page.goto(url)
    expect(page.locator("[name=text]")).to_have_value("")
    page.get_by_role("button", name="Reprendre le brouillon").click()
    expect(page.locator("[name=text]")).to_have_value(TEXT)

    page.get_by_role("button", name="Lire ce texte").click()
    quote = page.locator("[name=quotes-0-text]")
    expect(page.get_by_role("group", name="Brouillon non enregistré")).to_have_count(0)
    quote.fill("Une citation corrigée.")
    kept(page)
    assert page.evaluate(KEPT) == 1
    tab = page.context.new_page()
    page.close()

    tab.goto(url)
    tab.get_by_role("button", name="Reprendre le brouillon").click()
    expect(tab.locator("[name=quotes-0-text]")).to_have_value("Une citation corrigée.")
    tab.get_by_role("button", name="Enregistrer ce qui est coché").click()
    expect(tab.locator(".messagelist .success")).to_be_visible()

    assert tab.evaluate(KEPT) == 0
    assert recap.verbatims.filter(text="Une citation corrigée.").exists()


def test_order_is_a_number_without_scripts(browser, site, page, composer):
    recap = composer()
    context = browser.new_context(java_script_enabled=False)
    context.add_cookies(page.context.cookies())
    plain = context.new_page()
    composer(plain)

    expect(plain.get_by_role("button", name="Monter")).to_have_count(0)
    plain.locator("[name=key_ideas-0-order]").fill("9")
    plain.locator("[name=_continue]").last.click()

    assert [idea.text for idea in recap.key_ideas.all()] == ["Deuxième", "Troisième", "Première"]
    context.close()


def test_draft_outlives_its_tab_and_ends_with_the_save(page, composer):
    recap = composer()
    page.locator("[name=standfirst]").fill("Le chapô perdu.")
    page.locator("#key_ideas-group").get_by_role("button", name="Ajouter une idée clé").click()
    page.locator("[name=key_ideas-3-text]").fill("L'idée perdue")
    page.locator("#key_ideas-group").get_by_role("button", name="Monter la ligne 4").click()
    kept(page)
    tab = page.context.new_page()
    page.close()

    composer(tab)
    expect(tab.locator("[name=standfirst]")).to_have_value("Le chapô enregistré.")
    tab.get_by_role("button", name="Reprendre le brouillon").click()
    expect(tab.locator("[name=standfirst]")).to_have_value("Le chapô perdu.")
    assert order_of(tab) == ["Première", "Deuxième", "L'idée perdue", "Troisième"]
    save(tab)

    recap.refresh_from_db()
    assert recap.standfirst == "Le chapô perdu."
    assert recap.key_ideas.count() == 4
    assert tab.evaluate(KEPT) == 0
    expect(tab.get_by_role("group", name="Brouillon non enregistré")).to_have_count(0)


def test_draft_of_a_record_that_changed_shows_both(page, composer):
    recap = composer()
    page.locator("[name=standfirst]").fill("Le mien.")
    kept(page)
    tab = page.context.new_page()
    composer(tab)
    tab.get_by_role("button", name="Oublier le brouillon").wait_for()
    tab.locator("[name=standfirst]").fill("Celui d'une autre.")
    save(tab)
    assert tab.evaluate(KEPT) == 1  # what the other tab wrote is not forgotten with this save
    page.close()

    composer(tab)
    expect(tab.get_by_text("La fiche a changé depuis.")).to_be_visible()
    tab.get_by_role("button", name="Comparer").click()

    expect(tab.get_by_text("Rien n'est perdu")).to_be_visible()
    recap.refresh_from_db()
    assert recap.standfirst == "Celui d'une autre."
    tab.get_by_label("Garder ce que j'ai écrit").check()
    tab.get_by_role("button", name="Enregistrer ces choix").click()
    expect(tab.locator(".messagelist .success")).to_be_visible()
    recap.refresh_from_db()
    assert recap.standfirst == "Le mien."
    assert tab.evaluate(KEPT) == 0


def test_refused_form_keeps_its_draft(page, composer):
    composer()
    page.locator("[name=key_ideas-0-text]").fill("")
    page.locator("[name=standfirst]").fill("Refusé, mais écrit.")
    page.locator("form[id$=_form]").evaluate("(form) => (form.noValidate = true)")
    page.locator("[name=_continue]").last.click()

    expect(page.locator(".errornote")).to_be_visible()
    assert page.evaluate(KEPT) == 1
    page.locator("[name=key_ideas-0-text]").fill("Première")
    save(page)
    assert page.evaluate(KEPT) == 0


def test_draft_is_forgotten_by_its_owner_or_at_sign_out(page, composer):
    composer()
    page.locator("[name=standfirst]").fill("À oublier.")
    kept(page)
    composer()
    page.get_by_role("button", name="Oublier le brouillon").click()
    assert page.evaluate(KEPT) == 0

    page.locator("[name=standfirst]").fill("D'un poste partagé.")
    kept(page)
    page.get_by_role("button", name="Déconnexion").click()
    assert page.evaluate(KEPT) == 0


def test_composer_has_no_fault(page, composer, browser):
    composer()
    page.locator("[name=standfirst]").fill("Un brouillon.")
    kept(page)
    # As the audit needs, which writes styles to measure.
    context = browser.new_context(bypass_csp=True, storage_state=page.context.storage_state())
    tab = context.new_page()
    composer(tab)
    expect(tab.get_by_role("button", name="Reprendre le brouillon")).to_be_visible()

    assert faults(tab, WCAG) == {}
    context.close()


def test_focus_follows_the_rows_that_are_added_and_taken_away(page, composer):
    composer()
    for group, field in (("key_ideas", "key_ideas-3-text"), ("verbatims", "verbatims-1-text")):
        add = page.locator(f"#{group}-group .add-row").get_by_role("button")
        add.press("Enter")
        expect(page.locator(f"[name={field}]")).to_be_focused()

        page.locator(f"#{group}-group .inline-deletelink").last.press("Enter")
        expect(add).to_be_focused()


def test_sheet_of_presences_is_kept_after_a_closed_tab(page, site):
    registration = RegistrationFactory()
    sign_in(page, site, UserFactory(is_staff=True, is_superuser=True))
    url = site + reverse("admin:events_event_presences", args=[registration.event_id])
    page.goto(url)
    page.get_by_label("excusé").check()
    page.get_by_role("group", name="Personne 1", exact=True).get_by_label("Nom").fill("Venue")
    kept(page)

    later = page.context.new_page()
    later.goto(url)
    later.get_by_role("button", name="Reprendre le brouillon").click()
    later.get_by_role("button", name="Enregistrer", exact=True).click()

    expect(later.locator(".messagelist")).to_contain_text("1 présent, 1 excusé")
    expect(later.locator(".draft-note")).to_have_count(0)


def test_message_to_those_registered_is_kept_after_a_closed_tab_until_it_leaves(page, site):
    registration = RegistrationFactory(email="ana@example.org")
    sign_in(page, site, UserFactory(is_staff=True, is_superuser=True))
    url = site + reverse("admin:events_event_message", args=[registration.event_id])
    page.goto(url)
    page.get_by_label("Message").fill("La salle a changé.")
    kept(page)

    later = page.context.new_page()
    later.goto(url)
    later.get_by_role("button", name="Reprendre le brouillon").click()
    later.get_by_role("button", name="Relire avant d'envoyer").click()
    kept(later)
    later.close()
    page.goto(url)
    page.get_by_role("button", name="Reprendre le brouillon").click()
    expect(page.get_by_role("region", name="À relire")).to_contain_text("La salle a changé.")
    kept(page)
    page.get_by_role("button", name="Envoyer à 1 personne").click()

    expect(page.locator(".messagelist .success")).to_contain_text("1 personne va recevoir")
    page.wait_for_load_state()  # its scripts forget what is told to have left
    assert page.evaluate(KEPT) == 0
