"""« Mettez-nous en relation » : asking, answering, and saying whether it helped."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.db.models import Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from coopemploi.accounts.interruption import give_back
from coopemploi.links import opened_by
from territories.models import Person
from territories.participants import address_of, person_of

from . import introductions
from .forms import IntroductionAnswerForm, IntroductionForm, IntroductionOutcomeForm
from .matches import LABELS
from .models import Initiative, Introduction, Match, Need, Offer
from .permissions import can_introduce

Answer = Introduction.Answer
# What may be asked for by itself: its model, the field that holds it, the side of who has it.
ALONE = {
    "besoin": (Need, "need", "seeker"),
    "offre": (Offer, "sought_offer", "helper"),
    "initiative": (Initiative, "sought_initiative", "helper"),
}
WHY = {
    "besoin": "En quelques mots : comment pouvez-vous aider ?",
    "offre": "En quelques mots : pourquoi cela vous intéresse-t-il ?",
    "initiative": "En quelques mots : qu'aimeriez-vous en savoir ?",
}
GONE = "La fiche à laquelle vous écriviez n'est pas, ou plus, ouverte aux demandes."


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def introduction_add(request, pk):
    """One of the two asks, or whoever animates introduces them; nobody else."""
    match = get_object_or_404(
        Match.objects.shown().visible_to(request.user).with_candidates(), pk=pk
    )
    if can_introduce(request.user, match):
        return _introduce(request, match)
    return _ask_the_other(request, match)


def _introduce(request, match):
    """Whoever animates chooses the two people, where both sides can be written to."""
    context = {**_shown(match), "is_animateur": True, "may_ask": True}
    people = {side: reachable(match, side) for side in Introduction.SIDES}
    unreachable = [named(match, side) for side in people if not people[side].exists()]
    if unreachable:
        status = 400 if request.method == "POST" else 200
        return _form(request, {**context, "unreachable": unreachable}, status=status)
    known = introductions.people_of(match)
    form = IntroductionForm(
        request.POST or None,
        people=people,
        initial={"message": written_for(match), **known},
    )
    return _ask(request, {**context, "form": form}, {**_records(match), **known})


def _ask_the_other(request, match):
    """A participant writes to the other one, when somebody answers there."""
    person = person_of(request.user)
    side = introductions.side_of(match, person)
    known = introductions.people_asked_by(person, side, match) if side else {}
    may_ask = len(known) == 2
    context = {**_shown(match), "is_concerned": side, "may_ask": may_ask}
    if not may_ask:
        return _form(request, context, status=200 if side else 403)
    message = written_for(match, side)
    form = IntroductionForm(request.POST or None, initial={"message": message, **known})
    return _ask(request, {**context, "form": form}, {**_records(match), **known})


def _shown(match):
    return {"need": match.need, "candidate": match.candidate, "offer": match.offer}


def _records(match):
    return {"need": match.need, "offer": match.offer, "initiative": match.initiative}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def introduction_ask(request, kind, slug):
    """Ask for an offer, or about an initiative, without a need of one's own, or answer a need
    without an offer."""
    if kind not in ALONE:
        raise Http404("Cela ne se demande pas.")
    model, field, other = ALONE[kind]
    record = askable(model).filter(slug=slug).first()
    if record is None and request.method == "POST":
        form = IntroductionForm(request.POST)
        return give_back(request, form, why=GONE, status=404, section="exchanges")
    if record is None:
        raise Http404("Cela ne se demande pas, ou plus.")
    person = person_of(request.user)
    if person is None:
        messages.info(request, "Dites d'abord comment vous vous appelez.")
        return redirect_to_login(request.get_full_path(), reverse("my_profile"))
    is_own = introductions.is_concerned(person, record)
    answering = None if is_own else introductions.answering_for(record)
    context = {
        "need": record if model is Need else None,
        "candidate": record if model is not Need else None,
        "is_own": is_own,
        "is_concerned": not is_own,
        "may_ask": answering is not None,
    }
    if answering is None:
        return _form(request, context)
    form = IntroductionForm(request.POST or None, why=WHY[kind])
    own = next(side for side in Introduction.SIDES if side != other)
    return _ask(request, {**context, "form": form}, {field: record, other: answering, own: person})


def askable(model):
    """The records of a model that may be asked for by themselves."""
    if model is Initiative:
        return Initiative.objects.published().select_related("contact__person__user")
    published = model.objects.published().filter(state=model.State.OPEN)
    return published.select_related("actor", "person__user")


def _ask(request, context, about):
    """`about`: the records and the people, whoever animates saying other people."""
    form, is_animateur = context["form"], context.get("is_animateur", False)
    if request.method != "POST":
        already = None if is_animateur else introductions.already_open(Introduction(**about))
        return _form(request, {**context, **_asked(request, already)})
    if not form.is_valid():
        return _form(request, context, status=400)
    introduction = Introduction(**{**about, **form.cleaned_data})
    try:
        kept = introductions.ask(
            introduction, user=request.user, is_animateur=is_animateur, at=timezone.now()
        )
    except introductions.TooManyError:
        return _form(request, {**context, "is_refused": True}, status=429)
    except introductions.TooManyReceivedError:
        return _form(request, {**context, "is_other_busy": True}, status=429)
    is_sent = (kept.message, kept.asked_by) == (introduction.message, request.user)
    if not is_sent:  # said twice in the same words, it is a second touch
        context |= {**_asked(request, kept), "unsent": introduction.message}
        return _form(request, context, status=409)
    messages.success(
        request, "C'est parti. Les adresses ne seront dites que si les deux acceptent."
    )
    return redirect(introduction.subject)


def _asked(request, already):
    """What is asked already, and where the participant answers it if they have not."""
    side = already and already.side_of(person_of(request.user))
    address = introductions.answer_address(already, side) if side else None
    return {"already": already, "answer_address": address}


def _form(request, context, status=200):
    candidate = context["candidate"]
    context = {
        "section": "initiatives" if isinstance(candidate, Initiative) else "exchanges",
        "candidate_label": LABELS.get(type(candidate)),
        **context,
    }
    return render(request, "initiatives/introduction_form.html", context, status=status)


def reachable(match, side):
    """Whom one can write to on one side: who is named, and who works for the actor."""
    record = match.need if side == "seeker" else match.candidate
    actors = {"positions__actor__involvements__initiative": record}
    if side == "seeker" or match.offer_id:
        named = introductions.people_of(match).get(side)
        actors = {"positions__actor": record.actor_id} if record.actor_id else {"pk__in": []}
    else:
        named = record.contact and record.contact.person
    working = Person.objects.filter(~Q(email="") | Q(user__is_active=True), **actors)
    wanted = Q(pk__in=working.values("pk"))
    if named and address_of(named):
        wanted |= Q(pk=named.pk)
    return Person.objects.filter(wanted)


def named(match, side):
    """Of a side: what it is called, the person its record names, and its actor."""
    record = match.need if side == "seeker" else match.candidate
    label = IntroductionForm.base_fields[side].label
    if side == "seeker" or match.offer_id:
        return label, record.person, record.actor
    return label, record.contact and record.contact.person, None


def written_for(match, side=None):
    """A first version of the message, to be changed at will, by the one of a side or, without
    any, by whoever animates."""
    need, candidate = match.need.text, str(match.candidate)
    if side is None:
        return (
            f"Bonjour,\n\nL'un de vous cherche : « {need} »\nL'autre a ou propose : "
            f"« {candidate} »\n\nJe vous propose de faire connaissance."
        )
    if side == "seeker":
        return (
            f"Bonjour,\n\nJe cherche : « {need} »\nVotre fiche « {candidate} » m'intéresse. "
            "Pouvons-nous en parler ?"
        )
    return (
        f"Bonjour,\n\nVous cherchez : « {need} »\nJe peux peut-être vous aider : "
        f"« {candidate} ». Pouvons-nous en parler ?"
    )


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@opened_by(introductions.ANSWER)
def introduction_answer(request, signed):
    """Reading writes nothing: a mailbox that opens links answers for nobody."""
    introduction, side = _signed(signed)
    form = IntroductionAnswerForm(request.POST or None)
    status = 200
    if request.method == "POST" and not introduction.closed_at:
        if form.is_valid():
            _answer(introduction, side, form.cleaned_data)
            return redirect(request.path)
        status = 400
    context = {"form": form, **_told(introduction, side)}
    return render(request, "initiatives/introduction_answer.html", context, status=status)


def _answer(introduction, side, given):
    if given["report"]:
        introduction.flag(given["report"])
    if given["blocks"]:
        introductions.block(introduction=introduction, side=side)
    introductions.answer(
        introduction=introduction,
        side=side,
        accepts=given["answer"] == Answer.ACCEPTED and not given["blocks"],
        at=timezone.now(),
    )


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@opened_by(introductions.OUTCOME)
def introduction_outcome(request, signed):
    introduction, side = _signed(signed)
    form = IntroductionOutcomeForm(
        request.POST or None, tells_story=side == "seeker" and introduction.need is not None
    )
    status = 200
    if request.method == "POST":
        if form.is_valid():
            introductions.tell_outcome(
                introduction=introduction,
                side=side,
                outcome=form.cleaned_data["outcome"],
                story=form.cleaned_data.get("story", ""),
            )
            messages.success(request, "Merci, c'est noté.")
            subject = introduction.subject
            return redirect(subject if subject.is_published else "home")
        status = 400
    context = {"form": form, **_told(introduction, side)}
    return render(request, "initiatives/introduction_outcome.html", context, status=status)


def _signed(signed):
    pk, side = signed
    introductions_with_people = Introduction.objects.select_related(
        *Introduction.RECORDS, "seeker__user", "helper__user"
    )
    return get_object_or_404(introductions_with_people, pk=pk), side


def _told(introduction, side):
    """What one of the two may read; the address of the other only once both agreed."""
    other = introduction.other(side)
    told = {
        "introduction": introduction,
        "candidate_label": LABELS.get(type(introduction.brought)),
        "is_seeker": side == "seeker",
        "own_answer": introduction.answer_of(side),
        "other_name": other.public_name,
    }
    if introduction.is_introduced and not introduction.closed_at:
        told |= {"other_name": other.full_name, "other_address": address_of(other)}
    return told
