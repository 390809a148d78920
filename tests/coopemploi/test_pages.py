import datetime
import re

import pytest
from bs4 import BeautifulSoup
from django.core import mail
from django.core.cache import cache
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from coopemploi import version
from coopemploi.dates import PartialDate
from coopemploi.derived import registry
from coopemploi.identity.models import Identity
from coopemploi.mail.services import deliver
from coopemploi.pages.error_views import server_error
from coopemploi.pages.forms import ContactForm
from coopemploi.publishing import Publishable
from tests.factories import (
    ActorFactory,
    ActorTerritoryFactory,
    EventFactory,
    GlossaryTermFactory,
    InitiativeFactory,
    InvolvementFactory,
    NeedFactory,
    NetworkFactory,
    OfferFactory,
    RecapFactory,
    SchemeFactory,
    SourceFactory,
    TerritoryFactory,
)

pytestmark = pytest.mark.django_db
DRAFT = Publishable.Status.DRAFT

PAGES = [
    "home",
    "search",
    "glossary",
    "contact",
    "site_map",
    "legal_notice",
    "privacy",
    "accessibility",
    "health",
    "robots",
]
WITHOUT_FORM = [name for name in PAGES if name != "contact"]
LISTS = [
    "territory_list",
    "actor_list",
    "network_list",
    "initiative_list",
    "exchange_list",
    "resource_list",
    "event_list",
    "action_list",
]


def day(offset):
    return PartialDate.day(datetime.date.today() + datetime.timedelta(days=offset))


# Every page


@pytest.mark.parametrize("name", PAGES)
def test_page_is_public(client, name):
    assert client.get(reverse(name)).status_code == 200


@pytest.mark.parametrize("name", [name for name in PAGES if name != "contact"])
def test_page_refuses_post(client, name):
    assert client.post(reverse(name)).status_code == 405


@pytest.mark.parametrize("name", [*WITHOUT_FORM, *LISTS])
def test_page_without_form_sets_no_cookie(client, name):
    response = client.get(reverse(name))
    assert response.status_code == 200
    assert response.cookies.output() == ""


def test_contact_sets_only_the_csrf_cookie(client, site):
    assert list(client.get(reverse("contact")).cookies) == ["csrftoken"]


@pytest.mark.parametrize("name", [*PAGES, *LISTS, "account_login"])
def test_page_security_headers(client, name):
    headers = client.get(reverse(name)).headers
    policy = dict(
        part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";")
    )
    assert policy == {
        "default-src": "'self'",
        "base-uri": "'self'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
        "object-src": "'none'",
    }
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]


@pytest.mark.parametrize("name", [*PAGES, "account_login"])
def test_page_has_no_inline_code(client, site, name):
    text = client.get(reverse(name)).text
    for inline in ("<script>", "<style", " style=", " onclick=", "javascript:"):
        assert inline not in text


# Home


@transaction.atomic
def fill_home(count):
    for number in range(count):
        source = SourceFactory()
        territory = TerritoryFactory()
        initiative = InitiativeFactory(source=source)
        initiative.territories.add(territory)
        InvolvementFactory(initiative=initiative, actor=ActorFactory())
        nine = datetime.time(9)
        EventFactory(start=day(number + 1), start_time=nine, town=territory, source=source)
        RecapFactory(event=EventFactory(start=day(-number - 1), town=territory, source=source))
        NeedFactory()
        OfferFactory()


@pytest.mark.parametrize("count", [1, 30])
def test_home_query_count(client, django_assert_num_queries, count):
    fill_home(count)
    # Identity, six counts, which initiatives are the latest (two), which events are next and
    # past, and all that is shown. The first eleven are kept until something changes.
    with django_assert_num_queries(12):
        assert client.get(reverse("home")).status_code == 200


