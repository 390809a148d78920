"""What spreadsheets say of events."""

from coopemploi.imports.declarations import Importation
from coopemploi.vocabulary.models import VOCABULARIES
from initiatives.imports import CLASSIFICATION_SYNONYMS

from .models import Event


class EventImport(Importation):
    model = Event
    name = "rencontres"
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
        "kind": ("nature", "sorte de rencontre"),
        "title": ("nom", "intitulé", "rencontre", "événement"),
        "topic": ("sujet",),
        "body": ("description", "programme"),
        "start": ("date", "le", "date de début"),
        "end": ("date de fin", "jusqu'au"),
        "start_time": ("heure", "horaire"),
        "venue": ("salle", "adresse"),
        "town": ("ville", "commune"),
        "territories": ("territoire", "territoires"),
        "network": ("grappe",),
        "initiatives": ("initiative",),
    }
    example = {
        "kind": "atelier",
        "title": "Atelier mobilité",
        "start": "17/10/2026",
        "start_time": "14:00",
        "format": "sur place",
        "status": "brouillon",
    }
