"""The pages kept for visitors, in a Redis that several machines share.

A page can always be made: while Redis does not answer, the site goes on as if nothing were kept.
"""

import logging
import time

from django.core.cache.backends.redis import RedisCache
from redis import RedisError

logger = logging.getLogger(__name__)

# Seconds before Redis is asked again: each question may last as long as its timeout.
PAUSE = 5


class PagesInRedis(RedisCache):
    _silent_until = 0

    def get(self, key, default=None, version=None):
        return self._asked(super().get, key, default, version, otherwise=default)

    def set(self, *given, **options):
        self._asked(super().set, *given, otherwise=None, **options)

    def add(self, *given, **options):
        return self._asked(super().add, *given, otherwise=False, **options)

    def delete(self, key, version=None):
        return self._asked(super().delete, key, version, otherwise=False)

    def _asked(self, ask, *given, otherwise, **options):
        if time.monotonic() < self._silent_until:
            return otherwise
        try:
            return ask(*given, **options)
        except RedisError as error:
            logger.warning("Redis does not answer, pages are made anew: %s", error)
            self._silent_until = time.monotonic() + PAUSE
            return otherwise
