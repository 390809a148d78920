"""Fields changed right in the lists of the admin."""

import re

import pytest
from django.urls import reverse

from initiatives.models import Initiative
from territories.models import Mandate
from tests.factories import InitiativeFactory, MandateFactory, TerritoryFactory

pytestmark = pytest.mark.django_db
Stage, Role = Initiative.Stage, Mandate.Role
LIST = reverse("admin:initiatives_initiative_changelist")
EVERYTHING = f"{LIST}?perimetre=tout"


@pytest.fixture
def place():
    return TerritoryFactory(kind="departement")


def initiative(title, place, stage=Stage.PLANNED):
    made = InitiativeFactory(title=title, stage=stage)
    made.territories.add(place)
    return made


def rows(html):
    """What a browser would send back of the list as it is."""
    form = html[html.index('id="changelist-form"') :]
    data = dict(re.findall(r'<input type="hidden" name="([\w-]+)" value="([^"]*)"', form))
    for name, select in re.findall(r'<select name="([\w-]+)"([^>]*>.*?)</select>', form, re.DOTALL):
        if name.startswith("form-") and " disabled" not in select.split(">")[0]:
            found = re.search(r'<option value="([^"]*)" selected', select)
            data[name] = found[1] if found else ""
    return {**data, "_save": "Enregistrer"}


def number_of(data, record):
    return next(
        key.removesuffix("-id")
        for key, value in data.items()
        if value == str(record.pk) and "-id" in key
    )


def stages():
    return dict(Initiative.objects.values_list("title", "stage"))


def test_stage_is_changed_in_the_list_and_kept_in_history(animateur_client, place):
    one, _ = initiative("Un forum", place), initiative("Un garage", place)
    data = rows(animateur_client.get(LIST).text)
    data[f"{number_of(data, one)}-stage"] = Stage.COMPLETED

    response = animateur_client.post(LIST, data, follow=True)

    assert [str(message) for message in response.context["messages"]] == ["1 fiche modifiée."]
    assert stages() == {"Un forum": Stage.COMPLETED, "Un garage": Stage.PLANNED}
    versions = one.history.order_by("history_id")
    assert [version.stage for version in versions][-1] == Stage.COMPLETED


def test_untouched_row_keeps_what_somebody_wrote_meanwhile(animateur_client, place):
    one, other = initiative("Un forum", place), initiative("Un garage", place)
    data = rows(animateur_client.get(LIST).text)
    data[f"{number_of(data, one)}-stage"] = Stage.COMPLETED
    Initiative.objects.filter(pk=other.pk).update(stage=Stage.ONGOING)

    animateur_client.post(LIST, data)

    assert stages() == {"Un forum": Stage.COMPLETED, "Un garage": Stage.ONGOING}


def test_row_changed_meanwhile_is_shown_before_it_is_written_over(animateur_client, place):
    one, other = initiative("Un forum", place), initiative("Un garage", place)
    data = rows(animateur_client.get(LIST).text)
    data[f"{number_of(data, one)}-stage"] = Stage.COMPLETED
    data[f"{number_of(data, other)}-stage"] = Stage.COMPLETED
    Initiative.objects.filter(pk=one.pk).update(stage=Stage.ONGOING)

    refused = animateur_client.post(LIST, data)

    assert refused.status_code == 400
    assert "Quelqu&#x27;un a mis « en cours » entre-temps." in refused.text
    assert stages() == {"Un forum": Stage.ONGOING, "Un garage": Stage.PLANNED}
    again = rows(refused.text)
    assert animateur_client.post(LIST, again).status_code == 302
    assert stages() == {"Un forum": Stage.COMPLETED, "Un garage": Stage.COMPLETED}


def test_row_out_of_perimeter_is_neither_open_nor_written(client, place):
    mine = initiative("Ici", place)
    theirs = initiative("Ailleurs", TerritoryFactory(kind="departement"))
    client.force_login(MandateFactory(role=Role.ANIMATEUR, territory=place).user)
    data = rows(client.get(EVERYTHING).text)
    prefix = number_of(data, theirs)
    assert f"{prefix}-stage" not in data
    data[f"{number_of(data, mine)}-stage"] = Stage.COMPLETED
    data[f"{prefix}-stage"], data[f"initial-{prefix}-stage"] = Stage.COMPLETED, ""

    client.post(EVERYTHING, data)

    assert stages() == {"Ici": Stage.COMPLETED, "Ailleurs": Stage.PLANNED}


@pytest.mark.parametrize("role", [Role.READER, Role.CONTRIBUTOR])
def test_who_may_not_change_sees_no_field(client, place, role):
    made = initiative("Ici", place)
    territory = None if role == Role.READER else place
    client.force_login(MandateFactory(role=role, territory=territory).user)

    page = client.get(EVERYTHING)
    assert rows(page.text).keys() & {"form-0-stage"} == set()
    client.post(
        EVERYTHING,
        {
            "form-TOTAL_FORMS": "1",
            "form-INITIAL_FORMS": "1",
            "form-0-id": str(made.pk),
            "form-0-stage": Stage.COMPLETED,
            "_save": "x",
        },
    )

    assert stages() == {"Ici": Stage.PLANNED}


@pytest.mark.parametrize("key", ["", "abc", "9" * 30, "999999"])
def test_bad_keys_write_nothing(animateur_client, place, key):
    initiative("Ici", place)
    data = rows(animateur_client.get(LIST).text)

    response = animateur_client.post(
        LIST, {**data, "form-0-id": key, "form-0-stage": Stage.COMPLETED}
    )

    assert response.status_code in {302, 400}
    assert stages() == {"Ici": Stage.PLANNED}


def test_each_field_of_a_list_has_its_name(animateur_client, place):
    initiative("Un forum", place)

    page = animateur_client.get(LIST).text

    assert 'aria-label="Avancement : Un forum"' in page
