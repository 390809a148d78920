"""« Mon espace » : who one is, what others see, what one takes away, and erasure."""

import datetime
import json
from html import unescape
from urllib.parse import urlencode

import pytest
import time_machine
from allauth.account.models import EmailAddress
from bs4 import BeautifulSoup
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone
from post_office.models import Email

from coopemploi.accounts.models import User
from coopemploi.alerts.models import Alert
from coopemploi.dates import PartialDate
from coopemploi.participation import services
from coopemploi.participation.models import Belonging, Proposal
from events import registrations
from events.models import Registration
from initiatives.models import Initiative, Introduction, Need
from territories.models import Person, Position
from tests.coopemploi.test_conflicts import form_of
from tests.factories import (
    ActionPartyFactory,
    ActorFactory,
    AlertFactory,
    BelongingFactory,
    EventFactory,
    InitiativeFactory,
    IntroductionFactory,
    MandateFactory,
    NeedFactory,
    NetworkMembershipFactory,
    PersonFactory,
    PositionFactory,
    ProposalFactory,
    RecapFactory,
    RegistrationFactory,
    RoundTableBatchFactory,
    TerritoryFactory,
    UserFactory,
    VerbatimFactory,
)

pytestmark = pytest.mark.django_db
ADDRESS, PHONE = "lea.cherche@example.org", "05 56 00 00 00"


@pytest.fixture(autouse=True)
def _no_limit_reached():
    cache.clear()


def participant(address=ADDRESS, **person):
    user = UserFactory(email=address)
    EmailAddress.objects.create(user=user, email=address, verified=True, primary=True)
    if person:
        PersonFactory(user=user, email=address, **person)
    return user


def member_of(actor, address=ADDRESS, **person):
    user = participant(address, **(person or {"first_name": "Léa", "last_name": "Cherche"}))
    BelongingFactory(person=user.person, actor=actor, state="approved")
    return user


def sign_in(client, user):
    """As people do, who have just said who they are."""
    client.post(reverse("account_login"), {"login": user.email, "password": "mot de passe"})


# The address


def change_address(client, **given):
    return client.post(reverse("account_email"), given, follow=True)


@pytest.mark.parametrize(
    ("shown", "then", "public"),
    [
        (ADDRESS, "lea@ailleurs.example", ""),
        ("accueil@example.org", "accueil@example.org", "accueil@example.org"),
    ],
    ids=["theirs", "noted_by_others"],
)
def test_address_of_a_person_follows_the_main_one_and_is_shown_once_they_say_so(
    client, shown, then, public
):
    user = participant(first_name="Léa", last_name="Cherche", email_is_public=True)
    Person.objects.update(email=shown)
    EmailAddress.objects.create(user=user, email="lea@ailleurs.example", verified=True)
    sign_in(client, user)

    changed = change_address(client, email="lea@ailleurs.example", action_primary="")
    user.person.refresh_from_db()
    assert (user.person.email, user.person.public_email) == (then, public)
    assert ("n'est montrée à personne" in unescape(changed.text)) is not bool(public)

    change_address(client, email=ADDRESS, action_remove="")
    user.person.refresh_from_db()
    assert (user.person.email, user.person.public_email) == (then, public)


def test_an_address_taken_away_is_shown_no_more(client):
    """It was the main one before the site followed it."""
    user = participant("lea@ailleurs.example")
    PersonFactory(user=user, email=ADDRESS, email_is_public=True)
    EmailAddress.objects.create(user=user, email=ADDRESS, verified=True)
    sign_in(client, user)

    change_address(client, email=ADDRESS, action_remove="")

    assert not EmailAddress.objects.filter(email=ADDRESS).exists()
    person = Person.objects.get()
    assert (person.email, person.public_email) == ("lea@ailleurs.example", "")


LATER = "lea@ailleurs.example"


def coming(address=ADDRESS, **values):
    event = EventFactory(start=PartialDate.parse("17/10/2090"))
    return RegistrationFactory(event=event, email=address, **values)


