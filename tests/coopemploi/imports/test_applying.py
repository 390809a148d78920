"""What an import writes, and what it gives back."""

from django.contrib.admin.models import LogEntry
from django.urls import reverse

from coopemploi.imports import applying, readers, tasks
from coopemploi.imports.models import ImportBatch
from initiatives.models import Initiative
from tests.coopemploi.imports.initiatives import address, apply, downloaded, send
from tests.factories import InitiativeFactory, TerritoryFactory, ThemeFactory
from tests.importing import counts


def test_apply_writes_fields_links_author_and_history(animateur_client):
    theme = ThemeFactory(name="Mobilité")
    place = TerritoryFactory(name="Dax", code="40088", kind="commune")
    initiative = InitiativeFactory(slug="une", title="Une")
    initiative.themes.add(ThemeFactory())

    batch = send(
        animateur_client,
        "réf;titre;thématiques;territoires;état de publication\n"
        "une;Autre nom;Mobilité;;publié\n;Neuve;Mobilité;Dax;publié\n",
    )
    apply(animateur_client, batch)

    initiative.refresh_from_db()
    assert (initiative.title, initiative.slug) == ("Autre nom", "une")
    assert list(initiative.themes.all()) == [theme]
    created = Initiative.objects.get(title="Neuve")
    assert created.slug == "neuve"
    assert created.created_by == batch.user
    assert created.published_at is not None
    assert list(created.themes.all()) == [theme]
    assert list(created.territories.all()) == [place]
    logged = LogEntry.objects.order_by("pk").values_list("object_id", "change_message")
    assert list(logged) == [
        (str(created.pk), f"Importée de « fichier.csv » (import {batch.pk})."),
        (str(initiative.pk), f"Modifiée par « fichier.csv » (import {batch.pk})."),
    ]


def test_first_version_of_a_created_record_holds_its_relations(animateur_client):
    theme = ThemeFactory(name="Mobilité")
    place = TerritoryFactory(name="Dax", code="40088", kind="commune")
    batch = send(animateur_client, "titre;thématiques;territoires\nNeuve;Mobilité;Dax\n")
    apply(animateur_client, batch)
    created = Initiative.objects.get()

    created.save()

    version = created.history.get()
    assert (version.history_type, version.history_user) == ("+", batch.user)
    held = {name: keys for name, keys in version.relations.items() if keys}
    assert held == {"themes": [theme.pk], "territories": [place.pk]}


def test_created_record_is_found_by_the_search_of_the_site(animateur_client):
    place = TerritoryFactory(name="Dax", code="40088", kind="commune")
    text = "titre;territoires;état de publication\nMenuiserie;Dax;publié\n"

    apply(animateur_client, send(animateur_client, text))

    found = animateur_client.get(reverse("initiative_list"), {"q": place.name})
    assert "Menuiserie" in found.content.decode()


def test_same_file_sent_again_changes_nothing(animateur_client):
    InitiativeFactory(slug="une", title="Une")
    text = "réf;titre;avancement\nune;Une;idée\n;Neuve;en projet\n"
    apply(animateur_client, send(animateur_client, text))
    before = list(Initiative.objects.order_by("pk").values())

    again = send(animateur_client, text)

    assert counts(again) == {"unchanged": 2}
    assert list(Initiative.objects.order_by("pk").values()) == before


def test_good_rows_are_written_and_the_others_given_back_with_their_reasons(animateur_client):
    text = "titre;avancement;Notes\nBonne;idée;x\nMauvaise;en panne;à garder\n"
    batch = apply(animateur_client, send(animateur_client, text))
    assert [initiative.title for initiative in Initiative.objects.all()] == ["Bonne"]

    content = downloaded(animateur_client.get(address("import_refused", batch.pk)))

    headers, row = (cells for _, cells in readers.read_rows(content))
    assert headers == ["titre", "avancement", "Notes", "Motif du refus"]
    assert row[:3] == ["Mauvaise", "en panne", "à garder"]
    assert row[3].startswith("Colonne Avancement : « en panne » n'est pas un choix possible")


