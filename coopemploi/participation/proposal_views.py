"""« Proposez une initiative, une ressource, une correction » : kept aside until reviewed."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from ..accounts.interruption import hold
from ..robots import may_send
from . import services
from .forms import AuthorForm, PageField, StartForm
from .models import Proposal
from .permissions import MODELS, sheet_at, sheets_of
from .sheets import sheet_form, words_of

# A whole room may propose from one connection.
PER_HOUR = 60
PREFIX = "fiche"
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
    if is_drawn_for_a_member(request.POST) and not request.user.is_authenticated:
        return hold(request, is_private=True)
    is_correction = kind == Proposal.Kind.CORRECTION
    page = PageField().clean(request.GET.get("page", ""))
    record = None
    if is_correction:
        sheet_kind, record = sheet_at(page) if page else (None, None)
        kind = sheet_kind if record else kind
    sheet = _sheet(request, kind, record) if record or not is_correction else None
    author = AuthorForm(
        request.POST or None, user=request.user, is_correction=is_correction, sheet=sheet
    )
    page = page if is_correction else ""
    return _answer(request, kind, sheet, author, record=record, page=page)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def proposal_edit(request, kind, pk):
    """What a member would change of a sheet of theirs; the sheet itself stays as it is."""
    if kind not in MODELS:
        raise Http404("Cette sorte de fiche n'existe pas.")
    record = get_object_or_404(sheets_of(request.user, MODELS[kind]), pk=pk)
    sheet = _sheet(request, kind, record)
    author = AuthorForm(request.POST or None, user=request.user, sheet=sheet)
    return _answer(request, kind, sheet, author, record=record)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def proposal_mine(request, pk):
    """What one proposed, to read again; to take back as long as nobody decided on it."""
    proposal = get_object_or_404(Proposal.objects.filter(user=request.user), pk=pk)
    if request.method != "POST":
        context = {"proposal": proposal, "words": words_of(proposal)}
        return render(request, "participation/proposal_mine.html", context)
    try:
        services.take_back(proposal=proposal)
    except services.AlreadyDecidedError:
        messages.info(request, "Cette proposition était déjà relue : elle n'est pas retirée.")
    else:
        messages.success(request, "Votre proposition est retirée, et rien n'en est gardé.")
    return redirect("my_space")


def is_drawn_for_a_member(sent):
    """Whether a form sent did not ask who one is: it was shown to somebody signed in."""
    return "message" in sent and "name" not in sent


def _sheet(request, kind, record):
    """Its names are not the author's: an actor has a web site, and robots a trap of that name."""
    is_sent = any(name.startswith(f"{PREFIX}-") for name in request.POST)
    data = request.POST if is_sent or not record else None
    initial = None if record else StartForm(request.GET).initial_of_a_sheet
    return sheet_form(kind)(data or None, instance=record, prefix=PREFIX, initial=initial)


def _answer(request, kind, sheet, author, *, record=None, page=""):
    status = 200
    if request.method == "POST":
        # Each is asked: all that is wrong is said at once.
        checked = [form.is_valid() for form in (sheet, author) if _says_something(form, record)]
        if not all(checked):
            status = 400
        elif not may_send(request, "proposal", per_hour=PER_HOUR):
            status = 429
        else:
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
        "is_correction": author.is_correction,
        "is_refused": status == 429,
    }
    return render(request, "participation/proposal_form.html", context, status=status)


def _says_something(form, record):
    """A sheet left as it is may not be asked to be right: others wrote it."""
    is_sheet = form is not None and "message" not in form.fields
    return form is not None and not (is_sheet and record and not form.has_changed())


def _keep(request, kind, sheet, given, record, page):
    # Read anew: the form has put what is proposed into the one it holds.
    record = type(record).objects.get(pk=record.pk) if record else None
    actor = given.get("actor") or _actor_of(record)
    is_in_words = sheet is None or (record and not sheet.has_changed())
    proposal = Proposal(
        **(_in_words(record, page) if is_in_words else _in_fields(kind, sheet, record, page)),
        message=given["message"],
        actor=actor,
        user=request.user if request.user.is_authenticated else None,
        name=given.get("name", ""),
        email=given.get("email", ""),
    )
    if proposal.is_waiting_already():  # sent twice: a slow line, a second touch
        return
    proposal.save()
    if actor is None:
        proposal.territories.set(_places_of(record, sheet))


def _in_words(record, page):
    """A correction that only its message tells."""
    return {
        "kind": Proposal.Kind.CORRECTION,
        "page": page or (record.get_absolute_url() if record else ""),
        "title": f"Correction : {page or 'le site'}"[:300],
    }


def _in_fields(kind, sheet, record, page):
    """A new sheet whole, or what changes of one, with what it said before."""
    names = sheet.changed_data if record else list(sheet.fields)
    said = sheet.said()
    return {
        "kind": kind,
        "record": record,
        "page": page,
        "title": str(sheet.instance)[:300],
        "values": {name: value for name, value in sheet.stored().items() if name in names},
        "before": {name: said[name] for name in names} if record else {},
    }


def _places_of(record, sheet):
    """Where it takes place, as far as one knows: it says who reviews what no actor proposes."""
    if record is not None:
        return record.territories.all() if hasattr(record, "territories") else []
    return [] if sheet is None else sheet.places()


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
