"""What is searchable of meetings and of what comes out of them.

A recap is a source of its own: a draft's words must not lead to its published event.
What was said at an event (sessions' outcomes, tour de table) goes with the recap.
"""

from django.db.models import Q

from coopemploi.publishing import Publishable
from coopemploi.search.facets import own, own_years, values, years
from coopemploi.search.index import SearchSource
from coopemploi.search.text import normalise
from initiatives.search import CLASSIFICATION_FACETS, CLASSIFICATION_FIELDS, classification_of
from territories.search import (
    LocatedSource,
    is_named,
    is_published,
    named_people,
    parties,
    published_actor,
    when,
)

from .models import Action, ActionParty, Campaign, Event, Recap, Verbatim


def deadlines(actions):
    """The day that each action still to be done is due, « sans » when it has none."""
    for action in actions:
        if action.is_open:
            yield action.pk, action.due_latest or "sans"


def last_days(events):
    """The last day of each event that says so; « 2030-10-17@Indian/Reunion » where days are
    not those of the site."""
    for event in events:
        if last := event.end_latest or event.start_latest:
            yield event.pk, f"{last}@{event.time_zone}" if event.foreign_hours else last


class CampaignSource(LocatedSource):
    model = Campaign
    label = "Opérations"
    fields = (
        "title",
        "summary",
        "body",
        "territories__name",
        *CLASSIFICATION_FIELDS,
        "figures__label",
    )
    related = {
        **classification_of(Campaign),
        "territories.Territory": "territories",
        "events.Campaign_territories": "territories",
        "events.CampaignFigure": "figures",
    }

    def kicker(self, record):
        return record.start.label if record.start else ""


class EventSource(LocatedSource):
    model = Event
    label = "Rencontres"
    joined = ("source", "town")
    places = ("town", "territories")
    facets = {
        **CLASSIFICATION_FACETS,
        "type": own("kind"),
        "modalite": own("format"),
        "reseau": values("network__slug", network__status=Publishable.Status.PUBLISHED),
        "annee": own_years(("start_earliest", "end_latest"), ("start_earliest", "start_latest")),
        "fin": last_days,
    }
    fields = (
        "title",
        "summary",
        "topic",
        "body",
        "venue",
        "town__name",
        "territories__name",
        "series__name",
        *CLASSIFICATION_FIELDS,
        "objectives__text",
        "sessions__title",
        "sessions__question",
        "appearances__topic",
        when(
            Q(attendances__actor=None)
            | Q(attendances__person__isnull=False)
            | is_published("attendances__actor"),
            "attendances__territory__name",
            is_name=True,
        ),
        *parties("parties"),
        *named_people("appearances__person"),
    )
    related = {
        **classification_of(Event),
        "territories.Territory": ("town", "territories", "attendances__territory"),
        "events.Event_territories": "territories",
        "events.Series": "series",
        "events.Objective": "objectives",
        "events.Session": "sessions",
        "events.Appearance": "appearances",
        "events.Attendance": "attendances",
        "events.EventActor": "parties",
        "territories.Actor": ("parties__actor", "attendances__actor"),
        "territories.Person": "appearances__person",
        "territories.Network": "network",
    }

    def kicker(self, record):
        return f"{record.get_kind_display()} · {record.start.label}"

    def name_key(self, record):
        return normalise(record.title)

    def date_key(self, record):
        """« 2026-11-25 09:00 » sorts after « 2026-11-25 »."""
        day, time = record.start.earliest, record.start_time
        return f"{day} {time:%H:%M}" if day and time else day


class ToldAtEvent:
    """What is read with the recap of an event, hence by who may read both."""

    def recap_of(self, record):
        return record

    def readers(self, record):
        recap = self.recap_of(record)
        withheld = [each for each in (recap, recap.event) if not each.is_published]
        if not withheld:
            return Publishable.Status.PUBLISHED, None
        authors = {each.created_by_id for each in withheld}
        return withheld[0].status, authors.pop() if len(authors) == 1 else None


