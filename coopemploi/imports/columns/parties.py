"""Who takes part in a record, by role: « PLIE de Lens [plie-de-lens] | 5 EPCI »."""

import re
from collections import defaultdict

from django.core.exceptions import ValidationError

from ...formats.tables import SEPARATOR
from ...search.text import normalise
from ..contacts import refuse_contact
from ..lookups import UnknownNameError
from .column import canonical
from .many import ManyColumn

_COUNTED = re.compile(r"([1-9]\d{0,3}) ([^\W\d].*)")  # « 5 EPCI », not « 60 000 Rebonds »
# What a column « Financement (€) » may hold: « 15000 », « 1,5 M€ HT », « 1500 euros par an ».
_AMOUNT = re.compile(
    r"((environ|env\.|près de|plus de|jusqu'à) )?€?\s*\d[\d\s.,]*"
    r"((k|m|milli(er|on|ard)s?)?\s*(d['’])?(€.*|eur(os?)?(\s*(ht|ttc|par|/).*)?)|k)?",
    re.IGNORECASE,
)
_SIREN = re.compile(r"(\d\s?){9}((\d\s?){5})?")


class PartiesColumn(ManyColumn):
    """The rows of one role that a record holds, whose model is a `Party`.

    A value is [[key of an actor or None, label, count]] in the order of the rows. What else a
    row says, an amount or a note, no cell tells: such a row never goes by a table.
    """

    is_required = False
    choices = ()
    help = (
        "Un acteur (son nom, ou sa réf), ou une désignation : « bailleurs sociaux », « 5 EPCI ». "
        f"Plusieurs : séparez-les par « {SEPARATOR.strip()} ». Qui n'y est plus est retiré."
    )

    def __init__(self, model, name, label, synonyms=()):
        rows, self.role = name.split(".")
        self.rows = model._meta.get_field(rows)
        super().__init__(self.rows.related_model._meta.get_field("actor"), synonyms)
        self.name = self.relation = name
        self.label = label

    # What a cell says

    def stored_for(self, record, text):
        """The parties of `record`, None for a new one, once a cell has been read.

        Those it had come first, as they were: what is written as a file of ours writes one
        of them is that one.
        """
        self.refuse_broken(text)
        written, spoken = self._wordings(record)
        found, problems = [], []
        for part in self.parts(text):
            # A réf, unless it is the very label of a party: in lower case, it is a name too.
            own = written.get(part)
            if not own and self.lookup.key_of(part) is None:
                own = spoken.get(normalise(part))
            try:
                found += own or self.stored(part)
            except ValueError as error:
                problems.append(str(error))
        if problems:
            raise ValueError(" ".join(problems))
        before = self.current(record)
        after = [party for party in before if party in found]
        added = {}
        for party in found:
            if party not in before:
                added.setdefault(_key(party), party)
        return after + list(added.values())

    def parts(self, text):
        """« - » and « ? » name nobody."""
        return [" ".join(part.split()) for part in super().parts(text) if normalise(part)]

    def read(self, text):
        """The parties that a part of a cell names."""
        try:
            return [[self.find(text), "", None]]
        except UnknownNameError:
            return self._listed(text) or [self._label(text)]

    def _listed(self, text):
        """Known actors that commas, or the like, separate: all of them."""
        names = self.lookup.listed(text)
        try:
            return [[self.find(name), "", None] for name in names]
        except ValueError:
            return []

    def _label(self, text):
        refuse_contact(text)
        if _SIREN.fullmatch(text):
            raise ValueError(f"« {text} » n'est le SIREN d'aucun acteur connu.")
        if _AMOUNT.fullmatch(text):
            raise ValueError(
                f"« {text[:40]} » ne dit pas qui : un montant s'écrit dans le tableau des parties "
                "prenantes."
            )
        found = _COUNTED.fullmatch(text)
        count, label = (int(found[1]), found[2]) if found else (None, text)
        most = self.field.model._meta.get_field("label").max_length
        if len(label) > most:
            raise ValueError(f"« {label[:40]}… » : {len(label)} caractères, {most} au plus.")
        return [None, label, count]

    def is_same(self, stored, other):
        """Whatever their order."""
        return sorted(map(repr, stored)) == sorted(map(repr, other))

    # What a record says

    def _rows(self, record):
        if record is None or record.pk is None:
            return []
        rows = getattr(record, self.rows.get_accessor_name()).all()
        return [row for row in rows if row.role == self.role]

    def _party(self, row):
        if row.actor_id is None:
            return [None, row.label, row.count]
        self.lookup.label(row.actor)
        return [row.actor_id, "", None]

    def current(self, record):
        return _each_once(self._party(row) for row in self._rows(record))

    def shown(self, stored):
        return SEPARATOR.join(map(self._shown, stored or ()))

    def _shown(self, party):
        actor, label, count = party
        if actor:
            return self.lookup.labels.get(actor, "")
        label = " ".join(label.replace("|", "/").replace(";", ",").split())
        return f"{count} {label}" if count else label

    def _wordings(self, record):
        """{what a cell writes of them: parties} of a record, to the letter, then normalised."""
        written, spoken = defaultdict(list), defaultdict(list)
        for row in self._rows(record):
            party = self._party(row)
            texts = {self._shown(party), row.name, str(row.actor or row.label)}
            for text in texts:
                written[text].append(party)
            for text in {normalise(text) for text in texts}:
                spoken[text].append(party)
        return written, spoken

    def is_said(self, text, record):
        """A visitor reads no actor that is not published: of these alone, an empty cell."""
        rows = self._rows(record)
        shown = [row for row in rows if row.label or row.actor.is_published]
        return any(
            sorted(text.split(SEPARATOR)) == sorted(_said(some).split(SEPARATOR))
            for some in (rows, shown)
        )

    def is_gone(self, stored):
        return super().is_gone([actor for actor, *_ in stored if actor])

    # What is written

    def assign(self, record, stored):
        record.__dict__.setdefault("_parties", {})[self.name] = stored, self._rows(record)

    def save(self, record, names):
        wanted, rows = record.__dict__["_parties"].pop(self.name)
        kept = record.__dict__.get("_kept", {}).pop(self.name, ())
        known = [self._party(row) for row in rows]
        for row, party in zip(rows, known, strict=True):
            if party not in wanted:
                row.delete()
        # After all the others: rows of one number are in the order they were written.
        last = max((row.order for row in self._all(record)), default=0)
        for party in wanted:
            if party not in known:
                as_before = [values for values in kept if values["party"] == party]
                for values in as_before or [{"pk": None, "order": last}]:
                    self._add(record, party, values["pk"], values["order"])

    def _all(self, record):
        """The rows of every role, if they were read."""
        read = getattr(record, "_prefetched_objects_cache", {})
        return read.get(self.rows.get_accessor_name(), ())

    def _add(self, record, party, pk, order):
        actor, label, count = party
        values = {"actor_id": actor, "label": label, "count": count, "order": order}
        row = self.field.model(**{self.rows.field.name: record}, pk=pk, role=self.role, **values)
        row.save(force_insert=True)

    def check(self, record):
        wanted, _ = record.__dict__["_parties"][self.name]
        if problem := self.obstacle(record, wanted):
            raise ValidationError(problem)

    def obstacle(self, record, stored):
        """Why the rows of `record` cannot become `stored`, or ""."""
        lost = [row for row in self._rows(record) if self._party(row) not in stored]
        if lost and not self.may_remove:
            return "vous n'avez pas le droit de retirer une partie prenante."
        for row in lost:
            if more := self._more(row):
                return (
                    f"« {row.name} » n'y est plus, mais dit aussi : {', '.join(more)}. Remettez ce "
                    "nom dans la case, ou retirez d'abord cela dans la page de la fiche."
                )
        return ""

    def _more(self, row):
        """What a row says besides who takes part."""
        told = {"role", "order", self.rows.field.name}
        told |= {"actor"} if row.actor_id else {"label", "count"}
        fields = [f for f in row._meta.concrete_fields if not (f.primary_key or f.name in told)]
        return [
            str(field.verbose_name)
            for field in fields
            if getattr(row, field.attname) not in field.empty_values
        ]

    def notices(self, before, after):
        before = before or []
        removed = [self._shown(party) for party in before if party not in after]
        # « 5 EPCI » is plainly no actor.
        labels = [
            self._shown(party)
            for party in after
            if party not in before and not (party[0] or party[2])
        ]
        told = [self._of_labels(labels)] if labels else []
        return [*told, f"retire « {' », « '.join(removed)} »."] if removed else told

    def _of_labels(self, names):
        told = ", ".join(f"« {name} »{self.lookup.misspelt(name)}" for name in names)
        if len(names) > 1:
            told += " : aucun acteur de ces noms, gardés comme désignations."
        else:
            told += " : aucun acteur de ce nom, gardé comme désignation."
        if any("," in name for name in names):
            told += f" Plusieurs noms se séparent par « {SEPARATOR.strip()} »."
        return told

    # Taking back

    keeps_links = True

    def links_besides(self, record, stored):
        rows = [(self._party(row), row) for row in self._rows(record)]
        return [
            {"party": party, "pk": row.pk, "order": row.order}
            for party, row in rows
            if party not in stored
        ]

    def recall_links(self, record, kept):
        record.__dict__.setdefault("_kept", {})[self.name] = kept

    def complete_links(self, record, kept):
        """They are whole already."""


def _key(party):
    """What makes one of « Bailleurs sociaux » and « bailleurs sociaux »."""
    actor, label, count = party
    return actor, normalise(label), count


def _each_once(parties):
    return [list(party) for party in dict.fromkeys(map(tuple, parties))]


def _said(rows):
    return canonical(SEPARATOR.join(row.name for row in rows))
