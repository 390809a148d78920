"""Whose hours a place keeps: those of Paris, but overseas."""

import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

MAINLAND = ("Europe/Paris", "heure de Paris")
# By the beginning of the Insee codes.
OVERSEAS = {
    "971": ("America/Guadeloupe", "heure de Guadeloupe"),
    "972": ("America/Martinique", "heure de Martinique"),
    "973": ("America/Cayenne", "heure de Guyane"),
    "974": ("Indian/Reunion", "heure de La Réunion"),
    "975": ("America/Miquelon", "heure de Saint-Pierre-et-Miquelon"),
    "976": ("Indian/Mayotte", "heure de Mayotte"),
    "977": ("America/St_Barthelemy", "heure de Saint-Barthélemy"),
    "978": ("America/Marigot", "heure de Saint-Martin"),
    "986": ("Pacific/Wallis", "heure de Wallis-et-Futuna"),
    # But for the Marquises, half an hour ahead, and the Gambier, an hour.
    "987": ("Pacific/Tahiti", "heure de Tahiti"),
    "988": ("Pacific/Noumea", "heure de Nouvelle-Calédonie"),
}

# The area of any other code, and that of the site, whose clock is kept where there is no code.
MAINLAND_AREA, HERE = "metropole", "ici"
# Read once: of those that nobody holds, Python keeps eight, and reads the file of any other anew.
_ZONES = {area: ZoneInfo(name) for area, (name, _) in {**OVERSEAS, MAINLAND_AREA: MAINLAND}.items()}
# What `days_around` gives, as a page that is `gathered` declares it.
DAYS = {
    "yesterday": datetime.date,
    "today": datetime.date,
    "tomorrow": datetime.date,
    "behind": [str],
    "ahead": [str],
}


def days_around(at=None):
    """The day of the site at the moment `at` (now), the one before and the one after; with the
    areas where it is still the one before, and those where it is already the one after."""
    now, a_day = at or timezone.now(), datetime.timedelta(days=1)
    today = timezone.localdate(now)
    days = {area: timezone.localdate(now, zone) for area, zone in _ZONES.items()}
    return {
        "yesterday": today - a_day,
        "today": today,
        "tomorrow": today + a_day,
        "behind": [area for area, day in days.items() if day < today],
        "ahead": [area for area, day in days.items() if day > today],
    }


def zone_of(commune):
    """The time zone of a commune; of the site when it has no code, or for None."""
    return ZoneInfo(_known(commune)[0])


def foreign_hours(commune):
    """« heure de La Réunion », where hours are not those of the site; else ""."""
    zone, name = _known(commune)
    return "" if zone == settings.TIME_ZONE else name


def _known(commune):
    if not commune or not commune.code:
        return settings.TIME_ZONE, ""
    return OVERSEAS.get(commune.code[:3], MAINLAND)
