"""What the API says of claims, as plain data and as JSON Schema."""

from __future__ import annotations

from typing import Any, Final

from django.db.models import Prefetch, QuerySet

from factcheck.api.bodies import LONGEST_NAME, LONGEST_TEXT, MOST_EVIDENCE
from factcheck.models import (
    Assessment,
    Claim,
    ClaimOffer,
    FactCheckPartner,
    HeldAssessment,
    Origin,
    Rating,
    Step,
    Urgency,
)

_ADDRESS: Final[dict[str, Any]] = {"type": "string", "format": "uri", "maxLength": LONGEST_TEXT}
_TIME: Final[dict[str, Any]] = {"type": "string", "format": "date-time"}
_OWN: Final = "In your own rating words; empty where it was given on the portal's scale."
ASSESSMENT: Final[dict[str, Any]] = {
    "type": "object",
    "required": [
        "id",
        "partner",
        "rating",
        "own_rating",
        "explanation",
        "language",
        "article_url",
        "evidence",
        "given_at",
    ],
    "properties": {
        "id": {"type": "integer"},
        "partner": {"type": "string", "description": "The id of the fact-checker whose finding it is."},
        "rating": {"type": "string", "enum": Rating.values},
        "own_rating": {"type": "string", "description": _OWN},
        "explanation": {"type": "string"},
        "language": {"type": "string"},
        "article_url": {"type": "string"},
        "evidence": {"type": "array", "items": {"type": "string"}},
        "given_at": _TIME,
    },
}
HELD: Final[dict[str, Any]] = {
    "type": "object",
    "description": "What you found, in a word nobody has mapped to the portal's scale: it counts as nothing until "
    "somebody of your desk or an operator does.",
    "required": ["own_rating", "explanation", "language", "article_url", "evidence", "received_at"],
    "properties": {
        "own_rating": {"type": "string"},
        "explanation": {"type": "string"},
        "language": {"type": "string"},
        "article_url": {"type": "string"},
        "evidence": {"type": "array", "items": {"type": "string"}},
        "received_at": _TIME,
    },
}
OFFER: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["step", "note", "offered_at", "answer_by", "accepted_at"],
    "properties": {
        "step": {
            "type": "string",
            "enum": [step.value for step in Step if step != Step.OPERATORS],
            "description": "Why it came to you: first choice, next in line, everybody was asked, handed over.",
        },
        "note": {"type": "string", "description": "What whoever handed it over said."},
        "offered_at": _TIME,
        "answer_by": {
            **_TIME,
            "description": "Take it until then; once it is taken, say what you found until then.",
        },
        "accepted_at": {"oneOf": [_TIME, {"type": "null"}]},
    },
}
CLAIM: Final[dict[str, Any]] = {
    "type": "object",
    "required": [
        "id", "text", "language", "countries", "seen_at", "origin", "urgency", "opened_at", "due_at", "is_waiting",
        "copy_of", "offer", "assessment", "held", "others",
    ],
    "properties": {
        "id": {"type": "string", "format": "uuid"},
        "text": {"type": "string", "description": "In the words in which it spreads."},
        "language": {"type": "string"},
        "countries": {"type": "array", "items": {"type": "string"}},
        "seen_at": {"type": "string", "description": "Where it was seen; empty when nobody said."},
        "origin": {"type": "string", "enum": Origin.values},
        "urgency": {"type": "string", "enum": Urgency.values},
        "opened_at": _TIME,
        "due_at": _TIME,
        "is_waiting": {"type": "boolean", "description": "Nobody has found anything of it that stands."},
        "copy_of": {
            "type": ["string", "null"],
            "description": "The claim that this one is a copy of: assess that one.",
        },
        "offer": {"description": "Whether it lies with you.", "oneOf": [OFFER, {"type": "null"}]},
        "assessment": {"description": "Yours that stands.", "oneOf": [ASSESSMENT, {"type": "null"}]},
        "held": {"description": "Yours that is held.", "oneOf": [HELD, {"type": "null"}]},
        "others": {"type": "array", "items": ASSESSMENT, "description": "Of others that stand; nothing is averaged."},
    },
}  # fmt: skip
CLAIMS: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["count", "next", "previous", "results"],
    "properties": {
        "count": {"type": "integer"},
        "next": {"type": ["string", "null"]},
        "previous": {"type": ["string", "null"]},
        "results": {"type": "array", "items": CLAIM},
    },
}
_EVIDENCE: Final[dict[str, Any]] = {"type": "array", "items": _ADDRESS, "maxItems": MOST_EVIDENCE}
ASSESSMENT_SENT: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["explanation", "language"],
    "properties": {
        "rating": {"type": "string", "enum": Rating.values, "description": "On the portal's scale."},
        "own_rating": {
            "type": "string",
            "maxLength": 120,
            "description": "Instead of `rating`: in your own words. A word that was mapped for you is read so; another "
            "one is held, and never guessed.",
        },
        "explanation": {"type": "string", "minLength": 1, "maxLength": LONGEST_TEXT},
        "language": {"type": "string", "description": "Of the explanation."},
        "article_url": {**_ADDRESS, "description": "Your article, or empty."},
        "evidence": {
            **_EVIDENCE,
            "description": "Addresses anybody can look up. It or an article is needed, but for `unverifiable` and "
            "`not_checkable`.",
        },
        "replaces": {
            "type": ["integer", "null"],
            "description": "The id of your standing assessment that you know of, 0 for none: refused if another one "
            "stands. Without it nothing is asked.",
        },
    },
    "additionalProperties": False,
}
CLAIM_SENT: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["text", "language", "countries"],
    "properties": {
        "text": {
            "type": "string",
            "minLength": 1,
            "maxLength": LONGEST_TEXT,
            "description": "In the words and the language in which it spreads; without names of those who share it.",
        },
        "language": {"type": "string"},
        "countries": {"type": "array", "items": {"type": "string"}, "minItems": 1},
        "seen_at": {**_ADDRESS, "description": "Where it was seen, or empty."},
    },
    "additionalProperties": False,
}
WITHDRAWAL_SENT: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["reason"],
    "properties": {
        "reason": {"type": "string", "minLength": 1, "maxLength": 300},
        "assessment": {
            "type": ["integer", "null"],
            "description": "Which one you mean: refused if another one stands.",
        },
    },
    "additionalProperties": False,
}
OFFER_SENT: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["answer"],
    "properties": {
        "answer": {"type": "string", "enum": ["accept", "pass_on", "decline"]},
        "reason": {
            "type": "string",
            "maxLength": 300,
            "description": "Why you decline, or what the one you pass it on to should know.",
        },
        "to": {"type": "string", "maxLength": LONGEST_NAME, "description": "Passed on: the id of the fact-checker."},
    },
    "additionalProperties": False,
}


