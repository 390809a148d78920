from allauth.account.internal.flows.reauthentication import is_reauthentication_required
from allauth.core.exceptions import ReauthenticationRequired
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse

from ..admin import NamedListMixin
from .forms import UserChangeForm, UserCreationForm
from .models import SavedFilter, User
from .services import confirm_address, forget_address, reset_second_factor, send_invitation

MOVED_BY_TEAM = (
    "Une adresse changée ici ne déplace rien : les inscriptions et les alertes faites avec "
    "l'ancienne y restent, et ne paraissent plus dans « Mon espace ». La personne qui a les deux "
    "en change plutôt elle-même, dans son compte : ses inscriptions la suivent."
)


class SavedFilterInline(admin.TabularInline):
    model = SavedFilter
    fields = ["name", "records", "query"]
    extra = 0


def must_ask_again(request):
    return is_reauthentication_required(request, app="allauth.account")


class AskedAgainMixin:
    """Who one is, asked again before what gives or takes rights: a screen may be left open."""

    def _ask_again(self, request):
        if request.method == "POST" and must_ask_again(request):
            raise ReauthenticationRequired

    def changeform_view(self, request, *args, **kwargs):
        self._ask_again(request)
        return super().changeform_view(request, *args, **kwargs)

    def changelist_view(self, request, *args, **kwargs):
        self._ask_again(request)
        return super().changelist_view(request, *args, **kwargs)

    def delete_view(self, request, *args, **kwargs):
        self._ask_again(request)
        return super().delete_view(request, *args, **kwargs)


@admin.register(User)
class UserAdmin(AskedAgainMixin, NamedListMixin, DjangoUserAdmin):
    form = UserChangeForm
    add_form = UserCreationForm
    add_form_template = None
    list_display = ["email", "first_name", "last_name", "is_staff", "is_active", "last_login"]
    search_fields = ["email", "first_name", "last_name"]
    ordering = ["email"]
    inlines = [SavedFilterInline]
    readonly_fields = ["last_login", "date_joined"]
    fieldsets = [
        (None, {"fields": ["email", "password"], "description": MOVED_BY_TEAM}),
        ("Identité", {"fields": ["first_name", "last_name"]}),
        ("Droits", {"fields": ["is_active", "is_staff", "is_superuser"]}),
        ("Dates", {"fields": ["last_login", "date_joined"]}),
    ]
    add_fieldsets = [
        (None, {"fields": ["email", "first_name", "last_name"]}),
        ("Droits", {"fields": ["is_staff"]}),
        ("Invitation", {"fields": ["send_invitation"]}),
    ]

    def get_urls(self):
        wrap = self.admin_site.admin_view
        return [
            path("<int:pk>/inviter/", wrap(self.invitation_view), name="accounts_user_invite"),
            path(
                "<int:pk>/second-facteur/",
                wrap(self.second_factor_view),
                name="accounts_user_second_factor",
            ),
            *super().get_urls(),
        ]

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        if change:
            forget_address(user=obj, address=form.initial["email"])
        elif form.cleaned_data["send_invitation"]:
            self._invite(request, obj)

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        context["title"] = "Ajouter un utilisateur" if obj is None else "Utilisateur"
        if obj is not None:
            context["object_links"] = [
                (label, reverse(f"admin:accounts_user_{name}", args=[obj.pk]))
                for label, name, is_allowed in (
                    ("Envoyer l'invitation", "invite", self.may_invite(request, obj)),
                    (
                        "Réinitialiser le second facteur",
                        "second_factor",
                        self.may_reset_second_factor(request, obj),
                    ),
                )
                if is_allowed
            ]
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    def may_act_on(self, request, user):
        """Only an administrator acts on another's account."""
        return self.has_change_permission(request, user) and (
            request.user.is_superuser or not user.is_superuser
        )

    def may_invite(self, request, user):
        is_waiting = user.is_active and not user.has_usable_password()
        return is_waiting and self.may_act_on(request, user)

    def may_reset_second_factor(self, request, user):
        """One's own factors are changed from one's own account, which asks for them."""
        return (
            user != request.user
            and self.may_act_on(request, user)
            and user.authenticator_set.exists()
        )

    def user_change_password(self, request, *args, **kwargs):
        if must_ask_again(request):
            # Asked before the form is shown: what would wait in the session is a password.
            if request.method == "POST":
                return redirect(request.get_full_path())
            raise ReauthenticationRequired
        return super().user_change_password(request, *args, **kwargs)

    def invitation_view(self, request, pk):
        self._ask_again(request)
        user = get_object_or_404(self.get_queryset(request), pk=pk)
        if not self.may_invite(request, user):
            raise PermissionDenied
        if request.method != "POST":
            return self._confirm(
                request,
                user,
                title="Envoyer l'invitation",
                text=f"{user.email} recevra un lien pour choisir un mot de passe. "
                "Un lien envoyé plus tôt, et encore valable, le reste.",
            )
        with transaction.atomic():
            self._invite(request, user)
        return redirect("admin:accounts_user_change", user.pk)

    def second_factor_view(self, request, pk):
        self._ask_again(request)
        user = get_object_or_404(self.get_queryset(request), pk=pk)
        if not self.may_reset_second_factor(request, user):
            raise PermissionDenied
        if request.method != "POST":
            return self._confirm(
                request,
                user,
                title="Réinitialiser le second facteur",
                text=f"L'application, les clés et les codes de secours de {user.email} ne "
                "serviront plus, et ses connexions seront fermées. Assurez-vous, de vive voix, "
                "que la demande vient bien de cette personne : elle en sera prévenue par courriel.",
            )
        with transaction.atomic():
            reset_second_factor(user=user)
            self.log_change(request, user, "Second facteur réinitialisé.")
        messages.success(request, "Le second facteur est réinitialisé, la personne est prévenue.")
        return redirect("admin:accounts_user_change", user.pk)

    def _invite(self, request, user):
        """Send the invitation once the account is surely there, and say what became of it."""

        def send():
            try:
                send_invitation(user=user)
            except OSError:
                messages.error(
                    request,
                    "Le compte est prêt, mais l'invitation n'est pas partie : le courrier ne "
                    "répond pas. Renvoyez-la plus tard, depuis la fiche du compte.",
                )
            else:
                messages.success(request, f"L'invitation est partie à {user.email}.")

        confirm_address(user=user)
        self.log_change(request, user, "Invitation envoyée.")
        transaction.on_commit(send)

    def _confirm(self, request, user, *, title, text):
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": user,
            "title": title,
            "text": text,
        }
        return render(request, "admin/accounts/user/confirm.html", context)
