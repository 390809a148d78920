"""Who may edit what: every page of the admin × every role × in and out of the perimeter."""

import datetime

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.db import IntegrityError, transaction
from django.urls import reverse

from coopemploi.accounts.models import User
from coopemploi.history.bin import deleted_versions
from coopemploi.history.tracking import records_of
from coopemploi.permissions import editing_rule
from coopemploi.publishing import Publishable
from events.models import Action, Campaign, Event, Recap, RoundTableEntry, Session
from initiatives.models import Initiative, Need, Offer, Resource
from territories.models import Actor, Mandate, Network, Person, Territory
from territories.permissions import _paths
from tests.factories import (
    ActionFactory,
    ActorFactory,
    CampaignFactory,
    CompositionFactory,
    EventFactory,
    InitiativeFactory,
    MandateFactory,
    NeedFactory,
    NetworkFactory,
    NetworkMembershipFactory,
    OfferFactory,
    PersonFactory,
    PositionFactory,
    RecapFactory,
    ResourceFactory,
    RoundTableEntryFactory,
    SchemeFactory,
    SessionFactory,
    SourceFactory,
    TerritoryFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
Role = Mandate.Role


@pytest.fixture
def gironde():
    return TerritoryFactory(name="Gironde", kind="departement")


@pytest.fixture
def bazas(gironde):
    commune = TerritoryFactory(name="Bazas", kind="commune")
    CompositionFactory(whole=gironde, part=commune)
    return commune


@pytest.fixture
def dax():
    return TerritoryFactory(name="Dax", kind="commune")


def at(place):
    """A record of each model that perimeters concern, at a place."""

    def located(record):
        record.territories.add(place)
        return record

    actor = ActorFactory(description="Au lieu")
    actor.territories.add(place)
    return {
        Territory: place,
        Actor: actor,
        Network: NetworkFactory(territory=place),
        Person: PositionFactory(actor=actor).person,
        Initiative: located(InitiativeFactory()),
        Need: NeedFactory(actor=actor),
        Offer: located(OfferFactory()),
        Resource: ResourceFactory(actor=actor),
        Event: EventFactory(town=place),
        Campaign: located(CampaignFactory()),
        Recap: RecapFactory(event__town=place),
        Session: SessionFactory(event__town=place),
        RoundTableEntry: RoundTableEntryFactory(territory=place),
        Action: located(ActionFactory()),
    }


def page(record, name):
    opts = record._meta
    return reverse(f"admin:{opts.app_label}_{opts.model_name}_{name}", args=[record.pk])


def signed_in(client, role, territory=None, **kwargs):
    mandate = MandateFactory(role=role, territory=territory, **kwargs)
    client.force_login(mandate.user)
    return mandate.user


EVERYWHERE = {Role.NATIONAL, Role.READER}
# Of a record that somebody else made and published: change, delete, in and out of perimeter.
MAY = {
    Role.NATIONAL: {"in": {"change", "delete"}, "out": {"change", "delete"}},
    Role.ANIMATEUR: {"in": {"change", "delete"}, "out": set()},
    Role.CONTRIBUTOR: {"in": set(), "out": set()},
    Role.READER: {"in": set(), "out": set()},
}


# What differs by place is run each time; what is the same everywhere, in the long run.
@pytest.mark.parametrize(
    ("role", "where"),
    [
        (Role.ANIMATEUR, "in"),
        (Role.ANIMATEUR, "out"),
        (Role.CONTRIBUTOR, "in"),
        *(
            pytest.param(role, where, marks=pytest.mark.long)
            for role, where in [
                (Role.NATIONAL, "in"),
                (Role.NATIONAL, "out"),
                (Role.CONTRIBUTOR, "out"),
                (Role.READER, "in"),
                (Role.READER, "out"),
            ]
        ),
    ],
)
def test_each_role_edits_its_perimeter_and_reads_the_rest(client, gironde, bazas, dax, role, where):
    records = at(bazas if where == "in" else dax)
    user = signed_in(client, role, None if role in EVERYWHERE else gironde)
    allowed = MAY[role][where]

    for model, record in records.items():
        seen = client.get(page(record, "change"))
        assert seen.status_code == 200, model
        assert ('name="_save"' in seen.text) == ("change" in allowed), model
        # What was said not to be editable is not written by a crafted request either.
        sent = client.post(page(record, "change"), {"title": "Volé", "name": "Volé"})
        assert (sent.status_code != 403) == ("change" in allowed), model
        deletion = client.get(page(record, "delete"))
        assert (deletion.status_code == 200) == ("delete" in allowed), model
        assert client.get(page(record, "history")).status_code == 200, model
        within = editing_rule().editable(model.objects.all(), user)
        assert (record in within) == ("change" in allowed), model


def test_matrix_has_every_model_that_perimeters_concern(bazas):
    without_place = {"Series", "FollowUpBody"}
    # Decided on, never edited, or read only by whoever may change the meeting: their own tests.
    apart = {"Match", "Introduction", "Belonging", "Proposal", "Evaluation", "Registration"}
    assert {model.__name__ for model in _paths} - without_place - apart == {
        model.__name__ for model in at(bazas)
    }


def test_list_empty_of_ones_own_leads_to_all(client, gironde, dax):
    other = InitiativeFactory(title="Un garage")
    other.territories.add(dax)
    signed_in(client, Role.ANIMATEUR, gironde)
    address = reverse("admin:initiatives_initiative_changelist")

    mine = client.get(address).text

    assert 'Rien dans votre périmètre. <a href="?perimetre=tout">Voir tout</a>' in mine
    assert "Un garage" not in mine
    assert "Un garage" in client.get(f"{address}?perimetre=tout").text


@pytest.mark.parametrize("action", ["publish_selection", "archive_selection", "delete_selected"])
@pytest.mark.parametrize("role", Role)
def test_action_on_a_record_out_of_perimeter_does_nothing_at_all(
    client, gironde, bazas, dax, role, action
):
    mine, other = InitiativeFactory(status="draft"), InitiativeFactory(status="draft")
    mine.territories.add(bazas)
    other.territories.add(dax)
    signed_in(client, role, None if role in EVERYWHERE else gironde)

    response = client.post(
        reverse("admin:initiatives_initiative_changelist") + "?perimetre=tout",
        {
            "action": action,
            "_selected_action": [mine.pk, other.pk],
            "post": "yes",
            "confirmed": "oui",
        },
        follow=True,
    )

    done = role == Role.NATIONAL
    left = set(Initiative.objects.filter(status="draft"))
    assert response.status_code in {200, 403}
    assert left == (set() if done else {mine, other})


def test_action_within_the_perimeter_is_done(client, gironde, bazas):
    mine = InitiativeFactory(status="draft")
    mine.territories.add(bazas)
    signed_in(client, Role.ANIMATEUR, gironde)

    client.post(
        reverse("admin:initiatives_initiative_changelist"),
        {"action": "publish_selection", "_selected_action": [mine.pk], "confirmed": "oui"},
    )

    mine.refresh_from_db()
    assert mine.is_published


def test_list_shows_first_what_one_may_edit(client, gironde, bazas, dax):
    mine, other = InitiativeFactory(title="À Bazas"), InitiativeFactory(title="À Dax")
    mine.territories.add(bazas)
    other.territories.add(dax)
    signed_in(client, Role.ANIMATEUR, gironde)
    url = reverse("admin:initiatives_initiative_changelist")

    first, everything = client.get(url), client.get(url, {"perimetre": "tout"})

    assert list(first.context["cl"].result_list) == [mine]
    assert set(everything.context["cl"].result_list) == {mine, other}


def test_record_astride_is_in_both_perimeters(gironde, bazas, dax):
    landes = TerritoryFactory(name="Landes", kind="departement")
    for departement in (gironde, landes):  # each has more communes than the PETR
        for commune in TerritoryFactory.create_batch(3, kind="commune"):
            CompositionFactory(whole=departement, part=commune)
    petr = TerritoryFactory(name="PETR", kind="petr")
    for whole, part in ((landes, dax), (petr, dax), (petr, bazas)):
        CompositionFactory(whole=whole, part=part)
    initiative = InitiativeFactory()
    initiative.territories.add(petr)

    for perimeter in (gironde, landes):
        user = MandateFactory(territory=perimeter).user
        assert list(editing_rule().editable(Initiative.objects.all(), user)) == [initiative]


def test_record_of_what_is_around_is_read_only(gironde):
    region = TerritoryFactory(kind="region")
    for part in (gironde, TerritoryFactory(kind="departement")):
        CompositionFactory(whole=region, part=part)
    initiative = InitiativeFactory()
    initiative.territories.add(region)
    user = MandateFactory(territory=gironde).user

    assert list(editing_rule().editable(Initiative.objects.all(), user)) == []


def test_record_without_territory_belongs_to_its_creator(gironde):
    user = MandateFactory(territory=gironde).user
    mine = InitiativeFactory(created_by=user)
    InitiativeFactory(created_by=UserFactory())
    InitiativeFactory()

    assert list(editing_rule().editable(Initiative.objects.all(), user)) == [mine]


def test_network_s_animateur_edits_the_network_and_its_meetings(dax):
    network = NetworkFactory()
    meeting, other = EventFactory(network=network, town=dax), EventFactory(town=dax)
    user = MandateFactory(territory=None, network=network).user

    assert list(editing_rule().editable(Event.objects.all(), user)) == [meeting]
    assert list(editing_rule().editable(Network.objects.all(), user)) == [network]
    assert other not in editing_rule().editable(Event.objects.all(), user)


def test_network_s_animateur_does_not_edit_whom_they_name_a_member():
    membership = NetworkMembershipFactory(actor=ActorFactory())
    user = MandateFactory(territory=None, network=membership.network).user

    assert membership.actor not in editing_rule().editable(Actor.objects.all(), user)


def test_contributor_changes_what_they_proposed_until_it_is_published(client, gironde, bazas):
    user = signed_in(client, Role.CONTRIBUTOR, gironde)
    made = {
        status: InitiativeFactory(created_by=user, status=status)
        for status in Publishable.Status.values
    }
    for initiative in made.values():
        initiative.territories.add(bazas)

    editable = editing_rule().editable(Initiative.objects.all(), user)

    assert set(editable) == {made["draft"], made["proposed"]}
    form = client.get(page(made["draft"], "change")).context["adminform"].form
    assert [value for value, _ in form.fields["status"].choices] == ["draft", "proposed"]


@pytest.mark.parametrize(("status", "is_open"), [("draft", True), ("published", False)])
def test_contributor_changes_what_lies_nowhere_until_it_is_published(gironde, status, is_open):
    user = MandateFactory(territory=gironde, role=Role.CONTRIBUTOR).user
    event = EventFactory(town=None, created_by=user, status=status)

    editable = editing_rule().editable(Event.objects.all(), user)

    assert editable.filter(pk=event.pk).exists() == is_open


def test_contributor_may_not_publish_by_a_crafted_request(client, gironde, bazas):
    user = signed_in(client, Role.CONTRIBUTOR, gironde)

    response = client.post(
        reverse("admin:initiatives_initiative_add"), form_of(bazas, status="published")
    )

    assert response.status_code == 200
    assert not Initiative.objects.filter(created_by=user).exists()


def form_of(place, **values):
    """What the form of an initiative sends."""
    data = {"title": "Garage", "status": "draft", "territories": [place.pk] if place else []}
    for prefix in ("involvements", "steps", "figures", "links"):
        data |= {f"{prefix}-TOTAL_FORMS": 0, f"{prefix}-INITIAL_FORMS": 0}
    return {**data, **values}


def test_record_is_made_in_the_perimeter(client, gironde, bazas):
    signed_in(client, Role.ANIMATEUR, gironde)

    response = client.post(reverse("admin:initiatives_initiative_add"), form_of(bazas))

    assert response.status_code == 302
    assert Initiative.objects.get().title == "Garage"


def test_record_made_out_of_the_perimeter_is_refused_and_nothing_is_written(client, gironde, dax):
    signed_in(client, Role.ANIMATEUR, gironde)

    response = client.post(reverse("admin:initiatives_initiative_add"), form_of(dax))

    assert response.status_code == 200
    assert "ne serait pas dans votre périmètre" in response.text
    assert not Initiative.objects.exists()
    assert not LogEntry.objects.exists()


def test_record_is_not_moved_out_of_the_perimeter(client, gironde, bazas, dax):
    initiative = InitiativeFactory()
    initiative.territories.add(bazas)
    signed_in(client, Role.ANIMATEUR, gironde)
    client.get(page(initiative, "change"))

    response = client.post(page(initiative, "change"), form_of(dax))

    initiative.refresh_from_db()
    assert "ne serait pas dans votre périmètre" in response.text
    assert initiative.title != "Garage"
    assert list(initiative.territories.all()) == [bazas]


@pytest.mark.parametrize(
    ("since", "until", "holds"),
    [
        (None, None, True),
        (datetime.date(2026, 1, 1), None, True),
        (datetime.date(2100, 1, 1), None, False),
        (None, datetime.date(2020, 1, 1), False),
    ],
)
def test_mandate_holds_between_its_dates(client, gironde, bazas, since, until, holds):
    initiative = InitiativeFactory()
    initiative.territories.add(bazas)
    user = MandateFactory(territory=gironde, since=since, until=until).user

    assert (initiative in editing_rule().editable(Initiative.objects.all(), user)) == holds
    assert user.has_perm("initiatives.change_initiative") == holds


def test_inactive_account_has_no_right(gironde, bazas):
    user = MandateFactory(territory=gironde, user__is_active=False).user
    initiative = InitiativeFactory()
    initiative.territories.add(bazas)

    assert not user.has_perm("initiatives.change_initiative")
    assert not editing_rule().editable(Initiative.objects.all(), user)


def test_vocabularies_and_accounts_are_for_national_administrators(client, gironde):
    scheme, account = SchemeFactory(), UserFactory()
    signed_in(client, Role.ANIMATEUR, gironde)

    assert 'name="_save"' not in client.get(page(scheme, "change")).text
    assert client.get(page(account, "change")).status_code == 403
    assert client.get(reverse("admin:territories_mandate_changelist")).status_code == 403

    signed_in(client, Role.NATIONAL)

    assert 'name="_save"' in client.get(page(scheme, "change")).text
    assert client.get(page(account, "change")).status_code == 200
    assert client.get(reverse("admin:territories_mandate_changelist")).status_code == 200


def test_source_is_shared_by_those_who_animate(client, gironde):
    source = SourceFactory()
    signed_in(client, Role.ANIMATEUR, gironde)

    assert 'name="_save"' in client.get(page(source, "change")).text


def test_national_administrator_touches_no_superuser_and_makes_none(client):
    superuser = UserFactory(is_staff=True, is_superuser=True)
    user = signed_in(client, Role.NATIONAL)

    assert 'name="_save"' not in client.get(page(superuser, "change")).text
    assert client.post(page(superuser, "change"), {"email": "a@b.fr"}).status_code == 403
    assert client.get(page(superuser, "delete")).status_code == 403
    shown = client.get(page(user, "change")).context["adminform"].form.fields
    assert "is_superuser" not in shown


def test_password_of_a_superuser_is_out_of_reach(client):
    superuser = UserFactory(is_staff=True, is_superuser=True)
    signed_in(client, Role.NATIONAL)

    assert (
        client.get(reverse("admin:auth_user_password_change", args=[superuser.pk])).status_code
        == 403
    )


def test_staff_without_mandate_reads_nothing(client):
    client.force_login(UserFactory(is_staff=True))

    assert client.get(reverse("admin:initiatives_initiative_changelist")).status_code == 403
    assert client.get(reverse("admin:index")).status_code == 200


def test_mandate_opens_the_administration(animateur_client):
    account = UserFactory()
    territory = TerritoryFactory()

    animateur_client.post(
        page(account, "change"),
        {
            "email": account.email,
            "is_active": "on",
            "mandates-TOTAL_FORMS": 1,
            "mandates-INITIAL_FORMS": 0,
            "saved_filters-TOTAL_FORMS": 0,
            "saved_filters-INITIAL_FORMS": 0,
            "mandates-0-role": "animateur",
            "mandates-0-territory": territory.pk,
        },
    )

    account = User.objects.get(pk=account.pk)
    assert account.is_staff
    assert [str(mandate) for mandate in account.mandates.all()] == [f"animation : {territory}"]


@pytest.mark.parametrize(
    ("role", "has_place"),
    [("national", True), ("reader", True), ("animateur", False), ("contributor", False)],
)
def test_mandate_has_the_perimeter_of_its_role(role, has_place):
    place = TerritoryFactory() if has_place else None

    with pytest.raises(IntegrityError), transaction.atomic():
        MandateFactory(role=role, territory=place)


@pytest.mark.parametrize("count", [1, 30])
def test_list_within_a_perimeter_takes_the_same_queries(
    client, gironde, bazas, django_assert_num_queries, count
):
    for _ in range(count):
        InitiativeFactory().territories.add(bazas)
    signed_in(client, Role.ANIMATEUR, gironde)
    url = reverse("admin:initiatives_initiative_changelist")
    client.get(url)

    # Beside those of the list: the second factor, the mandates, the permissions they
    # give, and the filters saved.
    with django_assert_num_queries(15):
        client.get(url)


def test_every_model_of_the_admin_denies_who_has_no_mandate(client):
    client.force_login(UserFactory(is_staff=True))

    for model in admin.site._registry:
        opts = model._meta
        for name in ("changelist", "add"):
            url = reverse(f"admin:{opts.app_label}_{opts.model_name}_{name}")
            assert client.get(url, follow=True).status_code == 403, url


def test_person_without_position_is_shared_by_those_who_animate(gironde):
    person = PersonFactory()
    animateur = MandateFactory(territory=gironde).user
    contributor = MandateFactory(territory=gironde, role=Role.CONTRIBUTOR).user

    assert list(editing_rule().editable(Person.objects.all(), animateur)) == [person]
    assert list(editing_rule().editable(Person.objects.all(), contributor)) == []


# What was deleted, and what was written before


def deleted(place):
    initiative = InitiativeFactory()
    initiative.territories.add(place)
    key = initiative.pk
    initiative.delete()
    version = deleted_versions(Initiative).get(id=key)
    return key, reverse("admin:initiatives_initiative_recover", args=[version.pk])


def test_deleted_record_comes_back_within_the_perimeter_only(client, gironde, bazas, dax):
    mine, my_address = deleted(bazas)
    _, address = deleted(dax)
    signed_in(client, Role.ANIMATEUR, gironde)
    client.get(reverse("admin:initiatives_initiative_changelist"))

    assert client.post(address).status_code == 409
    assert client.post(my_address).status_code == 302
    assert list(Initiative.objects.values_list("pk", flat=True)) == [mine]


def test_version_that_was_out_of_the_perimeter_is_not_restored(client, gironde, bazas, dax):
    initiative = InitiativeFactory(title="Ailleurs")
    initiative.territories.set([dax])
    initiative.title = "Ici"
    initiative.save()
    initiative.territories.set([bazas])
    elsewhere = records_of(Initiative).versions.objects.filter(title="Ailleurs").last()
    signed_in(client, Role.ANIMATEUR, gironde)
    client.get(page(initiative, "change"))

    address = reverse(
        "admin:initiatives_initiative_restore",
        args=[initiative.pk, "initiative", elsewhere.pk],
    )
    response = client.post(address)

    initiative.refresh_from_db()
    assert response.status_code == 409
    assert (initiative.title, list(initiative.territories.all())) == ("Ici", [bazas])


def test_a_person_who_also_holds_an_office_elsewhere_is_nobody_elses_to_change(
    client, gironde, bazas, dax
):
    """An office without an actor lies nowhere; the person, whose other job does, lies there."""
    actor = ActorFactory()
    actor.territories.add(dax)
    person = PositionFactory(actor=actor, person__email="lea@example.org").person
    PositionFactory(person=person, actor=None, title="conseillère municipale")
    PositionFactory(person=person, actor=ActorFactory(), title="bénévole")
    animateur = signed_in(client, Role.ANIMATEUR, gironde)

    everybody = Person.objects.order_by("pk")
    assert not editing_rule().editable(everybody, animateur).exists()
    # Whoever lies nowhere at all is still anybody's.
    nowhere = PositionFactory(actor=None, title="maire").person
    assert list(editing_rule().editable(everybody, animateur)) == [nowhere]


def test_an_account_is_given_to_a_person_by_who_sees_accounts(client, gironde, bazas):
    """A forged key would lend somebody's record to any account, and tell its address."""
    actor = ActorFactory()
    actor.territories.add(bazas)
    person = PositionFactory(actor=actor).person
    other = UserFactory(email="secrete@example.org")
    signed_in(client, Role.ANIMATEUR, gironde)
    form = {
        "last_name": "Roux",
        "user": other.pk,
        **{f"positions-{name}_FORMS": 0 for name in ("TOTAL", "INITIAL")},
    }

    refused = client.post(page(person, "change"), {**form, "last_name": ""})
    client.post(page(person, "change"), form)

    person.refresh_from_db()
    assert (person.last_name, person.user) == ("Roux", None)
    assert "secrete@example.org" not in refused.text

    signed_in(client, Role.NATIONAL)
    client.post(page(person, "change"), form)

    person.refresh_from_db()
    assert person.user == other


def test_a_mandate_added_by_itself_opens_the_administration_and_asks_a_second_factor(
    client, gironde
):
    """Rights without the team's mark would be exercised without its second factor."""
    newcomer = UserFactory()
    signed_in(client, Role.NATIONAL)

    client.post(
        reverse("admin:territories_mandate_add"),
        {"user": newcomer.pk, "role": Role.ANIMATEUR, "territory": gironde.pk},
    )

    newcomer.refresh_from_db()
    assert newcomer.mandates.exists()
    assert newcomer.must_have_second_factor()
