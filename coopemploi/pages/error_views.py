"""What is said when a page cannot be given: nothing there, no room left, an error of ours."""

import errno
import sys

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import InterfaceError, OperationalError
from django.http import HttpResponse, HttpResponseServerError
from django.shortcuts import render
from django.template.loader import render_to_string

from ..accounts.interruption import hold, is_interrupted
from ..media.storage import FilesUnreachableError
from ..search.text import normalise
from .forms import SearchForm
from .results import suggested

TOO_BIG = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)
NEAR_LOST_PAGE = 5  # pages that a lost address may have meant


@login_not_required
def csrf_failure(request, reason=""):
    """The token of a form is no more valid once one has signed in again."""
    if is_interrupted(request):
        return hold(request)
    return render(request, "403_csrf.html", status=403)


@login_not_required
def bad_request(request, exception):
    """What was sent is not understood, or is more than the site takes at once."""
    is_too_big = isinstance(exception, TOO_BIG)
    page = render_to_string("400.html", {"is_too_big": is_too_big})
    return HttpResponse(page, status=413 if is_too_big else 400)


@login_not_required
def not_found(request, exception):
    """What the lost address says is looked for; Django's own reasons are of no help."""
    said = exception.args[0] if exception.args else ""
    reason = said if isinstance(said, str) and "matches the given query" not in said else ""
    near = near_address(request.path, request.user)
    return render(request, "404.html", {"reason": reason, "near": near}, status=404)


def near_address(path, user):
    """What the last words of an address may have meant; without the last, often cut."""
    slug = path.rstrip("/").rsplit("/", 1)[-1].replace("-", " ")
    words = SearchForm({"q": slug}).query
    for said in (words, words.rpartition(" ")[0]):
        if normalise(said) and (found := suggested(said, user)):
            return found[:NEAR_LOST_PAGE]
    return []


def is_disk_full(error):
    """Whether a file, or SQLite, or PostgreSQL, found no room left."""
    if isinstance(error, OSError):
        return error.errno in {errno.ENOSPC, errno.EDQUOT}
    said = str(error)
    return isinstance(error, OperationalError) and ("full" in said or "No space left" in said)


def is_of_redis(error):
    """Whether Redis, where what each address sends is counted, did not answer."""
    redis = sys.modules.get("redis")  # which takes 0.2 s to load: only a site that has one does
    return redis is not None and isinstance(error, redis.RedisError)


def server_error(request):
    """What failed may be the database: the page asks nothing of it, and says to come back."""
    error = sys.exc_info()[1]
    context = {
        "is_full": is_disk_full(error),
        "is_without_files": isinstance(error, FilesUnreachableError),
        "is_without_counts": is_of_redis(error),
    }
    if any(context.values()) or isinstance(error, (OperationalError, InterfaceError)):
        response = HttpResponse(render_to_string("503.html", context), status=503)
        response["Retry-After"] = "30"
        return response
    return HttpResponseServerError(render_to_string("500.html"))
