"""Whole pages, kept for visitors as long as the content of the site does not change.

A view asks for it with `kept_for_visitors`. Only what an anonymous GET receives is kept, and
only when nothing in it can be anybody's own: no session, no cookie, no token. A page is that of
a version (`version.current`) and of a day; whoever is signed in is never served one.
"""

import gzip
import hashlib
import threading
import time
from dataclasses import dataclass, fields
from functools import lru_cache
from weakref import WeakValueDictionary

from django.conf import settings
from django.core.cache import caches
from django.db import DatabaseError
from django.http import HttpResponse, HttpResponseNotModified
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags

from . import version
from .reading_only import reading_only

# However the database was changed (by hand, restored), no page outlives so many seconds.
LIFE = 300
# An address that is longer is somebody's own: it is made each time.
LONGEST_ADDRESS = 400
# So long one process waits for the page that another is making, in seconds.
PATIENCE = 2
_COMPRESSION = 5


def kept_for_visitors(view):
    """Mark a view whose pages are the same for every visitor; it may write nothing."""
    view = reading_only(view)
    view.is_kept_for_visitors = True
    return view


@dataclass(frozen=True)
class Kept:
    stamp: tuple
    etag: str
    headers: tuple
    compressed: bytes
    # The pattern of its address, for the logs.
    route: str
    until: float  # seconds since 1970

    def is_known_by(self, if_none_match):
        """Whether a browser that sends this header has the page already."""
        asked = parse_etags(if_none_match)
        return self.etag in asked or asked == ["*"]


# What an older site kept in Redis, made of other parts, is not found.
PARTS = " ".join(part.name for part in fields(Kept))


class PublicCacheMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response
        self._locks, self._lock = WeakValueDictionary(), threading.Lock()

    def __call__(self, request):
        if carries_something(request):
            # They may just have changed something in another process.
            version.distrust()
            return self.get_response(request)
        if not (settings.PUBLIC_CACHE and is_simple(request)):
            return self.get_response(request)
        try:
            stamp = version.current(), timezone.localdate()
        except DatabaseError:
            return self.get_response(request)
        key = key_of(request)
        kept = pages().get(key)
        if kept is not None and kept.stamp == stamp:
            return served(request, kept)
        if not is_kept_for_visitors(request):
            return self.get_response(request)
        return self._renewed(request, key, stamp)

    def _renewed(self, request, key, stamp):
        """The page made anew, by one at a time: the others wait for it."""
        with self._lock_of(key):
            kept = pages().get(key)
            if kept is not None and kept.stamp == stamp:
                return served(request, kept)
            under_way = f"{key}:under-way"
            is_first = pages().add(under_way, True, timeout=PATIENCE)
            if not is_first and (kept := wait_for(key, stamp)):
                return served(request, kept)
            try:
                response = self.get_response(request)
                if not may_keep(request, response):
                    return response
                kept = made_of(response, stamp, request.resolver_match.route)
                pages().set(key, kept, timeout=LIFE)
            finally:
                if is_first:
                    pages().delete(under_way)
            return served(request, kept)

    def _lock_of(self, key):
        with self._lock:
            lock = self._locks.get(key)
            if lock is None:
                lock = self._locks[key] = threading.Lock()
            return lock


def pages():
    return caches["pages"]


def carries_something(request):
    """Whether the request is somebody's: it brings a session, a message or a credential."""
    return (
        settings.SESSION_COOKIE_NAME in request.COOKIES
        or "messages" in request.COOKIES
        or "HTTP_AUTHORIZATION" in request.META
    )


def is_simple(request):
    return request.method in {"GET", "HEAD"} and len(request.get_full_path()) <= LONGEST_ADDRESS


def is_kept_for_visitors(request):
    try:
        view = resolve(request.path_info).func
    except Resolver404:
        return False
    return getattr(view, "is_kept_for_visitors", False)


def key_of(request):
    address = f"{request.scheme}://{request.get_host()}{request.get_full_path()}"
    return hashlib.sha256(f"{PARTS} {address}".encode()).hexdigest()


def may_keep(request, response):
    """Whether a page just made shows nothing of anybody's, and is whole."""
    return (
        request.method == "GET"
        and response.status_code == 200
        and not response.streaming
        and not response.cookies
        and response.get("Content-Type", "").startswith("text/html")
        and not response.has_header("Cache-Control")
        and not request.session.modified
        and not request.user.is_authenticated
        # A form was given a token.
        and "CSRF_COOKIE" not in request.META
        and not version.is_changing()
    )


def made_of(response, stamp, route):
    digest = hashlib.sha256(response.content).hexdigest()[:24]
    patch_vary_headers(response, ("Cookie", "Accept-Encoding"))
    # Browsers keep it, and ask each time whether it is still so: that takes nothing to answer.
    response["Cache-Control"] = "no-cache"
    headers = [(name, value) for name, value in response.items() if name != "Content-Length"]
    # Weak: the same page, compressed or not.
    etag = f'W/"{digest}"'
    compressed = gzip.compress(response.content, _COMPRESSION, mtime=0)
    headers = (*headers, ("ETag", etag))
    return Kept(stamp, etag, headers, compressed, route, time.time() + LIFE)


def served(request, kept):
    """The answer to a request, from a page that is kept."""
    if kept.is_known_by(request.META.get("HTTP_IF_NONE_MATCH", "")):
        response = HttpResponseNotModified()
    elif "gzip" in request.META.get("HTTP_ACCEPT_ENCODING", ""):
        response = HttpResponse(kept.compressed)
        response["Content-Encoding"] = "gzip"
    else:
        response = HttpResponse(decompressed(kept.compressed))
    for name, value in kept.headers:
        if not (response.status_code == 304 and name == "Content-Type"):
            response[name] = value
    # For the logs, and for `shortcut`.
    response.kept = kept
    return response


@lru_cache(64)
def decompressed(page):
    """A page for who reads no compressed one: robots, and checks, ask the same few."""
    return gzip.decompress(page)


def wait_for(key, stamp):
    """The page that another process is making, None when it does not come."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        time.sleep(0.02)
        kept = pages().get(key)
        if kept is not None and kept.stamp == stamp:
            return kept
        if not pages().get(f"{key}:under-way"):
            return None
    return None
