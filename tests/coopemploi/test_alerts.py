"""Following a list by mail: asked for, confirmed, one mail for all, nothing when nothing is new."""

import datetime
import re
from html import unescape
from importlib import import_module

import pytest
import time_machine
from django.apps import apps
from django.core import mail
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from post_office.models import Email

from coopemploi.alerts import services
from coopemploi.alerts.forms import FrequencyForm
from coopemploi.alerts.lists import NotAListError, canonical, export_of, news
from coopemploi.alerts.models import Alert
from coopemploi.derived import registry
from coopemploi.mail.models import Refusal
from coopemploi.mail.services import deliver
from coopemploi.merging.merge import merge
from coopemploi.publishing import Publishable
from tests.factories import (
    ActorFactory,
    AlertFactory,
    EventFactory,
    InitiativeFactory,
    InvolvementFactory,
    OfferFactory,
    RecapFactory,
    RefusalFactory,
    TerritoryFactory,
    ThemeFactory,
)

pytestmark = pytest.mark.django_db

ADDRESS = "camille@example.org"
NOW = datetime.datetime(2026, 11, 28, 9, tzinfo=datetime.UTC)
LAST_WEEK = NOW - datetime.timedelta(days=8)


@pytest.fixture(autouse=True)
def _no_limit_reached():
    cache.clear()


def follow(address=ADDRESS, path="/initiatives/", query="", title="Initiatives", **values):
    defaults = {"confirmed_at": LAST_WEEK, "checked_at": LAST_WEEK}
    return AlertFactory(address=address, path=path, query=query, title=title, **defaults | values)


def publish(factory, title, at=NOW - datetime.timedelta(hours=1), **values):
    values = {"status": Publishable.Status.PUBLISHED, "published_at": at, **values}
    return factory(**({"text": title} if factory is OfferFactory else {"title": title}), **values)


def ask(client, liste="/initiatives/", **data):
    data = {"email": ADDRESS, "frequency": "weekly", "website": "", **data}
    return client.post(f"{reverse('alert_add')}?{urlencode({'liste': liste})}", data)


def link_of(email):
    return re.search(r"http://127.0.0.1:8000(/\S+)", email.body)[1]


# Asking and confirming


def test_a_list_is_followed_once_confirmed(client):
    theme = ThemeFactory(name="Mobilité")
    response = client.get("/initiatives/", {"theme": theme.slug, "tri": "nom"})
    link = re.search(r'href="(/alertes/suivre/[^"]+)"', response.text)[1]
    assert "Initiatives : Mobilité" in client.get(link).text

    response = client.post(link, {"email": ADDRESS.upper(), "frequency": "daily", "website": ""})
    deliver()
    (sent,) = mail.outbox
    assert response.url == reverse("alert_asked")
    assert Alert.objects.confirmed().count() == 0
    path = link_of(sent)
    assert "Suivre cette liste" in client.get(path).text
    assert Alert.objects.confirmed().count() == 0
    assert client.post(path, follow=True).status_code == 200

    alert = Alert.objects.confirmed().get()
    assert (alert.address, alert.path, alert.query, alert.title, alert.frequency) == (
        ADDRESS,
        "/initiatives/",
        f"theme={theme.slug}",
        "Initiatives : Mobilité",
        "daily",
    )


def test_refusal_holds_until_the_address_confirms(client):
    Refusal.objects.create(address=ADDRESS, topic=Refusal.Topic.ALERT)
    follow()
    publish(InitiativeFactory, "Un garage")
    ask(client, "/initiatives/?q=verger")  # anybody can type the address of somebody
    assert services.send_digests(NOW) == 0

    deliver()
    client.post(link_of(mail.outbox[0]))
    Alert.objects.update(checked_at=LAST_WEEK)
    assert services.send_digests(NOW) == 1


def test_alerts_stopped_before_they_were_erased_are_erased():
    follow()
    kept = follow("autre@example.org")
    RefusalFactory(address=ADDRESS, topic=Refusal.Topic.ALERT)
    other = RefusalFactory(address=ADDRESS, topic=Refusal.Topic.REMINDER)
    migration = import_module("coopemploi.alerts.migrations.0002_forget_who_stopped")

    migration.forget_who_stopped(apps, None)

    assert list(Alert.objects.all()) == [kept]
    assert list(Refusal.objects.all()) == [other]


