"""A Redis that does not answer takes nothing away but what it counts, and that says so."""

from types import SimpleNamespace

import pytest
from bs4 import BeautifulSoup
from django.core.cache import caches
from django.test import Client
from django.urls import reverse

from coopemploi import pages_in_redis
from tests.factories import InitiativeFactory

NOBODY = "redis://127.0.0.1:1"
AWAY = {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": NOBODY}
PAGES = {"BACKEND": "coopemploi.pages_in_redis.PagesInRedis", "LOCATION": NOBODY}


@pytest.fixture(autouse=True)
def _no_redis(settings):
    settings.PUBLIC_CACHE = True
    settings.CACHES = {"default": AWAY, "pages": PAGES}


@pytest.fixture
def visitor():
    return Client(raise_request_exception=False)


@pytest.mark.django_db(transaction=True)
def test_pages_are_made_anew(visitor):
    InitiativeFactory(title="Un garage solidaire")
    for _ in range(2):
        response = visitor.get("/initiatives/")
        assert response.status_code == 200
        assert "Un garage solidaire" in response.text
    assert visitor.get("/sante/").json() == {"status": "ok"}
    assert visitor.get("/sante/pret/").json()["cache"] == "à voir"


@pytest.mark.django_db
def test_what_is_counted_says_to_come_back(visitor):
    page = BeautifulSoup(visitor.get(reverse("account_login")).content, "html.parser")
    assert page.find("input", {"name": "password"})

    given = {"login": "ada@example.org", "password": "un-mot-de-passe"}
    response = visitor.post(reverse("account_login"), given)

    assert (response.status_code, response.headers["Retry-After"]) == (503, "30")
    said = BeautifulSoup(response.content, "html.parser").find(class_="lead").text
    assert said.startswith("Ce qui compte les envois, pour écarter les robots, ne répond pas")


def test_redis_is_left_alone_a_while_once_it_did_not_answer(monkeypatch):
    pages, asked, now = caches["pages"], [], [0]
    client = pages._cache.get_client
    monkeypatch.setattr(
        pages._cache, "get_client", lambda *given, **how: asked.append(1) or client(*given, **how)
    )
    monkeypatch.setattr(pages_in_redis, "time", SimpleNamespace(monotonic=lambda: now[0]))

    assert pages.add("page", "faite", timeout=2) is False
    pages.set("page", "faite", timeout=300)
    assert pages.get("page", "rien") == "rien"
    assert pages.delete("page") is False
    assert len(asked) == 1
    now[0] = pages_in_redis.PAUSE
    assert pages.get("page") is None
    assert len(asked) == 2
