"""Whether a connection still answers is asked when it may not, and seldom otherwise."""

import time

import pytest

from coopemploi.connections import TRUSTED, trust_for_a_moment


class Connection:
    def __init__(self):
        self.errors_occurred, self.answers, self.asked = False, True, 0

    def is_usable(self):
        self.asked += 1
        return self.answers


@pytest.fixture
def clock(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    return now


@pytest.fixture
def connection(clock):
    made = Connection()
    trust_for_a_moment(made)
    return made


def test_connection_is_asked_once_a_second(connection, clock):
    for _ in range(3):
        assert connection.is_usable()
    assert connection.asked == 0
    for _ in range(3):
        clock[0] += TRUSTED
        assert connection.is_usable()
        assert connection.is_usable()
    assert connection.asked == 3


def test_one_that_failed_is_asked_at_once(connection):
    connection.errors_occurred, connection.answers = True, False
    assert not connection.is_usable()
    assert connection.asked == 1


def test_one_that_no_longer_answers_is_asked_each_time(connection, clock):
    clock[0] += TRUSTED
    connection.answers = False
    assert not connection.is_usable()
    assert not connection.is_usable()
    assert connection.asked == 2


def test_reopened_connection_is_trusted_anew(connection, clock):
    clock[0] += TRUSTED
    trust_for_a_moment(connection)
    assert connection.is_usable()
    assert connection.asked == 0
