"""What participants and visitors propose: kept aside, reviewed, published or refused."""

import datetime
from html import unescape
from types import SimpleNamespace

import pytest
from allauth.account.models import EmailAddress
from bs4 import BeautifulSoup
from django.core.cache import cache
from django.urls import reverse
from post_office.models import Email

from coopemploi.merging.merge import merge
from coopemploi.participation.admin import ProposalAdmin
from coopemploi.participation.models import Proposal
from coopemploi.participation.services import AlreadyDecidedError, locked, take_back
from initiatives.models import Initiative, Involvement, Need
from territories.models import Mandate
from tests.every_address import data_of
from tests.factories import (
    ActorFactory,
    BelongingFactory,
    InitiativeFactory,
    InvolvementFactory,
    MandateFactory,
    NeedFactory,
    PersonFactory,
    ProposalFactory,
    SchemeFactory,
    StepFactory,
    TerritoryFactory,
    ThemeFactory,
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


def soup_of(response):
    return BeautifulSoup(response.content, "html.parser")


def sheet(**values):
    """What a form sends of a sheet."""
    return {f"fiche-{name}": value for name, value in values.items()}


def propose_initiative(client, *, email=VISITOR["email"], website="", **values):
    author = {**VISITOR, "email": email, "website": website}
    return client.post(add("initiative"), {**author, **sheet(**{"title": SECRET, **values})})


def test_an_address_too_long_to_be_kept_is_told(client):
    response = propose_initiative(client, email=f"{'a' * 243}@example.org")

    assert response.status_code == 400
    assert "254 caractères" in response.text
    assert not Proposal.objects.exists()


@pytest.mark.parametrize("address", ["ada@example.org", "https://[]", "[]"])
def test_what_leads_to_no_site_is_no_address_of_one(client, address):
    said = sheet(title="Un guide", kind="guide", url=address)

    response = client.post(add("ressource"), {**VISITOR, **said})

    assert response.status_code == 400
    assert "Saisissez une URL valide." in response.text
    assert not Proposal.objects.exists()


def test_wrong_date_is_said_in_plain_words(client):
    response = client.post(add("besoin"), {**VISITOR, **sheet(text="Un guide", stated_on="jadis")})

    said = unescape(response.text)
    assert response.status_code == 400
    assert "Date non comprise : « jadis ». Écrivez par exemple 17/10/2019" in said
    assert "crochets" not in said


def test_what_is_sent_twice_is_kept_once(client):
    for _ in range(2):
        assert propose_initiative(client, summary="Un").status_code == 302

    [first] = Proposal.objects.all()
    propose_initiative(client, summary="Deux")
    propose_initiative(client, summary="Un", email="autre@example.org")
    assert Proposal.objects.count() == 3
    first.state = Proposal.State.REFUSED
    first.save()
    propose_initiative(client, summary="Un")
    assert Proposal.objects.count() == 4


def review(proposal):
    return reverse("admin:participation_proposal_change", args=[proposal.pk])


def form_at(client, address):
    """What the form of a page sends, left as it is; without its buttons."""
    page = soup_of(client.get(address))
    form = page.select("main form[method=post], #content form[method=post]")[-1]
    sent = data_of(form)
    return {name: value for name, value in sent.items() if name not in ("publier", "refuser")}


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


def test_a_whole_room_proposes_from_one_connection_so_many_an_hour(client):
    sent = [propose_initiative(client, summary=f"Idée {n}").status_code for n in range(60)]
    assert set(sent) == {302}

    response = propose_initiative(client, summary="Gardé pour plus tard")

    assert (response.status_code, "Gardé pour plus tard" in response.text) == (429, True)
    assert top_of(response).p.text.startswith("Trop d'envois")


def top_of(response):
    """What a form says before its first field."""
    form = soup_of(response).select_one("main form[method=post]")
    assert form.select_one("[role=alert] ~ .field")
    assert not form.select(".field ~ [role=alert]")
    return form


@pytest.mark.parametrize(
    ("wrong", "fields"),
    [
        ({"email": ""}, ["id_email"]),
        ({"title": "", "email": ""}, ["id_fiche-title", "id_email"]),
        ({"title": ""}, ["id_fiche-title"]),
    ],
)
def test_what_is_missing_is_said_first_with_links_to_it(client, wrong, fields):
    response = propose_initiative(client, **wrong)

    page = soup_of(response)
    [banner] = top_of(response).select("[role=alert]")
    assert response.status_code == 400
    assert banner.p.text == "Votre proposition n'est pas partie. À corriger\N{NO-BREAK SPACE}:"
    assert [link["href"] for link in banner.select("a")] == [f"#{each}" for each in fields]
    assert all(page.find(id=each) for each in fields)
    assert not Proposal.objects.exists()


def test_a_correction_says_its_page(client):
    page = NeedFactory().get_absolute_url()
    assert f"{reverse('proposal_add', args=['correction'])}?page=" in client.get(page).text

    client.post(f"{add('correction')}?page={page}", {**VISITOR, "message": "C'est faux."})

    assert Proposal.objects.get().page == page


@pytest.mark.parametrize(
    ("page", "kept"), [("/besoins/%00un-garage/", "/besoins/un-garage/"), ("/" * 400, "")]
)
def test_a_correction_keeps_what_a_database_takes_of_its_page(client, page, kept):
    client.post(f"{add('correction')}?page={page}", {**VISITOR, "message": "C'est faux."})

    assert Proposal.objects.get().page == kept


@pytest.mark.parametrize(
    "page", ["https://ailleurs.example/", "//ailleurs.example/", "javascript:1"]
)
def test_a_correction_leads_nowhere_else(client, page):
    assert "ailleurs" not in client.get(add("correction"), {"page": page}).text


@pytest.mark.parametrize("kind", ["acteur", "inconnu"])
def test_other_kinds_are_not_proposed(client, kind):
    assert client.get(add(kind)).status_code == 404


def test_a_need_begins_with_the_words_searched_in_vain(client):
    way = {"class_": "empty"}
    lists = ["initiative_list", "exchange_list", "resource_list", "search"]
    for address in [reverse(name) for name in lists]:
        page = soup_of(client.get(address, {"q": "garage  \N{NO-BREAK SPACE}& « auto »"}))
        [link] = page.find(**way).find_all("a", href=lambda href: href.startswith(add("besoin")))

        field = soup_of(client.get(link["href"])).find(attrs={"name": "fiche-text"})

        assert field["value"] == "garage & « auto »"


@pytest.mark.parametrize(("kind", "asked"), [("besoin", "Besoin"), ("offre", "Offre")])
def test_a_sheet_says_in_words_what_it_asks(client, kind, asked):
    page = soup_of(client.get(add(kind)))

    assert page.find("label", attrs={"for": "id_fiche-text"}).text == f"{asked}, en une phrase\xa0:"
    assert page.find(id="id_fiche-kind").option.text == "Choisir…"
    assert soup_of(client.get(add("initiative"))).find(id="id_fiche-stage").option.text == (
        "Non précisé"
    )


def test_an_initiative_begins_with_the_place_where_nothing_is_told(client):
    place = TerritoryFactory(kind="commune", name="L'Île-aux-Moines", code="56087")
    page = soup_of(client.get(place.get_absolute_url()))
    [link] = page.find_all("a", string="Dire ce qui s'y fait")

    names = soup_of(client.get(link["href"])).find_all(attrs={"name": "fiche-territories"})

    assert [field.get("value") for field in names] == [place.full_label, None, None]


@pytest.mark.parametrize("given", ["a\0b", "\ud800", "x" * 5000, " "])
def test_an_address_begins_no_sheet_with_what_cannot_be_kept(client, given):
    said = {"texte": given.encode("utf-8", "surrogatepass"), "lieu": "\0"}

    assert client.get(add("besoin"), said).status_code == 200


def test_public_pages_set_no_cookie(client):
    for page in (reverse("proposal_choose"), NeedFactory().get_absolute_url()):
        assert not client.get(page).cookies


# Members


@pytest.mark.parametrize(
    ("kind", "is_named"),
    [("besoin", True), ("offre", True), ("initiative", False), ("ressource", False)],
)
def test_who_proposes_is_told_where_their_name_will_be_read(client, member, kind, is_named):
    client.force_login(member)
    told = soup_of(client.get(add(kind))).find(id="id_actor_helptext")
    assert (told is not None and "votre nom se lira" in told.text) == is_named

    text = {"title": SECRET, "text": SECRET, "kind": "tool" if is_named else "guide"}
    client.post(add(kind), {**sheet(**text), "actor": "", "message": ""})
    proposal = Proposal.objects.get()
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    client.post(review(proposal), {**text, "publier": ""})

    proposal.refresh_from_db()
    client.logout()
    page = client.get(proposal.record.get_absolute_url()).text
    assert (member.person.full_name in page) == is_named


def test_a_visitor_is_named_nowhere(client):
    page = soup_of(client.get(add("besoin")))

    assert "votre nom se lira" not in page.text


def test_a_member_proposes_to_change_the_sheet_of_their_actor(client, member, actor):
    client.force_login(member)
    page = reverse("proposal_edit", args=["acteur", actor.pk])
    assert page in client.get(reverse("my_space")).text

    same = {"kind": actor.kind, "territories": ["Landes"]}
    client.post(page, {**sheet(**same, description="Après"), "message": ""})

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


# Choices, places, rows


@pytest.fixture
def terms():
    return SimpleNamespace(
        theme=ThemeFactory(name="Mobilité"),
        other=ThemeFactory(name="Logement"),
        scheme=SchemeFactory(name="GPECT", acronym=""),
    )


def rows(name, *sent):
    """What a form sends of the rows of a sheet, two of them blank."""
    data = {f"{name}-total": len(sent) + 2}
    for n, row in enumerate(sent):
        data |= {f"{name}-{n}-{column}": value for column, value in row.items()}
    return sheet(**data)


STEP = {"date": "10/2019", "label": "Lancement"}
LINK = {"kind": "page", "title": "Le site", "url": "https://garage.example/"}


def test_a_visitor_proposes_what_a_sheet_holds_as_choices(client, terms):
    landes = TerritoryFactory(kind="departement", name="Landes", code="40")

    propose_initiative(
        client,
        stage="ongoing",
        themes=[terms.theme.pk, terms.other.pk],
        schemes=[terms.scheme.pk],
        territories=["landes", "", "Le pays de nulle part"],
        **{key.removeprefix("fiche-"): value for key, value in rows("steps", STEP).items()},
        **{key.removeprefix("fiche-"): value for key, value in rows("links", LINK).items()},
    )

    proposal = Proposal.objects.get()
    said = {name: value for name, value in proposal.values.items() if value}
    assert said == {
        "title": SECRET,
        "stage": "ongoing",
        "themes": [terms.other.pk, terms.theme.pk],
        "schemes": [terms.scheme.pk],
        "territories": [landes.pk, "Le pays de nulle part"],
        "steps": [STEP],
        "links": [LINK],
    }
    assert list(proposal.territories.all()) == [landes]
    assert not Initiative.objects.exists()


def test_a_place_of_several_names_is_asked(client):
    for code, kind in (("75", "departement"), ("75056", "commune")):
        TerritoryFactory(kind=kind, name="Paris", code=code)

    response = propose_initiative(client, territories=["Paris"])

    assert response.status_code == 400
    assert "lequel ? Écrivez par exemple Paris (" in response.text
    assert not Proposal.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"themes": ["999999"]},
        {"themes": ["x"]},
        {"stage": "achevée"},
        {"territories": ["x" * 151]},
        {"territories": [f"Lieu {n}" for n in range(31)]},
        {"steps-total": "1", "steps-0-date": "le mois prochain peut-être", "steps-0-label": "X"},
        {"steps-total": "1", "steps-0-date": "2019"},
        {"links-total": "1", "links-0-url": "javascript:alert(1)", "links-0-title": "X"},
        {"links-total": "1", "links-0-url": "https://a.example/", "links-0-kind": "faux"},
    ],
)
def test_what_is_wrong_in_a_choice_is_said(client, wrong):
    response = propose_initiative(client, **wrong)

    assert (response.status_code, "errorlist" in response.text) == (400, True)
    assert not Proposal.objects.exists()


