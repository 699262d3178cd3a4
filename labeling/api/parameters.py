"""Parameters that several addresses of the platform API take."""

from __future__ import annotations

from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from electioncenters.languages import LANGUAGE_CODES

LANG = OpenApiParameter("lang", {"type": "string", "enum": list(LANGUAGE_CODES)}, description="English when missing.")


def language_read(request: Request, problems: dict[str, str]) -> str:
    """The language of texts; one that the portal does not have is added to `problems`."""
    language = request.query_params.get("lang") or "en"
    if language not in LANGUAGE_CODES:
        problems["lang"] = f"Must be one of {', '.join(LANGUAGE_CODES)}."
    return language
