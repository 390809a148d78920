import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from initiatives.models import Introduction
from tests.factories import InitiativeFactory, IntroductionFactory, OfferFactory


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("before", ["0008_ask_without_a_pair", "0007_introductions"])
def test_requests_without_a_pair_do_not_prevent_from_going_back(before):
    kept = IntroductionFactory(offer=OfferFactory())
    IntroductionFactory(sought_initiative=InitiativeFactory())
    if before.startswith("0007"):
        IntroductionFactory(sought_offer=OfferFactory(), need=None, offer=None)
        IntroductionFactory(offer=None)
    latest = MigrationExecutor(connection).loader.graph.leaf_nodes("initiatives")

    MigrationExecutor(connection).migrate([("initiatives", before)])
    MigrationExecutor(connection).migrate(latest)

    assert list(Introduction.objects.all()) == [kept]
