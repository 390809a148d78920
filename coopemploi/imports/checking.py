"""What the rows of a file would do to the records: nothing is written here.

Records, duplicates and what must be unique are looked up in bulk, never a query a row.
"""

from collections import defaultdict
from contextlib import suppress
from functools import cache
from itertools import chain

from django.contrib.admin.utils import flatten_fieldsets
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models
from rapidfuzz import fuzz, process

from ..batches import batches
from ..permissions import editing_rule
from .cells import readings_of
from .columns import canonical
from .lookups import lookup_for
from .models import ImportRow
from .readers import harmless_reversed

State = ImportRow.State


class Checker:
    """Reads the rows of a batch, with the rights of who sent it.

    `model_admin` and `request` say what they may see, add and change.
    """

    def __init__(self, importation, model_admin, request):
        self.importation = importation
        self.model = importation.model
        self.model_admin = model_admin
        self.request = request
        self.queryset = model_admin.get_queryset(request)
        # Those that a row may be told of: who adds people need not see who is known.
        self.known = self.queryset
        if importation.private and not model_admin.has_view_permission(request):
            self.known = self.queryset.none()

    def lookups(self):
        """A function that gives the `Lookup` of a model, one for all the columns of a run."""

        @cache
        def lookup_of(model):
            lookup = lookup_for(model)(model, self.choices_of(model))
            rule, user = editing_rule(), self.request.user
            if rule.scopes(model, user):
                lookup.preferred = rule.editable(lookup.queryset, user)
            return lookup

        return lookup_of

    def choices_of(self, model):
        """The records of `model` that one may choose: those that the admin lets one see."""
        related = self.model_admin.admin_site.get_model_admin(model)
        records = related.get_queryset(self.request)
        if model is self.importation.owner_model:
            return related._within(self.request, records)
        return records if related.has_view_permission(self.request) else records.none()

    def columns_of(self, mapping):
        """Of the columns named, those that the form of the admin lets one write."""
        shown = set(flatten_fieldsets(self.model_admin.get_fieldsets(self.request)))
        shown -= set(self.model_admin.get_readonly_fields(self.request))
        shown |= self._held_fields("add", "change")
        if not self.model_admin.has_import_permission(self.request):
            shown -= set(self.importation.private)
        columns = [
            column
            for column in self.importation.columns(set(mapping))
            # Links that say something more have a list of their own under the form.
            if column.name in shown or column.has_own_model
        ]
        lookup_of = self.lookups()
        removable = self._held_fields("delete")
        for column in columns:
            column.bind(lookup_of)
            column.may_remove = column.name in removable
            column.may_publish = editing_rule().can_publish(self.request.user)
        return columns

    def _held_fields(self, *verbs):
        """The columns of the lists under the form that one may write so: "add", "change"."""
        written = {
            inline.model
            for inline in self.model_admin.get_inline_instances(self.request)
            if all(getattr(inline, f"has_{verb}_permission")(self.request, None) for verb in verbs)
        }
        names = self.importation.held_fields
        return {name for name in names if self.importation.field_of(name).model in written}

    def read(self, batch, wanted=()):
        """The `Reading` of each row; `wanted` are the lines to create though doubtful."""
        self.columns = self.columns_of(self.importation.spelt_out(batch.mapping))
        self.by_name = {column.name: column for column in self.columns}
        readings, totals = readings_of(batch, self.importation)
        for column in self.columns:
            column.prepare([reading.texts[column.name] for reading in readings])
        self._find_records(readings)
        known = [*self.by_reference.values(), *self.by_code.values()]
        self.model_admin.reach_all(self.request, [*known, *chain(*self.namesakes.values())])
        self._load_unique()
        self.may_add = self.model_admin.has_add_permission(self.request)
        seen_records, seen_titles = {}, defaultdict(list)
        for reading in readings:
            self._read_row(reading, seen_records, seen_titles, set(wanted))
        return readings + totals

    # Whose row it is

    def _find_records(self, readings):
        references = {r.reference for r in readings if r.reference}
        self.by_reference = {}
        for batch in batches(references):
            self.by_reference |= self.importation.find(self.known, batch)
        self.by_code = {}
        for names in self.importation.codes:
            self._find_by_code(names, readings)
        self._find_namesakes(readings)

    def _find_by_code(self, names, readings):
        """Those of rows without a réf that say the same official code."""
        columns = [self.by_name[name] for name in names if name in self.by_name]
        if len(columns) < len(names):
            return
        values = set()
        for reading in readings:
            if not reading.reference:
                with suppress(ValueError):  # said where the cell is read
                    values.add(columns[-1].meaning(reading.texts[names[-1]]))
        for batch in batches(values - {""}):
            found = self.known.filter(**{f"{names[-1]}__in": batch})
            for record in self.importation.records(found):
                key = names, *(getattr(record, name) for name in names)
                self.by_code[key] = record

    def _code_record(self, reading):
        for names in self.importation.codes:
            if not all(name in reading.texts for name in names):
                continue
            try:
                key = names, *(self.by_name[name].stored(reading.texts[name]) for name in names)
            except (KeyError, ValueError):
                continue
            if key[-1] and (record := self.by_code.get(key)):
                return record
        return None

    def _find_namesakes(self, readings):
        """The records that have the very title of a row without réf."""
        for reading in readings:
            reading.key = self.importation.key_in(reading.texts, self.by_name)
        wanted = {reading.key for reading in readings if not reading.reference}
        self.namesakes = defaultdict(list)
        pks = {pk: key for pk, key in self.importation.keys(self.known) if key in wanted}
        for batch in batches(pks):
            for record in self.importation.records(self.known.filter(pk__in=batch)):
                self.namesakes[pks[record.pk]].append(record)

    def _load_unique(self):
        """Who holds each value that must be unique."""
        groups = [[f.name] for f in self.model._meta.fields if f.unique and not f.primary_key]
        rules = [(names, "une autre fiche l'a déjà.") for names in groups]
        rules += [
            (list(rule.fields), rule.violation_error_message)
            for rule in self.model._meta.constraints
            if isinstance(rule, models.UniqueConstraint) and rule.fields
        ]
        own = {column.name for column in self.columns}
        self.unique = []
        for names, message in rules:
            if own & set(names):
                attnames = [self.model._meta.get_field(name).attname for name in names]
                rows = self.model._default_manager.order_by().values_list("pk", *attnames)
                holders = {tuple(values): pk for pk, *values in rows}
                self.unique.append((names, attnames, holders, message))

    # What a row says

    def _read_row(self, reading, seen_records, seen_titles, wanted):
        reading.label = self.importation.name_in(reading.texts)[:300]
        reading.record = self._record_of(reading)
        if reading.problems:
            return
        if reading.record is None:
            self._read_new(reading, seen_titles, wanted)
        else:
            self._read_known(reading, seen_records)

    def _read_known(self, reading, seen):
        """A row that speaks of a record."""
        record = reading.record
        differing = [
            column
            for column in self.columns
            if not self._is_same(column, reading.texts[column.name], record)
        ]
        if differing and not any(reading.texts.values()):
            # Its cells were lost, more often than the record is to be emptied.
            reading.refuse("", "hors sa réf, cette ligne est vide : elle n'est pas lue.")
            return
        stored = self._stored(reading, differing)
        for name, after in stored.items():
            column = self.by_name[name]
            before = column.current(record)
            reading.changes[name] = [before, after, column.shown(before), column.shown(after)]
        self._check(reading, record)
        line = seen.setdefault(record.pk, reading.line)
        if line != reading.line:
            reading.refuse("réf", f"la ligne {line} parle déjà de cette fiche.")
        if reading.changes and not self.may_change(record):
            reading.refuse("", "vous n'avez pas le droit de modifier cette fiche.")
        if not reading.problems:
            reading.state = State.CHANGED if reading.changes else State.UNCHANGED
            self._tell(reading)

    def _read_new(self, reading, seen, wanted):
        """A row without réf: a new record, unless one has its name."""
        namesakes = self.namesakes.get(reading.key, ())
        for other in namesakes:
            if self._says_the_same(reading, other):
                reading.record, reading.state = other, State.UNCHANGED
                self._tell(reading)
                return
        for column in self.importation.columns():
            if column.is_required and column.name not in self.by_name:
                reading.refuse(
                    column.label, "cette colonne manque au fichier : ajoutez-la, puis renvoyez-le."
                )
        filled = [
            column
            for column in self.columns
            if reading.texts[column.name] or not column.field.has_default()
        ]
        for name, after in self._stored(reading, filled).items():
            if after not in ("", None, []):
                reading.changes[name] = [None, after, "", self.by_name[name].shown(after)]
        self._check(reading, self.model())
        if reading.problems:
            return
        twins, apart, first = self._told_apart(reading, namesakes, seen)
        if not self.may_add:
            reading.refuse("", "vous n'avez pas le droit d'ajouter de fiche de cette sorte.")
        elif reading.line not in wanted and (twins or first):
            reading.state = State.DUPLICATE
            reading.problems.append([self._title_label, self._twin(twins, first)])
        else:
            reading.state = State.CREATED
            if apart:
                reading.problems.append([self._title_label, self._homonym(apart)])
        if reading.state != State.REFUSED:
            self._tell(reading)

    def _tell(self, reading):
        """What is worth a look in what a row changes."""
        for name, (before, after, *_) in reading.changes.items():
            column = self.by_name[name]
            made = reading.how_made(name)
            remarks = column.remarks(reading.texts[name])
            found = [*made, *remarks, *column.notices(before, after)]
            reading.problems += [[column.label, told] for told in found]
        for column in self.columns:
            left_out = column.left_out(reading.texts[column.name])
            reading.problems += [[column.label, told] for told in left_out]

    def _told_apart(self, reading, namesakes, seen):
        """(records that may be the row's, those of its name elsewhere, first line alike)."""
        place = self.importation.place_in(reading.changes)
        twins, apart = [], []
        for other in namesakes:
            places = self.importation.places_of(other)
            is_twin = not place or not places or place in places
            (twins if is_twin else apart).append(other)
        lines = seen[reading.key]
        alike = (line for line, other in lines if not (place and other) or other == place)
        first = next(alike, None)
        lines.append((reading.line, place))
        return twins, apart, first

    def _stored(self, reading, columns):
        """{name: value} of the cells that can be read; the others refuse the row."""
        stored = {}
        for column in columns:
            text = reading.texts[column.name]
            try:
                stored[column.name] = column.stored_for(reading.record, text)
            except ValueError as error:
                reading.refuse(column.label, str(error))
                continue
            if not text and column.is_required:
                reading.refuse(column.label, "il manque une valeur.")
        return stored

    def _twin(self, namesakes, line):
        if not namesakes:
            return f"la ligne {line} porte déjà ce nom."
        slugs = [self.importation.reference_of(other) for other in namesakes]
        return (
            f"une fiche porte déjà ce nom : réf « {' », « '.join(slugs)} ». Pour la modifier, "
            "écrivez cette réf dans la colonne « réf »."
        )

    def _homonym(self, others):
        slugs = [self.importation.reference_of(other) for other in others]
        return (
            f"ce nom est aussi, ailleurs, celui de : réf « {' », « '.join(slugs)} ». Si c'est la "
            "même fiche, écrivez cette réf dans la colonne « réf »."
        )

    def _record_of(self, reading):
        if not reading.reference:
            return self._code_record(reading)
        record = self.by_reference.get(reading.reference)
        if record is None:
            near = process.extractOne(
                reading.reference, self._references(), scorer=fuzz.ratio, score_cutoff=80
            )
            hint = f" (vouliez-vous dire « {near[0]} » ?)" if near else ""
            reading.refuse(
                "réf",
                f"« {reading.reference} » n'est la réf d'aucune fiche que vous pouvez "
                f"modifier{hint}. Pour créer une fiche, laissez la réf vide.",
            )
        return record

    def _references(self):
        if not hasattr(self, "_known_references"):
            self._known_references = self.importation.known_references(self.known)
        return self._known_references

    def _says_the_same(self, reading, record):
        return all(
            self._is_same(column, reading.texts[column.name], record) for column in self.columns
        )

    def _is_same(self, column, text, record):
        """Whether a cell is what a file of ours writes of the record, or comes to the same."""
        if column.is_private and not self.may_change(record):
            return not text
        shown = canonical(column.shown_of(record))
        # An apostrophe of the record's own is read as the one that we put before formulas.
        if text in (shown, harmless_reversed(shown)) or column.is_said(text, record):
            return True
        try:
            return column.is_same(column.stored_for(record, text), column.current(record))
        except ValueError:
            return False

    def may_change(self, record):
        return self.model_admin.has_change_permission(self.request, record)

    # What the rules say

    def _check(self, reading, target):
        """Validate as a form does, on the fields that the row changes."""
        changed = [self.by_name[name] for name in reading.changes]
        before = {column.name: column.current(target) for column in changed}
        for column in changed:
            try:
                column.assign(target, reading.changes[column.name][1])
                column.check(target)
            except ValidationError as error:
                reading.refuse(column.label, " ".join(dict.fromkeys(error.messages)))
        if changed and not reading.problems:
            self._check_rules(reading, target, set(reading.changes))
        if target.pk is not None:
            # Left as it is in the database: whoever writes assigns again.
            for column in changed:
                column.assign(target, before[column.name])

    def _check_rules(self, reading, target, names):
        if refusal := self.importation.refusal(target):
            reading.refuse("", refusal)
        try:
            target.clean()
        except ValidationError as error:
            found = getattr(error, "error_dict", {NON_FIELD_ERRORS: [error]})
            for name, errors in found.items():
                messages = ValidationError(errors).messages
                label = "" if name == NON_FIELD_ERRORS else self._label_of(name)
                reading.refuse(label, " ".join(messages))
        for rule in self.model._meta.constraints:
            if not isinstance(rule, models.CheckConstraint):
                continue
            try:
                rule.validate(self.model, target)
            except ValidationError as error:
                reading.refuse("", " ".join(error.messages))
        self._check_unique(reading, target, names)

    def _check_unique(self, reading, target, names):
        for group, attnames, holders, message in self.unique:
            values = tuple(getattr(target, attname) for attname in attnames)
            if not names & set(group) or values[-1] in ("", None):
                continue
            holder = holders.setdefault(values, target.pk or reading)
            if holder is not reading and holder != target.pk:
                reading.refuse(self._label_of(group[-1]), message)

    def _label_of(self, name):
        return str(self.model._meta.get_field(name).verbose_name)

    @property
    def _title_label(self):
        return self.importation.label_of(self.importation.title_field)
