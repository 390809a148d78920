"""The gestion without JavaScript: records are named where no script searches the lists."""

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from initiatives.models import Initiative
from tests.factories import (
    ActorFactory,
    InitiativeFactory,
    InvolvementFactory,
    SourceFactory,
    TerritoryFactory,
    ThemeFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def initiative():
    return InitiativeFactory(title="Garage solidaire")


def change_url(record):
    return reverse("admin:initiatives_initiative_change", args=[record.pk])


def page_of(response):
    return BeautifulSoup(response.content, "html.parser")


def sent_by(client, address):
    """What a browser that runs no script sends of a form that nobody touched."""
    form = page_of(client.get(address)).find(id="initiative_form")
    sent = {}
    for field in form.select("[name]:not([type=submit], button)"):
        name = field["name"]
        if field.get("type") in {"checkbox", "radio"} and not field.has_attr("checked"):
            continue
        if field.name == "select":
            chosen = [each["value"] for each in field.select("option[selected]")]
            sent[name] = chosen if field.has_attr("multiple") else (chosen or [""])[0]
        elif field.name == "textarea":
            sent[name] = field.text.removeprefix("\n")
        else:
            sent[name] = field.get("value", "")
    return sent


def save(client, record, rows="", **written):
    address = change_url(record) + rows
    return client.post(address, {**sent_by(client, address), **written})


def errors_of(response):
    return " ".join(each.get_text(" ") for each in page_of(response).select(".errorlist li"))


def test_every_list_that_a_script_searches_has_its_field(animateur_client, initiative):
    page = page_of(animateur_client.get(change_url(initiative)))
    lists = page.select("select.admin-autocomplete")
    named = {each["name"] for each in page.select("noscript .written-choice input")}
    missing = {each["name"] for each in lists} - {each.removesuffix("_ecrit") for each in named}
    # Nothing names one by its réf alone: a user.
    assert {each.split("-")[-1] for each in missing} <= {"created_by"}
    assert {"territories_ecrit", "themes_ecrit", "source_ecrit"} <= named


def test_records_are_found_by_name_code_or_reference(animateur_client, initiative):
    kept = TerritoryFactory(kind="commune", code="33036", name="Bazas")
    initiative.territories.add(kept)
    TerritoryFactory(kind="commune", code="72181", name="Le Mans")
    TerritoryFactory(kind="departement", code="72", name="Sarthe")
    ThemeFactory(name="Mobilité")
    SourceFactory(title="Compte rendu", slug="compte-rendu")

    response = save(
        animateur_client,
        initiative,
        territories_ecrit="commune:72181 ; Sarthe",
        themes_ecrit="mobilite",
        source_ecrit="compte-rendu",
    )

    assert response.status_code == 302, errors_of(response)
    initiative = Initiative.objects.get()
    names = set(initiative.territories.values_list("name", flat=True))
    assert names == {"Bazas", "Le Mans", "Sarthe"}
    assert [each.name for each in initiative.themes.all()] == ["Mobilité"]
    assert initiative.source.slug == "compte-rendu"


def test_name_that_is_unknown_or_of_several_is_given_back_to_correct(animateur_client, initiative):
    initiative.territories.add(TerritoryFactory(kind="commune", code="33036", name="Bazas"))
    for code in ("93066", "97411"):
        TerritoryFactory(kind="commune", code=code, name="Saint-Denis")

    response = save(
        animateur_client, initiative, territories_ecrit="Saint-Denis", themes_ecrit="Aviron"
    )

    assert response.status_code == 200
    told = errors_of(response)
    assert "« Saint-Denis » peut être : " in told
    assert "commune:93066" in told
    assert "commune:97411" in told
    assert "« Aviron » n'est le nom d'aucune fiche « thématique »." in told
    page = page_of(response)
    assert page.find(attrs={"name": "territories_ecrit"})["value"] == "Saint-Denis"
    assert [each.text for each in page.select("#id_territories option")] == [
        "Bazas (commune 33036)"
    ]
    assert Initiative.objects.get().territories.count() == 1


def test_row_is_added_where_no_script_adds_any(animateur_client, initiative):
    InvolvementFactory(initiative=initiative, actor=ActorFactory(name="PLIE de Lens"))
    ActorFactory(name="Mission locale du Bazadais")
    before = page_of(animateur_client.get(change_url(initiative)))
    assert before.select_one('noscript a[href="?lignes=oui"]')
    assert before.find(attrs={"name": "involvements-TOTAL_FORMS"})["value"] == "1"

    response = save(
        animateur_client,
        initiative,
        rows="?lignes=oui",
        **{
            "involvements-1-actor_ecrit": "mission locale du bazadais",
            "involvements-1-role": "partner",
        },
    )

    assert response.status_code == 302, errors_of(response)
    parties = Initiative.objects.get().involvements.order_by("pk")
    assert [(each.actor.name, each.role) for each in parties][1:] == [
        ("Mission locale du Bazadais", "partner")
    ]


@pytest.mark.parametrize(("choice", "kept"), [("mine", "compte-rendu"), ("theirs", "article")])
def test_what_was_written_is_a_choice_between_two_versions(
    animateur_client, initiative, choice, kept
):
    SourceFactory(title="Compte rendu", slug="compte-rendu")
    sent = sent_by(animateur_client, change_url(initiative))
    party = InvolvementFactory(initiative=initiative, actor=ActorFactory(name="PLIE de Lens"))
    initiative.source = SourceFactory(title="Article", slug="article")
    initiative.save()

    asked = animateur_client.post(change_url(initiative), sent | {"source_ecrit": "compte-rendu"})

    assert asked.status_code == 409
    page = page_of(asked)
    assert "Compte rendu" in page.find(id="content-main").text
    chosen = {}
    for field in page.select("#content-main [type=hidden]"):
        chosen.setdefault(field["name"], []).append(field["value"])
    chosen = {name: values if len(values) > 1 else values[0] for name, values in chosen.items()}
    response = animateur_client.post(change_url(initiative), chosen | {"_choice:source": choice})
    assert response.status_code == 302, errors_of(response)
    assert Initiative.objects.get().source.slug == kept
    assert Initiative.objects.get().involvements.get() == party


@pytest.mark.parametrize("written", ["\x00", "x" * 2001, ";", "=", "[]", "99999999999999999999"])
def test_nothing_breaks_what_is_written(animateur_client, initiative, written):
    response = save(animateur_client, initiative, territories_ecrit=written, source_ecrit=written)
    assert response.status_code in {200, 302}
