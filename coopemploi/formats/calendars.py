"""A list as a calendar, to be subscribed to."""

import datetime
from functools import cache
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header
from icalendar import Calendar, Event, Timezone, vText

from .printable import printable

ONE_DAY = datetime.timedelta(days=1)
END = b"END:VCALENDAR\r\n"


def ics_response(export):
    return _response(export, pieces(export))


def gone_response(export):
    """A calendar that holds nothing but what says so, on the day one looks."""
    title, text = export.gone
    entry = Event()
    entry.add("uid", f"plus-rien@{site_host()}")
    entry.add("dtstamp", export.generated_at.astimezone(datetime.UTC))
    entry.add("summary", title)
    entry.add("dtstart", export.generated_at.date())
    entry.add("dtend", export.generated_at.date() + ONE_DAY)
    entry.add("transp", "TRANSPARENT")
    entry.add("url", export.page_url)
    entry.add("description", f"{text}\n\n{export.page_url}")
    return _response(export, [heading(export), entry.to_ical(), END])


def _response(export, parts):
    response = StreamingHttpResponse(parts, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = content_disposition_header(True, export.file_name("ics"))
    return response


def pieces(export):
    yield heading(export) + time_zone()
    for record in export.stream():
        if export.moment(record):
            yield event(export, record).to_ical()
    yield END


def site_host():
    """The one host of the site, by whatever name it was reached: a UID must not change."""
    return urlsplit(settings.SITE_URL).hostname


def heading(export):
    calendar = Calendar()
    calendar.add("prodid", "-//Coopemploi//coopemploi//FR")
    calendar.add("version", "2.0")
    # Not known to be texts, they would be written as they stand, on as many lines.
    calendar.add("name", vText(export.title))
    calendar.add("x-wr-calname", vText(export.title))
    calendar.add("url", export.page_url)
    calendar.add("last-modified", export.generated_at)
    calendar.add(
        "description",
        f"Source : {export.credit}, {export.page_url}\n"
        f"Licence : {export.licence}, {export.licence_url}",
    )
    return calendar.to_ical().removesuffix(END)


@cache
def time_zone():
    years = datetime.date(2000, 1, 1), datetime.date(2038, 1, 1)
    return Timezone.from_tzid(settings.TIME_ZONE, first_date=years[0], last_date=years[1]).to_ical()


def event(export, record):
    """An event that keeps its UID from one download to the next, and leads back to its page."""
    shown = export.entry(record)
    start, end = export.moment(record)
    entry = Event()
    entry.add("uid", f"{record._meta.model_name}-{record.pk}@{site_host()}")
    entry.add("sequence", export.revision(record))
    entry.add("status", export.calendar_status(record))
    entry.add("dtstamp", export.generated_at.astimezone(datetime.UTC))
    entry.add("last-modified", record.updated_at.astimezone(datetime.UTC))
    entry.add("summary", shown["title"])
    entry.add("dtstart", start)
    if end:
        entry.add("dtend", end)
    entry.add("url", shown["address"])
    entry.add("description", "\n\n".join(filter(None, (shown["text"], shown["address"]))))
    if place := printable(export.place(record)):
        entry.add("location", place)
    return entry


def moment(first_day, last_day, start_time=None, end_time=None, time_zone=None):
    """(start, end) as a calendar writes them: hours, or whole days; end may be None.

    `end` is excluded: an event of a day ends the day after. Hours are those of the `time_zone`,
    the site's by default.
    """
    last_day = max(last_day, first_day)
    if start_time and end_time:
        start, end = at(first_day, start_time, time_zone), at(last_day, end_time, time_zone)
        return start, end if end > start else None
    if start_time and last_day == first_day:
        return at(first_day, start_time, time_zone), None
    return first_day, last_day + ONE_DAY


def at(day, time, time_zone):
    """In the zone that the calendar describes, or else in universal time."""
    time_zone = time_zone or ZoneInfo(settings.TIME_ZONE)
    hour = datetime.datetime.combine(day, time, time_zone)
    return hour if time_zone.key == settings.TIME_ZONE else hour.astimezone(datetime.UTC)