def address_then(registration):
    registration.refresh_from_db()
    return registration.email


@pytest.mark.parametrize(
    ("given", "verified", "then"),
    [({"garder": "on"}, True, LATER), ({}, True, ADDRESS), ({"garder": "on"}, False, ADDRESS)],
    ids=["asked", "not_asked", "never_proved"],
)
def test_coming_registrations_follow_one_who_proved_both_addresses(client, given, verified, then):
    user = participant(LATER, first_name="Léa", last_name="Cherche")
    EmailAddress.objects.create(user=user, email=ADDRESS, verified=verified)
    asked = coming()
    sign_in(client, user)
    form = BeautifulSoup(client.get(reverse("account_email")).content, "html.parser").main.form
    assert form.find("input", {"name": "garder"}).has_attr("checked")

    page = change_address(client, email=ADDRESS, action_remove="", **given)

    assert address_then(asked) == then
    assert (f"1 inscription à venir passe à {LATER}." in page.text) == (then == LATER)
    assert (asked in services.coming_registrations_of(user)) == (then == LATER)


def test_nothing_follows_to_an_address_that_was_never_proved(client):
    user = participant(LATER)
    EmailAddress.objects.create(user=user, email=ADDRESS, verified=True)
    asked = coming()
    sign_in(client, user)
    user.emailaddress_set.filter(email=LATER).update(verified=False)

    change_address(client, email=ADDRESS, action_remove="", garder="on")

    assert not user.emailaddress_set.filter(email=ADDRESS).exists()
    assert address_then(asked) == ADDRESS


def test_only_what_is_to_come_and_was_asked_once_follows(client):
    user = participant(LATER)
    EmailAddress.objects.create(user=user, email=ADDRESS, verified=True)
    over = RegistrationFactory(email=ADDRESS, event__start=PartialDate.parse("2020"))
    cancelled, others = coming(status="cancelled"), coming("noe@example.org")
    twice = coming()
    RegistrationFactory(event=twice.event, email=LATER)
    sign_in(client, user)

    change_address(client, email=ADDRESS, action_remove="", garder="on")

    kept = [address_then(each) for each in (over, cancelled, twice, others)]
    assert kept == [ADDRESS, ADDRESS, ADDRESS, "noe@example.org"]


def test_what_one_cancelled_by_the_kept_address_leaves_its_place(client):
    user = participant(LATER)
    EmailAddress.objects.create(user=user, email=ADDRESS, verified=True)
    asked = coming()
    RegistrationFactory(event=asked.event, email=LATER, status="cancelled")
    elsewhere = coming(LATER, status="cancelled")
    sign_in(client, user)

    change_address(client, email=ADDRESS, action_remove="", garder="on")

    assert address_then(asked) == LATER
    assert set(Registration.objects.all()) == {asked, elsewhere}


def test_link_sent_to_the_address_that_was_left_manages_nothing_more(client):
    user = participant(LATER)
    EmailAddress.objects.create(user=user, email=ADDRESS, verified=True)
    asked = coming()
    link = registrations.manage_url(asked)
    assert client.get(link).status_code == 200
    sign_in(client, user)

    change_address(client, email=ADDRESS, action_remove="", garder="on")

    assert client.get(link).status_code != 200
    assert client.get(registrations.manage_url(Registration.objects.get())).status_code == 200


def test_an_address_changed_by_the_team_moves_nothing_and_the_form_says_so(animateur_client):
    user = participant()
    asked = coming()
    address = reverse("admin:accounts_user_change", args=[user.pk])
    page = animateur_client.get(address)
    sent = form_of(page) | {"email": LATER}

    animateur_client.post(address, sent)

    user.refresh_from_db()
    assert (user.email, address_then(asked)) == (LATER, ADDRESS)
    assert "Une adresse changée ici ne déplace rien" in unescape(page.text)


# Introductions


def told(client, user):
    client.force_login(user)
    page = BeautifulSoup(client.get(reverse("my_space")).content, "html.parser")
    heading = page.find("h2", string="Mes mises en relation")
    lines = heading.find_next("ul").find_all("li") if heading else []
    return [" ".join(line.get_text().split()) for line in lines]


