"""What is searchable of meetings and of what comes out of them.

A recap is a source of its own: a draft's words must not lead to its published event.
What was said at an event (sessions' outcomes, tour de table) goes with the recap.
"""

from coopemploi.search.index import SearchSource
from initiatives.search import CLASSIFICATION_FIELDS, classification_of
from territories.search import named_people, published_actor

from .models import Action, Campaign, Event, Recap


class CampaignSource(SearchSource):
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


class EventSource(SearchSource):
    model = Event
    label = "Rencontres"
    fields = (
        "title",
        "topic",
        "summary",
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
        "attendances__territory__name",
        "parties__label",
        published_actor("parties__actor"),
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
        "territories.Actor": "parties__actor",
        "territories.Person": "appearances__person",
    }


class RecapSource(SearchSource):
    model = Recap
    label = "Comptes rendus"
    fields = (
        "event__title",
        "standfirst",
        "sections__title",
        "sections__body",
        "key_ideas__text",
        "verbatims__text",
        "verbatims__title",
        published_actor("verbatims__actor"),
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


class ActionSource(SearchSource):
    model = Action
    label = "Actions"
    fields = (
        "title",
        "reason",
        "scope",
        "territories__name",
        *CLASSIFICATION_FIELDS,
        "parties__label",
        "parties__commitment",
        "parties__note",
        published_actor("parties__actor"),
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
        "events.FollowUpBody": "follow_up_body",
        "territories.Actor": "parties__actor",
    }
