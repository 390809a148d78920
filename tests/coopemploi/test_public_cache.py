"""Pages kept for visitors: true, nobody's own, made once."""

import threading
import time

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.core.cache import caches
from django.core.handlers.wsgi import WSGIRequest
from django.db import connection
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.test.client import ClientHandler
from django.test.utils import CaptureQueriesContext
from django.urls import resolve

from coopemploi import public_cache, version
from coopemploi.shortcut import MOST, Shortcut
from tests.factories import InitiativeFactory, UserFactory

SECRET = "Un projet que personne ne doit connaître"


@pytest.fixture(autouse=True)
def _cache(settings):
    settings.PUBLIC_CACHE = True
    caches["pages"].clear()
    yield
    caches["pages"].clear()


class Server(ClientHandler):
    """What gunicorn calls, for a test client: with the shorter way before Django."""

    def __init__(self):
        super().__init__(enforce_csrf_checks=False)
        self.shortcut, self.asked = Shortcut(self.through_django), 0

    def through_django(self, environ, start_response):
        self.asked += 1
        response = super().__call__(environ)
        start_response(f"{response.status_code} {response.reason_phrase}", [*response.items()])
        return response

    def __call__(self, environ):
        said = []
        body = self.shortcut(environ, lambda *start: said.extend(start))
        if isinstance(body, HttpResponse):
            return body
        response = HttpResponse(b"".join(body), status=int(said[0][:3]))
        del response["Content-Type"]
        for name, value in said[1]:
            assert name not in response
            response[name] = value
        response.wsgi_request = WSGIRequest(environ)
        return response


class ServedClient(Client):
    def __init__(self):
        super().__init__()
        self.handler = Server()


@pytest.fixture(params=[Client, ServedClient], ids=["django", "shortcut"])
def visitor(request):
    return request.param()


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

    def test_page_kept_by_an_older_site_is_not_found(self, visitor, monkeypatch):
        InitiativeFactory()
        _, made = queries_of(visitor)
        monkeypatch.setattr(public_cache, "PARTS", "stamp etag headers compressed")
        version.distrust()
        again, page = queries_of(visitor)
        assert again > 1
        assert page == made

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


@pytest.mark.django_db
class TestShortcut:
    @pytest.fixture(autouse=True)
    def _slow_machine(self, monkeypatch):
        monkeypatch.setattr(version, "MAX_AGE", 600)

    def test_kept_page_is_the_same_to_its_last_header(self):
        through_django, shorter = Client(), ServedClient()
        shorter.get("/")
        for headers in ({}, {"Accept-Encoding": "gzip"}):
            headers |= {"X-Request-ID": "un-meme-numero"}
            expected = through_django.get("/", headers=headers)
            given = shorter.get("/", headers=headers)
            assert (given.status_code, given.content) == (200, expected.content)
            assert {**given.headers, "Content-Length": str(len(given.content))} == {
                **expected.headers,
                "Content-Length": str(len(expected.content)),
            }
        assert shorter.handler.asked == 1

    def test_page_the_browser_holds_is_said_unchanged(self):
        shorter = ServedClient()
        held = shorter.get("/")
        headers = {"If-None-Match": held["ETag"], "X-Request-ID": "un-meme-numero"}
        answer = shorter.get("/", headers=headers)
        assert (answer.status_code, answer.content, shorter.handler.asked) == (304, b"", 1)
        assert answer.headers == {
            "Cache-Control": "no-cache",
            "ETag": held["ETag"],
            "Vary": held["Vary"],
            "X-Request-ID": "un-meme-numero",
        }

    def test_page_of_a_day_ends_with_it(self):
        with time_machine.travel("2026-11-29 23:59:58+01:00", tick=False) as clock:
            visitor = ServedClient()
            visitor.get("/")
            clock.shift(1)
            visitor.get("/")
            assert visitor.handler.asked == 1
            clock.shift(1)
            visitor.get("/")
        assert visitor.handler.asked == 2

    def test_page_that_is_kept_is_asked_of_nobody(self, django_assert_num_queries):
        visitor = ServedClient()
        visitor.get("/")
        with django_assert_num_queries(0):
            visitor.get("/")
        assert visitor.handler.asked == 1

    @pytest.mark.parametrize(
        "headers",
        [{"Cookie": "sessionid=a"}, {"Authorization": "Basic eDp5"}, {"Cookie": "un=autre"}],
        ids=["session", "credential", "cookie"],
    )
    def test_what_may_be_somebodys_goes_through_django(self, headers):
        visitor = ServedClient()
        visitor.get("/")
        visitor.get("/", headers=headers)
        assert visitor.handler.asked == 2

    @pytest.mark.parametrize(
        "differently",
        [
            {"method": "HEAD"},
            {"method": "POST"},
            {"method": "GET", "secure": True},
            {"method": "GET", "path": "/?page=2"},
            {"method": "GET", "headers": {"Host": "autre.example"}},
            {"method": "GET", "headers": {"X-Forwarded-Proto": "https"}},
        ],
        ids=["head", "post", "scheme", "query", "host", "proxy"],
    )
    def test_what_is_asked_otherwise_goes_through_django(self, differently):
        visitor = ServedClient()
        visitor.get("/")
        visitor.generic(**{"path": "/", **differently})
        assert visitor.handler.asked == 2

    def test_version_to_read_again_is_read_through_django(self):
        visitor = ServedClient()
        visitor.get("/")
        version.distrust()
        visitor.get("/")
        assert visitor.handler.asked == 2

    @pytest.mark.parametrize(("seconds", "asked"), [(-1, 1), (1, 2)])
    def test_no_page_outlives_its_life(self, seconds, asked):
        with time_machine.travel("2026-11-29 12:00+01:00", tick=False) as clock:
            visitor = ServedClient()
            visitor.get("/")
            clock.shift(public_cache.LIFE + seconds)
            visitor.get("/")
        assert visitor.handler.asked == asked

    def test_memory_is_bounded(self):
        visitor = ServedClient()
        sent = visitor.handler.shortcut._sent
        sent.update(dict.fromkeys(range(MOST - 1)))
        visitor.get("/")
        assert (len(sent), 0 in sent) == (MOST, True)
        visitor.get("/initiatives/")
        assert (len(sent), 0 in sent, 1 in sent) == (MOST, False, True)

    def test_answer_is_logged_as_any_other(self, caplog):
        visitor = ServedClient()
        visitor.get("/")
        with caplog.at_level("INFO", logger="coopemploi.access"):
            visitor.get("/", headers={"If-None-Match": "*"})
        [record] = caplog.records
        assert record.told == {"method": "GET", "route": "", "status": 304, "ms": 0}

    def test_kept_page_is_logged_under_its_pattern(self, caplog):
        visitor = ServedClient()
        with caplog.at_level("INFO", logger="coopemploi.access"):
            for _ in range(2):
                visitor.get("/initiatives/")
            version.distrust()
            visitor.get("/initiatives/")
        assert [record.told["route"] for record in caplog.records] == ["initiatives/"] * 3
        assert visitor.handler.asked == 2


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
        request.resolver_match = resolve("/")
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
