"""Two people on the same record: nothing of what either wrote is lost."""

import html
import re
from html.parser import HTMLParser

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.forms.models import _get_foreign_key
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import strip_tags

from coopemploi.admin import ModelAdmin
from coopemploi.history.tracking import paused, records_of
from initiatives.models import Initiative, Match
from tests.conftest import SignedInClient
from tests.coopemploi.test_admin import ADMINS, FACTORIES
from tests.factories import (
    InitiativeFactory,
    MatchFactory,
    PersonFactory,
    RecapPictureFactory,
    StepFactory,
    ThemeFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


class FormReader(HTMLParser):
    """What a browser would send of the forms of a page."""

    def __init__(self, page):
        super().__init__()
        self.sent, self._select, self._textarea = [], None, None
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        name = found.get("name")
        if tag == "input" and name and found.get("type") not in {"submit", "radio"}:
            is_box = found.get("type") == "checkbox"
            if not is_box or "checked" in found:
                self.sent.append((name, found.get("value", "on" if is_box else "")))
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and "selected" in found:
            self.sent.append((self._select, found["value"]))
        elif tag == "textarea":
            self._textarea = [name, ""]

    def handle_data(self, data):
        if self._textarea:
            self._textarea[1] += data

    def handle_endtag(self, tag):
        if tag == "select":
            self._select = None
        elif tag == "textarea":
            name, text = self._textarea
            self.sent.append((name, text.removeprefix("\n")))
            self._textarea = None


def form_of(response):
    data = {}
    for name, value in FormReader(response.content.decode()).sent:
        if "__prefix__" not in name:
            data.setdefault(name, []).append(value)
    return data


@pytest.fixture
def desks(db):
    """Two signed-in people."""
    clients = SignedInClient(), SignedInClient()
    for client, name in zip(clients, ("Awa", "Bruno"), strict=True):
        user = UserFactory(first_name=name, is_staff=True, is_superuser=True)
        client.force_login(user)
    return clients


def change(record):
    meta = record._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[record.pk])


def opened(client, record):
    return form_of(client.get(change(record)))


def send(client, record, form, **changed):
    return client.post(change(record), {**form, **changed})


def plain(response):
    return html.unescape(" ".join(strip_tags(response.content.decode()).split()))


def choices(response):
    return set(re.findall(r'name="_choice:([\w-]+)"', response.content.decode()))


def test_second_to_save_the_same_field_is_shown_both(desks):
    awa, bruno = desks
    initiative = InitiativeFactory(title="Garage")
    first, second = opened(awa, initiative), opened(bruno, initiative)
    assert send(awa, initiative, first, title="Garage solidaire").status_code == 302

    response = send(bruno, initiative, second, title="Garage associatif")

    page = response.content.decode()
    initiative.refresh_from_db()
    assert response.status_code == 409
    assert choices(response) == {"title"}
    assert "Awa a enregistré" in page
    assert ("Garage solidaire" in page, "Garage associatif" in page) == (True, True)
    assert initiative.title == "Garage solidaire"


@pytest.mark.parametrize(
    ("choice", "title"), [("mine", "Garage associatif"), ("theirs", "Garage solidaire")]
)
def test_choice_is_what_is_saved(desks, choice, title):
    awa, bruno = desks
    initiative = InitiativeFactory(title="Garage")
    first, second = opened(awa, initiative), opened(bruno, initiative)
    send(awa, initiative, first, title="Garage solidaire")
    asked = send(bruno, initiative, second, title="Garage associatif", summary="De Bruno.")

    saved = send(bruno, initiative, form_of(asked), **{"_choice:title": choice})

    initiative.refresh_from_db()
    assert saved.status_code == 302
    assert (initiative.title, initiative.summary) == (title, "De Bruno.")


