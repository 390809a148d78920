from .action import Action, ActionNote, ActionParty, FollowUpBody, FollowUpMail
from .evaluation import Evaluation, EvaluationResult, Question, Remark, SpentLink, Tally
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
