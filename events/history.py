"""What is kept of every change to events, recaps and actions."""

from coopemploi.history.tracking import track

from .models import (
    Action,
    ActionNote,
    ActionParty,
    Appearance,
    Attendance,
    Campaign,
    CampaignFigure,
    Evaluation,
    EvaluationResult,
    Event,
    EventActor,
    EventFigure,
    FollowUpBody,
    KeyIdea,
    Objective,
    Question,
    Recap,
    RecapDocument,
    RecapLink,
    RecapPicture,
    RecapSection,
    Registration,
    RoundTableEntry,
    RoundTableItem,
    RoundTablePerson,
    Series,
    Session,
    Verbatim,
)

track(Campaign, CampaignFigure, Series)
track(Event, EventActor, EventFigure, Objective, Session, Appearance, Attendance)
# What people said of themselves is forgotten after a while: no copy outlives it. What they
# were told stays told, whatever version is put back.
track(
    Registration,
    private=[
        *("name", "email", "organisation", "place", "access_needs"),
        *("told_start", "told_practical"),
    ],
)
# Not the answers: what they were before would tell who answered what.
track(EvaluationResult, Evaluation, Question)
track(RoundTableEntry, RoundTablePerson, RoundTableItem)
track(Recap, RecapSection, RecapLink, RecapPicture, RecapDocument, KeyIdea, Verbatim)
track(Action, ActionParty, ActionNote, FollowUpBody)
