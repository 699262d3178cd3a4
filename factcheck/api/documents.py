"""What the API says of partners and coverage, as plain data and as JSON Schema."""

from __future__ import annotations

from typing import Any, Final

from factcheck.coverage import Board, Cell, StateRows
from factcheck.hours import Span, spans_written
from factcheck.models import CoverPlan, FactCheckPartner

WEEKDAY_KEYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

_SPANS: Final[dict[str, Any]] = {
    "type": "string",
    "description": "Spans of hours, such as `09:00-18:00, 20:00-24:00`; empty when nobody works.",
}
HOURS: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["time_zone", *WEEKDAY_KEYS],
    "properties": {
        "time_zone": {"type": "string", "examples": ["Europe/Dublin"]},
        **dict.fromkeys(WEEKDAY_KEYS, _SPANS),
        "note": {"type": "string", "maxLength": 300, "description": "Where the hours come from, for the history."},
    },
    "additionalProperties": False,
}
PARTNER: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["id", "name", "url", "countries", "languages", "networks", "contact_url", "contact_email", "hours"],
    "properties": {
        "id": {"type": "string"},
        "name": {"type": "string"},
        "url": {"type": "string"},
        "countries": {"type": "array", "items": {"type": "string"}},
        "languages": {"type": "array", "items": {"type": "string"}},
        "networks": {"type": "array", "items": {"type": "string"}},
        "contact_url": {"type": "string"},
        "contact_email": {"type": "string", "description": "Empty when none is known."},
        "hours": {
            "description": "`null` when nobody told any: that is unknown, and not that nobody works.",
            "oneOf": [{**HOURS, "required": [*HOURS["required"], "since"]}, {"type": "null"}],
        },
    },
}
_STATE: Final[dict[str, Any]] = {
    "type": "string",
    "enum": ["all", "some", "unknown", "none"],
    "description": "On all of these days, on some of them, hours unknown, nobody.",
}
COVERAGE: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["day", "countries", "partners"],
    "properties": {
        "day": {"type": "string", "format": "date"},
        "countries": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "country": {"type": "string"},
                    "language": {"type": "string"},
                    "days": {"type": "string", "enum": ["weekday", "weekend"]},
                    "state": _STATE,
                    "since": {"type": ["string", "null"], "format": "date"},
                    "partners": {"type": "array", "items": {"type": "string"}},
                    "nearest": {"type": "array", "items": {"type": "string"}},
                },
            },
        },
        "partners": {"type": "array", "items": PARTNER},
    },
}


def partner_document(partner: FactCheckPartner, plan: CoverPlan | None) -> dict[str, Any]:
    """One partner with the hours that hold."""
    return {
        "id": partner.organisation.key,
        "name": partner.organisation.name,
        "url": partner.organisation.url,
        "countries": partner.countries,
        "languages": partner.languages,
        "networks": partner.networks,
        "contact_url": partner.contact,
        "contact_email": partner.contact_email,
        "hours": hours_document(plan) if plan else None,
    }


def hours_document(plan: CoverPlan) -> dict[str, Any]:
    """A plan as it can be sent back."""
    by_day = {day: [Span(one.opens, one.closes) for one in plan.hours.all() if one.weekday == day] for day in range(7)}
    days = {key: spans_written(by_day[day]) for day, key in enumerate(WEEKDAY_KEYS)}
    return {"since": plan.since.isoformat(), "time_zone": plan.time_zone, **days}


def coverage_document(board: Board, states: list[StateRows]) -> dict[str, Any]:
    """The board as rows, and every partner named in them once."""
    cells = [(one, row.language, cell) for one in states for row in one.rows for cell in row.cells]
    named = {
        covering.partner.pk: covering.partner
        for _, _, cell in cells
        for covering in (*cell.covering, *cell.nearest)
    }  # fmt: skip
    return {
        "day": board.day.isoformat(),
        "countries": [_cell(one.place.code, language, cell) for one, language, cell in cells],
        "partners": [partner_document(partner, board.plans.get(partner.pk)) for partner in named.values()],
    }


def _cell(country: str, language: str, cell: Cell) -> dict[str, Any]:
    return {
        "country": country,
        "language": language,
        "days": cell.days.value,
        "state": cell.state.value,
        "since": cell.since.isoformat() if cell.since else None,
        "partners": [one.partner.organisation.key for one in cell.covering],
        "nearest": [one.partner.organisation.key for one in cell.nearest],
    }


_TEXT: Final[dict[str, Any]] = {"type": "string"}
_NUMBER: Final[dict[str, Any]] = {"type": "integer"}
CLAIM_REVIEW: Final[dict[str, Any]] = {
    "type": "object",
    "description": "schema.org/ClaimReview; `url` is the partner's article, or the claim's page where there is none.",
    "required": [
        "@context", "@type", "@id", "url", "inLanguage", "datePublished", "claimReviewed", "author", "reviewRating",
        "itemReviewed",
    ],
    "properties": {
        **dict.fromkeys(("@context", "@type", "@id", "url", "inLanguage", "claimReviewed", "sameAs"), _TEXT),
        "datePublished": {"type": "string", "format": "date"},
        "author": {"type": "object", "properties": {"@type": _TEXT, "name": _TEXT, "url": _TEXT}},
        "reviewRating": {
            "type": "object",
            "properties": {
                "@type": _TEXT,
                **dict.fromkeys(("ratingValue", "worstRating", "bestRating"), _NUMBER),
                "alternateName": _TEXT,
                "ratingExplanation": _TEXT,
            },
        },
        "itemReviewed": {
            "type": "object",
            "properties": {"appearance": {"type": "array", "items": {"type": "object"}}},
        },
        "citation": {"type": "array", "items": _TEXT},
    },
}  # fmt: skip
CLAIM_REVIEWS: Final[dict[str, Any]] = {
    "type": "object",
    "description": "schema.org/DataFeed.",
    "required": ["@context", "@type", "name", "dateModified", "dataFeedElement"],
    "properties": {
        **dict.fromkeys(("@context", "@type", "name"), _TEXT),
        "dateModified": {"type": "string", "format": "date-time"},
        "next": {**_TEXT, "description": "Where it goes on; not there at the end."},
        "dataFeedElement": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    **dict.fromkeys(("@type", "url"), _TEXT),
                    "dateCreated": {"type": "string", "format": "date-time"},
                    "item": {"type": "array", "items": CLAIM_REVIEW},
                },
            },
        },
    },
}