@pytest.mark.parametrize("total", ["", "-1", "x", "99999999", "²"])
def test_a_forged_number_of_rows_is_none(client, total):
    assert propose_initiative(client, **{"steps-total": total}).status_code == 302
    assert Proposal.objects.get().values["steps"] == []


def test_rows_come_back_as_they_were_sent(client):
    sent = {"links-total": "3", "links-2-title": "Sans adresse", "links-2-kind": "video"}

    page = soup_of(propose_initiative(client, **sent))

    assert page.find(attrs={"name": "fiche-links-0-title"})["value"] == "Sans adresse"
    assert page.find(attrs={"name": "fiche-links-total"})["value"] == "3"


def test_a_form_shows_what_the_sheet_holds(client, member, actor, terms):
    need = NeedFactory(actor=actor, stated_on="10/2019")
    need.themes.add(terms.theme)
    need.territories.add(actor.territories.get())
    client.force_login(member)
    address = reverse("proposal_edit", args=["besoin", need.pk])

    page = soup_of(client.get(address))
    checked = [box["value"] for box in page.select("[name='fiche-themes'][checked]")]
    places = [box.get("value") for box in page.select("[name='fiche-territories']")]

    assert checked == [str(terms.theme.pk)]
    assert places == [actor.territories.get().full_label, None, None]
    assert page.find(attrs={"name": "fiche-stated_on"})["value"] == "10/2019"


