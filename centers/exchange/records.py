"""All curated records of one place, in a bounded number of queries."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from django.db import models

from centers.curation.kind import RecordKind
from centers.curation.kinds import KINDS
from centers.models import (
    Answer,
    Campaign,
    Election,
    ElectionCenter,
    Jurisdiction,
    KeyDate,
    LiteracyVideo,
    LocalRules,
    Round,
    Tip,
    TrustedSource,
)
from centers.models.fact import Fact, Translated, TranslationOrigin
from centers.wording import original_language, texts_of, wording_entry, wording_state

#: Version of the shape of exports; raised when a field is renamed, removed or means something else.
SCHEMA_VERSION: Final = 1
#: What exports call the kinds of records, in their order.
PLURALS: Final = {
    "center": "center",
    "election": "elections",
    "round": "rounds",
    "date": "dates",
    "answer": "answers",
    "source": "sources",
    "campaign": "campaigns",
    "video": "videos",
    "tip": "tips",
}


def records_of(place: Jurisdiction) -> dict[str, list[models.Model]]:
    """By noun, every record of the place that is curated; some ten queries for any number of records."""
    queries: dict[str, models.QuerySet[Any]] = {
        "center": ElectionCenter.objects.for_code(place.code),
        "election": Election.objects.filter(jurisdiction=place)
        .select_related("jurisdiction", "replaces", "confirmed_by")
        .order_by("key"),
        "round": Round.objects.filter(election__jurisdiction=place)
        .select_related("election__jurisdiction", "confirmed_by")
        .prefetch_related("polling_days")
        .order_by("election__key", "number"),
        "date": KeyDate.objects.filter(jurisdiction=place)
        .select_related("election", "jurisdiction", "confirmed_by")
        .order_by("election__key", "kind", "audience"),
        "answer": Answer.objects.filter(center__jurisdiction=place)
        .select_related("center__jurisdiction", "election", "confirmed_by")
        .order_by("question"),
        "source": TrustedSource.objects.filter(center__jurisdiction=place)
        .select_related("center__jurisdiction", "organisation", "confirmed_by")
        .order_by("kind", "rank", "title", "pk"),
        "campaign": Campaign.objects.filter(jurisdiction=place)
        .select_related("jurisdiction", "partner")
        .order_by("slug"),
        "video": LiteracyVideo.objects.filter(campaign__jurisdiction=place)
        .select_related("campaign__jurisdiction", "poster", "file")
        .order_by("campaign__slug", "rank", "slug"),
        "tip": Tip.objects.filter(jurisdiction=place).select_related("jurisdiction").order_by("rank", "slug"),
    }
    return {noun: list(queries[noun]) for noun in PLURALS}


def rules_of(place: Jurisdiction) -> list[LocalRules]:
    """How past and coming elections are held there; the facts loader's, and nobody's to edit on the desk."""
    rules = LocalRules.objects.filter(jurisdiction=place).select_related("election", "confirmed_by", "jurisdiction")
    return list(rules.order_by("election__key"))


def name_of(kind: RecordKind, record: models.Model) -> str:
    """As proposals name it."""
    return f"{kind.noun}:{kind.key(record)}"


def origin_of(record: models.Model) -> dict[str, Any]:
    """Where a fact is from, when it was checked and who stands behind it; nothing for what is no fact."""
    if not isinstance(record, Fact):
        return {}
    return {
        "source_url": record.source_url,
        "verified_on": record.verified_on.isoformat(),
        "confidence": record.confidence,
        "confirmation": record.confirmation,
        "confirmed_by": record.confirmed_by.key if record.confirmed_by else None,
        "confirmed_on": record.confirmed_on.isoformat() if record.confirmed_on else None,
    }


def translated_bases(kind: RecordKind) -> list[str]:
    """Names of the fields that exist once per language."""
    return list(dict.fromkeys(one.base for one in kind.own if one.language))


def wordings_of(record: models.Model, bases: Iterable[str], place: Jurisdiction) -> Iterator[dict[str, Any]]:
    """One line per text: `{field, language, text, state, origin, translated_by, confirmed_by, confirmed_on}`."""
    if not isinstance(record, Translated):
        return
    for base in bases:
        original = original_language(record, base, place.languages)
        for language, text in texts_of(record, base).items():
            entry = wording_entry(record, base, language)
            yield {
                "field": base,
                "language": language,
                "text": text,
                "state": wording_state(record, base, language, original).value,
                "origin": _origin(record, language, original),
                "translated_by": entry.get("by", ""),
                "confirmed_by": entry.get("confirmed_by"),
                "confirmed_on": entry.get("confirmed_on"),
            }


def _origin(record: Translated, language: str, original: str) -> str:
    known = TranslationOrigin.SOURCE.value if language == original else TranslationOrigin.PERSON.value
    return record.translation_origin.get(language) or known


def kinds() -> Iterator[tuple[str, RecordKind]]:
    """The name of each kind in exports, with the kind."""
    for noun, plural in PLURALS.items():
        yield plural, KINDS[noun]
