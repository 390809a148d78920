"""Somebody who asks to be forgotten is nowhere any more: every table is read."""

import time
import unicodedata
import zipfile
from io import BytesIO, StringIO

import pytest
from allauth.account.models import EmailAddress
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils.text import slugify
from post_office.models import STATUS, Email

from coopemploi.accounts.models import User
from coopemploi.alerts.models import Alert
from coopemploi.derived import registry
from coopemploi.imports.models import ImportBatch, ImportRow
from coopemploi.link_checks.models import LinkCheck
from coopemploi.merging.merge import merge, undo
from coopemploi.participation.erasure import forget_person
from coopemploi.participation.signs import signs_of
from coopemploi.search.text import normalise
from events.models import Registration
from initiatives.models import Initiative
from territories.models import Person
from tests.factories import (
    ActionNoteFactory,
    AlertFactory,
    EventFactory,
    InitiativeFactory,
    LinkCheckFactory,
    PersonFactory,
    PositionFactory,
    RecapDocumentFactory,
    RecapFactory,
    RecapPictureFactory,
    RegistrationFactory,
    ResourceFactory,
    RoundTableBatchFactory,
    RoundTableDraftFactory,
    SavedFilterFactory,
    SourceFactory,
    UserFactory,
    VerbatimFactory,
)
from tests.importing import apply, send, take_back

pytestmark = pytest.mark.django_db

ADDRESS, PHONE = "lea@nulle-part.example", "06 01 02 03 04"


@pytest.fixture
def lea():
    return PersonFactory(first_name="Léa", last_name="Quérigut", email=ADDRESS, phone=PHONE)


def everything():
    """All that the base holds, as one text, (table, value) a line."""
    lines = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            # The full-text index of SQLite keeps pieces of words in binary.
            if table.startswith(("django_migrations", "search_index_", "sqlite_")):
                continue
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608
            lines += [f"{table} {value}" for row in cursor.fetchall() for value in row]
    return lines


def where(*words):
    registry.flush()
    return [line for line in everything() if any(word in normalise(line) for word in words)]


def test_a_person_is_nowhere_any_more(lea):
    PositionFactory(person=lea, title="Maire")
    lea.last_name = "Quérigut-Ancien"
    lea.save()
    lea.last_name = "Quérigut"
    lea.save()
    initiative = InitiativeFactory(
        title="Garage de Mme Quérigut", body="Portée par LEA QUERIGUT, et par l'association."
    )
    gone = InitiativeFactory(summary="Écrire à Quérigut Léa (06.01.02.03.04).")
    gone.delete()
    SourceFactory(raw_text=f"Présents : L. Quérigut <{ADDRESS.upper()}>, une élue")
    ActionNoteFactory(text="Léa\u00a0Quérigut a rappelé.")
    verbatim = VerbatimFactory(person=lea, text="Un propos qui reste")
    RegistrationFactory(email=ADDRESS.capitalize(), name="Léa Quérigut")
    batch = RoundTableBatchFactory(left_out=[[1, "Léa Quérigut"]])
    RoundTableDraftFactory(batch=batch, data={"label": "Léa Quérigut / Ville"})
    sent = ImportBatch.objects.create(
        user=UserFactory(),
        model="territories.person",
        file_name="personnes.csv",
        table={"headers": ["nom"], "rows": [[2, ["Léa Quérigut"]]]},
    )
    ImportRow.objects.create(
        batch=sent, line=2, state="created", label="Léa Quérigut", changes={"nom": [ADDRESS]}
    )
    LogEntry.objects.create(
        user=sent.user,
        content_type=ContentType.objects.get_for_model(Person),
        object_id=lea.pk,
        object_repr="Léa Quérigut",
        action_flag=CHANGE,
    )
    mail = {"from_email": "site@example.org", "headers": {"Reply-To": ADDRESS}}
    Email.objects.create(to=[ADDRESS], subject="À vous", **mail)
    Email.objects.create(
        to=["b@example.org"], subject="De Léa Quérigut", status=STATUS.sent, **mail
    )
    waiting = Email.objects.create(
        to=["c@example.org"], subject="De Léa Quérigut", status=STATUS.queued, **mail
    )
    assert len(where("querigut", "nulle-part")) > 20

    erased = forget_person(lea)

    assert where("querigut", "nulle part", "0601020304", "06 01 02 03 04") == []
    initiative.refresh_from_db()
    verbatim.refresh_from_db()
    waiting.refresh_from_db()
    assert initiative.title == "Garage de une personne du réseau"
    assert initiative.body == "Portée par une personne du réseau, et par l'association."
    assert (verbatim.text, verbatim.person) == ("Un propos qui reste", lea)
    assert (waiting.subject, waiting.headers) == ("De une personne du réseau", {})
    assert not Registration.objects.exists()
    # The third told the address that its seat was given back.
    assert (erased.registrations, erased.mails) == (1, 3)
    assert not Person.objects.matching("querigut").exists()