def test_who_asked_follows_it_and_who_was_asked_is_told_once_both_agreed(client):
    asking, asked, third = (
        participant(address, first_name=name, last_name="Test")
        for address, name in (
            (ADDRESS, "Léa"),
            ("noe@example.org", "Noé"),
            ("i@example.org", "Ida"),
        )
    )
    introduction = IntroductionFactory(
        need__text="Un minibus", seeker=asking.person, helper=asked.person, asked_by=asking
    )
    assert [told(client, user) for user in (asking, asked, third)] == [
        ["Un minibus en attente"],
        [],
        [],
    ]

    introduction.seeker_answer = "accepted"
    introduction.answer("helper", "accepted")

    assert [told(client, user) for user in (asking, asked, third)] == [
        ["Un minibus, avec Noé Test acceptée des deux"],
        ["Un minibus, avec Léa Test acceptée des deux"],
        [],
    ]
    introduction.close()
    assert told(client, asking) == ["Un minibus close"]


@pytest.mark.parametrize("status", ["published", "draft"])
def test_what_is_no_more_shown_is_named_without_a_link(client, status):
    asking = participant(ADDRESS, first_name="Léa", last_name="Test")
    introduction = IntroductionFactory(
        need__text="Un minibus", need__status=status, seeker=asking.person, asked_by=asking
    )
    belonging = BelongingFactory(person=asking.person, actor__status=status)
    client.force_login(asking)

    page = BeautifulSoup(client.get(reverse("my_space")).content, "html.parser")

    assert "Un minibus" in page.get_text()
    assert belonging.actor.name in page.get_text()
    shown = [introduction.need.get_absolute_url(), belonging.actor.get_absolute_url()]
    links = [link["href"] for link in page.select("main a") if link["href"] in shown]
    assert sorted(links) == (sorted(shown) if status == "published" else [])


# Meetings


@pytest.fixture
def meetings():
    """{title: event}: one to come, one where one waits, and what is of no consequence."""
    tomorrow = PartialDate.day(timezone.localdate() + datetime.timedelta(days=1))
    yesterday = PartialDate.day(timezone.localdate() - datetime.timedelta(days=1))
    shown = {
        title: EventFactory(title=title, start=start, **{"needs_registration": True, **values})
        for title, start, values in (
            ("Plus tard", PartialDate.parse("2091"), {}),
            ("Demain", tomorrow, {}),
            ("Hier", yesterday, {}),
            ("Annulée", tomorrow, {"state": "cancelled"}),
            ("Rendue", tomorrow, {}),
            ("D'un autre", tomorrow, {}),
        )
    }
    for title, event in shown.items():
        status = {"Plus tard": "waiting", "Rendue": "cancelled"}.get(title, "confirmed")
        address = "noe@example.org" if title == "D'un autre" else ADDRESS.title()
        RegistrationFactory(event=event, email=address, status=status)
    return shown


def test_meetings_to_come_are_told_with_the_link_that_manages_them(client, meetings):
    client.force_login(participant(first_name="Léa", last_name="Cherche"))

    page = BeautifulSoup(client.get(reverse("my_space")).content, "html.parser")

    lines = page.find("h2", string="Mes rencontres à venir").find_next("ul").find_all("li")
    titles = [line.a.text for line in lines]
    assert titles == ["Demain", "Plus tard"]
    assert ["sur la liste d'attente" in line.text for line in lines] == [False, True]
    for title, line in zip(titles, lines, strict=True):
        shown, managed = [client.get(link["href"]).text for link in line.find_all("a")]
        assert title in shown
        assert (title in managed, 'name="annuler"' in managed) == (True, True)


