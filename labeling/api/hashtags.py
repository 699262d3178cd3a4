"""`GET /api/v1/hashtags/{tag}/`: what viewers of an election hashtag are reminded of."""

from __future__ import annotations

import datetime as dt
import re
from http import HTTPStatus
from typing import Any, Final

import msgspec
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import exceptions, status
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.views import APIView

from electioncenters.languages import LANGUAGE_CODES
from labeling.api.auth import ApiKeyAuthentication
from labeling.api.schema import PROBLEM, REMINDER
from labeling.links import absolute, center_path
from labeling.matching.alone import Unmeant
from labeling.reminders import NoReminderError, Shown, Viewer, reminder_find
from labeling.services.matcher import NoRulesetError, matcher_live
from labeling.text import NotATagError, tag_named
from labeling.texts import center_link_text

#: Seconds an answer may be reused, "no reminder" included: most hashtags have none, and platforms ask for all.
MAX_AGE: Final = 60
STALE: Final = 600

_COUNTRY: Final = re.compile(r"[a-z]{2}(-[a-z0-9]{1,10})?")
_DETAILS: Final = {
    Unmeant.UNKNOWN: ("no_election_hashtag", "This is no hashtag of an election here."),
    Unmeant.AMBIGUOUS: (
        "ambiguous_hashtag",
        "This hashtag also means other things: only some viewers are reminded, by their lang and country.",
    ),
    Unmeant.OUT_OF_PERIOD: ("out_of_period", "This hashtag is of an election that is over, or too far ahead."),
}


class NoReminder(exceptions.NotFound):
    """The hashtag has no reminder for this viewer; answers of this kind are cacheable, too."""

    def __init__(self, reason: Unmeant) -> None:
        code, detail = _DETAILS[reason]
        super().__init__(detail, code)


class NoRules(exceptions.APIException):
    """No set of rules is live."""

    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_code = "no_rules"
    default_detail = "No rules are live yet. Ask again later."
    wait = 59.5


class HashtagView(APIView):
    """Reminders are public: a key is not needed, but one that opens nothing is refused rather than ignored."""

    authentication_classes = [ApiKeyAuthentication]
    permission_classes = [AllowAny]

    @extend_schema(
        operation_id="hashtags_reminder",
        tags=["hashtags"],
        summary="Read a hashtag's reminder",
        description=(
            "What viewers of an election hashtag should be reminded of, in `lang`, with a link to an Election Centre: "
            "for tags of European elections that of the viewer's country, else that of the election's place. A tag "
            "that also means other things has a reminder only for viewers whose `lang` and `country` speak for the "
            "election. Compared without regard to case and accents; readable without a key, cacheable by anyone."
        ),
        parameters=[
            OpenApiParameter(
                "tag",
                {"type": "string", "minLength": 1, "maxLength": 301},
                OpenApiParameter.PATH,
                description="With or without its `#`, percent-encoded UTF-8.",
            ),
            OpenApiParameter(
                "lang",
                {"type": "string", "enum": list(LANGUAGE_CODES)},
                description="The viewer's language. English when missing, and then it says nothing of the viewer.",
            ),
            OpenApiParameter("country", {"type": "string"}, description="Where the viewer is, e.g. `fr`."),
        ],
        responses={
            200: OpenApiResponse(REMINDER, "The reminder."),
            400: OpenApiResponse(PROBLEM, "A parameter is not valid, or the tag can be none; `errors` names it."),
            401: OpenApiResponse(PROBLEM, "A key was sent that is unknown or revoked."),
            404: OpenApiResponse(
                PROBLEM,
                "No reminder for this viewer. `type` ends in `no-election-hashtag`, `ambiguous-hashtag` or "
                "`out-of-period`.",
            ),
            503: OpenApiResponse(PROBLEM, "No rules are live yet."),
        },
    )
    def get(self, request: Request, tag: str) -> HttpResponse:
        """Three queries at most, beside what a process reads of places every half minute."""
        named, viewer = _read(request, tag)
        now = timezone.now()
        try:
            shown = reminder_find(named, viewer=viewer, matcher=matcher_live(), now=now)
        except NoReminderError as error:
            raise NoReminder(error.reason) from error
        except NoRulesetError as error:
            raise NoRules from error
        response = HttpResponse(msgspec.json.encode(_document(shown, viewer)), content_type="application/json")
        _make_cacheable(response, shown.until, now)
        return response

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Makes "no reminder" cacheable, too."""
        response: HttpResponse = super().dispatch(request, *args, **kwargs)  # type: ignore[assignment]  # DRF's are
        if response.status_code == HTTPStatus.NOT_FOUND:
            _make_cacheable(response, None, timezone.now())
        return response


def _make_cacheable(response: HttpResponse, until: dt.datetime | None, now: dt.datetime) -> None:
    """For `MAX_AGE`, and not beyond the moment at which the answer may change."""
    left = MAX_AGE if until is None else int((until - now).total_seconds())
    stale = STALE if left >= MAX_AGE else 0
    patch_cache_control(response, public=True, max_age=min(MAX_AGE, left), stale_while_revalidate=stale)


def _read(request: Request, tag: str) -> tuple[str, Viewer]:
    """The hashtag and its viewer, or a `ValidationError` that names everything that is wrong."""
    problems: dict[str, str] = {}
    named = ""
    try:
        named = tag_named(tag)
    except NotATagError as error:
        problems["tag"] = f"The hashtag {error}."
    language = request.query_params.get("lang") or None
    if language is not None and language not in LANGUAGE_CODES:
        problems["lang"] = f"Must be one of {', '.join(LANGUAGE_CODES)}."
    country = (request.query_params.get("country") or "").lower()
    if country and not _COUNTRY.fullmatch(country):
        problems["country"] = "Must be a country's two-letter code such as fr."
    if problems:
        raise exceptions.ValidationError(problems)
    return named, Viewer(reads=language or "en", speaks=language, country=country or None)


def _document(shown: Shown, viewer: Viewer) -> dict[str, Any]:
    return {
        "tag": shown.tag,
        "lang": viewer.reads,
        "country": viewer.country,
        "text": shown.text,
        "points": shown.points,
        "text_lang": shown.language,
        "machine_drafted": shown.is_machine,
        "link": absolute(center_path(shown.center, viewer.reads)),
        "link_text": center_link_text(viewer.reads),
        "jurisdiction": shown.jurisdiction,
        "election": shown.election,
        "valid_until": shown.until,
    }
