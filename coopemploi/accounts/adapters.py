from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request):
        """Accounts are given by an administrator."""
        return False

    def pre_login(self, request, user, **kwargs):
        """Demo accounts have public passwords: they work under DEBUG only."""
        if user.is_demo and not settings.DEBUG:
            return self.respond_user_inactive(request, user)
        return super().pre_login(request, user, **kwargs)
