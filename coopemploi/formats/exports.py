"""Every form of the same address: a list as a table, data, a map, a feed or a calendar.

Knows no app: each declares its lists in its own `exports.py`, as subclasses of `Export`.
"""

import datetime

from django.db.models import Max
from django.http import Http404, HttpResponse
from django.utils import timezone

from ..batches import BATCH_SIZE, batched
from ..dates import PartialDate, moment_label
from ..identity.models import Identity
from ..merging.redirections import todays_query
from . import calendars, feeds, tables, trees
from .printable import printable

LICENCE = "Licence Ouverte 2.0"
LICENCE_URL = "https://www.etalab.gouv.fr/licence-ouverte-open-licence/"

FORMATS = {
    "xlsx": tables.xlsx_response,
    "csv": tables.csv_response,
    "json": trees.json_response,
    "geojson": trees.geojson_response,
    "atom": feeds.atom_response,
    "ics": calendars.ics_response,
}
LABELS = {
    "xlsx": "Tableur (XLSX)",
    "csv": "Tableau de texte (CSV)",
    "json": "Données (JSON)",
    "geojson": "Données pour une carte (GeoJSON)",
    "atom": "Fil d'actualité (Atom)",
    "ics": "Agenda (ICS)",
}
# Those that people follow, and what they say when their address asks for what is no more.
GONE = {"atom": feeds.gone_response, "ics": calendars.gone_response}


def export(request, filters, declaration):
    """The whole list of `filters`, a `ListFilterSet`, in the format that the address asks for.

    None when it asks for the page, or for what the page says that it cannot understand: a file
    that left a filter out would not say so. What one follows says so itself, and nothing else:
    nobody reads the page behind a feed. Of several `format`, the last counts, as for any filter.
    Http404 for an unknown one.
    """
    if take := getattr(request, "take_export", None):  # an alert, which looks at what is new
        take(declaration(request, filters))
        return HttpResponse()
    name = request.GET.get("format")
    if not name:
        return None
    is_offered = name in declaration.formats
    if filters.errors:
        # The page says it, or leads to the list of today.
        if not (is_offered and name in GONE) or todays_query(request.GET, request.user):
            return None
    elif not is_offered:
        offered = ", ".join(declaration.formats)
        raise Http404(f"Cette liste n'existe pas dans ce format. Formats possibles : {offered}.")
    response = (GONE if filters.errors else FORMATS)[name](declaration(request, filters))
    response["Link"] = f'<{LICENCE_URL}>; rel="license"'
    return response


def offered(declaration):
    """What the panel of a list shows: what one takes, and what one follows."""
    choices = [
        {"name": name, "label": LABELS[name], "is_followed": name in GONE}
        for name in declaration.formats
    ]
    return sorted(choices, key=lambda choice: choice["is_followed"])


def dated(header, name):
    """The two columns of a partial date: in words, and as ISO 8601 as far as known."""
    return {header: name, f"{header} (ISO 8601)": lambda record: getattr(record, name).iso}


def names(relation):
    """A column of the names of related records, already prefetched."""
    return lambda record: [str(other) for other in getattr(record, relation).all()]


