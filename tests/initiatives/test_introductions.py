"""« Mettez-nous en relation », seen by the two, by whoever animates, and by a third person."""

import datetime
import re

import pytest
from allauth.account.models import EmailAddress
from bs4 import BeautifulSoup
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from post_office.models import Email

from coopemploi.dates import day_label
from coopemploi.mail.models import Refusal
from initiatives import introductions
from initiatives.models import Introduction, IntroductionBlock, Match, Need
from territories.models import Mandate, Person
from tests.factories import (
    ActorFactory,
    BelongingFactory,
    InitiativeFactory,
    IntroductionBlockFactory,
    IntroductionFactory,
    InvolvementFactory,
    MandateFactory,
    MatchFactory,
    NeedFactory,
    NetworkFactory,
    NetworkMembershipFactory,
    OfferFactory,
    PersonFactory,
    PositionFactory,
    TerritoryFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

SEEKER, HELPER = "lea.cherche@example.org", "noe.aide@example.org"
NOW = timezone.now()


@pytest.fixture(autouse=True)
def _clock(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def match():
    place = TerritoryFactory(kind="departement")
    need = NeedFactory(
        text="Un modèle de charte",
        person=PersonFactory(first_name="Léa", last_name="Cherche", email=SEEKER),
    )
    need.territories.add(place)
    offer = OfferFactory(
        text="Une charte toute prête",
        person=PersonFactory(first_name="Noé", last_name="Aide", email=HELPER),
    )
    match, _ = Match.objects.update_or_create(need=need, offer=offer, defaults={"score": 500})
    return match


def participant(address):
    """Somebody who signed up with the address that the network knows of them."""
    user = UserFactory(email=address)
    EmailAddress.objects.create(user=user, email=address, verified=True, primary=True)
    return user


def animateur(match):
    mandate = MandateFactory(
        role=Mandate.Role.ANIMATEUR, territory=match.need.territories.get(), user__is_staff=True
    )
    return mandate.user


def asked(match, **values):
    return reverse("introduction_add", args=[match.pk]), {"message": "Parlons-en ?", **values}


def sent_to(address):
    return list(Email.objects.filter(to=address).order_by("pk"))


def link_in(email, kind="reponse"):
    return re.search(rf"/mises-en-relation/{kind}/\S+", email.message)[0]


def ask_as_seeker(client, match):
    client.force_login(participant(SEEKER))
    return client.post(*asked(match))


def say(client, address, **data):
    """Answer the last request received, without an account."""
    client.logout()
    return client.post(link_in(sent_to(address)[-1]), {"answer": "accepted", **data}, follow=True)


# From one to the other


def test_one_asks_the_other_through_the_site(client, match):
    response = ask_as_seeker(client, match)

    assert response.url == match.need.get_absolute_url()
    [mail] = sent_to(HELPER)
    assert "Parlons-en ?" in mail.message
    assert "Léa Cherche" in mail.message
    assert SEEKER not in f"{mail.message}{mail.headers}{mail.from_email}"
    assert sent_to(SEEKER) == []


def test_addresses_are_told_once_both_accept(client, match):
    ask_as_seeker(client, match)
    client.logout()
    link = link_in(sent_to(HELPER)[0])
    assert SEEKER not in client.get(link).text

    page = say(client, HELPER).text

    assert SEEKER in page
    assert SEEKER in sent_to(HELPER)[-1].message
    assert HELPER in sent_to(SEEKER)[-1].message
    match.refresh_from_db()
    assert match.status == Match.Status.INTRODUCED


def test_who_took_their_address_back_meanwhile_is_not_written_to(client, match):
    ask_as_seeker(client, match)
    Person.objects.filter(email=SEEKER).update(email="", user=None)

    say(client, HELPER)

    told = sent_to(HELPER)[-1].message
    assert "Pour lui écrire" not in told
    assert "Son adresse a quitté le site depuis" in told
    assert sent_to(SEEKER) == []


def test_reading_the_link_writes_nothing(client, match):
    ask_as_seeker(client, match)
    client.logout()

    assert "Parlons-en ?" in client.get(link_in(sent_to(HELPER)[0])).text

    assert Introduction.objects.get().helper_answer == "waiting"


def test_what_is_no_more_shown_is_named_without_a_link(client, match):
    ask_as_seeker(client, match)
    client.logout()
    link, addresses = link_in(sent_to(HELPER)[0]), []
    for _ in range(2):
        page = BeautifulSoup(client.get(link).content, "html.parser")
        assert [each.get_text() for each in page.select(".facts dd")] == [
            "Un modèle de charte",
            "Une charte toute prête",
        ]
        addresses.append([each["href"] for each in page.select(".facts a")])
        Need.objects.update(status="draft")

    need, offer = match.need.get_absolute_url(), match.offer.get_absolute_url()
    assert addresses == [[need, offer], [offer]]


def test_no_answer_is_said_beside_its_question(client, match):
    ask_as_seeker(client, match)

    assert say(client, HELPER, answer="").status_code == 400


def test_a_refusal_tells_no_address(client, match):
    ask_as_seeker(client, match)

    page = say(client, HELPER, answer="declined").text

    assert SEEKER not in page
    [told] = sent_to(SEEKER)
    assert "n'a pas abouti" in told.message
    assert HELPER not in told.message
    match.refresh_from_db()
    assert match.status == Match.Status.SUGGESTED


def test_an_answer_is_given_once(client, match):
    ask_as_seeker(client, match)
    say(client, HELPER, answer="declined")
    say(client, HELPER, answer="accepted")

    assert not Introduction.objects.get().is_introduced
    assert len(sent_to(SEEKER)) == 1


def test_the_same_is_asked_once(client, match):
    ask_as_seeker(client, match)
    client.post(*asked(match))

    assert len(sent_to(HELPER)) == 1


def test_a_message_has_no_link(client, match):
    client.force_login(participant(SEEKER))

    response = client.post(*asked(match, message="Voyez https://spam.example"))

    assert (response.status_code, "Retirez les liens" in response.text) == (400, True)
    assert sent_to(HELPER) == []


def test_without_an_address_for_the_other_one_it_is_said(client, match):
    match.offer.person.email = ""
    match.offer.person.save()
    client.force_login(participant(SEEKER))

    assert "pas d'adresse" in client.get(asked(match)[0]).text
    assert client.post(*asked(match)).status_code == 200
    assert not Introduction.objects.exists()


def test_the_contact_of_an_initiative_is_asked(client, match):
    contact = PositionFactory(person=PersonFactory(email="contact@example.org"))
    initiative = InitiativeFactory(contact=contact)
    latent = MatchFactory(need=match.need, offer=None, initiative=initiative)
    client.force_login(participant(SEEKER))

    client.post(*asked(latent))

    assert len(sent_to("contact@example.org")) == 1


# Whoever animates


def test_the_animateur_introduces_with_a_message_ready(client, match):
    client.force_login(animateur(match))
    page = client.get(asked(match)[0]).text
    assert "Je vous propose de faire connaissance." in page
    people = {"seeker": match.need.person_id, "helper": match.offer.person_id}

    client.post(*asked(match, message="Vous devriez vous parler.", **people))

    for address, other in ((SEEKER, HELPER), (HELPER, SEEKER)):
        [mail] = sent_to(address)
        assert "Vous devriez vous parler." in mail.message
        assert other not in mail.message


def test_both_must_accept_what_the_animateur_proposes(client, match):
    client.force_login(animateur(match))
    people = {"seeker": match.need.person_id, "helper": match.offer.person_id}
    client.post(*asked(match, **people))

    assert HELPER not in say(client, SEEKER).text
    assert SEEKER in say(client, HELPER).text
    assert HELPER in sent_to(SEEKER)[-1].message


def test_what_is_asked_awaits_nobody_until_it_is_closed(client, match):
    user = animateur(match)
    client.force_login(user)
    sheet = reverse("admin:initiatives_need_change", args=[match.need.pk])

    def told():
        page = BeautifulSoup(client.get(sheet).content, "html.parser")
        cells = page.select("#matches-group .field-introduce")
        return [" ".join(each.get_text().split()) for each in cells]

    assert told() == ["Mettre en relation"]
    assert list(Need.objects.with_untouched_match()) == [match.need]
    people = {"seeker": match.need.person_id, "helper": match.offer.person_id}
    client.post(*asked(match, **people))

    today = day_label(timezone.localdate())
    assert told() == [f"demandée le {today} · à d'autres personnes"]
    assert list(Need.objects.with_untouched_match()) == []

    Introduction.objects.get().close()
    assert told() == ["Mettre en relation"]
    assert list(Need.objects.with_untouched_match()) == [match.need]


def test_what_is_asked_of_one_offer_leaves_the_others_waiting(match):
    IntroductionFactory(need=match.need, offer=match.offer)
    another = MatchFactory(need=match.need, status=Match.Status.SUGGESTED)
    elsewhere = MatchFactory(offer=match.offer, status=Match.Status.SUGGESTED)

    assert set(Match.objects.untouched()) == {another, elsewhere}


def test_the_animateur_chooses_among_those_who_work_there(client, match):
    actor = ActorFactory()
    match.offer.actor = actor
    match.offer.save()
    colleague = PositionFactory(actor=actor, person=PersonFactory(email="autre@example.org"))
    stranger = PersonFactory(email="ailleurs@example.org")
    client.force_login(animateur(match))
    seeker = match.need.person_id

    refused = client.post(*asked(match, seeker=seeker, helper=stranger.pk))
    client.post(*asked(match, seeker=seeker, helper=colleague.person_id))

    assert refused.status_code == 400
    assert sent_to("ailleurs@example.org") == []
    assert len(sent_to("autre@example.org")) == 1


def test_the_animateur_is_told_whose_address_is_missing(client, match):
    match.need.person.email = ""
    match.need.person.save()
    match.need.actor = ActorFactory(name="Le PLIE")
    match.need.save()
    client.force_login(animateur(match))

    page = BeautifulSoup(client.get(asked(match)[0]).content, "html.parser").main

    assert "la fiche de Léa Cherche n'a pas d'adresse e-mail" in page.text
    assert "personne chez Le PLIE" in page.text
    person = reverse("admin:territories_person_change", args=[match.need.person_id])
    assert page.select_one(f'a[href="{person}"]')
    assert (page.form, "Noé Aide" in page.text) == (None, False)
    refused = client.post(*asked(match, helper=match.offer.person_id))
    assert (refused.status_code, Introduction.objects.count()) == (400, 0)


def test_an_animateur_elsewhere_introduces_nobody(client, match):
    mandate = MandateFactory(
        role=Mandate.Role.ANIMATEUR,
        territory=TerritoryFactory(kind="departement"),
        user__is_staff=True,
    )
    client.force_login(mandate.user)

    assert client.post(*asked(match)).status_code == 403
    assert not Introduction.objects.exists()


# A third person


def test_a_third_person_can_neither_ask_nor_read(client, match):
    ask_as_seeker(client, match)
    introduction = Introduction.objects.get()
    client.force_login(participant("curieuse@example.org"))

    assert client.post(*asked(match)).status_code == 403
    for kind in ("introduction_answer", "introduction_outcome"):
        assert client.get(reverse(kind, args=[f"{introduction.pk}"])).status_code == 404
        other_purpose = introductions.OUTCOME if kind.endswith("answer") else introductions.ANSWER
        forged = other_purpose.sign([introduction.pk, "seeker"])
        assert client.get(reverse(kind, args=[forged])).status_code == 404
    assert client.get(f"/admin/initiatives/introduction/{introduction.pk}/change/").status_code in (
        302,
        403,
    )


@pytest.mark.parametrize("is_signed_in", [True, False])
def test_a_third_person_sees_the_same_pages_before_and_after(client, match, is_signed_in):
    if is_signed_in:
        client.force_login(participant("curieuse@example.org"))
    pages = [match.need.get_absolute_url(), match.offer.get_absolute_url(), reverse("home")]
    before = [client.get(page).text for page in pages]

    introduction = introductions.ask(
        Introduction(
            need=match.need,
            offer=match.offer,
            seeker=match.need.person,
            helper=match.offer.person,
            message="Un message privé",
        ),
        user=participant(SEEKER),
        is_animateur=False,
        at=NOW,
    )
    introductions.answer(introduction=introduction, side="helper", accepts=True, at=NOW)

    assert Introduction.objects.get().is_introduced
    after = [client.get(page).text for page in pages]
    assert after == before
    for text in after:
        assert SEEKER not in text
        assert HELPER not in text


def test_a_network_counts_its_introductions_once_they_are_several(client):
    network = NetworkFactory()
    actor = ActorFactory()
    NetworkMembershipFactory(network=network, actor=actor)
    statuses = ("introduced", "under_way", "helped", "suggested")
    for number, status in enumerate(statuses):
        if number == 2:
            assert "Mises en relation" not in client.get(network.get_absolute_url()).text
        MatchFactory(need__actor=actor, status=status)

    assert "<dd>3, dont 1 qui a aidé</dd>" in client.get(network.get_absolute_url()).text


def test_a_match_counts_once_however_many_members_it_concerns():
    network = NetworkFactory()
    one, other = ActorFactory.create_batch(2)
    initiative = InitiativeFactory()
    for actor in (one, other):
        NetworkMembershipFactory(network=network, actor=actor)
        InvolvementFactory(initiative=initiative, actor=actor)
    MatchFactory(need__actor=one, offer=None, initiative=initiative, status="helped")

    counts = Match.objects.of_network(network).acted_upon()

    assert counts == {"introduced": 1, "helped": 1}


# Limits, blocks, reports


def test_so_many_requests_a_day(client, match):
    user = participant(SEEKER)
    client.force_login(user)
    for _ in range(introductions.PER_PARTICIPANT):
        IntroductionFactory(asked_by=user, created_at=NOW - datetime.timedelta(hours=23))

    response = client.post(*asked(match, message="Gardé pour demain"))

    assert (response.status_code, "Gardé pour demain" in response.text) == (429, True)
    assert sent_to(HELPER) == []
    Introduction.objects.update(created_at=NOW - datetime.timedelta(hours=25))
    assert client.post(*asked(match)).status_code == 302


def test_so_many_requests_to_one_person(client, match):
    for _ in range(introductions.PER_RECEIVER):
        IntroductionFactory(helper=match.offer.person, asked_by=UserFactory(), created_at=NOW)

    assert ask_as_seeker(client, match).status_code == 429
    assert sent_to(HELPER) == []


def test_who_blocked_one_hears_no_more_of_them_who_is_not_told(client, match):
    ask_as_seeker(client, match)
    say(client, HELPER, answer="accepted", blocks="on")
    assert IntroductionBlock.objects.filter(by=match.offer.person).exists()
    assert not Introduction.objects.get().is_introduced
    other = MatchFactory(need=match.need, offer=OfferFactory(person=match.offer.person))

    client.force_login(match.need.person.__class__.objects.get(pk=match.need.person_id).user)
    response = client.post(*asked(other))

    assert response.status_code == 302
    assert len(sent_to(HELPER)) == 1


def test_who_refuses_these_mails_receives_none(client, match):
    Refusal.objects.create(address=HELPER, topic=Refusal.Topic.INTRODUCTION)

    assert ask_as_seeker(client, match).status_code == 302
    assert sent_to(HELPER) == []


def test_a_report_awaits_the_animateur(client, match):
    ask_as_seeker(client, match)
    say(client, HELPER, answer="declined", report="Ton déplacé")
    assert [each.report for each in Introduction.objects.reported()] == ["Ton déplacé"]

    user = animateur(match)
    client.force_login(user)

    assert "Mises en relation signalées" in client.get(reverse("admin:index")).text
    shown = client.get("/admin/initiatives/introduction/?a-suivre=signalees").text
    assert "Un modèle de charte" in shown


# For one's actor


def member_of(actor, address, **names):
    user = participant(address)
    person = PersonFactory(user=user, email=address, **names)
    BelongingFactory(person=person, actor=actor, state="approved")
    return user


@pytest.fixture
def actors(match):
    match.need.actor, match.offer.actor = ActorFactory(), ActorFactory()
    match.need.save()
    match.offer.save()
    return match.need.actor, match.offer.actor


def test_a_member_asks_for_what_their_actor_seeks(client, match, actors):
    client.force_login(member_of(actors[0], "mia@example.org", first_name="Mia", last_name="Mb"))

    assert client.post(*asked(match)).status_code == 302

    introduction = Introduction.objects.get()
    assert (introduction.seeker.email, introduction.helper.email) == ("mia@example.org", HELPER)
    assert (introduction.seeker_answer, introduction.helper_answer) == ("accepted", "waiting")
    [mail] = sent_to(HELPER)
    assert "Mia Mb cherche" in mail.message
    assert (sent_to(SEEKER), "mia@example.org" in mail.message) == ([], False)


def test_a_member_asks_for_what_their_actor_offers(client, match, actors):
    client.force_login(member_of(actors[1], "mia@example.org"))

    client.post(*asked(match))

    introduction = Introduction.objects.get()
    assert (introduction.seeker.email, introduction.helper.email) == (SEEKER, "mia@example.org")
    assert (len(sent_to(SEEKER)), sent_to(HELPER)) == (1, [])


def test_who_only_asked_to_belong_asks_for_nothing(client, match, actors):
    user = participant("mia@example.org")
    BelongingFactory(person=PersonFactory(user=user), actor=actors[0])
    client.force_login(user)

    assert client.post(*asked(match)).status_code == 403
    assert not Introduction.objects.exists()


def test_a_member_answers_for_an_actor_that_names_nobody(client, match, actors):
    match.offer.person = None
    match.offer.save()
    member_of(actors[1], "mia@example.org")

    ask_as_seeker(client, match)

    assert Introduction.objects.get().helper.email == "mia@example.org"
    assert len(sent_to("mia@example.org")) == 1


def test_a_member_of_who_leads_asks_for_a_latent_offer(client, match):
    carrier, partner = ActorFactory(), ActorFactory()
    initiative = InitiativeFactory()
    InvolvementFactory(initiative=initiative, actor=carrier, role="carrier")
    InvolvementFactory(initiative=initiative, actor=partner, role="partner")
    latent = MatchFactory(need=match.need, offer=None, initiative=initiative)

    client.force_login(member_of(partner, "pol@example.org"))
    assert client.post(*asked(latent)).status_code == 403
    client.force_login(member_of(carrier, "mia@example.org"))
    assert client.post(*asked(latent)).status_code == 302

    assert Introduction.objects.get().helper.email == "mia@example.org"


def test_nobody_meets_themselves(client, match, actors):
    """A member of both actors, who is the only one that one can write to."""
    user = member_of(actors[0], "mia@example.org")
    BelongingFactory(person=user.person, actor=actors[1], state="approved")
    match.offer.person = None
    match.offer.save()
    client.force_login(user)

    assert "pas d'adresse" in client.get(asked(match)[0]).text
    client.post(*asked(match))
    assert not Introduction.objects.exists()


# Without a record of one's own

WHY = {"message": "Nous ouvrons un lieu semblable."}
MIA = {"first_name": "Mia", "last_name": "Tierce"}


@pytest.fixture
def mia():
    user = participant("mia@example.org")
    PersonFactory(user=user, email=user.email, **MIA)
    return user


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

    assert client.post(ask_for(match.offer), WHY).status_code == 404


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


def without_token(text):
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", text)


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


# What became of it


def introduced(match, **values):
    return IntroductionFactory(
        need=match.need,
        offer=match.offer,
        seeker=match.need.person,
        helper=match.offer.person,
        seeker_answer="accepted",
        helper_answer="accepted",
        introduced_at=NOW - datetime.timedelta(days=31),
        created_at=NOW - datetime.timedelta(days=32),
        **values,
    )


def test_thirty_days_after_both_are_asked_once(match, time_machine):
    introduction = introduced(match)
    time_machine.move_to(NOW - datetime.timedelta(days=2), tick=False)
    call_command("run_due")
    assert sent_to(SEEKER) == []
    time_machine.move_to(NOW, tick=False)
    call_command("run_due")
    call_command("run_due")

    for address in (SEEKER, HELPER):
        assert [mail.subject for mail in sent_to(address)] == ["Est-ce que cela a aidé ?"]
    introduction.refresh_from_db()
    assert introduction.followed_up_at == NOW


def test_who_sought_tells_that_it_helped_and_the_need_is_answered(client, match):
    introduced(match)
    introductions.follow_up(NOW)

    client.post(
        link_in(sent_to(SEEKER)[0], "suite"), {"outcome": "helped", "story": "La charte est là."}
    )

    match.refresh_from_db()
    need = Need.objects.get(pk=match.need_id)
    assert match.status == Match.Status.HELPED
    assert (need.state, need.answer, need.answered_by_offer) == (
        "answered",
        "La charte est là.",
        match.offer,
    )


def test_who_helped_does_not_answer_the_need_of_another(client, match):
    introduced(match)
    introductions.follow_up(NOW)

    client.post(link_in(sent_to(HELPER)[0], "suite"), {"outcome": "helped", "story": "C'est moi !"})

    match.refresh_from_db()
    need = Need.objects.get(pk=match.need_id)
    assert (match.status, need.state, need.answer) == (Match.Status.HELPED, "open", "")


@pytest.mark.parametrize(
    ("told", "status"),
    [
        (("under_way", ""), "under_way"),
        (("not_helped", ""), "introduced"),
        (("not_helped", "not_helped"), "declined"),
        (("not_helped", "helped"), "helped"),
    ],
)
def test_the_match_follows_what_both_say(match, told, status):
    introduction = introduced(match)
    for side, outcome in zip(Introduction.SIDES, told, strict=True):
        if outcome:
            introductions.tell_outcome(introduction=introduction, side=side, outcome=outcome)

    match.refresh_from_db()
    assert match.status == status


def test_what_nobody_answers_is_closed_and_told_to_who_asked(client, match):
    ask_as_seeker(client, match)

    assert introductions.close_unanswered(NOW + datetime.timedelta(days=20)) == 0
    assert introductions.close_unanswered(NOW + datetime.timedelta(days=22)) == 1

    assert "n'a pas abouti" in sent_to(SEEKER)[-1].message
    assert len(sent_to(HELPER)) == 1


def test_messages_are_erased_after_a_year(match):
    introduced(match)

    assert introductions.forget(NOW) == 0
    assert introductions.forget(NOW + datetime.timedelta(days=400)) == 1


def test_a_vanished_suggestion_takes_no_introduction_away(client, match):
    ask_as_seeker(client, match)
    match.delete()

    say(client, HELPER)

    assert Match.objects.get().status == Match.Status.INTRODUCED


def test_an_unproved_address_is_nobody(client, match):
    user = UserFactory(email=SEEKER)
    EmailAddress.objects.create(user=user, email=SEEKER, verified=False, primary=True)
    client.force_login(user)

    assert client.post(*asked(match)).status_code == 403


def admin_page(record):
    opts = record._meta
    return reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[record.pk])


@pytest.mark.parametrize("role", [Mandate.Role.READER, Mandate.Role.ANIMATEUR])
def test_staff_of_elsewhere_read_no_introduction(client, role):
    here = TerritoryFactory(kind="departement")
    introduction = IntroductionFactory(message="Un message entre nous")
    introduction.need.territories.add(TerritoryFactory(kind="departement"))
    block = IntroductionBlockFactory()
    territory = here if role == Mandate.Role.ANIMATEUR else None
    client.force_login(MandateFactory(role=role, territory=territory).user)

    for record in (introduction, block):
        assert client.get(admin_page(record)).url == reverse("admin:index")
        listed = reverse(f"admin:initiatives_{record._meta.model_name}_changelist")
        assert client.get(listed).context["cl"].result_count == 0


def test_whoever_animates_there_reads_an_introduction(client):
    here = TerritoryFactory(kind="departement")
    introduction = IntroductionFactory(message="Un message entre nous")
    introduction.need.territories.add(here)
    client.force_login(MandateFactory(role=Mandate.Role.ANIMATEUR, territory=here).user)

    assert "Un message entre nous" in client.get(admin_page(introduction)).text
