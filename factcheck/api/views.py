"""Coverage for everyone; a partner's own record and hours for the partner's systems."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import exceptions
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from centers.api.views import MAX_AGE
from electioncenters.openapi import PROBLEM
from factcheck.api.auth import IsPartner, PartnerKeyAuthentication
from factcheck.api.documents import COVERAGE, HOURS, PARTNER, WEEKDAY_KEYS, coverage_document, partner_document
from factcheck.api.throttle import PartnerThrottle
from factcheck.coverage import board_load
from factcheck.hours import HoursError, Span, spans_parse, time_zone_parse
from factcheck.models import CoverPlan, FactCheckPartner
from factcheck.services.hours_set import hours_set

#: A day's hours are never longer; `factcheck.hours` allows few spans.
_LONGEST: Final = 120
_LONGEST_NOTE: Final = 300
KEY_PROBLEMS: Final = {
    401: OpenApiResponse(PROBLEM, "No key, or one that is unknown or taken back."),
    429: OpenApiResponse(PROBLEM, "More calls than a minute allows; `Retry-After` says when to come again."),
}


class CoverageView(APIView):
    """Who checks facts where."""

    permission_classes = (AllowAny,)

    @extend_schema(
        operation_id="factcheck_coverage",
        summary="Who checks facts for which country, in which language, on weekdays and weekends",
        parameters=[OpenApiParameter("country", {"type": "string"}, description="Only this one, e.g. `fr`.")],
        responses={200: OpenApiResponse(COVERAGE, "Today's board.")},
    )
    def get(self, request: Request) -> Response:
        """Five queries."""
        board = board_load(timezone.now().date())
        country = request.query_params.get("country", "").lower()
        states = [one for one in board.states if country in ("", one.place.code)]
        if not states and country:
            raise exceptions.ValidationError({"country": "Must be the code of a member state, such as fr."})
        return Response(coverage_document(board, states))

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Anyone may keep what was found."""
        response: HttpResponse = super().dispatch(request, *args, **kwargs)  # type: ignore[assignment]  # DRF's are
        if response.status_code == HTTPStatus.OK:
            patch_cache_control(response, public=True, max_age=MAX_AGE)
        return response


class OwnPartner(APIView):
    """What a partner's key opens."""

    authentication_classes = (PartnerKeyAuthentication,)
    permission_classes = (IsPartner,)
    throttle_classes = (PartnerThrottle,)

    @property
    def partner(self) -> FactCheckPartner:
        """Who is calling; the permission has made sure of it."""
        partner: object = self.request.user
        if not isinstance(partner, FactCheckPartner):
            raise exceptions.NotAuthenticated
        return partner

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Nobody between the partner and the portal keeps an answer."""
        response: HttpResponse = super().dispatch(request, *args, **kwargs)  # type: ignore[assignment]  # DRF's are
        patch_cache_control(response, private=True, no_store=True)
        return response


class PartnerView(OwnPartner):
    """The partner whose key it is."""

    @extend_schema(
        operation_id="factcheck_partner",
        summary="Your own record: what the portal knows of you",
        responses={200: OpenApiResponse(PARTNER, "Your record."), **KEY_PROBLEMS},
    )
    def get(self, request: Request) -> Response:
        """Three queries beside the key's."""
        return _answer(self.partner)


class PartnerHoursView(OwnPartner):
    """The partner's hours."""

    @extend_schema(
        operation_id="factcheck_partner_hours",
        summary="Tell on which days and hours you work, from today on",
        request={"application/json": HOURS},
        responses={
            200: OpenApiResponse(PARTNER, "Your record as it is now. The same hours twice change nothing."),
            400: OpenApiResponse(PROBLEM, "`errors` names the days whose hours could not be read. Nothing changed."),
            **KEY_PROBLEMS,
        },
    )
    def put(self, request: Request) -> Response:
        """All seven days: one that is left out is a mistake, and not a free day."""
        partner = self.partner
        time_zone, week, note = _read(request.data)
        hours_set(partner=partner, by=None, time_zone=time_zone, week=week, note=note)
        return _answer(partner)


def _answer(partner: FactCheckPartner) -> Response:
    plan = CoverPlan.objects.filter(partner=partner, until=None).prefetch_related("hours").first()
    return Response(partner_document(partner, plan))


def _read(data: Any) -> tuple[str, dict[int, tuple[Span, ...]], str]:
    """Time zone, week and note, or a `ValidationError` that names everything that is wrong."""
    if not isinstance(data, dict):
        raise exceptions.ValidationError({"": "Must be an object with time_zone and the seven days."})
    known = {"time_zone", "note", *WEEKDAY_KEYS}
    problems = {str(name)[:80]: "There is no such field." for name in data if name not in known}
    time_zone, note = data.get("time_zone"), data.get("note", "")
    try:
        time_zone_parse(time_zone if isinstance(time_zone, str) else "")
    except HoursError as error:
        problems["time_zone"] = str(error)
    if not isinstance(note, str) or len(note) > _LONGEST_NOTE or "\0" in note:
        problems["note"] = f"Must be a text of at most {_LONGEST_NOTE} characters."
    week: dict[int, tuple[Span, ...]] = {}
    for day, key in enumerate(WEEKDAY_KEYS):
        written = data.get(key)
        try:
            if not isinstance(written, str) or len(written) > _LONGEST:
                raise HoursError("Must be a text; empty when nobody works.")
            week[day] = spans_parse(written)
        except HoursError as error:
            problems[key] = str(error)
    if problems:
        raise exceptions.ValidationError(problems)
    return str(time_zone), week, str(note)
