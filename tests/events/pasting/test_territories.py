"""The territories that a pasted text says were there."""

import pytest

from events.models import Attendance
from tests.factories import AttendanceFactory, CompositionFactory, TerritoryFactory

from .pages import page, propose, sent_again, values

pytestmark = pytest.mark.django_db


def test_who_was_there_is_ticked_and_speakers_have_their_whole_name(
    animateur_client, event, crestville
):
    text = "Territoires présents : Crestville.\nLise Armandou, maire de Crestville, a ouvert."
    response = propose(animateur_client, event, text)
    assert values(response, "territories", "wording", "keep") == [("Crestville", True)]
    assert "Garder&nbsp;: Lise Armandou" in response.text


def test_name_of_a_territory_is_looked_up_again_once_mended(animateur_client, event, crestville):
    bains = TerritoryFactory(name="Valdoré-les-Bains")
    changes = {"territories-1-keep": "on", "territories-1-wording": "Valdoré-les-Bains"}
    data = sent_again(propose(animateur_client, event), **changes)
    response = animateur_client.post(page(event), data)
    assert response.status_code == 400
    form = response.context["proposals"].formsets["territories"][1]
    assert str(bains.pk) in [value for value, _ in form.fields["territory"].choices]

    animateur_client.post(page(event), {**data, "territories-1-territory": bains.pk})
    assert set(Attendance.objects.values_list("territory", flat=True)) == {crestville.pk, bains.pk}


@pytest.fixture
def homonyms(db):
    """A Crestville in each of two regions, the first of which has four other towns."""
    found = []
    for region in ("Lunain", "Brévenne"):
        whole = TerritoryFactory(kind="region", name=region)
        for name in ("Crestville", *(f"{region}-{n}" for n in ("Pont", "Port", "Bois", "Bourg"))):
            part = TerritoryFactory(name=name)
            CompositionFactory(whole=whole, part=part)
            if name == "Crestville":
                found.append((whole, part))
    return found


def test_homonym_of_a_present_territory_is_that_of_the_event(animateur_client, event, homonyms):
    text = "Retour\n\nTerritoires présents : Crestville.\n"
    assert values(propose(animateur_client, event, text), "territories", "territory") == [("",)]

    for region, town in homonyms:
        event.territories.set([region])
        response = propose(animateur_client, event, text)
        assert values(response, "territories", "territory", "keep") == [(town.pk, True)]
        form = response.context["proposals"].formsets["territories"][0]
        assert {value for value, _ in form.fields["territory"].choices} == {
            "",
            *(str(each.pk) for _, each in homonyms),
        }


def test_homonym_of_a_present_territory_is_where_the_others_are(animateur_client, event, homonyms):
    names = "Crestville, Lunain-Pont, Lunain-Port, Lunain-Bois, Lunain-Bourg"
    response = propose(animateur_client, event, f"Retour\n\nTerritoires présents : {names}.\n")
    assert values(response, "territories", "territory")[0] == (homonyms[0][1].pk,)

    animateur_client.post(page(event), sent_again(response))
    assert event.attendances.filter(territory=homonyms[0][1]).exists()


@pytest.mark.parametrize(
    "others",
    [
        ["Lunain-Pont", "Lunain-Port", "Lunain-Bois"],
        [
            *("Lunain-Pont", "Lunain-Port", "Lunain-Bois", "Lunain-Bourg"),
            *("Brévenne-Pont", "Brévenne-Port", "Brévenne-Bois"),
        ],
    ],
)
@pytest.mark.usefixtures("homonyms")
def test_homonym_is_a_choice_where_few_or_scattered_names_are(animateur_client, event, others):
    names = ", ".join(("Crestville", *others))
    response = propose(animateur_client, event, f"Retour\n\nTerritoires présents : {names}.\n")
    assert values(response, "territories", "territory")[0] == ("",)


@pytest.mark.parametrize(
    ("status", "stage", "keep", "written"),
    [
        ("registered", "emerging", True, ("present", "emerging")),
        ("present", "", True, ("present", "emerging")),
        ("present", "candidate", False, ("present", "candidate")),
    ],
)
def test_territory_noted_is_proposed_for_what_the_text_adds(
    animateur_client, event, crestville, status, stage, keep, written
):
    attendance = AttendanceFactory(event=event, territory=crestville, status=status, stage=stage)
    response = propose(animateur_client, event)
    assert values(response, "territories", "keep")[0] == (keep,)

    data = sent_again(response, **{"territories-0-keep": "on"})
    animateur_client.post(page(event), data)
    attendance.refresh_from_db()
    assert (attendance.status, attendance.stage) == written
    assert event.attendances.count() == 1
