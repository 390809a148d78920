"""Who decides who belongs to an actor, and which sheets a member may propose to change."""

from urllib.parse import urlsplit

from django.db.models import Q
from django.urls import Resolver404, resolve

from initiatives.models import Initiative, Involvement, Need, Offer, Resource
from territories.models import Actor
from territories.participants import person_of
from territories.permissions import lead

from ..permissions import can_change_record, editing_rule
from .models import Belonging, Proposal


def declare():
    lead(Belonging, "actor__territories", "actor__governs")
    lead(Proposal, "actor__territories", "actor__governs", "territories")


def actors_of(user):
    """The actors that a participant belongs to."""
    person = person_of(user)
    if person is None:
        return Actor.objects.none()
    return Actor.objects.filter(pk__in=person.belongings.approved().values("actor"))


def can_decide_belonging(user, belonging):
    """A member of the actor, or whoever animates there; never for oneself."""
    person = person_of(user)
    if person == belonging.person:
        return False
    if person and person.belongings.approved().filter(actor=belonging.actor).exists():
        return True
    return can_change_record(user, belonging.actor)


def sheets_of(user, model):
    """The sheets that a participant may propose to change: those of their actors, and theirs."""
    actors = actors_of(user).values("pk")
    visible = model.objects.visible_to(user)
    if model is Actor:
        return visible.filter(pk__in=actors)
    if model is Initiative:
        led = Involvement.objects.filter(actor__in=actors, role__in=Involvement.LEADING)
        return visible.filter(pk__in=led.values("initiative"))
    if model is Resource:
        return visible.filter(actor__in=actors)
    person = person_of(user)
    return visible.filter(Q(actor__in=actors) | (Q(person=person) if person else Q(pk__in=[])))


def sheet_at(page):
    """(kind, sheet) of the published sheet that a page of the site shows; (None, None)."""
    try:
        found = resolve(urlsplit(page).path)
    except (Resolver404, ValueError):
        return None, None
    for kind, model in MODELS.items():
        if found.url_name == f"{model._meta.model_name}_detail":
            return kind, model.objects.published().filter(**found.kwargs).first()
    return None, None


def can_publish_proposal(user, proposal):
    """Whoever may edit the record, or may create one."""
    model = MODELS.get(proposal.kind)
    if model is None:
        return True
    verb = "add" if proposal.is_new else "change"
    if not user.has_perm(f"{model._meta.app_label}.{verb}_{model._meta.model_name}"):
        return False
    if proposal.is_new:
        return editing_rule().can_publish(user)
    return editing_rule().editable(model.objects.filter(pk=proposal.object_id), user).exists()


def can_decide_proposal(user, proposal):
    """Whoever may publish it; when its sheet is no more, whoever reviews may refuse it."""
    return proposal.has_lost_its_sheet or can_publish_proposal(user, proposal)


MODELS = {
    Proposal.Kind.INITIATIVE: Initiative,
    Proposal.Kind.NEED: Need,
    Proposal.Kind.OFFER: Offer,
    Proposal.Kind.RESOURCE: Resource,
    Proposal.Kind.ACTOR: Actor,
}
