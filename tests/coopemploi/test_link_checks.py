"""Dead links: addresses are looked at politely, from the outside, and never at once called dead."""

import datetime
import socket

import pytest
from django.utils import timezone

from coopemploi.link_checks import due, fetching, services
from coopemploi.link_checks.models import LinkCheck
from initiatives.models import Initiative, Resource
from territories.models import Actor
from tests.factories import (
    ActorFactory,
    InitiativeFactory,
    InitiativeLinkFactory,
    LinkCheckFactory,
    ResourceFactory,
)

NOW = timezone.now()
GONE = "https://example.org/disparue"


@pytest.mark.django_db
def test_addresses_are_those_that_records_name_today():
    ActorFactory(website=GONE)
    InitiativeLinkFactory(url="https://example.org/lien")
    LinkCheckFactory(url="https://example.org/plus-nommee")

    services.follow_addresses()
    services.follow_addresses()

    assert set(LinkCheck.objects.values_list("url", flat=True)) == {
        GONE,
        "https://example.org/lien",
    }


@pytest.mark.django_db
def test_address_is_dead_after_three_days_without_answer_and_lives_again_once_it_answers():
    actor = ActorFactory(website=GONE)
    ActorFactory(website="https://example.org/vivante")
    services.follow_addresses()

    seen = []
    for day in range(3):
        at = NOW + datetime.timedelta(days=day)
        services.check(at, look=lambda url: "page introuvable" if url == GONE else "")
        services.check(at, look=lambda url: "deux fois le même jour")
        seen.append(list(Actor.objects.with_dead_links()))
    services.check(NOW + datetime.timedelta(days=4), look=lambda url: "")

    assert seen == [[], [], [actor]]
    assert list(Actor.objects.with_dead_links()) == []


@pytest.mark.django_db
def test_records_with_a_dead_link_are_found_through_their_rows():
    LinkCheckFactory(url=GONE, failures=3)
    LinkCheckFactory(url="https://example.org/hesitante", failures=2)
    resource = ResourceFactory(url=GONE)
    ResourceFactory(url="https://example.org/hesitante")
    link = InitiativeLinkFactory(url=GONE)
    InitiativeFactory()

    assert list(Resource.objects.with_dead_links()) == [resource]
    assert list(Initiative.objects.with_dead_links()) == [link.initiative]


@pytest.mark.django_db
def test_nothing_is_looked_at_unless_the_installation_wants_it(settings, monkeypatch):
    ActorFactory(website=GONE)
    monkeypatch.setattr(services, "complaint_about", pytest.fail)
    settings.CHECK_LINKS = False

    assert due.links(NOW) == "non vérifiés (CHECK_LINKS)"
    assert not LinkCheck.objects.exists()


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "10.0.0.8", "169.254.169.254", "192.168.1.1", "::1", "fd00::1"]
)
def test_address_within_a_private_network_is_never_opened(monkeypatch, address):
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda *args, **kwargs: [(0, 0, 0, "", (address, 80))]
    )
    monkeypatch.setattr(socket, "create_connection", pytest.fail)

    assert fetching.complaint_about("http://interne.example/") == "adresse d'un réseau privé"


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "file:///etc/passwd", "http://", "http://a:99999/", "http://[", ""],
)
def test_what_is_no_web_address_is_said_so(url):
    assert fetching.complaint_about(url) == "adresse mal écrite"


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ([(200, None)], ""),
        ([(301, "/ailleurs"), (200, None)], ""),
        ([(404, None)], "page introuvable"),
        ([(410, None)], "page introuvable"),
        ([(400, None)], "erreur 400"),
        ([(403, None)], ""),  # robots are refused where visitors are not
        ([(503, None)], ""),
        ([(302, "/encore")] * 9, "renvoie sans fin d'une adresse à l'autre"),
    ],
)
def test_answer_is_told_as_a_visitor_would_see_it(monkeypatch, answers, said):
    asked = iter(answers)
    monkeypatch.setattr(fetching, "_ask", lambda url: next(asked))

    assert fetching.complaint_about("https://example.org/") == said
