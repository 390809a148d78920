"""Two people to introduce, and a third."""

import pytest

from initiatives.models import Match
from tests.factories import ActorFactory, NeedFactory, OfferFactory, PersonFactory, TerritoryFactory

from .asking import HELPER, NOW, SEEKER, participant


@pytest.fixture(autouse=True)
def _clock(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def match():
    place = TerritoryFactory(kind="departement")
    need = NeedFactory(
        text="Un modèle de charte",
        person=PersonFactory(first_name="Léa", last_name="Cherche", email=SEEKER),
    )
    need.territories.add(place)
    offer = OfferFactory(
        text="Une charte toute prête",
        person=PersonFactory(first_name="Noé", last_name="Aide", email=HELPER),
    )
    match, _ = Match.objects.update_or_create(need=need, offer=offer, defaults={"score": 500})
    return match


@pytest.fixture
def actors(match):
    match.need.actor, match.offer.actor = ActorFactory(), ActorFactory()
    match.need.save()
    match.offer.save()
    return match.need.actor, match.offer.actor


@pytest.fixture
def mia():
    user = participant("mia@example.org")
    PersonFactory(user=user, email=user.email, first_name="Mia", last_name="Tierce")
    return user
