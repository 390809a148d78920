"""What every admin page must do, checked on each registered model."""

import gettext
import json
import re
from pathlib import Path

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.conf import settings
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import strip_tags
from django.utils.text import capfirst
from factory.django import DjangoModelFactory

from coopemploi.admin import FEMININE, ModelAdmin, PublishableAdmin, with_article
from coopemploi.identity.models import Identity
from coopemploi.imports.declarations import importations
from coopemploi.publishing import Publishable
from coopemploi.vocabulary.models import Theme
from events.models import Action, Evaluation
from initiatives.models import Initiative
from tests import factories
from tests.factories import (
    ActionFactory,
    ActorFactory,
    EvaluationFactory,
    EventActorFactory,
    EventFactory,
    InitiativeFactory,
    InvolvementFactory,
    MandateFactory,
    RefusalFactory,
    SchemeFactory,
    SourceFactory,
    TerritoryFactory,
    ThemeFactory,
    UserFactory,
)

ADMINS = {
    model: model_admin
    for model, model_admin in admin.site._registry.items()
    if isinstance(model_admin, ModelAdmin) and model is not Identity
}
MASCULINE = {
    "acteur",
    "ancien",
    "besoin",
    "blocage",
    "chiffre",
    "compte",
    "courriel",
    "dispositif",
    "document",
    "ensemble",
    "frein",
    "lien",
    "mandat",
    "membre",
    "objectif",
    "rapprochement",
    "public",
    "refus",
    "réseau",
    "résultat",
    "terme",
    "territoire",
    "verbatim",
    "élément",
}
FACTORIES = {
    factory._meta.model: factory
    for factory in vars(factories).values()
    if isinstance(factory, type)
    and issubclass(factory, DjangoModelFactory)
    and not factory._meta.abstract
}
# Asked for by whoever they are about, or noted when they leave: never added in the admin.
ASKED_FOR = {
    "alerts.Alert",
    "events.FollowUpMail",
    "initiatives.Introduction",
    "initiatives.IntroductionBlock",
    "participation.Belonging",
    "participation.Proposal",
}
each_model = pytest.mark.parametrize("model", ADMINS, ids=lambda model: model._meta.label)