def test_a_sheet_sent_as_it_is_proposes_nothing(client, member, actor, terms):
    initiative = InitiativeFactory(title="Un garage", body="Deux\nlignes")
    InvolvementFactory(initiative=initiative, actor=actor, role=Involvement.Role.CARRIER)
    initiative.themes.add(terms.theme)
    initiative.territories.add(actor.territories.get())
    StepFactory(initiative=initiative, date="10/2019", label="Lancement")
    client.force_login(member)
    address = reverse("proposal_edit", args=["initiative", initiative.pk])
    sent = form_at(client, address)

    sent["fiche-body"] = "Deux\r\nlignes"  # as browsers write it
    response = client.post(address, sent)

    assert (response.status_code, "Rien n'a changé" in unescape(response.text)) == (400, True)
    client.post(address, {**sent, "fiche-themes": [terms.other.pk], "fiche-steps-0-label": ""})
    assert not Proposal.objects.exists()  # the row still has its date
    client.post(
        address,
        {
            **sent,
            "fiche-themes": [terms.other.pk],
            "fiche-steps-0-label": "",
            "fiche-steps-0-date": "",
        },
    )
    proposal = Proposal.objects.get()
    assert proposal.before == {"themes": [terms.theme.pk], "steps": [STEP]}
    assert proposal.values == {"themes": [terms.other.pk], "steps": []}


