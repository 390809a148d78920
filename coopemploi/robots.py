"""Forms open to all: a trap for robots, and a limit to what one address sends. No captcha."""

import time

from allauth.core.internal.ratelimit import get_ip
from django import forms
from django.core.cache import cache, caches
from django.db import connection
from django.utils.crypto import salted_hmac


class TrapMixin(forms.Form):
    """A field that people do not see: what fills it is a robot, thanked and ignored."""

    website = forms.CharField(
        label="Laissez ce champ vide",
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )

    @property
    def is_from_robot(self):
        return bool(self.cleaned_data["website"])

    @property
    def fields_for_people(self):
        return [field for field in self if field.name != "website" and not field.is_hidden]

    @property
    def wrong_fields(self):
        return [field for field in self.fields_for_people if field.errors]


def may_send(request, what, *, per_hour):
    """Whether the visitor's address has sendings of `what` left this hour; counts this one.

    In IPv6, whoever holds one address holds 2⁶⁴ of them: their network counts.
    """
    return has_left(f"{what}:{get_ip(request)}", per_hour, seconds=3600)


def has_left(key, limit, *, seconds):
    """Whether `key` comes at most `limit` times in this slice of `seconds`; counts this one."""
    slice_of_time = int(time.time() // seconds)
    # No address is kept, of a machine or of a mailbox.
    digest = salted_hmac("coopemploi.robots", key, algorithm="sha256").hexdigest()
    key = f"limit:{digest}:{slice_of_time}"
    cache.add(key, 0, timeout=2 * seconds)
    try:
        count = cache.incr(key)
    except ValueError:  # a full cache dropped it in between: it comes for the first time
        count = 1
        cache.add(key, count, timeout=2 * seconds)
    # A cache in the database gives what it counts its own life anew: five minutes.
    cache.touch(key, timeout=2 * seconds)
    return count <= limit


def forget_past_counts(at):
    """Erase the counts that are over, of a cache in the database; return how many.

    Django leaves them there until the table is full, and those of allauth name IP addresses.
    """
    table = getattr(caches["default"], "_table", None)
    if table is None:  # in memory, or in Redis: they go by themselves
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM {connection.ops.quote_name(table)} WHERE expires < %s",  # noqa: S608
            [connection.ops.adapt_datetimefield_value(at.replace(microsecond=0))],
        )
        return cursor.rowcount
