from django import template
from django.utils.html import format_html

from ..figures import format_number
from ..prose import render_prose

register = template.Library()


@register.filter
def prose(text):
    """Markdown to safe paragraphs."""
    return render_prose(text) if text else ""


@register.filter
def partial_date(date):
    """A <time> when the date has one precise reading, its label otherwise."""
    label = date.label
    if date.iso and "/" not in date.iso:
        label = format_html('<time datetime="{}">{}</time>', date.iso, label)
    if not date.is_deduced:
        return label
    found = f" de « {date.wording} »" if date.wording else ""
    return format_html('{} <small class="note">(date déduite{})</small>', label, found)


@register.filter
def number(value):
    """150000 → "150 000"."""
    return "" if value is None else format_number(value)
