"""« Proposez une initiative, une ressource, une correction » : kept aside until reviewed."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from ..robots import may_send
from .forms import AuthorForm, sheet_form
from .models import Proposal
from .permissions import MODELS, sheets_of

PER_HOUR = 10
NEW = [kind for kind in Proposal.Kind if kind != Proposal.Kind.ACTOR]


@login_not_required
@require_safe
def proposal_choose(request):
    return render(request, "participation/proposal_choose.html")


@login_not_required
@require_safe
def proposal_sent(request):
    return render(request, "participation/proposal_sent.html")


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def proposal_add(request, kind):
    """A new sheet, or a correction of a page, that anybody may propose."""
    if kind not in NEW:
        raise Http404("Cela ne se propose pas.")
    is_correction = kind == Proposal.Kind.CORRECTION
    page = request.GET.get("page", "")[:300]
    if not (page.startswith("/") and url_has_allowed_host_and_scheme(page, allowed_hosts=None)):
        page = ""
    data = request.POST or None
    sheet = None if is_correction else sheet_form(kind)(data)
    author = AuthorForm(data, user=request.user, is_correction=is_correction)
    return _answer(request, kind, sheet, author, page=page if is_correction else "")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def proposal_edit(request, kind, pk):
    """What a member would change of a sheet of theirs; the sheet itself stays as it is."""
    if kind not in MODELS:
        raise Http404("Cette sorte de fiche n'existe pas.")
    record = get_object_or_404(sheets_of(request.user, MODELS[kind]), pk=pk)
    data = request.POST or None
    sheet = sheet_form(kind)(data, instance=record)
    author = AuthorForm(data, user=request.user, is_edit=True)
    return _answer(request, kind, sheet, author, record=record)


def _answer(request, kind, sheet, author, *, record=None, page=""):
    status, is_refused = 200, False
    if request.method == "POST":
        status = 400
        # Each is asked: all that is wrong is said at once.
        checked = [form.is_valid() for form in (sheet, author) if form is not None]
        if all(checked):
            is_refused = not may_send(request, "proposal", per_hour=PER_HOUR)
            status = 429
            if not is_refused:
                if not author.is_from_robot:
                    _keep(request, kind, sheet, author.cleaned_data, record, page)
                return redirect("proposal_sent")
    context = {
        "kind": kind,
        "label": Proposal.Kind(kind).label,
        "sheet": sheet,
        "form": author,
        "record": record,
        "page": page,
        "is_refused": is_refused,
    }
    return render(request, "participation/proposal_form.html", context, status=status)


def _keep(request, kind, sheet, given, record, page):
    values, before, title = {}, {}, f"Correction : {page or 'le site'}"
    if sheet is not None:
        names = sheet.changed_data if record else sheet.cleaned_data
        values = {name: str(sheet.cleaned_data[name] or "") for name in names}
        before = {name: str(sheet.initial.get(name) or "") for name in names} if record else {}
        title = str(sheet.instance)
    if record and not values:
        return
    Proposal.objects.create(
        kind=kind,
        # Read anew: the form has put what is proposed into the one it holds.
        record=type(record).objects.get(pk=record.pk) if record else None,
        page=page,
        title=title[:300],
        values=values,
        before=before,
        message=given["message"],
        actor=given.get("actor") or _actor_of(record),
        user=request.user if request.user.is_authenticated else None,
        name=given.get("name", ""),
        email=given.get("email", ""),
    )


def _actor_of(record):
    """The actor whose sheet it is: it says who reviews the proposal."""
    if record is None:
        return None
    if record._meta.model_name == "actor":
        return record
    if hasattr(record, "actor_id"):
        return record.actor
    leading = record.involvements.exclude(actor=None).select_related("actor").first()
    return leading and leading.actor
