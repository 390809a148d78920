"""What each feature of the admin lets somebody reach, once they are all together."""

from html import unescape

import pytest
from django.urls import reverse

from coopemploi.history.bin import deleted_versions
from coopemploi.history.tracking import operation, records_of
from coopemploi.merging.declarations import declarations
from coopemploi.merging.merge import merge
from coopemploi.merging.models import Merge
from initiatives.models import Initiative
from territories.models import Actor, Composition, Mandate, Person, Position, Territory
from tests import importing
from tests.factories import (
    ActionFactory,
    ActorFactory,
    CampaignFactory,
    CompositionFactory,
    EventFactory,
    FollowUpBodyFactory,
    InitiativeFactory,
    MandateFactory,
    PositionFactory,
    SeriesFactory,
    StepFactory,
    TerritoryFactory,
    UserFactory,
)
from tests.importing import page

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


@pytest.fixture
def signed_in(client, gironde):
    """Sign somebody in, with a mandate on the Gironde."""

    def sign_in(role=Role.ANIMATEUR):
        user = MandateFactory(role=role, territory=gironde).user
        client.force_login(user)
        return user

    return sign_in


def initiative_at(place, **values):
    initiative = InitiativeFactory(**values)
    initiative.territories.add(place)
    return initiative


def actor_at(place, **values):
    actor = ActorFactory(**values)
    actor.territories.add(place)
    return actor


# Who has no right to see


def test_form_of_a_deleted_record_tells_nothing_to_who_may_not_see_it(client, bazas):
    initiative = initiative_at(bazas, title="Un titre secret")
    key = initiative.pk
    initiative.delete()
    client.force_login(UserFactory(is_staff=True))

    response = client.post(page(Initiative, "change", key), {"_state": ""}, follow=True)

    assert "secret" not in response.text
    assert response.status_code in (200, 403)
    assert not response.redirect_chain or response.redirect_chain[0][1] == 302


def test_staff_without_mandate_reaches_no_page_of_the_new_features(client, bazas):
    initiative, other = initiative_at(bazas), initiative_at(bazas)
    key = other.pk
    actor, twin = actor_at(bazas), actor_at(bazas)
    done = merge(actor, twin)
    other.delete()
    version = deleted_versions(Initiative).get(id=key)
    operation = records_of(Initiative).versions.objects.filter(id=initiative.pk).first().operation
    client.force_login(UserFactory(is_staff=True))
    event = EventFactory()
    addresses = [
        page(Initiative, "bin"),
        page(Initiative, "recover", version.pk),
        page(Initiative, "undo", operation),
        page(Initiative, "history", initiative.pk),
        page(Initiative, "restore", initiative.pk, "initiative", 1),
        page(Initiative, "duplicates"),
        page(Initiative, "import"),
        page(Initiative, "import_batch", 1),
        page(Initiative, "export"),
        page(Initiative, "export_file", "csv"),
        page(Actor, "duplicates"),
        page(type(event), "invitees", event.pk),
        reverse("admin:merging_merge_undo", args=[done.pk]),
    ]

    assert {address: client.get(address).status_code for address in addresses} == dict.fromkeys(
        addresses, 403
    )


# Public pages


def body_at(place):
    body = FollowUpBodyFactory(territory=place)
    ActionFactory(follow_up_body=body, status="published")
    return body


def series_of(place):
    return at(place, EventFactory(series=SeriesFactory(), status="published")).series


def at(place, record):
    record.territories.add(place)
    return record


# Pages of the site that lead to the form of what they show.
EDITED = {
    "action": lambda place: at(place, ActionFactory(status="published")),
    "campaign": lambda place: at(place, CampaignFactory(status="published")),
    "event": lambda place: at(place, EventFactory(status="published")),
    "follow-up body": body_at,
    "initiative": lambda place: at(place, InitiativeFactory(status="published")),
    "series": series_of,
}
# Gathers meetings of several places: whoever animates writes it.
SHARED = {"series"}


def leads_to_its_form(client, record):
    shown = client.get(record.get_absolute_url())
    assert shown.status_code == 200
    return f'href="{page(type(record), "change", record.pk)}"' in shown.text


