"""What Django writes as English does, as French does: in every template, without loading it."""

from django import template
from django.template import defaultfilters

register = template.Library()


@register.filter
def pluralize(value, endings="s"):
    """Nothing is singular: « 0 inscrit »."""
    count = len(value) if hasattr(value, "__len__") and not isinstance(value, str) else value
    return defaultfilters.pluralize(1 if count in (0, "0") else value, endings)
