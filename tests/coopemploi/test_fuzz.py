"""Hostile addresses, forms and files: an answer in French each time, never an error of ours.

The default suite tries some; `make check-long` ten thousand.
"""

import io
import zipfile
from urllib.parse import quote_from_bytes

import pytest
from bs4 import BeautifulSoup
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import transaction
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from PIL import Image

from coopemploi.formats.documents import DocumentError, load
from coopemploi.imports.readers import UnreadableFileError, read_rows
from coopemploi.imports.writers import ods_file
from coopemploi.media.documents import recognise
from coopemploi.media.pictures import draw_anew
from events.reading.documents import UnreadableRecapError
from events.reading.reading import read_recap
from events.round_tables.reading import UnreadableRoundTableError, read_round_table
from initiatives.matching.tables import TableError, read_items
from tests.conftest import SignedInClient
from tests.every_address import Content, forms_of

from .test_matrix import TAKES_FORMS

LISTS = (
    "action_list",
    "actor_list",
    "actor_names",
    "cooperation",
    "event_list",
    "exchange_list",
    "glossary",
    "home",
    "initiative_list",
    "network_list",
    "resource_list",
    "search",
    "suggestions",
    "territory_list",
    "territory_names",
    "verbatim_list",
    "alert_add",
    "contact",
    "proposal_choose",
)
# Those of addresses that no page links to as they stand.
NAMES = ("page", "format", "vue", "mois", "lieu", "rayon", "tri", "q", "liste", "objet", "fiche")
FORMATS = ("csv", "xlsx", "json", "geojson", "ics", "atom", "print", "pdf", "CSV", "")
FORMS = {
    "anonymous": TAKES_FORMS - {"oidc_login"},
    "participant": ("my_profile", "belonging_ask", "proposal_edit", "introduction_add"),
    "national": (
        "admin:events_event_change",
        "admin:initiatives_need_change",
        "admin:territories_person_change",
        "admin:territories_territory_change",
        "admin:events_event_pasted_recap",
        "admin:events_event_round_table",
        "admin:events_event_invitees",
    ),
}
PATHS = (
    "/initiatives/{}/",
    "/evenements/{}/agenda.ics",
    "/territoires/commune/{}/",
    "/fichiers/{}",
    "/glossaire/{}/",
    "/inscriptions/{}/",
    "/evaluations/{}/",
    "/besoins-et-offres/toujours-d-actualite/{}/",
    "/proposer/{}/",
    "/sitemap-{}.xml",
    "/mises-en-relation/demander/{}/",
    "/comptes/password/reset/key/{}/",
    "/admin/initiatives/initiative/{}/change/",
    "/admin/events/event/{}/inscrits/",
    "/admin/initiatives/initiative/corbeille/{}/",
    "/admin/initiatives/initiative/importer/{}/",
    "/admin/initiatives/initiative/exporter/{}/",
    "/admin/events/event/{}/tour-de-table/1/",
)
ODD = (
    "",
    "\x00",
    "a\x00b",
    "\ud800",
    "é" * 300,
    "9" * 40,
    "-1",
    "0",
    "1e309",
    "NaN",
    "2026-13-45",
    "0000-00",
    "2026-02-30",
    "99999-01",
    "١٢",
    "²",
    "%",
    "' OR 1=1 --",
    "\\",
    '"',
    "* NOT (",
    "{{ 7*7 }}",
    "{% debug %}",
    "../../etc/passwd",
    "//exemple.test",
    "javascript:alert(1)",
    "<script>alert(1)</script>",
    "=1+1",
    "a\r\nX-Injected: 1",
    "\u202e\u200b\ufeff",
    "👩‍👩‍👧",
    "x" * 5000,
    "[]",
    "{}",
    "null",
    "on",
)


def times(some, everything):
    """How many inputs: some in the default suite, and as many as asked under `long`."""
    return pytest.mark.parametrize(
        "examples", [some, pytest.param(everything, marks=pytest.mark.long)]
    )


def tried(examples):
    return settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )


values = st.sampled_from(ODD) | st.text(max_size=60) | st.integers().map(str)