def claims_read(claims: QuerySet[Claim], partner: FactCheckPartner) -> QuerySet[Claim]:
    """With what `claim_document` reads of each, in three queries for any number of claims."""
    standing = Assessment.objects.filter(ended_at=None).select_related("partner__organisation")
    held = HeldAssessment.objects.filter(ended_at=None, partner=partner).select_related("word")
    offers = ClaimOffer.objects.filter(ended_at=None, partner=partner)
    return claims.select_related("merged_into").prefetch_related(
        Prefetch("assessments", queryset=standing, to_attr="standing"),
        Prefetch("held", queryset=held, to_attr="own_held"),
        Prefetch("offers", queryset=offers, to_attr="own_offers"),
    )


def claim_document(claim: Claim, partner: FactCheckPartner) -> dict[str, Any]:
    """A claim that was read by `claims_read`, as its partner gets it."""
    standing: list[Assessment] = claim.standing  # type: ignore[attr-defined]  # prefetched
    held: list[HeldAssessment] = claim.own_held  # type: ignore[attr-defined]  # prefetched
    offers: list[ClaimOffer] = claim.own_offers  # type: ignore[attr-defined]  # prefetched
    own = next((one for one in standing if one.partner_id == partner.pk), None)
    return {
        "id": str(claim.public_id),
        "text": claim.text,
        "language": claim.language,
        "countries": claim.countries,
        "seen_at": claim.seen_at,
        "origin": claim.origin,
        "urgency": claim.urgency,
        "opened_at": claim.opened_at,
        "due_at": claim.due_at,
        "is_waiting": not standing and claim.merged_into is None,
        "copy_of": str(claim.merged_into.public_id) if claim.merged_into else None,
        "offer": _offer(offers[0]) if offers else None,
        "assessment": _assessment(own) if own else None,
        "held": _held(held[0]) if held else None,
        "others": [_assessment(one) for one in standing if one is not own],
    }


def _offer(offer: ClaimOffer) -> dict[str, Any]:
    return {
        "step": offer.step,
        "note": offer.note,
        "offered_at": offer.offered_at,
        "answer_by": offer.answer_by,
        "accepted_at": offer.accepted_at,
    }


def _assessment(one: Assessment) -> dict[str, Any]:
    return {
        "id": one.pk,
        "partner": one.partner.organisation.key,
        "rating": one.rating,
        "own_rating": one.word,
        "explanation": one.explanation,
        "language": one.language,
        "article_url": one.article_url,
        "evidence": one.evidence,
        "given_at": one.given_at,
    }


def _held(held: HeldAssessment) -> dict[str, Any]:
    return {
        "own_rating": held.word.word,
        "explanation": held.explanation,
        "language": held.language,
        "article_url": held.article_url,
        "evidence": held.evidence,
        "received_at": held.received_at,
    }