def test_home_counts_what_is_published(client):
    initiative = InitiativeFactory()
    initiative.territories.add(TerritoryFactory())
    InitiativeFactory(status=DRAFT).territories.add(TerritoryFactory())
    ActorTerritoryFactory(territory=TerritoryFactory())
    ActorTerritoryFactory(actor__status=DRAFT)
    NeedFactory(actor=None)
    NeedFactory(actor=None, status=DRAFT)
    OfferFactory.create_batch(2, actor=None)
    EventFactory(town=initiative.territories.get())
    EventFactory(town=TerritoryFactory(), status=DRAFT)
    context = client.get(reverse("home")).context
    counts = {
        name: context[f"{name}_count"]
        for name in ("initiative", "actor", "need", "offer", "event", "territory")
    }
    assert counts == {
        "initiative": 1,
        "actor": 1,
        "need": 1,
        "offer": 2,
        "event": 1,
        "territory": 2,
    }


def test_home_next_and_latest_events(client):
    past = [EventFactory(start=day(-offset)) for offset in (1, 2, 3, 4)]
    future = [EventFactory(start=day(offset)) for offset in (4, 3, 2, 1)]
    EventFactory(start=day(1), status=DRAFT)
    context = client.get(reverse("home")).context
    assert list(context["upcoming"]) == [future[3], future[2], future[1]]
    assert list(context["past"]) == past[:3]


@pytest.mark.parametrize("page", ["home", "network"])
def test_next_events_tell_their_days_hours_town_and_that_they_are_called_off(client, page):
    network = NetworkFactory()
    EventFactory(
        network=network,
        start=PartialDate.parse("20/05/2090"),
        end=PartialDate.parse("21/05/2090"),
        start_time=datetime.time(9, 30),
        end_time=datetime.time(16),
        town=TerritoryFactory(kind="commune", code="97411", name="Saint-Denis"),
        state="postponed",
    )

    address = reverse("home") if page == "home" else network.get_absolute_url()
    main = BeautifulSoup(client.get(address).content, "html.parser").main
    told = " ".join(main.get_text().split())

    assert "du 20 au 21 mai 2090, 9 h 30 – 16 h (heure de La Réunion)" in told
    assert "Saint-Denis" in told
    assert "reportée" in told


def test_home_tells_of_published_recaps_only(client):
    event = EventFactory(start=day(-1))
    recap = RecapFactory(event=event, status=DRAFT)
    assert "Lire le compte rendu" not in client.get(reverse("home")).text
    recap.publish()
    assert "Lire le compte rendu" in client.get(reverse("home")).text


def test_home_hides_drafts_and_marks_fiction(client):
    InitiativeFactory(title="Secret de fabrique", status=DRAFT)
    InitiativeFactory(title="Invention", source=SourceFactory(is_fictional=True))
    text = client.get(reverse("home")).text
    assert "Secret de fabrique" not in text
    assert "Invention" in text
    assert "exemple fictif" in text


def test_home_empty_site(client):
    text = client.get(reverse("home")).text
    assert "Aucune rencontre n'est annoncée pour l'instant." in text.replace("&#x27;", "'")


@pytest.mark.parametrize("status", Publishable.Status)
def test_home_counts_once_something_is_published(client, status):
    ActorFactory(status=status)

    is_counted = 'id="chiffres"' in client.get("/").text

    assert is_counted == (status == Publishable.Status.PUBLISHED)


def test_home_names_only_what_there_is(client):
    ActorFactory()

    shown = client.get("/").text.partition('id="chiffres"')[2].partition("</ul>")[0]

    assert re.findall(r"<strong>(.*?)</strong> (.*?)</a>", shown) == [("1", "acteur")]


def test_home_leads_animateur_to_the_admin(client, animateur_client):
    link = f'href="{reverse("admin:index")}">Ouvrir'
    assert link in animateur_client.get(reverse("home")).text
    animateur_client.logout()
    assert link not in animateur_client.get(reverse("home")).text


# Glossary


def test_glossary_is_sorted_without_accents(client):
    for term in ("Zone", "école", "EPCI", "aller-vers", "100 % inclusion"):
        GlossaryTermFactory(term=term)
    letters = client.get(reverse("glossary")).context["letters"]
    assert [(letter, [term.term for term in terms]) for letter, terms in letters] == [
        ("0-9", ["100 % inclusion"]),
        ("A", ["aller-vers"]),
        ("E", ["école", "EPCI"]),
        ("Z", ["Zone"]),
    ]


