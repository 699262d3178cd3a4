"""Which platform is calling: `Authorization: Api-Key …`."""

from __future__ import annotations

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from labeling.models import ApiKey, Platform
from labeling.services.api_key import api_key_find

KEYWORD = "Api-Key"


class ApiKeyAuthentication(BaseAuthentication):
    """The caller is the platform whose key the request carries; a key that opens nothing is refused, never ignored."""

    def authenticate(self, request: Request) -> tuple[Platform, ApiKey] | None:
        """The platform and its key; `None` when the request carries no `Authorization` at all."""
        header = request.headers.get("Authorization", "")
        if not header:
            return None
        scheme, _, raw = header.partition(" ")
        key = api_key_find(raw.strip()) if scheme.lower() == KEYWORD.lower() else None
        if key is None:
            raise AuthenticationFailed("The API key is unknown or revoked. Send it as: Authorization: Api-Key …")
        return key.platform, key

    def authenticate_header(self, request: Request) -> str:
        """What the answer asks for."""
        return KEYWORD


class IsPlatform(BasePermission):
    """Only a platform may call."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Whether a platform's key came with the request."""
        return isinstance(request.user, Platform)


class ApiKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # the library's metaclass
    """How the OpenAPI description speaks of keys."""

    target_class = "labeling.api.auth.ApiKeyAuthentication"
    name = "platformKey"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        """A header with the word `Api-Key` before the key."""
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "`Api-Key {key}`, with a key that the portal's operators gave to the platform.",
        }
