"""Pages kept for visitors: true, nobody's own, made once."""

import threading
import time

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.cache import caches
from django.db import connection
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from coopemploi import public_cache, version
from tests.factories import InitiativeFactory, UserFactory

SECRET = "Un projet que personne ne doit connaître"


@pytest.fixture(autouse=True)
def _cache(settings):
    settings.PUBLIC_CACHE = True
    caches["pages"].clear()
    yield
    caches["pages"].clear()


@pytest.fixture
def visitor():
    return Client()


def queries_of(client, address="/initiatives/"):
    with CaptureQueriesContext(
        connection,
    ) as queries:
        response = client.get(address)
    assert response.status_code == 200
    return len(queries), response.text


@pytest.mark.django_db(transaction=True)
class TestPages:
    def test_page_is_made_once(self, visitor):
        InitiativeFactory(title="Un garage solidaire")
        first, made = queries_of(visitor)
        again, kept = queries_of(visitor)
        assert first > 1
        assert again <= 1
        assert kept == made
        assert "Un garage solidaire" in kept

    def test_edit_shows_at_once(self, visitor):
        initiative = InitiativeFactory(title="Un garage solidaire")
        address = initiative.get_absolute_url()
        assert "Un garage solidaire" in visitor.get(address).text
        initiative.title = "Un garage mobile"
        initiative.save()
        assert "Un garage mobile" in visitor.get(address).text
        assert "Un garage mobile" in visitor.get("/initiatives/").text

    def test_withdrawn_record_is_gone_at_once(self, visitor):
        initiative = InitiativeFactory()
        address = initiative.get_absolute_url()
        assert visitor.get(address).status_code == 200
        type(initiative).objects.filter(pk=initiative.pk).update(status="draft")
        assert visitor.get(address).status_code == 404

    def test_unchanged_page_is_not_sent_again(self, visitor):
        etag = visitor.get("/initiatives/").headers["ETag"]
        response = visitor.get("/initiatives/", headers={"If-None-Match": etag})
        assert (response.status_code, response.content) == (304, b"")
        InitiativeFactory()
        response = visitor.get("/initiatives/", headers={"If-None-Match": etag})
        assert response.status_code == 200

    def test_headers_are_those_of_the_page(self, visitor):
        visitor.get("/")
        kept = visitor.get("/", headers={"Accept-Encoding": "gzip"})
        assert kept.headers["Content-Encoding"] == "gzip"
        assert kept.headers["Cache-Control"] == "no-cache"
        assert kept.headers["X-Frame-Options"] == "DENY"
        assert "default-src 'self'" in kept.headers["Content-Security-Policy"]
        assert {"Cookie", "Accept-Encoding"} <= set(kept.headers["Vary"].split(", "))

    def test_each_address_has_its_page(self, visitor):
        InitiativeFactory(title="Un garage solidaire", stage="idea")
        assert "Un garage solidaire" in visitor.get("/initiatives/?avancement=idea").text
        assert "Un garage solidaire" not in visitor.get("/initiatives/?avancement=completed").text

    def test_wrong_host_is_refused_though_the_page_is_kept(self, visitor):
        visitor.get("/")
        assert visitor.get("/", headers={"Host": "pirate.example"}).status_code == 400


@pytest.mark.django_db(transaction=True)
class TestNothingPrivate:
    def test_what_staff_reads_is_never_kept(self, client, visitor):
        draft = InitiativeFactory(title=SECRET, status="draft")
        user = UserFactory(email="secret@example.org", is_staff=True, is_superuser=True)
        client.force_login(user)
        for address in (draft.get_absolute_url(), "/initiatives/", "/"):
            client.get(address)
        assert SECRET in client.get(draft.get_absolute_url()).text
        assert SECRET in client.get("/initiatives/").text
        assert visitor.get(draft.get_absolute_url()).status_code == 404
        for address in ("/initiatives/", "/"):
            page = visitor.get(address).text
            assert SECRET not in page
            assert "secret@example.org" not in page

    def test_staff_is_never_served_a_kept_page(self, client, visitor):
        InitiativeFactory(title=SECRET, status="draft")
        assert SECRET not in visitor.get("/initiatives/").text
        client.force_login(UserFactory(is_staff=True, is_superuser=True))
        assert SECRET in client.get("/initiatives/").text

    def test_author_sees_own_draft_and_no_visitor_does(self, client, visitor):
        author = UserFactory()
        draft = InitiativeFactory(title=SECRET, status="draft", created_by=author)
        client.force_login(author)
        assert SECRET in client.get(draft.get_absolute_url()).text
        assert visitor.get(draft.get_absolute_url()).status_code == 404

    def test_page_with_a_form_is_made_each_time(self, visitor):
        assert visitor.get("/comptes/login/").headers.get("ETag") is None

    def test_message_for_somebody_is_not_kept(self, visitor):
        visitor.cookies["messages"] = "whatever"
        assert visitor.get("/").headers.get("ETag") is None


@pytest.mark.parametrize(
    "spoil",
    [
        lambda request, response: response.set_cookie("moi", "secret"),
        lambda request, response: setattr(response, "status_code", 404),
        lambda request, response: response.headers.__setitem__("Cache-Control", "private"),
        lambda request, response: response.headers.__setitem__("Content-Type", "text/csv"),
        lambda request, response: request.META.update({"CSRF_COOKIE": "secret"}),
        lambda request, response: setattr(request.session, "modified", True),
        lambda request, response: setattr(request, "user", UserFactory.build()),
    ],
    ids=["cookie", "status", "header", "type", "token", "session", "user"],
)
def test_what_is_somebodys_own_is_not_kept(spoil):
    request, response = RequestFactory().get("/"), HttpResponse("<p>Bonjour</p>")
    request.session, request.user = Session(), AnonymousUser()
    assert public_cache.may_keep(request, response)
    spoil(request, response)
    assert not public_cache.may_keep(request, response)


class Session:
    modified = False


def test_page_asked_by_many_at_once_is_made_once(monkeypatch):
    made = []

    def slow_page(request):
        made.append(1)
        time.sleep(0.2)
        request.session, request.user = Session(), AnonymousUser()
        return HttpResponse("<p>Bonjour</p>")

    monkeypatch.setattr(version, "current", lambda: 1)
    monkeypatch.setattr(version, "is_changing", lambda: False)
    middleware, answers = public_cache.PublicCacheMiddleware(slow_page), []

    def ask():
        answers.append(middleware(RequestFactory().get("/")).content)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [b"<p>Bonjour</p>"] * 8
    assert len(made) == 1
