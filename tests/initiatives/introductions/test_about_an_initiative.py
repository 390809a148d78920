"""« Demander une mise en relation » from the page of an initiative: to its contact, or to the
first member of who leads it."""

import datetime
from html import unescape

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from initiatives import introductions
from initiatives.models import Introduction, Involvement
from territories.models import Mandate
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
    PersonFactory,
    PositionFactory,
    TerritoryFactory,
    UserFactory,
)

from .asking import NOW, admin_page, link_in, member_of, participant, say, sent_to, without_token

pytestmark = pytest.mark.django_db

CONTACT, MIA = "noe.contact@example.org", "mia@example.org"
WHY = {"message": "Nous voulons ouvrir un garage semblable."}


@pytest.fixture
def initiative():
    noe = PersonFactory(first_name="Noé", last_name="Contact", email=CONTACT)
    return InitiativeFactory(title="Garage partagé", contact=PositionFactory(person=noe))


@pytest.fixture
def mia():
    user = participant(MIA)
    PersonFactory(user=user, email=MIA, first_name="Mia", last_name="Tierce")
    return user


def ask_about(initiative):
    return reverse("introduction_ask", args=["initiative", initiative.slug])


def written(mail):
    return f"{mail.subject}{mail.message}{mail.headers}{mail.from_email}"


# From its page


@pytest.mark.parametrize(
    ("by", "is_proposed"),
    [
        ("nobody", False),
        ("address", True),
        ("account", True),
        ("member", True),
        ("member of a pilot", True),
        ("member of a partner", False),
        ("asked member", False),
    ],
)
def test_page_proposes_only_what_somebody_would_read(client, by, is_proposed):
    initiative = InitiativeFactory(contact=PositionFactory(person=PersonFactory(email="")))
    person, member = initiative.contact.person, PersonFactory(email="membre@example.org")
    roles = {"member of a pilot": "pilot", "member of a partner": "partner"}
    lead = InvolvementFactory(initiative=initiative, role=roles.get(by, "carrier"))
    BelongingFactory(person=member, state="approved")  # of an actor that has no part in it
    if by == "address":
        person.email = CONTACT
    elif by == "account":
        person.user = participant(CONTACT)
    elif "member" in by:
        state = "asked" if by.startswith("asked") else "approved"
        BelongingFactory(person=member, actor=lead.actor, state=state)
    person.save()

    page = client.get(initiative.get_absolute_url()).text

    assert (ask_about(initiative) in page) is is_proposed
    assert (introductions.answering_for(initiative) is not None) is is_proposed
    assert f"{reverse('contact')}?objet=" in page


def test_no_draft_proposes_it(admin_client, initiative):
    initiative.status = "draft"
    initiative.save()

    assert ask_about(initiative) not in admin_client.get(initiative.get_absolute_url()).text


def test_contact_is_asked_without_an_address_told(client, initiative, mia):
    client.force_login(mia)
    page = BeautifulSoup(client.get(ask_about(initiative)).content, "html.parser").main
    assert page.dl.dt.text == "Initiative"
    assert CONTACT not in page.text

    response = client.post(ask_about(initiative), WHY)

    assert response.url == initiative.get_absolute_url()
    asked = Introduction.objects.get()
    assert {name: getattr(asked, name) for name in Introduction.RECORDS} == {
        "need": None,
        "offer": None,
        "initiative": None,
        "sought_offer": None,
        "sought_initiative": initiative,
    }
    assert (asked.seeker, asked.helper) == (mia.person, initiative.contact.person)
    [mail] = sent_to(CONTACT)
    assert mail.subject == "Votre initiative intéresse quelqu'un : faire connaissance ?"
    assert "Votre initiative intéresse Mia Tierce : « Garage partagé »" in mail.message
    assert WHY["message"] in mail.message
    assert MIA not in written(mail)
    assert sent_to(MIA) == []


def test_first_member_of_who_leads_is_asked_without_a_contact(client, initiative, mia):
    initiative.contact = None
    initiative.save()
    carrier = InvolvementFactory(initiative=initiative, role=Involvement.Role.CARRIER).actor
    member_of(carrier, "premier@example.org")
    member_of(carrier, "second@example.org")
    client.force_login(mia)

    client.post(ask_about(initiative), WHY)

    assert len(sent_to("premier@example.org")) == 1
    assert sent_to("second@example.org") == []


