"""The pages by which one registers for an event, then changes or cancels, without an account."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from coopemploi.formats.calendars import ics_response
from coopemploi.links import opened_by
from coopemploi.robots import has_left, may_send
from territories.participants import person_of

from . import registrations
from .calendars import EventCalendar, has_day
from .forms import AnswersForm, RegistrationForm
from .models import Event, Registration

# A whole team may register from one connection.
PER_HOUR = 60
MAILS_PER_ADDRESS_AND_DAY = 10
STATUSES = {Event.Door.SOON: 403, Event.Door.CLOSED: 410}


def taking_registrations(request):
    events = Event.objects.visible_to(request.user).filter(needs_registration=True)
    return events.select_related("town", "source")


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def registration_add(request, slug):
    """Ask for a seat: the answer goes by mail, the screen says the same to everybody."""
    event = get_object_or_404(taking_registrations(request), slug=slug)
    context = {"section": "events", "event": event, "door": event.door()}
    if context["door"] in STATUSES:
        status = STATUSES[context["door"]]
        return render(request, "events/registration_closed.html", context, status=status)
    own = registrations.own_registrations(event, request.user)
    # Whoever is registered already comes back for somebody else.
    form = RegistrationForm(request.POST or None, initial={} if own else _known_of(request.user))
    status = 200
    if request.method == "POST":
        if not form.is_valid():
            status = 400
        elif not may_send(request, "registration", per_hour=PER_HOUR):
            status = 429
        else:
            _register(event, form)
            return redirect("registration_asked", slug=event.slug)
    context |= {"form": form, "is_refused": status == 429, "own_registrations": own}
    context["is_full"] = registrations.free_seats(event) == 0
    return render(request, "events/registration_form.html", context, status=status)


def _known_of(user):
    """What the site knows of who is signed in, to be changed at will."""
    person = person_of(user)
    if person is None:
        return {"email": user.email} if user.is_authenticated else {}
    actors = {each.actor.name for each in person.belongings.approved().select_related("actor")}
    return {
        "name": person.full_name,
        "email": user.email,
        "organisation": actors.pop() if len(actors) == 1 else "",
    }


def _register(event, form):
    """Robots, and those who would fill somebody's box, are thanked like everybody."""
    email = form.cleaned_data["email"].lower()
    key = f"registration-mail:{email}"
    if form.is_from_robot or not has_left(key, MAILS_PER_ADDRESS_AND_DAY, seconds=86400):
        return
    try:
        registrations.register(event=event, email=email, answers=form.answers)
    except Event.DoesNotExist as error:
        raise Http404("Cette rencontre n'existe plus.") from error


@login_not_required
@require_safe
def registration_asked(request, slug):
    event = get_object_or_404(taking_registrations(request), slug=slug)
    context = {"section": "events", "event": event}
    return render(request, "events/registration_asked.html", context)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@opened_by(registrations.MANAGE)
def registration_manage(request, signed):
    """Change or cancel: whoever holds the link that was mailed."""
    registration = registrations.opened_with(signed)
    if registration is None:
        raise Http404("Cette inscription n'existe plus, ou elle est à une autre adresse e-mail.")
    event = registration.event
    context = {"section": "events", "event": event, "registration": registration}
    if event.has_ended():
        return render(request, "events/registration_over.html", context, status=410)
    if request.method == "POST" and "annuler" in request.POST:
        registrations.cancel(registration)
        return redirect(request.path)
    answers = {name: getattr(registration, name) for name in AnswersForm.base_fields}
    form = AnswersForm(request.POST or None, initial=answers)
    if request.method == "POST" and registration.is_active and form.is_valid():
        _change(registration, form.answers)
        messages.success(request, "Vos réponses sont changées.")
        return redirect(request.path)
    context |= {
        "form": form,
        "queue": registrations.place_in_queue(registration),
        "can_return": event.door() == Event.Door.OPEN,
    }
    status = 400 if request.method == "POST" else 200
    return render(request, "events/registration_manage.html", context, status=status)


def _change(registration, answers):
    try:
        registrations.answer(registration, answers)
    except Registration.DoesNotExist as error:
        gone = "Cette inscription n'existe plus : vos réponses ne sont pas gardées."
        raise Http404(gone) from error


@login_not_required
@require_safe
def event_calendar(request, slug):
    """The event, to put in one's calendar."""
    event = get_object_or_404(Event.objects.visible_to(request.user), slug=slug)
    if not has_day(event):
        raise Http404("Le jour de cette rencontre n'est pas encore connu.")
    return ics_response(EventCalendar(event, request))
