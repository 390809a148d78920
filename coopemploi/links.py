"""Signed links: the right to do one thing, without an account, held by whoever got the mail."""

from functools import wraps

from django.core import signing
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers


class BadLinkError(Exception):
    """A link that nobody signed here, or that was signed too long ago."""

    def __init__(self, *, is_expired):
        super().__init__()
        self.is_expired = is_expired


class SignedLink:
    """Links for one purpose: a token signed for it opens nothing else."""

    def __init__(self, purpose, *, max_age=None):
        """`max_age`, a timedelta; without it the link never expires."""
        self.salt = f"coopemploi.links.{purpose}"
        self.max_age = max_age

    def sign(self, value):
        """A token, safe in an address, that holds the JSON `value` for all to read."""
        return signing.dumps(value, salt=self.salt, compress=True)

    def read(self, token):
        """What was signed. Raise BadLinkError."""
        try:
            return signing.loads(token, salt=self.salt, max_age=self.max_age)
        except signing.SignatureExpired as error:
            raise BadLinkError(is_expired=True) from error
        except Exception as error:  # a forged token breaks base64, zlib or JSON in many ways
            raise BadLinkError(is_expired=False) from error


def secret(view):
    """A view whose address is a key: what it shows is kept nowhere, nor found by searching."""

    @wraps(view)
    def shown(*args, **kwargs):
        response = view(*args, **kwargs)
        add_never_cache_headers(response)
        response["X-Robots-Tag"] = "noindex"
        return response

    return shown


def opened_by(link):
    """A view of which the `token` of the address becomes `signed`, or a page says what is wrong."""

    def decorate(view):
        @wraps(view)
        def opened(request, *args, token, **kwargs):
            try:
                signed = link.read(token)
            except BadLinkError as error:
                status = 410 if error.is_expired else 404
                context = {"is_expired": error.is_expired}
                return render(request, "link_refused.html", context, status=status)
            return view(request, *args, signed=signed, **kwargs)

        return secret(opened)

    return decorate
