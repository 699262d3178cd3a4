"""Single sign-on with OpenID Connect: django-allauth's code flow, with the checks it leaves out.

django-allauth trusts an ID token that it fetched itself and sends no nonce. Here the signature is checked against the
provider's keys, the nonce must be the one of this browser's session, and the user information must be of the token's
subject (OpenID Connect Core 1.0, 3.1.3.7 and 5.3.2). Who comes that way is decided by `SingleSignOnAdapter`.
"""

from __future__ import annotations

import hmac
import secrets
from typing import Any, Final

import jwt
from allauth.account.utils import get_next_redirect_url
from allauth.socialaccount.helpers import render_authentication_error
from allauth.socialaccount.internal import jwtkit
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.http import Http404, HttpRequest, HttpResponse
from requests import RequestException

#: Signatures with a key of the provider's that only the provider has.
_ALGORITHMS: Final = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"})
_NEEDED: Final = frozenset({"iss", "sub", "aud", "exp", "iat", "nonce"})


class CheckedAdapter(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]  # untyped
    """Knows the nonce that this browser's session was given; an empty one fits nothing."""

    nonce: str = ""

    def complete_login(self, request: HttpRequest, app: Any, token: Any, **kwargs: Any) -> Any:
        """Who signed in, from token and user information together. Raises `OAuth2Error` where either is not sound."""
        try:
            claims = self._decode_id_token(app, str(kwargs["response"]["id_token"]))
            told = self._fetch_user_info(token.token)
            if not hmac.compare_digest(str(claims["nonce"]).encode(), self.nonce.encode()) or not self.nonce:
                raise OAuth2Error("The ID token is not of this sign-in.")
            if told["sub"] != claims["sub"]:
                raise OAuth2Error("The user information is of somebody else.")
        except (KeyError, TypeError, ValueError) as error:
            raise OAuth2Error("The provider's answer is not complete.") from error
        # A word that is not empty would count as yes.
        told["email_verified"] = told.get("email_verified") in (True, "true")
        return self.get_provider().sociallogin_from_response(request, {"userinfo": told, "id_token": claims})

    def _decode_id_token(self, app: Any, id_token: str) -> dict[str, Any]:
        try:
            if jwt.get_unverified_header(id_token).get("alg") not in _ALGORITHMS:
                raise OAuth2Error("The ID token is not signed with a key of the provider.")
            claims: dict[str, Any] = jwtkit.verify_and_decode(
                credential=id_token,
                keys_url=self.openid_config["jwks_uri"],
                issuer=self.openid_config["issuer"],
                audience=app.client_id,
                lookup_kid=jwtkit.lookup_kid_jwk,
                verify_signature=True,
            )
        except jwt.PyJWTError as error:
            raise OAuth2Error("The ID token is not valid.") from error
        if not claims.keys() >= _NEEDED:
            raise OAuth2Error("The ID token lacks what it must say.")
        return claims


class _CallbackView(OAuth2CallbackView):  # type: ignore[misc]  # untyped
    def _get_state(self, request: HttpRequest, provider: Any) -> tuple[Any, Any]:
        state, response = super()._get_state(request, provider)
        self.adapter.nonce = str((state or {}).get("nonce") or "")
        return state, response


def sso_login(request: HttpRequest, provider_id: str) -> HttpResponse:
    """On to the provider, with a state, a nonce and a code challenge of this session."""
    provider = _provider(request, provider_id)
    nonce = secrets.token_urlsafe(32)
    try:
        answer: HttpResponse = provider.redirect(
            request,
            process="login",
            next_url=get_next_redirect_url(request),
            auth_params=provider.get_auth_params() | {"nonce": nonce},
            nonce=nonce,
        )
    except (RequestException, KeyError, ValueError) as error:
        answer = render_authentication_error(request, provider, exception=error)
    return answer


def sso_callback(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Back from the provider."""
    _provider(request, provider_id)
    answer: HttpResponse = _CallbackView.adapter_view(CheckedAdapter(request, provider_id))(request)
    return answer


def _provider(request: HttpRequest, provider_id: str) -> Any:
    try:
        return CheckedAdapter(request, provider_id).get_provider()
    except SocialApp.DoesNotExist as error:
        raise Http404 from error
