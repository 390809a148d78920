import re
from functools import lru_cache
from html import escape, unescape  # Django's escape is several times slower

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import conditional_escape, format_html, strip_tags
from django.utils.safestring import mark_safe
from django.utils.text import capfirst

from ..dates import Precision, day_before, day_label, hour_label
from ..figures import format_number
from ..prose import render_prose
from ..vocabulary.acronyms import acronyms_of

register = template.Library()
# What Django writes of a yes or a no that it draws.
DRAWN = {' alt="True">': ' alt="oui">', ' alt="False">': ' alt="non">'}


@register.filter
def prose(text):
    """Markdown to safe paragraphs."""
    return unbroken(render_prose(text)) if text else ""


@register.filter
def partial_date(date):
    """A <time> when the date has one precise reading, its label otherwise."""
    label = date.label
    if date.iso and "/" not in date.iso:
        label = format_html('<time datetime="{}">{}</time>', date.iso, label)
    if not date.is_deduced:
        return label
    return format_html('{} <small class="note">(date déduite)</small>', label)


@register.filter
def through(start, end):
    """20 mai 2027, 21 mai 2027 → "du 20 au 21 mai 2027"; what is less sure, one after the other."""
    days = (start, end)
    if not all(each.precision is Precision.DAY and not each.is_deduced for each in days):
        return format_html("{} – {}", partial_date(start), partial_date(end))
    said = day_before(start.earliest, end.earliest)
    template = 'du <time datetime="{}">{}</time> au <time datetime="{}">{}</time>'
    return format_html(template, start.iso, said, end.iso, end.label)


@register.filter
def as_text(markup):
    """What a page shows, as a mail says it."""
    return unescape(strip_tags(markup))


@register.filter
def under(cells, headers):
    """The cells of a row of the admin, each with the name of its column, for a narrow screen."""
    for cell, header in zip(cells, headers, strict=False):  # hidden fields come last, under none
        name = escape(capfirst(strip_tags(header["text"])))
        for said, meant in DRAWN.items():
            cell = cell.replace(said, meant)
        named = cell.replace(" class=", f' data-column="{name}" class=', 1)
        yield mark_safe(named)  # noqa: S308 - the admin's own cell, and a name escaped above


@register.filter(expects_localtime=True)
def day(date):
    """A date or a moment → "1er mars 2027"."""
    return day_label(date)


@register.simple_block_tag
def phrase(content):
    """What a page says in several places: `{% phrase as title %}…{% endphrase %}`."""
    return content


@register.simple_tag
def today():
    return day_label(timezone.localdate())


@register.filter(expects_localtime=True)
def hour(time):
    """A time or a moment → "9 h 30", "14 h"."""
    return hour_label(time)


@register.filter
def unbroken(text):
    """No line breaks before « : ; ? ! » nor inside guillemets, as French prints."""
    spaced = re.sub(r" (?=[:;?!»])|(?<=«) ", "\N{NO-BREAK SPACE}", conditional_escape(text))
    return mark_safe(spaced)  # noqa: S308 - escaped just above


@register.filter
def shortened(text, length):
    """The first words of a text, in so many characters at most: no word is cut."""
    text = " ".join(str(text).split())
    if len(text) <= length:
        return text
    words = text[:length].rpartition(" ")[0] or text[: length - 1]
    return f"{words.rstrip(' ,;:.–—')}…"


@register.filter
def number(value):
    """150000 → "150 000"."""
    return "" if value is None else format_number(value)


@register.filter
def euros(amount):
    """30000 → "30 000 €", 45500.5 → "45 500,50 €"."""
    whole, cents = divmod(amount, 1)
    decimals = f",{int(cents * 100):02}" if cents else ""
    return f"{format_number(whole)}{decimals}\N{NO-BREAK SPACE}€"


@register.simple_tag
def facet_choices(facet):
    """The boxes of a facet: there are hundreds in a list, half of its time in a template."""
    boxes = []
    for choice in facet.choices:
        before, after = _box(facet.name, choice.value, str(choice.label))
        state = " checked" if choice.is_selected else " disabled" if choice.is_disabled else ""
        boxes.append(f"{before}{state}{after}{choice.count}</span></label></li>")
    return mark_safe("".join(boxes))  # noqa: S308 - escaped piece by piece


@lru_cache(4096)
def _box(name, value, label):
    """The box of a value, before its state and before its count."""
    return (
        f'<li><label><input type="checkbox" name="{escape(name)}" value="{escape(value)}"',
        f'><span>{escape(label)}</span><span class="facet__count">',
    )


@register.simple_tag(takes_context=True)
def explain(context, text):
    """A text of the page, each acronym explained where the page first says it.

    Fragments included with `only` share the page's request, hence its acronyms.
    """
    return unbroken(acronyms_of(context.request).explain(text))


@register.simple_tag
@lru_cache
def icon(name):
    """One of the drawings of static/icons.svg, beside words that say the same."""
    return format_html(
        '<svg class="icon" width="20" height="20" aria-hidden="true" focusable="false">'
        '<use href="{}#{}"/></svg>',
        static("icons.svg"),
        name,
    )
