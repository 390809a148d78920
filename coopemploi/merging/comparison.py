"""Two records side by side, and what a merge would do with them."""

from dataclasses import dataclass

from django.db import models
from django.utils.text import capfirst

from ..fields import LinesField
from ..publishing import Publishable
from .journal import encode
from .links import follow, is_own_relation, links_to, told_by

FIRST, SECOND, BOTH = "first", "second", "both"


@dataclass
class Difference:
    """A field where the records differ, with what each says of it."""

    field: object
    first: str
    second: str
    can_unite: bool
    initial: str

    @property
    def name(self):
        return self.field.name

    @property
    def label(self):
        return capfirst(self.field.verbose_name)


class Comparison:
    def __init__(self, declaration, first, second):
        self.declaration = declaration
        self.model = declaration.model
        self.first, self.second = first, second
        self.links = [
            follow(link, first, second)
            for link in links_to(self.model)
            if not is_own_relation(link)
        ]
        self.favourite = self._favourite()
        self.same, self.differences = [], []
        for field in self._fields():
            self._compare(field)

    def _fields(self):
        left_aside = {self.declaration.slug_field, *self.declaration.restrictive}
        columns = [
            field
            for field in self.model._meta.fields
            if field.editable and not field.generated and field.name not in left_aside
            if not field.primary_key
        ]
        relations = [
            field
            for field in self.model._meta.local_many_to_many
            if field.remote_field.through._meta.auto_created
        ]
        return columns + relations

    def _compare(self, field):
        pair = (self.first, self.second)
        shown = [readable(field, record, besides=pair) for record in pair]
        if _told(field, self.first, pair) == _told(field, self.second, pair):
            if shown[0]:
                self.same.append((capfirst(field.verbose_name), shown[0]))
            return
        can_unite = (field.many_to_many or isinstance(field, LinesField)) and all(shown)
        if can_unite:
            initial = BOTH
        elif all(shown):
            initial = self.favourite
        else:
            initial = FIRST if shown[0] else SECOND
        self.differences.append(Difference(field, *shown, can_unite, initial))

    def _favourite(self):
        """The record to propose to keep: published, then linked the most, then the older."""

        def rank(record, rows):
            is_public = isinstance(record, Publishable) and record.is_published
            return is_public, rows

        kept = sum(len(link.kept) for link in self.links)
        followed = sum(len(_followers(link)) for link in self.links)
        if rank(self.second, followed) > rank(self.first, kept):
            return SECOND
        return FIRST

    @property
    def restricted(self):
        """(label, value) of what the more protective choice decides."""
        found = []
        for name, winner in self.declaration.restrictive.items():
            values = {getattr(self.first, name), getattr(self.second, name)}
            if len(values) > 1:
                label = capfirst(self.model._meta.get_field(name).verbose_name)
                found.append((label, "oui" if winner else "non"))
        return found

    @property
    def following(self):
        """What hangs on the records, link by link: counts, and what will be one."""
        return [
            {
                "label": link.label,
                "first": len(link.kept),
                "second": len(_followers(link)),
                "united": len(link.united),
                "looped": len(link.looped),
                "after": len(link.kept) + len(link.moved),
                "names": told_by(link.link, [row for _, row in link.united[:5]])
                if link.united
                else [],
            }
            for link in self.links
            if link.kept or link.looped or _followers(link)
        ]


def _followers(link):
    return [*link.moved, *(row for _, row in link.united)]


def _related(field, record, besides):
    """The records of a many-to-many field, `besides` the two that will be one."""
    return [related for related in getattr(record, field.name).all() if related not in besides]


def _told(field, record, pair):
    if field.many_to_many:
        return {related.pk for related in _related(field, record, pair)}
    return encode(field, record)


def readable(field, record, besides=()):
    """The value of a field in French, "" when there is none."""
    if field.many_to_many:
        return ", ".join(sorted(str(related) for related in _related(field, record, besides)))
    value = getattr(record, field.name)
    if isinstance(value, bool):
        return "oui" if value else "non"
    if field.choices:
        return str(getattr(record, f"get_{field.name}_display")())
    if isinstance(field, LinesField):
        return "\n".join(value)
    if value is None or (isinstance(field, models.CharField) and not value):
        return ""
    return str(value)
