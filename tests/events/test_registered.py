"""What whoever prepares an event does with its registrations: list, tables, paper, presences."""

import csv
import io
import re

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from coopemploi.dates import PartialDate
from coopemploi.formats import pdf
from events import presences
from events.models import Attendance, Registration
from tests.factories import (
    ActorFactory,
    AttendanceFactory,
    EventFactory,
    MandateFactory,
    RegistrationFactory,
    StageChangeFactory,
    TerritoryFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

Status = Registration.Status
LINES = {f"venu-{n}-{name}": "" for n in range(5) for name in ("name", "organisation", "place")}
PAGES = ["registered", "emargement", "badges", "presences"]


@pytest.fixture
def event():
    return EventFactory(
        title="Atelier", slug="atelier", start=PartialDate.parse("17/10/2030"), capacity=25
    )


def page(name, event):
    return reverse(f"admin:events_event_{name}", args=[event.pk])


def mark(client, event, extra=(), **marks):
    """Send the screen of presences; `marks` are {"presence-<pk>": presence}."""
    data = {**LINES, **{f"venu-{n}-email": "" for n in range(5)}}
    for registration in event.registrations.all():
        data[f"presence-{registration.pk}"] = registration.presence
        data[f"presence-{registration.pk}-avant"] = registration.presence
    return client.post(page("presences", event), {**data, **marks, **dict(extra)}, follow=True)


# Who may


@pytest.mark.parametrize("name", PAGES)
def test_only_who_may_change_the_event_sees_who_comes(client, event, name):
    RegistrationFactory(event=event, name="Sacha Secret")
    region = TerritoryFactory(kind="region")
    event.territories.add(region)
    elsewhere = MandateFactory(role="animateur", territory=TerritoryFactory(kind="region")).user
    reader = MandateFactory(role="reader", territory=None).user
    animateur = MandateFactory(role="animateur", territory=region).user
    statuses = []
    for user in (elsewhere, reader, animateur):
        client.force_login(user)
        response = client.get(page(name, event))
        statuses.append((response.status_code, "Sacha Secret" in response.text))
    assert statuses == [(403, False), (403, False), (200, True)]


def test_list_of_the_admin_holds_only_the_events_one_may_change(client, event):
    region = TerritoryFactory(kind="region")
    event.territories.add(region)
    mine = RegistrationFactory(event=event, name="Sacha Ici")
    other = EventFactory()
    other.territories.add(TerritoryFactory(kind="region"))
    RegistrationFactory(event=other, name="Sacha Ailleurs")
    user = MandateFactory(role="animateur", territory=region).user
    client.force_login(user)
    for query in ("", "?perimetre=tout"):
        text = client.get(reverse("admin:events_registration_changelist") + query).text
        assert mine.name in text
        assert "Sacha Ailleurs" not in text


def test_reader_sees_no_registration_in_the_admin(client, event):
    registration = RegistrationFactory(event=event)
    user = MandateFactory(role="reader", territory=None).user
    client.force_login(user)
    assert client.get(reverse("admin:events_registration_changelist")).status_code == 403
    change = reverse("admin:events_registration_change", args=[registration.pk])
    assert client.get(change).status_code in {302, 403}


# List and tables


def test_list_says_who_comes_who_waits_and_what_they_need(animateur_client, event):
    RegistrationFactory(event=event, name="Sacha", access_needs="Interprète en LSF")
    RegistrationFactory(event=event, name="Alix", status=Status.WAITING)
    text = animateur_client.get(page("registered", event)).text
    assert "1 inscrit pour 25 places" in text
    assert "En attente, dans l&#x27;ordre (1)" in text
    assert "À prévoir&nbsp;: Interprète en LSF" in text


@pytest.mark.parametrize("name", PAGES)
def test_pages_cost_the_same_at_any_length(animateur_client, event, name):
    def add(rows):
        for _ in range(rows):
            RegistrationFactory(event=event, actor=ActorFactory(), territory=TerritoryFactory())

    def count():
        with CaptureQueriesContext(connection) as queries:
            assert animateur_client.get(page(name, event)).status_code == 200
        return len(queries)

    add(1)
    count()
    one = count()
    add(29)
    assert count() == one
    assert one <= 16


def test_tables_hold_no_formula(animateur_client, event):
    RegistrationFactory(
        event=event, name='=HYPERLINK("https://example.org")', email="a@example.org"
    )
    answer = animateur_client.get(page("registered", event), {"format": "csv"})
    (row,) = csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig")), delimiter=";")
    assert row["nom"] == '\'=HYPERLINK("https://example.org")'
    assert row["adresse e-mail"] == "a@example.org"

    answer = animateur_client.get(page("registered", event), {"format": "xlsx"})
    book = load_workbook(io.BytesIO(answer.getvalue()))
    cell = book.worksheets[0]["A2"]
    assert (cell.value, cell.data_type) == ('=HYPERLINK("https://example.org")', "s")
    about = dict(book.worksheets[1].values)
    assert re.fullmatch("\\d\\d/\\d\\d/\\d{4} à \\d+\xa0h(\xa0\\d\\d)?", about["Extrait le"])
    assert animateur_client.get(page("registered", event), {"format": "exe"}).status_code == 404


# Paper


def test_sign_in_sheet_has_who_is_expected_and_room_for_others(animateur_client, event):
    RegistrationFactory(event=event, name="Zoé", organisation="PLIE", access_needs="Fauteuil")
    RegistrationFactory(event=event, name="Élie", email="elie@example.org")
    RegistrationFactory(event=event, name="Absente", status=Status.CANCELLED)
    text = animateur_client.get(page("emargement", event)).text
    assert text.index("Élie") < text.index("Zoé")
    assert text.count("<tr>") == 1 + 2 + 8
    assert "Signature" in text
    for private in ("Absente", "Fauteuil", "elie@example.org"):
        assert private not in text


@pytest.mark.skipif(not pdf.is_available(), reason="Pango n'est pas installé")
@pytest.mark.parametrize("name", ["emargement", "badges"])
def test_paper_is_given_as_a_pdf(animateur_client, event, name):
    RegistrationFactory(event=event, name="Sacha")
    response = animateur_client.get(page(name, event), {"format": "pdf"})
    assert response.content.startswith(b"%PDF-")
    assert response["Content-Disposition"] == f'inline; filename="{name}-atelier.pdf"'


# Presences


def test_presences_are_noted_of_people_and_of_their_actors(animateur_client, event):
    actor, town = ActorFactory(), TerritoryFactory()
    came = RegistrationFactory(event=event, actor=actor, territory=town)
    colleague = RegistrationFactory(event=event, actor=actor)
    neighbour = RegistrationFactory(event=event, territory=town)
    unknown = RegistrationFactory(event=event)
    response = mark(
        animateur_client,
        event,
        {
            f"presence-{came.pk}": "present",
            f"presence-{colleague.pk}": "excused",
            f"presence-{neighbour.pk}": "represented",
            f"presence-{unknown.pk}": "present",
        },
    )
    said = "Les présences sont notées : 2 présents, 1 excusé, 1 représenté."
    assert said in response.text
    assert dict(event.registrations.values_list("pk", "presence")) == {
        came.pk: "present",
        colleague.pk: "excused",
        neighbour.pk: "represented",
        unknown.pk: "present",
    }
    assert set(event.attendances.values_list("actor", "territory", "person", "status")) == {
        (actor.pk, None, None, "present"),
        (None, town.pk, None, "represented"),
    }


def test_a_mark_taken_back_is_taken_back_everywhere(animateur_client, event):
    registration = RegistrationFactory(event=event, actor=ActorFactory())
    mark(animateur_client, event, {f"presence-{registration.pk}": "present"})
    mark(animateur_client, event, {f"presence-{registration.pk}": ""})
    assert event.registrations.get().presence == ""
    assert event.attendances.get().status == Attendance.Status.REGISTERED


def test_presence_already_noted_is_completed(animateur_client, event):
    attendance = AttendanceFactory(event=event, territory=TerritoryFactory(), status="invited")
    registration = RegistrationFactory(event=event, territory=attendance.territory)
    mark(animateur_client, event, {f"presence-{registration.pk}": "present"})
    assert event.attendances.get().status == "present"


def test_stage_of_the_day_is_noted(event):
    actor = StageChangeFactory(since=PartialDate.parse("2020")).actor
    StageChangeFactory(actor=actor, stage="accredited", since=PartialDate.parse("2031"))
    presences.note(event, marks={RegistrationFactory(event=event, actor=actor): "present"})
    assert event.attendances.get().stage == "emerging"


def test_who_came_without_registering_is_added(animateur_client, event):
    actor = ActorFactory(name="PLIE des Landes")
    mark(
        animateur_client,
        event,
        {
            "venu-0-name": "Noa Martin",
            "venu-0-organisation": "plie des landes",
            "venu-1-name": "Lou",
            "venu-1-email": "Lou@example.org",
        },
    )
    assert set(event.registrations.values_list("name", "email", "status", "presence")) == {
        ("Noa Martin", "", Status.WALK_IN, "present"),
        ("Lou", "lou@example.org", Status.WALK_IN, "present"),
    }
    assert event.attendances.get().actor == actor


def test_who_waited_and_came_is_not_written_twice(animateur_client, event):
    waiting = RegistrationFactory(event=event, status=Status.WAITING, email="a@example.org")
    mark(animateur_client, event, {"venu-0-name": "Sacha", "venu-0-email": "a@example.org"})
    registration = event.registrations.get()
    assert (registration.pk, registration.status) == (waiting.pk, Status.WALK_IN)


def test_who_waits_for_a_seat_is_on_the_sheet_apart(animateur_client, event):
    for name in ("Ada", "Éloi"):
        RegistrationFactory(event=event, name=name, status=Status.WAITING)
    RegistrationFactory(event=event, name="Zoé")
    RegistrationFactory(event=event, name="Absente", status=Status.CANCELLED)

    sheet = animateur_client.get(page("presences", event))

    assert names_on(sheet) == ["Zoé", "Ada", "Éloi"]
    assert sheet.text.count("<h2>En attente d'une place</h2>") == 1
    assert "Ada" not in animateur_client.get(page("emargement", event)).text


def test_who_waited_and_is_marked_present_waits_no_more(animateur_client, event):
    came, stayed, excused = RegistrationFactory.create_batch(3, event=event, status=Status.WAITING)

    answer = mark(
        animateur_client,
        event,
        {f"presence-{came.pk}": "present", f"presence-{excused.pk}": "excused", "autres": "1"},
    )

    assert "Les présences sont notées : 1 présent." in answer.text
    assert dict(event.registrations.values_list("pk", "status")) == {
        came.pk: Status.WALK_IN,
        stayed.pk: Status.WAITING,
        excused.pk: Status.WAITING,
    }
    assert event.registrations.get(pk=stayed.pk).presence == ""


def test_who_waited_and_was_marked_by_mistake_is_not_present_with_the_others(
    animateur_client, event
):
    seated = RegistrationFactory(event=event)
    waiting = RegistrationFactory(event=event, status=Status.WAITING)
    mark(animateur_client, event, {f"presence-{waiting.pk}": "present"})
    mark(animateur_client, event, {f"presence-{waiting.pk}": ""})

    mark(animateur_client, event, autres="1")

    noted = dict(event.registrations.values_list("pk", "presence"))
    assert noted == {seated.pk: "present", waiting.pk: ""}


@pytest.mark.parametrize("presence", ["", "excused"])
def test_who_waited_and_was_marked_by_mistake_waits_again(animateur_client, event, presence):
    first, second = RegistrationFactory.create_batch(2, event=event, status=Status.WAITING)
    mark(animateur_client, event, {f"presence-{first.pk}": "present"})
    assert list(event.registrations.waiting()) == [second]

    mark(animateur_client, event, {f"presence-{first.pk}": presence})

    assert list(event.registrations.waiting()) == [first, second]


def test_who_gave_their_seat_back_and_was_marked_by_mistake_is_awaited_no_more(event):
    gone = RegistrationFactory(event=event, status=Status.CANCELLED)
    presences.note(event, marks={gone: "present"})

    presences.note(event, marks={gone: ""})

    assert event.registrations.get().status == Status.CANCELLED


def test_who_waited_then_gave_their_place_back_and_was_marked_by_mistake_waits_no_more(event):
    gone = RegistrationFactory(event=event, status=Status.WAITING)
    gone.status = Status.CANCELLED
    gone.save()
    presences.note(event, marks={gone: "present"})

    presences.note(event, marks={gone: ""})

    assert event.registrations.get().status == Status.CANCELLED


def test_who_gave_their_seat_back_and_is_excused_stays_on_the_sheet(event):
    gone = RegistrationFactory(event=event, status=Status.CANCELLED)
    presences.note(event, marks={gone: "present"})

    presences.note(event, marks={gone: "excused"})

    found = event.registrations.get()
    assert (found.status, found.presence) == (Status.WALK_IN, "excused")


def test_walk_in_marked_by_mistake_never_waited(animateur_client, event):
    mark(animateur_client, event, {"venu-0-name": "Noa"})
    noa = event.registrations.get()

    mark(animateur_client, event, {f"presence-{noa.pk}": ""})

    assert event.registrations.get().status == Status.WALK_IN


def test_who_had_a_seat_since_keeps_it(event):
    waiting = RegistrationFactory(event=event, status=Status.WAITING)
    Registration.objects.update(status=Status.CONFIRMED)

    presences.note(event, marks={waiting: "present"})

    registration = event.registrations.get()
    assert (registration.status, registration.presence) == (Status.CONFIRMED, "present")


def test_sheet_sent_twice_notes_who_came_once(animateur_client, event):
    sheet = {
        "venu-0-name": "Léa Roux",
        "venu-0-organisation": "PLIE",
        "venu-1-name": "Lou",
        "venu-1-email": "lou@example.org",
    }
    animateur_client.post(page("presences", event), sheet)

    again = animateur_client.post(page("presences", event), sheet, follow=True)

    assert sorted(event.registrations.values_list("name", flat=True)) == ["Lou", "Léa Roux"]
    assert "pas noté deux fois : Léa Roux, Lou." in again.text


def test_homonyms_of_the_door_are_both_noted(animateur_client, event):
    marie = {"venu-0-name": "Marie", "venu-0-organisation": "PLIE"}
    other = {"venu-1-name": "Marie", "venu-1-organisation": "PLIE"}
    for _ in range(2):
        animateur_client.post(page("presences", event), {**marie, **other})
    assert event.registrations.count() == 2

    mark(animateur_client, event, {**marie, "venu-0-same": "autre"})

    assert event.registrations.count() == 3


@pytest.mark.parametrize("status", [Status.CONFIRMED, Status.WAITING, Status.CANCELLED])
@pytest.mark.parametrize("name", ["Léa Martin", "MARTIN Lea"])
def test_who_came_under_the_name_of_somebody_registered_is_asked_about(
    animateur_client, event, status, name
):
    RegistrationFactory(event=event, name="Léa Martin", organisation="PLIE", status=status)
    RegistrationFactory(event=event, name="Léa Martinez")

    answer = mark(animateur_client, event, {"venu-0-name": name, "venu-0-place": "Dax"})

    assert answer.status_code == 400
    assert event.registrations.exclude(presence="").count() == 0
    sheet = BeautifulSoup(answer.content, "html.parser")
    asked = [" ".join(label.text.split()) for label in sheet.select('label[for^="id_venu-0-same"]')]
    assert asked[-2:] == [
        f"Léa Martin, PLIE ({Status(status).label}) : présent",
        "quelqu'un d'autre, du même nom",
    ]
    assert "Ce nom est déjà sur la feuille : dites qui c'est." in sheet.text
    assert sheet.find("input", {"name": "venu-0-place"})["value"] == "Dax"


@pytest.mark.parametrize(
    ("status", "then"),
    [
        (Status.CONFIRMED, Status.CONFIRMED),
        (Status.WAITING, Status.WALK_IN),
        (Status.CANCELLED, Status.WALK_IN),
    ],
)
def test_who_is_recognised_is_marked_present_and_completed(animateur_client, event, status, then):
    known = RegistrationFactory(event=event, name="Léa Martin", organisation="PLIE", status=status)
    line = {"name": "Léa Martin", "organisation": "Autre", "place": "Dax", "same": known.pk}

    mark(animateur_client, event, {f"venu-0-{name}": value for name, value in line.items()})

    found = event.registrations.get()
    assert (found.pk, found.status, found.presence) == (known.pk, then, "present")
    assert (found.organisation, found.place, found.email) == ("PLIE", "Dax", known.email)


def test_who_is_recognised_takes_the_address_of_nobody_else(animateur_client, event):
    known = RegistrationFactory(event=event, name="Léa Martin", email="")
    RegistrationFactory(event=event, status=Status.CANCELLED, email="a@example.org")
    line = {"name": "Léa Martin", "email": "A@example.org", "same": known.pk}

    mark(animateur_client, event, {f"venu-0-{name}": value for name, value in line.items()})

    found = event.registrations.get(pk=known.pk)
    assert (found.email, found.presence) == ("", "present")


def test_homonym_of_somebody_registered_is_noted_apart(animateur_client, event):
    RegistrationFactory(event=event, name="Léa Martin")

    mark(animateur_client, event, {"venu-0-name": "Léa Martin", "venu-0-same": "autre"})

    assert list(event.registrations.values_list("name", "status", "presence")) == [
        ("Léa Martin", Status.CONFIRMED, ""),
        ("Léa Martin", Status.WALK_IN, "present"),
    ]


def test_who_is_known_by_their_address_is_not_asked_about(animateur_client, event):
    known = RegistrationFactory(event=event, name="Léa Martin", status=Status.CANCELLED)

    sent = {"venu-0-name": "Léa Martin", "venu-0-email": known.email.upper()}
    answer = mark(animateur_client, event, sent)

    assert answer.status_code == 200
    assert event.registrations.get().presence == "present"


def test_nobody_is_two_lines_of_the_sheet(animateur_client, event):
    known = RegistrationFactory(event=event, name="Léa Martin", organisation="")
    line = {"name": "Léa Martin", "same": known.pk}
    sent = {f"venu-{n}-{name}": value for n in (0, 1) for name, value in line.items()}

    answer = mark(animateur_client, event, sent | {"venu-1-organisation": "Dax"})

    assert answer.status_code == 400
    assert "Une ligne plus haut est déjà cette personne." in answer.text
    assert event.registrations.get().presence == ""


def test_only_those_that_were_proposed_are_recognised(animateur_client, event):
    other = RegistrationFactory(event=EventFactory(), name="Léa Martin")
    RegistrationFactory(event=event, name="Léa Martin")

    answer = mark(animateur_client, event, {"venu-0-name": "Léa Martin", "venu-0-same": other.pk})

    assert answer.status_code == 400
    assert Registration.objects.exclude(presence="").count() == 0


def test_forgotten_registrations_are_nobodys_namesakes(animateur_client, event):
    RegistrationFactory(event=event, name="", email="")

    assert mark(animateur_client, event).status_code == 200


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ({"venu-0-organisation": "PLIE"}, "Indiquez un nom."),
        ({"venu-0-name": "🎉"}, "Écrivez ce nom avec des lettres."),
        ({"venu-0-name": "a" * 10_000}, "Ce nom dépasse 100 caractères."),
        ({"venu-0-name": "Lou", "venu-0-email": "lou@"}, "Adresse incomplète."),
        ({"venu-0-name": "Lou", "venu-0-email": "b@example.org"}, "déjà sur la feuille"),
    ],
)
def test_what_is_wrong_on_the_sheet_is_said_and_nothing_saved(animateur_client, event, line, said):
    registration = RegistrationFactory(event=event, email="b@example.org")
    response = mark(animateur_client, event, {f"presence-{registration.pk}": "present", **line})
    assert response.status_code == 400
    assert said in response.text
    assert event.registrations.get().presence == ""
    # What was marked is still on the page.
    assert 'value="present" checked' in response.text


