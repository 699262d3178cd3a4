"""Campaigns of a centre with their videos, and how often they were watched, for everyone."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from django.conf import settings
from django.db.models import BooleanField, Case, Value, When
from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from centers.api import parameters
from centers.api.views import OfCenter
from centers.literacy.providers import PROVIDERS
from centers.literacy.totals import Totals, totals_of
from centers.local_text import LocalText, local_text
from centers.models import Campaign, LiteracyVideo
from centers.reading import campaigns_load
from centers.views.learn import learn_path
from electioncenters.languages import LANGUAGE_CODES

_TEXT: Final[dict[str, Any]] = {"$ref": "#/components/schemas/LocalText"}
_NULLABLE_TEXT: Final[dict[str, Any]] = {"oneOf": [_TEXT, {"type": "null"}]}
_DAY: Final[dict[str, Any]] = {"type": ["string", "null"], "format": "date"}
_COUNT: Final[dict[str, Any]] = {"type": "integer", "minimum": 0}


def _object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": list(properties), "properties": properties}


CAMPAIGNS: Final = _object(
    campaigns={
        "type": "array",
        "items": _object(
            key={"type": "string", "description": "As figures name it, and addresses."},
            is_sample={"type": "boolean", "description": "Invented; never true in production."},
            title=_NULLABLE_TEXT,
            description=_NULLABLE_TEXT,
            partner={"type": "string"},
            countries={"type": "array", "items": {"type": "string"}},
            languages={"type": "array", "items": {"type": "string"}},
            starts_on=_DAY,
            ends_on=_DAY,
            source_name={"type": "string", "description": "Who reports the campaign; empty for a sample."},
            source_url={"type": "string", "description": "Empty where no address is known."},
            page={"type": "string", "format": "uri"},
            started_here=_object(
                count={**_COUNT, "description": "How often its videos were begun here. Beginnings, not people."},
                until={"type": "string", "format": "date", "description": "Last day that is counted (UTC)."},
            ),
            reported={
                "type": "array",
                "description": "What others report, one entry for each source. Never added to what is counted here.",
                "items": _object(
                    source_name={"type": "string"},
                    source_url={"type": "string"},
                    first_day={"type": "string", "format": "date"},
                    last_day={"type": "string", "format": "date"},
                    views=_COUNT,
                ),
            },
            videos={
                "type": "array",
                "items": _object(
                    key={"type": "string"},
                    title=_NULLABLE_TEXT,
                    language={"type": "string"},
                    duration={**_COUNT, "description": "Seconds."},
                    shown_in={"type": "string", "enum": ["always", "before", "during", "after"]},
                    provider={"type": ["string", "null"], "description": "Where it is, if it is not here."},
                    captions={"type": "array", "items": {"type": "string"}, "description": "Languages."},
                    page={"type": "string", "format": "uri"},
                    started_here=_COUNT,
                ),
            },
        ),
    }
)


class CenterCampaigns(OfCenter):
    """A centre's media-literacy campaigns."""

    @extend_schema(
        operation_id="centers_campaigns",
        tags=["centers"],
        summary="List a centre's media-literacy campaigns",
        description=(
            "With their videos and figures. What this portal counted and what others report are kept apart: they count "
            "differently, and the same view may be in both."
        ),
        parameters=[parameters.LANG],
        responses={200: OpenApiResponse(CAMPAIGNS, "The campaigns; real ones first.")},
    )
    def get(self, request: Request, code: str) -> Response:
        """Six queries for any number of campaigns."""
        language = parameters.language_of(request)
        center = self.center()
        campaigns = list(campaigns_load(center.jurisdiction))
        totals = totals_of(campaigns, timezone.now().date())
        captions = _captions(campaigns)
        reader = _Reader(language, center.jurisdiction.languages, learn_path(center.jurisdiction.code, language))
        documents = [_campaign(one, totals[one.pk], captions, reader) for one in campaigns]
        return Response({"campaigns": documents})


def _captions(campaigns: list[Campaign]) -> dict[int, list[str]]:
    """By the video's id, the languages it has captions in; without the captions themselves, which are long."""
    found: dict[int, list[str]] = {}
    columns = [f"captions_{code}" for code in LANGUAGE_CODES]
    missing = {f"has_{code}": _is_there(column) for code, column in zip(LANGUAGE_CODES, columns, strict=True)}
    rows = LiteracyVideo.objects.filter(campaign__in=campaigns).order_by().annotate(**missing)
    for row in rows.values("pk", *missing):
        found[row["pk"]] = [code for code in LANGUAGE_CODES if row[f"has_{code}"]]
    return found


def _is_there(column: str) -> Any:
    return Case(When(**{f"{column}__gt": ""}, then=Value(True)), default=Value(False), output_field=BooleanField())


class _Reader(NamedTuple):
    """For whom texts are, in the centre of which languages, and where its pages of media literacy begin."""

    language: str
    own: list[str]
    path: str

    def text(self, record: Campaign | LiteracyVideo, field: str, *first: str) -> dict[str, Any] | None:
        """A text with the language it is in."""
        return _text(local_text(record, field, self.language, [*first, *self.own]))


def _campaign(campaign: Campaign, totals: Totals, captions: dict[int, list[str]], reader: _Reader) -> dict[str, Any]:
    page = f"{settings.PUBLIC_URL}{reader.path}{campaign.slug}/"
    return {
        "key": campaign.slug,
        "is_sample": campaign.is_sample,
        "title": reader.text(campaign, "title"),
        "description": reader.text(campaign, "description"),
        "partner": campaign.partner_name,
        "countries": campaign.countries,
        "languages": campaign.languages,
        "starts_on": campaign.starts_on,
        "ends_on": campaign.ends_on,
        "source_name": campaign.source_name,
        "source_url": campaign.source_url,
        "page": page,
        "started_here": {"count": totals.starts, "until": totals.until},
        "reported": [
            {
                "source_name": one.source_name, "source_url": one.source_url, "first_day": one.first_day,
                "last_day": one.last_day, "views": one.views,
            }
            for one in totals.reported
        ],
        "videos": [
            {
                "key": video.slug,
                "title": reader.text(video, "title", video.language),
                "language": video.language,
                "duration": video.duration,
                "shown_in": video.shown_in,
                "provider": PROVIDERS[video.provider].label if video.provider else None,
                "captions": captions.get(video.pk, []),
                "page": f"{page}{video.slug}/",
                "started_here": totals.by_video.get(video.pk, 0),
            }
            for video in campaign.videos.all()
        ],
    }  # fmt: skip


def _text(found: LocalText) -> dict[str, Any] | None:
    if not found:
        return None
    return {
        "text": found.text,
        "language": found.language,
        "fallback": found.is_elsewhere,
        "machine_drafted": found.is_machine,
        "outdated": found.is_outdated,
    }