class Export:
    """A list to be exported. Its columns: French header → attribute, or function of the record."""

    name = ""  # of the file: « réseaux »
    title = ""
    formats = ("xlsx", "csv", "json", "geojson", "atom")
    columns = {}
    # What is known of a record that somebody publishes.
    history = {
        "état de publication": "get_status_display",
        "modifié le": lambda record: timezone.localdate(record.updated_at),
    }
    licence, licence_url = LICENCE, LICENCE_URL

    def __init__(self, request, filters):
        self.filters = filters
        records = filters.cards.queryset(filters.user)
        self.records = self.prepare(records).defer(*self.heavy(records))
        self.site = Identity.current().name
        self.generated_at = timezone.localtime()
        self.build_url = request.build_absolute_uri
        self.url = request.build_absolute_uri()
        query = request.GET.copy()
        for parameter in ("format", "page"):
            query.pop(parameter, None)
        suffix = f"?{query.urlencode()}" if query else ""
        self.page_url = request.build_absolute_uri(request.path + suffix)
        self.all_columns = {
            "réf": self.reference,
            **self.columns,
            "exemple fictif": "is_fictional",
            "document d'origine": "source",
            **self.history,
            "adresse": self.address,
            # In each row: a text table has nowhere else to say it.
            "mention de la source": lambda record: f"{self.credit}, {self.licence}",
        }

    def heavy(self, records):
        """What no format shows: the original text of a source."""
        joined = records.query.select_related
        return ["source__raw_text"] if isinstance(joined, dict) and "source" in joined else []

    def prepare(self, records):
        """The records of the page, with what the other columns need."""
        return records

    def point(self, record):
        """(latitude, longitude), or None when it is not known."""
        return first_point(record.territories.all())

    def reference(self, record):
        return record.slug

    def text(self, record):
        """What a feed or a calendar says of a record."""
        return record.summary

    def when(self, record):
        """What a mail says of a record beside its title."""
        return ""

    def revision(self, record):
        """For a calendar: a number that rises with each change of a record."""
        return 0

    def calendar_status(self, record):
        """What a calendar says of it: CONFIRMED, TENTATIVE or CANCELLED."""
        return "CONFIRMED"

    def news(self, since, until):
        """The keys of what came out after `since` and until `until`."""
        published = self.records.model.objects.published()
        fresh = published.filter(published_at__gt=since, published_at__lte=until)
        return fresh.values_list("pk", flat=True)

    def entry(self, record):
        """A record as a feed or a calendar shows it."""
        mention = "Exemple fictif. " if record.is_fictional else ""
        return {
            "title": printable(record),
            "when": printable(self.when(record)),
            "text": printable(mention + self.text(record)),
            "address": self.address(record),
        }

    def address(self, record):
        return self.build_url(record.get_absolute_url())

    @property
    def credit(self):
        return f"{self.site}, {self.generated_at:%d/%m/%Y}"

    @property
    def notice(self):
        """What a file says of itself."""
        return {
            "source": {"nom": self.site, "liste": self.title, "adresse": self.page_url},
            "licence": {"nom": self.licence, "adresse": self.licence_url},
            "genere_le": self.generated_at.isoformat(timespec="seconds"),
        }

    @property
    def about(self):
        """What a workbook says of itself, line by line."""
        return [
            ("Liste", self.title),
            ("Source", self.site),
            ("Adresse", self.page_url),
            ("Extrait le", moment_label(self.generated_at)),
            ("Licence", self.licence),
            ("Texte de la licence", self.licence_url),
        ]

    def file_name(self, extension):
        return f"{self.name}-{self.generated_at:%Y-%m-%d}.{extension}"

    def stream(self):
        """The records in the order of the page, a chunk at a time in memory."""
        return self.filters.stream(self.records, BATCH_SIZE)

    @property
    def count(self):
        return self.filters.count

    @property
    def changed_at(self):
        """When a record of the list last changed, None for an empty list."""
        model = self.records.model
        return max(
            (
                model.objects.filter(pk__in=pks).aggregate(latest=Max("updated_at"))["latest"]
                for pks in batched(self.filters.pks)
            ),
            default=None,
        )

    @property
    def gone(self):
        """(title, text) that tell whoever follows the list that it finds its filters no more."""
        title = f"Plus rien à suivre ici : {self.title.lower()}"
        text = (
            f"L'adresse à laquelle vous êtes abonné demande ce qui n'existe pas, ou plus : "
            f"{', '.join(self.filters.misunderstood)}. Rouvrez la liste, choisissez ses filtres "
            "et abonnez-vous de nouveau. Si ce n'est que pour un temps, la suite reviendra "
            "d'elle-même à cette adresse."
        )
        return title, printable(text)

    def row(self, record):
        """{header: str, number, bool, date, list of str or None}"""
        return {header: cell(record, column) for header, column in self.all_columns.items()}


def cell(record, column):
    value = column(record) if callable(column) else getattr(record, column)
    if callable(value):
        value = value()
    match value:
        case PartialDate():
            return str(value) if value else ""
        case None | bool() | int() | float() | datetime.date():
            return value
        case list():
            return [printable(item) for item in value]
    return printable(value)


def first_point(territories):
    """The point of the first territory that has one."""
    for territory in territories:
        if territory and None not in (territory.latitude, territory.longitude):
            return territory.latitude, territory.longitude
    return None