def test_a_visitor_corrects_a_published_sheet_field_by_field(client, terms):
    initiative = InitiativeFactory(title="Un garage", status="published")
    initiative.territories.add(TerritoryFactory(kind="departement", name="Landes"))
    address = f"{add('correction')}?page={initiative.get_absolute_url()}"
    sent = form_at(client, address)

    client.post(address, {**sent, **VISITOR, "fiche-themes": [terms.theme.pk]})

    proposal = Proposal.objects.get()
    assert (proposal.kind, proposal.record, proposal.email) == (
        "initiative",
        initiative,
        "vic@example.org",
    )
    assert (proposal.before, proposal.values) == ({"themes": []}, {"themes": [terms.theme.pk]})
    assert [str(place) for place in proposal.territories.all()] == ["Landes"]
    assert not initiative.themes.exists()


def test_a_correction_shows_nothing_of_a_draft(client):
    draft = InitiativeFactory(title="Un garage caché", status="draft")

    page = client.get(add("correction"), {"page": draft.get_absolute_url()})

    assert "caché" not in page.text.replace(draft.slug, "")
    assert "fiche-title" not in page.text


def test_a_member_may_propose_the_site_of_their_actor(client, member, actor):
    """The trap for robots bears the same name in English."""
    client.force_login(member)
    address = reverse("proposal_edit", args=["acteur", actor.pk])
    sent = form_at(client, address)

    client.post(address, {**sent, "fiche-website": "https://plie.example/"})

    assert Proposal.objects.get().values == {"website": "https://plie.example/"}


# One's own


def mine(proposal):
    return reverse("proposal_mine", args=[proposal.pk])


def test_who_proposed_reads_it_again_and_takes_it_back(client, member, actor):
    client.force_login(member)
    sent = {**sheet(text="Un minibus", kind="tool", details="À neuf places"), "actor": actor.pk}
    client.post(add("besoin"), {**sent, "message": "Vu à Dax"})
    proposal = Proposal.objects.get()
    assert mine(proposal) in client.get(reverse("my_space")).text

    page = soup_of(client.get(mine(proposal))).main.text
    taken = client.post(mine(proposal), follow=True)

    for said in ("Un minibus", "outil", "À neuf places", "Vu à Dax", actor.name):
        assert said in page
    assert taken.redirect_chain == [(reverse("my_space"), 302)]
    assert "Votre proposition est retirée" in taken.text
    assert not Proposal.objects.exists()


