import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from initiatives.models import Introduction
from tests.factories import InitiativeFactory, IntroductionFactory


@pytest.mark.django_db(transaction=True)
def test_requests_about_an_initiative_do_not_prevent_from_going_back():
    kept = IntroductionFactory()
    IntroductionFactory(sought_initiative=InitiativeFactory())
    latest = MigrationExecutor(connection).loader.graph.leaf_nodes("initiatives")

    MigrationExecutor(connection).migrate([("initiatives", "0008_ask_without_a_pair")])
    MigrationExecutor(connection).migrate(latest)

    assert list(Introduction.objects.all()) == [kept]
