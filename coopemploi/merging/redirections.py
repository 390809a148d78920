"""Where the record that another absorbed is found today: its page, or lists filtered by it."""

from ..search.text import storable
from .declarations import declarations
from .models import Redirection

MOST_VALUES = 30  # of one filter; lists read no more of an address


def survivor(declaration, slug, user):
    """What stands for the absorbed record of that slug, if `user` may see it; else None."""
    return survivors(declaration, [slug], user).get(slug)


def survivors(declaration, slugs, user):
    """{slug: what stands for the absorbed record}, of those that `user` may see."""
    model, field = declaration.model, declaration.slug_field
    known = Redirection.objects.filter(model=model._meta.label_lower, slug__in=slugs)
    led = dict(known.values_list("slug", "object_id"))
    if not led:
        return {}
    # A record that took the address since is there, be it one that the visitor may not see.
    there = model._base_manager.filter(**{f"{field}__in": led})
    taken = set(there.values_list(field, flat=True))
    records = model._default_manager.all()
    if hasattr(records, "visible_to"):
        records = records.visible_to(user)
    found = records.in_bulk(led.values())
    return {slug: found[pk] for slug, pk in led.items() if slug not in taken and pk in found}


def todays_query(query, user):
    """The `QueryDict` of a list, absorbed records replaced; None when it names none."""
    changed = None
    for declaration in declarations.values():
        for name in declaration.filters:
            asked = [storable(value).strip() for value in query.getlist(name)[:MOST_VALUES]]
            found = survivors(declaration, asked, user) if any(asked) else {}
            if found:
                today = (getattr(found.get(slug), declaration.slug_field, slug) for slug in asked)
                changed = query.copy() if changed is None else changed
                changed.setlist(name, list(dict.fromkeys(today)))
    return changed
