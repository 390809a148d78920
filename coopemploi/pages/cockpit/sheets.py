"""The sheets to read again: proposed, incomplete, old, or there twice."""

from django.utils import timezone
from django.utils.text import capfirst

from events.models import Action, Campaign, Event, Recap
from initiatives.models import Initiative, Need, Offer, Resource
from territories.models import Actor, Network, Person

from ...participation.models import Belonging, Proposal
from ...vocabulary.models import Audience, GlossaryTerm, Obstacle, Scheme, Sector, Theme
from .notes import duration, joined
from .panel import Duplicates, FollowUp, Panel

DEDUPLICATED = (
    Initiative,
    Actor,
    Person,
    Action,
    Theme,
    Scheme,
    Sector,
    Audience,
    Obstacle,
    GlossaryTerm,
)
REVIEWED = (Event, Recap, Action, Campaign, Initiative, Need, Offer, Resource, Actor, Network)


def first_proposed(proposals):
    return proposals.select_related("actor", "user").order_by("created_at", "pk")


def note_proposed(proposal):
    return joined(proposal.get_kind_display(), str(proposal.user or proposal.name))


PROPOSED = Panel(
    key="propositions",
    title="Propositions à relire",
    hint="Venues du site : rien n'en est public avant.",
    head=FollowUp(Proposal, "a-relire"),
    details=(FollowUp(Belonging, "a-decider", "Demandes à rejoindre un acteur"),),
    first=first_proposed,
    note=note_proposed,
)

TO_REVIEW = Panel(
    key="a-relire",
    title="Fiches à relire",
    hint="Proposées, ou en brouillon depuis plus d'une semaine.",
    details=tuple(
        FollowUp(model, "a-relire", capfirst(model._meta.verbose_name_plural)) for model in REVIEWED
    ),
)

DRAFTS = Panel(
    key="brouillons",
    title="Brouillons de la semaine",
    hint="Commencés depuis moins d'une semaine : à finir, puis à publier.",
    details=tuple(
        FollowUp(model, "brouillons", capfirst(model._meta.verbose_name_plural))
        for model in REVIEWED
    ),
)

INCOMPLETE = Panel(
    key="a-completer",
    title="Initiatives à compléter",
    hint="Publiées, mais difficiles à trouver ou à comprendre.",
    head=FollowUp(Initiative, "a-completer"),
    details=(
        FollowUp(Initiative, "sans-resume", "Sans résumé"),
        FollowUp(Initiative, "sans-avancement", "Sans avancement"),
        FollowUp(Initiative, "sans-territoire", "Sans territoire"),
        FollowUp(Initiative, "sans-porteur", "Sans porteur"),
    ),
)


def first_untouched(initiatives):
    return initiatives.order_by("updated_at", "pk")


def note_untouched(initiative):
    days = (timezone.now() - initiative.updated_at).days
    return f"inchangée depuis {duration(days)}"


UNTOUCHED = Panel(
    key="inchangees",
    title="Initiatives sans nouvelles",
    hint="Personne n'y a touché depuis un an : sont-elles encore vraies ?",
    head=FollowUp(Initiative, "inchangees"),
    first=first_untouched,
    note=note_untouched,
)

DEAD_LINKS = Panel(
    key="liens-morts",
    title="Liens morts",
    hint="Trois jours de suite, l'adresse n'a pas répondu, ou plus rien n'y est.",
    details=tuple(
        FollowUp(model, "liens-morts", capfirst(model._meta.verbose_name_plural))
        for model in (Initiative, Resource, Actor)
    ),
)

LIKELY_DUPLICATES = Panel(
    key="doublons",
    title="Doublons probables",
    hint="Peut-être deux fois la même fiche : comparer, puis fusionner ou écarter.",
    details=tuple(
        Duplicates(model, label=capfirst(model._meta.verbose_name_plural)) for model in DEDUPLICATED
    ),
)
