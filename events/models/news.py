"""What one must know of an event to come to it, and what changed since somebody was told."""

import datetime
import re
from dataclasses import dataclass

from coopemploi.dates import PartialDate, Precision, hour_label
from coopemploi.search.text import normalise

from .event import Event

DATE = "Date"
UNKNOWN = "à préciser"
# How hours were noted until November 2026, in what people then knew of an event.
AS_BEFORE = re.compile(r"(\d+)h(\d\d)")
FORMATS = dict(Event.Format.choices)


@dataclass(frozen=True)
class Change:
    """« Lieu : Mairie (auparavant : Écosite) »."""

    label: str
    now: str
    before: str = ""  # nothing of an address that serves no more

    @property
    def is_of_date(self):
        return self.label == DATE


def dates_of(event):
    """The first and the last possible day of its beginning, "2030-10-01/2030-10-31"; "/" for
    an event without a date."""
    return _bounds(event.start)


def practical_of(event):
    """All else that one must know, in the words of the mails."""
    return {
        "end": _bounds(event.end),
        "hours": event.hours if event.start_time else "",
        "place": ", ".join(filter(None, (event.venue, event.town and event.town.name))),
        "format": event.format,
        "link": event.online_url,
    }


def changes_since_told(registration):
    """The `Change`s of its event that a person would want to know, the date first.

    Nothing of what nobody noted; a place written otherwise is the same place. Who has no seat
    was given no address to connect to.
    """
    event = registration.event
    before, now = registration.told_practical, practical_of(event)
    found = []
    if registration.told_start:
        ends = (before["end"], now["end"]) if before else ("/", "/")
        was, days = _days(registration.told_start, ends[0]), _days(dates_of(event), ends[1])
        if was != days:
            found.append(Change(DATE, _told(event.start, event.end), _told(*map(_date, was))))
    if not before:
        return found
    before = {**before, "hours": AS_BEFORE.sub(_spelt, before["hours"])}
    for name, label, comparable in (
        ("hours", "Horaire", str),
        ("place", "Lieu", normalise),
        ("format", "Format", lambda value: value or Event.Format.ON_SITE.value),
    ):
        if comparable(before[name]) != comparable(now[name]):
            said = [FORMATS.get(each[name], each[name]) or UNKNOWN for each in (now, before)]
            found.append(Change(label, *said))
    has_seat = registration.status == registration.Status.CONFIRMED
    if has_seat and before["link"] != now["link"]:
        said = "donné plus bas" if now["link"] else "celui d'avant ne sert plus"
        is_other = bool(before["link"] and now["link"])
        found.append(Change("Lien de connexion", f"nouveau, {said}" if is_other else said))
    return found


def _spelt(hour):
    return hour_label(datetime.time(*map(int, hour.groups())))


def _bounds(date):
    return f"{date.earliest or ''}/{date.latest or ''}"


def _date(bounds):
    first, last = (datetime.date.fromisoformat(day) if day else None for day in bounds.split("/"))
    return PartialDate(first, last)


def _days(start, end):
    """A last day that is the first one says nothing more."""
    return start, "/" if end == start else end


def _told(start, end):
    """« 17 octobre 2030 – 18 octobre 2030 »"""
    if start.precision is Precision.UNKNOWN:
        return UNKNOWN
    return f"{start.label} – {end.label}" if end and end != start else start.label