def test_glossary_search(client):
    term = GlossaryTermFactory(term="PLIE", expansions=["plan local pour l'insertion"])
    GlossaryTermFactory(term="QPV")
    letters = client.get(reverse("glossary"), {"q": "INSERTI"}).context["letters"]
    assert letters == [("P", [term])]


def test_glossary_forgives_a_slip_and_says_so(client):
    term = GlossaryTermFactory(term="Insertion")
    GlossaryTermFactory(term="QPV")
    response = client.get(reverse("glossary"), {"q": "inserton"})
    page = BeautifulSoup(response.content, "html.parser").main
    assert response.context["letters"] == [("I", [term])]
    assert page.select_one(".banner").text.replace("\xa0", " ") == (
        "Rien ne correspond à « inserton ». Voici les termes pour « insertion »."
    )
    assert page.select_one(".result-count").text.replace("\xa0", " ") == (
        "1 terme pour « insertion »"
    )


def test_glossary_without_an_answer_leads_to_the_whole_site(client):
    InitiativeFactory(title="Quinoa")
    GlossaryTermFactory(term="QPV")
    # « quinoa » is well spelt, and in no term; nor is what « quinao » may mean.
    for query in ("quinoa", "quinao"):
        response = client.get(reverse("glossary"), {"q": query})
        page = BeautifulSoup(response.content, "html.parser").main
        assert (response.context["letters"], page.select(".banner")) == ([], [])
        assert page.select_one(".empty a")["href"] == f"{reverse('search')}?q={query}"


@pytest.mark.parametrize("count", [1, 30])
def test_glossary_query_count(client, django_assert_num_queries, count):
    GlossaryTermFactory.create_batch(count)
    with django_assert_num_queries(2):
        client.get(reverse("glossary"))


@pytest.mark.parametrize("count", [1, 30])
def test_glossary_term_query_count(client, django_assert_num_queries, count):
    term = GlossaryTermFactory(scheme=SchemeFactory())
    for initiative in InitiativeFactory.create_batch(count):
        initiative.schemes.add(term.scheme)
    InitiativeFactory(title="Secret de fabrique", status=DRAFT).schemes.add(term.scheme)
    # Identity, term, initiatives and what their cards show.
    with django_assert_num_queries(7):
        response = client.get(term.get_absolute_url())
    assert len(response.context["initiatives"]) == min(count, 6)
    assert f"?dispositif={term.scheme.slug}" in response.text
    assert "Secret de fabrique" not in response.text


def test_glossary_term_without_scheme(client):
    InitiativeFactory()
    term = GlossaryTermFactory(aliases=["autre forme"])
    response = client.get(term.get_absolute_url())
    assert list(response.context["initiatives"]) == []
    assert "autre forme" in response.text


# Contact

MESSAGE = {
    "name": "Camille Exemple",
    "email": "camille@example.org",
    "subject": "Une question",
    "message": "Bonjour,\nqui anime la grappe ?",
    "website": "",
}


@pytest.fixture
def site(db):
    """A site with a contact address."""
    cache.clear()
    return Identity.objects.create(pk=1, contact_email="equipe@example.org")


@pytest.fixture
def post(client):
    def post(**changes):
        response = client.post(reverse("contact"), {**MESSAGE, **changes})
        deliver()
        return response

    return post


def test_contact_mails_the_site(site, post, client):
    response = post()
    assert (response.status_code, response.url) == (302, reverse("contact"))
    assert "Votre message est envoyé" in client.get(response.url).text
    (sent,) = mail.outbox
    assert sent.to == ["equipe@example.org"]
    assert sent.message()["Reply-To"] == "camille@example.org"
    assert sent.subject == "[Coopemploi] Une question"
    assert "Camille Exemple (camille@example.org)" in sent.body
    assert "qui anime la grappe ?" in sent.body


def test_contact_subject_comes_from_the_address(client, site):
    response = client.get(reverse("contact"), {"objet": "Un\r\nobjet \0long " + "x" * 300})
    subject = response.context["form"].initial["subject"]
    assert subject.startswith("Un objet long xxx")
    assert len(subject) == ContactForm.SUBJECT_MAX_LENGTH


