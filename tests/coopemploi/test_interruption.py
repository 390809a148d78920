"""A session that ends in the middle of a long form."""

import re

import pytest
from allauth.account.models import EmailAddress
from bs4 import BeautifulSoup
from django.urls import reverse

from coopemploi.participation.models import Proposal
from initiatives.models import Initiative
from tests.conftest import SignedInClient
from tests.factories import InitiativeFactory, UserFactory

pytestmark = pytest.mark.django_db
ADD = reverse("admin:initiatives_initiative_add")
FORM = {
    "title": "Garage <solidaire>",
    "summary": "Deux ou trois phrases.\nUne autre.",
    "status": "draft",
    **{
        f"{prefix}-{name}_FORMS": 0
        for prefix in ("involvements", "steps", "figures", "links")
        for name in ("TOTAL", "INITIAL")
    },
}


PROPOSE = reverse("proposal_add", args=["initiative"])
CORRECT = reverse("proposal_add", args=["correction"])
PROPOSED = {
    "fiche-title": "Garage <solidaire>",
    "message": "Vu à Dax.",
    "name": "Vic Visite",
    "email": "vic@example.org",
}


@pytest.fixture
def staff():
    return UserFactory(is_staff=True, is_superuser=True)


@pytest.fixture
def browser():
    """A client that checks tokens, as browsers are asked for them."""
    return SignedInClient(enforce_csrf_checks=True)


def soup_of(response):
    return BeautifulSoup(response.content, "html.parser")


def token(response):
    return re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', response.text)[1]


def held(response):
    """What the hidden fields of a page hold."""
    return dict(response.context["sent"])


def test_what_was_written_is_saved_once_signed_in_again(browser, staff):
    browser.force_login(staff)
    sent = {**FORM, "csrfmiddlewaretoken": token(browser.get(ADD))}
    del browser.cookies["sessionid"]

    lost = browser.post(ADD, sent)
    assert lost.status_code == 403
    assert "Votre session s'est terminée" in lost.text.replace("&#x27;", "'")
    assert held(lost) == {name: str(value) for name, value in FORM.items()}
    assert not Initiative.objects.exists()

    browser.force_login(staff)
    again = browser.post(ADD, {**held(lost), "csrfmiddlewaretoken": token(lost)})
    if again.status_code == 403:  # signing in changed the token
        again = browser.post(ADD, {**held(again), "csrfmiddlewaretoken": token(again)})

    assert again.status_code == 302
    initiative = Initiative.objects.get()
    assert (initiative.title, initiative.summary) == (
        "Garage <solidaire>",
        "Deux ou trois phrases.\nUne autre.",
    )


def test_stale_token_of_a_signed_in_person_is_made_anew(browser, staff):
    browser.force_login(staff)
    browser.get(ADD)

    response = browser.post(ADD, {**FORM, "csrfmiddlewaretoken": "a" * 64})

    assert response.status_code == 403
    assert "Votre session est rouverte" in response.text
    saved = browser.post(ADD, {**held(response), "csrfmiddlewaretoken": token(response)})
    assert saved.status_code == 302


def test_form_sent_from_another_site_is_not_held(browser, staff):
    browser.force_login(staff)
    browser.get(ADD)

    response = browser.post(ADD, FORM, headers={"origin": "https://pirate.example"})

    assert response.status_code == 403
    assert "Garage" not in response.text


def test_password_is_never_given_back(browser, staff):
    address = reverse("admin:auth_user_password_change", args=[staff.pk])

    response = browser.post(address, {"password1": "secret-1", "password2": "secret-1"})

    assert response.status_code == 403
    assert "secret-1" not in response.text


def test_reading_without_a_session_leads_to_sign_in(browser):
    response = browser.get(ADD)

    assert response.status_code == 302
    assert response.url.startswith(reverse("account_login"))


def test_form_of_somebody_who_may_not_is_refused_once_signed_in(browser):
    initiative = InitiativeFactory(title="Avant")
    address = reverse("admin:initiatives_initiative_change", args=[initiative.pk])
    browser.force_login(UserFactory(is_staff=True))
    lost = browser.post(address, FORM)

    response = browser.post(address, {**held(lost), "csrfmiddlewaretoken": token(lost)})

    assert response.status_code == 403
    initiative.refresh_from_db()
    assert initiative.title == "Avant"


@pytest.mark.parametrize("title", ["%00", "%ED%A0%80", "%FF", "%C3%A9" * 5000])
def test_strange_text_is_held_as_it_can_be(browser, title):
    response = browser.post(ADD, f"title={title}", content_type="application/x-www-form-urlencoded")

    assert response.status_code == 403


def test_participant_s_form_is_held_until_signed_in_again(browser):
    address = reverse("my_profile")

    lost = browser.post(address, {"first_name": "Léa", "last_name": "Cherche"})

    assert lost.status_code == 403
    assert "Votre session s'est terminée" in lost.text.replace("&#x27;", "'")
    assert held(lost) == {"first_name": "Léa", "last_name": "Cherche"}


def test_visitor_s_form_is_held_though_its_token_is_stale(browser):
    stale = browser.post(PROPOSE, {**PROPOSED, "csrfmiddlewaretoken": "a" * 64})

    assert stale.status_code == 403
    assert "À envoyer de nouveau" in stale.text
    assert "Me connecter" not in stale.text
    assert held(stale) == PROPOSED
    again = browser.post(PROPOSE, {**held(stale), "csrfmiddlewaretoken": token(stale)})
    assert again.status_code == 302
    assert Proposal.objects.get().message == "Vu à Dax."


def signed_in_by_address():
    user = UserFactory(email="lea@example.org")
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


@pytest.mark.parametrize("page", [PROPOSE, CORRECT], ids=["sheet", "correction"])
def test_proposal_of_a_participant_whose_session_is_over_stays_theirs(browser, page):
    user = signed_in_by_address()
    browser.force_login(user)
    shown = browser.get(page)
    names = {each["name"] for each in soup_of(shown).select("main form[method=post] [name]")}
    sent = {"fiche-title": "Garage <solidaire>", "actor": "", "message": "Vu à Dax.", "website": ""}
    sent = {name: value for name, value in sent.items() if name in names}
    del browser.cookies["sessionid"]

    lost = browser.post(page, {**sent, "csrfmiddlewaretoken": token(shown)})
    assert lost.status_code == 403
    assert "Votre session s'est terminée" in lost.text.replace("&#x27;", "'")
    assert held(lost) == sent
    assert browser.post(page, {**sent, "csrfmiddlewaretoken": token(lost)}).status_code == 403
    assert not Proposal.objects.exists()

    browser.force_login(user)
    again = browser.post(page, {**held(lost), "csrfmiddlewaretoken": token(lost)})
    if again.status_code == 403:  # signing in changed the token
        again = browser.post(page, {**held(again), "csrfmiddlewaretoken": token(again)})

    assert again.status_code == 302
    assert Proposal.objects.get().user == user


def test_form_that_signs_in_is_never_given_back(browser):
    response = browser.post(
        reverse("account_login"), {"login": "vic@example.org", "password": "secret-1"}
    )

    assert response.status_code == 403
    assert "Ce formulaire n'est plus valable" in response.text
    assert "vic@example.org" not in response.text
