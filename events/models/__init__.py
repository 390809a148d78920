from .action import Action, ActionNote, ActionParty, FollowUpBody, FollowUpMail
from .attendance import Attendance
from .campaign import Campaign
from .evaluation import Evaluation, EvaluationResult, Question, Remark, SpentLink, Tally
from .event import Event
from .event_actor import EventActor
from .figure import CampaignFigure, EventFigure
from .objective import Objective
from .recap import (
    KeyIdea,
    Recap,
    RecapDocument,
    RecapLink,
    RecapPicture,
    RecapSection,
    Verbatim,
)
from .registration import Registration
from .round_table import RoundTableEntry, RoundTableItem, RoundTablePerson
from .round_table_batch import RoundTableBatch, RoundTableDraft
from .series import Series
from .session import Appearance, Session

__all__ = [
    "Action",
    "ActionNote",
    "ActionParty",
    "Appearance",
    "Attendance",
    "Campaign",
    "CampaignFigure",
    "Evaluation",
    "EvaluationResult",
    "Event",
    "EventActor",
    "EventFigure",
    "FollowUpBody",
    "FollowUpMail",
    "KeyIdea",
    "Objective",
    "Question",
    "Recap",
    "RecapDocument",
    "RecapLink",
    "RecapPicture",
    "RecapSection",
    "Registration",
    "Remark",
    "RoundTableBatch",
    "RoundTableDraft",
    "RoundTableEntry",
    "RoundTableItem",
    "RoundTablePerson",
    "Series",
    "Session",
    "SpentLink",
    "Tally",
    "Verbatim",
]
