"""Which records the names of a tour de table are taken for."""

import pytest

from coopemploi.derived import registry
from events.models import RoundTableBatch
from events.round_tables.drafts import kind_of, names_of
from territories.models import Actor, Territory
from tests.factories import (
    ActorFactory,
    CompositionFactory,
    PersonFactory,
    PositionFactory,
    TerritoryFactory,
)

from .pages import animateur_of, received, write

pytestmark = pytest.mark.django_db


def test_names_are_recognised_among_records(animateur_client, event):
    actor = ActorFactory(name="CC du Diois", kind="epci")
    lise = PersonFactory(first_name="Lise", last_name="Armandou")
    PositionFactory(person=lise, actor=actor)
    batch = received(animateur_client, event)

    write(animateur_client, batch)

    first, second = event.round_table_entries.all()
    assert (first.actor, second.actor) == (actor, actor)
    assert list(first.people.all()) == [lise]
    paul = second.people.get()
    assert (paul.first_name, paul.last_name) == ("Paul", "Morin")
    assert second.person_links.get().title == "élu"
    assert [(p.actor, p.title) for p in paul.positions.all()] == [(actor, "élu")]
    assert Actor.objects.count() == 1


def test_names_and_kinds_are_guessed():
    assert names_of("Marie Claire Dubois") == ("Marie Claire", "Dubois")
    assert names_of("Mme Armandou") == ("", "Armandou")
    assert [kind_of(n) for n in ("PLIE du Lac", "Mission locale du Lac", "La Fabrique")] == [
        "plie",
        "mission-locale",
        "autre",
    ]


def test_territory_is_the_one_that_the_actor_administers(animateur_client, event):
    diois = TerritoryFactory(kind=Territory.Kind.EPCI, name="CC du Diois")
    ActorFactory(name="CC du Diois", kind="epci", governs=diois)
    batch = received(animateur_client, event)
    write(animateur_client, batch)
    assert [entry.territory for entry in event.round_table_entries.all()] == [diois, diois]


def table(actor, territory=""):
    headers = "Participants\tStructure\tTerritoire\tJe cherche"
    return f"{headers}\nLise Armandou\t{actor}\t{territory}\tun guide\n"


def settled(client, event, *row):
    """The (choice, options) of the actor and of the territory of a row."""
    data = received(client, event, table(*row)).drafts.get().data
    return [
        (data[part]["choice"], [option[::2] for option in data[part]["options"]])
        for part in ("actor", "territory")
    ]


@pytest.fixture
def diois():
    """An intercommunality of the Drôme, with its commune, Die."""
    drome, diois = TerritoryFactory(name="Drôme"), TerritoryFactory(kind="epci", name="CC du Diois")
    die = TerritoryFactory(kind="commune", name="Die")
    CompositionFactory(whole=drome, part=diois)
    CompositionFactory(whole=diois, part=die)
    registry.flush()
    return drome, diois, die


def mission_locale(name, *territories):
    actor = ActorFactory(kind="mission-locale", name=name)
    actor.territories.set(territories)
    return str(actor.pk)


def test_kind_alone_is_the_one_actor_of_the_territory_of_its_row(animateur_client, event, diois):
    _drome, diois, _die = diois
    here = mission_locale("Mission locale de la vallée et des plateaux", diois)
    mission_locale("Mission locale d'ailleurs", TerritoryFactory())
    ActorFactory(kind="association", name="Amis de la mission locale").territories.add(diois)

    # Of a wider territory, it may be another, that is not known: to be confirmed.
    for place, chosen in (("CC du Diois", here), ("Die", here), ("Drôme", "")):
        (choice, options), _ = settled(animateur_client, event, "Mission locale", place)
        assert choice == chosen
        assert options[0] == [here, "nom plus long, seule fiche dans ce territoire"]
        RoundTableBatch.objects.all().delete()


@pytest.mark.parametrize(
    ("kind", "said", "name"),
    [
        ("chambre-consulaire", "Chambre", "Chambre d'agriculture des Landes"),
        ("fondation", "Fondation", "Fondation Crédit agricole"),
        ("tiers-lieu", "Tiers-lieu", "Tiers-lieu La Smalah"),
        ("service-etat", "Préfecture", "Préfecture des Landes"),
    ],
)
def test_kind_of_which_there_are_several_is_to_choose(
    animateur_client, event, diois, kind, said, name
):
    _drome, diois, _die = diois
    actor = ActorFactory(kind=kind, name=name)
    actor.territories.add(diois)

    (choice, options), _ = settled(animateur_client, event, said, "CC du Diois")

    assert choice == ""
    assert options[0][0] == str(actor.pk)


def test_kind_alone_of_two_or_none_of_its_territory_is_not_chosen(animateur_client, event, diois):
    drome, diois, die = diois
    mission_locale("Mission locale de la vallée", TerritoryFactory())
    event.territories.add(drome)

    (choice, _), _ = settled(animateur_client, event, "Mission locale", "Die")
    assert choice == ""

    RoundTableBatch.objects.all().delete()
    mission_locale("Mission locale du haut", diois)
    mission_locale("Mission locale du bas", die)
    (choice, _), _ = settled(animateur_client, event, "Mission locale", "Die")
    assert choice == ""


def test_kind_alone_in_the_territory_of_the_meeting_is_to_confirm(animateur_client, event, diois):
    drome, diois, _die = diois
    event.territories.add(drome)
    here = mission_locale("Mission locale de la vallée et des plateaux", diois)

    (choice, options), _ = settled(animateur_client, event, "Mission locale")

    assert choice == ""
    assert options[0] == [here, "nom plus long, seule fiche dans le territoire de la rencontre"]


def test_homonym_is_that_of_the_territory_of_the_meeting(animateur_client, event, diois):
    drome, diois, _die = diois
    event.territories.add(drome)
    here = mission_locale("Mission locale", diois)
    mission_locale("Mission locale", TerritoryFactory())
    commune, _ = TerritoryFactory.create_batch(2, kind="commune", name="Saint-Pierre-du-Mont")
    CompositionFactory(whole=drome, part=commune)
    registry.flush()

    actor, territory = settled(animateur_client, event, "Mission locale", "Saint-Pierre-du-Mont")

    told = "même nom, seule fiche dans le territoire de la rencontre"
    assert (territory[0], territory[1][0]) == (str(commune.pk), [str(commune.pk), told])
    # Of the row's own territory there is none.
    assert actor[0] == ""
    RoundTableBatch.objects.all().delete()
    [(choice, options), _] = settled(animateur_client, event, "Mission locale")
    assert (choice, options[0]) == (here, [here, told])


def test_homonym_is_that_of_the_perimeter_of_who_receives(client, event, diois):
    drome, diois, _die = diois
    event.territories.clear()
    here = mission_locale("Mission locale", diois)
    mission_locale("Mission locale", TerritoryFactory())
    user = animateur_of(drome)
    event.created_by = user
    event.save()
    client.force_login(user)

    [(choice, options), _] = settled(client, event, "Mission locale")

    assert (choice, options[0][1]) == (here, "même nom, seule fiche dans votre périmètre")


def test_homonyms_both_here_are_to_choose(animateur_client, event, diois):
    drome, diois, die = diois
    event.territories.add(drome)
    mission_locale("Mission locale", diois)
    mission_locale("Mission locale", die)

    [(choice, options), _] = settled(animateur_client, event, "Mission locale")

    assert (choice, [reason for _, reason in options]) == ("", ["même nom", "même nom"])
