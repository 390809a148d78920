"""Writing what a batch says, and taking it back. All or nothing, in one transaction."""

from collections import defaultdict

from django.contrib.admin.models import ADDITION, CHANGE, DELETION, LogEntry
from django.db import DatabaseError, transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from ..batches import batches
from ..dates import PartialDate
from ..derived import registry
from ..fields import computed_with, free_slug
from ..history.tracking import is_derived, will_link
from ..publishing import Publishable
from .models import ImportBatch, ImportRow

State, Outcome = ImportRow.State, ImportRow.Outcome
_SILENT = (None, "", False, 0, [], {}, PartialDate())
STALE = "cette fiche a changé depuis l'aperçu : vérifiez de nouveau le fichier."
OUTSIDE = "cette fiche serait hors de votre périmètre."


class OutsideError(Exception):
    """Rows that would be out of the perimeter of who writes them, by their lines."""

    def __init__(self, lines):
        self.lines = lines
        super().__init__(lines)


def check(batch, *, checker):
    """Write the preview of a batch."""
    with transaction.atomic():
        batch.rows.all().delete()
        ImportRow.objects.bulk_create(
            [
                ImportRow(
                    batch=batch,
                    line=reading.line,
                    state=reading.state,
                    record_key=reading.record and reading.record.pk,
                    label=reading.label or (str(reading.record)[:300] if reading.record else ""),
                    changes=reading.changes,
                    problems=reading.problems,
                )
                for reading in checker.read(batch)
            ],
            batch_size=500,
        )
        batch.move(ImportBatch.State.CHECKING, ImportBatch.State.CHECKED)


def apply(batch, *, checker, at=None):
    """Write the good rows of a checked batch.

    The file is read again: a row that would no longer do what was shown is refused, and one
    that would put its record out of the perimeter of who sent it.
    """
    outside = set()
    while True:
        try:
            return _apply(batch, outside, checker=checker, at=at or timezone.now())
        except OutsideError as error:
            outside |= error.lines


def _apply(batch, outside, *, checker, at):
    with transaction.atomic():
        rows = {row.line: row for row in batch.rows.all()}
        wanted = {line for line, row in rows.items() if row.is_wanted}
        # Before they are read: what is compared with the preview is what will be written over.
        changing = {row.record_key for row in rows.values() if row.state == State.CHANGED}
        _lock(changing, checker, no_key=True)
        created, changed = [], []
        for reading in checker.read(batch, wanted):
            row = rows.get(reading.line)  # none of a line that the preview did not know as unread
            shown = row and (State.CREATED if row.is_wanted else row.state)
            if shown not in (State.CREATED, State.CHANGED):
                continue
            if reading.line in outside:
                row.state, row.is_wanted, row.problems = State.REFUSED, False, [["", OUTSIDE]]
            elif (reading.state, _values(reading.changes)) != (shown, _values(row.changes)):
                row.state, row.is_wanted = State.REFUSED, False
                is_wrong = reading.state in (State.REFUSED, State.DUPLICATE)
                row.problems = reading.problems if is_wrong else [["", STALE]]
            elif shown == State.CREATED:
                row.state = State.CREATED
                created.append((row, reading))
            else:
                changed.append((row, reading))
        columns = {column.name: column for column in checker.columns}
        _create(batch, created, columns, checker, at)
        _change(batch, changed, columns, at)
        written = [(row, reading.record) for row, reading in (*created, *changed)]
        _refuse_outside(written, checker)
        fingerprints = _fingerprints([reading.record.pk for _, reading in created], checker)
        for row, reading in created:
            row.fingerprint = fingerprints[reading.record.pk]
        _save_rows(rows.values())
        batch.move(ImportBatch.State.APPLYING, ImportBatch.State.APPLIED, applied_at=at)


def _refuse_outside(pairs, checker):
    """Raise OutsideError for the rows, of (row, record) pairs, that one may not write so."""
    records = [record for _, record in pairs]
    out = {record.pk for record in checker.model_admin.out_of_reach(checker.request, records)}
    if out:
        raise OutsideError({row.line for row, record in pairs if record.pk in out})


