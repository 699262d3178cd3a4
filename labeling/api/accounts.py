"""`GET /api/v1/accounts/{uri}/`: whose official account it is, and what the platform does with it."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.utils.cache import patch_cache_control
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from labeling.api.content import PlatformView
from labeling.api.schema import OFFICIAL_ACCOUNT, PROBLEM
from labeling.models import ApiKey, OfficialAccount, OfficialState
from labeling.services.api_key import api_key_use
from labeling.uris import uri_parts


class AccountView(PlatformView):
    """One of the platform's own accounts."""

    @extend_schema(
        operation_id="accounts_official",
        tags=["accounts"],
        summary="Whether an account is official",
        description=(
            "Of an account that two people of the portal's staff vouch for: whose it is, on what source, and what the "
            "platform is asked to do with it. An account that is proposed, refused or ended is answered 404 like one "
            "that nobody ever proposed."
        ),
        parameters=[
            OpenApiParameter(
                "uri",
                {"type": "string"},
                OpenApiParameter.PATH,
                description="`platform:id`, where the id is that of `author.id` as it is handed in with content.",
            )
        ],
        responses={
            200: OpenApiResponse(OFFICIAL_ACCOUNT, "A verified official account."),
            401: OpenApiResponse(PROBLEM, "No key, or one that is unknown or revoked."),
            404: OpenApiResponse(PROBLEM, "No official account, or another platform's."),
        },
    )
    def get(self, request: Request, uri: str) -> Response:
        """Two queries with the key's."""
        parts = uri_parts(uri)
        if parts is None or parts[0] != self.platform.key:
            raise Http404
        found = OfficialAccount.objects.of_account(self.platform, parts[1]).filter(state=OfficialState.VERIFIED)
        account = found.select_related("platform", "jurisdiction", "election").first()
        if account is None:
            raise Http404
        if isinstance(request.auth, ApiKey):
            api_key_use(key=request.auth)
        response = Response(account_document(account))
        patch_cache_control(response, private=True, max_age=60)
        return response


def account_document(account: OfficialAccount) -> dict[str, Any]:
    """As platforms get it; needs platform, jurisdiction and election."""
    return {
        "uri": account.uri,
        "name": account.name,
        "category": account.category,
        "jurisdiction": account.jurisdiction.code,
        "election": account.election.key if account.election else None,
        "source_url": account.source_url,
        "verified_at": account.decided_at,
        "policy": {
            "no_paid_political_advertising": account.no_paid_political_advertising,
            "no_monetisation": account.no_monetisation,
            "verified_badge": account.verified_badge or None,
            "enforcement": "nuanced" if account.is_nuanced else "standard",
        },
    }
