"""The pages of imports and exports, inside the admin: see `admin.ImportableMixin`."""

import re
from collections import defaultdict

from django.contrib import messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ..batches import batched
from ..formats.tables import XLSX_TYPE
from ..pagination import paginate
from ..permissions import editing_rule
from ..publishing import Publishable
from ..search.text import normalise
from ..templatetags.coopemploi import unbroken
from . import mapping as headers_mapping
from . import tasks, writers
from .columns import canonical
from .declarations import EXAMPLE
from .forms import MappingForm, UploadForm
from .models import ImportBatch, ImportRow
from .readers import MOST_ROWS

State, RowState = ImportBatch.State, ImportRow.State
ROWS_PER_PAGE = 50
NOTED = ("", ImportRow.Outcome.WRITTEN)
WRONG = (RowState.REFUSED, RowState.DUPLICATE)
RECENT = 10
KEPT = "kept"  # the rows of an import taken back that keep something
REMARKED = "remarked"  # those to read again before, or after, they are written
# The counts of a preview, then of a report, in the order of what one must look at.
TABS = (
    (RowState.REFUSED, ("refusée", "refusées"), ("refusée", "refusées")),
    (RowState.DUPLICATE, ("doublon probable", "doublons probables"), ("laissée", "laissées")),
    (RowState.CREATED, ("à créer", "à créer"), ("créée", "créées")),
    (RowState.CHANGED, ("à modifier", "à modifier"), ("modifiée", "modifiées")),
    (RowState.UNREAD, ("non lue", "non lues"), ("non lue", "non lues")),
    (RowState.UNCHANGED, ("sans changement",) * 2, ("sans changement",) * 2),
)


@require_http_methods(["GET", "HEAD", "POST"])
def upload(request, model_admin):
    _require_import(request, model_admin)
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            batch = _receive(request, model_admin, form)
        except ValueError as error:
            form.add_error("file", str(error))
        else:
            return redirect(model_admin.import_url("import_mapping", batch.pk))
    recent = _batches(request, model_admin).defer("table")[:RECENT]
    context = {
        "form": form,
        "recent": [(each, model_admin.import_url("import_batch", each.pk)) for each in recent],
        "template_url": model_admin.import_url("import_template"),
        "tables": [
            (label, each.import_url("import"), each.model is model_admin.model)
            for label, each in model_admin.import_links
            if each.has_import_permission(request)
        ],
    }
    title = f"Importer des {model_admin.opts.verbose_name_plural}"
    return _page(request, model_admin, "upload", title, context, invalid=form.is_bound)


@require_safe
def template(request, model_admin):
    """An empty table to fill in."""
    _require_import(request, model_admin)
    columns = _columns(request, model_admin)
    example = model_admin.importation.example
    file = writers.xlsx_file(
        ["réf", *(_header(column) for column in columns)],
        [],
        title=capfirst(model_admin.importation.name),
        choices=[None, *(column.choices for column in columns)],
        help_lines=writers.help_of(columns, model_admin.importation.reference_help),
        example=[f"{EXAMPLE} (ligne non lue)", *(example.get(c.name, "") for c in columns)],
    )
    return _download(file, f"modele-{model_admin.importation.name}.xlsx", XLSX_TYPE)


@require_http_methods(["GET", "HEAD", "POST"])
def mapping(request, pk, model_admin):
    """Which columns of the file are which of ours."""
    found = _batch(request, model_admin, pk)
    if found.state not in (State.SENT, State.CHECKED) or not found.table:
        return redirect(model_admin.import_url("import_batch", pk))
    form = MappingForm(
        request.POST or None,
        batch=found,
        columns=_columns(request, model_admin),
        importation=model_admin.importation,
    )
    if request.method == "POST" and form.is_valid():
        names = form.mapping(len(found.table["headers"]))
        if found.move(found.state, State.SENT, mapping=names):
            tasks.start(found, "check")
        return redirect(model_admin.import_url("import_batch", pk))
    others = [
        (label, each.import_url("import"))
        for label, each in model_admin.import_links
        if each.model is not model_admin.model
    ]
    context = {"form": form, "batch": found, "size": found.size, "others": others}
    title = f"Colonnes de « {found.file_name} »"
    return _page(request, model_admin, "mapping", title, context, invalid=form.is_bound)


