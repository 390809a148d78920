"""What a search finds, group by group."""

from dataclasses import dataclass

from django.db.models import Count, OuterRef, Subquery, Window
from django.urls import reverse
from django.utils.http import urlencode

from events.models import Action, Campaign, Event, Recap
from initiatives.models import Initiative, Need, Offer, Resource
from territories.models import Actor, Network, Territory

from ..search import synonyms
from ..search.models import Document
from ..vocabulary.models import GlossaryTerm

GROUP_SIZE = 5


@dataclass
class Result:
    title: str
    url: str
    kicker: str = ""
    text: str = ""
    is_fictional: bool = False
    state: str = ""  # of what is not public: "brouillon"


@dataclass
class Group:
    label: str
    count: int
    results: list[Result]
    more_url: str = ""


class Search:
    """What answers the words somebody typed."""

    def __init__(self, query):
        self.query = query
        analyser = synonyms.analyser()
        self.clauses = analyser.clauses(query)
        # The terms that the query names: their meaning stands on top.
        named = analyser.terms_named(query)
        self.terms = list(GlossaryTerm.objects.filter(slug__in=named)) if named else []

    def among(self, records):
        """Those of `records` that match, the best first."""
        documents = Document.objects.of(records.model).ranked(self.clauses)
        relevance = documents.filter(object_id=OuterRef("pk")).values("relevance")
        return (
            records.filter(pk__in=documents.values("object_id"))
            .annotate(relevance=Subquery(relevance))
            .order_by("-relevance", "pk")
        )

    def groups(self, user):
        """The groups that hold something, in the order of the page; one query each."""
        found = (
            self._group(
                "Territoires",
                Territory.objects.matching(self.query).select_related("source"),
                lambda territory: (territory.kind_label, ""),
                "territory_list",
            ),
            self._group(
                "Glossaire",
                self.among(GlossaryTerm.objects.all()),
                lambda term: (", ".join(term.expansions[:1]), term.definition),
                "glossary",
            ),
            self._group(
                "Initiatives",
                self._visible(Initiative, user),
                lambda initiative: (initiative.get_stage_display(), initiative.summary),
                "initiative_list",
            ),
            self._group(
                "Besoins",
                self._visible(Need, user),
                lambda need: (f"Je cherche · {need.get_kind_display()}", need.details),
                "exchange_list",
            ),
            self._group(
                "Offres",
                self._visible(Offer, user),
                lambda offer: (
                    f"Je mets à disposition · {offer.get_kind_display()}",
                    offer.details,
                ),
                "exchange_list",
                voir="offres",
            ),
            self._group(
                "Rencontres",
                self._visible(Event, user),
                lambda event: (f"{event.get_kind_display()} · {event.start.label}", event.summary),
                "event_list",
            ),
            self._group(
                "Comptes rendus",
                self._visible(Recap, user)
                .filter(event__in=Event.objects.visible_to(user))
                .select_related("event"),
                lambda recap: (recap.event.start.label, recap.standfirst),
            ),
            self._group(
                "Opérations",
                self._visible(Campaign, user),
                lambda campaign: (campaign.start.label if campaign.start else "", campaign.summary),
            ),
            self._group(
                "Acteurs",
                self._visible(Actor, user),
                lambda actor: (actor.get_kind_display(), actor.description),
                "actor_list",
            ),
            self._group(
                "Réseaux",
                self._visible(Network, user),
                lambda network: (network.get_kind_display(), network.description),
                "network_list",
            ),
            self._group(
                "Ressources",
                self._visible(Resource, user),
                lambda resource: (resource.get_kind_display(), resource.summary),
                "resource_list",
            ),
            self._group(
                "Actions",
                self._visible(Action, user),
                lambda action: (action.get_progress_display(), action.reason),
                "action_list",
            ),
        )
        return [group for group in found if group.count]

    def _visible(self, model, user):
        return self.among(model.objects.visible_to(user).select_related("source"))

    def _group(self, label, records, describe, more="", **more_query):
        rows = list(records.annotate(total=Window(Count("pk")))[:GROUP_SIZE])
        count = rows[0].total if rows else 0
        more_url = ""
        if more and count > GROUP_SIZE:
            more_url = f"{reverse(more)}?{urlencode({**more_query, 'q': self.query})}"
        return Group(label, count, [result_of(row, describe) for row in rows], more_url)


def result_of(record, describe):
    kicker, text = describe(record)
    return Result(
        title=str(record.event if isinstance(record, Recap) else record),
        url=record.get_absolute_url(),
        kicker=kicker,
        text=text,
        is_fictional=getattr(record, "is_fictional", False),
        state="" if getattr(record, "is_published", True) else record.get_status_display(),
    )