def test_the_name_of_another_stays(lea):
    PersonFactory(first_name="Lea", last_name="QUERIGUT")
    initiative = InitiativeFactory(body=f"Léa Quérigut, {ADDRESS}, anne{ADDRESS}")

    erased = forget_person(lea)

    initiative.refresh_from_db()
    assert initiative.body == f"Léa Quérigut, adresse effacée, anne{ADDRESS}"
    assert "une autre personne s'appelle Léa Quérigut" in erased.doubts[0]


def test_the_same_surname_leaves_the_others(lea):
    PersonFactory(first_name="Anne", last_name="Quérigut")
    initiative = InitiativeFactory(body="Mme Quérigut et Léa Quérigut, L. Quérigut ; Léaquérigut")

    forget_person(lea)

    initiative.refresh_from_db()
    assert initiative.body == ("Mme Quérigut et une personne du réseau, L. Quérigut ; Léaquérigut")


@pytest.mark.parametrize(
    ("erased", "other", "text", "left"),
    [
        ("Léa Roux", "Léa Rouxel", "Léa Roux, Léa Rouxel", "{}, Léa Rouxel"),
        ("Léa Roux", "Léa Roux-Martin", "Léa Roux-Martin, L. Roux", "Léa Roux-Martin, {}"),
        ("Léa Roux", "Anne-Léa Roux", "Anne-Léa Roux et Léa Roux", "Anne-Léa Roux et {}"),
        ("Léa Roux", "Léo Roux-Martin", "Mme Roux-Martin, Mme Roux", "Mme Roux-Martin, {}"),
        ("Łukasz Roux", "Lukasz Roux", "Łukasz Roux", "Łukasz Roux"),
        ("Léa Roux", "Roux Léa", "Léa Roux", "Léa Roux"),
    ],
)
def test_a_name_that_begins_like_another_is_not_it(erased, other, text, left):
    person, _ = (
        PersonFactory(first_name=first, last_name=last)
        for first, last in (name.split() for name in (erased, other))
    )
    initiative = InitiativeFactory(body=text)

    forget_person(person)

    initiative.refresh_from_db()
    assert initiative.body == left.format(Person.WITHDRAWN_NAME)


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("Léa", "Quérigut"),
        ("Ana", "Simões"),
        ("Tomáš", "Novák"),
        ("Zofia", "Dąbrowska"),
        ("Łukasz", "Ślusarz"),
        ("Çağla", "Yılmaz"),
        ("Anne", "Lœuillet"),
        ("Олена", "Йосипенко"),
        ("Maria", "d’Ávila-Núñez"),
    ],
)
@pytest.mark.parametrize("written", ["NFC", "NFD", "capitals", "address"])
def test_a_name_leaves_texts_whatever_its_letters(first, last, written):
    person = PersonFactory(first_name=first, last_name=last)
    name = f"{first} {last}"
    shown = {
        "capitals": name.upper(),
        "address": slugify(normalise(name)),
        "NFC": unicodedata.normalize("NFC", name),
        "NFD": unicodedata.normalize("NFD", name),
    }[written]
    initiative = InitiativeFactory(title="Garage", body=f"Portée par {shown}, élue.")

    forget_person(person)

    initiative.refresh_from_db()
    told = Person.WITHDRAWN_NAME if shown else ""  # an address has no Cyrillic letter
    assert initiative.body == f"Portée par {told}, élue."


@pytest.mark.parametrize(
    "text",
    [
        "Léa **Quérigut**",
        "**Léa** Quérigut",
        "__Léa__ _Quérigut_",
        "<b>Léa</b> Quérigut",
        'Léa <span class="nom">Quérigut</span>',
        "<td>Quérigut</td><td>Léa</td>",
        "L&eacute;a&nbsp;Qu&#233;rigut",
        "Léa_Quérigut",
        "QUÉRIGUT (Léa)",
        "Jean\u2011Quérigut Léa",
        "Quéri\u00adgut Léa",
        "Mme <b>Quérigut</b>",
        "L. *Quérigut*",
        "L%C3%A9a%20Qu%c3%a9rigut",
        "lea+querigut",
    ],
)
def test_marks_and_encodings_hide_no_name(lea, text):
    source = SourceFactory(raw_text=f"Présents : {text}, une élue")

    forget_person(lea)

    source.refresh_from_db()
    assert "rigut" not in source.raw_text
    assert "Présents : " in source.raw_text
    assert ", une élue" in source.raw_text


