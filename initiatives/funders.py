"""Who funds initiatives, as a list filters by them: actors, and labels without a sheet."""

from django.db.models import Q
from django.utils.text import slugify

from territories.models import Actor

from .models import Involvement


def _funding():
    """(initiative, label, name and slug of the actor) of every funder that may be named."""
    named = Q(actor__status=Actor.Status.PUBLISHED) | ~Q(label="")
    funding = Involvement.objects.filter(named, role=Involvement.Role.FUNDER)
    return funding.order_by("pk").values_list("initiative", "label", "actor__name", "actor__slug")


def _value(label, slug):
    """A label hides the actor it stands for."""
    return slugify(label) if label else slug


def funders(initiatives):
    """(initiative, value of a funder) pairs: see `coopemploi.search.facets`."""
    for initiative, label, _, slug in _funding().filter(initiative__in=initiatives):
        yield initiative, _value(label, slug)


def funder_labels():
    """{value: name} of the funders of all initiatives."""
    return {_value(label, slug): label or name for _, label, name, slug in _funding()}