@pytest.fixture
def content(db):
    return Content()


@pytest.fixture
def asked(content):
    """Ask the site something that leaves no trace, as a role; errors of ours are raised."""
    clients = {}

    def ask(role, send):
        if role not in clients:
            clients[role] = SignedInClient()
            if content.people[role]:
                clients[role].force_login(content.people[role])
        cache.clear()
        with transaction.atomic():
            response = send(clients[role])
            if response.streaming:
                b"".join(response.streaming_content)
            transaction.set_rollback(True)
        # Not ready: nothing was ever backed up here.
        assert response.status_code < 500
        return response

    return ask


def encoded(pairs):
    """A query string; what is no Unicode text goes as the bytes that a browser never sends."""
    return "&".join(
        f"{quote_from_bytes(name.encode('utf-8', 'surrogatepass'))}"
        f"={quote_from_bytes(value.encode('utf-8', 'surrogatepass'))}"
        for name, value in pairs
    )


def names_asked_by(page):
    """The names that the links and the fields of a page give to its address."""
    soup = BeautifulSoup(page.content, "html.parser")
    found = {field["name"] for field in soup.select("input[name], select[name]")}
    for link in soup.select("a[href*='?']"):
        query = link["href"].partition("?")[2]
        found |= {part.partition("=")[0] for part in query.split("&")}
    return found - {"csrfmiddlewaretoken"}