@pytest.mark.parametrize(
    ("hour", "is_shown"), [("2030-10-18 11:59 +0200", True), ("2030-10-18 12:01 +0200", False)]
)
def test_a_meeting_overseas_is_to_come_until_its_day_ends_there(client, hour, is_shown):
    """Of Tahiti, where the 17th ends at 12 h in Paris on the 18th."""
    town = TerritoryFactory(kind="commune", code="98735", name="Papeete")
    event = EventFactory(title="Journée", start=PartialDate.parse("17/10/2030"), town=town)
    RegistrationFactory(event=event, email=ADDRESS)
    user = participant(first_name="Léa", last_name="Cherche")

    with time_machine.travel(hour, tick=False):
        found = services.coming_registrations_of(user)

    assert [registration.event for registration in found] == ([event] if is_shown else [])


def test_an_address_that_was_not_proved_shows_no_meeting(client, meetings):
    user = participant("noe@example.com", first_name="Noé", last_name="Autre")
    EmailAddress.objects.create(user=user, email=ADDRESS, verified=False)
    client.force_login(user)

    assert "Mes rencontres à venir" not in client.get(reverse("my_space")).text


@pytest.mark.parametrize("rows", [1, 10])
def test_meetings_to_come_cost_the_same_however_many(client, django_assert_num_queries, rows):
    client.force_login(participant(first_name="Léa", last_name="Cherche"))
    start = PartialDate.day(timezone.localdate())
    for _ in range(rows):
        event = EventFactory(start=start, needs_registration=True)
        RegistrationFactory(event=event, email=ADDRESS)
    client.get(reverse("my_space"))

    with django_assert_num_queries(28):
        assert client.get(reverse("my_space")).text.count("Modifier ou annuler") == rows


@pytest.mark.parametrize(
    ("registered", "status", "state", "is_led"),
    [
        (ADDRESS, "confirmed", "collecting", True),
        (ADDRESS.upper(), "confirmed", "collecting", True),
        ("autre@example.org", "confirmed", "collecting", False),
        (ADDRESS, "waiting", "collecting", False),
        (ADDRESS, "cancelled", "collecting", False),
        (ADDRESS, "confirmed", "review", False),
    ],
)
def test_who_is_registered_is_led_to_the_tour_de_table(client, registered, status, state, is_led):
    batch = RoundTableBatchFactory(state=state, origin="live", event__title="Atelier de juin")
    RegistrationFactory(event=batch.event, email=registered, status=status)
    client.force_login(participant())

    page = client.get(reverse("my_space")).text

    form = reverse("round_table_fill", args=["x"]).removesuffix("x/")
    assert (form in page, "Atelier de juin" in page) == (is_led, is_led)


# Who one is


def test_who_the_network_knows_finds_oneself(client):
    person = PersonFactory(first_name="Léa", last_name="Cherche", email=ADDRESS.upper())
    client.force_login(participant())

    assert "Léa Cherche" in client.get(reverse("my_space")).text

    person.refresh_from_db()
    assert person.user.email == ADDRESS


def test_who_is_not_known_says_their_name(client):
    client.force_login(participant())
    data = {"first_name": "Léa", "last_name": "Cherche", "phone": PHONE}

    assert client.post(reverse("my_profile"), data).url == reverse("my_space")

    person = Person.objects.get()
    assert (person.full_name, person.email, person.public_email, person.public_phone) == (
        "Léa Cherche",
        ADDRESS,
        "",
        "",
    )


@pytest.mark.parametrize("elsewhere", ["https://pirate.example/", "//pirate.example/"])
def test_profile_leads_to_no_other_site(client, elsewhere):
    client.force_login(participant(first_name="Léa", last_name="Cherche"))
    address = f"{reverse('my_profile')}?{urlencode({'next': elsewhere})}"

    assert client.post(address, {"phone": PHONE}).url == reverse("my_space")


def test_profile_speaks_to_the_person(client):
    client.force_login(participant(first_name="Léa", last_name="Cherche"))

    page = client.get(reverse("my_profile")).text

    assert "peut voir mon adresse e-mail" in page
    assert "Accepte que son" not in page