def test_rows_given_back_are_read_with_the_columns_chosen_for_the_first(animateur_client):
    text = "Nom du projet;Où\nMauvaise;Nulle part\n"
    batch = send(animateur_client, text, column_0="title", column_1="summary", column_2="")
    chosen = batch.mapping
    batch = send(animateur_client, "Nom du projet;Où\n;Nulle part\n")

    content = downloaded(animateur_client.get(address("import_refused", batch.pk)))
    again = send(animateur_client, content, "refus.xlsx")

    assert chosen == ["title", "summary"]
    assert again.mapping == chosen
    assert again.table["headers"] == ["Nom du projet", "Où"]
    assert again.table["rows"] == [[2, ["", "Nulle part"]]]


def test_columns_that_refuse_rows_are_told_with_how_many(animateur_client):
    text = "titre;avancement;niveau\nUne;en panne;ici\nDeux;en panne;\nTrois;;\nQuatre;en panne;\n"
    batch = send(animateur_client, text)

    refused = animateur_client.get(address("import_batch", batch.pk))
    created = animateur_client.get(address("import_batch", batch.pk), {"etat": "created"})

    assert refused.context["refusing"] == [("avancement", 3), ("niveau (échelle)", 1)]
    assert created.context["refusing"] == []
    assert "Avancement&nbsp;: 3 lignes" in refused.text


def test_row_whose_record_changed_since_the_preview_is_refused(animateur_client):
    InitiativeFactory(slug="une", title="Une", stage="idea")
    batch = send(animateur_client, "réf;titre;avancement\nune;Une;en projet\n;Neuve;\n")
    Initiative.objects.update(stage="ongoing")

    apply(animateur_client, batch)

    assert counts(batch) == {"created": 1, "refused": 1}
    assert Initiative.objects.get(slug="une").stage == "ongoing"


def test_nothing_is_written_when_the_work_fails_halfway(animateur_client, monkeypatch):
    InitiativeFactory(slug="une", title="Une")
    batch = send(animateur_client, "réf;titre\nune;Autre\n;Neuve\n")

    def fail(*args):
        raise RuntimeError

    monkeypatch.setattr(applying, "_change", fail)
    animateur_client.post(address("import_apply", batch.pk))

    batch.refresh_from_db()
    assert (batch.state, batch.failure) == (ImportBatch.State.CHECKED, tasks.FAILURE)
    assert list(Initiative.objects.values_list("title", flat=True)) == ["Une"]


def test_applying_twice_writes_once(animateur_client):
    batch = send(animateur_client, "titre\nNeuve\n")

    for _ in range(2):
        apply(animateur_client, batch)

    assert Initiative.objects.count() == 1


def test_large_file_is_worked_on_in_the_background(
    animateur_client, settings, monkeypatch, django_capture_on_commit_callbacks
):
    monkeypatch.setattr(tasks, "AT_ONCE", 1)
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}

    batch = send(animateur_client, "titre\nUne\nDeux\n")
    assert batch.state == ImportBatch.State.CHECKING
    page = animateur_client.get(address("import_batch", batch.pk)).content.decode()
    assert '<meta http-equiv="refresh" content="5">' in page
    assert "Actualiser" in page
    with django_capture_on_commit_callbacks(execute=True):
        batch.move(ImportBatch.State.CHECKING, ImportBatch.State.SENT)
        tasks.start(batch, "check")
    batch.refresh_from_db()
    assert counts(batch) == {"created": 2}


def test_versions_written_in_the_background_are_of_who_sent_the_file(animateur_client):
    InitiativeFactory(slug="une", title="Une", stage="idea")
    batch = send(animateur_client, "réf;titre;avancement\nune;Autre;en projet\n;Neuve;\n")
    batch.move(ImportBatch.State.CHECKED, ImportBatch.State.APPLYING)

    tasks.perform.call(batch_id=batch.pk, work="apply")

    for title in ("Autre", "Neuve"):
        latest = Initiative.objects.get(title=title).history.first()
        assert (latest.title, latest.history_user) == (title, batch.user)
