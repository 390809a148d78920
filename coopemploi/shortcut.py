"""A shorter way to the pages kept for visitors: answered before Django sees the request.

It knows what this process has just sent, header by header, and asks nothing of the database:
as soon as the version of the content is to be read again, Django answers.
"""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from . import version
from .monitoring import logs
from .public_cache import LONGEST_ADDRESS, Kept, decompressed

# About 15 kB each.
MOST = 500
# What, in a request, says which page is asked: the rest of it changes nothing of what is kept.
ADDRESS = (
    *("wsgi.url_scheme", "HTTP_HOST", "SCRIPT_NAME", "PATH_INFO", "QUERY_STRING"),
    *("SERVER_PORT", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST", "HTTP_X_FORWARDED_PORT"),
)
# What may be somebody's, and never goes the shorter way.
PERSONAL = ("HTTP_COOKIE", "HTTP_AUTHORIZATION")
# What an answer says of itself alone.
_OWN = {"content-encoding", "content-length", "x-request-id"}
# All that RFC 9110 has sent again of a page that the browser holds.
_UNCHANGED = {"Cache-Control", "ETag", "Vary", "X-Request-ID"}


class Shortcut:
    """A WSGI application, with a shorter way to what `PublicCacheMiddleware` keeps."""

    def __init__(self, application):
        self.application = application
        self._sent = {}

    def __call__(self, environ, start_response):
        address = address_of(environ)
        if address is not None:
            page = self._sent.get(address)
            if page is not None and page.is_current():
                return page.send(environ, start_response)
        response = self.application(environ, start_response)
        kept = getattr(response, "kept", None)
        if address is not None and kept is not None and response.status_code == 200:
            if len(self._sent) >= MOST:
                [oldest, *_] = list(self._sent)
                self._sent.pop(oldest, None)
            self._sent[address] = Sent.of(response, kept)
        return response


def address_of(environ):
    """What tells one page from another; None when the request is not a visitor's simple one."""
    if environ["REQUEST_METHOD"] != "GET" or any(map(environ.get, PERSONAL)):
        return None
    address = tuple(map(environ.get, ADDRESS))
    # Paths and queries are bounded as in the middleware, whatever else is asked.
    if len(environ.get("PATH_INFO", "")) + len(environ.get("QUERY_STRING", "")) > LONGEST_ADDRESS:
        return None
    return address


@dataclass(frozen=True)
class Sent:
    kept: Kept
    headers: tuple
    version: int
    until: float  # seconds since 1970

    @classmethod
    def of(cls, response, kept):
        headers = [(name, value) for name, value in response.items() if name.lower() not in _OWN]
        number, day = kept.stamp
        midnight = timezone.make_aware(datetime.combine(day + timedelta(1), datetime.min.time()))
        return cls(kept, tuple(headers), number, min(kept.until, midnight.timestamp()))

    def is_current(self):
        return (
            settings.PUBLIC_CACHE
            and self.version == version.just_read()
            and time.time() < self.until
        )

    def send(self, environ, start_response):
        began = time.perf_counter()
        number = logs.number_of(environ.get("HTTP_X_REQUEST_ID", ""))
        token = logs.request_id.set(number)
        headers = [*self.headers, ("X-Request-ID", number)]
        if self.kept.is_known_by(environ.get("HTTP_IF_NONE_MATCH", "")):
            status, body = "304 Not Modified", b""
            headers = [header for header in headers if header[0] in _UNCHANGED]
        else:
            status = "200 OK"
            if "gzip" in environ.get("HTTP_ACCEPT_ENCODING", ""):
                body = self.kept.compressed
                headers.append(("Content-Encoding", "gzip"))
            else:
                body = decompressed(self.kept.compressed)
            headers.append(("Content-Length", str(len(body))))
        start_response(status, headers)
        logs.tell("GET", self.kept.route, int(status[:3]), time.perf_counter() - began)
        logs.request_id.reset(token)
        return [body]
