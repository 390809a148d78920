"""One record absorbs another: every link follows, in one transaction."""

from django.db import IntegrityError, models, transaction
from django.utils import timezone

from ..derived import registry
from ..history.tracking import records_of
from ..publishing import Publishable
from ..search.text import normalise
from .declarations import declarations
from .journal import Journal, UndoError, revert, stored_fields
from .links import follow, is_own_relation, links_to, relation_of
from .models import Distinction, Merge, Redirection


class MergeError(Exception):
    """Why two records cannot become one, in French."""


def merge(survivor, loser, *, values=None, relations=None, by=None):
    """Merge `loser` into `survivor`, which takes `values`; return the `Merge`.

    `values` are those of its fields, by attribute name. `relations` says of a many-to-many
    field whose rows stay, "survivor" or "loser"; both by default.
    """
    model, kept, gone = type(survivor), survivor.pk, loser.pk
    declaration = declarations[model]
    try:
        with transaction.atomic():
            locked = model._base_manager.select_for_update().in_bulk([kept, gone])
            if len(locked) < 2:
                raise MergeError("L'une des deux fiches n'existe plus.")
            survivor, loser = locked[kept], locked[gone]
            names = str(survivor), str(loser)
            slug = getattr(loser, declaration.slug_field)
            values = settled_values(declaration, survivor, loser, values or {})
            journal = Journal()
            registry.let_wait()
            registry.notify([survivor, loser])
            _leave_out(journal, survivor, loser, relations or {})
            absorb(journal, survivor, loser)
            if declaration.page or declaration.filters:
                _redirect(journal, model, slug, gone, kept)
            # Last, so that all that leads to it is refreshed.
            journal.change(survivor, values)
            return Merge.objects.create(
                model=model._meta.label_lower,
                survivor_id=kept,
                loser_id=gone,
                survivor_name=names[0][:300],
                loser_name=names[1][:300],
                journal=journal.steps,
                merged_by=by,
            )
    except (IntegrityError, models.ProtectedError) as error:
        raise MergeError(
            "Ces deux fiches ont des contenus que la base refuse de réunir : modifiez l'une "
            "d'elles d'abord."
        ) from error


def settled_values(declaration, survivor, loser, values):
    """`values`, with what no choice may loosen or lose."""
    values = dict(values)
    for name, winner in declaration.restrictive.items():
        if winner in (getattr(survivor, name), getattr(loser, name)):
            values[name] = winner
    if name := declaration.aliases_field:
        chosen = values.get(declaration.name_field, getattr(survivor, declaration.name_field))
        former = [getattr(each, declaration.name_field) for each in (survivor, loser)]
        aliases = values.get(name, getattr(survivor, name))
        values[name] = distinct_names([*aliases, *former], besides=chosen)
    if values.get("status") == Publishable.Status.PUBLISHED and not survivor.published_at:
        values["published_at"] = loser.published_at or timezone.now()
    return values


def distinct_names(names, *, besides):
    """`names` each once, whatever their accents, without `besides`."""
    known = {normalise(besides)}
    kept = []
    for name in names:
        if normalise(name) not in known:
            known.add(normalise(name))
            kept.append(name)
    return kept


def absorb(journal, kept, dropped):
    """Bring to `kept` all that points to `dropped`, then delete `dropped`."""
    for link in links_to(type(kept)):
        following = follow(link, kept, dropped)
        if link.model._meta.auto_created:
            # Its rows say nothing but that two records go together.
            repeated = [row for _, row in following.united]
            journal.delete_all(link, [*following.looped, *repeated])
        else:
            for row in following.looped:
                journal.delete(row)
            for twin, row in following.united:
                _unite(journal, link, twin, row)
        journal.move(link, following.moved, dropped.pk, kept.pk)
    journal.delete(dropped)


def _unite(journal, link, twin, row):
    """Make one of two rows that say the same, without losing what only one says."""
    values = {
        field.attname: value
        for field in stored_fields(type(twin))
        if field is not link and (value := _both(field, twin, row)) is not None
    }
    absorb(journal, twin, row)
    if values:
        journal.change(twin, values)


