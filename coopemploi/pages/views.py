from itertools import groupby

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db import Error as DatabaseError
from django.db import connection
from django.db.models import Exists, OuterRef
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from events.models import Action, Event, Recap
from initiatives.models import Initiative, Need, Offer, Resource
from territories.models import Actor, ActorTerritory, Network, Territory
from territories.time_zones import days_around

from .. import version
from ..gathering import gathered
from ..identity.models import Identity
from ..mail.services import send_mail_later
from ..monitoring import readiness
from ..pagination import paginate
from ..public_cache import kept_for_visitors
from ..publishing import Publishable
from ..robots import may_send
from ..search import synonyms
from ..search.models import Document
from ..search.spelling import corrected
from ..search.text import normalise, storable
from ..vocabulary.models import GlossaryTerm
from . import cooperation
from .accessibility import checks as accessibility_checks
from .charts import charts
from .forms import ContactForm, SearchForm, one_line
from .results import Search, source_of, suggested

CONTACT_MESSAGES_PER_HOUR = 5
# A term of the glossary shows so many initiatives, then a link to the whole list.
TERM_INITIATIVES = 6
HOME_EVENTS = 3  # to come, and as many past


# Home and search


@login_not_required
@kept_for_visitors
@require_safe
def home(request):
    """The home shows what is public, to everyone alike."""
    shown = shown_at_home(request.user, **home_keys(days_around()))
    return render(request, "pages/home.html", {**shown, **public_counts()})


@gathered(upcoming=[int], past=[int], initiatives=[int])
def shown_at_home(user, upcoming, past, initiatives):
    recaps = Recap.objects.published().filter(event=OuterRef("pk"))
    events = Event.objects.published().with_line()
    latest = Initiative.objects.published().with_line(user).latest_first()
    return {
        "upcoming": events.filter(pk__in=upcoming).soonest_first(),
        "past": events.filter(pk__in=past).latest_first().annotate(has_recap=Exists(recaps)),
        "initiatives": latest.filter(pk__in=initiatives),
    }


@version.kept
def home_keys(days):
    """Those of what the home shows, on the days of `days_around`."""
    events = Event.objects.published().values_list("pk", flat=True)
    return {
        "upcoming": [*events.upcoming_there(**days)[:HOME_EVENTS]],
        "past": [*events.past_there(**days)[:HOME_EVENTS]],
        "initiatives": latest_keys(),
    }


def latest_keys(count=3):
    """Those of the initiatives published last, then of those without a date of publication."""
    # Two readings, so that each follows an index.
    keys = Initiative.objects.published().values_list("pk", flat=True)
    dated = keys.exclude(published_at=None).order_by("-published_at", "-created_at", "-pk")
    undated = keys.filter(published_at=None).order_by("-created_at", "-pk")
    return [*dated[:count], *undated[:count]][:count]


@version.kept
def public_counts():
    """How much the site shows to everybody, by name."""
    return {
        "initiative_count": Initiative.objects.published().count(),
        "actor_count": Actor.objects.published().count(),
        "need_count": Need.objects.published().count(),
        "offer_count": Offer.objects.published().count(),
        "event_count": Event.objects.published().count(),
        "territory_count": count_covered_territories(),
    }


def count_covered_territories():
    """Territories where something published is done, or where somebody published acts."""
    published = Publishable.Status.PUBLISHED
    events = Event.objects.published().order_by()
    return (
        Initiative.territories.through.objects.filter(initiative__status=published)
        .values_list("territory_id")
        .union(
            ActorTerritory.objects.filter(actor__status=published)
            .order_by()
            .values_list("territory_id"),
            Event.territories.through.objects.filter(event__status=published).values_list(
                "territory_id"
            ),
            events.exclude(town=None).values_list("town_id"),
        )
        .count()
    )


@login_not_required
@require_safe
def search(request):
    form = SearchForm(request.GET)
    context = {"query": form.query, "is_cut": form.is_cut}
    if not normalise(form.query):
        return render(request, "pages/search.html", context)
    context["found"] = found = Search(form.query, request.user)
    if source := source_of(request.GET.get("type")):
        page = paginate(request, found.documents_of(source))
        context |= {"page": page, "label": source.label, "results": found.results_of(page)}
        return render(request, "pages/search_group.html", context)
    return render(request, "pages/search.html", context)


@login_not_required
@require_safe
def who_cooperates(request):
    context = {"section": "actors", **cooperation.picture(request.user)}
    return render(request, "pages/cooperation.html", context)


@login_not_required
@kept_for_visitors
@require_safe
def network_figures(request):
    return render(request, "pages/network_figures.html", charts())


@login_not_required
@require_safe
def suggestions(request):
    """What a field that searches proposes while one types."""
    query = SearchForm(request.GET).query
    found = suggested(query, request.user) if normalise(query) else []
    return render(request, "pages/_suggestions.html", {"suggestions": found})