@require_safe
def batch(request, pk, model_admin):
    """What a file would do, is doing, or did."""
    found = _batch(request, model_admin, pk)
    if found.state == State.SENT and not found.failure:
        return redirect(model_admin.import_url("import_mapping", pk))
    counts = found.counts()
    is_written = found.state in ImportBatch.WRITTEN
    tabs = [
        (state, counts[state], labels[is_written][counts[state] > 1]) for state, *labels in TABS
    ]
    kept = found.rows.keeping()
    if kept_count := kept.count():
        tabs = [(KEPT, kept_count, ("gardée", "gardées")[kept_count > 1]), *tabs]
    shown = request.GET.get("etat") or next((state for state, count, _ in tabs if count), "")
    if shown not in {"", KEPT, REMARKED, *RowState.values}:
        raise Http404("Il n'y a pas de telle sorte de lignes.")
    remarked = found.rows.remarked()
    sorts = {KEPT: kept, REMARKED: remarked}
    rows = sorts[shown] if shown in sorts else found.rows.filter(state=shown)
    page = paginate(request, rows.order_by("line"), ROWS_PER_PAGE)
    wanted = found.rows.filter(state=RowState.DUPLICATE, is_wanted=True).count()
    names = _names_in_file(found, model_admin.importation)
    refusing = found.rows.refusing_columns() if shown == RowState.REFUSED else []
    context = {
        "batch": found,
        "size": found.size,
        "tabs": tabs,
        "shown": shown,
        "page": page,
        "rows": _shown_rows(page, model_admin, names),
        "to_write": counts[RowState.CREATED] + counts[RowState.CHANGED] + wanted,
        "left_out": counts[RowState.REFUSED] + counts[RowState.DUPLICATE] - wanted,
        "refusing": [(names.get(label, label), count) for label, count in refusing],
        "unread": found.rows.unread_lines(),
        "remarked": remarked.count(),
        "drafts": _drafts(request, found, model_admin),
        "kept": kept_count,
        "addresses": {
            name: model_admin.import_url(f"import_{name}", pk)
            for name in ("mapping", "duplicates", "apply", "take_back", "refused")
        },
    }
    return _page(request, model_admin, "batch", f"Import de « {found.file_name} »", context)


@require_POST
def duplicates(request, pk, model_admin):
    """Tick the probable duplicates that are to be created all the same."""
    found = _batch(request, model_admin, pk)
    shown, wanted = (
        # Digits past nine are no line, and overflow the database's integers.
        {int(key) for key in request.POST.getlist(name) if re.fullmatch("[0-9]{1,9}", key)}
        for name in ("shown", "wanted")
    )
    rows = found.rows.filter(state=RowState.DUPLICATE, line__in=sorted(shown)[:ROWS_PER_PAGE])
    if found.state == State.CHECKED:
        rows.update(is_wanted=False)
        count = rows.filter(line__in=sorted(wanted)[:ROWS_PER_PAGE]).update(is_wanted=True)
        if count:
            told = "1 doublon sera créé" if count == 1 else f"{count} doublons seront créés"
            messages.success(request, f"{told} malgré tout.")
        else:
            messages.success(request, "Aucun de ces doublons ne sera créé.")
    return redirect(model_admin.import_url("import_batch", pk) + "?etat=duplicate")


@require_POST
def apply(request, pk, model_admin):
    return _start(request, pk, model_admin, "apply")


@require_http_methods(["GET", "HEAD", "POST"])
def take_back(request, pk, model_admin):
    """Undo what a file did, once it was said how much that is."""
    if request.method == "POST":
        return _start(request, pk, model_admin, "take_back")
    found = _batch(request, model_admin, pk)
    if found.state != State.APPLIED:
        return redirect(model_admin.import_url("import_batch", pk))
    written = found.rows.filter(outcome=ImportRow.Outcome.WRITTEN)
    context = {
        "batch": found,
        "created": written.filter(state=RowState.CREATED).count(),
        "changed": written.filter(state=RowState.CHANGED).count(),
        "batch_url": model_admin.import_url("import_batch", pk),
    }
    return _page(request, model_admin, "take_back", "Retirer cet import ?", context)