def _both(field, twin, row):
    """What `twin` lacks and `row` has; None when there is nothing to add."""
    own, other = getattr(twin, field.attname), getattr(row, field.attname)
    if field.primary_key or not field.editable or not other or own == other:
        return None
    if own in (None, "", []) or (not own and not isinstance(own, (bool, int))):
        return other
    is_text = type(field) in (models.CharField, models.TextField) and not field.choices
    if is_text and not field.unique:
        joined = f"{own} ; {other}"
        if field.max_length is None or len(joined) <= field.max_length:
            return joined
    return None


def _leave_out(journal, survivor, loser, relations):
    """Delete the rows of the relations that only one of the records hands down."""
    for link in links_to(type(survivor)):
        if is_own_relation(link) and (winner := relations.get(relation_of(link).name)):
            unwanted = loser if winner == "survivor" else survivor
            rows = list(link.model._base_manager.filter(**{link.attname: unwanted.pk}))
            if link.model._meta.auto_created:
                journal.delete_all(link, rows)
            else:
                for row in rows:
                    journal.delete(row)


def _redirect(journal, model, slug, gone, kept):
    """Make the address of the record `gone`, and those that led to it, lead to `kept`."""
    redirections = Redirection.objects.filter(model=model._meta.label_lower)
    field = Redirection._meta.get_field("object_id")
    journal.move(field, list(redirections.filter(object_id=gone)), gone, kept)
    known = redirections.filter(slug=slug).first()
    if known is None:
        journal.create(Redirection(model=model._meta.label_lower, slug=slug, object_id=kept))
    else:
        journal.change(known, {"object_id": kept})


def undo(done, *, by=None):
    """Part the records of a `Merge` again; raise UndoError, with nothing changed.

    Return what the survivor withdrew since, by attribute name: it holds for both.
    """
    try:
        with transaction.atomic():
            done = Merge.objects.select_for_update().get(pk=done.pk)
            if done.undone_at:
                raise UndoError(["Cette fusion est déjà annulée."])
            registry.let_wait()
            withdrawn = _withdrawn_since(done)
            revert(done.journal)
            _withdraw(done, withdrawn)
            records = done.model_class._base_manager.filter(
                pk__in=[done.survivor_id, done.loser_id]
            )
            registry.notify(list(records))
            # What was kept to undo, which may be private, is of no more use.
            done.journal, done.undone_at, done.undone_by = [], timezone.now(), by
            done.save(update_fields=["journal", "undone_at", "undone_by"])
            return withdrawn
    except IntegrityError as error:
        raise UndoError(
            ["Une autre fiche a pris depuis une valeur qui doit rester unique."]
        ) from error


def _withdrawn_since(done):
    """The protective values that the survivor took after a merge, in doubt those it has."""
    model = done.model_class
    survivor = model._base_manager.select_for_update().filter(pk=done.survivor_id).first()
    restrictive = declarations[model].restrictive
    if survivor is None or not restrictive:
        return {}
    versions = records_of(model).versions.objects.filter(id=survivor.pk)
    merged = versions.filter(history_date__lt=done.merged_at).first()
    return {
        name: winner
        for name, winner in restrictive.items()
        if getattr(survivor, name) == winner and (merged is None or getattr(merged, name) != winner)
    }


def _withdraw(done, values):
    """Give the record that comes back what was asked of the one that stood for it."""
    if values:
        loser = done.model_class._base_manager.get(pk=done.loser_id)
        for name, winner in values.items():
            setattr(loser, name, winner)
        loser.save()


def forget(model, keys):
    """Drop all that is kept of the records `keys`, which are deleted: names, journals.

    Return the keys of those that they absorbed.
    """
    of_model = {"model": model._meta.label_lower}
    keys, forgotten = set(keys), set()
    while keys:
        merges = Merge.objects.filter(survivor_id__in=keys, **of_model)
        absorbed = set(merges.values_list("loser_id", flat=True))
        merges.delete()
        Redirection.objects.filter(object_id__in=keys, **of_model).delete()
        Distinction.objects.filter(
            models.Q(first_id__in=keys) | models.Q(second_id__in=keys), **of_model
        ).delete()
        forgotten |= absorbed
        keys = absorbed
    return forgotten
