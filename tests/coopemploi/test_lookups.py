"""Numbers that no database holds are found nowhere, rather than an error."""

import pytest
from django.forms import modelform_factory

from initiatives.models import Initiative
from tests.factories import InitiativeFactory, SourceFactory

pytestmark = pytest.mark.django_db
TOO_LARGE = 2**63


@pytest.mark.parametrize("number", [TOO_LARGE, -TOO_LARGE - 1, str(TOO_LARGE)])
@pytest.mark.parametrize("lookup", ["pk", "source", "source__pk", "themes"])
@pytest.mark.parametrize("is_list", [False, True])
def test_number_that_no_column_holds_is_not_found(lookup, is_list, number):
    InitiativeFactory(source=SourceFactory())
    asked = {f"{lookup}__in": [number]} if is_list else {lookup: number}
    assert list(Initiative.objects.filter(**asked)) == []


def test_others_of_the_list_are_found():
    initiative = InitiativeFactory(source=SourceFactory())
    for lookup in ("pk", "source"):
        value = initiative.pk if lookup == "pk" else initiative.source_id
        found = Initiative.objects.filter(**{f"{lookup}__in": [TOO_LARGE, value]})
        assert list(found) == [initiative]


def test_what_differs_from_it_is_everything():
    initiative = InitiativeFactory(source=SourceFactory())
    assert list(Initiative.objects.exclude(source=TOO_LARGE)) == [initiative]
    assert list(Initiative.objects.exclude(pk__in=[TOO_LARGE])) == [initiative]


def test_form_refuses_it_beside_its_field():
    form = modelform_factory(Initiative, fields=["themes"])({"themes": [str(TOO_LARGE)]})
    assert list(form.errors) == ["themes"]