@pytest.mark.parametrize("kind", EDITED)
def test_page_leads_to_the_form_of_a_record_whoever_may_edit_it(
    client, signed_in, bazas, dax, kind
):
    here, elsewhere = EDITED[kind](bazas), EDITED[kind](dax)

    assert not leads_to_its_form(client, here)
    client.force_login(UserFactory())
    assert not leads_to_its_form(client, here)
    client.force_login(UserFactory(is_staff=True))
    assert not leads_to_its_form(client, here)
    client.force_login(MandateFactory(role=Role.READER, territory=None).user)
    assert not leads_to_its_form(client, here)
    signed_in()
    assert leads_to_its_form(client, here)
    assert leads_to_its_form(client, elsewhere) is (kind in SHARED)


# Merges


def test_merge_whose_absorbed_record_was_elsewhere_is_not_undone(client, signed_in, bazas, dax):
    survivor, loser = actor_at(bazas), actor_at(dax, name="Le Dacquois")
    done = merge(survivor, loser, relations={"territories": "survivor"})
    signed_in()

    response = client.post(reverse("admin:merging_merge_undo", args=[done.pk]))

    assert response.status_code == 409
    assert "périmètre" in response.text
    assert not Actor.objects.filter(pk=loser.pk).exists()
    assert Merge.objects.get().undone_at is None


def test_merge_within_the_perimeter_is_undone(client, signed_in, bazas):
    survivor, loser = actor_at(bazas), actor_at(bazas)
    done = merge(survivor, loser)
    signed_in()

    response = client.post(reverse("admin:merging_merge_undo", args=[done.pk]))

    assert response.status_code == 302
    assert Actor.objects.filter(pk=loser.pk).exists()


def test_duplicates_are_those_that_one_may_merge(client, signed_in, bazas, dax):
    mine = [actor_at(bazas, name="Maison de l'emploi de Bazas") for _ in range(2)]
    for _ in range(2):
        actor_at(dax, name="Maison de l'emploi de Dax")
    declarations[Actor].duplicates.rebuild()
    signed_in()

    response = client.get(page(Actor, "duplicates"))

    shown = [(pair["first"], pair["second"]) for pair in response.context["pairs"]]
    assert shown == [tuple(mine)]
    panels = client.get(reverse("admin:index")).context["panels"]
    [panel] = [panel for panel in panels if panel["key"] == "doublons"]
    assert (panel["count"], [detail["label"] for detail in panel["details"]]) == ("1", ["Acteurs"])


def test_merge_with_a_record_elsewhere_is_refused(client, signed_in, bazas, dax):
    mine, other = actor_at(bazas), actor_at(dax)
    signed_in()

    for sent in ({"survivor": "first"}, {"survivor": "second"}):
        assert client.post(page(Actor, "merge", mine.pk, other.pk), sent).status_code == 403
    pair = {"first": mine.pk, "second": other.pk}
    assert client.post(page(Actor, "distinguish"), pair).status_code == 403
    assert Actor.objects.count() == 2


def test_history_of_a_survivor_is_shown_and_restored(animateur_client, bazas):
    survivor, loser = actor_at(bazas, name="Avant"), actor_at(bazas)
    survivor.name = "Maintenant"
    survivor.save()
    PositionFactory(actor=loser)
    done = merge(survivor, loser)
    first = records_of(Actor).versions.objects.filter(id=survivor.pk, name="Avant").first()

    shown = animateur_client.get(page(Actor, "history", survivor.pk))
    back = animateur_client.post(page(Actor, "restore", survivor.pk, "actor", first.pk))

    survivor.refresh_from_db()
    assert (shown.status_code, back.status_code, survivor.name) == (200, 302, "Avant")
    undo = reverse("admin:merging_merge_undo", args=[done.pk])
    assert animateur_client.post(undo).status_code in (302, 409)


def test_absorbed_record_that_left_the_bin_stops_the_undoing_in_words(animateur_client, bazas):
    survivor, loser = actor_at(bazas), actor_at(bazas)
    done = merge(survivor, loser)
    version = deleted_versions(Actor).get(id=loser.pk)

    assert animateur_client.get(page(Actor, "recover", version.pk)).status_code == 200
    back = animateur_client.post(page(Actor, "recover", version.pk))

    assert back.status_code in (302, 409)
    undo = reverse("admin:merging_merge_undo", args=[done.pk])
    assert animateur_client.get(undo).status_code == 200
    assert animateur_client.post(undo).status_code in (302, 409)


# History


