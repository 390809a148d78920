"""A field that leads to several records: « Mobilité | Logement »."""

import re

from ...formats.tables import SEPARATOR
from ..meanings import without_bullet
from ..readers import CALCULATION_ERROR
from ..variants import told
from .column import canonical
from .reference import ReferenceColumn


class ManyColumn(ReferenceColumn):
    """A field that leads to several records."""

    @property
    def help(self):
        return f"Un nom ou une réf ; plusieurs : séparez-les par « {SEPARATOR.strip()} »."

    def parts(self, text):
        named, _ = self.parted(text)
        parts = (without_bullet(part.strip()) for part in re.split(r"[|;\n]", named))
        return [part for part in parts if part]

    def prepare(self, texts):
        parts = {part for text in texts for part in self.parts(text)}
        self.lookup.prepare(parts.union(*map(self.lookup.listed, parts)))

    def read(self, text):
        if CALCULATION_ERROR.fullmatch(text):
            raise ValueError(f"cette cellule contient une erreur de calcul ({text}).")
        found, unknown, parts = set(), [], self.parts(text)
        _, around = self.parted(text)
        if around and not parts:
            return sorted(self.lookup.places_of(around))
        for part in parts:
            beside = self._beside(part, parts, around)
            try:
                found |= {beside} if beside else self._find(part, around).keys()
            except ValueError as error:
                unknown.append(str(error))
        if unknown:
            raise ValueError(" ".join(unknown))
        return sorted(found)

    def _beside(self, part, parts, around):
        """What a part can only mean beside the others, or None."""
        others = [other for other in parts if other != part]
        return self.lookup.find_beside(part, others, around) if others else None

    def _find(self, part, around=()):
        """{key: name} of the record of `part`, or of those that it lists."""
        try:
            return {self.find(part, around): part}
        except ValueError:
            names = self.lookup.listed(part)
            try:
                found = {self.find(name, around): name for name in names}
            except ValueError:
                found = {}
            if not found:
                raise
            return found

    def remarks(self, text):
        if not self.lookup.is_named_alone:
            told = self._told_beside(self.parts(text), self.parted(text)[1])
            return told + self.lookup.doubts(self.stored(text))
        names = [name for part in self.parts(text) for name in self._find(part).values()]
        return [remark for name in names for remark in self.lookup.understood(name)]

    def _told_beside(self, parts, around):
        """What to say of those that, alone, would be in doubt or something else."""
        remarks = []
        for part in parts:
            if beside := self._beside(part, parts, around):
                try:
                    alone = self.find(part, around)
                except ValueError:
                    alone = None
                if alone != beside:
                    remarks.append(told(part, self.lookup.labels[beside]))
        return remarks

    def current(self, record):
        if record.pk is None:
            return []
        related = list(getattr(record, self.name).all())
        for other in related:
            self.lookup.label(other)
        return sorted(other.pk for other in related)

    def shown(self, stored):
        return SEPARATOR.join(sorted(self.lookup.labels.get(pk, "") for pk in stored))

    def is_said(self, text, record):
        related = getattr(record, self.name).all()
        names = [canonical(self.lookup.said_of(other)) for other in related]
        return sorted(text.split(SEPARATOR)) == sorted(SEPARATOR.join(names).split(SEPARATOR))

    def assign(self, record, stored):
        """Links are written once the record is."""

    def links_besides(self, record, stored):
        """What the links of a record say, of those to other records than `stored`."""
        own, other = self.field.m2m_field_name(), self.field.m2m_reverse_field_name()
        through = self.field.remote_field.through
        found = through._base_manager.filter(**{own: record}).exclude(**{f"{other}__in": stored})
        kept = [f for f in through._meta.concrete_fields if not (f.primary_key or f.name == own)]
        return [{f.name: f.value_to_string(link) for f in kept} for link in found.order_by("pk")]

    def recall_links(self, record, kept):
        """Have what is about to be put back known."""

    def complete_links(self, record, kept):
        """Have links put back say what they said."""
        own, other = self.field.m2m_field_name(), self.field.m2m_reverse_field_name()
        through = self.field.remote_field.through
        links = {
            str(getattr(link, f"{other}_id")): link
            for link in through._base_manager.filter(**{own: record})
        }
        for values in kept:
            if link := links.get(values[other]):
                for name, text in values.items():
                    field = through._meta.get_field(name)
                    setattr(link, field.attname, field.to_python(text))
                link.save()

    def check(self, record):
        pass
