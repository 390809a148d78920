"""What one address, or one visitor, may send in a slice of time."""

import pytest
from django.core.cache import cache

from coopemploi.robots import has_left


@pytest.fixture(autouse=True)
def _nothing_sent():
    cache.clear()


@pytest.fixture(autouse=True)
def _within_one_slice_of_time(monkeypatch):
    monkeypatch.setattr("time.time", lambda: 1_000_000.0)


def sent(times, limit=2):
    return [has_left("essai", limit, seconds=3600) for _ in range(times)]


def test_a_key_comes_so_many_times():
    assert sent(3) == [True, True, False]


def test_a_key_that_a_full_cache_drops_counts_again(monkeypatch):
    incr, dropped = cache.incr, []

    def dropped_once(key):
        if not dropped:
            dropped.append(cache.delete(key))
        return incr(key)

    monkeypatch.setattr(cache, "incr", dropped_once)

    assert sent(3) == [True, True, False]
