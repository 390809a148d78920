"""Every page and every screen, opened in a browser when each text of the base is an attack.

Nothing may run, nothing may even be asked for: no dialog, no report of the content policy, no
element that the texts would have made. The default run opens one screen of each sort.
"""

import re
from itertools import cycle
from urllib.parse import quote

import pytest
from django.apps import apps
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import models
from django.urls import reverse

from coopemploi.derived import registry
from coopemploi.fields import LinesField, NormalisedField
from coopemploi.history.tracking import records_of
from coopemploi.imports.models import ImportBatch
from coopemploi.participation.models import Proposal
from events.models import RoundTableDraft
from initiatives.models import InitiativeLink
from tests import factories as made
from tests.conftest import SignedInClient
from tests.coopemploi.test_matrix import SAMPLE
from tests.every_address import Content
from tests.importing import page as admin_page

from .payloads import ADDRESSES, PAYLOADS, SHORT
from .test_accessibility import sign_in

pytestmark = pytest.mark.django_db(transaction=True)

OURS = ("coopemploi.", "territories", "initiatives", "events")
DERIVED = re.compile("Historical|Match(Profile|Feature)|Containment")
# What the site itself decides, and what leads to a record.
KEPT = {
    *("slug", "siren", "code", "password", "user", "path", "query", "records", "model"),
    *("digest", "headers_key"),
}
# The last parts of a page that an attack makes, and that our templates never do.
FOUND = """() => {
  const events = [...document.querySelectorAll("*")].filter((one) =>
    [...one.attributes].some((each) => /^on/i.test(each.name)));
  const links = [...document.querySelectorAll("[href], [src], [action], [formaction]")].filter(
    (one) => ["href", "src", "action", "formaction"].some((name) => {
      const value = (one.getAttribute(name) || "").replace(/[\\u0000-\\u0020]/g, "");
      return /^(javascript|data|vbscript|blob|feed|filesystem):/i.test(value)
        && !/^data:image\\/(svg\\+xml|png);/.test(value);
    }));
  const scripts = [...document.querySelectorAll("script")].filter((one) =>
    one.type !== "application/json" && !one.getAttribute("src")?.startsWith("/"));
  const strange = document.querySelectorAll(
    "iframe, object, embed, base, meta[http-equiv=refresh][content*=url i], marquee, xmp,"
    + " plaintext, style, math, link[href^='//'], video:not([controls]), audio,"
    + " [style*=javascript]");
  return [...events, ...links, ...scripts, ...strange].map((one) => one.outerHTML.slice(0, 200));
}"""


def poison():
    """Put an attack in every text of every record, and each of them in every kind of field."""
    attacks = cycle(PAYLOADS)
    addresses = cycle([each for each in ADDRESSES if is_taken(InitiativeLink.url.field, each)])
    used = {"line": set(), "text": set()}
    for model in sorted(apps.get_models(), key=lambda model: model._meta.label):
        if not model.__module__.startswith(OURS) or model._meta.app_label == "search":
            continue
        if DERIVED.match(model.__name__):
            continue
        for record in model._base_manager.order_by("pk"):
            values = {}
            for field in model._meta.concrete_fields:
                if field.name in KEPT or field.choices or field.unique:
                    continue
                if isinstance(field, models.URLField):
                    values[field.attname] = next(addresses)
                elif isinstance(field, LinesField):
                    values[field.attname] = [next(attacks) for _ in range(5)]
                elif isinstance(field, NormalisedField) or field.generated:
                    continue
                elif isinstance(field, models.TextField):
                    texts = [next(attacks) for _ in range(20)]
                    used["text"] |= set(texts)
                    values[field.attname] = "\n\n".join(texts)
                elif type(field) in (models.CharField, models.EmailField):
                    text = next(attacks)
                    if len(text) > (field.max_length or 0):
                        text = next((each for each in SHORT if len(each) <= field.max_length), "<b")
                    used["line"].add(text)
                    values[field.attname] = text
            if values:
                write(model, record, values)
    return used


def is_taken(field, address):
    """Whether a column of addresses lets one in, as forms, imports and documents ask it."""
    try:
        field.run_validators(address)
    except ValidationError:
        return False
    return True


@pytest.mark.browser
def test_columns_of_addresses_refuse_all_that_runs():
    fields = [
        field
        for model in apps.get_models()
        if model.__module__.startswith(OURS)
        for field in model._meta.fields
        if isinstance(field, models.URLField)
    ]
    assert len(fields) > 10
    for field in fields:
        taken = [address for address in ADDRESSES if is_taken(field, address)]
        assert all(address.startswith("https://exemple.test/") for address in taken), field
        assert taken, field


def write(model, record, values):
    """Without any rule: as if some way in had forgotten them all."""
    try:
        model._base_manager.filter(pk=record.pk).update(**values)
    except ValueError:  # a column that its own type protects
        return
    if records_of(model):
        record.refresh_from_db()
        record.save()


