"""Query parameters of the reading API, checked at the edge."""

from __future__ import annotations

import datetime as dt
import re

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from centers.models import ElectionStatus
from electioncenters.languages import LANGUAGE_CODES

CENTER_CODE = re.compile(r"[a-z0-9-]{2,20}")

LANG = OpenApiParameter(
    "lang",
    OpenApiTypes.STR,
    enum=LANGUAGE_CODES,
    description="Language of the texts; a text that does not exist in it comes in another and says which.",
)
STATUS = OpenApiParameter("status", OpenApiTypes.STR, enum=ElectionStatus.values, description="Only this status.")
CENTER = OpenApiParameter("center", OpenApiTypes.STR, description="Only elections of this centre's place, e.g. `fr`.")
FROM = OpenApiParameter("from", OpenApiTypes.DATE, description="Only elections that may take place on or after it.")
TO = OpenApiParameter("to", OpenApiTypes.DATE, description="Only elections that may take place on or before it.")


def language_of(request: Request) -> str:
    """The requested language, English when none is named. Raises `ValidationError` for one we do not speak."""
    language = request.query_params.get("lang") or "en"
    if language not in LANGUAGE_CODES:
        raise ValidationError({"lang": f"must be one of {', '.join(LANGUAGE_CODES)}"})
    return language


def center_of(request: Request) -> str | None:
    """A centre's code, if any. Raises `ValidationError` for what can be none."""
    value = request.query_params.get("center")
    if value and not CENTER_CODE.fullmatch(value):
        raise ValidationError({"center": "must be a centre's code such as fr"})
    return value or None


def day_of(request: Request, name: str) -> dt.date | None:
    """A day given as YYYY-MM-DD, if any. Raises `ValidationError` for anything else."""
    value = request.query_params.get(name)
    if not value:
        return None
    try:
        return dt.date.fromisoformat(value)
    except ValueError:
        raise ValidationError({name: "must be a date such as 2029-06-10"}) from None


def status_of(request: Request) -> str | None:
    """An election status, if any. Raises `ValidationError` for an unknown one."""
    value = request.query_params.get("status")
    if value and value not in ElectionStatus.values:
        raise ValidationError({"status": f"must be one of {', '.join(ElectionStatus.values)}"})
    return value or None