def test_contact_errors_lose_nothing(site, post):
    response = post(email="camille@", subject="")
    assert response.status_code == 400
    assert [field.name for field in response.context["form"].wrong_fields] == ["email", "subject"]
    assert "Votre message n'est pas parti." in response.text
    assert 'href="#id_email"' in response.text
    for kept in ("Camille Exemple", "camille@", "qui anime la grappe ?"):
        assert kept in response.text
    assert mail.outbox == []


@pytest.mark.parametrize("field", ["name", "subject"])
def test_contact_header_injection(site, post, field):
    post(**{field: "Bonjour\r\nBcc: victime@example.org\x85\u2028X: y"})
    (sent,) = mail.outbox
    assert sent.recipients() == ["equipe@example.org"]
    assert sent.message()["Bcc"] is None
    assert sent.message()["X"] is None


def test_contact_header_injection_by_address(site, post):
    response = post(email="camille@example.org\r\nBcc: victime@example.org")
    assert response.context["form"].wrong_fields[0].name == "email"
    assert mail.outbox == []


@pytest.mark.parametrize("field", ["name", "email", "subject", "message"])
def test_contact_nul_byte(site, post, field):
    response = post(**{field: MESSAGE[field] + "\0"})
    assert [wrong.name for wrong in response.context["form"].wrong_fields] == [field]
    assert mail.outbox == []


def test_contact_blank_fields(site, post):
    response = post(name=" \t", message="\n")
    wrong = [field.name for field in response.context["form"].wrong_fields]
    assert wrong == ["name", "message"]


def test_contact_too_long(site, post):
    response = post(message="x" * (ContactForm.MESSAGE_MAX_LENGTH + 1))
    assert "dépasse 5000 caractères (il en a 5001)" in response.text


def test_contact_honeypot_thanks_and_drops(site, post):
    assert post(website="https://spam.example").status_code == 302
    assert mail.outbox == []


def test_contact_rate_limit_keeps_the_text(site, post):
    statuses = [post().status_code for _ in range(5)]
    response = post(message="Mon sixième message")
    assert (statuses, response.status_code) == ([302] * 5, 429)
    assert "Trop d'envois depuis votre connexion dans l'heure" in response.text
    assert "Mon sixième message" in response.text
    assert len(mail.outbox) == 5


def test_contact_rate_limit_ignores_errors(site, post):
    for _ in range(6):
        post(email="")
    assert post().status_code == 302


def test_contact_without_address(client, post, settings):
    response = client.get(reverse("contact"))
    assert "<textarea" not in response.text
    assert "pas encore d'adresse de contact" in response.text
    assert post().status_code == 200
    assert mail.outbox == []


def test_contact_refuses_forgery(site):
    response = Client(enforce_csrf_checks=True).post(
        reverse("contact"), MESSAGE, headers={"origin": "https://pirate.example"}
    )
    assert response.status_code == 403
    assert "Ce formulaire n'est plus valable" in response.text
    assert mail.outbox == []


# Nothing yet


@pytest.mark.parametrize(
    "name", [name for name in LISTS if name not in ("territory_list", "event_list")]
)
def test_empty_list_invites_and_one_too_filtered_shows_all(client, name):
    address = reverse(name)

    nothing = BeautifulSoup(client.get(address).content, "html.parser").select_one(".empty")
    filtered = BeautifulSoup(client.get(f"{address}?q=rien").content, "html.parser")
    filtered = filtered.select_one(".empty")

    assert "encore" in nothing.text or "pour l'instant" in nothing.text
    assert nothing.a["href"].startswith(("/proposer/", "/contact/", "/evenements/"))
    assert (filtered.p.text, filtered.a["href"]) == ("Rien ne correspond à ces filtres.", "?")


@pytest.mark.parametrize("name", [name for name in LISTS if name != "territory_list"])
def test_list_of_a_new_site_has_no_tool(client, name):
    def drawn(query=""):
        page = BeautifulSoup(client.get(f"{reverse(name)}{query}").content, "html.parser")
        return page.select(".filters, .result-count, .sorts, .exports, .map, #resultats > .come")

    assert drawn() == drawn("?vue=carte") == []
    # What was asked is still there to be changed.
    assert drawn("?q=rien")[0].select_one("input[type=search]")["value"] == "rien"
    assert drawn("?rayon=loin")


