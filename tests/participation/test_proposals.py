"""What participants and visitors propose: kept aside, reviewed, published or refused."""

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.urls import reverse
from post_office.models import Email

from coopemploi.participation.models import Proposal
from initiatives.models import Initiative, Involvement, Need
from territories.models import Mandate
from tests.factories import (
    ActorFactory,
    BelongingFactory,
    InitiativeFactory,
    InvolvementFactory,
    MandateFactory,
    NeedFactory,
    PersonFactory,
    ProposalFactory,
    TerritoryFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
VISITOR = {"name": "Vic Visite", "email": "vic@example.org", "website": "", "message": ""}
SECRET = "Une conciergerie solidaire inédite"


@pytest.fixture(autouse=True)
def _no_limit_reached():
    cache.clear()


@pytest.fixture
def actor():
    actor = ActorFactory(name="PLIE d'essai", description="Avant")
    actor.territories.add(TerritoryFactory(kind="departement", name="Landes"))
    return actor


@pytest.fixture
def member(actor):
    user = UserFactory(email="lea@example.org")
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    person = PersonFactory(user=user, email=user.email)
    BelongingFactory(person=person, actor=actor, state="approved")
    return user


def add(kind):
    return reverse("proposal_add", args=[kind])


def propose_initiative(client, **values):
    return client.post(add("initiative"), {**VISITOR, "title": SECRET, **values})


def review(proposal):
    return reverse("admin:participation_proposal_change", args=[proposal.pk])


# Visitors


def test_a_visitor_proposes_and_nothing_is_public(client):
    response = propose_initiative(client, summary="Un résumé")

    assert response.url == reverse("proposal_sent")
    proposal = Proposal.objects.get()
    assert (proposal.state, proposal.values["summary"]) == ("proposed", "Un résumé")
    assert not Initiative.objects.exists()
    for page in (
        reverse("home"),
        reverse("initiative_list"),
        f"{reverse('search')}?q=conciergerie",
    ):
        assert "solidaire inédite" not in client.get(page).text


def test_a_robot_is_thanked_and_ignored(client):
    assert propose_initiative(client, website="https://spam.example").status_code == 302
    assert not Proposal.objects.exists()


def test_so_many_an_hour(client):
    for _ in range(10):
        propose_initiative(client)

    response = propose_initiative(client, summary="Gardé pour plus tard")

    assert (response.status_code, "Gardé pour plus tard" in response.text) == (429, True)


def test_what_is_missing_is_said(client):
    response = propose_initiative(client, title="", email="")

    assert response.status_code == 400
    assert not Proposal.objects.exists()


def test_a_correction_says_its_page(client):
    page = NeedFactory().get_absolute_url()
    assert f"{reverse('proposal_add', args=['correction'])}?page=" in client.get(page).text

    client.post(f"{add('correction')}?page={page}", {**VISITOR, "message": "C'est faux."})

    assert Proposal.objects.get().page == page


@pytest.mark.parametrize(
    "page", ["https://ailleurs.example/", "//ailleurs.example/", "javascript:1"]
)
def test_a_correction_leads_nowhere_else(client, page):
    assert "ailleurs" not in client.get(add("correction"), {"page": page}).text


@pytest.mark.parametrize("kind", ["acteur", "inconnu"])
def test_other_kinds_are_not_proposed(client, kind):
    assert client.get(add(kind)).status_code == 404


def test_public_pages_set_no_cookie(client):
    for page in (reverse("proposal_choose"), NeedFactory().get_absolute_url()):
        assert not client.get(page).cookies


# Members


def test_a_member_proposes_to_change_the_sheet_of_their_actor(client, member, actor):
    client.force_login(member)
    page = reverse("proposal_edit", args=["acteur", actor.pk])
    assert page in client.get(reverse("my_space")).text

    client.post(page, {"description": "Après", "website": "", "message": "", "titre": ""})

    actor.refresh_from_db()
    proposal = Proposal.objects.get()
    assert actor.description == "Avant"
    assert (proposal.before, proposal.values) == (
        {"description": "Avant"},
        {"description": "Après"},
    )
    assert (proposal.actor, proposal.record, proposal.user) == (actor, actor, member)


def test_a_stranger_changes_no_sheet(client, actor):
    client.force_login(UserFactory())

    assert client.get(reverse("proposal_edit", args=["acteur", actor.pk])).status_code == 404


def test_only_who_leads_an_initiative_changes_it(client, member, actor):
    led, helped = InitiativeFactory(), InitiativeFactory()
    InvolvementFactory(initiative=led, actor=actor, role=Involvement.Role.CARRIER)
    InvolvementFactory(initiative=helped, actor=actor, role=Involvement.Role.PARTNER)
    client.force_login(member)

    statuses = [
        client.get(reverse("proposal_edit", args=["initiative", each.pk])).status_code
        for each in (led, helped)
    ]

    assert statuses == [200, 404]


def test_a_request_to_belong_opens_no_sheet(client, actor):
    user = UserFactory()
    BelongingFactory(person=PersonFactory(user=user), actor=actor)
    client.force_login(user)

    assert client.get(reverse("proposal_edit", args=["acteur", actor.pk])).status_code == 404


# Review


def test_the_reviewer_publishes_a_new_sheet_as_mended(client, animateur_client, member, actor):
    client.force_login(member)
    client.post(
        add("besoin"),
        {"text": "Un minibus", "details": "", "kind": "tool", "actor": actor.pk, "message": ""},
    )
    proposal = Proposal.objects.get()
    reviewer = UserFactory(is_staff=True, is_superuser=True)
    client.force_login(reviewer)
    assert "Propositions à relire" in client.get(reverse("admin:index")).text
    assert "Un minibus" in client.get(review(proposal)).text

    client.post(
        review(proposal),
        {"text": "Un minibus à partager", "details": "", "kind": "tool", "publier": ""},
    )

    need = Need.objects.get()
    assert (need.text, need.status, need.actor, need.person) == (
        "Un minibus à partager",
        "published",
        actor,
        member.person,
    )
    proposal.refresh_from_db()
    assert (proposal.state, proposal.record, proposal.decided_by) == ("published", need, reviewer)
    assert need.get_absolute_url() in Email.objects.get(to="lea@example.org").message


def test_a_new_initiative_is_led_by_the_actor_where_it_acts(animateur_client, actor):
    proposal = ProposalFactory(
        kind="initiative", actor=actor, title=SECRET, values={"title": SECRET}
    )

    animateur_client.post(review(proposal), {"title": SECRET, "publier": ""})

    initiative = Initiative.objects.get()
    assert [str(place) for place in initiative.territories.all()] == ["Landes"]
    assert [each.actor for each in initiative.involvements.all()] == [actor]


def test_a_change_writes_only_what_was_proposed(animateur_client, actor):
    proposal = ProposalFactory(
        kind="acteur",
        record=actor,
        actor=actor,
        values={"description": "Après"},
        before={"description": "Avant"},
    )
    actor.website = "https://ajoute.example/"
    actor.save()

    animateur_client.post(review(proposal), {"description": "Après", "publier": ""})

    actor.refresh_from_db()
    assert (actor.description, actor.website) == ("Après", "https://ajoute.example/")


def test_a_sheet_changed_meanwhile_is_told(animateur_client, actor):
    proposal = ProposalFactory(
        kind="acteur",
        record=actor,
        values={"description": "Après"},
        before={"description": "Avant"},
    )
    assert "a changé depuis" not in animateur_client.get(review(proposal)).text
    actor.description = "Entre-temps"
    actor.save()

    assert "a changé depuis" in animateur_client.get(review(proposal)).text


def test_a_refusal_needs_a_word_which_is_mailed(animateur_client):
    proposal = ProposalFactory(email="vic@example.org")

    assert animateur_client.post(review(proposal), {"refuser": ""}).status_code == 400
    animateur_client.post(review(proposal), {"refuser": "", "comment": "Déjà sur le site."})

    proposal.refresh_from_db()
    assert (proposal.state, Need.objects.exists()) == ("refused", False)
    assert "Déjà sur le site." in Email.objects.get(to="vic@example.org").message


def test_what_is_decided_is_decided(animateur_client):
    proposal = ProposalFactory(state="refused")

    assert animateur_client.post(review(proposal), {"publier": ""}).status_code == 403
    assert not Need.objects.exists()


def signed_in(client, role, territory=None):
    mandate = MandateFactory(role=role, territory=territory, user__is_staff=True)
    client.force_login(mandate.user)
    return mandate.user


def test_an_animateur_reviews_what_concerns_their_perimeter(client, actor):
    here = ProposalFactory(kind="acteur", record=actor, actor=actor, title="D'ici")
    elsewhere = ProposalFactory(actor=ActorFactory(), title="D'ailleurs")
    elsewhere.actor.territories.add(TerritoryFactory(kind="departement"))
    ProposalFactory(actor=None, title="De nulle part")
    here.values = {"description": "Après"}
    here.save()
    user = signed_in(client, Mandate.Role.ANIMATEUR, actor.territories.get())

    shown = client.get(reverse("admin:participation_proposal_changelist")).context["cl"].queryset
    sent = client.post(review(here), {"description": "Après", "publier": ""})

    assert {proposal.title for proposal in shown} == {"D'ici", "De nulle part"}
    assert "Propositions à relire" in client.get(reverse("admin:index")).text
    assert client.get(review(elsewhere)).status_code == 404
    actor.refresh_from_db()
    here.refresh_from_db()
    assert (sent.status_code, actor.description) == (302, "Après")
    assert (here.state, here.decided_by) == ("published", user)


def test_a_reviewer_elsewhere_reads_and_publishes_nothing(client, actor):
    proposal = ProposalFactory(
        kind="acteur", record=actor, actor=actor, values={"description": "X"}
    )
    signed_in(client, Mandate.Role.ANIMATEUR, TerritoryFactory(kind="departement"))

    assert client.get(review(proposal)).status_code == 404
    assert client.post(review(proposal), {"description": "X", "publier": ""}).status_code == 404
    actor.refresh_from_db()
    assert actor.description == "Avant"


@pytest.mark.parametrize("role", [Mandate.Role.CONTRIBUTOR, Mandate.Role.READER])
def test_who_decides_on_nothing_reads_no_proposal(client, actor, role):
    proposal = ProposalFactory(actor=actor)
    territory = actor.territories.get() if role == Mandate.Role.CONTRIBUTOR else None
    signed_in(client, role, territory)

    assert client.get(reverse("admin:participation_proposal_changelist")).status_code == 403
    assert client.get(review(proposal)).status_code == 404


def test_a_national_administrator_reviews_everything(client, actor):
    proposal = ProposalFactory(actor=actor)
    signed_in(client, Mandate.Role.NATIONAL)

    assert client.get(review(proposal)).status_code == 200