def test_conflict_without_a_choice_is_asked_again(desks):
    awa, bruno = desks
    initiative = InitiativeFactory(title="Garage")
    first, second = opened(awa, initiative), opened(bruno, initiative)
    send(awa, initiative, first, title="Garage solidaire")
    asked = send(bruno, initiative, second, title="Garage associatif")

    again = send(bruno, initiative, form_of(asked))

    assert again.status_code == 409
    assert choices(again) == {"title"}
    assert "Garage associatif" in again.content.decode()


def test_what_only_one_changed_is_settled(desks):
    awa, bruno = desks
    mobility, housing = ThemeFactory(name="Mobilité"), ThemeFactory(name="Logement")
    initiative = InitiativeFactory(title="Garage", summary="Un résumé.", stage="idea")
    initiative.themes.add(mobility)
    first, second = opened(awa, initiative), opened(bruno, initiative)
    send(awa, initiative, first, title="Garage solidaire", themes=[mobility.pk, housing.pk])
    asked = send(bruno, initiative, second, summary="Un autre.", stage="ongoing")

    assert (asked.status_code, choices(asked)) == (409, set())
    saved = send(bruno, initiative, form_of(asked))

    initiative.refresh_from_db()
    assert saved.status_code == 302
    assert (initiative.title, initiative.summary) == ("Garage solidaire", "Un autre.")
    assert initiative.stage == "ongoing"
    assert set(initiative.themes.all()) == {mobility, housing}


def test_children_are_compared_too(desks):
    awa, bruno = desks
    step = StepFactory(label="lancement")
    other = StepFactory(initiative=step.initiative, label="bilan")
    initiative = step.initiative
    first, second = opened(awa, initiative), opened(bruno, initiative)
    index = {first[f"steps-{n}-id"][0]: n for n in range(2)}
    mine, theirs = index[str(step.pk)], index[str(other.pk)]
    send(awa, initiative, first, **{f"steps-{mine}-label": "départ"})

    asked = send(bruno, initiative, second, **{f"steps-{theirs}-label": "évaluation"})
    send(bruno, initiative, form_of(asked))

    assert set(initiative.steps.values_list("label", flat=True)) == {"départ", "évaluation"}


def test_child_deleted_by_one_and_changed_by_the_other_is_asked(desks):
    awa, bruno = desks
    step = StepFactory(label="lancement")
    initiative = step.initiative
    first, second = opened(awa, initiative), opened(bruno, initiative)
    send(awa, initiative, first, **{"steps-0-DELETE": "on"})
    assert not initiative.steps.exists()

    asked = send(bruno, initiative, second, **{"steps-0-label": "départ"})
    assert choices(asked) == {"steps-0-DELETE"}
    send(bruno, initiative, form_of(asked), **{"_choice:steps-0-DELETE": "mine"})

    assert initiative.steps.get().label == "départ"


def test_child_deleted_by_one_and_untouched_by_the_other_stays_deleted(desks):
    awa, bruno = desks
    step = StepFactory(label="lancement")
    initiative = step.initiative
    first, second = opened(awa, initiative), opened(bruno, initiative)
    send(awa, initiative, first, **{"steps-0-DELETE": "on"})

    asked = send(bruno, initiative, second, summary="De Bruno.")
    saved = send(bruno, initiative, form_of(asked))

    initiative.refresh_from_db()
    assert (asked.status_code, choices(asked), saved.status_code) == (409, set(), 302)
    assert (initiative.summary, initiative.steps.count()) == ("De Bruno.", 0)


def test_child_changed_by_one_and_removed_by_the_other_is_asked(desks):
    awa, bruno = desks
    step = StepFactory(label="lancement")
    initiative = step.initiative
    first, second = opened(awa, initiative), opened(bruno, initiative)
    send(awa, initiative, first, **{"steps-0-label": "départ"})

    asked = send(bruno, initiative, second, **{"steps-0-DELETE": "on"})
    assert choices(asked) == {"steps-0-DELETE"}
    send(bruno, initiative, form_of(asked), **{"_choice:steps-0-DELETE": "theirs"})

    assert initiative.steps.get().label == "départ"