@require_safe
def refused(request, pk, model_admin):
    """The rows left out, as they were sent, each with its reasons."""
    found = _batch(request, model_admin, pk)
    if not found.table:
        raise Http404("Le contenu de ce fichier n'est plus gardé.")
    left_out = found.rows.filter(state__in=[RowState.REFUSED, RowState.DUPLICATE], outcome="")
    names = _names_in_file(found, model_admin.importation)
    reasons = {row.line: _told(row.problems, names) for row in left_out.exclude(is_wanted=True)}
    headers = found.table["headers"]
    rows = [
        [*cells, *[""] * (len(headers) - len(cells)), reasons[line]]
        for line, cells in found.table["rows"]
        if line in reasons
    ]
    file = writers.xlsx_file([*headers, headers_mapping.REASONS], rows, title="Lignes refusées")
    return _download(file, f"refus-{model_admin.importation.name}.xlsx", XLSX_TYPE)


@require_safe
def export_choice(request, model_admin):
    records = _exported(request, model_admin)
    if records is None:
        return redirect(model_admin.import_url("export"))
    query = request.GET.urlencode()
    count = records.count()
    addresses = [
        (label, model_admin.import_url("export_file", name) + (f"?{query}" if query else ""))
        for name, (label, _, _) in writers.FORMATS.items()
        if count <= MOST_ROWS or name not in writers.HELD_IN_MEMORY
    ]
    context = {
        "count": count,
        "addresses": addresses,
        "is_filtered": bool(query),
        "whole_url": model_admin.import_url("export"),
        "tables": [
            (
                label,
                each.import_url("export") + (f"?{query}" if query else ""),
                each.model is model_admin.model,
            )
            for label, each in model_admin.import_links
        ],
        "is_too_long": count > MOST_ROWS,
    }
    title = f"Exporter des {model_admin.opts.verbose_name_plural}"
    return _page(request, model_admin, "export", title, context)


@require_safe
def export_file(request, extension, model_admin):
    """The records of a changelist, with the columns of an import."""
    records = _exported(request, model_admin)
    if extension not in writers.FORMATS:
        raise Http404("Cette liste n'existe pas dans ce format.")
    if records is None:
        return redirect(model_admin.import_url("export"))
    if extension in writers.HELD_IN_MEMORY and records.count() > MOST_ROWS:
        messages.warning(request, "Au-delà de 10 000 fiches, prenez le CSV ou le XLSX.")
        return redirect(model_admin.import_url("export"))
    columns = _columns(request, model_admin)
    rows = _rows(request, model_admin, columns, records)
    _, write, content_type = writers.FORMATS[extension]
    file = write(["réf", *(column.label for column in columns)], rows)
    name = f"{model_admin.importation.name}-{timezone.localdate():%Y-%m-%d}.{extension}"
    return _download(file, name, content_type)


def _rows(request, model_admin, columns, records):
    """The cells of records: what is private only to who may change the record."""
    has_private = any(column.is_private for column in columns)
    for chunk in batched(records.iterator(chunk_size=500), 500):
        if has_private:
            model_admin.reach_all(request, chunk)
        for record in chunk:
            is_open = not has_private or model_admin.has_change_permission(request, record)
            yield [
                model_admin.importation.reference_of(record),
                *(
                    canonical(column.shown_of(record)) if is_open or not column.is_private else ""
                    for column in columns
                ),
            ]


def _require_import(request, model_admin):
    if not model_admin.has_import_permission(request):
        raise PermissionDenied


def _batches(request, model_admin):
    label = model_admin.opts.label
    return ImportBatch.objects.filter(user=request.user, model=label)


def _batch(request, model_admin, pk):
    """An import of this user, of this model: any other does not exist."""
    _require_import(request, model_admin)
    if pk >= 2**63:
        raise Http404("Cet import n'existe pas.")
    return get_object_or_404(_batches(request, model_admin), pk=pk)


def _columns(request, model_admin):
    """The columns that who asks may write, bound to what they may choose."""
    checker = tasks.Checker(model_admin.importation, model_admin, request)
    return checker.columns_of(model_admin.importation.fields)


def _header(column):
    return f"{column.label} *" if column.is_required else column.label