@pytest.mark.parametrize(
    "text",
    [
        "**Anne Quérigut** Léa Martin",
        "Anne Quérigut _Léa Martin_",
        "<li>Anne Quérigut</li><li>Léa Martin</li>",
        "* Anne Quérigut ; Léa Martin",
        "Anne Quérigut (Léa Martin)",
        "Anne Quérigut + Léa Martin",
        "Léa &amp; Anne Quérigut",
        "Quérigut",
        "Léaquérigut",
    ],
)
def test_marks_join_no_names_of_two_people(lea, text):
    PersonFactory(first_name="Anne", last_name="Quérigut")
    source = SourceFactory(raw_text=text)

    forget_person(lea)

    source.refresh_from_db()
    assert source.raw_text == text


NUMBERS = (
    "06 01 02 03 04",
    "0601020304",
    "06.01.02.03.04",
    "06/01/02/03/04",
    "06-01-02-03-04",
    "06\u00a001\u00a002\u00a003\u00a004",
    "+33 6 01 02 03 04",
    "+33601020304",
    "0033 6 01 02 03 04",
    "+33 (0)6 01 02 03 04",
    "(+33) 6 01 02 03 04",
)


@pytest.mark.parametrize("stored", ["06 01 02 03 04", "+33 6 01 02 03 04", "0033601020304"])
@pytest.mark.parametrize("written", NUMBERS)
def test_a_number_leaves_texts_however_written(stored, written):
    person = PersonFactory(phone=stored)
    kept = "06 01 02 03 05, 106 01 02 03 04, 06 01 02 03 041"
    source = SourceFactory(raw_text=f"Tél. {written} l'après-midi ; {kept}")

    forget_person(person)

    source.refresh_from_db()
    assert source.raw_text == f"Tél. numéro effacé l'après-midi ; {kept}"


def test_a_number_from_abroad_leaves_texts():
    person = PersonFactory(phone="+32 470 12 34 56")
    source = SourceFactory(raw_text="0032 470 12 34 56, 32470123456")

    forget_person(person)

    source.refresh_from_db()
    assert source.raw_text == "numéro effacé, numéro effacé"


@pytest.mark.parametrize(
    "text",
    [
        "Présenté par Anne Quérigut, puis par Léa à 06 01 02. " * 4000,
        "Léa Quérigut, " * 15000,
        f"Léa{' ' * 200_000}Quéri",
        f"Quérigut{'*' * 200_000}{'_' * 1000}",
        "<a " * 70_000 + "Quérigut",
        "33 0" * 50_000,
    ],
    ids=["prose", "named", "spaces", "marks", "tags", "digits"],
)
def test_a_long_text_is_read_at_once(lea, text):
    for number in range(20):
        PersonFactory(first_name=f"Léa {number}", last_name="Quérigut-Martin")
    signs = signs_of(lea, [ADDRESS], [])
    began = time.perf_counter()

    signs.without(text)

    assert time.perf_counter() - began < 2  # 0.2 s on a quiet machine


def test_a_search_for_the_person_leaves_what_others_follow_and_keep(lea):
    queries = ("q=L%C3%A9a+Qu%C3%A9rigut", "q=lea%20querigut&territoire=dax", f"q={ADDRESS}")
    alerts = [AlertFactory(query=query) for query in queries]
    kept = SavedFilterFactory(query="q=Lea+Querigut")
    other = AlertFactory(query="q=L%C3%A9a+Martin")
    alerts[2].query = f"q={ADDRESS.replace('@', '%40')}"
    alerts[2].save()

    forget_person(lea)

    for record in (*alerts, kept, other):
        record.refresh_from_db()
    named = "q=une+personne+du+r%C3%A9seau"
    assert [each.query for each in alerts] == [
        named,
        f"{named}&territoire=dax",
        "q=adresse+effac%C3%A9e",
    ]
    assert (kept.query, other.query) == (named, "q=L%C3%A9a+Martin")


def test_two_searches_for_the_person_become_one(lea):
    for query in ("q=Lea+Querigut", "q=Querigut+Lea"):
        AlertFactory(address="b@example.org", query=query)

    forget_person(lea)

    assert Alert.objects.get().query == "q=une+personne+du+r%C3%A9seau"


def test_a_checked_address_that_bears_the_name_goes(lea):
    ResourceFactory(url="https://ville.example/lea-querigut")
    for url in ("https://ville.example/lea-querigut", "https://ville.example/lea-martin"):
        LinkCheckFactory(url=url)

    forget_person(lea)

    assert where("querigut") == []
    assert LinkCheck.objects.get().url == "https://ville.example/lea-martin"


