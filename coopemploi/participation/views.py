"""« Mon espace » : who one is in the network, what others see of it, and one's own data."""

from allauth.account.decorators import reauthentication_required
from allauth.account.internal.flows.logout import logout
from allauth.account.utils import get_next_redirect_url
from django.contrib import messages
from django.contrib.auth import get_user_model
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from events.registrations import manage_url
from initiatives.models import Initiative, Need, Offer, Resource
from territories.models import Actor
from territories.participants import person_of

from ..robots import has_left
from . import services
from .export import export_of
from .forms import BelongingForm, DecisionForm, DeletionForm, ProfileForm
from .models import Belonging, Proposal
from .permissions import MODELS, actors_of, can_decide_belonging, sheets_of

ASKED_PER_DAY = 10  # each is a mail to the members of an actor
DELETED = "Votre compte est supprimé, et votre nom retiré."
STILL_NAMED = (
    "Votre compte est supprimé, et votre nom retiré de votre fiche. Il peut rester dans des textes "
    "ou des fichiers que le site ne sait pas corriger seul : l'équipe en est prévenue."
)
# What is answered to who asks again; after a refusal one may.
ALREADY = {
    Belonging.State.ASKED: "Votre demande est déjà faite : elle attend une réponse.",
    Belonging.State.APPROVED: "Vous faites déjà partie de cet acteur.",
}


@never_cache
@require_safe
def my_space(request):
    person = person_of(request.user)
    actors = actors_of(request.user)
    kinds = {model: kind for kind, model in MODELS.items()}
    sheets = [
        (kinds[model], kinds[model].label, sheets_of(request.user, model)[:50])
        for model in (Actor, Initiative, Need, Offer, Resource)
    ]
    context = {
        "person": person,
        "positions": person.positions.select_related("actor") if person else [],
        "belongings": person.belongings.select_related("actor") if person else [],
        "requests": Belonging.objects.asked()
        .filter(actor__in=actors.values("pk"))
        .exclude(person=person)
        .select_related("person", "actor"),
        "sheets": [(kind, label, list(records)) for kind, label, records in sheets],
        "proposals": Proposal.objects.filter(user=request.user).prefetch_related("record")[:50],
        "introductions": services.introductions_of(request.user),
        "registrations": [
            (registration, manage_url(registration))
            for registration in services.coming_registrations_of(request.user)
        ],
        "round_tables": services.open_round_tables_of(request.user),
    }
    return render(request, "participation/my_space.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request):
    """How one is called, and what one agrees to show, field by field."""
    if request.method != "POST":
        form = ProfileForm(instance=person_of(request.user))
        return render(request, "participation/profile.html", {"form": form})
    with transaction.atomic():
        # Sent twice at once, a first profile makes one person: the second finds it.
        get_user_model().objects.select_for_update(no_key=True).get(pk=request.user.pk)
        form = ProfileForm(request.POST or None, instance=person_of(request.user))
        if form.is_valid():
            person = form.save(commit=False)
            person.user, person.email = request.user, request.user.email
            person.save()
            messages.success(request, "C'est enregistré.")
            return redirect(get_next_redirect_url(request) or "my_space")
    return render(request, "participation/profile.html", {"form": form}, status=400)


@never_cache
@require_safe
def my_data(request):
    data = export_of(request.user)
    response = JsonResponse(data, json_dumps_params={"ensure_ascii": False, "indent": 2})
    response["Content-Disposition"] = 'attachment; filename="mes-donnees.json"'
    return response


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required
def delete(request):
    """Erase one's account; the team's accounts, which hold mandates, are closed by another."""
    if request.user.is_staff:
        raise PermissionDenied("Le compte d'un membre de l'équipe se ferme par un administrateur.")
    form = DeletionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        user = request.user._wrapped if hasattr(request.user, "_wrapped") else request.user
        logout(request)
        erased = services.delete_account(user)
        messages.success(request, STILL_NAMED if erased.doubts else DELETED)
        return redirect("home")
    status = 400 if request.method == "POST" else 200
    context = {"form": form, "registrations": services.coming_registrations_of(request.user)}
    return render(request, "participation/delete.html", context, status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def belonging_ask(request, slug):
    actor = get_object_or_404(Actor.objects.visible_to(request.user), slug=slug)
    person = person_of(request.user)
    if person is None:
        messages.info(request, "Dites d'abord comment vous vous appelez.")
        return redirect_to_login(request.get_full_path(), reverse("my_profile"))
    known = person.belongings.filter(actor=actor).first()
    if known and known.state in ALREADY:
        messages.info(request, ALREADY[known.state])
        return redirect("my_space")
    form = BelongingForm(request.POST or None)
    status = 400 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        if has_left(f"belonging:{request.user.pk}", ASKED_PER_DAY, seconds=86400):
            services.ask_to_belong(person=person, actor=actor, title=form.cleaned_data["title"])
            told = "Votre demande est faite : un membre, ou l'animation, y répondra."
            messages.success(request, told)
            return redirect("my_space")
        status = 429
        form.add_error(None, "C'est beaucoup de demandes pour aujourd'hui : revenez demain.")
    context = {"form": form, "actor": actor}
    return render(request, "participation/belonging_ask.html", context, status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def belonging_decide(request, pk):
    belonging = get_object_or_404(Belonging.objects.select_related("person", "actor"), pk=pk)
    if not can_decide_belonging(request.user, belonging):
        raise PermissionDenied("Seul un membre de l'acteur, ou qui anime le réseau, en décide.")
    is_refusal = "refuser" in request.POST
    form = DecisionForm(request.POST or None, is_refusal=is_refusal)
    if request.method == "POST" and form.is_valid():
        try:
            services.decide_belonging(
                belonging=belonging,
                accepts=not is_refusal,
                by=request.user,
                comment=form.cleaned_data["comment"],
            )
        except services.AlreadyDecidedError:
            belonging.refresh_from_db()
            by = f" par {belonging.decided_by}" if belonging.decided_by else ""
            messages.info(request, f"Cette demande était déjà {belonging.get_state_display()}{by}.")
        else:
            messages.success(request, "C'est noté, et la personne est prévenue.")
        return redirect("my_space")
    status = 400 if request.method == "POST" else 200
    context = {"form": form, "belonging": belonging}
    return render(request, "participation/belonging_decide.html", context, status=status)