def poison_what_waits(content, client):
    """What forms and imports keep beside the records, through those forms and imports."""
    texts = list(PAYLOADS)
    draft = RoundTableDraft.objects.get(pk=content.draft.pk)
    data = draft.data
    data["label"] = data["note"] = texts[8]
    data["people"] = [{**data["people"][0], "name": texts[1], "title": texts[70]}]
    data["actor"]["name"], data["territory"]["name"] = texts[71], texts[72]
    data["items"] = [{"column": "need", "text": text, "horizon": ""} for text in texts[:40]]
    draft.save()
    for proposal in Proposal.objects.all():
        proposal.values = {name: "\n".join(texts[:30]) for name in ("title", "text", "details")}
        proposal.save()
    rows = "\n".join(f'"{text.replace(chr(34), chr(34) * 2)}";"Dax"' for text in texts)
    sent = f"titre;{texts[8].replace(';', ' ')}\n{rows}".encode()
    where = admin_page(type(content.records["initiative_detail"]), "import")

    answer = client.post(where, {"file": SimpleUploadedFile(f"{texts[8]}.csv", sent)})
    batch = ImportBatch.objects.latest("pk")
    columns = {f"column_{place}": name for place, name in enumerate(batch.mapping)}
    client.post(answer.url, columns)
    return [admin_page(type(content.records["initiative_detail"]), "import_batch", batch.pk)]


@pytest.fixture
def watched(browser):
    """A page, and what it tells of attacks that came near to something."""
    context = browser.new_context(locale="fr-FR")
    page = context.new_page()
    told = []
    page.add_init_script(
        "addEventListener('securitypolicyviolation', (event) => "
        "console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`))"
    )
    page.on("dialog", lambda dialog: (told.append("dialog"), dialog.dismiss()))
    page.on("pageerror", lambda error: told.append(f"error: {error}"))
    page.on(
        "console",
        lambda said: (
            ("policy" in said.text.lower() or "Refused" in said.text) and told.append(said.text)
        ),
    )
    page.on(
        "request",
        lambda request: (
            not request.url.startswith(("http://localhost", "http://127.0.0.1", "data:image/"))
            and told.append(f"request: {request.url}")
        ),
    )
    yield page, told
    context.close()


@pytest.mark.browser
def test_detector_tells_what_it_must(watched, site):
    """The negative control: the same watch, over a page that an attack has made."""
    page, told = watched
    page.goto(f"{site}/contact/")
    page.evaluate(
        "document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=alert(1)>"
        "<a href=javascript:alert(1)>x</a>')"
    )
    page.wait_for_timeout(200)

    assert any("policy" in one.lower() for one in told)
    assert len(page.evaluate(FOUND)) == 2


@pytest.mark.parametrize(
    "is_whole",
    [
        pytest.param(False, marks=pytest.mark.browser, id="some"),
        pytest.param(True, marks=pytest.mark.long, id="all"),
    ],
)
def test_no_text_of_the_base_runs_anything(watched, live_server, is_whole):
    page, told = watched
    cache.clear()
    content = Content()
    for _ in range(20):
        made.InitiativeLinkFactory(initiative=content.records["initiative_detail"])
        made.RecapLinkFactory(recap=content.records["event_detail"].recap)
    used = poison()
    registry.flush()
    client = SignedInClient()
    client.force_login(content.root)
    waiting = poison_what_waits(content, client)
    sign_in(page, live_server.url, content.root)
    assert used["text"] >= set(PAYLOADS)
    assert len(used["line"]) > len(PAYLOADS) / 2

    found, opened = {}, 0
    for name, address in content.addresses():
        if not (is_whole or SAMPLE.match(name)) or name == "account_logout":
            continue
        opened += look(page, told, client, live_server.url, address, found)
    for address in waiting + asked_addresses(is_whole):
        opened += look(page, told, client, live_server.url, address, found)

    assert found == {}
    assert opened > 100


def asked_addresses(is_whole):
    """Lists asked for an attack: they say what they did not find."""
    texts = [*PAYLOADS, *ADDRESSES] if is_whole else PAYLOADS[::20]
    names = ["search", "initiative_list", "event_list", "territory_list", "contact"]
    # One list for each text, all of them in turn.
    return [
        f"{reverse(names[place % 5])}?{'&'.join(f'{key}={quote(text)}' for key in KEYS)}"
        for place, text in enumerate(texts)
    ] + [f"/{quote(PAYLOADS[8])}/"]


KEYS = ("q", "theme", "dispositif", "lieu", "tri", "objet", "fiche", "type", "mois", "page")


def look(page, told, client, site, address, found):
    """Open an address; note in `found` what ran, or could have. Whether it was a page."""
    answer = client.get(address)
    answer.close()
    if answer.status_code >= 500 and not address.startswith("/sante/"):
        found[address] = [answer.status_code]
    # What a browser saves, or shows as an error of its own.
    if "text/html" not in answer.get("Content-Type", "") or not answer.content:
        return False
    told.clear()
    page.goto(f"{site}{address}")
    if wrong := [*page.evaluate(FOUND), *told]:
        found.setdefault(address, []).extend(wrong[:3])
    return True


@pytest.mark.browser
def test_what_scripts_draw_runs_nothing(watched, live_server):
    """Suggestions and names of territories are put in the page by our scripts."""
    page, told = watched
    cache.clear()
    for text in PAYLOADS[:60]:
        made.InitiativeFactory(title=f"Garage {text}"[:200])
        made.TerritoryFactory(name=f"Garage {text}"[:100])
    registry.flush()
    page.goto(f"{live_server.url}{reverse('search')}")
    field = page.locator("main input[name=q]").first
    field.click()
    field.type("garag")
    page.locator("[role=option]").first.wait_for()

    assert (page.evaluate(FOUND), told) == ([], [])
