from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db.models import Prefetch, Q
from django.http import Http404, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.views.decorators.http import require_safe

from coopemploi.formats import pdf
from coopemploi.formats.exports import export, offered
from coopemploi.gathering import first_or_404, gathered, listed
from coopemploi.media.serving import give
from coopemploi.pagination import paginate
from coopemploi.permissions import can_change_record
from coopemploi.public_cache import kept_for_visitors
from coopemploi.publishing import seen
from coopemploi.search.catalogue import bits_at, catalogue_of
from coopemploi.vocabulary.models import VOCABULARIES
from initiatives.models import Initiative
from territories.lists import answer
from territories.models import Actor, Territory

from . import feeds
from .exports import ActionExport, EventExport, PastEventExport, VerbatimExport
from .filters import ActionFilter, EventFilter, MonthField, VerbatimFilter
from .models import Action, ActionParty, Event, Recap, RecapDocument, RecapPicture, Verbatim
from .months import last_day_of, month_of
from .permissions import can_preview_event
from .registrations import own_registrations
from .sharing import share_links
from .sheet import event_record, sheet_of, with_sheet

# Events


@listed(Event)
def event_cards(user):
    return Event.objects.visible_to(user).with_card(user)


@login_not_required
@kept_for_visitors
@require_safe
def event_list(request):
    """Upcoming events by default, past ones on the other tab."""
    catalogue = catalogue_of(Event)
    visible = catalogue.readable_by(request.user)
    upcoming = not_over(catalogue) & visible
    past = visible & ~upcoming
    first = asked_month(request)
    shows_past = first is None and request.GET.get("periode") == "passees"
    filters = EventFilter(
        request,
        event_cards,
        catalogue=catalogue,
        within=in_month(catalogue, first) if first else past if shows_past else upcoming,
        default_sort="recent" if shows_past else "date",
    )
    filters.has_map = first is None
    today = timezone.localdate()
    month = month_of(first, filters.rows(list(filters.pks)), today) if first else None
    return answer(
        request,
        filters,
        PastEventExport if shows_past else EventExport,
        "events/event_list.html",
        section="events",
        shows_past=shows_past,
        upcoming_count=upcoming.bit_count(),
        past_count=past.bit_count(),
        month=month,
        this_month=f"{today:%Y-%m}",
    )


def asked_month(request):
    """The first day of the month that the address asks for, None otherwise."""
    try:
        return MonthField().clean(request.GET.get("mois", ""))
    except ValidationError:
        return None


def in_month(catalogue, first):
    found = Event.objects.in_month(first, last_day_of(first)).values_list("pk", flat=True)
    return bits_at(catalogue.numbers_of(found))


@login_not_required
@require_safe
def recap_feed(request):
    """The recaps as they come out, for everybody alike."""
    address = request.build_absolute_uri()
    media_type, document = feeds.recap_feed(request.build_absolute_uri, address)
    return StreamingHttpResponse(document, content_type=media_type)


def not_over(catalogue):
    """The events whose last day is today or later where they are: `Event.is_over`, as bits."""
    now, today = timezone.now(), timezone.localdate().isoformat()

    def is_to_come(last):
        if "@" not in last:
            return last >= today
        day, _, zone = last.partition("@")
        return day >= timezone.localdate(now, ZoneInfo(zone)).isoformat()

    return catalogue.having("fin", filter(is_to_come, catalogue.values("fin")))


@login_not_required
@kept_for_visitors
@require_safe
def event_detail(request, slug):
    event = first_or_404(event_record(request.user, slug=slug))
    return event_page(request, event, request.user)


@require_safe
def event_preview(request, slug):
    """The page as visitors will have it, once the event and its recap are published."""
    event = get_object_or_404(Event.objects.select_related("recap"), slug=slug)
    recap = getattr(event, "recap", None)
    if not can_preview_event(request.user, event, recap):
        raise Http404("Cette rencontre n'a pas d'aperçu.")
    return preview_page(request, event)