def _values(changes):
    return {name: list(values[:2]) for name, values in changes.items()}


def _save_rows(rows):
    for row in rows:
        if row.state == State.DUPLICATE and row.is_wanted:
            row.state = State.CREATED
    names = ["state", "outcome", "is_wanted", "record_key", "written_at", "fingerprint"]
    names += ["removed_links", "problems"]
    # bulk_update() would write a CASE for each value: five times as slow.
    ImportRow.objects.bulk_create(
        rows, batch_size=500, update_conflicts=True, unique_fields=["pk"], update_fields=names
    )


def _create(batch, pairs, columns, checker, at):
    slug = checker.importation.slug_field
    model = checker.model
    taken = defaultdict(set)
    scope = [slug.within] if slug and slug.within else []
    if slug:
        for *within, value in model._default_manager.order_by().values_list(*scope, slug.name):
            taken[tuple(within)].add(value)
    links = defaultdict(list)  # many-to-many field → (record, other key)
    for row, reading in pairs:
        record = model()
        relations = {}
        for name, (_, after, *_shown) in reading.changes.items():
            columns[name].assign(record, after)
            if columns[name].field.many_to_many:
                relations[name] = after
                links[columns[name].field] += [(record, pk) for pk in after]
        will_link(record, relations)
        if slug:
            within = tuple(getattr(record, name) for name in scope)
            record.slug = free_slug(slug.base_slug(record), taken[within])
            taken[within].add(record.slug)
        if isinstance(record, Publishable):
            record.created_by = batch.user
            _date_publication(record, at)
        record.save()
        _save_held(record, reading.changes, columns)
        row.record_key, row.outcome = record.pk, Outcome.WRITTEN
        row.written_at = getattr(record, "updated_at", None)
        reading.record = record
    for field, found in links.items():
        _link(field, found)
    _log(batch, [reading.record for _, reading in pairs], ADDITION, "Importée de")


def _link(field, pairs):
    """Write the links of new records, and tell what is computed from them."""
    through = field.remote_field.through
    own, other = field.m2m_field_name(), field.m2m_reverse_field_name()
    links = [through(**{own: record, f"{other}_id": pk}) for record, pk in pairs]
    through._default_manager.bulk_create(links, batch_size=400)
    if through._meta.auto_created:
        registry.notify({record for record, _ in pairs})
    else:
        registry.notify(links)


def _change(batch, pairs, columns, at):
    for row, reading in pairs:
        record = reading.record
        after = {name: values[1] for name, values in reading.changes.items()}
        row.removed_links = {
            name: columns[name].links_besides(record, stored)
            for name, stored in after.items()
            if columns[name].keeps_links
        }
        _write(record, after, columns, at)
        row.outcome = Outcome.WRITTEN
    _log(batch, [reading.record for _, reading in pairs], CHANGE, "Modifiée par")


def _write(record, values, columns, at):
    for name, stored in values.items():
        columns[name].assign(record, stored)
    own = [columns[name] for name in values if not columns[name].relation]
    names = {column.name for column in own if not column.field.many_to_many}
    if _date_publication(record, at):
        names.add("published_at")
    # What else a record says stays as it is: its lock keeps whoever asks for it, not all.
    record.save(update_fields=names | computed_with(type(record), names))
    _save_held(record, values, columns)
    for name, stored in values.items():
        if columns[name].field.many_to_many:
            getattr(record, name).set(stored)


def _save_held(record, names, columns):
    """Each record that depends on this one, once."""
    written = defaultdict(set)
    for name in names:
        written[columns[name].relation].add(columns[name].field.name)
    for column in {columns[name].relation: columns[name] for name in names}.values():
        column.save(record, written[column.relation])