def test_forged_presence_is_refused(animateur_client, event):
    registration = RegistrationFactory(event=event)
    response = mark(animateur_client, event, {f"presence-{registration.pk}": "dancing"})
    assert response.status_code == 400
    assert event.registrations.get().presence == ""


def test_the_others_are_marked_present_in_one_gesture(animateur_client, event):
    excused, _other = RegistrationFactory.create_batch(2, event=event)
    RegistrationFactory(event=event, status=Status.CANCELLED)
    mark(animateur_client, event, {f"presence-{excused.pk}": "excused", "autres": "1"})
    assert list(event.registrations.order_by("pk").values_list("presence", flat=True)) == [
        "excused",
        "present",
        "",
    ]


def test_what_another_wrote_meanwhile_is_kept(animateur_client, event):
    mine, theirs = RegistrationFactory.create_batch(2, event=event)
    data = {f"presence-{mine.pk}": "present", f"presence-{theirs.pk}": ""}
    data |= {f"presence-{theirs.pk}-avant": ""}
    Registration.objects.filter(pk=theirs.pk).update(presence="excused")
    mark(animateur_client, event, data)
    assert set(event.registrations.values_list("pk", "presence")) == {
        (mine.pk, "present"),
        (theirs.pk, "excused"),
    }


def test_who_registered_since_the_sheet_was_opened_is_not_marked_present(animateur_client, event):
    shown, since = RegistrationFactory.create_batch(2, event=event)

    animateur_client.post(
        page("presences", event), {**LINES, f"presence-{shown.pk}-avant": "", "autres": "1"}
    )

    assert dict(event.registrations.values_list("pk", "presence")) == {
        shown.pk: "present",
        since.pk: "",
    }