def test_asking_answers_alike_whoever_follows_already(client):
    follow()
    first, second = ask(client), ask(client, email="autre@example.org")
    assert (first.status_code, first.url) == (second.status_code, second.url)
    assert Email.objects.count() == 2


@pytest.mark.parametrize(
    "liste",
    [
        "",
        "/",
        "/admin/",
        "/comptes/",
        "/contact/",
        "/initiatives/absente/",
        "/recherche/?q=dax",
        "http://[::1/",
        "/territoires/",
        "é\0",
        "/initiatives/?" + "q=x&" * 900,
    ],
)
def test_only_lists_are_followed(client, liste):
    assert ask(client, liste=liste).status_code == 404
    assert not Alert.objects.exists()


@pytest.mark.parametrize(
    ("liste", "said"),
    [
        ("", "n'est pas celle d'une liste"),
        ("/ailleurs/", "n'est pas celle d'une liste"),
        ("/initiatives/?q=" + "a" * 3000, "trop de filtres"),
    ],
)
def test_why_a_list_is_not_followed_is_said(client, liste, said):
    response = client.get(reverse("alert_add"), {"liste": liste})

    assert response.status_code == 404
    assert said in unescape(response.text)


def test_errors_are_said(client):
    response = ask(client, email="camille@", frequency="hourly")
    assert response.status_code == 400
    assert "Cette adresse e-mail est incomplète." in response.text
    assert "Choisissez une fréquence de la liste." in response.text


def test_an_address_too_long_to_be_kept_is_told(client):
    response = ask(client, email=f"{'a' * 243}@example.org")

    assert response.status_code == 400
    assert "254 caractères" in response.text
    assert not Alert.objects.exists()


def test_robots_are_thanked(client):
    assert ask(client, website="x").url == reverse("alert_asked")
    assert not Email.objects.exists()


def test_nobody_fills_the_box_of_another(client):
    for number in range(9):
        ask(client, liste=f"/initiatives/?q={number}")
    assert ask(client, liste="/initiatives/?q=dernier").status_code == 302
    assert ask(client, liste="/initiatives/?q=trop").status_code == 302
    assert Email.objects.count() == 10


def test_a_whole_room_follows_a_list_from_one_connection_so_many_an_hour(client):
    sent = [ask(client, email=f"p{number}@example.org").status_code for number in range(60)]
    assert set(sent) == {302}

    assert ask(client, email="p60@example.org").status_code == 429


def test_filters_are_the_same_in_any_order_however_they_are_shown():
    shown = "page=3&format=csv&tri=nom&tout=theme&vue=carte"
    address = f"/initiatives/?b=2&a=1&a=0&c=&{shown}"
    assert canonical(address) == ("/initiatives/", "a=0&a=1&b=2")


# The mails


def test_digest_tells_what_is_new_in_all_lists_at_once():
    theme = ThemeFactory(name="Mobilité")
    publish(InitiativeFactory, "Nouvelle navette").themes.add(theme)
    publish(InitiativeFactory, "Sans thématique")
    publish(InitiativeFactory, "Ancienne navette", at=LAST_WEEK).themes.add(theme)
    InitiativeFactory(title="Brouillon secret", status="draft").themes.add(theme)
    publish(OfferFactory, "Un minibus à prêter")
    follow(query=f"theme={theme.slug}", title="Initiatives : Mobilité")
    follow(path="/besoins-et-offres/", query="voir=offres", title="Offres")

    assert services.send_digests(NOW) == 1
    deliver()

    (sent,) = mail.outbox
    assert sent.subject == "2 nouveautés dans ce que vous suivez"
    assert re.findall(r"^- (.*)", sent.body, re.M) == ["Nouvelle navette", "Un minibus à prêter"]
    assert "secret" not in sent.body


def test_list_of_an_absorbed_term_is_that_of_today():
    survivor, loser = ThemeFactory.create_batch(2)
    merge(survivor, loser)
    publish(InitiativeFactory, "Nouvelle navette").themes.add(survivor)
    publish(InitiativeFactory, "Sans thématique")
    follow(query=f"theme={loser.slug}")

    assert services.send_digests(NOW) == 1
    deliver()

    assert re.findall(r"^- (.*)", mail.outbox[0].body, re.M) == ["Nouvelle navette"]