@pytest.mark.parametrize("state", ["published", "refused"])
def test_what_was_decided_is_not_taken_back(client, member, state):
    proposal = ProposalFactory(user=member, state=state, comment="Merci de préciser.")
    client.force_login(member)

    page = client.get(mine(proposal)).text
    told = client.post(mine(proposal), follow=True)

    assert ("Merci de préciser." in page, "Retirer ma" in page) == (True, False)
    assert "était déjà relue" in told.text
    assert Proposal.objects.get() == proposal


def test_what_somebody_else_proposed_is_neither_read_nor_taken_back(client, member):
    theirs = [ProposalFactory(user=UserFactory()), ProposalFactory(user=None, email=member.email)]
    client.force_login(member)

    for proposal in theirs:
        assert client.get(mine(proposal)).status_code == 404
        assert client.post(mine(proposal)).status_code == 404
    assert Proposal.objects.count() == 2


def test_what_was_taken_back_is_reviewed_no_more(animateur_client):
    proposal = ProposalFactory()
    address = review(proposal)
    sent = form_at(animateur_client, address) | {"text": "Un modèle", "comment": "À préciser."}
    take_back(proposal=proposal)

    late = animateur_client.post(address, sent | {"publier": ""})

    assert (late.status_code, late.context["written"]) == (
        404,
        [("Commentaire", "À préciser."), ("Besoin, en une phrase", "Un modèle")],
    )
    assert animateur_client.get(address).status_code == 404
    with pytest.raises(AlreadyDecidedError):
        locked(proposal)
    assert not Need.objects.exists()


def test_what_is_taken_back_as_it_is_decided_is_given_back(animateur_client, monkeypatch):
    proposal = ProposalFactory()
    found = ProposalAdmin.get_object

    def found_then_taken_back(*args):
        one = found(*args)
        Proposal.objects.all().delete()
        return one

    monkeypatch.setattr(ProposalAdmin, "get_object", found_then_taken_back)

    late = animateur_client.post(review(proposal), {"refuser": "", "comment": "Merci."})

    assert (late.status_code, late.context["written"]) == (404, [("Commentaire", "Merci.")])


def test_address_of_no_proposal_is_not_found(animateur_client):
    address = reverse("admin:participation_proposal_change", args=["abc"])

    assert animateur_client.get(address).status_code == 404


# Review


