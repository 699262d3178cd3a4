"""A centre as one JSON document (docs/guides/exchange.md says what is in it)."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.forms.models import model_to_dict
from django.utils import timezone

from centers.curation.kind import RecordKind
from centers.exchange.records import (
    PLURALS,
    SCHEMA_VERSION,
    kinds,
    name_of,
    origin_of,
    records_of,
    rules_of,
    translated_bases,
    wordings_of,
)
from centers.models import Jurisdiction, LocalRules
from electioncenters.languages import LANGUAGE_CODES

#: Fields of `LocalRules` that tell a rule.
_RULES = (
    "voting_days", "seats", "min_voting_age", "min_candidate_age", "compulsory_voting", "postal_from_home",
    "postal_from_abroad", "embassy_vote", "proxy_vote", "internet_vote", "threshold_percent", "preferential_voting",
    "constituencies", "turnout_percent",
)  # fmt: skip


def center_document(place: Jurisdiction) -> dict[str, Any]:
    """Everything published about a place, with sources, confirmations and the state of translations."""
    found = records_of(place)
    records = {
        plural: [_record(kind, record, place) for record in found[kind.noun]] for plural, kind in kinds()
    }  # fmt: skip
    center = records.pop(PLURALS["center"])
    return {
        "schema": "election-centre",
        "schema_version": SCHEMA_VERSION,
        "exported_at": timezone.now().isoformat(timespec="seconds"),
        "portal": settings.PUBLIC_URL,
        "place": {
            "code": place.code,
            "ocd_id": place.ocd_id,
            "level": place.level,
            "parent": place.parent.code if place.parent else None,
            "languages": place.languages,
            "time_zones": place.time_zones,
            "name": {code: name for code in LANGUAGE_CODES if (name := getattr(place, f"name_{code}"))},
        },
        "center": center[0] if center else None,
        **records,
        "local_rules": [_rules(rules) for rules in rules_of(place)],
    }


def _record(kind: RecordKind, record: Any, place: Jurisdiction) -> dict[str, Any]:
    fields = kind.values(record, [one.name for one in kind.own if not one.language])
    texts: dict[str, dict[str, Any]] = {}
    for line in wordings_of(record, translated_bases(kind), place):
        texts.setdefault(line.pop("field"), {})[line.pop("language")] = line
    return {"record": name_of(kind, record), **fields, "texts": texts, **origin_of(record)}


def _rules(rules: LocalRules) -> dict[str, Any]:
    return {
        "record": f"local_rules:{rules.election.key}/{rules.jurisdiction.code}",
        "election": rules.election.key,
        **model_to_dict(rules, fields=_RULES),
        **origin_of(rules),
    }