def test_list_that_is_no_more_is_told_once_and_followed_no_further():
    publish(InitiativeFactory, "Nouvelle")
    follow(query="theme=jamais", title="Initiatives : Mobilité")
    kept = follow(path="/besoins-et-offres/", title="Besoins")
    later = LAST_WEEK + datetime.timedelta(days=38)

    assert [services.send_digests(each) for each in (NOW, later, later)] == [0, 1, 0]
    deliver()

    (sent,) = mail.outbox
    assert sent.subject == "Ce que vous suiviez n'existe plus"
    assert re.findall(r"^- (.*)", sent.body, re.M) == ["Initiatives : Mobilité"]
    assert "Nouvelle" not in sent.body
    assert list(Alert.objects.all()) == [kept]


@pytest.mark.parametrize("frequency", Alert.Frequency)
def test_list_that_comes_back_tells_what_came_out_meanwhile(frequency):
    """An actor is made a draft while it is corrected: no filter knows it."""
    funder = ActorFactory(status=Publishable.Status.DRAFT)
    initiative = publish(InitiativeFactory, "Nouvelle navette")
    InvolvementFactory(initiative=initiative, role="funder", actor=funder)
    checked_at = NOW - Alert.PERIODS[frequency]
    follow(query=f"financeur={funder.slug}", frequency=frequency, checked_at=checked_at)
    assert services.send_digests(NOW) == 0

    funder.status = Publishable.Status.PUBLISHED
    funder.save()

    assert services.send_digests(NOW + datetime.timedelta(days=2)) == 1
    deliver()
    assert re.findall(r"^- (.*)", mail.outbox[0].body, re.M) == ["Nouvelle navette"]


def test_list_that_is_no_more_is_told_beside_what_is_new():
    publish(InitiativeFactory, "Nouvelle")
    long_ago = NOW - datetime.timedelta(days=60)
    follow(query="theme=jamais", title="Initiatives : Mobilité", checked_at=long_ago)
    follow()

    services.send_digests(NOW)
    deliver()

    (sent,) = mail.outbox
    assert sent.subject == "1 nouveauté dans ce que vous suivez"
    assert re.findall(r"^- (.*)", sent.body, re.M) == ["Nouvelle", "Initiatives : Mobilité"]


def test_digest_is_sent_once():
    publish(InitiativeFactory, "Nouvelle")
    follow()
    assert [services.send_digests(NOW), services.send_digests(NOW)] == [1, 0]
    later = NOW + datetime.timedelta(days=8)
    assert services.send_digests(later) == 0


def test_nothing_new_no_mail():
    publish(InitiativeFactory, "Ancienne", at=LAST_WEEK)
    follow()
    assert services.send_digests(NOW) == 0
    assert not Email.objects.exists()


@pytest.mark.parametrize(
    ("frequency", "hours", "sent"),
    [
        ("daily", 22, 0),
        ("daily", 24, 1),
        ("weekly", 160, 0),
        ("weekly", 168, 1),
        ("monthly", 700, 0),
    ],
)
def test_frequency(frequency, hours, sent):
    publish(InitiativeFactory, "Nouvelle")
    follow(frequency=frequency, checked_at=NOW - datetime.timedelta(hours=hours))
    assert services.send_digests(NOW) == sent


def test_unconfirmed_alert_sends_nothing_then_goes():
    publish(InitiativeFactory, "Nouvelle")
    follow(confirmed_at=None, created_at=LAST_WEEK)
    assert services.send_digests(NOW) == 0
    assert services.forget_unconfirmed(NOW) == 1


def test_confirmed_alert_is_never_forgotten():
    alert = follow(created_at=LAST_WEEK)
    assert services.forget_unconfirmed(NOW) == 0
    assert list(Alert.objects.all()) == [alert]


def test_what_comes_out_during_the_sending_is_told_next_time():
    publish(InitiativeFactory, "À peine sortie", at=NOW + datetime.timedelta(seconds=1))
    follow()
    assert services.send_digests(NOW) == 0
    assert services.send_digests(NOW + datetime.timedelta(days=8)) == 1


def test_title_of_many_filters_is_cut():
    services.ask(address=ADDRESS, path="/", query="", title="é" * 301, frequency="weekly")
    assert Alert.objects.get().title == "é" * 300


def test_a_long_list_is_cut():
    for number in range(services.SHOWN + 3):
        publish(InitiativeFactory, f"Initiative {number:02}")
    follow()
    services.send_digests(NOW)
    body = Email.objects.get().message
    assert body.count("\n- ") == services.SHOWN
    assert "… et 3 de plus." in body


