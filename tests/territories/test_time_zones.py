"""Whose hours a place keeps: those of its overseas département, or of Paris."""

import datetime
from zoneinfo import ZoneInfo

import pytest

from territories.models import Territory
from territories.time_zones import OVERSEAS, foreign_hours, zone_of


def commune(code):
    return Territory(kind=Territory.Kind.COMMUNE, code=code)


@pytest.mark.parametrize(
    ("code", "zone"),
    [
        ("40088", "Europe/Paris"),
        ("2A004", "Europe/Paris"),
        ("97411", "Indian/Reunion"),
        ("97302", "America/Cayenne"),
        ("98818", "Pacific/Noumea"),
    ],
)
def test_hours_are_those_of_the_place(code, zone):
    assert zone_of(commune(code)) == ZoneInfo(zone)


def test_every_zone_is_known_to_this_machine():
    noon = datetime.datetime(2030, 10, 17, 12)
    assert all(noon.astimezone(ZoneInfo(zone)) for zone, _ in OVERSEAS.values())


@pytest.mark.parametrize("place", [None, commune("")])
def test_place_unknown_keeps_the_hours_of_the_site(settings, place):
    settings.TIME_ZONE = "Indian/Mayotte"
    assert zone_of(place) == ZoneInfo("Indian/Mayotte")
    assert foreign_hours(place) == ""


@pytest.mark.parametrize(
    ("site", "code", "said"),
    [
        ("Europe/Paris", "40088", ""),
        ("Europe/Paris", "97411", "heure de La Réunion"),
        ("Indian/Reunion", "97411", ""),
        ("Indian/Reunion", "40088", "heure de Paris"),
    ],
)
def test_hours_are_named_where_they_are_not_those_of_the_site(settings, site, code, said):
    settings.TIME_ZONE = site
    assert foreign_hours(commune(code)) == said
