"""One asks for a need or an offer without a record of one's own."""

import datetime

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from initiatives import introductions
from initiatives.models import Introduction, Match, Need
from territories.models import Mandate
from tests.factories import (
    ActorFactory,
    BelongingFactory,
    InitiativeFactory,
    IntroductionBlockFactory,
    IntroductionFactory,
    MandateFactory,
    NeedFactory,
    PersonFactory,
    TerritoryFactory,
    UserFactory,
)

from .asking import (
    HELPER,
    NOW,
    SEEKER,
    admin_page,
    link_in,
    member_of,
    participant,
    say,
    sent_to,
    without_token,
)

pytestmark = pytest.mark.django_db

WHY = {"message": "Nous ouvrons un lieu semblable."}


def ask_for(record):
    return reverse(
        "introduction_ask", args=["besoin" if isinstance(record, Need) else "offre", record.slug]
    )


@pytest.mark.parametrize("by", ["nobody", "address", "account", "member"])
def test_page_proposes_only_what_somebody_would_read(client, by):
    person, actor = PersonFactory(email=""), ActorFactory()
    need = NeedFactory(person=person, actor=actor)
    if by == "address":
        person.email = SEEKER
    elif by == "account":
        person.user = participant(SEEKER)
    elif by == "member":
        BelongingFactory(person=PersonFactory(email=HELPER), actor=actor, state="approved")
    BelongingFactory(person=PersonFactory(email=HELPER), actor=actor, state="asked")
    BelongingFactory(person=PersonFactory(email=HELPER), state="approved")
    person.save()
    page = client.get(need.get_absolute_url()).text

    assert (ask_for(need) in page) is (by != "nobody")
    assert (introductions.answering_for(need) is not None) is (by != "nobody")
    assert reverse("contact") in page


def test_anybody_known_asks_for_an_offer_saying_why(client, match, mia):
    client.force_login(mia)
    assert ask_for(match.offer) in client.get(match.offer.get_absolute_url()).text

    response = client.post(ask_for(match.offer), WHY)

    assert response.url == match.offer.get_absolute_url()
    introduction = Introduction.objects.get()
    assert (introduction.sought_offer, introduction.need, introduction.candidate) == (
        match.offer,
        None,
        None,
    )
    assert (introduction.seeker, introduction.helper) == (mia.person, match.offer.person)
    [mail] = sent_to(HELPER)
    assert "Votre offre intéresse Mia Tierce : « Une charte toute prête »" in mail.message
    assert WHY["message"] in mail.message
    assert "mia@example.org" not in f"{mail.message}{mail.headers}{mail.from_email}"


def test_anybody_known_answers_a_need_saying_how(client, match, mia):
    client.force_login(mia)

    client.post(ask_for(match.need), WHY)

    introduction = Introduction.objects.get()
    assert (introduction.need, introduction.candidate) == (match.need, None)
    assert (introduction.seeker, introduction.helper) == (match.need.person, mia.person)
    [mail] = sent_to(SEEKER)
    assert "Vous cherchez : « Un modèle de charte »\nMia Tierce pourrait" in mail.message


@pytest.mark.parametrize("side", ["need", "offer"])
def test_addresses_wait_for_both_there_too(client, match, mia, side):
    record, other = getattr(match, side), SEEKER if side == "need" else HELPER
    client.force_login(mia)
    client.post(ask_for(record), WHY)
    client.logout()
    page = client.get(link_in(sent_to(other)[0])).text
    assert (WHY["message"] in page, "mia@example.org" in page) == (True, False)
    assert sent_to("mia@example.org") == []

    assert "mia@example.org" in say(client, other).text

    assert other in sent_to("mia@example.org")[-1].message
    match.refresh_from_db()
    assert match.status == Match.Status.SUGGESTED


def test_why_is_asked(client, match, mia):
    client.force_login(mia)

    for message in ("", "Voyez www.spam.example"):
        assert client.post(ask_for(match.offer), {"message": message}).status_code == 400
    assert not Introduction.objects.exists()


def test_without_an_account_one_signs_in_first(client, match):
    assert client.get(ask_for(match.offer)).url.startswith(reverse("account_login"))
    assert client.post(ask_for(match.offer), WHY).status_code == 403
    assert not Introduction.objects.exists()


def test_who_has_no_name_says_it_first(client, match):
    client.force_login(participant("sans.nom@example.org"))

    asked = client.get(ask_for(match.offer))
    assert asked.url.startswith(f"{reverse('my_profile')}?next=")
    said = client.post(asked.url, {"first_name": "Léa", "last_name": "Cherche"})

    assert said.url == ask_for(match.offer)
    assert not Introduction.objects.exists()


@pytest.mark.parametrize(
    "values", [{"status": "draft"}, {"status": "archived"}, {"state": "resting"}]
)
def test_what_is_not_shown_or_open_is_not_asked_for(client, match, mia, values):
    for name, value in values.items():
        setattr(match.offer, name, value)
    match.offer.save()
    client.force_login(mia)

    late = client.post(ask_for(match.offer), WHY)

    assert late.status_code == 404
    assert late.context["written"] == [("Votre message", WHY["message"])]
    assert match.offer.text not in late.text
    assert client.get(ask_for(match.offer)).status_code == 404


def test_one_does_not_ask_for_what_is_ones_own(client, match, actors):
    client.force_login(member_of(actors[1], "mia@example.org"))
    assert "une fiche de votre acteur" in client.get(ask_for(match.offer)).text
    client.post(ask_for(match.offer), WHY)
    client.force_login(participant(HELPER))
    client.post(ask_for(match.offer), WHY)

    assert not Introduction.objects.exists()


