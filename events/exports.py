"""What the lists of events, verbatims and actions give to take away."""

import datetime

from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from coopemploi.dates import Precision
from coopemploi.formats.calendars import moment
from coopemploi.formats.exports import Export, dated, first_point, names
from coopemploi.vocabulary.models import VOCABULARIES
from initiatives.exports import CLASSIFICATION, references

from .models import Event, Recap

A_DAY = datetime.timedelta(days=1)
STATUSES = {
    Event.State.PLANNED: "CONFIRMED",
    Event.State.POSTPONED: "TENTATIVE",
    Event.State.CANCELLED: "CANCELLED",
}


def hour(name):
    def value(record):
        time = getattr(record, name)
        return f"{time:%H:%M}" if time else ""

    return value


def time_zone(event):
    """Whose hours they are: "Indian/Reunion"."""
    return event.time_zone.key if event.start_time or event.end_time else ""


def days(event):
    if not event.end or event.end == event.start:
        return str(event.start)
    return f"{event.start} – {event.end}" if event.start else f"fin : {event.end}"


def hours(event):
    if not event.hours:
        return ""
    whose = f" ({event.foreign_hours})" if event.foreign_hours else ""
    return f"{event.hours}{whose}" if event.start_time else f"jusqu'à {event.hours}{whose}"


class EventExport(Export):
    name = "rencontres"
    title = "Rencontres"
    formats = (*Export.formats, "ics")
    columns = {
        "titre": "title",
        "type": "get_kind_display",
        "thème de la rencontre": "topic",
        "résumé": "summary",
        **dated("début", "start"),
        **dated("fin", "end"),
        "heure de début": hour("start_time"),
        "heure de fin": hour("end_time"),
        "fuseau horaire": time_zone,
        "tenue": "get_state_display",
        "format": "get_format_display",
        "lieu": "venue",
        "commune": "town",
        "code de la commune": lambda record: record.town and record.town.reference,
        "territoires concernés": names("territories"),
        "codes des territoires": references,
        "réseau": "network",
        **CLASSIFICATION,
    }

    def prepare(self, records):
        return records.prefetch_related("territories", *VOCABULARIES)

    def point(self, record):
        return first_point([record.town, *record.territories.all()])

    def text(self, record):
        called_off = f"Rencontre {record.get_state_display()}." if record.is_called_off else ""
        parts = (called_off, self.when(record), record.topic, record.summary)
        return "\n\n".join(filter(None, parts))

    def when(self, record):
        """« 1er mars 2019, 9 h 30 – 17 h, Halle, Tours »."""
        online = record.get_format_display() if record.format == Event.Format.ONLINE else ""
        return ", ".join(filter(None, (days(record), hours(record), self.place(record), online)))

    def revision(self, record):
        return record.revision

    def calendar_status(self, record):
        return STATUSES[record.state]

    def place(self, record):
        return ", ".join(str(part) for part in (record.venue, record.town) if part)

    def moment(self, record):
        """When it is, for a calendar; None unless its day is known."""
        if record.start.precision is not Precision.DAY:
            return None
        ends = record.end.latest if record.end.precision is Precision.DAY else record.start.latest
        hours = record.start_time, record.end_time
        return moment(record.start.earliest, ends, *hours, record.time_zone)


class PastEventExport(EventExport):
    title = "Rencontres passées"

    def news(self, since, until):
        """Of a meeting that was announced long ago, what comes out is its recap."""
        # A day of more on either side, for each town has its own.
        days = [timezone.localdate(since) - A_DAY, timezone.localdate(until) + A_DAY]
        recaps = Recap.objects.published().select_related("event__town")
        fresh = recaps.annotate(last=Coalesce("event__end_latest", "event__start_latest")).filter(
            Q(published_at__gt=since) | Q(event__published_at__gt=since) | Q(last__range=days),
            published_at__lte=until,
        )
        return [recap.event_id for recap in fresh if since < came_out_at(recap) <= until]


def came_out_at(recap):
    """When the list of past meetings began to tell a recap: once it is published, and the
    meeting too, whose last day is over."""
    event = recap.event
    moments = [recap.published_at, event.published_at]
    if last := event.end_latest or event.start_latest:
        moments.append(datetime.datetime.combine(last, datetime.time.max, event.time_zone))
    return max(filter(None, moments))


def unless_withdrawn(value):
    """A name withdrawn takes its title and its actor along."""

    def column(verbatim):
        is_withdrawn = verbatim.person and verbatim.person.attribution_withdrawn
        return "" if is_withdrawn else value(verbatim)

    return column


class VerbatimExport(Export):
    name = "propos"
    title = "Ce qui s'est dit"
    formats = ("xlsx", "csv", "json")
    columns = {
        "propos": "text",
        "fidélité": "get_fidelity_display",
        "personne": lambda record: record.person.public_name if record.person else "",
        "fonction ce jour-là": unless_withdrawn(lambda record: record.title),
        "acteur ce jour-là": unless_withdrawn(lambda record: record.actor or ""),
        "thématiques": names("themes"),
        "rencontre": lambda record: record.recap.event,
        "date de la rencontre": lambda record: record.recap.event.start,
        "date de la rencontre (ISO 8601)": lambda record: record.recap.event.start.iso,
    }
    history = {}

    def prepare(self, records):
        return records.select_related("recap__source")

    def heavy(self, records):
        return ["recap__source__raw_text"]

    def reference(self, record):
        return str(record.pk)


def commitments(action):
    return [f"{party.name} : {party.commitment}" for party in action.carriers if party.commitment]


def news(action):
    """« 4 mai 2021 : le lieu est prêt », the latest first."""
    return [
        " : ".join(filter(None, (note.date.label, note.get_progress_display(), note.text.strip())))
        for note in action.notes.all()
    ]


class ActionExport(Export):
    name = "actions"
    title = "Actions retenues"
    columns = {
        "titre": "title",
        "pourquoi": "reason",
        "portée": "scope",
        "avancement": "get_progress_display",
        **dated("échéance", "due"),
        "portée par": lambda record: [party.name for party in record.carriers],
        "engagements": commitments,
        "nouvelles": news,
        "instance de suivi": "follow_up_body",
        "rencontre": "event",
        "séquence": lambda record: record.event and record.session,
        "territoires": names("territories"),
        "codes des territoires": references,
        **CLASSIFICATION,
    }

    def prepare(self, records):
        return records.select_related("follow_up_body").prefetch_related(
            "territories", *VOCABULARIES
        )

    def text(self, record):
        return record.reason