def test_row_that_is_now_elsewhere_is_not_taken_back_by_its_history(client, signed_in, bazas, dax):
    mine, other = initiative_at(bazas), initiative_at(dax)
    step = StepFactory(initiative=mine)
    version = records_of(type(step)).versions.objects.get(id=step.pk)
    step.initiative = other
    step.save()
    signed_in()

    response = client.post(page(Initiative, "restore", mine.pk, "step", version.pk))

    step.refresh_from_db()
    assert response.status_code == 409
    assert step.initiative == other


def test_contributor_publishes_by_no_way(client, signed_in, bazas):
    user = signed_in(Role.CONTRIBUTOR)
    initiative = initiative_at(bazas, created_by=user, status="published", title="Publiée")
    published = records_of(Initiative).versions.objects.filter(id=initiative.pk).first()
    initiative.status = "draft"
    initiative.save()

    restored = client.post(page(Initiative, "restore", initiative.pk, "initiative", published.pk))
    row = f"réf;état de publication\n{initiative.slug};publié\n"
    batch = importing.send(client, Initiative, row)
    client.post(page(Initiative, "import_apply", batch.pk))
    new = "titre;état de publication;territoires\nUn garage;publié;Bazas\n"
    batch = importing.send(client, Initiative, new)
    client.post(page(Initiative, "import_apply", batch.pk))
    client.post(
        page(Initiative, "changelist"),
        {"action": "publish_selection", "_selected_action": [initiative.pk], "confirmed": "oui"},
    )

    assert restored.status_code == 409
    assert not Initiative.objects.filter(status="published").exists()


def test_undoing_puts_no_record_out_of_the_perimeter(client, signed_in, bazas, dax):
    initiative = initiative_at(dax)
    with operation() as key:
        initiative.territories.set([bazas])
    signed_in()

    client.post(page(Initiative, "undo", key))

    assert list(initiative.territories.all()) == [bazas]


def test_undoing_publishes_nothing_for_a_contributor(client, signed_in, bazas):
    user = signed_in(Role.CONTRIBUTOR)
    initiative = initiative_at(bazas, created_by=user, status="published")
    with operation() as key:
        initiative.status = "draft"
        initiative.save()

    client.post(page(Initiative, "undo", key))

    initiative.refresh_from_db()
    assert initiative.status == "draft"


# Imports


def test_import_of_another_does_not_exist(client, signed_in, bazas):
    signed_in()
    batch = importing.send(client, Initiative, "titre;territoires\nUn garage;Bazas\n")
    importing.apply(client, Initiative, batch)
    signed_in()

    for name in ("import_batch", "import_mapping", "import_refused"):
        assert client.get(page(Initiative, name, batch.pk)).status_code == 404, name
    for name in ("import_mapping", "import_duplicates", "import_apply", "import_take_back"):
        assert client.post(page(Initiative, name, batch.pk)).status_code == 404, name
    assert Initiative.objects.get().title == "Un garage"


def test_import_writes_nothing_elsewhere(client, signed_in, bazas, dax):
    signed_in()
    mine, other = initiative_at(bazas, title="Ici"), initiative_at(dax, title="Ailleurs")
    rows = [f"{other.slug};Volé;Dax", ";Neuf;Dax", f"{mine.slug};Ici;Dax"]
    batch = importing.send(client, Initiative, "\n".join(["réf;titre;territoires", *rows]))

    importing.apply(client, Initiative, batch)

    left = {each.title: list(each.territories.all()) for each in Initiative.objects.all()}
    assert left == {"Ici": [bazas], "Ailleurs": [dax]}


def test_taking_back_puts_no_record_where_one_has_no_more_mandate(client, signed_in, bazas, dax):
    lost = MandateFactory(user=signed_in(), territory=dax)
    initiative = initiative_at(dax)
    batch = importing.send(client, Initiative, f"réf;territoires\n{initiative.slug};Bazas\n")
    importing.apply(client, Initiative, batch)
    lost.delete()

    importing.take_back(client, Initiative, batch)

    assert list(initiative.territories.all()) == [bazas]
    assert importing.problems(batch) == {
        2: [["territoires", "cette fiche serait hors de votre périmètre."]]
    }