def test_limits_hold_without_a_record_too(client, match, mia):
    client.force_login(mia)
    for _ in range(introductions.PER_PARTICIPANT):
        IntroductionFactory(asked_by=mia, created_at=NOW)
    assert client.post(ask_for(match.offer), WHY).status_code == 429
    Introduction.objects.all().delete()

    for _ in range(introductions.PER_RECEIVER):
        IntroductionFactory(helper=match.offer.person, asked_by=UserFactory(), created_at=NOW)
    assert client.post(ask_for(match.offer), WHY).status_code == 429
    assert sent_to(HELPER) == []


def test_the_same_offer_is_asked_for_once(client, match, mia):
    client.force_login(mia)
    for _ in range(2):
        assert client.post(ask_for(match.offer), WHY).status_code == 302
        assert client.post(ask_for(match.need), WHY).status_code == 302

    assert (len(sent_to(HELPER)), len(sent_to(SEEKER))) == (1, 1)


def test_who_declined_is_not_asked_the_same_again_and_nobody_is_told(client, match, mia):
    client.force_login(mia)
    client.post(ask_for(match.offer), WHY)
    say(client, HELPER, answer="declined")

    client.force_login(mia)
    response = client.post(ask_for(match.offer), WHY)

    assert response.status_code == 302
    assert len(sent_to(HELPER)) == 1


def test_who_blocked_one_is_not_written_to_without_a_record_either(client, match, mia):
    IntroductionBlockFactory(by=match.offer.person, blocked=mia.person)
    client.force_login(mia)

    assert client.post(ask_for(match.offer), WHY).status_code == 302
    assert sent_to(HELPER) == []


@pytest.mark.parametrize("is_signed_in", [True, False])
def test_a_third_person_sees_nothing_of_what_was_asked(client, match, mia, is_signed_in):
    pages = [match.need.get_absolute_url(), match.offer.get_absolute_url(), reverse("home")]
    curious = participant("curieuse@example.org")
    PersonFactory(user=curious)
    if is_signed_in:
        client.force_login(curious)
        pages.append(ask_for(match.offer))
    before = [client.get(page).text for page in pages]

    for about in ({"sought_offer": match.offer, "helper": match.offer.person},):
        introduction = introductions.ask(
            Introduction(seeker=mia.person, message=WHY["message"], **about),
            user=mia,
            is_animateur=False,
            at=NOW,
        )
        introductions.answer(introduction=introduction, side="helper", accepts=True, at=NOW)

    assert Introduction.objects.get().is_introduced
    assert [without_token(client.get(page).text) for page in pages] == [
        without_token(text) for text in before
    ]


def test_what_is_asked_for_alone_is_read_where_the_offer_is(client, match, mia):
    here = TerritoryFactory(kind="departement")
    match.offer.territories.add(here)
    introduction = IntroductionFactory(
        need=None, offer=None, sought_offer=match.offer, message="Un message entre nous"
    )
    elsewhere = MandateFactory(role=Mandate.Role.ANIMATEUR, territory=match.need.territories.get())

    client.force_login(elsewhere.user)
    assert client.get(admin_page(introduction)).url == reverse("admin:index")
    client.force_login(MandateFactory(role=Mandate.Role.ANIMATEUR, territory=here).user)
    assert "Un message entre nous" in client.get(admin_page(introduction)).text


def test_an_offer_that_helped_alone_answers_no_need(client, match, mia):
    introduction = IntroductionFactory(
        need=None,
        offer=None,
        sought_offer=match.offer,
        seeker=mia.person,
        helper=match.offer.person,
        seeker_answer="accepted",
        helper_answer="accepted",
        introduced_at=NOW - datetime.timedelta(days=31),
    )
    introductions.follow_up(NOW)
    link = link_in(sent_to("mia@example.org")[0], "suite")
    assert "Racontez" not in client.get(link).text

    response = client.post(link, {"outcome": "helped"})

    introduction.refresh_from_db()
    assert (response.url, introduction.seeker_outcome) == (
        match.offer.get_absolute_url(),
        "helped",
    )


def test_a_need_that_was_helped_alone_tells_its_story(client, match, mia):
    IntroductionFactory(
        need=match.need,
        offer=None,
        seeker=match.need.person,
        helper=mia.person,
        seeker_answer="accepted",
        helper_answer="accepted",
        introduced_at=NOW - datetime.timedelta(days=31),
    )
    introductions.follow_up(NOW)

    told = {"outcome": "helped", "story": "Merci à Mia."}
    client.post(link_in(sent_to(SEEKER)[0], "suite"), told)

    need = Need.objects.get(pk=match.need_id)
    assert (need.state, need.answer, need.answered_by_offer) == ("answered", "Merci à Mia.", None)


@pytest.mark.parametrize(
    "about",
    [
        {"need": None, "offer": None},
        {"sought_offer": True},
        {"need": None, "sought_offer": True},
        {"initiative": True},
        {"sought_initiative": True},
        {"need": None, "offer": None, "sought_initiative": True, "sought_offer": True},
        {"need": None, "offer": None, "sought_initiative": True, "initiative": True},
    ],
)
def test_an_introduction_is_about_one_thing(match, about):
    initiative = InitiativeFactory()
    records = {
        "sought_offer": match.offer,
        "sought_initiative": initiative,
        "initiative": initiative,
    }
    given = {name: records[name] if value else None for name, value in about.items()}
    people = {"seeker": match.need.person, "helper": match.offer.person}

    with pytest.raises(IntegrityError), transaction.atomic():
        Introduction.objects.create(**{"need": match.need, "offer": match.offer, **people, **given})
