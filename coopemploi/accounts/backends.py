from allauth.account.auth_backends import (
    AuthenticationBackend as AllauthAuthenticationBackend,
)
from django.conf import settings


class AuthenticationBackend(AllauthAuthenticationBackend):
    def user_can_authenticate(self, user):
        """Demo accounts have public passwords: they work under DEBUG only."""
        return super().user_can_authenticate(user) and (settings.DEBUG or not user.is_demo)
