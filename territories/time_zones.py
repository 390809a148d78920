"""Whose hours a place keeps: those of Paris, but overseas."""

from zoneinfo import ZoneInfo

from django.conf import settings

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
