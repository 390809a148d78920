from allauth.account.utils import get_next_redirect_url
from allauth.socialaccount.adapter import get_adapter
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe


def enter_admin(request, extra_context=None):
    """The admin's sign-in, for whoever has already signed in."""
    return redirect(get_next_redirect_url(request) or "admin:index")


@require_safe
def account(request):
    context = {
        "has_password": request.user.has_usable_password(),
        "has_provider": bool(get_adapter().list_providers(request)),
        "has_second_factor": request.user.has_second_factor(),
        "session_count": len(UserSession.objects.purge_and_list(request.user)),
    }
    return render(request, "account/account.html", context)


@require_POST
def session_end(request, pk):
    """Close one of one's own sessions, but the present one: that is signing out."""
    session = get_object_or_404(
        UserSession.objects.exclude(session_key=request.session.session_key),
        pk=pk,
        user=request.user,
    )
    session.end()
    messages.success(request, "La connexion est fermée.")
    return redirect("usersessions_list")
