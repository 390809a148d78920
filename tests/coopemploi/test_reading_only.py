"""No page of the public writes on a GET."""

import pytest
from django.db import transaction
from django.http import HttpResponse

from coopemploi.public_cache import kept_for_visitors
from coopemploi.reading_only import WritingWhileReadingError
from initiatives.models import Initiative
from tests.factories import InitiativeFactory

pytestmark = pytest.mark.django_db


WRITINGS = [
    lambda initiative: initiative.save(),
    lambda initiative: Initiative.objects.update(title="Autre"),
    lambda initiative: Initiative.objects.create(title="Autre"),
    lambda initiative: Initiative.objects.bulk_create([Initiative(title="Autre")]),
    lambda initiative: Initiative.objects.all().delete(),
]


@pytest.mark.parametrize("write", WRITINGS)
def test_a_public_page_that_writes_fails(rf, write):
    initiative = InitiativeFactory(title="Avant")

    @kept_for_visitors
    def view(request):
        write(initiative)
        return HttpResponse()

    with pytest.raises(WritingWhileReadingError), transaction.atomic():
        view(rf.get("/"))
    assert [each.title for each in Initiative.objects.all()] == ["Avant"]


def test_what_follows_it_writes_again(client):
    initiative = InitiativeFactory()

    assert client.get(initiative.get_absolute_url()).status_code == 200
    initiative.save()