def test_consent_is_given_field_by_field(client):
    user = participant(first_name="Léa", last_name="Cherche")
    client.force_login(user)

    client.post(reverse("my_profile"), {"phone": PHONE, "phone_is_public": "on"})

    person = Person.objects.get()
    assert (person.public_email, person.public_phone) == ("", PHONE)
    page = client.get(reverse("my_space")).text
    assert "personne ne la voit" in page
    assert PHONE in page


def test_a_known_name_is_not_changed_by_its_form(client):
    client.force_login(participant(first_name="Léa", last_name="Cherche"))

    client.post(reverse("my_profile"), {"first_name": "Autre", "last_name": "Nom"})

    assert Person.objects.get().full_name == "Léa Cherche"


@pytest.mark.parametrize("rows", [1, 10])
def test_what_was_proposed_leads_to_its_page(client, django_assert_num_queries, rows):
    user = participant()
    client.force_login(user)
    for _ in range(rows):
        ProposalFactory(user=user, title="Un garage", record=InitiativeFactory())
    hidden = InitiativeFactory(status="draft")
    ProposalFactory(user=user, title="Une idée", record=hidden)
    ProposalFactory(user=user, title="Un mot", record=None)
    client.get(reverse("my_space"))

    with django_assert_num_queries(40):
        page = client.get(reverse("my_space")).text

    for initiative in Initiative.objects.published():
        assert f'<a href="{initiative.get_absolute_url()}">Un garage</a>' in page
    assert hidden.get_absolute_url() not in page
    assert "Un mot" in page


# Belonging to an actor


def test_who_asks_to_belong_says_their_name_then_comes_back(client):
    client.force_login(participant("noe@example.org"))
    ask = reverse("belonging_ask", args=[ActorFactory().slug])

    profile = client.get(ask).url
    page = BeautifulSoup(client.get(profile).content, "html.parser")
    sent_to = page.select_one("main form")["action"]
    said = client.post(sent_to, {"first_name": "Noé", "last_name": "Nouveau"})

    assert said.url == ask


def test_belonging_is_asked_then_approved_by_a_member(client):
    actor = ActorFactory(name="PLIE d'essai")
    member = member_of(actor)
    newcomer = participant("noe@example.org", first_name="Noé", last_name="Nouveau")
    client.force_login(newcomer)
    client.post(reverse("belonging_ask", args=[actor.slug]), {"title": "Chargé de mission"})
    belonging = Belonging.objects.get(person=newcomer.person)
    assert not Position.objects.exists()
    assert "Noé Nouveau" not in client.get(actor.get_absolute_url()).text
    [asked] = Email.objects.filter(to=ADDRESS)
    assert reverse("belonging_decide", args=[belonging.pk]) in asked.message

    client.force_login(member)
    assert "Noé Nouveau" in client.get(reverse("my_space")).text
    client.post(reverse("belonging_decide", args=[belonging.pk]), {"accepter": ""})

    assert Position.objects.get().title == "Chargé de mission"
    assert "Noé Nouveau" in client.get(actor.get_absolute_url()).text
    assert "acceptée" in Email.objects.get(to="noe@example.org").message


