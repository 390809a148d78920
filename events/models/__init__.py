from .action import Action, ActionNote, ActionParty, FollowUpBody
from .evaluation import EvaluationResult
from .event import (
    Attendance,
    Campaign,
    CampaignFigure,
    Event,
    EventActor,
    EventFigure,
    Objective,
    Series,
)
from .recap import KeyIdea, Recap, RecapLink, RecapSection, Verbatim
from .registration import Registration
from .round_table import RoundTableEntry, RoundTableItem, RoundTablePerson
from .round_table_batch import RoundTableBatch, RoundTableDraft
from .session import Appearance, Session

__all__ = [
    "Action",
    "ActionNote",
    "ActionParty",
    "Appearance",
    "Attendance",
    "Campaign",
    "CampaignFigure",
    "EvaluationResult",
    "Event",
    "EventActor",
    "EventFigure",
    "FollowUpBody",
    "KeyIdea",
    "Objective",
    "Recap",
    "RecapLink",
    "RecapSection",
    "Registration",
    "RoundTableBatch",
    "RoundTableDraft",
    "RoundTableEntry",
    "RoundTableItem",
    "RoundTablePerson",
    "Series",
    "Session",
    "Verbatim",
]