class RecapSource(ToldAtEvent, SearchSource):
    model = Recap
    label = "Comptes rendus"
    joined = ("source", "event")

    fields = (
        "event__title",
        "standfirst",
        "sections__title",
        "sections__body",
        "key_ideas__text",
        "verbatims__text",
        when(is_named("verbatims__person"), "verbatims__title"),
        when(
            is_named("verbatims__person") & is_published("verbatims__actor"),
            "verbatims__actor__name",
        ),
        *named_people("verbatims__person"),
        "links__title",
        "event__sessions__outcome",
        "event__round_table_entries__note",
        "event__round_table_entries__territory__name",
        published_actor("event__round_table_entries__actor"),
        *named_people("event__round_table_entries__people"),
        "event__round_table_entries__items__text",
    )
    related = {
        "events.Event": "event",
        "events.RecapSection": "sections",
        "events.KeyIdea": "key_ideas",
        "events.Verbatim": "verbatims",
        "events.RecapLink": "links",
        "events.Session": "event__sessions",
        "events.RoundTableEntry": "event__round_table_entries",
        "events.RoundTablePerson": "event__round_table_entries__person_links",
        "events.RoundTableItem": "event__round_table_entries__items",
        "territories.Territory": "event__round_table_entries__territory",
        "territories.Actor": ("verbatims__actor", "event__round_table_entries__actor"),
        "territories.Person": ("verbatims__person", "event__round_table_entries__people"),
    }

    def title(self, record):
        return record.event.title

    def kicker(self, record):
        return record.event.start.label

    def name_key(self, record):
        return normalise(record.event.title)


class VerbatimSource(ToldAtEvent, SearchSource):
    model = Verbatim
    label = "Propos"
    facets = {
        "theme": values("themes__slug"),
        # A name withdrawn leads to nothing that was said.
        "auteur": values("person__slug", person__attribution_withdrawn=False),
        "annee": years("recap__event__start_earliest", "recap__event__start_latest"),
    }
    joined = ("recap__source", "recap__event")
    fields = (
        "text",
        "key_idea__text",
        when(is_named("person"), "title"),
        "themes__name",
        when(is_named("person") & is_published("actor"), "actor__name"),
        *named_people("person"),
        "recap__event__title",
    )
    related = {
        "events.Recap": "recap",
        "events.Event": "recap__event",
        "events.KeyIdea": "key_idea",
        "events.Verbatim_themes": "themes",
        "vocabulary.Theme": "themes",
        "territories.Actor": "actor",
        "territories.Person": "person",
    }

    def recap_of(self, record):
        return record.recap

    def kicker(self, record):
        return record.recap.event.title

    def name_key(self, record):
        return normalise(record.text)


class ActionSource(LocatedSource):
    model = Action
    label = "Actions"
    facets = {
        **CLASSIFICATION_FACETS,
        "avancement": own("progress"),
        "instance": values("follow_up_body__slug"),
        "rencontre": values("event__slug", event__status=Publishable.Status.PUBLISHED),
        "porteur": values(
            "parties__actor__slug",
            parties__role=ActionParty.Role.CARRIER,
            parties__label="",  # a label hides the actor it stands for
            parties__actor__status=Publishable.Status.PUBLISHED,
        ),
        "limite": deadlines,
        "annee": own_years(("due_earliest", "due_latest")),
    }
    fields = (
        "title",
        "reason",
        "scope",
        "territories__name",
        *CLASSIFICATION_FIELDS,
        *parties("parties", "commitment", "note"),
        "notes__text",
        "follow_up_body__name",
        "follow_up_body__aliases",
    )
    related = {
        **classification_of(Action),
        "territories.Territory": "territories",
        "events.Action_territories": "territories",
        "events.ActionParty": "parties",
        "events.ActionNote": "notes",
        "events.Event": "event",
        "events.FollowUpBody": "follow_up_body",
        "territories.Actor": "parties__actor",
    }

    def kicker(self, record):
        return record.get_progress_display()

    def date_key(self, record):
        return record.due.latest
