"""`POST /api/v1/reports/`: platforms pass on what their users report."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Any, Final
from uuid import UUID

import msgspec
from django.conf import settings
from django.http import Http404, HttpResponse
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response

from centers.models import Jurisdiction
from electioncenters.errors import problem
from electioncenters.languages import LANGUAGE_NAMES
from labeling.api.content import Busy, PlatformView, TooLarge, Unreadable
from labeling.api.schema import PROBLEM, REPORT, REPORT_STATE
from labeling.links import absolute
from labeling.models import ApiKey, Platform, Report, ReportKind
from labeling.outside.forms import MOST_BYTES, MOST_WORDS, words_cleaned
from labeling.outside.links import is_plain
from labeling.outside.tokens import status_token
from labeling.services.api_key import api_key_use
from labeling.services.intake_limits import BusyError
from labeling.services.report_accept import ReportDraft, TooManyError, report_accept
from labeling.uris import uri_parts

_LONGEST_NAME: Final = 100
_MINUTE: Final = 60


class _Body(msgspec.Struct, forbid_unknown_fields=True):
    uri: str
    kind: str
    said: str = ""
    reporter: str = ""
    language: str = "en"
    jurisdiction: str = ""


class ReportsView(PlatformView):
    """Pass on a report."""

    @extend_schema(
        operation_id="reports_pass_on",
        tags=["reports"],
        summary="Pass on a report",
        description=(
            "What a user of the platform reports about content of the platform. Many reports on one item are one task "
            "for the moderators, with a count. Content that was not handed in is taken, too: hand it in with "
            "`POST content/` or the report is closed after some days. A repeated call is one report: with the same "
            "`Idempotency-Key`, or without one by the same `reporter` with the same `kind` about the same `uri`. "
            "`status_url` is a private page for whoever reported; hand it to nobody else."
        ),
        parameters=[
            OpenApiParameter(
                "Idempotency-Key",
                {"type": "string", "maxLength": 200},
                OpenApiParameter.HEADER,
                description="The platform's own name for this report.",
            )
        ],
        request={"application/json": REPORT},
        responses={
            200: OpenApiResponse(REPORT_STATE, "This was reported before; how it stands."),
            201: OpenApiResponse(REPORT_STATE, "Taken."),
            400: OpenApiResponse(PROBLEM, "A field is missing or not valid; `errors` names each."),
            401: OpenApiResponse(PROBLEM, "No key, or one that is unknown or revoked."),
            409: OpenApiResponse(PROBLEM, "`idempotency-key-reused`: the key belongs to another report."),
            413: OpenApiResponse(PROBLEM, "More bytes than a report can have."),
            415: OpenApiResponse(PROBLEM, "Not JSON."),
            429: OpenApiResponse(PROBLEM, "`quota`: more reports than a minute allows. Nothing was taken."),
        },
        examples=[
            OpenApiExample(
                "A report",
                request_only=True,
                value={"uri": "clips:7312", "kind": "voting-information", "said": "Names a wrong polling day."},
            )
        ],
    )
    def post(self, request: Request) -> Response | HttpResponse:
        """Read, store once, answer."""
        draft = _draft(request, self.platform)
        if (known := _known(draft)) is None:
            _quota_check(self.platform)
        elif (known.uri, known.kind) != (draft.uri, draft.kind):
            detail = "This Idempotency-Key was used for a report about something else."
            return problem(409, "idempotency-key-reused", "Conflict", detail)
        try:
            report, is_new = report_accept(draft)
        except TooManyError as error:
            detail = "Too many reports wait about content that was not handed in. Hand the content in first."
            raise Busy("backlog", detail, BusyError(600)) from error
        if isinstance(request.auth, ApiKey):
            api_key_use(key=request.auth)
        headers = {"Location": f"{request.path}{report.public_id}/", "Cache-Control": "private, no-store"}
        return Response(report_document(report), status=201 if is_new else 200, headers=headers)


class ReportView(PlatformView):
    """How one stands."""

    @extend_schema(
        operation_id="reports_state",
        tags=["reports"],
        summary="How a report stands",
        responses={200: REPORT_STATE, 401: PROBLEM, 404: PROBLEM},
    )
    def get(self, request: Request, report: UUID) -> Response:
        """One that this platform passed on."""
        found = Report.objects.filter(platform=self.platform, public_id=report).select_related("decision__policy")
        if (one := found.first()) is None:
            raise Http404
        return Response(report_document(one), headers={"Cache-Control": "private, no-store"})


def report_document(report: Report) -> dict[str, Any]:
    """As platforms get it."""
    decision = report.decision
    return {
        "id": str(report.public_id),
        "uri": report.uri,
        "kind": report.kind,
        "outcome": report.outcome or None,
        "policy": f"{decision.policy.key}/{decision.policy.version}" if decision else None,
        "reason": decision.reason if decision and report.outcome != "closed" else None,
        "received_at": report.received_at,
        "answer_by": report.due_at,
        "ended_at": report.ended_at,
        "status_url": absolute(f"/{report.language}/status/{status_token(report.public_id)}/"),
    }


def _draft(request: Request, platform: Platform) -> ReportDraft:
    """The body, checked; raises what the answer will be."""
    body = _body(request)
    problems: dict[str, str] = {}
    parts = uri_parts(body.uri)
    if parts is None or parts[0] != platform.key:
        problems["uri"] = f"Must be {platform.key}:ID, of your own content."
    if body.kind not in ReportKind.values:
        problems["kind"] = f"Must be one of {', '.join(ReportKind.values)}."
    said = words_cleaned(body.said)
    if len(said) > MOST_WORDS:
        problems["said"] = f"Must have at most {MOST_WORDS} characters."
    if len(body.reporter) > _LONGEST_NAME or not is_plain(body.reporter):
        problems["reporter"] = f"Must be a pseudonym of at most {_LONGEST_NAME} visible characters."
    if body.language not in LANGUAGE_NAMES:
        problems["language"] = f"Must be one of {', '.join(sorted(LANGUAGE_NAMES))}."
    place = Jurisdiction.objects.filter(code=body.jurisdiction).first() if is_plain(body.jurisdiction) else None
    if body.jurisdiction and place is None:
        problems["jurisdiction"] = "Must be the code of a place with an Election Centre, such as fr."
    if problems:
        raise exceptions.ValidationError(problems)
    return ReportDraft(
        uri=body.uri,
        kind=ReportKind(body.kind),
        language=body.language,
        said=said,
        place=place,
        platform=platform,
        reporter=body.reporter,
        repeat_key=_repeat_key(request, body),
    )


def _body(request: Request) -> _Body:
    if (request.content_type or "").partition(";")[0].strip().lower() != "application/json":
        raise Unreadable("Send application/json.")
    if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_BYTES:
        raise TooLarge(f"A report may hold at most {MOST_BYTES} bytes.")
    try:
        return msgspec.json.decode(request.body, type=_Body)
    except msgspec.ValidationError as error:
        field = str(error).rpartition("$.")[2].strip("`") if "$." in str(error) else "body"
        raise exceptions.ValidationError({field: str(error)}) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise exceptions.ParseError(f"The body is no JSON: {error}", "malformed") from error


def _repeat_key(request: Request, body: _Body) -> str | None:
    key = request.headers.get("Idempotency-Key", "")
    if len(key) > 2 * _LONGEST_NAME:
        raise exceptions.ValidationError({"Idempotency-Key": "Must have at most 200 characters."})
    if key:
        return hashlib.sha256(f"key\x1f{key}".encode()).hexdigest()
    if body.reporter:
        return hashlib.sha256(f"said\x1f{body.reporter}\x1f{body.uri}\x1f{body.kind}".encode()).hexdigest()
    return None


def _known(draft: ReportDraft) -> Report | None:
    if not draft.repeat_key:
        return None
    return Report.objects.filter(platform=draft.platform, repeat_key=draft.repeat_key).first()


def _quota_check(platform: Platform) -> None:
    since = timezone.now() - dt.timedelta(seconds=_MINUTE)
    if Report.objects.filter(platform=platform, received_at__gt=since).count() >= settings.REPORTS_PER_MINUTE:
        detail = f"{settings.REPORTS_PER_MINUTE} reports a minute are taken. Send the same request again later."
        raise Busy("quota", detail, BusyError(_MINUTE))
