"""OpenID Connect, as allauth does it, and what ProConnect asks besides: a nonce, signed claims.

allauth finds the provider by the name of this file.
"""

import hashlib

from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.internal import jwtkit
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.provider import (
    OpenIDConnectProvider as BaseProvider,
)
from allauth.socialaccount.providers.openid_connect.views import (
    OpenIDConnectOAuth2Adapter as BaseAdapter,
)
from django.urls import reverse


def nonce_of(code_verifier):
    """The nonce of a sign-in: who has not its secret verifier can neither guess nor reuse it."""
    return hashlib.sha256(f"nonce:{code_verifier}".encode()).hexdigest()


class OpenIDConnectAdapter(BaseAdapter):
    nonce = None

    def get_callback_url(self, request, app):
        return request.build_absolute_uri(reverse("oidc_callback"))

    def get_access_token_data(self, request, app, client, pkce_code_verifier=None):
        self.nonce = nonce_of(pkce_code_verifier)
        return super().get_access_token_data(request, app, client, pkce_code_verifier)

    def _decode_id_token(self, app, id_token):
        claims = super()._decode_id_token(app, id_token)
        if claims.get("nonce") != self.nonce:
            raise OAuth2Error("The token was made for another sign-in.")
        return claims

    def complete_login(self, request, app, token, **kwargs):
        if not kwargs["response"].get("id_token"):
            raise OAuth2Error("The provider gave no identity token.")
        return super().complete_login(request, app, token, **kwargs)

    def _fetch_user_info(self, access_token):
        """ProConnect signs what it says of a person; others send plain JSON."""
        headers = {"Authorization": f"Bearer {access_token}"}
        with get_adapter().get_requests_session() as session:
            response = session.get(self.profile_url, headers=headers)
            response.raise_for_status()
        if "jwt" not in response.headers.get("Content-Type", ""):
            return response.json()
        return jwtkit.verify_and_decode(
            credential=response.text,
            keys_url=self.openid_config["jwks_uri"],
            issuer=self.openid_config["issuer"],
            audience=self.get_provider().app.client_id,
            lookup_kid=jwtkit.lookup_kid_jwk,
        )


class OpenIDConnectProvider(BaseProvider):
    id = "oidc"
    name = "OpenID Connect"
    oauth2_adapter_class = OpenIDConnectAdapter
    pkce_enabled_default = True

    def get_login_url(self, request, **kwargs):
        return reverse("oidc_login", query=kwargs)

    def get_callback_url(self):
        return reverse("oidc_callback")

    def get_pkce_params(self):
        params = super().get_pkce_params()
        return {**params, "nonce": nonce_of(params["code_verifier"])}

    def extract_common_fields(self, data):
        """ProConnect calls a family name a usual name."""
        fields = super().extract_common_fields(data)
        usual_name = (data.get("userinfo") or {}).get("usual_name")
        fields["last_name"] = fields["last_name"] or usual_name
        return fields


provider_classes = [OpenIDConnectProvider]