def test_stop_link_stops_all_alerts(client):
    publish(InitiativeFactory, "Nouvelle")
    follow()
    services.send_digests(NOW)
    deliver()
    stop = re.sub(r"^<https?://[^/]+|>$", "", mail.outbox[0].message()["List-Unsubscribe"])
    kept = follow(address="autre@example.org")

    said = unescape(client.post(stop).text)

    assert "suivez de nouveau une liste" in said
    publish(InitiativeFactory, "Suivante", at=NOW + datetime.timedelta(days=1))
    # The address is kept nowhere, as was promised.
    assert list(Alert.objects.all()) == [kept]
    assert not Refusal.objects.exists()
    assert "Vous ne suivez aucune liste." in client.get(manage()).text


def test_queries_do_not_grow_with_what_is_new(django_assert_num_queries):
    counts = []
    for number in (1, 30):
        for each in range(number):
            publish(InitiativeFactory, f"Initiative {number} {each}")
        export = export_of("/initiatives/", "")
        with django_assert_num_queries(1000, exact=False) as asked:
            services.news(export, since=LAST_WEEK, until=NOW, most=40)
        counts.append(len(asked))
    assert counts[0] == counts[1]


# The page of what one follows


def manage(address=ADDRESS):
    return reverse("alert_manage", args=[services.MANAGE.sign(address)])


def test_managing_changes_and_stops(client):
    alert, other = follow(), follow(path="/evenements/", title="Rencontres")
    client.post(manage(), {"alerte": alert.pk, "frequency": "monthly"})
    client.post(manage(), {"arreter": other.pk})
    assert list(Alert.objects.values_list("pk", "frequency")) == [(alert.pk, "monthly")]
    client.post(manage(), {"tout": "1"})
    assert not Alert.objects.exists()


@pytest.mark.parametrize("key", ["arreter", "alerte"])
def test_managing_reaches_no_other_address(client, key):
    other = follow(address="autre@example.org", title="Liste d'une autre personne")
    assert "autre personne" not in client.get(manage()).text
    response = client.post(manage(), {key: other.pk, "frequency": "monthly"}, follow=True)
    assert "autre personne" not in response.text
    assert Alert.objects.get().frequency == "weekly"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("hourly", "Choisissez une fréquence de la liste."),
        ("", "Choisissez une fréquence."),
    ],
)
def test_managing_says_which_frequencies_there_are(client, wrong, said):
    alert = follow()
    data = {"alerte": alert.pk, "frequency": wrong}
    assert said in client.post(manage(), data, follow=True).text
    assert Alert.objects.get().frequency == "weekly"


def test_page_of_a_signed_link_is_kept_by_nobody(client):
    assert "no-store" in client.get(manage())["Cache-Control"]


@pytest.mark.parametrize("gone", [1, "9" * 30])
def test_managing_a_list_stopped_from_another_tab(client, gone):
    response = client.post(manage(), {"arreter": gone}, follow=True)

    assert response.status_code == 200
    assert "Cette liste n'était déjà plus suivie." in unescape(response.text)


def _meanwhile(monkeypatch, change):
    """`change` the alerts once the view has read the one that it is about."""
    is_valid = FrequencyForm.is_valid
    monkeypatch.setattr(
        FrequencyForm, "is_valid", lambda form: (change(Alert.objects.all()), is_valid(form))[1]
    )


def test_frequency_changed_while_a_digest_leaves_sends_it_no_second_time(client, monkeypatch):
    alert = follow()
    _meanwhile(monkeypatch, lambda alerts: alerts.update(checked_at=NOW))

    client.post(manage(), {"alerte": alert.pk, "frequency": "daily"})

    alert.refresh_from_db()
    assert (alert.frequency, alert.checked_at) == ("daily", NOW)


def test_list_stopped_meanwhile_is_not_followed_again(client, monkeypatch):
    alert = follow()
    _meanwhile(monkeypatch, lambda alerts: alerts.delete())

    client.post(manage(), {"alerte": alert.pk, "frequency": "daily"})

    assert not Alert.objects.exists()


def test_confirming_what_was_stopped_says_so(client):
    alert = follow()
    link = reverse("alert_confirm", args=[services.CONFIRM.sign([alert.pk, "weekly"])])
    alert.delete()

    response = client.get(link)

    assert response.status_code == 404
    assert "Cette demande est effacée." in response.text


