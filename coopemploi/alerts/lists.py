"""The list behind an address, as anybody sees it: its name, and what is new in it."""

from io import BytesIO
from itertools import islice
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.handlers.wsgi import WSGIRequest
from django.http import Http404, QueryDict
from django.urls import Resolver404, resolve

from ..merging.redirections import todays_query
from ..publishing import Publishable

# They change how a list is shown, not what is in it.
SHOWN_BY = ("format", "page", "tout", "tri", "vue")


class NotAListError(Exception):
    """An address that is not one of a list of the site."""


def canonical(url):
    """(path, query) of a list, the same for the same filters. Raise NotAListError."""
    parts = urlsplit(url)
    query = QueryDict(parts.query, mutable=True)
    for name in SHOWN_BY:
        query.pop(name, None)
    pairs = sorted((name, value) for name, values in query.lists() for value in values if value)
    kept = QueryDict(mutable=True)
    for name, value in pairs:
        kept.appendlist(name, value)
    return parts.path, kept.urlencode()


def export_of(path, query):
    """The `Export` that the address would give to a visitor.

    A filter by a record that another absorbed follows that one. Raise NotAListError, for an
    address too whose filters are not understood: it would be the list of everything.
    """
    export = _export_of(path, query)
    if export.filters.errors and (today := todays_query(QueryDict(query), AnonymousUser())):
        export = _export_of(path, today.urlencode())
    if export.filters.errors:
        raise NotAListError
    return export


def _export_of(path, query):
    try:
        match = resolve(path)
    except Resolver404 as error:
        raise NotAListError from error
    is_public = not getattr(match.func, "login_required", True)
    if not is_public or not (match.url_name or "").endswith("_list"):
        raise NotAListError
    found = []
    request = _request(path, query)
    request.take_export = found.append
    try:
        match.func(request, *match.args, **match.kwargs)
    except Http404 as error:
        raise NotAListError from error
    if not found or not issubclass(found[0].records.model, Publishable):
        raise NotAListError
    return found[0]


def describe(export):
    """ "Initiatives : mobilité, Landes"."""
    chips = ", ".join(chip.label for chip in export.filters.chips)
    return f"{export.title} : {chips}" if chips else export.title


def news(export, *, since, until, most):
    """What came out after `since` and until `until`: (their number, the first entries)."""
    fresh = set(export.news(since, until))
    if not fresh:
        return 0, []
    keys = [pk for pk in export.filters.pks if pk in fresh]
    records = export.records.in_bulk(list(islice(keys, most)))
    return len(keys), [export.entry(records[pk]) for pk in keys[:most] if pk in records]


def _request(path, query):
    site = urlsplit(settings.SITE_URL)
    request = WSGIRequest(
        {
            "REQUEST_METHOD": "GET",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "SERVER_NAME": site.hostname,
            "SERVER_PORT": str(site.port or (443 if site.scheme == "https" else 80)),
            "wsgi.url_scheme": site.scheme,
            "wsgi.input": BytesIO(),
        }
    )
    request.user = AnonymousUser()
    return request