def names_on(sheet):
    """Whom a sheet of presences shows, without their structure."""
    legends = BeautifulSoup(sheet.content, "html.parser").select(".presence legend")
    return [legend.find(string=True) for legend in legends]


def test_sheet_of_a_name_is_asked_for_in_its_address(animateur_client, event):
    for name in ("Élise Le-Goff", "Éloi Martin", "Noël Legrand"):
        RegistrationFactory(event=event, name=name, organisation="Mission locale")

    def found(words):
        return animateur_client.get(page("presences", event), {"nom": words})

    assert names_on(found("")) == ["Élise Le-Goff", "Éloi Martin", "Noël Legrand"]
    assert names_on(found("el")) == ["Élise Le-Goff", "Éloi Martin"]
    assert names_on(found("ÉL goff")) == ["Élise Le-Goff"]
    assert names_on(found("locale noel")) == ["Noël Legrand"]
    assert names_on(found("zzz")) == []
    assert "0 sur 3" in found("zzz").text
    # Of those that it does not show, nothing is marked.
    assert 'name="autres"' in found("").text
    assert 'name="autres"' not in found("el").text


def test_search_of_a_name_saves_what_is_ticked_first(animateur_client, event):
    ticked, other = RegistrationFactory.create_batch(2, event=event)

    response = animateur_client.post(
        page("presences", event),
        {
            **LINES,
            f"presence-{ticked.pk}": "present",
            f"presence-{ticked.pk}-avant": "",
            "nom": "le goff",
            "chercher": "Enregistrer et chercher",
        },
    )

    assert response["Location"] == f"{page('presences', event)}?nom=le+goff"
    assert dict(event.registrations.values_list("pk", "presence")) == {
        ticked.pk: "present",
        other.pk: "",
    }