def test_record_loaded_without_history_is_protected_too(desks):
    awa, bruno = desks
    with paused():
        initiative = InitiativeFactory(title="Garage", summary="Chargé.")
    first, second = opened(awa, initiative), opened(bruno, initiative)
    send(awa, initiative, first, title="Garage solidaire")

    asked = send(bruno, initiative, second, summary="De Bruno.")
    send(bruno, initiative, form_of(asked))

    initiative.refresh_from_db()
    assert choices(asked) == set()
    assert (initiative.title, initiative.summary) == ("Garage solidaire", "De Bruno.")


def test_telephone_is_protected_without_being_kept(desks):
    awa, bruno = desks
    person = PersonFactory(phone="04 71 00 00 00")
    first, second = opened(awa, person), opened(bruno, person)
    send(awa, person, first, phone="04 71 00 00 01")

    asked = send(bruno, person, second, known_as="chargée d'insertion")
    send(bruno, person, form_of(asked))

    person.refresh_from_db()
    assert (asked.status_code, choices(asked)) == (409, set())
    assert (person.phone, person.known_as) == ("04 71 00 00 01", "chargée d'insertion")


def test_form_that_nobody_overtook_is_saved(desks):
    awa, _ = desks
    initiative = InitiativeFactory()

    for title in ("Un", "Deux"):
        response = send(awa, initiative, opened(awa, initiative), title=title)
        assert response.status_code == 302


@pytest.mark.parametrize("state", ["", "0", "a.b", "9" * 400, "\x00", "-1.0.0.0.0", "١.0.0.0.0"])
def test_state_that_is_not_ours_is_asked_not_an_error(desks, state):
    awa, _ = desks
    initiative = InitiativeFactory(title="Garage")
    form = opened(awa, initiative)

    response = send(awa, initiative, form, title="Autre", _state=state)

    initiative.refresh_from_db()
    assert response.status_code == 409
    assert initiative.title == "Garage"


def test_form_read_while_somebody_saves_is_overtaken(desks, monkeypatch):
    awa, _ = desks
    initiative = InitiativeFactory(title="Garage")
    read = ModelAdmin.get_object

    def read_then_overtake(*args, **kwargs):
        obj = read(*args, **kwargs)
        initiative.title = "Garage solidaire"
        initiative.save()
        return obj

    with monkeypatch.context() as patch:
        patch.setattr(ModelAdmin, "get_object", read_then_overtake)
        form = opened(awa, initiative)
    assert form["title"] == ["Garage"]

    assert send(awa, initiative, form, summary="Autre.").status_code == 409


def test_change_form_costs_two_queries_more(animateur_client, monkeypatch):
    initiative = InitiativeFactory()
    animateur_client.get(change(initiative))

    with CaptureQueriesContext(connection) as queries:
        animateur_client.get(change(initiative))
    monkeypatch.setattr("coopemploi.history.admin.records_of", lambda model: None)
    with CaptureQueriesContext(connection) as before:
        animateur_client.get(change(initiative))

    assert len(queries) == len(before) + 2


def test_ends_of_lines_are_no_change(desks):
    awa, bruno = desks
    initiative = InitiativeFactory(body="Un.\nDeux.", worked="- Un\n- Deux")
    first, second = opened(awa, initiative), opened(bruno, initiative)
    sent = {"worked": "- Un\r\n- Deux"}
    send(awa, initiative, first, body="Un.\r\nDeux.\r\nTrois.", **sent)

    asked = send(bruno, initiative, second, body="Un.\r\nDeux.", title="De Bruno", **sent)
    send(bruno, initiative, form_of(asked))

    initiative.refresh_from_db()
    assert (asked.status_code, choices(asked)) == (409, set())
    assert (initiative.title, initiative.body) == ("De Bruno", "Un.\nDeux.\nTrois.")