@pytest.mark.parametrize(
    ("state", "said"),
    [("asked", "elle attend une réponse"), ("approved", "Vous faites déjà partie")],
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_asking_again_says_where_it_stands(client, method, state, said):
    belonging = BelongingFactory(state=state)
    belonging.person.user = participant()
    belonging.person.save()
    client.force_login(belonging.person.user)
    ask = reverse("belonging_ask", args=[belonging.actor.slug])

    response = getattr(client, method)(ask, follow=True)

    assert response.redirect_chain == [(reverse("my_space"), 302)]
    assert said in response.text
    assert "Votre demande est faite" not in response.text


def test_one_asks_again_after_a_refusal(client):
    belonging = BelongingFactory(state="refused")
    belonging.person.user = participant()
    belonging.person.save()
    client.force_login(belonging.person.user)

    client.post(reverse("belonging_ask", args=[belonging.actor.slug]), {"title": "Élue"})

    belonging.refresh_from_db()
    assert (belonging.state, belonging.title) == ("asked", "Élue")


def test_a_refusal_says_why(client):
    actor = ActorFactory()
    member = member_of(actor)
    belonging = BelongingFactory(actor=actor, person=PersonFactory(email="noe@example.org"))
    client.force_login(member)
    page = reverse("belonging_decide", args=[belonging.pk])

    assert client.post(page, {"refuser": ""}).status_code == 400
    client.post(page, {"refuser": "", "comment": "Nous ne vous connaissons pas."})

    assert "Nous ne vous connaissons pas." in Email.objects.get(to="noe@example.org").message
    assert not Position.objects.exists()


def test_who_asks_everywhere_writes_to_a_few_members_a_day(client):
    """Each request is a mail, whose words are chosen by whoever asks."""
    actors = [ActorFactory() for _ in range(11)]
    for number, actor in enumerate(actors):
        member_of(actor, f"membre{number}@example.org", first_name="Un", last_name="Membre")
    client.force_login(participant(first_name="Léa", last_name="Cherche"))

    answers = [
        client.post(reverse("belonging_ask", args=[actor.slug]), {"title": "Venez à ma fête"})
        for actor in actors
    ]

    assert [response.status_code for response in answers] == [302] * 10 + [429]
    assert "demain" in answers[-1].text
    assert "Venez à ma fête" in answers[-1].text
    assert Belonging.objects.filter(state="asked").count() == Email.objects.count() == 10


@pytest.mark.parametrize("is_oneself", [True, False])
def test_neither_oneself_nor_a_stranger_decides(client, is_oneself):
    user = participant(first_name="Léa", last_name="Cherche")
    person = user.person if is_oneself else PersonFactory()
    belonging = BelongingFactory(person=person)
    client.force_login(user)

    response = client.post(reverse("belonging_decide", args=[belonging.pk]), {"accepter": ""})

    belonging.refresh_from_db()
    assert (response.status_code, belonging.state) == (403, "asked")


def test_whoever_animates_decides(animateur_client):
    belonging = BelongingFactory()

    animateur_client.post(reverse("belonging_decide", args=[belonging.pk]), {"accepter": ""})

    belonging.refresh_from_db()
    assert belonging.state == "approved"


def test_whoever_animates_does_not_decide_for_oneself(client):
    user = UserFactory(is_staff=True, is_superuser=True)
    belonging = BelongingFactory(person=PersonFactory(user=user))
    client.force_login(user)

    response = client.post(reverse("belonging_decide", args=[belonging.pk]), {"accepter": ""})

    belonging.refresh_from_db()
    assert (response.status_code, belonging.state) == (403, "asked")


def test_a_member_does_not_take_back_what_is_decided_of_oneself(client):
    belonging = BelongingFactory(person=participant(first_name="Léa").person, state="approved")
    client.force_login(belonging.person.user)

    response = client.post(
        reverse("belonging_decide", args=[belonging.pk]), {"refuser": "", "comment": "Non."}
    )

    belonging.refresh_from_db()
    assert (response.status_code, belonging.state) == (403, "approved")


def test_what_is_accepted_twice_is_told_once(client, animateur_client):
    belonging = BelongingFactory(person=PersonFactory(email="noe@example.org"))
    page = reverse("belonging_decide", args=[belonging.pk])

    animateur_client.post(page, {"accepter": ""})
    again = animateur_client.post(page, {"accepter": ""}, follow=True)

    assert "déjà acceptée par" in again.text
    assert (Position.objects.count(), Email.objects.count()) == (1, 1)


# One's own data


def test_the_export_holds_what_is_ones_own_and_nothing_else(client):
    user = member_of(ActorFactory(name="PLIE d'essai"))
    NeedFactory(person=user.person, text="Mon besoin")
    NeedFactory(person=PersonFactory(), text="Celui d'une autre")
    other = PersonFactory(first_name="Noé", last_name="Aide", email="noe@example.org")
    IntroductionFactory(
        seeker=user.person,
        helper=other,
        message="Parlons-en",
        seeker_answer="accepted",
        helper_answer="declined",
        seeker_outcome="helped",
    )
    AlertFactory(address=ADDRESS, title="Initiatives")
    AlertFactory(address="autre@example.org", title="Autre alerte")
    RegistrationFactory(email=ADDRESS.upper(), name="Léa Cherche")
    RegistrationFactory(email="autre@example.org", name="Une autre inscrite")
    client.force_login(user)

    response = client.get(reverse("my_data"))

    data = json.loads(response.text)
    assert data["personne"]["besoins"] == ["Mon besoin"]
    [belonging] = data["personne"]["appartenances"]
    assert (belonging["acteur"], belonging["état"]) == ("PLIE d'essai", "acceptée")
    [introduction] = data["personne"]["mises en relation"]
    assert introduction["message"] == "Parlons-en"
    assert introduction["votre réponse"] == "acceptée"
    assert introduction["ce que vous en avez dit"] == "a aidé"
    assert "déclinée" not in response.text
    assert data["alertes"] == ["Initiatives"]
    assert [each["nom"] for each in data["inscriptions"]] == ["Léa Cherche"]
    for secret in ("noe@example.org", "Celui d'une autre", "Autre alerte", "Une autre inscrite"):
        assert secret not in response.text


def test_the_export_says_where_one_is_named(client):
    actor = ActorFactory(name="PLIE d'essai")
    user = member_of(actor)
    user.person.belongings.update(title="Chargée de mission")
    position = PositionFactory(person=user.person, since="2019", until="mars 2021")
    NetworkMembershipFactory(network__name="Grappe A", person=user.person, actor=None, since="2020")
    ActionPartyFactory(action__title="Un minibus", contact=user.person, commitment="prête")
    InitiativeFactory(title="Garage", contact=position)
    RecapFactory(event__title="Forum", contact=position)
    ProposalFactory(email=ADDRESS.upper(), title="De visiteuse", name="Léa", message="Un mot")
    other = {"person": PersonFactory()}
    NetworkMembershipFactory(network__name="Autre grappe", actor=None, **other)
    ActionPartyFactory(action__title="Autre action", contact=other["person"])
    InitiativeFactory(title="Autre initiative", contact=PositionFactory(**other))
    # Signed with one's address, from the account of somebody else.
    ProposalFactory(email=ADDRESS, user=UserFactory(), title="Autre proposition")
    client.force_login(user)

    response = client.get(reverse("my_data"))

    data = json.loads(response.text)
    person = data["personne"]
    [held] = [each for each in person["fonctions"] if each["depuis"]]
    assert (held["depuis"], held["jusqu'à"]) == ("2019", "mars 2021")
    assert [each["fonction"] for each in person["appartenances"]] == ["Chargée de mission"]
    assert [(each["réseau"], each["depuis"]) for each in person["réseaux"]] == [
        ("Grappe A", "2020")
    ]
    assert [(each["action"], each["engagement"]) for each in person["actions suivies"]] == [
        ("Un minibus", "prête")
    ]
    assert person["contact d'initiatives"] == ["Garage"]
    assert person["contact de comptes rendus"] == ["Forum"]
    assert [(each["titre"], each["nom"], each["mot"]) for each in data["propositions"]] == [
        ("De visiteuse", "Léa", "Un mot")
    ]
    assert "Autre" not in response.text


def test_deletion_asks_again_who_one_is(client, settings):
    """A session left open is not enough to erase somebody for good."""
    user = participant(first_name="Léa", last_name="Cherche")
    sign_in(client, user)
    page = reverse("my_space_delete")

    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 0
    for ask in (client.get, client.post):
        asked = ask(page, {"is_sure": "on"})
        assert asked.url.startswith(reverse("account_reauthenticate"))
    assert User.objects.exists()


def test_deletion_asks_first(client):
    sign_in(client, participant(first_name="Léa", last_name="Cherche"))

    assert client.get(reverse("my_space_delete")).status_code == 200
    assert client.post(reverse("my_space_delete"), {}).status_code == 400
    assert User.objects.exists()


def test_deletion_names_the_meetings_whose_seat_it_gives_back(client, meetings):
    sign_in(client, participant(first_name="Léa", last_name="Cherche"))
    page = reverse("my_space_delete")

    said = BeautifulSoup(client.get(page).content, "html.parser").main

    assert "vos inscriptions aux rencontres" in said.text
    named = [title for title in meetings if title in said.text]
    assert named == ["Plus tard", "Demain"]
    Registration.objects.all().delete()
    assert "à qui attend" not in client.get(page).text


def test_deletion_keeps_contributions_and_takes_the_name_away_even_from_history(client):
    user = member_of(ActorFactory())
    person = user.person
    person.phone = PHONE
    person.save()
    need = NeedFactory(person=person, text="Un besoin qui reste")
    verbatim = VerbatimFactory(person=person, text="Un propos qui reste")
    PositionFactory(person=person, title="Maire de Nulle-Part")
    IntroductionFactory(seeker=person)
    AlertFactory(address=ADDRESS)
    ProposalFactory(user=user)
    Email.objects.create(to=[ADDRESS], from_email="site@example.org", subject="À Léa Cherche")
    sign_in(client, user)

    client.post(reverse("my_space_delete"), {"is_sure": "on"})

    assert not User.objects.exists()
    assert client.get(reverse("account")).status_code == 302
    kept = Person.objects.get(pk=person.pk)
    assert (kept.full_name, kept.email, kept.phone, kept.user) == (
        Person.WITHDRAWN_NAME,
        "",
        "",
        None,
    )
    assert "cherche" not in f"{kept.slug}{kept.lookup}{kept.sort_name}".replace(" ", "").lower()
    for model in (Person, Position):
        assert not [v for v in model.history.all() if "Cherche" in str(vars(v))]
        assert not [v for v in model.history.all() if "Nulle-Part" in str(vars(v))]
    need.refresh_from_db()
    verbatim.refresh_from_db()
    assert (need.text, need.person, verbatim.person) == ("Un besoin qui reste", kept, kept)
    page = client.get(need.get_absolute_url()).text
    assert "Un besoin qui reste" in page
    assert "Léa" not in page
    assert not Introduction.objects.exists()
    assert not Alert.objects.exists()
    assert not Email.objects.filter(to=ADDRESS).exists()
    assert Proposal.objects.get().email == ""
    assert Need.objects.count() >= 1


def test_the_team_is_not_deleted_so(animateur_client):
    assert animateur_client.get(reverse("my_space_delete")).status_code == 403


def deleted(client, user):
    """What the screen says after one's account is deleted."""
    sign_in(client, user)
    page = client.post(reverse("my_space_delete"), {"is_sure": "on"}, follow=True).text
    return "votre nom retiré." in page, "l&#x27;équipe en est prévenue" in page


def test_the_team_is_told_what_a_deletion_leaves(client):
    national = MandateFactory(role="national", territory=None, user__is_staff=True).user
    superuser = UserFactory(is_staff=True, is_superuser=True)
    MandateFactory(user__is_staff=True)
    UserFactory(is_staff=True, is_superuser=True, is_active=False)
    PersonFactory(first_name="Léa", last_name="Cherche")
    InitiativeFactory(body="Portée par Léa Cherche.")

    said = deleted(client, participant(first_name="Léa", last_name="Cherche"))

    assert said == (False, True)
    mails = Email.objects.filter(message__contains="une autre personne s'appelle Léa Cherche")
    assert sorted(address for mail in mails for address in mail.to) == sorted(
        [national.email, superuser.email]
    )
    assert not Email.objects.exclude(pk__in=mails).exists()


def test_a_deletion_that_leaves_nothing_tells_nobody(client):
    UserFactory(is_staff=True, is_superuser=True)

    said = deleted(client, participant(first_name="Léa", last_name="Cherche"))

    assert said == (True, False)
    assert not Email.objects.exists()
