"""The matches that pages show, each with the record it leads to."""

from .models import Initiative, Match, Need, Offer, Resource

MOST = 5
LABELS = {Need: "Je cherche", Offer: "Je mets à disposition", Initiative: "Initiative"}


def matches_of(record, user):
    """[{match, record, label}] of a need, an offer or an initiative: at most `MOST`."""
    if isinstance(record, Need) and record.state != Need.State.OPEN:
        return []
    found = Match.objects.shown().visible_to(user).with_candidates()
    return shown(found.filter(**{record._meta.model_name: record.pk})[:MOST], type(record))


def shown_matches(user):
    """Those of one record that its page shows, to prefetch."""
    return Match.objects.shown().visible_to(user).with_candidates()[:MOST]


def shown(matches, model):
    """[{match, record, label}] of the matches of a record of `model`."""
    pairs = [(match, match.candidate if model is Need else match.need) for match in matches]
    return [
        {"match": match, "record": record, "label": LABELS[type(record)]} for match, record in pairs
    ]


def resources_for(need, user):
    """What to read: resources of the schemes of a need, then of its themes."""
    schemes, themes = (
        [term.pk for term in relation.all()] for relation in (need.schemes, need.themes)
    )
    found = Resource.objects.visible_to(user).select_related("source", "actor")
    by_scheme = list(found.filter(schemes__in=schemes).distinct()[:MOST]) if schemes else []
    if len(by_scheme) < MOST and themes:
        others = found.filter(themes__in=themes).exclude(pk__in=[each.pk for each in by_scheme])
        by_scheme += others.distinct()[: MOST - len(by_scheme)]
    return by_scheme