def test_the_reviewer_publishes_a_new_sheet_as_mended(client, animateur_client, member, actor):
    client.force_login(member)
    client.post(
        add("besoin"),
        {**sheet(text="Un minibus", kind="tool"), "actor": actor.pk, "message": ""},
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


@pytest.mark.parametrize(
    ("said", "kept"), [("", "30/11/2026"), ("2019", "2019")], ids=["not_said", "said"]
)
@pytest.mark.parametrize("kind", ["besoin", "offre"])
def test_an_exchange_is_of_the_day_it_was_proposed(animateur_client, kind, said, kept):
    values = {"text": "Un minibus", "kind": "tool", "stated_on": said}
    day = datetime.datetime(2026, 11, 29, 23, 30, tzinfo=datetime.UTC)
    proposal = ProposalFactory(kind=kind, title="Un minibus", values=values, created_at=day)

    animateur_client.post(review(proposal), {**values, "publier": ""})

    proposal.refresh_from_db()
    assert proposal.record.stated_on.as_input == kept


def test_a_change_of_an_undated_exchange_dates_it_of_no_day(animateur_client):
    need = NeedFactory(stated_on="", details="Avant")
    proposal = ProposalFactory(
        kind="besoin", record=need, values={"details": "Après"}, before={"details": "Avant"}
    )

    animateur_client.post(review(proposal), {"details": "Après", "publier": ""})

    need.refresh_from_db()
    assert (need.details, bool(need.stated_on)) == ("Après", False)


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


def test_a_correction_of_a_merged_sheet_is_one_of_the_sheet_kept(animateur_client):
    kept, gone = InitiativeFactory.create_batch(2, summary="Avant")
    proposal = ProposalFactory(
        kind="initiative", record=gone, values={"summary": "Après"}, before={"summary": "Avant"}
    )
    merge(kept, gone)

    animateur_client.post(review(proposal), {"summary": "Après", "publier": ""})

    kept.refresh_from_db()
    proposal.refresh_from_db()
    assert (kept.summary, proposal.state, proposal.record) == ("Après", "published", kept)


def test_a_refusal_needs_a_word_which_is_mailed(animateur_client):
    proposal = ProposalFactory(email="vic@example.org")

    assert animateur_client.post(review(proposal), {"refuser": ""}).status_code == 400
    animateur_client.post(review(proposal), {"refuser": "", "comment": "Déjà sur le site."})

    proposal.refresh_from_db()
    assert (proposal.state, Need.objects.exists()) == ("refused", False)
    assert "Déjà sur le site." in Email.objects.get(to="vic@example.org").message


@pytest.fixture
def orphan(actor):
    """A member would change a sheet that was deleted since."""
    initiative = InitiativeFactory()
    proposal = ProposalFactory(
        kind="initiative",
        record=initiative,
        actor=actor,
        values={"summary": SECRET},
        before={"summary": "Avant"},
        email="vic@example.org",
    )
    initiative.delete()
    return proposal


def test_a_change_of_a_deleted_sheet_is_shown_and_refused(client, actor, orphan):
    signed_in(client, Mandate.Role.ANIMATEUR, actor.territories.get())

    page = client.get(review(orphan)).text
    refused = client.post(review(orphan), {"refuser": "", "comment": "Fiche supprimée."})

    assert ("La fiche n'existe plus" in page, SECRET in page) == (True, True)
    assert ('name="refuser"' in page, 'name="publier"' in page) == (True, False)
    orphan.refresh_from_db()
    assert (refused.status_code, orphan.state) == (302, "refused")
    assert "Fiche supprimée." in Email.objects.get(to="vic@example.org").message


def test_a_change_of_a_deleted_sheet_makes_no_new_one(animateur_client, orphan):
    response = animateur_client.post(review(orphan), {"summary": SECRET, "publier": ""})

    orphan.refresh_from_db()
    assert (response.status_code, orphan.state) == (409, "proposed")
    assert "La fiche n'existe plus" in response.text
    assert not Initiative.objects.exists()


def test_a_change_of_a_deleted_sheet_is_no_business_of_others(client, orphan):
    signed_in(client, Mandate.Role.ANIMATEUR, TerritoryFactory(kind="departement"))
    sent = {"refuser": "", "comment": "Non."}
    assert client.post(review(orphan), sent).status_code == 404

    signed_in(client, Mandate.Role.READER)
    assert client.post(review(orphan), sent).status_code == 404


def test_what_is_decided_is_decided_and_says_by_whom(animateur_client):
    proposal = ProposalFactory()
    sent = form_at(animateur_client, review(proposal)) | {"publier": ""}
    proposal.decide("refused", by=UserFactory(first_name="Ana", last_name="Animatrice"))

    late = animateur_client.post(review(proposal), sent | {"text": "Un modèle", "comment": "Oui."})

    assert (late.status_code, "déjà refusée par Ana Animatrice" in late.text) == (409, True)
    assert late.context["written"] == [
        ("Commentaire", "Oui."),
        ("Besoin, en une phrase", "Un modèle"),
    ]
    assert "Un modèle" in late.text
    assert not Need.objects.exists()
    assert not Email.objects.exists()


def test_the_reviewer_publishes_choices_places_and_rows(animateur_client, terms):
    landes = TerritoryFactory(kind="departement", name="Landes", code="40")
    proposal = ProposalFactory(
        kind="initiative",
        title=SECRET,
        values={
            "title": SECRET,
            "themes": [terms.theme.pk],
            "territories": [landes.pk, "Nulle part"],
            "steps": [STEP],
            "links": [LINK],
        },
    )
    sent = form_at(animateur_client, review(proposal)) | {"publier": ""}

    refused = animateur_client.post(review(proposal), sent)
    assert (refused.status_code, "n'est pas reconnu" in unescape(refused.text)) == (400, True)
    animateur_client.post(review(proposal), {**sent, "territories": ["Landes (département 40)"]})

    initiative = Initiative.objects.get()
    assert list(initiative.themes.all()) == [terms.theme]
    assert list(initiative.territories.all()) == [landes]
    assert [(str(step.date), step.label) for step in initiative.steps.all()] == [
        ("octobre 2019", "Lancement")
    ]
    assert [link.url for link in initiative.links.all()] == [LINK["url"]]


@pytest.fixture
def change(actor, terms):
    """A member would change the scheme and the description of their actor."""
    actor.schemes.add(terms.scheme)
    return ProposalFactory(
        kind="acteur",
        record=actor,
        actor=actor,
        values={"description": "Après", "schemes": []},
        before={"description": "Avant", "schemes": [terms.scheme.pk]},
    )


def test_the_reviewer_sees_each_field_beside_todays(animateur_client, change):
    page = soup_of(animateur_client.get(review(change)))

    shown = [
        " ".join(" ".join(line.get_text() for line in each.find_all("p")[:2]).split())
        for each in page.select("fieldset.module")
    ]
    assert shown == [
        "Aujourd'hui : Avant Proposé : Après",
        "Aujourd'hui : GPECT Proposé : –",
    ]


def test_the_reviewer_leaves_a_field_out(animateur_client, actor, change):
    animateur_client.post(
        review(change), {"description": "Après", "leave": ["schemes"], "publier": ""}
    )

    actor.refresh_from_db()
    change.refresh_from_db()
    assert (actor.description, actor.schemes.count()) == ("Après", 1)
    assert (change.state, change.values) == ("published", {"description": "Après"})


def test_the_reviewer_accepts_a_choice(animateur_client, actor, change):
    animateur_client.post(
        review(change), {"description": "Avant", "leave": ["description"], "publier": ""}
    )

    actor.refresh_from_db()
    assert (actor.description, actor.schemes.count()) == ("Avant", 0)


def test_to_leave_everything_out_is_to_refuse(animateur_client, change):
    sent = {"leave": ["description", "schemes"], "publier": ""}

    response = animateur_client.post(review(change), sent)

    assert (response.status_code, "refusez plutôt" in response.text) == (400, True)
    change.refresh_from_db()
    assert change.state == "proposed"


def test_a_field_that_was_not_proposed_is_left_out_of_nothing(animateur_client, change):
    sent = {"description": "Après", "leave": ["website"], "publier": ""}

    assert animateur_client.post(review(change), sent).status_code == 400


def test_rows_that_stay_keep_their_key(animateur_client, actor):
    initiative = InitiativeFactory()
    kept = StepFactory(initiative=initiative, date="10/2019", label="Lancement")
    StepFactory(initiative=initiative, date="2020", label="À retirer")
    added = {"date": "2021", "label": "Suite"}
    proposal = ProposalFactory(
        kind="initiative",
        record=initiative,
        values={"steps": [STEP, added]},
        before={"steps": [STEP, {"date": "2020", "label": "À retirer"}]},
    )

    sent = form_at(animateur_client, review(proposal))
    animateur_client.post(review(proposal), sent | {"publier": ""})

    assert [step.label for step in initiative.steps.all()] == ["Lancement", "Suite"]
    assert initiative.steps.first() == kept


def test_what_is_published_is_signed(animateur_client, actor, change, terms):
    animateur_client.post(review(change), {"description": "Après", "publier": ""})

    version = actor.history.latest("history_date")
    reviewer = Proposal.objects.get().decided_by
    assert (version.history_user, version.relations["schemes"]) == (reviewer, [])


def test_nothing_is_published_out_of_the_perimeter(client, actor):
    here, elsewhere = actor.territories.get(), TerritoryFactory(kind="departement", name="Gers")
    proposal = ProposalFactory(kind="besoin", values={"text": "Un minibus", "kind": "tool"})
    proposal.territories.add(here)
    signed_in(client, Mandate.Role.ANIMATEUR, here)
    sent = {"text": "Un minibus", "kind": "tool", "publier": ""}

    refused = client.post(review(proposal), {**sent, "territories": ["Gers"]})

    assert (refused.status_code, "hors de votre périmètre" in refused.text) == (400, True)
    proposal.refresh_from_db()
    assert (Need.objects.count(), proposal.state) == (0, "proposed")
    assert client.post(review(proposal), {**sent, "territories": [here.name]}).status_code == 302
    assert elsewhere not in Need.objects.get().territories.all()


def test_what_takes_place_elsewhere_is_read_there_alone(client, actor):
    """A visitor names no actor: the place says who reviews."""
    gers = TerritoryFactory(kind="departement", name="Gers")
    proposal = ProposalFactory()
    proposal.territories.add(gers)

    signed_in(client, Mandate.Role.ANIMATEUR, actor.territories.get())
    assert client.get(review(proposal)).status_code == 404
    signed_in(client, Mandate.Role.ANIMATEUR, gers)
    assert client.get(review(proposal)).status_code == 200


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