def test_what_was_written_on_a_record_deleted_meanwhile_is_not_lost(desks):
    awa, bruno = desks
    initiative = InitiativeFactory(title="Garage")
    StepFactory(initiative=initiative, label="lancement")
    form = opened(bruno, initiative)
    delete = reverse("admin:initiatives_initiative_delete", args=[initiative.pk])
    awa.post(delete, {"post": "yes"})
    assert not Initiative.objects.exists()

    told = send(bruno, initiative, form, title="Garage solidaire")
    assert told.status_code == 409
    assert "Garage solidaire" in told.content.decode()
    asked = send(bruno, initiative, form_of(told))
    saved = send(bruno, initiative, form_of(asked))

    assert (asked.status_code, choices(asked), saved.status_code) == (409, set(), 302)
    assert Initiative.objects.get().title == "Garage solidaire"
    assert [step.label for step in Initiative.objects.get().steps.all()] == ["lancement"]


@pytest.mark.parametrize("number", ["abc", "9" * 40, "٣", "0"])
def test_form_of_no_record_is_no_error(desks, number):
    awa, _ = desks
    address = reverse("admin:initiatives_initiative_change", args=[number])

    assert awa.post(address, {"_state": "1.0.0.0.0"}).status_code == 302


@pytest.mark.parametrize("value", ["\x00", "x" * 5000, "9" * 40, "é" * 300])
def test_conflict_tells_whatever_was_typed(desks, value):
    awa, bruno = desks
    initiative = InitiativeFactory(title="Garage")
    first, second = opened(awa, initiative), opened(bruno, initiative)
    send(awa, initiative, first, title="Garage solidaire", stage="ongoing")

    response = send(bruno, initiative, second, title=value, stage=value, source=value)

    assert response.status_code == 409
    assert {"title", "stage"} <= choices(response)


def with_picture(client, recap):
    """The form of a recap, and what sends it again with another picture."""
    form = opened(client, recap)
    file = SimpleUploadedFile("salle.png", b"une image")
    return form | {"pictures-0-upload": [file]}


def test_files_of_a_form_that_was_overtaken_are_said_to_be_sent_again(desks):
    awa, bruno = desks
    recap = RecapPictureFactory().recap
    first, second = opened(awa, recap), with_picture(bruno, recap)
    send(awa, recap, first, standfirst="D'Awa.")

    asked = send(bruno, recap, second, reading_minutes="4")
    saved = bruno.post(change(recap), form_of(asked), follow=True)

    recap.refresh_from_db()
    assert (asked.status_code, recap.standfirst, recap.reading_minutes) == (409, "D'Awa.", 4)
    assert "vos fichiers sont à renvoyer ensuite\N{NO-BREAK SPACE}: salle.png." in plain(asked)
    assert "n'a pas reçu ces fichiers, renvoyez-les : salle.png." in plain(saved)


def test_files_of_a_form_whose_record_is_gone_are_said_to_be_sent_again(desks):
    awa, bruno = desks
    recap = RecapPictureFactory().recap
    form = with_picture(bruno, recap)
    awa.post(change(recap).replace("/change/", "/delete/"), {"post": "yes"})

    told = send(bruno, recap, form)

    assert told.status_code == 409
    assert "Vos fichiers sont à renvoyer\N{NO-BREAK SPACE}: salle.png." in plain(told)


def test_form_without_files_says_nothing_of_them(desks):
    awa, bruno = desks
    recap = RecapPictureFactory().recap
    first, second = opened(awa, recap), opened(bruno, recap)
    send(awa, recap, first, standfirst="D'Awa.")

    asked = send(bruno, recap, second, reading_minutes="4")
    saved = bruno.post(change(recap), form_of(asked), follow=True)

    assert "Rien n'est perdu, et rien n'est encore enregistré" in plain(asked)
    assert "fichier" not in plain(asked)
    assert "renvoyez" not in plain(saved)