def _date_publication(record, at):
    """Date what becomes public; whether it was to be done."""
    is_due = isinstance(record, Publishable) and record.is_published and not record.published_at
    if is_due:
        record.published_at = at
    return is_due


def _lock(pks, checker, **options):
    """Have others wait before they save these records, or what they hold.

    In the order of the pages of the admin, which lock a record, then what it holds.
    """
    for kind, owner in [(checker.model, "pk"), *_held(checker)]:
        for keys in batches(sorted(pks)):
            found = kind._base_manager.filter(**{f"{owner}__in": keys}).order_by("pk")
            list(found.select_for_update(**options).values_list("pk"))


def _held(checker):
    """(model, name of its link) of what the records of an import hold."""
    return [
        (relation.related_model, relation.field.name)
        for relation in checker.model._meta.related_objects
        if relation.related_model in checker.importation.held_models
    ]


def _log(batch, records, flag, verb):
    if records:
        message = f"{verb} « {batch.file_name} » (import {batch.pk})."
        LogEntry.objects.log_actions(batch.user_id, records, flag, message)


# Taking back


def take_back(batch, *, checker, at=None):
    """Undo what a batch wrote, wherever nobody touched it since.

    A record created goes, unless changed or referred to; a field changed goes back to what
    it was, unless changed again. What stays is said on its row.
    """
    at = at or timezone.now()
    with transaction.atomic():
        rows = list(batch.rows.filter(outcome=Outcome.WRITTEN))
        names = {name for row in rows for name in row.changes}
        columns = {column.name: column for column in checker.columns_of(names)}
        created = [row for row in rows if row.state == State.CREATED]
        created_keys = {row.record_key for row in created}
        # Nothing may come to name what is about to go.
        _lock(created_keys, checker)
        _lock({row.record_key for row in rows} - created_keys, checker, no_key=True)
        records = {}
        for keys in batches({row.record_key for row in rows}):
            found = checker.importation.records(checker.queryset.filter(pk__in=keys))
            records.update({record.pk: record for record in found})
        checker.model_admin.reach_all(checker.request, records.values())
        holders = _referring(created_keys, checker)
        fingerprints = _fingerprints(created_keys, checker)
        taken_back, removed = [], []
        for row in rows:
            record = records.get(row.record_key)
            if record is None:
                row.outcome, row.problems = Outcome.KEPT, [["", "cette fiche n'existe plus."]]
            elif row.state == State.CREATED:
                if _remove(row, record, columns, holders, fingerprints, checker):
                    removed.append(record)
            elif _put_back(row, record, columns, checker, at):
                taken_back.append(record)
        _log(batch, removed, DELETION, "Retirée avec")
        for keys in batches(record.pk for record in removed):
            checker.model._default_manager.filter(pk__in=keys).delete()
        _log(batch, taken_back, CHANGE, "Remise comme avant")
        _save_rows(rows)
        batch.move(ImportBatch.State.TAKING_BACK, ImportBatch.State.TAKEN_BACK)


def _remove(row, record, columns, holders, fingerprints, checker):
    reasons = []
    if not checker.model_admin.has_delete_permission(checker.request, record):
        reasons.append(["", "vous n'avez pas le droit de supprimer cette fiche."])
    if label := holders.get(record.pk):
        reasons.append(["", f"d'autres fiches y renvoient (« {label} »)."])
    changed = _changed_since(row, record, columns)
    reasons += [[columns[name].label, "modifiée depuis."] for name in changed]
    if not changed and row.written_at and record.updated_at > row.written_at:
        reasons.append(["", "enregistrée de nouveau depuis."])
    if not changed and (obstacle := checker.importation.obstacle(record, row.changes)):
        reasons.append(["", obstacle])
    # Rows written before fingerprints were kept have none.
    if not reasons and row.fingerprint and row.fingerprint != fingerprints[record.pk]:
        reasons.append(["", "modifiée depuis."])
    row.outcome = Outcome.KEPT if reasons else Outcome.TAKEN_BACK
    row.problems = reasons
    return not reasons