def _receive(request, model_admin, form):
    """Keep the rows of a file, its columns guessed; ValueError when it has but headers."""
    ImportBatch.objects.forget_files()
    columns = _columns(request, model_admin)
    importation = model_admin.importation
    compounds = importation.compounds_of(columns)
    around = importation.surroundings_of(columns)
    known = headers_mapping.known_headers([*columns, *compounds, *around])
    table = headers_mapping.split(form.cleaned_data["rows"], known)
    headers, rows = headers_mapping.without_reasons(*table)
    if not rows:
        raise ValueError("Ce fichier n'a que des en-têtes : aucune fiche à importer.")
    width = max(len(headers), *(len(cells) for _, cells in rows))
    headers = headers + [""] * (width - len(headers))
    told = headers_mapping.told_by_cells(headers, rows, columns)
    key = headers_mapping.key_of(headers)
    label = model_admin.opts.label
    before = ImportBatch.objects.remembering(label, key)
    guessed = headers_mapping.guess(headers, known, importation.read_together, told)
    guessed = headers_mapping.with_compounds(guessed, headers, rows, compounds)
    names = guessed
    if before:
        names = headers_mapping.remembered(before.mapping, before.guessed, guessed, importation)
    return ImportBatch.objects.create(
        user=request.user,
        model=label,
        file_name=canonical(form.cleaned_data["file"].name)[:200] or "fichier",
        headers_key=key,
        table={"headers": headers, "rows": rows},
        mapping=names,
        guessed=guessed,
    )


def _start(request, pk, model_admin, work):
    found = _batch(request, model_admin, pk)
    if not tasks.start(found, work):
        messages.warning(request, "C'était déjà demandé : voici où en est cet import.")
    return redirect(model_admin.import_url("import_batch", pk))


def _drafts(request, found, model_admin):
    """How many of the records that `found` wrote are drafts that one may publish; their list."""
    model = model_admin.importation.model
    if found.state != State.APPLIED or not issubclass(model, Publishable):
        return {}
    if not (
        model_admin.has_change_permission(request) and editing_rule().can_publish(request.user)
    ):
        return {}
    written = found.rows.filter(outcome=ImportRow.Outcome.WRITTEN).values("record_key")
    drafts = model.objects.filter(pk__in=written, status=Publishable.Status.DRAFT)
    listed = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    return {"count": drafts.count(), "url": f"{listed}?status__exact={Publishable.Status.DRAFT}"}


def _shown_rows(page, model_admin, names):
    urls = model_admin.record_urls({row.record_key for row in page if row.record_key})
    return [_shown_row(row, model_admin, urls, names) for row in page]


def _shown_row(row, model_admin, urls, names):
    """A row as its page shows it: differences by label, problems as sentences."""
    shown = {} if row.state == RowState.REFUSED else row.changes
    changes = [
        (model_admin.importation.label_of(name), before, after)
        for name, (_, _, before, after) in shown.items()
    ]
    is_gone = row.state == RowState.CREATED and row.outcome == ImportRow.Outcome.TAKEN_BACK
    url = "" if is_gone else urls.get(row.record_key, "")
    # Of what is written, or will be: nothing to put right.
    are_notes = row.state not in WRONG and row.outcome in NOTED
    return {
        "row": row,
        "changes": changes,
        "problems": _sentences(row.problems, names),
        "are_notes": are_notes,
        "url": url,
    }


def _names_in_file(found, importation):
    """{label of a column of ours: « Commune, Département (territoires) », as the file heads it}."""
    headers = defaultdict(list)
    labels = {
        each.name: [each.label, *map(importation.label_of, each.parts)]
        for each in importation.compounds
    }
    labels |= {each.name: [importation.label_of(each.of)] for each in importation.surroundings}
    heads = found.table["headers"] if found.table else ()
    for name, header in zip(found.mapping, heads, strict=False):
        if name in importation.fields:
            labels.setdefault(name, [importation.label_of(name)])
        for label in labels.get(name, ()):
            headers[label].append(header)
    return {
        label: f"{', '.join(filter(None, said))} ({label})"
        for label, said in headers.items()
        if any(said) and normalise(label) not in map(headers_mapping.plain_header, said)
    }


def _sentences(problems, names):
    return [
        f"colonne {capfirst(names.get(label, label))} : {message}" if label else message
        for label, message in problems
    ]


def _told(problems, names):
    return " ".join(capfirst(sentence) for sentence in _sentences(problems, names))


def _exported(request, model_admin):
    """The records of the changelist that the address filters; None for no such filter."""
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    try:
        return model_admin.importation.records(model_admin.exported(request))
    except IncorrectLookupParameters:
        return None


def _download(file, name, content_type):
    return FileResponse(file, as_attachment=True, filename=name, content_type=content_type)


def _page(request, model_admin, name, title, context, invalid=False):
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.list_opts,
        "title": unbroken(title),
        "upload_url": model_admin.import_url("import"),
        "can_import": model_admin.has_import_permission(request),
        **context,
    }
    # A form that came back has errors to be read.
    status = 400 if invalid else 200
    return render(request, f"admin/imports/{name}.html", context, status=status)
