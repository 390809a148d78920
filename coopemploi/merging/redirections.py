"""Where the record that another absorbed is found today: its page, or lists filtered by it."""

from .declarations import declarations
from .models import Redirection

MOST_VALUES = 30  # of one filter; lists read no more of an address


def survivor(declaration, slug, user):
    """What stands for the absorbed record of that slug, if `user` may see it; else None."""
    model = declaration.model
    known = Redirection.objects.filter(model=model._meta.label_lower, slug=slug).first()
    # A record that took the address since is there, be it one that the visitor may not see.
    if known is None or model._base_manager.filter(**{declaration.slug_field: slug}).exists():
        return None
    records = model._default_manager.all()
    if hasattr(records, "visible_to"):
        records = records.visible_to(user)
    return records.filter(pk=known.object_id).first()


def todays_query(query, user):
    """The `QueryDict` of a list, absorbed records replaced; None when it names none."""
    filtered_by = {
        name: declaration
        for declaration in declarations.values()
        for name in declaration.filters
        if name in query
    }
    changed = query.copy()
    for name, declaration in filtered_by.items():
        values = []
        for slug in query.getlist(name)[:MOST_VALUES]:
            record = survivor(declaration, slug, user)
            values.append(getattr(record, declaration.slug_field) if record else slug)
        changed.setlist(name, list(dict.fromkeys(values)))
    return None if changed == query else changed