def test_addresses_are_told_once_both_accept(client, initiative, mia):
    client.force_login(mia)
    client.post(ask_about(initiative), WHY)
    client.logout()
    page = client.get(link_in(sent_to(CONTACT)[0])).text
    assert (WHY["message"] in page, MIA in page) == (True, False)

    assert MIA in say(client, CONTACT).text

    told = sent_to(MIA)[-1].message
    assert CONTACT in told
    assert "Une initiative vous intéresse, et Noé Contact peut vous en parler" in told
    assert MIA in sent_to(CONTACT)[-1].message


def test_who_withdrew_their_name_knows_that_accepting_gives_it(client, initiative, mia):
    contact = initiative.contact.person
    contact.attribution_withdrawn = True
    contact.save()
    client.force_login(mia)
    assert contact.full_name not in client.get(initiative.get_absolute_url()).text

    client.post(ask_about(initiative), WHY)
    [asked] = sent_to(CONTACT)
    page = client.get(link_in(asked)).text

    assert "votre nom aussi lui sera alors donné" in asked.message
    assert "votre nom aussi lui sera alors donné" in page
    assert contact.full_name not in client.get(reverse("my_space")).text
    say(client, CONTACT)
    assert contact.full_name in sent_to(MIA)[-1].message


def test_refusal_tells_no_address(client, initiative, mia):
    client.force_login(mia)
    client.post(ask_about(initiative), WHY)

    assert MIA not in say(client, CONTACT, answer="declined").text

    [told] = sent_to(MIA)
    assert "à propos de « Garage partagé » n'a pas abouti" in told.message
    assert CONTACT not in written(told)


# Who may, and how often


def test_without_an_account_one_signs_in_first(client, initiative):
    assert client.get(ask_about(initiative)).url.startswith(reverse("account_login"))
    assert client.post(ask_about(initiative), WHY).status_code == 403
    assert not Introduction.objects.exists()


def test_who_has_no_name_says_it_first(client, initiative):
    client.force_login(participant("sans.nom@example.org"))

    asked = client.get(ask_about(initiative))

    assert asked.url.startswith(f"{reverse('my_profile')}?next=")


@pytest.mark.parametrize("status", ["draft", "archived"])
def test_what_is_not_public_is_not_asked_about(client, initiative, mia, status):
    initiative.status = status
    initiative.save()
    client.force_login(mia)

    assert client.post(ask_about(initiative), WHY).status_code == 404


def test_one_does_not_ask_about_ones_own(client, initiative):
    carrier = InvolvementFactory(initiative=initiative, role=Involvement.Role.CARRIER).actor
    for user in (participant(CONTACT), member_of(carrier, "membre@example.org")):
        client.force_login(user)
        assert "une fiche de votre acteur" in client.get(ask_about(initiative)).text
        client.post(ask_about(initiative), WHY)

    assert not Introduction.objects.exists()


def test_with_nobody_to_ask_the_team_is_written_to(client, mia):
    client.force_login(mia)
    initiative = InitiativeFactory(title="Garage orphelin")

    page = client.get(ask_about(initiative)).text

    assert f'{reverse("contact")}?objet=Garage%20orphelin"' in page
    assert client.post(ask_about(initiative), WHY).status_code == 200
    assert not Introduction.objects.exists()


def test_message_has_no_link_and_says_something(client, initiative, mia):
    client.force_login(mia)

    for message in ("", "Voyez www.spam.example"):
        assert client.post(ask_about(initiative), {"message": message}).status_code == 400
    assert not Introduction.objects.exists()


def test_limits_are_those_of_every_request(client, initiative, mia):
    client.force_login(mia)
    for _ in range(introductions.PER_PARTICIPANT):
        IntroductionFactory(asked_by=mia, created_at=NOW)
    assert client.post(ask_about(initiative), WHY).status_code == 429
    Introduction.objects.all().delete()

    for _ in range(introductions.PER_RECEIVER):
        IntroductionFactory(
            helper=initiative.contact.person, asked_by=UserFactory(), created_at=NOW
        )
    assert client.post(ask_about(initiative), WHY).status_code == 429
    assert sent_to(CONTACT) == []


def test_same_is_asked_once_and_not_again_once_declined(client, initiative, mia):
    client.force_login(mia)
    for _ in range(2):
        assert client.post(ask_about(initiative), WHY).status_code == 302
    assert len(sent_to(CONTACT)) == 1
    say(client, CONTACT, answer="declined")

    client.force_login(mia)
    assert client.post(ask_about(initiative), WHY).status_code == 302
    assert len(sent_to(CONTACT)) == 1
    other = InitiativeFactory(title="Autre garage", contact=initiative.contact)
    client.post(ask_about(other), WHY)
    assert len(sent_to(CONTACT)) == 2


