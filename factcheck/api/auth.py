"""Which partner is calling: `Authorization: Api-Key ecf_…`."""

from __future__ import annotations

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from factcheck.models import FactCheckPartner, PartnerKey
from factcheck.services.partner_key import partner_key_find, partner_key_use

KEYWORD = "Api-Key"


class PartnerKeyAuthentication(BaseAuthentication):
    """The caller is the partner whose key the request carries; a key that opens nothing is refused, never ignored."""

    def authenticate(self, request: Request) -> tuple[FactCheckPartner, PartnerKey] | None:
        """The partner and its key; `None` when the request carries no `Authorization` at all."""
        header = request.headers.get("Authorization", "")
        if not header:
            return None
        scheme, _, raw = header.partition(" ")
        key = partner_key_find(raw.strip()) if scheme.lower() == KEYWORD.lower() else None
        if key is None:
            raise AuthenticationFailed("The API key is unknown or taken back. Send it as: Authorization: Api-Key …")
        partner_key_use(key=key)
        return key.partner, key

    def authenticate_header(self, request: Request) -> str:
        """What the answer asks for."""
        return KEYWORD


class IsPartner(BasePermission):
    """Only a fact-checking partner may call."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Whether a partner's key came with the request."""
        return isinstance(request.user, FactCheckPartner)


class PartnerKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # the library's metaclass
    """How the OpenAPI description speaks of partners' keys."""

    target_class = "factcheck.api.auth.PartnerKeyAuthentication"
    name = "partnerKey"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        """A header with the word `Api-Key` before the key."""
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "`Api-Key {key}`, with a key made at the fact-checking partner's desk.",
        }