def test_taking_back_publishes_nothing_for_who_animates_no_more(client, signed_in, bazas):
    user = signed_in()
    initiative = initiative_at(bazas, created_by=user, status="published")
    row = f"réf;état de publication\n{initiative.slug};brouillon\n"
    batch = importing.send(client, Initiative, row)
    importing.apply(client, Initiative, batch)
    user.mandates.update(role=Role.CONTRIBUTOR)

    importing.take_back(client, Initiative, batch)

    initiative.refresh_from_db()
    assert initiative.status == "draft"


# Perimeters themselves


def test_animateur_does_not_widen_the_perimeter(client, signed_in, gironde, dax):
    signed_in()
    form = client.get(page(Territory, "change", gironde.pk)).context
    data = dict(form["adminform"].form.initial)
    data = {name: value for name, value in data.items() if isinstance(value, str | int)}
    for inline in form["inline_admin_formsets"]:
        prefix = inline.formset.prefix
        data |= {f"{prefix}-TOTAL_FORMS": 0, f"{prefix}-INITIAL_FORMS": 0}
    data |= {
        "part_links-TOTAL_FORMS": 1,
        "part_links-0-part": dax.pk,
    }

    response = client.post(page(Territory, "change", gironde.pk), data)

    assert "n'est pas tout entier dans votre périmètre" in unescape(response.text)
    assert not Composition.objects.filter(whole=gironde, part=dax).exists()


def test_territory_of_the_perimeter_is_still_composed(client, signed_in, bazas):
    signed_in()
    data = {"kind": "petr", "name": "PETR du Bazadais"}
    for prefix in ("part_links", "whole_links", "figures", "former_codes"):
        data |= {f"{prefix}-TOTAL_FORMS": 0, f"{prefix}-INITIAL_FORMS": 0}
    data |= {"part_links-TOTAL_FORMS": 1, "part_links-0-part": bazas.pk}

    response = client.post(page(Territory, "add"), data)

    assert response.status_code == 302
    assert Composition.objects.filter(whole__name="PETR du Bazadais", part=bazas).exists()


def test_lost_part_of_a_perimeter_is_not_restored_by_who_has_it(client, signed_in, gironde, dax):
    link = CompositionFactory(whole=gironde, part=dax)
    version = records_of(Composition).versions.objects.get(id=link.pk)
    link.delete()
    signed_in()

    response = client.post(page(Territory, "restore", gironde.pk, "composition", version.pk))

    assert response.status_code == 409
    assert not Composition.objects.filter(whole=gironde, part=dax).exists()


# Hostile requests


HUGE = "9" * 25


@pytest.mark.parametrize("state", [{}, {"_state": "ancien"}])
def test_relation_to_a_number_that_no_column_holds_is_refused_in_words(
    animateur_client, bazas, state
):
    initiative = initiative_at(bazas)
    form = {"title": "Garage", "territories": HUGE, **state}
    for prefix in ("involvements", "steps", "figures", "links"):
        form |= {f"{prefix}-TOTAL_FORMS": 0, f"{prefix}-INITIAL_FORMS": 0}

    response = animateur_client.post(page(Initiative, "change", initiative.pk), form)

    assert response.status_code == (409 if state else 200)
    assert list(initiative.territories.all()) == [bazas]


def test_functions_are_added_on_the_page_of_a_person_within_a_perimeter(client, signed_in):
    signed_in()

    assert client.get(page(Position, "add")).status_code == 403
    assert "positions-TOTAL_FORMS" in client.get(page(Person, "add")).text


def test_row_of_a_record_elsewhere_is_not_written_through_one_s_own(client, signed_in, bazas, dax):
    mine, other = initiative_at(bazas), initiative_at(dax)
    step = StepFactory(initiative=other, label="Ouverture")
    form = {"title": "Garage", "status": "draft", "territories": [bazas.pk]}
    for prefix in ("involvements", "steps", "figures", "links"):
        form |= {f"{prefix}-TOTAL_FORMS": 0, f"{prefix}-INITIAL_FORMS": 0}
    form |= {
        "steps-TOTAL_FORMS": 1,
        "steps-INITIAL_FORMS": 1,
        "steps-0-id": step.pk,
        "steps-0-label": "Volé",
    }
    signed_in()

    client.post(page(Initiative, "change", mine.pk), form)
    client.post(page(Initiative, "change", other.pk), form | {"_saveasnew": "1"})

    step.refresh_from_db()
    assert (step.label, step.initiative) == ("Ouverture", other)
