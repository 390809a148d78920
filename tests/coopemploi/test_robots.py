"""What one address, or one visitor, may send in a slice of time."""

import datetime
import time

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from coopemploi.accounts.due import limits
from coopemploi.robots import has_left, may_send


@pytest.fixture(autouse=True)
def _nothing_sent():
    cache.clear()


@pytest.fixture(autouse=True)
def _within_one_slice_of_time(time_machine):
    time_machine.move_to("2026-11-29 10:00Z", tick=False)


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


@pytest.fixture
def cache_table(db, settings):
    settings.CACHES = {
        **settings.CACHES,
        "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"},
    }
    call_command("createcachetable", verbosity=0)


def kept_keys():
    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key FROM cache")
        return [key for (key,) in cursor.fetchall()]


def test_no_address_is_in_the_table_of_a_cache(cache_table):
    has_left("registration-mail:camille@example.org", 2, seconds=86400)

    [key] = kept_keys()
    assert "camille" not in key


def test_counts_that_are_over_leave_the_table_of_a_cache(cache_table):
    has_left("contact:192.0.2.7", 2, seconds=3600)
    now = datetime.datetime.fromtimestamp(time.time(), datetime.UTC)

    assert limits(now + datetime.timedelta(minutes=119)) == "0 comptes finis effacés"
    assert len(kept_keys()) == 1
    assert limits(now + datetime.timedelta(minutes=121)) == "1 comptes finis effacés"
    assert kept_keys() == []


def test_a_cache_in_memory_forgets_by_itself():
    assert limits(timezone.now()) == "0 comptes finis effacés"


@pytest.mark.django_db
def test_a_cache_in_the_database_counts_until_the_end_of_the_slice(settings, time_machine):
    backend = "django.core.cache.backends.db.DatabaseCache"
    settings.CACHES = {**settings.CACHES, "default": {"BACKEND": backend, "LOCATION": "cache"}}
    call_command("createcachetable")

    assert sent(2) == [True, True]
    time_machine.shift(datetime.timedelta(minutes=30))
    assert sent(1) == [False]


def test_what_others_send_makes_nobody_forgotten():
    assert sent(2) == [True, True]
    for number in range(1_000):
        has_left(f"autre:{number}", 2, seconds=3600)
    assert sent(1) == [False]


@pytest.mark.parametrize(
    ("other", "is_another"),
    [("2001:db8:0:1:ffff::2", False), ("2001:db8:0:2::1", True), ("203.0.113.8", True)],
)
def test_whoever_holds_a_whole_network_counts_for_one(rf, other, is_another):
    first = rf.post("/", REMOTE_ADDR="2001:db8:0:1::1")
    assert may_send(first, "essai", per_hour=1)

    assert may_send(rf.post("/", REMOTE_ADDR=other), "essai", per_hour=1) == is_another