# About the site


@pytest.mark.parametrize("name", ["legal_notice", "privacy", "accessibility"])
def test_legal_pages_mark_a_fictional_site(client, name):
    mark = "l'exploitant de ce site de démonstration est inventé"
    assert mark not in client.get(reverse(name)).text
    Identity.objects.create(pk=1, is_fictional=True)
    assert mark in client.get(reverse(name)).text


def test_home_presents_the_site_when_its_identity_does(client):
    assert "Ce site</h2>" not in client.get(reverse("home")).text

    Identity.objects.create(pk=1, presentation="Un réseau <de> territoires.")

    assert "<p>Un réseau &lt;de&gt; territoires.</p>" in client.get(reverse("home")).text


def test_legal_notice_is_filled_from_the_identity(client):
    Identity.objects.create(
        pk=1,
        publisher="Syndicat des Exemples",
        publication_director="Dominique Exemple",
        host="Hébergements d'exemple",
    )
    text = client.get(reverse("legal_notice")).text.replace("&#x27;", "'")
    for fact in ("Syndicat des Exemples", "Dominique Exemple", "Hébergements d'exemple"):
        assert fact in text
    assert "Licence Ouverte 2.0" in text


def test_accessibility_announces_no_rate(client):
    text = client.get(reverse("accessibility")).text
    assert "non évaluée" in text
    assert re.search(r"\d\s*%[^0-9A-F]", text) is None


def test_site_map_counts(client):
    InitiativeFactory.create_batch(2)
    InitiativeFactory(status=DRAFT)
    assert client.get(reverse("site_map")).context["initiative_count"] == 2


@pytest.mark.parametrize("name", ["site_map", "contact"])
def test_one_is_led_to_propose(client, site, name):
    main = BeautifulSoup(client.get(reverse(name)).content, "html.parser").main
    assert main.find("a", href=reverse("proposal_choose"))


@pytest.mark.parametrize("count", [1, 30])
def test_site_map_query_count(client, django_assert_num_queries, count):
    InitiativeFactory.create_batch(count)
    with django_assert_num_queries(11):
        client.get(reverse("site_map"))


def test_health_asks_nothing_but_the_database(client, django_assert_num_queries):
    with django_assert_num_queries(1):
        response = client.get(reverse("health"))
    assert response.json() == {"status": "ok"}


def test_health_database_away(client, monkeypatch):
    def refuse():
        raise DatabaseError

    monkeypatch.setattr(connection, "cursor", refuse)
    response = client.get(reverse("health"))
    assert (response.status_code, response.json()) == (503, {"status": "indisponible"})


def test_robots(client):
    response = client.get(reverse("robots"))
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert "Disallow: /admin/" in response.text


# Errors


def test_404_of_an_unknown_address(client):
    response = client.get("/nulle-part/")
    assert response.status_code == 404
    assert "Cette page n'existe pas, ou plus" in response.text
    assert "Resolver404" not in response.text
    assert response.cookies.output() == ""


def test_404_of_an_unknown_record(client):
    text = client.get(reverse("glossary_term", args=["absent"])).text
    assert "matches the given query" not in text
    assert "la fiche a été retirée" in text


def test_404_tells_our_reason(client):
    text = client.get(reverse("initiative_list"), {"page": "99"}).text.replace("&#x27;", "'")
    assert "Il n'y a pas de page « 99 » dans cette liste." in text


def test_500_needs_nothing(rf, django_assert_num_queries):
    with django_assert_num_queries(0):
        response = server_error(rf.get("/"))
    assert response.status_code == 500
    assert "Le site a rencontré une erreur" in response.text


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("count", [1, 30])
def test_home_takes_one_query_when_nothing_changed(
    client, django_assert_num_queries, monkeypatch, count
):
    monkeypatch.setattr(version, "MAX_AGE", 60)
    fill_home(count)
    registry.flush()
    client.get(reverse("home"))
    with django_assert_num_queries(1):
        assert client.get(reverse("home")).status_code == 200