def opened_need(client, status="introduced"):
    """A suggestion, and the form of its need."""
    match = MatchFactory(status=status)
    return match, opened(client, match.need)


def test_untouched_suggestion_keeps_what_was_decided_meanwhile(desks):
    awa, _ = desks
    match, form = opened_need(awa)
    Match.objects.filter(pk=match.pk).update(status="helped")  # what an introduction writes

    assert send(awa, match.need, form, details="Une précision.").status_code == 302

    match.refresh_from_db()
    match.need.refresh_from_db()
    assert (match.status, match.need.details) == ("helped", "Une précision.")


def test_suggestion_decided_by_both_is_asked_then_saved(desks):
    awa, _ = desks
    match, form = opened_need(awa)
    Match.objects.filter(pk=match.pk).update(status="helped")
    mine = {"matches-0-status": "declined"}

    asked = send(awa, match.need, form, **mine)
    match.refresh_from_db()
    assert (asked.status_code, match.status) == (200, "helped")
    assert "Quelqu&#x27;un a noté entre-temps « a aidé »." in asked.content.decode()
    assert form_of(asked)["matches-0-status"] == ["declined"]

    assert send(awa, match.need, form_of(asked)).status_code == 302
    match.refresh_from_db()
    assert match.status == "declined"


def test_suggestion_touched_alone_is_saved(desks):
    awa, _ = desks
    match, form = opened_need(awa)

    assert send(awa, match.need, form, **{"matches-0-status": "helped"}).status_code == 302

    match.refresh_from_db()
    assert match.status == "helped"


def test_need_is_saved_whose_suggestion_is_gone(desks):
    awa, _ = desks
    match = MatchFactory(status="suggested")
    kept = MatchFactory(need=match.need, status="introduced")
    form = opened(awa, match.need)
    index = next(n for n in range(2) if form[f"matches-{n}-id"] == [str(kept.pk)])
    match.delete()

    saved = send(
        awa,
        kept.need,
        form,
        details="Une précision.",
        **{f"matches-{index}-status": "helped"},
    )

    kept.refresh_from_db()
    kept.need.refresh_from_db()
    assert (saved.status_code, kept.status) == (302, "helped")
    assert kept.need.details == "Une précision."


def test_suggestion_touched_and_gone_is_told_then_left(desks):
    awa, _ = desks
    match, form = opened_need(awa, status="suggested")
    need = match.need
    match.delete()

    told = send(awa, need, form, details="Une précision.", **{"matches-0-status": "declined"})
    saved = send(awa, need, form_of(told))

    need.refresh_from_db()
    assert "Un rapprochement dont vous aviez changé la suite n&#x27;existe plus." in (
        told.content.decode()
    )
    assert (told.status_code, saved.status_code) == (200, 302)
    assert need.details == "Une précision."


each_tracked_model = pytest.mark.parametrize(
    "model",
    [model for model in ADMINS if records_of(model) is not None],
    ids=lambda model: model._meta.label,
)


@each_tracked_model
def test_each_form_is_saved_as_it_came_and_compared_when_overtaken(model, desks):
    awa, bruno = desks
    record = FACTORIES[model]()
    for inline in ADMINS[model].inlines:
        parent = _get_foreign_key(model, inline.model, inline.fk_name).name
        FACTORIES[inline.model](**{parent: record})
    send(awa, record, opened(awa, record))  # what a first save fills: order, publication
    first, second = opened(awa, record), opened(bruno, record)
    versions = model.history.count()

    assert send(awa, record, first).status_code == 302
    assert model.history.count() == versions  # nothing changed
    overtaken = send(bruno, record, second, _state="0")
    assert overtaken.status_code == 409
    saved = send(bruno, record, form_of(overtaken))

    assert (choices(overtaken), saved.status_code) == (set(), 302)
    assert model.history.count() == versions
    assert awa.get(change(record).replace("/change/", "/history/")).status_code == 200
