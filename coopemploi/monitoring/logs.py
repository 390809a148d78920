"""Logs: one JSON object a line, with the id of the request, and nothing personal.

No address of a visitor, no account, no query string; what looks like an e-mail address or the
key of a signed link is masked, in messages and tracebacks too, and so is the row that
PostgreSQL quotes when it refuses it.
"""

import json
import logging
import re
import time
import uuid
from contextvars import ContextVar

from django.conf import settings

request_id = ContextVar("request_id", default="")

# Addresses, and long words with a digit in them: keys, rather than names of functions. Each is
# looked for once, where it begins: a visitor may ask for an address of one word of 8 000 letters.
_MASKED = re.compile(
    r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+|(?<![\w:=-])(?=[\w:=-]*\d)[\w:=-]{32,}"
)
# « DETAIL: Failing row contains (…) », up to the next exception of a traceback.
_QUOTED_ROW = re.compile(r"(?<=\nDETAIL:).*?(?=\n\n(?:The above|During handling)|\Z)", re.DOTALL)
_GIVEN_ID = re.compile(r"[0-9a-zA-Z-]{8,64}")
access = logging.getLogger("coopemploi.access")
slow = logging.getLogger("coopemploi.sql")


def mask(text):
    return _MASKED.sub("…", _QUOTED_ROW.sub(" …", text))


def told_outside(event, hint):
    """An error as Sentry may hear of it: where it happened, and nothing of whose request it was."""
    for name in ("request", "user", "breadcrumbs", "extra"):
        event.pop(name, None)
    if said := event.pop("logentry", None):
        event["logentry"] = {"message": mask(said["message"])}
    for raised in event.get("exception", {}).get("values", ()):
        raised["value"] = mask(str(raised.get("value")))
    return event


class JSONFormatter(logging.Formatter):
    def format(self, record):
        told = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname,
            "logger": record.name,
            "message": mask(record.getMessage()),
        }
        if number := getattr(record, "request_id", "") or request_id.get():
            told["request"] = number
        told |= getattr(record, "told", {})
        if record.exc_info:
            told["error"] = mask(self.formatException(record.exc_info))
        return json.dumps(told, ensure_ascii=False)


class RequestLogMiddleware:
    """Gives each request an id, sent back and logged, and logs one line for each answer."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        number = number_of(request.headers.get("X-Request-ID", ""))
        token = request_id.set(number)
        began = time.perf_counter()
        try:
            response = self.get_response(request)
            response["X-Request-ID"] = number
            seconds = time.perf_counter() - began
            tell(request.method, route_of(request, response), response.status_code, seconds)
        finally:
            request_id.reset(token)
        return response


def number_of(given):
    """The id of a request: what a proxy calls it, or a new one."""
    return given if _GIVEN_ID.fullmatch(given) else uuid.uuid4().hex[:16]


def route_of(request, response):
    """The pattern, not the address: some addresses are keys."""
    if request.resolver_match:
        return request.resolver_match.route
    kept = getattr(response, "kept", None)
    return kept.route if kept else ""


def tell(method, route, status, seconds):
    """One line in the log for one answer."""
    told = {"method": method, "route": route, "status": status, "ms": round(1000 * seconds)}
    access.info("request", extra={"told": told})


def listen_to_slow_queries(connection, **kwargs):
    """Under DEBUG, tell the queries that take long, without their parameters."""
    if _time not in connection.execute_wrappers:
        connection.execute_wrappers.insert(0, _time)


def _time(execute, sql, params, many, context):
    began = time.perf_counter()
    try:
        return execute(sql, params, many, context)
    finally:
        milliseconds = 1000 * (time.perf_counter() - began)
        if milliseconds >= settings.SLOW_QUERY_MS:
            slow.warning("%.0f ms: %s", milliseconds, str(sql)[:1000])