def test_sheet_of_a_name_is_saved_before_everybody_is_seen_again(animateur_client, event):
    found, _ = (RegistrationFactory(event=event, name=name) for name in ("Ada", "Bob"))
    address = f"{page('presences', event)}?nom=ada"
    sheet = BeautifulSoup(animateur_client.get(address).content, "html.parser")
    back = sheet.select_one("row-filter input[name=tous]")
    assert sheet.select("row-filter a") == []  # which would have lost what is ticked

    mark = {f"presence-{found.pk}": "present", f"presence-{found.pk}-avant": ""}
    response = animateur_client.post(address, {**LINES, **mark, back["name"]: back["value"]})

    assert response["Location"] == page("presences", event)
    assert event.registrations.get(pk=found.pk).presence == "present"


def test_sheet_refused_keeps_the_name_looked_for_and_shows_everybody(animateur_client, event):
    RegistrationFactory.create_batch(2, event=event, name="Ada")
    wrong = {**LINES, "venu-0-organisation": "Le PLIE"}

    response = animateur_client.post(
        page("presences", event), {**wrong, "nom": "bob", "chercher": "Enregistrer et chercher"}
    )

    sheet = BeautifulSoup(response.content, "html.parser")
    assert (response.status_code, sheet.select_one("#nom")["value"]) == (400, "bob")
    assert (names_on(response), sheet.select_one("[role=status]").text) == (["Ada", "Ada"], "")


def test_what_the_sheet_does_not_show_is_not_written_again(animateur_client, event):
    mine = RegistrationFactory(event=event)
    hidden = RegistrationFactory(event=event, actor=ActorFactory(), presence="present")
    mark = {f"presence-{mine.pk}": "excused", f"presence-{mine.pk}-avant": ""}
    animateur_client.post(page("presences", event), {**LINES, **mark})

    # A mark written again would have been followed by the attendance of its actor.
    assert list(event.attendances.filter(actor=hidden.actor)) == []
    assert event.registrations.get(pk=mine.pk).presence == "excused"


def test_presences_show_no_name_on_the_site(client, event):
    registration = RegistrationFactory(event=event, name="Sacha Secret", actor=ActorFactory())
    presences.note(event, marks={registration: "present"})
    text = client.get(event.get_absolute_url()).text
    assert registration.actor.name in text
    assert "Sacha" not in text
    assert registration.email not in text


def test_user_without_mandate_is_sent_away(client, event):
    client.force_login(UserFactory())
    assert client.get(page("registered", event)).status_code == 302