@pytest.mark.parametrize("is_namesake_known", [False, True])
def test_a_name_written_in_two_cells_leaves_the_import(animateur_client, is_namesake_known):
    text = f"""réf;nom;prénom;fonction;adresse e-mail
;Quérigut;Léa;directrice;{ADDRESS}
;Martin;Léa;maire;lea@martin.example
;Quérigut;Anne;maire;
"""
    batch = apply(animateur_client, Person, send(animateur_client, Person, text))
    lea = Person.objects.get(email=ADDRESS)
    if is_namesake_known:
        PersonFactory(first_name="Léa", last_name="Quérigut")

    forget_person(lea)

    batch.refresh_from_db()
    assert [cells[1:3] for _, cells in batch.table["rows"]] == [
        ["", ""],
        ["Martin", "Léa"],
        ["Quérigut", "Anne"],
    ]
    row, *others = batch.rows.all()
    assert (row.label, row.changes, row.outcome) == ("", {}, "kept")
    assert row.fingerprint == ""
    assert [other.label for other in others] == ["Léa Martin", "Anne Quérigut"]
    assert others[0].changes["last_name"][1] == "Martin"
    take_back(animateur_client, Person, batch)
    assert Person.objects.filter(pk=lea.pk).exists()
    assert not Person.objects.filter(last_name="Martin").exists()


def test_a_name_written_in_two_cells_leaves_what_was_not_applied(lea):
    rows = [[2, ["Mme Quérigut", "LEA", "élue"]], [3, ["Quérigut", "Anne"]], [4, ["Roux", "Léa"]]]
    batch = ImportBatch.objects.create(
        user=UserFactory(), model="territories.person", table={"headers": ["nom"], "rows": rows}
    )
    changes = {"first_name": ["", "Léa", "", "Léa"], "last_name": [None, "Quérigut", "", ""]}
    row = ImportRow.objects.create(batch=batch, line=2, state="duplicate", changes=changes)

    forget_person(lea)

    batch.refresh_from_db()
    row.refresh_from_db()
    assert batch.table["rows"] == [[2, ["", "", "élue"]], *rows[1:]]
    assert row.changes == {"first_name": [""] * 4, "last_name": [None, "", "", ""]}


def test_a_duplicate_that_was_merged_goes_too(lea):
    duplicate = PersonFactory(first_name="Lea", last_name="QUERIGUT")
    PositionFactory(person=duplicate, title="Maire de Nulle-Part")
    parted = PersonFactory(first_name="Noé", last_name="Parti")
    merge(lea, duplicate)
    undo(merge(lea, parted))

    forget_person(lea)

    assert where("querigut", "nulle part") == []
    assert Person.history.filter(id=parted.pk).exists()


def test_a_surname_alone_is_left_to_people():
    person = PersonFactory(first_name="", last_name="Petit")
    initiative = InitiativeFactory(body="Un petit pas, dit M. Petit.")

    erased = forget_person(person)

    initiative.refresh_from_db()
    assert initiative.body == "Un petit pas, dit une personne du réseau."
    assert erased.doubts == ["« Petit » sans prénom : cherchez ce nom dans les textes."]


def test_the_seat_goes_to_who_waits(lea):
    event = EventFactory(needs_registration=True, capacity=1)
    RegistrationFactory(event=event, email=ADDRESS)
    waiting = RegistrationFactory(event=event, status=Registration.Status.WAITING)

    forget_person(lea)

    waiting.refresh_from_db()
    assert waiting.status == Registration.Status.CONFIRMED


def test_command_rehearses_then_erases(lea):
    InitiativeFactory(body="Léa Quérigut")
    out = StringIO()

    call_command("forget_person", ADDRESS, dry_run=True, stdout=out)
    assert "initiative, 1" in out.getvalue()
    assert Initiative.objects.get().body == "Léa Quérigut"

    call_command("forget_person", lea.slug, stdout=out)
    assert Initiative.objects.get().body == Person.WITHDRAWN_NAME


def test_command_refuses_who_is_not_one(lea):
    PersonFactory(email=ADDRESS)

    for who in ("inconnue", ADDRESS):
        with pytest.raises(CommandError, match="personnes répondent"):
            call_command("forget_person", who)