def _put_back(row, record, columns, checker, at):
    if not checker.model_admin.has_change_permission(checker.request, record):
        row.outcome = Outcome.KEPT
        row.problems = [["", "vous n'avez pas le droit de modifier cette fiche."]]
        return False
    left = dict.fromkeys(_changed_since(row, record, columns), "modifiée depuis.")
    # What is held goes as a whole, or stays.
    added = [name for name, values in row.changes.items() if "__" in name and values[0] is None]
    if left.keys() & set(added):
        left |= dict.fromkeys(added, "modifiée depuis.")
    elif added and (obstacle := checker.importation.obstacle(record, row.changes)):
        left |= dict.fromkeys(added, obstacle)
    back = {}
    for name, (before, *_) in row.changes.items():
        if name not in columns or name in left:
            continue
        if columns[name].is_gone(before):
            left[name] = "ce qui y était n'existe plus."
        elif obstacle := columns[name].obstacle(record, before):
            left[name] = obstacle
        else:
            back[name] = before
    if back:
        try:
            with transaction.atomic():
                links = {
                    columns[name]: row.removed_links[name]
                    for name in back.keys() & row.removed_links.keys()
                }
                for column, kept in links.items():
                    column.recall_links(record, kept)
                _write(record, back, columns, at)
                for column, kept in links.items():
                    column.complete_links(record, kept)
                _refuse_outside([(row, record)], checker)
        except OutsideError:
            left |= dict.fromkeys(back, OUTSIDE)
            back = {}
        except DatabaseError:
            # A value that must be unique was given to another record meanwhile.
            left |= dict.fromkeys(back, "une autre fiche a pris cette valeur.")
            back = {}
    labels = {name: checker.importation.label_of(name) for name in left}
    row.problems = [[labels[name], reason] for name, reason in left.items()]
    row.outcome = Outcome.TAKEN_BACK if back else Outcome.KEPT
    return bool(back)


def _changed_since(row, record, columns):
    return [
        name
        for name, values in row.changes.items()
        if name in columns and not columns[name].is_same(columns[name].current(record), values[1])
    ]


def _fingerprints(pks, checker):
    """{key of a record: digest of what people wrote in it, its links, and what it holds}."""
    model, found = checker.model, defaultdict(list)
    links = [(f.remote_field.through, f.m2m_field_name()) for f in model._meta.many_to_many]
    for kind, owner in [(model, "pk"), *links, *_held(checker)]:
        fields = [f for f in kind._meta.concrete_fields if not (f.primary_key or is_derived(f))]
        names = [field.attname for field in fields]
        for keys in batches(pks):
            rows = kind._base_manager.filter(**{f"{owner}__in": keys}).order_by()
            for key, *values in rows.values_list(owner, *names):
                # Nothing of what says nothing: a column that comes later changes no digest.
                said = [pair for pair in zip(names, values, strict=True) if pair[1] not in _SILENT]
                found[key].append(repr((kind._meta.label, *said)))
    return {
        key: salted_hmac("imports", "\n".join(sorted(rows)), algorithm="sha256").hexdigest()
        for key, rows in found.items()
    }


def _referring(pks, checker):
    """{key of a record: what refers to it}: its own links apart."""
    model = checker.model
    own = {field.remote_field.through for field in model._meta.many_to_many}
    own |= checker.importation.held_models
    found = {}
    for relation in model._meta.related_objects:
        field = relation.field
        if field.model in own or relation.related_model in own or _is_computed(field):
            continue
        lookup = field.name
        label = relation.related_model._meta.verbose_name_plural
        for keys in batches(pks):
            holders = relation.related_model._default_manager.filter(**{f"{lookup}__in": keys})
            for pk in holders.order_by().values_list(lookup, flat=True):
                found.setdefault(pk, str(label))
    return found


def _is_computed(field):
    """A derived table labels none of its fields: nobody writes it."""
    return not field.many_to_many and "verbose_name" not in field.deconstruct()[3]
