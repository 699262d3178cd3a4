"""What partners found, as a feed of ClaimReview that other portals, search engines and researchers read."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any, Final

from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import exceptions
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.views import APIView

from centers.pagecache import Page
from centers.reading import SiteFacts
from centers.views.doors import site_answer
from electioncenters.errors import problem
from electioncenters.openapi import PROBLEM
from factcheck.api.documents import CLAIM_REVIEWS
from factcheck.claimreview import SCALE, claim_review
from factcheck.models import Assessment
from factcheck.slugs import claim_path
from factcheck.views.checks import checks_changed_at

ADDRESS: Final = "/api/v1/factcheck/claimreviews/"
PER_PAGE: Final = 200
_LARGEST_ID: Final = 2**63 - 1


class ClaimReviewsView(APIView):
    """Every standing check of a partner's own, the latest given first."""

    permission_classes = (AllowAny,)

    @extend_schema(
        operation_id="factcheck_claimreviews",
        summary="What fact-checking partners found, as a feed of ClaimReview",
        parameters=[
            OpenApiParameter("country", {"type": "string"}, description="Only claims that spread there, e.g. `fr`."),
            OpenApiParameter(
                "before",
                {"type": "integer", "minimum": 1},
                description="Go on where the last answer ended; its `next` is the address.",
            ),
        ],
        responses={
            200: OpenApiResponse(CLAIM_REVIEWS, f"Up to {PER_PAGE} checks. Carries `ETag` and `Last-Modified`."),
            400: OpenApiResponse(PROBLEM, "`errors` names the parameter that could not be read."),
        },
    )
    def get(self, request: Request) -> HttpResponse:
        """Kept like voters' pages; six queries when it is not."""
        country = request.query_params.get("country", "").lower()
        before = _before(request.query_params.get("before", ""))

        def render(_: HttpRequest, facts: SiteFacts) -> Page:
            if country and country not in {place.code for place in facts.places}:
                raise exceptions.ValidationError({"country": "Must be the code of a place with a centre, such as fr."})
            return _render(country, before)

        answer = site_answer(request._request, render, of=(country, str(before or "")))
        if answer.status_code == HTTPStatus.SERVICE_UNAVAILABLE:
            return problem(503, "unavailable", "Unavailable", "The database does not answer. Try again in a moment.")
        return answer


def _before(written: str) -> int | None:
    if not written:
        return None
    if not written.isascii() or not written.isdecimal() or len(written) > 19 or not 1 <= int(written) <= _LARGEST_ID:  # noqa: PLR2004
        raise exceptions.ValidationError({"before": "Must be a number that an answer gave."})
    return int(written)


def _render(country: str, before: int | None) -> Page:
    shown = Q(ended_at=None, claim__merged_into=None, rating__in=list(SCALE))
    shown &= ~Q(article_url="") | Q(evidence__len__gte=1)
    if country:
        shown &= Q(claim__countries__contains=[country])
    reviews = Assessment.objects.filter(shown).select_related("partner__organisation", "claim", "imported")
    if before is not None:
        reviews = reviews.filter(pk__lt=before)
    # One more than a page tells whether there is another.
    rows = list(reviews.prefetch_related("claim__copies").order_by("-pk")[: PER_PAGE + 1])
    changed = checks_changed_at()
    document: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "DataFeed",
        "name": "Fact-checks",
        "dateModified": changed.isoformat(),
        "dataFeedElement": [_element(one) for one in rows[:PER_PAGE]],
    }
    if len(rows) > PER_PAGE:
        where = f"country={country}&" if country else ""
        document["next"] = f"{settings.PUBLIC_URL}{ADDRESS}?{where}before={rows[PER_PAGE - 1].pk}"
    body = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    return Page(body, "application/json", "en", modified=changed)


def _element(assessment: Assessment) -> dict[str, Any]:
    page = f"{settings.PUBLIC_URL}{claim_path(assessment.claim, 'en')}"
    here = f"{page}#check-{assessment.pk}"
    review = claim_review(
        assessment,
        claim=assessment.claim,
        url=assessment.article_url or here,
        page=here,
        own_words=assessment.word,
    )
    return {"@type": "DataFeedItem", "dateCreated": assessment.given_at.isoformat(), "url": page, "item": [review]}