def page(model, name, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{name}", args=args)


def page_of(model):
    return page(model, "changelist")


def get(client, url):
    with CaptureQueriesContext(connection) as queries:
        response = client.get(url)
    assert response.status_code == 200
    return response.content.decode(), queries


def longest_select(html):
    selects = re.findall(r"<select\b.*?</select>", html, re.DOTALL)
    return max((select.count("<option") for select in selects), default=0)


@each_model
def test_changelist_takes_the_same_queries_at_1_and_30_rows(model, animateur_client):
    FACTORIES[model]()
    animateur_client.get(page(model, "changelist"))  # content types enter their cache
    _, one = get(animateur_client, page(model, "changelist"))
    FACTORIES[model].create_batch(29)

    html, thirty = get(animateur_client, page(model, "changelist"))

    assert len(thirty) == len(one)
    assert len(thirty) <= 15
    assert html.count('class="action-select"') == 30


@each_model
def test_forms_take_few_queries_and_no_long_select(model, animateur_client):
    record = FACTORIES[model]()
    forms = [] if model._meta.label in ASKED_FOR else [page(model, "add")]

    for url in (*forms, page(model, "change", record.pk)):
        html, queries = get(animateur_client, url)
        assert len(queries) <= 30
        assert longest_select(html) <= 200


@each_model
def test_search_of_nothing_known_answers_an_empty_list(model, animateur_client):
    FACTORIES[model]()

    html, _ = get(animateur_client, page(model, "changelist") + "?q=introuvable")

    assert html.count('class="action-select"') == 0


@each_model
def test_every_relation_has_a_searchable_target(model):
    model_admin = ADMINS[model]

    for name in model_admin.get_autocomplete_fields(None):
        target = model._meta.get_field(name).related_model
        assert admin.site.get_model_admin(target).search_fields


def test_search_ignores_accents_without_a_normalised_column(animateur_client):
    SourceFactory(title="Compte rendu de l'été à Évry")
    SourceFactory(title="Autre document")

    html, _ = get(animateur_client, reverse("admin:sources_source_changelist") + "?q=ete evry")

    assert html.count('class="action-select"') == 1


def test_publish_selection_publishes_drafts_and_counts_them(animateur_client):
    drafts = InitiativeFactory.create_batch(2, status=Publishable.Status.DRAFT)
    published = InitiativeFactory()

    response = animateur_client.post(
        page(Initiative, "changelist"),
        {
            "action": "publish_selection",
            "_selected_action": [i.pk for i in [*drafts, published]],
            "confirmed": "oui",
        },
        follow=True,
    )

    assert [strip_tags(message.message) for message in response.context["messages"]] == [
        "2 fiches publiées. Annuler"
    ]
    drafts[0].refresh_from_db()
    assert drafts[0].is_published
    assert drafts[0].published_at is not None


def test_archive_selection_takes_records_off_the_site(animateur_client):
    initiative = InitiativeFactory()

    response = animateur_client.post(
        page(Initiative, "changelist"),
        {
            "action": "archive_selection",
            "_selected_action": [initiative.pk],
            "confirmed": "oui",
        },
        follow=True,
    )

    assert [strip_tags(message.message) for message in response.context["messages"]] == [
        "1 fiche archivée. Annuler"
    ]
    initiative.refresh_from_db()
    assert initiative.status == Publishable.Status.ARCHIVED


def test_publication_actions_need_the_right_to_change(rf, db):
    request = rf.get("/")
    request.user = UserFactory(is_staff=True)
    publishable = [each for each in ADMINS.values() if isinstance(each, PublishableAdmin)]

    assert publishable
    for model_admin in publishable:
        assert "publish_selection" not in model_admin.get_actions(request)
        assert "archive_selection" not in model_admin.get_actions(request)


def test_draft_is_previewed_and_published_record_is_seen(animateur_client):
    draft = InitiativeFactory(status=Publishable.Status.DRAFT)
    published = InitiativeFactory()

    draft_html, _ = get(animateur_client, page(Initiative, "change", draft.pk))
    published_html, _ = get(animateur_client, page(Initiative, "change", published.pk))

    link = '<a href="{}" class="viewsitelink">{}</a>'
    assert link.format(draft.get_absolute_url(), "Aperçu du brouillon") in draft_html
    assert link.format(published.get_absolute_url(), "Voir sur le site") in published_html


def test_deletion_names_what_goes_and_no_link_between_records(animateur_client):
    event = EventFactory(title="Atelier")
    event.territories.add(TerritoryFactory())
    EventActorFactory(event=event, actor=ActorFactory(name="La Ruche"))
    page = animateur_client.get(reverse("admin:events_event_delete", args=[event.pk]))
    assert page.status_code == 200
    assert {str(name): count for name, count in page.context["model_count"]} == {
        "rencontres": 1,
        "parties prenantes": 1,
    }
    assert "La Ruche" in page.text
    assert "object (" not in page.text


def test_deletion_says_in_good_french_that_a_record_can_come_back(animateur_client):
    theme = ThemeFactory(name="Mobilité")

    listed = animateur_client.get(reverse("admin:vocabulary_theme_changelist")).text
    asked = animateur_client.get(reverse("admin:vocabulary_theme_delete", args=[theme.pk])).text

    assert "Supprimer la sélection" in listed
    assert "Supprimer « Mobilité » ?" in asked
    assert "La fiche ira dans la corbeille" in asked


def test_identity_is_created_once_and_never_deleted(animateur_client):
    response = animateur_client.get(reverse("admin:identity_identity_changelist"))
    assert response.url == reverse("admin:identity_identity_add")

    data = {"name": "Réseau d'essai", "tagline": "Une accroche"}
    animateur_client.post(response.url, data)

    assert list(Identity.objects.values_list("pk", "name")) == [(1, "Réseau d'essai")]
    response = animateur_client.get(reverse("admin:identity_identity_changelist"))
    assert response.url == reverse("admin:identity_identity_change", args=[1])
    assert animateur_client.get(reverse("admin:identity_identity_add")).status_code == 403
    delete = reverse("admin:identity_identity_delete", args=[1])
    assert animateur_client.post(delete, {"post": "yes"}).status_code == 403


def test_index_lists_the_events_first(animateur_client):
    response = animateur_client.get(reverse("admin:index"))

    labels = [app["app_label"] for app in response.context["app_list"]]
    assert labels[:4] == ["events", "initiatives", "territories", "participation"]
    names = [model["object_name"] for model in response.context["app_list"][0]["models"]]
    assert names[0] == "Event"


def steps(page):
    """What the breadcrumbs of an admin page say, one after the other."""
    text = BeautifulSoup(page.content, "html.parser").select_one(".breadcrumbs").text
    return [" ".join(step.split()) for step in text.split("›")]


def test_breadcrumbs_say_each_step_once(animateur_client):
    event = EventFactory(title="Rencontre de Dax")
    changelist = reverse("admin:events_event_changelist")
    change = reverse("admin:events_event_change", args=[event.pk])
    delete = reverse("admin:events_event_delete", args=[event.pk])
    selected = {"action": "delete_selected", "_selected_action": event.pk}

    assert steps(animateur_client.get(changelist)) == ["Accueil", "Rencontres"]
    add = reverse("admin:events_event_add")
    assert steps(animateur_client.get(add)) == ["Accueil", "Rencontres", "Ajouter une rencontre"]
    to_record = ["Accueil", "Rencontres", "Rencontre de Dax"]
    assert steps(animateur_client.get(change)) == to_record
    assert steps(animateur_client.get(delete)) == [*to_record, "Supprimer"]
    assert steps(animateur_client.post(changelist, selected)) == [
        "Accueil",
        "Rencontres",
        "Supprimer plusieurs fiches",
    ]


def test_admin_pages_hold_no_inline_script_or_style(animateur_client):
    initiative = InitiativeFactory()
    initiative.schemes.add(SchemeFactory())

    for url in (
        reverse("admin:index"),
        page(Initiative, "changelist"),
        page(Initiative, "change", initiative.pk),
    ):
        html, _ = get(animateur_client, url)
        assert not re.search(r"<script(?![^>]*\bsrc=)(?![^>]*json)[^>]*>", html)
        assert not re.search(r"<[^>]+\sstyle=", html)


def test_member_of_the_team_without_a_mandate_is_told_to_ask_for_one(client, db):
    client.force_login(UserFactory(is_staff=True))

    assert "demandez-le à qui administre le site" in client.get(reverse("admin:index")).text


def test_page_that_is_refused_leads_the_team_back_to_the_admin(client, db):
    client.force_login(MandateFactory().user)

    refused = client.get(page(Theme, "add"))

    assert refused.status_code == 403
    assert f'href="{reverse("admin:index")}">Accueil de la gestion' in refused.text


def test_anonymous_visitor_is_sent_to_the_sign_in_page(client, db):
    response = client.get(reverse("admin:index"))

    assert response.status_code == 302
    assert client.get(reverse("admin:login")).url.startswith(reverse("account_login"))


def test_every_record_to_add_has_its_article():
    names = {model._meta.verbose_name for model in ADMINS}
    for model_admin in ADMINS.values():
        inlines = (inline(model_admin.model, admin.site) for inline in model_admin.inlines)
        names |= {inline.verbose_name for inline in inlines}

    nouns = {name.split()[0] for name in names}

    assert nouns - FEMININE == MASCULINE
    assert with_article("étape datée") == "une étape datée"
    assert with_article("élément du tour de table") == "un élément du tour de table"


def test_buttons_to_add_are_french_sentences(animateur_client):
    initiative = InitiativeFactory()

    changelist, _ = get(animateur_client, page(Initiative, "changelist"))
    form, _ = get(animateur_client, page(Initiative, "change", initiative.pk))

    assert ">Ajouter une initiative</a>" in changelist
    assert "Ajouter une \\u00e9tape dat\\u00e9e" in form
    added, _ = get(animateur_client, page(Initiative, "add"))
    assert "&rsaquo; Ajouter une initiative" in added
    assert "suppl\\u00e9mentaire" not in form


def test_rows_of_a_user_are_added_in_french(client, db):
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    page = client.get(reverse("admin:accounts_user_change", args=[UserFactory().pk]))
    found = re.findall(r"addText&quot;: &quot;(.*?)&quot;", page.text)
    assert found == ["Ajouter un mandat", r"Ajouter un filtre enregistr\u00e9"]


def test_sheet_gives_the_focus_to_no_button(animateur_client):
    add = animateur_client.get(reverse("admin:events_event_add"))
    assert "admin/js/change_form" not in add.text


def test_help_of_a_field_begins_no_line_with_punctuation(animateur_client):
    add = animateur_client.get(reverse("admin:territories_person_add"))
    helps = BeautifulSoup(add.text, "html.parser").select("#id_known_as_helptext")
    assert [each.text.strip() for each in helps] == [
        "Quand le nom est inconnu\xa0: «\xa0un chargé d'insertion\xa0»."
    ]


def test_cells_of_a_list_bear_the_name_of_their_column(animateur_client):
    ActionFactory(title="Créer un guichet")
    EvaluationFactory(is_open=True, shows_results=False)

    def cells(model):
        page = BeautifulSoup(animateur_client.get(page_of(model)).content, "html.parser")
        region = page.select_one("#changelist-form .results")
        said = {name: region[name] for name in ("role", "tabindex", "aria-label")}
        row = page.select("#result_list tbody tr > *")
        drawn = [img["alt"] for img in page.select("#result_list tbody img")]
        return said, [cell["data-column"] for cell in row], drawn

    assert cells(Action) == (
        {"role": "region", "tabindex": "0", "aria-label": "Actions"},
        ["", "Titre", "Rencontre", "Échéance", "Avancement", "État de publication"],
        [],
    )
    assert cells(Evaluation) == (
        {"role": "region", "tabindex": "0", "aria-label": "Évaluations"},
        ["", "Rencontre", "Ouverte aux réponses", "Résultats publics"],
        ["oui", "non"],
    )


def test_phone_is_led_to_the_filters_of_a_list(animateur_client):
    ActionFactory(progress="done")

    def link(address):
        page = BeautifulSoup(animateur_client.get(address).content, "html.parser")
        [link] = page.select(".to-filters a")
        assert page.select_one(link["href"]).select_one("#changelist-filter")
        return link.text

    assert link(page_of(Action)) == "Filtrer"
    assert link(f"{page_of(Action)}?progress__exact=done") == "Filtrer (filtres en cours)"


@pytest.mark.parametrize("model", admin.site._registry, ids=lambda model: model._meta.label)
def test_list_is_named_by_what_it_holds(model, client, db):
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    response = client.get(page_of(model), follow=True)
    if model is Identity:
        assert response.redirect_chain
        return
    listed = BeautifulSoup(response.content, "html.parser")

    assert listed.select_one("#content > h1").text == capfirst(model._meta.verbose_name_plural)
    assert "" not in [link.text for link in listed.select(".object-tools a")]


@pytest.mark.parametrize(("words", "offered"), [("garage", True), ("jardin", False)])
def test_actions_are_offered_where_there_is_a_record(animateur_client, words, offered):
    InitiativeFactory(title="Un garage")
    shown = animateur_client.get(page(Initiative, "changelist"), {"q": words, "perimetre": "tout"})
    assert ('name="action"' in shown.text) == offered


def test_list_without_a_record_counts_them_in_good_french(animateur_client):
    changelist, _ = get(animateur_client, page(Initiative, "changelist"))
    assert "0 initiative\n" in changelist
    InitiativeFactory.create_batch(2)
    changelist, _ = get(animateur_client, page(Initiative, "changelist"))
    assert "2 initiatives\n" in changelist


def test_what_was_saved_is_said_in_good_french(animateur_client):
    url = reverse("admin:vocabulary_theme_add")
    added = animateur_client.post(url, {"name": "Mobilité", "slug": ""}, follow=True)
    theme = Theme.objects.get()
    url = reverse("admin:vocabulary_theme_change", args=[theme.pk])
    sent = {"name": "Mobilités", "slug": "mobilite", "_continue": "1"}
    changed = animateur_client.post(url, sent, follow=True)

    assert [str(message) for message in added.context["messages"]] == [
        f'Fiche ajoutée\xa0: «\xa0<a href="{url}">Mobilité</a>\xa0».'
    ]
    assert "Fiche enregistrée\xa0: " in str(*changed.context["messages"])


@pytest.mark.parametrize(
    "model",
    [model for model, each in importations.items() if each.owner_model is None],
    ids=lambda model: model._meta.label,
)
def test_long_sheet_is_saved_from_its_top(model, animateur_client):
    url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_add")

    assert animateur_client.get(url).text.count('name="_continue"') == 2


def test_selection_is_counted_in_good_french(animateur_client):
    ThemeFactory()

    listed = animateur_client.get(reverse("admin:vocabulary_theme_changelist"))
    catalogue = animateur_client.get(reverse("admin:jsi18n"))

    assert "0 fiche sélectionnée sur 1" in listed.text
    assert json.dumps("%(sel)s fiche sélectionnée sur %(cnt)s") in catalogue.text


def test_row_of_a_form_is_named_with_a_space_before_the_colon(animateur_client):
    row = InvolvementFactory()

    url = reverse("admin:initiatives_initiative_change", args=[row.initiative.pk])
    html = animateur_client.get(url).text

    assert "<b>Partie prenante\xa0:</b>" in html
    assert "Ajouter une partie prenante&quot;" in html


def test_hours_are_written_as_on_the_pages(animateur_client):
    with time_machine.travel("2026-11-25 10:30 +0100", tick=False):
        RefusalFactory()

    listed = animateur_client.get(reverse("admin:mail_refusal_changelist"))

    assert "25 novembre 2026 à 10\xa0h\xa030" in listed.text


@pytest.mark.parametrize("name", ["django", "djangojs"])
def test_words_of_the_site_are_compiled(name):
    folder = Path(settings.BASE_DIR, "coopemploi/locale/fr/LC_MESSAGES")
    written = re.findall(r'msgstr(?:\[\d\])? "(.+)"', (folder / f"{name}.po").read_text())
    with (folder / f"{name}.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)

    assert set(written) == {text for key, text in compiled._catalog.items() if key}


def test_empty_list_says_whether_a_search_empties_it(animateur_client):
    nothing, _ = get(animateur_client, page(Initiative, "changelist"))
    assert "Rien n'est encore écrit ici." in nothing
    assert "Rien ne correspond." not in nothing

    InitiativeFactory()
    unknown, _ = get(animateur_client, page(Initiative, "changelist") + "?q=introuvable")
    some, _ = get(animateur_client, page(Initiative, "changelist"))

    assert "Rien ne correspond." in unknown
    assert 'class="empty"' not in some


def test_tables_of_the_libraries_are_not_administered(client, db):
    client.force_login(UserFactory(is_staff=True, is_superuser=True))

    response = client.get(reverse("admin:index"))

    labels = {app["app_label"] for app in response.context["app_list"]}
    assert labels == {*admin.site.app_order}
    assert not {model._meta.app_label for model in admin.site._registry} & {
        "account",
        "auth",
        "django_tasks_database",
        "mfa",
        "post_office",
        "socialaccount",
        "usersessions",
    }


def test_participant_and_visitor_see_no_admin_page(client, db):
    initiative = InitiativeFactory(title="Un titre à ne pas montrer")
    client.force_login(UserFactory())

    for url in (
        reverse("admin:index"),
        page(Initiative, "changelist"),
        page(Initiative, "change", initiative.pk),
        reverse("admin:autocomplete"),
    ):
        response = client.get(url)
        assert response.status_code in (302, 403)
        assert "Un titre à ne pas montrer" not in response.content.decode()