@times(60, 4000)
def test_addresses_always_answer(asked, examples):
    """Lists with any filter, and records and links that do not exist, named by anything."""
    names = {}
    for name in LISTS:
        page = asked("anonymous", lambda client, name=name: client.get(reverse(name)))
        names[name] = sorted({*names_asked_by(page), *NAMES})

    @tried(examples)
    @given(data=st.data())
    def answer(data):
        name = data.draw(st.sampled_from(LISTS))
        pairs = data.draw(
            st.lists(st.tuples(st.sampled_from(names[name]) | st.text(max_size=5), values))
        )
        if data.draw(st.booleans()):
            pairs.append(("format", data.draw(st.sampled_from(FORMATS))))
        role = data.draw(st.sampled_from(("anonymous", "animateur")))
        address = f"{reverse(name)}?{encoded(pairs)}"
        asked(role, lambda client: client.get(address))

    @tried(max(examples // 3, 1))
    @given(place=st.sampled_from(PATHS), value=values)
    def answer_path(place, value):
        path = quote_from_bytes(value[:500].encode("utf-8", "surrogatepass"))
        asked("national", lambda client: client.get(place.format(path)))

    answer()
    answer_path()


@times(40, 1000)
def test_forms_always_answer(asked, content, examples):
    addresses = dict(content.addresses())
    addresses["alert_add"] += "?liste=/initiatives/"
    for role, names in FORMS.items():
        forms = []
        for name in sorted(names):
            page = asked(role, lambda client, name=name: client.get(addresses[name]))
            forms += [form for form in forms_of(page, addresses[name]) if form[1]]
        assert len(forms) > len(names) / 2
        send_strange_values(asked, role, forms, examples)


def send_strange_values(asked, role, forms, examples):
    @tried(examples)
    @given(data=st.data())
    def answer(data):
        address, fields = data.draw(st.sampled_from(forms))
        changed = data.draw(st.sets(st.sampled_from(sorted(fields)), min_size=1, max_size=8))
        pairs = [
            (name, value)
            for name, found in fields.items()
            for value in (data.draw(st.lists(values, max_size=2)) if name in changed else found)
        ]
        kind = "application/x-www-form-urlencoded"
        asked(role, lambda client: client.post(address, encoded(pairs), content_type=kind))

    answer()


# Files


def workbook():
    book = Workbook()
    book.active.append(["titre", "territoires"])
    book.active.append(["Un garage", "Dax"])
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def picture(kind):
    written = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(written, kind)
    return written.getvalue()


def archive():
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as made:
        made.writestr("content.xml", "<a/>")
    return written.getvalue()


with ods_file(["titre"], [["Un garage"]]) as _sheet:
    FILES = (
        b"titre;territoires\nUn garage;Dax\n",
        b"kind,id,text\nneed,1,Un guide\noffer,2,Un guide\n",
        b"Participants\tJe cherche\nLise Armandou\tUn guide\n",
        b"<table><tr><th>Participants<th>Besoins<tr><td>Lise<td>Un guide</table>",
        "<h1>Rencontre</h1><p>Le 12 mars 2024, 40 % des 25 répondants</p>".encode(),
        b"initiatives:\n  - titre: Un garage\n    territoires: [commune:40088]\n",
        workbook(),
        _sheet.read(),
        picture("PNG"),
        picture("JPEG"),
        picture("WEBP"),
        archive(),
        b"%PDF-1.7\n1 0 obj\n",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        b"GIF89a",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"\xff\xfea\x00",
    )


@st.composite
def files(draw):
    """A file of a known form, cut, joined to another or with some bytes changed."""
    content = bytearray(draw(st.sampled_from(FILES)))
    for _ in range(draw(st.integers(0, 6))):
        place = draw(st.integers(0, len(content)))
        match draw(st.integers(0, 3)):
            case 0:
                content[place : place + 1] = draw(st.binary(max_size=4))
            case 1:
                content = content[:place]
            case 2:
                content[place:place] = draw(values).encode("utf-8", "surrogatepass")
            case 3:
                content += draw(st.sampled_from(FILES))
    return bytes(content)


def upload(content):
    return SimpleUploadedFile("fichier.png", content)


READERS = (
    (read_rows, UnreadableFileError),
    (read_round_table, UnreadableRoundTableError),
    (read_recap, UnreadableRecapError),
    (read_items, TableError),
    (lambda content: recognise(upload(content)), ValidationError),
    (lambda content: draw_anew(upload(content)), ValidationError),
)


@times(60, 3000)
def test_readers_refuse_in_words(examples):
    @tried(examples)
    @given(content=files() | st.binary(max_size=200))
    def refuse(content):
        for read, refusal in READERS:
            said = "read"
            try:
                read(content)
            except refusal as error:
                said = str(error)
            assert said

    refuse()


@pytest.mark.django_db
@times(15, 500)
def test_commands_refuse_in_words(tmp_path, examples):
    path = tmp_path / "fichier"

    @tried(examples)
    @given(
        content=files(),
        command=st.sampled_from(("read_recap", "read_round_table", "match", "reconcile")),
    )
    def refuse(content, command):
        path.write_bytes(content)
        said = "read"
        try:
            call_command(command, path, stdout=io.StringIO(), stderr=io.StringIO())
        except CommandError as error:
            said = str(error)
        assert said

    refuse()


@pytest.mark.django_db
@times(15, 500)
def test_documents_refuse_in_words(tmp_path, examples):
    path = tmp_path / "document.yaml"

    @tried(examples)
    @given(content=files())
    def refuse(content):
        path.write_bytes(content)
        said = "read"
        try:
            with transaction.atomic():
                load([path])
                transaction.set_rollback(True)
        except DocumentError as error:
            said = str(error)
        assert said

    refuse()


@times(25, 500)
def test_sent_files_always_answer(asked, content, examples):
    """Imports, tours de table and texts, as an animateur sends them."""
    event = content.batch.event_id
    addresses = {
        reverse("admin:initiatives_initiative_import"): "file",
        reverse("admin:territories_person_import"): "file",
        reverse("admin:events_event_round_table", args=[event]): "file",
    }

    @tried(examples)
    @given(sent=files(), address=st.sampled_from(sorted(addresses)), name=values)
    def answer(sent, address, name):
        name = name.encode("utf-8", "replace").decode().replace("\x00", "") or "f"
        data = {addresses[address]: SimpleUploadedFile(name, sent)}

        def send(client):
            response = client.post(address, data)
            if response.status_code == 302:
                response = client.get(response.url)
                for to, fields in forms_of(response, address):
                    client.post(to, fields)
            return response

        asked("animateur", send)

    answer()
