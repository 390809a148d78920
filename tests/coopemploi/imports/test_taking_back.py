"""An import undone."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from coopemploi.imports import applying
from initiatives.models import Initiative
from tests import importing
from tests.coopemploi.imports.initiatives import address, apply, send, take_back
from tests.factories import InitiativeFactory, StepFactory, ThemeFactory
from tests.importing import problems


def test_taking_back_removes_what_was_created_and_restores_what_was_changed(animateur_client):
    theme = ThemeFactory(name="Avant")
    ThemeFactory(name="Après")
    initiative = InitiativeFactory(slug="une", title="Une", stage="idea")
    initiative.themes.add(theme)
    text = "réf;titre;avancement;thématiques\nune;Autre;;Après\n;Neuve;;Après\n"
    batch = apply(animateur_client, send(animateur_client, text))

    take_back(animateur_client, batch)

    initiative = Initiative.objects.get()
    assert (initiative.title, initiative.stage) == ("Une", "idea")
    assert list(initiative.themes.all()) == [theme]
    assert set(batch.rows.values_list("outcome", flat=True)) == {"taken_back"}


def test_taking_back_is_asked_with_its_counts(animateur_client):
    InitiativeFactory(slug="une", title="Une")
    text = "réf;titre\nune;Autre\n;Neuve\n;Neuve aussi\n"
    batch = apply(animateur_client, send(animateur_client, text))
    address = importing.page(Initiative, "import_take_back", batch.pk)
    shown = animateur_client.get(importing.page(Initiative, "import_batch", batch.pk)).text

    asked = animateur_client.get(address)

    assert (f'href="{address}"' in shown, f'action="{address}"' in shown) == (True, False)
    assert (asked.context["created"], asked.context["changed"]) == (2, 1)
    assert Initiative.objects.count() == 3
    take_back(animateur_client, batch)
    assert animateur_client.get(address).status_code == 302


def test_taking_back_keeps_what_was_changed_or_referred_to_since(animateur_client):
    InitiativeFactory(slug="une", title="Une", stage="idea", summary="Avant")
    text = "réf;titre;avancement;résumé\nune;Une;en projet;Après\n;Liée;;\n;Relue;;\n;Libre;;\n"
    batch = apply(animateur_client, send(animateur_client, text))
    Initiative.objects.filter(slug="une").update(stage="ongoing")
    StepFactory(initiative=Initiative.objects.get(title="Liée"))
    Initiative.objects.get(title="Relue").publish()

    take_back(animateur_client, batch)

    kept = Initiative.objects.order_by("pk").values_list("title", "stage", "summary")
    assert list(kept) == [("Une", "ongoing", "Avant"), ("Liée", "", ""), ("Relue", "", "")]
    assert problems(batch) == {
        2: [["avancement", "modifiée depuis."]],
        3: [["", "ses étapes datées ont changé depuis."]],
        4: [["", "enregistrée de nouveau depuis."]],
    }
    page = animateur_client.get(address("import_batch", batch.pk))
    assert page.context["tabs"][0] == ("kept", 3, "gardées")
    assert [each["row"].line for each in page.context["rows"]] == [2, 3, 4]


def test_taking_back_leaves_a_link_to_what_no_longer_exists(animateur_client):
    theme = ThemeFactory(name="Avant")
    initiative = InitiativeFactory(slug="une", title="Une")
    initiative.themes.add(theme)
    batch = apply(animateur_client, send(animateur_client, "réf;titre;thématiques\nune;Une;\n"))
    theme.delete()

    take_back(animateur_client, batch)

    assert problems(batch) == {2: [["thématiques", "ce qui y était n'existe plus."]]}


@pytest.mark.parametrize(
    ("work", "step"),
    [("apply", "_change"), ("take_back", "_referring")],
    ids=["apply", "take_back"],
)
def test_what_the_file_does_not_say_is_left_as_saved_meanwhile(
    animateur_client, monkeypatch, work, step
):
    InitiativeFactory(slug="une", title="Une", summary="Avant", body="Un texte.")
    batch = send(animateur_client, "réf;titre;résumé\nune;Une;Après\n")
    if work == "take_back":
        apply(animateur_client, batch)
    before = getattr(applying, step)

    def meanwhile(*args):
        Initiative.objects.update(body="Un autre texte.")
        return before(*args)

    monkeypatch.setattr(applying, step, meanwhile)
    {"apply": apply, "take_back": take_back}[work](animateur_client, batch)

    initiative = Initiative.objects.get()
    assert initiative.body == "Un autre texte."
    assert initiative.summary == {"apply": "Après", "take_back": "Avant"}[work]


def test_what_is_computed_follows_what_an_import_changes(animateur_client):
    before = InitiativeFactory(slug="une", title="Une")

    apply(animateur_client, send(animateur_client, "réf;titre\nune;Écluse\n"))

    after = Initiative.objects.get()
    assert after.sort_name.split() == ["ecluse"]
    assert after.updated_at > before.updated_at


@pytest.mark.parametrize("read", ["_lock", "_fingerprints"])
def test_records_are_locked_and_compared_by_as_many_queries_at_1_and_30(
    animateur_client, monkeypatch, read
):
    before, counted = getattr(applying, read), []

    def count(*args, **options):
        with CaptureQueriesContext(connection) as queries:
            found = before(*args, **options)
        counted.append(len(queries))
        return found

    monkeypatch.setattr(applying, read, count)
    for size in (1, 30):
        for number in range(size):
            InitiativeFactory(slug=f"n-{size}-{number}")
        rows = "".join(f"n-{size}-{number};Changé {number}\n" for number in range(size))
        rows += "".join(f";Créé {size} {number}\n" for number in range(size))
        take_back(
            animateur_client, apply(animateur_client, send(animateur_client, f"réf;titre\n{rows}"))
        )

    half = len(counted) // 2
    assert counted[:half] == counted[half:]