# Glossary


@login_not_required
@kept_for_visitors
@require_safe
def glossary(request):
    query = SearchForm(request.GET).query
    terms, spelt = terms_answering(query), None
    if not terms and (spelt := corrected(query, synonyms.reader())):
        terms = terms_answering(spelt)
    terms = sorted(terms, key=lambda term: normalise(term.term))
    context = {
        "section": "glossary",
        "query": query,
        "spelt": spelt if terms else None,
        "letters": [(letter, list(group)) for letter, group in groupby(terms, key=first_letter)],
        "count": len(terms),
    }
    return render(request, "pages/glossary.html", context)


def terms_answering(query):
    """The terms of the glossary that hold the words of a query, all without words."""
    terms = GlossaryTerm.objects.all()
    if normalise(query):
        documents = Document.objects.of(GlossaryTerm).matching(synonyms.read_query(query))
        terms = terms.filter(pk__in=documents.values("object_id"))
    return terms


def first_letter(term):
    first = normalise(term.term)[:1].upper()
    return first if first.isalpha() else "0-9"


@login_not_required
@kept_for_visitors
@require_safe
def glossary_term(request, slug):
    term = get_object_or_404(GlossaryTerm.objects.select_related("scheme"), slug=slug)
    initiatives = Initiative.objects.none()
    if term.scheme:
        initiatives = term.scheme.initiatives.visible_to(request.user)
    return render(
        request,
        "pages/glossary_term.html",
        {
            "section": "glossary",
            "term": term,
            "initiatives": initiatives.with_card(request.user)[:TERM_INITIATIVES],
        },
    )


# Contact


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def contact(request):
    """A form that mails whoever answers for the site, through the background queue."""
    can_receive = bool(Identity.current().contact_email)
    status = 200
    if request.method == "POST" and can_receive:
        form = ContactForm(request.POST)
        if not form.is_valid():
            status = 400
        elif not may_send(request, "contact", per_hour=CONTACT_MESSAGES_PER_HOUR):
            status = 429
        else:
            send(form)
            messages.success(request, "Votre message est envoyé. Merci, nous vous répondrons.")
            return redirect("contact")
    else:
        subject = one_line(storable(request.GET.get("objet", "")))
        form = ContactForm(initial={"subject": subject[: ContactForm.SUBJECT_MAX_LENGTH]})
    context = {"form": form, "can_receive": can_receive, "is_refused": status == 429}
    return render(request, "pages/contact.html", context, status=status)


def send(form):
    """Queue the message; a robot is thanked and its message dropped."""
    if form.is_from_robot:
        return
    data = form.cleaned_data
    send_mail_later(
        to=Identity.current().contact_email,
        template="contact",
        context={name: data[name] for name in ("name", "email", "subject", "message")},
        reply_to=data["email"],
    )


# About the site


@login_not_required
@kept_for_visitors
@require_safe
def site_map(request):
    user = request.user
    return render(
        request,
        "pages/site_map.html",
        {
            "territory_count": Territory.objects.count(),
            "actor_count": Actor.objects.visible_to(user).count(),
            "network_count": Network.objects.visible_to(user).count(),
            "initiative_count": Initiative.objects.visible_to(user).count(),
            "need_count": Need.objects.visible_to(user).count(),
            "offer_count": Offer.objects.visible_to(user).count(),
            "resource_count": Resource.objects.visible_to(user).count(),
            "event_count": Event.objects.visible_to(user).count(),
            "action_count": Action.objects.visible_to(user).count(),
            "term_count": GlossaryTerm.objects.count(),
        },
    )


@login_not_required
@kept_for_visitors
@require_safe
def legal_notice(request):
    return render(request, "pages/legal_notice.html")


@login_not_required
@kept_for_visitors
@require_safe
def privacy(request):
    return render(request, "pages/privacy.html")


@login_not_required
@kept_for_visitors
@require_safe
def accessibility(request):
    return render(request, "pages/accessibility.html", {"checks": accessibility_checks()})


@login_not_required
@require_safe
@never_cache
def health(request):
    """For supervision: does the database answer?"""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return JsonResponse({"status": "indisponible"}, status=503)
    return JsonResponse({"status": "ok"})


@login_not_required
@require_safe
@never_cache
def ready(request):
    """For supervision: can the site do all of its work? Nothing more is told."""
    checked = readiness.checked()
    said = {name: "ok" if is_well else "à voir" for name, is_well in checked.items()}
    return JsonResponse(said, status=200 if all(checked.values()) else 503)


@login_not_required
@require_safe
def robots(request):
    lines = "User-agent: *\nDisallow: /admin/\nDisallow: /comptes/\nDisallow: /recherche/\n"
    lines += f"Sitemap: {request.build_absolute_uri(reverse('sitemap'))}\n"
    return HttpResponse(lines, content_type="text/plain; charset=utf-8")