def preview_page(request, event, *, is_typed=False, has_files=False):
    """The page of an event for visitors; `is_typed`, of what somebody is writing, not kept."""
    visitor, recaps = AnonymousUser(), Recap.objects.unarchived()
    found = with_sheet(Event.objects.filter(pk=event.pk), visitor, recaps).get()
    preview = {"is_typed": is_typed, "has_files": has_files}
    return event_page(request, found, visitor, preview=preview)


def event_page(request, event, user, *, preview=None):
    """The page of an event, with what `user` may read around it."""
    address = request.build_absolute_uri(event.get_absolute_url())
    context = {
        "section": "events",
        **sheet_of(event, user),
        "preview": preview,
        "can_change": can_change_record(user, event),
        "own_registrations": own_registrations(event, user),
        "has_pdf": pdf.is_available(),
        "share_links": share_links(address, event.title),
    }
    page = "events/event_detail.html"
    if pdf.is_asked(request):
        return pdf.response(request, render_to_string(page, context, request), name=event.slug)
    response = render(request, page, context)
    if context["own_registrations"]:
        add_never_cache_headers(response)  # it holds the link by which one cancels
    return response


@listed(Verbatim)
def verbatim_cards(user):
    return Verbatim.objects.with_speaker(user).select_related("recap__event")


@login_not_required
@kept_for_visitors
@require_safe
def verbatim_list(request):
    """What was said at every meeting, by theme and by speaker."""
    filters = VerbatimFilter(request, verbatim_cards)
    if exported := export(request, filters, VerbatimExport):
        return exported
    context = {
        "section": "events",
        "filters": filters,
        "page": paginate(request, filters),
        "formats": [] if filters.errors else offered(VerbatimExport),
    }
    return render(request, "events/verbatim_list.html", context, status=filters.status)


@login_not_required
@require_safe
def recap_file(request, name):
    """A picture or a document of a recap that the visitor may read."""
    recaps = Recap.objects.visible_to(request.user).filter(
        event__in=Event.objects.visible_to(request.user)
    )
    documents = RecapDocument.objects.filter(recap__in=recaps, file=name)
    documents = documents.select_related("recap__event")
    if document := documents.first():
        return give(
            document.file,
            media_type=document.media_type,
            name=f"{document.title}.{document.extension}",
            is_public=document.recap.is_public,
        )
    held = Q(small=name) | Q(medium=name) | Q(large=name)
    pictures = RecapPicture.objects.filter(held, recap__in=recaps)
    pictures = pictures.select_related("recap__event")
    picture = get_object_or_404(pictures[:1])
    files = (picture.small, picture.medium, picture.large)
    return give(
        next(file for file in files if file.name == name),
        media_type="image/webp",
        is_public=picture.recap.is_public,
    )


# Actions


@listed(Action)
def action_cards(user):
    return Action.objects.visible_to(user).with_card(user)


@login_not_required
@kept_for_visitors
@require_safe
def action_list(request):
    return answer(
        request,
        ActionFilter(request, action_cards),
        ActionExport,
        "events/action_list.html",
        section="actions",
    )


@login_not_required
@kept_for_visitors
@require_safe
def action_detail(request, slug):
    action = first_or_404(action_record(request.user, slug=slug))
    context = {
        "section": "actions",
        "action": action,
        "can_change": can_change_record(request.user, action),
    }
    return render(request, "events/action_detail.html", context)


@gathered(slug=str)
def action_record(user, slug):
    """All that the page of an action shows."""
    parties = ActionParty.objects.visible_to(user).prefetch_related(seen("actor", Actor, user))
    return (
        Action.objects.visible_to(user)
        .filter(slug=slug)
        .select_related("source", "session", "follow_up_body__territory")
        .prefetch_related(
            *VOCABULARIES,
            Prefetch("territories", Territory.objects.named()),
            "notes",
            Prefetch("parties", parties),
            seen("event", Event, user),
            seen("initiative", Initiative, user),
            seen("merged_into", Action, user),
            seen("merged_actions", Action, user),
            seen("follow_up_body__actor", Actor, user),
        )
    )
