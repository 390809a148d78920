"""One event as a calendar, to be kept or attached to a mail."""

from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import QueryDict

from coopemploi.dates import Precision
from coopemploi.formats import calendars
from coopemploi.mail.services import site_url

from .exports import EventExport
from .models import Event


class SiteRequest:
    """Stands for a request, where there is none: the site as mails name it."""

    GET = QueryDict()

    def __init__(self, path):
        self.path = path

    def get_host(self):
        return urlsplit(settings.SITE_URL).netloc

    def build_absolute_uri(self, path=None):
        return site_url(self.path if path is None else path)


class OneEvent:
    """A list of one event, as an export reads its list."""

    def __init__(self, event):
        self.user, self.cards = AnonymousUser(), self
        self.event = event

    def queryset(self, user):
        return Event.objects.filter(pk=self.event.pk).select_related("source", "town")

    def stream(self, records, size):
        return records


class EventCalendar(EventExport):
    """The calendar of one event: named for it, and leading to its page."""

    def __init__(self, event, request=None):
        super().__init__(request or SiteRequest(event.get_absolute_url()), OneEvent(event))
        self.title = event.title
        self.page_url = self.address(event)
        self.name = event.slug

    def file_name(self, extension):
        return f"{self.name}.{extension}"


def has_day(event):
    """Whether a calendar can hold it."""
    return event.start.precision is Precision.DAY


def attachment(event):
    """What a mail attaches: [(name, content, media type)], empty while the day is unknown."""
    if not has_day(event):
        return []
    content = b"".join(calendars.pieces(EventCalendar(event)))
    return [("rencontre.ics", content, "text/calendar")]
