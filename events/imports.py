"""What spreadsheets say of events."""

import re

from coopemploi.imports.columns.publication import SAID_PUBLISHED
from coopemploi.imports.compounds import Compound
from coopemploi.imports.declarations import Importation
from coopemploi.vocabulary.models import VOCABULARIES
from initiatives.imports import CLASSIFICATION_SYNONYMS
from territories.imports import CONCERNED_TERRITORIES, SURROUNDINGS

from .models import Event


class ScheduleColumn(Compound):
    """« 9h30 - 12h », « de 14h à 17h »: when a meeting starts, and ends."""

    name = "schedule"
    label = "horaires"
    synonyms = ("horaire", "heures", "créneau", "créneau horaire", "heure de début et de fin")
    parts = ("start_time", "end_time")
    _SPAN = re.compile(r"(?:de )?(\d\S*)\s*(?:-|–|à|/|>|→)\s*(\d.*)", re.IGNORECASE)

    def split(self, text, header):
        found = self._SPAN.fullmatch(text)
        start, end = found.groups() if found else (text, "")
        told = f"« {text} » : de {start} à {end}." if end else ""
        return {"start_time": start, "end_time": end}, told


class EventImport(Importation):
    model = Event
    name = "rencontres"
    compounds = (ScheduleColumn(),)
    fields = (
        "kind",
        "title",
        "topic",
        "summary",
        "body",
        "start",
        "start_time",
        "end",
        "end_time",
        "state",
        "format",
        "venue",
        "town",
        "territories",
        "network",
        "campaign",
        "series",
        "series_rank",
        "parent",
        "next_event",
        "initiatives",
        *VOCABULARIES,
        "source",
        "status",
    )
    synonyms = {
        **CLASSIFICATION_SYNONYMS,
        "kind": ("nature", "sorte de rencontre", "type de rencontre", "type d'événement"),
        "title": (
            "nom",
            "intitulé",
            "rencontre",
            "nom de la rencontre",
            "titre de la rencontre",
            "intitulé de la rencontre",
            "événement",
            "nom de l'événement",
            "titre de l'événement",
        ),
        "topic": ("sujet",),
        "body": ("description", "descriptif", "programme", "déroulé", "ordre du jour"),
        "start": ("date", "le", "jour", "date de début", "date de la rencontre"),
        "end": ("date de fin", "jusqu'au"),
        "start_time": ("heure",),
        # « Statut » says whether it is held, or who may read it: its cells tell.
        "state": ("état", "statut"),
        "format": ("modalité", "modalités", "présentiel / distanciel"),
        "venue": ("salle", "adresse"),
        "town": ("ville", "commune"),
        "territories": ("territoire", "territoires", *CONCERNED_TERRITORIES),
        "network": ("grappe",),
        "initiatives": ("initiative",),
    }
    surrounded = {"town": SURROUNDINGS}
    # « En ligne » says where it is held.
    publication_questions = SAID_PUBLISHED
    words = {
        "format": {
            Event.Format.ON_SITE: ("présentiel", "en présentiel"),
            Event.Format.ONLINE: (
                "distanciel",
                "à distance",
                "visio",
                "en visio",
                "visioconférence",
            ),
            Event.Format.HYBRID: ("hybride", "mixte", "présentiel et distanciel"),
        }
    }
    example = {
        "kind": "atelier",
        "title": "Atelier mobilité",
        "start": "17/10/2026",
        "start_time": "14:00",
        "format": "sur place",
        "status": "brouillon",
    }
