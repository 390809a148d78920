"""Errors told to administrators: one mail for each kind of error and hour, however many."""

import logging
import traceback

from django.conf import settings
from django.core.cache import cache
from django.core.cache.backends.locmem import LocMemCache
from django.core.mail import get_connection, mail_admins

from .logs import mask, request_id

SILENCE = 3600  # seconds
_of_the_process = LocMemCache("errors", {})


class GroupedMailHandler(logging.Handler):
    """Mails the first error of a kind, then counts the others until the hour is over.

    Straight to the mail server: the queue is in the database, which may be what fails. Nothing
    of the request is told but its route: forms hold people's data.
    """

    def emit(self, record):
        # A forged host, a body too big: robots send them at all hours, and are answered 400.
        if record.name.startswith("django.security."):
            return
        try:
            kind = self._kind(record)
            try:
                is_first, before = self._count(kind, cache)
            except Exception:  # the cache may be in the database, which may be what fails
                is_first, before = self._count(kind, _of_the_process)
            if is_first:
                self._mail(record, kind, before)
        except Exception:
            self.handleError(record)

    def _count(self, kind, counts):
        """Whether it is the first of its hour, and how many came since the last first one."""
        count = f"error-count:{kind}"
        if counts.add(f"error:{kind}", 1, timeout=SILENCE):
            before = counts.get(count, 0)
            counts.set(count, 0, timeout=24 * SILENCE)
            return True, before
        counts.add(count, 0, timeout=24 * SILENCE)
        counts.incr(count)
        # A cache in the database gives what it counts five minutes more, no longer.
        counts.touch(count, timeout=24 * SILENCE)
        return False, 0

    def _kind(self, record):
        """The same for two errors of one class, raised at one place."""
        if not record.exc_info or record.exc_info[0] is None:
            return f"{record.name}:{record.pathname}:{record.lineno}"
        frames = traceback.extract_tb(record.exc_info[2])
        place = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else ""
        return f"{record.exc_info[0].__name__}:{place}".replace(" ", "")

    def _mail(self, record, kind, before):
        match = getattr(getattr(record, "request", None), "resolver_match", None)
        lines = [
            f"Erreur : {kind}",
            f"Page : {match.route if match else '–'}",
            f"Requête : {request_id.get() or '–'} (la chercher dans les journaux)",
            f"Erreurs semblables depuis le dernier courriel : {before}",
            "",
            mask(self._said(record)),
        ]
        with get_connection(settings.EMAIL_CONFIG["EMAIL_BACKEND"], fail_silently=True) as mailer:
            mail_admins(f"Erreur {kind[-80:]}", "\n".join(lines), connection=mailer)

    def _said(self, record):
        if record.exc_info and record.exc_info[0] is not None:
            return "".join(traceback.format_exception(*record.exc_info))
        return record.getMessage()
