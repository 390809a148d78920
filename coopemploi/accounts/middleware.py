import time

from allauth.account.authentication import get_authentication_records
from django.conf import settings
from django.contrib.auth import logout, middleware
from django.shortcuts import redirect
from django.urls import reverse

from .interruption import hold, is_interrupted


class LoginRequiredMiddleware(middleware.LoginRequiredMiddleware):
    """Denies by default, asks for the second factor, and reads no session to serve a public page.

    Whoever has a second factor must have given it in this very session; staff must have one,
    and give it each day.
    """

    def process_view(self, request, view_func, view_args, view_kwargs):
        if not getattr(view_func, "login_required", True):
            return None
        refused = super().process_view(request, view_func, view_args, view_kwargs)
        return refused or self._ask_second_factor(request, view_func)

    def handle_no_permission(self, request, view_func):
        if is_interrupted(request):
            return hold(request)
        return super().handle_no_permission(request, view_func)

    def _ask_second_factor(self, request, view_func):
        user = request.user
        if user.has_second_factor():
            records = get_authentication_records(request, user)
            given = [record["at"] for record in records if record["method"] == "mfa"]
            age = time.time() - max(given, default=0)
            if given and (age < settings.STAFF_SESSION_AGE or not user.is_staff):
                return None
            # Too old, or opened before the factor was set up, perhaps by somebody else.
            logout(request)
            return self.handle_no_permission(request, view_func)
        if user.must_have_second_factor() and not request.path.startswith(reverse("account")):
            return redirect("mfa_activate_totp")
        return None