def test_who_blocked_one_is_not_written_to(client, initiative, mia):
    IntroductionBlockFactory(by=initiative.contact.person, blocked=mia.person)
    client.force_login(mia)

    assert client.post(ask_about(initiative), WHY).status_code == 302
    assert sent_to(CONTACT) == []


# What others see


@pytest.mark.parametrize("is_signed_in", [True, False])
def test_a_third_person_sees_nothing_of_what_was_asked(client, initiative, mia, is_signed_in):
    pages = [initiative.get_absolute_url(), reverse("home")]
    curious = participant("curieuse@example.org")
    PersonFactory(user=curious)
    if is_signed_in:
        client.force_login(curious)
        pages.append(ask_about(initiative))
    before = [client.get(page).text for page in pages]

    introduction = introductions.ask(
        Introduction(
            sought_initiative=initiative,
            seeker=mia.person,
            helper=initiative.contact.person,
            **WHY,
        ),
        user=mia,
        is_animateur=False,
        at=NOW,
    )
    introductions.answer(introduction=introduction, side="helper", accepts=True, at=NOW)

    assert Introduction.objects.get().is_introduced
    after = [client.get(page).text for page in pages]
    assert [without_token(text) for text in after] == [without_token(text) for text in before]
    for text in after:
        assert (CONTACT in text, MIA in text, WHY["message"] in text) == (False, False, False)


def test_it_is_read_where_the_initiative_is(client, initiative):
    here, elsewhere = TerritoryFactory.create_batch(2, kind="departement")
    initiative.territories.add(here)
    introduction = IntroductionFactory(
        sought_initiative=initiative, message="Un message entre nous"
    )

    client.force_login(MandateFactory(role=Mandate.Role.ANIMATEUR, territory=elsewhere).user)
    assert client.get(admin_page(introduction)).url == reverse("admin:index")
    client.force_login(MandateFactory(role=Mandate.Role.ANIMATEUR, territory=here).user)
    assert "Un message entre nous" in client.get(admin_page(introduction)).text


def test_animateur_of_an_initiative_reads_no_need_of_elsewhere_that_it_answers(client, initiative):
    here, elsewhere = TerritoryFactory.create_batch(2, kind="departement")
    initiative.territories.add(here)
    introduction = IntroductionFactory(initiative=initiative)
    introduction.need.territories.add(elsewhere)
    client.force_login(MandateFactory(role=Mandate.Role.ANIMATEUR, territory=here).user)

    assert client.get(admin_page(introduction)).url == reverse("admin:index")


def test_who_asked_finds_it_in_their_space_and_says_whether_it_helped(client, initiative, mia):
    introduction = IntroductionFactory(
        sought_initiative=initiative,
        seeker=mia.person,
        helper=initiative.contact.person,
        seeker_answer="accepted",
        helper_answer="accepted",
        introduced_at=NOW - datetime.timedelta(days=31),
    )
    client.force_login(mia)
    link = f'<a href="{initiative.get_absolute_url()}">Garage partagé</a>, avec Noé Contact'
    assert link in client.get(reverse("my_space")).text
    introductions.follow_up(NOW)
    assert "« Garage partagé »" in sent_to(MIA)[0].message

    response = client.post(link_in(sent_to(MIA)[0], "suite"), {"outcome": "helped"})

    introduction.refresh_from_db()
    assert (response.url, introduction.seeker_outcome) == (initiative.get_absolute_url(), "helped")


def test_outcome_about_what_is_public_no_more_is_thanked_for(client):
    introduction = IntroductionFactory(
        sought_initiative=InitiativeFactory(status="archived"),
        seeker_answer="accepted",
        helper_answer="accepted",
        introduced_at=NOW,
    )
    token = introductions.OUTCOME.sign([introduction.pk, "seeker"])

    response = client.post(
        reverse("introduction_outcome", args=[token]), {"outcome": "helped"}, follow=True
    )

    assert (response.status_code, "Merci, c'est noté." in unescape(response.text)) == (200, True)


def test_who_is_not_concerned_by_a_match_is_led_there(client, initiative, mia):
    latent = MatchFactory(need=NeedFactory(actor=ActorFactory()), offer=None, initiative=initiative)
    client.force_login(mia)

    page = client.get(reverse("introduction_add", args=[latent.pk]))

    assert (page.status_code, ask_about(initiative) in page.text) == (403, True)