def test_command_erases_the_account_of_who_asks_otherwise():
    """By a letter: they cannot, or will not, sign in."""
    person = PersonFactory(user=UserFactory(email="lea@example.org"), email=ADDRESS)
    user_only = UserFactory(email="noe@example.org")
    RegistrationFactory(email="noe@example.org", name="Noé")

    call_command("forget_person", person.slug, stdout=StringIO())
    call_command("forget_person", user_only.email, stdout=StringIO())

    assert not User.objects.exists()
    assert not Registration.objects.exists()
    assert Person.objects.get().full_name == Person.WITHDRAWN_NAME


@pytest.mark.parametrize("by", ["email", "slug"])
def test_command_erases_an_account_that_was_never_signed_in_to(lea, by):
    """It is hers by its address alone."""
    UserFactory(email=ADDRESS.upper())

    call_command("forget_person", getattr(lea, by), stdout=StringIO())

    assert not User.objects.exists()
    assert Person.objects.get().full_name == Person.WITHDRAWN_NAME


@pytest.mark.parametrize("link", [True, False])
def test_command_leaves_an_account_that_may_be_somebody_else_s(lea, link):
    """An address may be that of a whole office."""
    office = UserFactory(email=ADDRESS)
    paul = PersonFactory(email=ADDRESS, user=office if link else None)
    names = (lea.full_name, paul.full_name)

    with pytest.raises(CommandError, match="quelqu'un d'autre"):
        call_command("forget_person", lea.slug, stdout=StringIO())
    lea.refresh_from_db()
    paul.refresh_from_db()
    assert (lea.full_name, paul.full_name) == names
    assert User.objects.get() == office


def test_command_erases_the_account_of_a_second_address():
    noe = UserFactory(email="noe@example.org")
    EmailAddress.objects.create(user=noe, email="noe@example.com", verified=True)
    out = StringIO()

    call_command("forget_person", "Noe@example.com", stdout=out)

    assert "Compte : noe@example.org." in out.getvalue()
    assert not User.objects.exists()


def test_command_takes_no_account_for_an_address_it_did_not_prove():
    noe = UserFactory(email="noe@example.org")
    EmailAddress.objects.create(user=noe, email="ana@example.org", verified=False)

    call_command("forget_person", "ana@example.org", stdout=StringIO())

    assert User.objects.get() == noe


def test_command_leaves_the_accounts_of_the_team():
    team = UserFactory(email="lea@example.org", is_staff=True)

    with pytest.raises(CommandError, match="de l'équipe"):
        call_command("forget_person", team.email, stdout=StringIO())
    assert User.objects.get() == team


def test_command_erases_what_came_from_an_address_that_is_nobodys():
    """Of who only registered for a meeting, or followed a list."""
    RegistrationFactory(email="ana@example.org", name="Ana")
    AlertFactory(address="ana@example.org")
    out = StringIO()

    call_command("forget_person", "Ana@example.org", stdout=out)

    assert "Inscriptions effacées : 1" in out.getvalue()
    assert not Registration.objects.exists()
    assert not Registration.history.exists()
    assert not Alert.objects.exists()


def office(*parts):
    written = BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for name, content in parts:
            archive.writestr(name, content)
    return ContentFile(written.getvalue(), "document.docx")


def test_files_that_name_the_person_are_told(lea, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    there, elsewhere = RecapFactory(), RecapFactory()
    VerbatimFactory(recap=there, person=lea)
    word = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    # As Word writes it, a name in two pieces, and what follows in another paragraph.
    named = "<w:p><w:t>L&#233;a Quéri</w:t><w:t>gut</w:t></w:p><w:p><w:t>élue</w:t></w:p>"
    for recap, title, file, media_type in (
        (elsewhere, "Diaporama", office(("word/document.xml", named)), word),
        (elsewhere, "Notes", office(("word/document.xml", "<w:p>Anne Quérigut</w:p>")), word),
        (elsewhere, "Abîmé", ContentFile(b"PK", "a.docx"), word),
        (elsewhere, "Un autre PDF", ContentFile(b"%PDF-1.7", "a.pdf"), "application/pdf"),
        (there, "Le PDF", ContentFile(b"%PDF-1.7", "b.pdf"), "application/pdf"),
    ):
        RecapDocumentFactory(recap=recap, title=title, file=file, media_type=media_type)
    RecapPictureFactory(recap=there, alternative="Trois élus")

    erased = forget_person(lea)

    assert sorted(line.partition(" (")[0] + line.rpartition(")")[2] for line in erased.doubts) == [
        "document « Abîmé » ne se lit pas : ouvrez-le.",
        "document « Diaporama » nomme cette personne : remplacez-le.",
        "document « Le PDF » ne se lit pas d'ici : à regarder.",
        "image « Trois élus » ne se lit pas d'ici : à regarder.",
    ]