def test_words_of_a_list_are_not_quoted_twice(client):
    ask(client, "/initiatives/?q=verger")
    deliver()
    said = client.post(link_of(mail.outbox[0]), follow=True).text

    assert "«" not in mail.outbox[0].subject.replace("« verger »", "")
    assert "vous suivez cette liste : Initiatives : « verger »." in unescape(said)


@pytest.mark.parametrize("wrong", ["", "x", "-1", "9" * 5000])
def test_managing_a_wrong_key(client, wrong):
    assert client.post(manage(), {"arreter": wrong}).status_code == 404
    assert client.post(manage(), {"alerte": wrong}).status_code == 404


def test_events_are_followed_with_their_day_and_place():
    town = TerritoryFactory(name="Tours")
    publish(EventFactory, "Journée", start="2030-01-01", venue="Halle", town=town)
    follow(path="/evenements/", title="Rencontres")
    assert services.send_digests(NOW) == 1
    assert "- Journée\n  1er janvier 2030, Halle, Tours\n  http" in Email.objects.get().message


def test_past_meetings_are_followed_by_their_recaps(client):
    """They were announced before they took place: their own date of publication is old."""
    values = {"start": "2020-11-02", "at": LAST_WEEK - datetime.timedelta(days=60)}
    told, other = (publish(EventFactory, title, **values) for title in ("Journée", "Atelier"))
    publish(EventFactory, "Sans compte rendu", start="2020-11-03")
    fresh = NOW - datetime.timedelta(days=1)
    RecapFactory(event=told, status="published", published_at=fresh)
    RecapFactory(event=other, status="draft", published_at=fresh)
    page = client.get(reverse("event_list")).text
    link = unescape(re.search(r'href="(/alertes/suivre/[^"]+)"[^>]*>par courriel', page)[1])
    assert "Rencontres passées" in client.get(link).text
    ask(client, "/evenements/?periode=passees")
    Alert.objects.update(confirmed_at=LAST_WEEK, checked_at=LAST_WEEK)

    assert services.send_digests(NOW) == 1

    body = Email.objects.get(message__contains="nouveauté").message
    assert re.findall(r"^- (.*)", body, re.M) == ["Journée"]


@pytest.mark.parametrize(
    ("values", "code"),
    [
        # Its days, and how many hours after NOW the recap, then the meeting, come out.
        ({"days": ("2026-11-02", ""), "recap": -30, "event": -2}, "37261"),
        ({"days": ("2026-11-27", ""), "recap": -20, "event": -900}, "37261"),
        ({"days": ("2026-11-26", "2026-11-27"), "recap": -40, "event": -900}, "37261"),
        ({"days": ("2026-11-27", ""), "recap": -20, "event": None}, "97105"),
        ({"days": ("2026-11-28", ""), "recap": -2, "event": -900}, "37261"),
        ({"days": ("", ""), "recap": -30, "event": -2}, "37261"),
    ],
    ids=["announced after", "of the day", "of the first day", "overseas", "still going", "undated"],
)
def test_recap_is_mailed_once_its_meeting_is_told_and_over(values, code):
    """Once, however often one looks: whichever came out first."""
    start, end = values["days"]
    out = NOW + datetime.timedelta(hours=values["recap"])
    event = EventFactory(
        title="Journée",
        start=start,
        end=end,
        town=TerritoryFactory(kind="commune", code=code, name="Tours"),
        status="draft",
    )
    RecapFactory(event=event, status="published", published_at=out)
    if values["event"] is None:  # published before dates of publication were kept
        event.status = "published"
        event.save()
    sent = []
    for hour in range(-48, 49, 3):
        at = NOW + datetime.timedelta(hours=hour)
        with time_machine.travel(at, tick=False):
            if values["event"] is not None and hour >= values["event"]:
                event.publish(NOW + datetime.timedelta(hours=values["event"]))
            registry.flush()
            export = export_of("/evenements/", "periode=passees")
            since = at - datetime.timedelta(hours=3)
            sent += [e["title"] for e in news(export, since=since, until=at, most=9)[1]]

    assert sent == ["Journée"]


def test_only_public_lists():
    with pytest.raises(NotAListError):
        export_of("/admin/initiatives/initiative/", "")


def test_time_of_confirmation_is_where_news_begin():
    alert = follow(confirmed_at=None)
    alert.confirm(at=timezone.now())
    assert alert.checked_at == alert.confirmed_at
