"""From typed rows to the records they become: places, authorities and their pages, rules."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from centers import formats
from centers.facts.electoral_authorities import Authority
from centers.facts.ep_2024_rules import GROUPS, Rules
from centers.facts.kinds import Known
from centers.facts.member_states import Place
from centers.facts.sync import Wanted
from centers.facts.voice import SOURCE_LANGUAGE
from centers.models import LocalRules, SourceKind
from centers.models.fact import TranslationOrigin
from centers.models.source import Purpose
from electioncenters.languages import LANGUAGE_CODES

#: Where the European Parliament's own pages stand among a state's authorities: after all of the state's.
UNION_RANK: Final = 90
UNION: Final = "eu"


def text_in_languages(field: str, texts: Mapping[str, str | None]) -> dict[str, Any]:
    """A composed text as values of a record: one field per language, and who wrote it."""
    values: dict[str, Any] = {}
    for language, text in texts.items():
        origin = TranslationOrigin.SOURCE if language == SOURCE_LANGUAGE else TranslationOrigin.MACHINE
        values[f"{field}_{language}"] = text
        values[f"translation_origin.{language}"] = origin.value if text else None
    return values


def _territory(code: str, language: str) -> str:
    return str(formats.locale(language).territories[code.upper()])


def wanted_places(places: Iterable[Place], known: Known) -> list[Wanted]:
    """Places with their names in every language, from CLDR."""
    return [_wanted_place(place, known) for place in places]


def _wanted_place(place: Place, known: Known) -> Wanted:
    parent = known.jurisdictions.get(place.parent)
    native = place.native_names or {language: _territory(place.code, language) for language in place.languages}
    return Wanted(
        place.code,
        {
            "code": place.code,
            "ocd_id": place.ocd_id,
            "level": place.level.value,
            "parent_id": parent.pk if parent else None,
            **{f"name_{language}": _territory(place.code, language) for language in LANGUAGE_CODES},
            "native_names": native,
            "eu_code": place.eu_code,
            "capital": place.capital,
            "languages": list(place.languages),
            "time_zones": [place.time_zone],
            "flag": place.flag,
        },
    )


def wanted_centers(known: Known) -> list[Wanted]:
    """A centre for each place."""
    return [Wanted(code, {"jurisdiction_id": place.pk}) for code, place in known.jurisdictions.items()]


def wanted_organisations(authorities: Iterable[Authority], known: Known) -> list[Wanted]:
    """One organisation per key; its first row, in rank order, says its name, address and languages.

    It belongs to a place if all of its rows do.
    """
    first: dict[str, Authority] = {}
    places: dict[str, set[str]] = {}
    for row in sorted(authorities, key=lambda row: row.rank):
        if row.is_published:
            first.setdefault(row.organisation, row)
            places.setdefault(row.organisation, set()).add(row.code)
    return [
        Wanted(
            key,
            {
                "key": key, "kind": row.organisation_kind, "name": row.name, "name_en": row.name_en, "url": row.url,
                "languages": list(row.languages), "jurisdiction_id": _only_place(places[key], known),
            },
        )
        for key, row in sorted(first.items())
    ]  # fmt: skip


def _only_place(codes: set[str], known: Known) -> int | None:
    return known.jurisdictions[next(iter(codes))].pk if len(codes) == 1 else None


def wanted_sources(authorities: Iterable[Authority], known: Known) -> list[Wanted]:
    """Each published page in its own place's centre; the European Parliament's portal in every centre of its states."""
    wanted: list[Wanted] = []
    for row in authorities:
        if not row.is_published:
            continue
        wanted.append(_wanted_source(row, row.code, row.rank, known))
        if row.code == UNION and Purpose.INFORMATION in row.purposes:
            states = [code for code in known.centers if code != UNION]
            wanted.extend(_wanted_source(row, code, UNION_RANK, known) for code in states)
    return wanted


def source_key(code: str, url: str, title: str) -> str:
    """The natural key of a source in the centre `code`."""
    return f"{code} {url} {title}"


def _wanted_source(row: Authority, code: str, rank: int, known: Known) -> Wanted:
    return Wanted(
        source_key(code, row.url, row.name),
        {
            "center_id": known.centers[code].pk,
            "organisation_id": known.organisations[row.organisation].pk,
            "kind": SourceKind.AUTHORITY.value,
            "url": row.url,
            "title": row.name,
            "languages": list(row.languages),
            "purposes": list(row.purposes),
            "scope": row.scope,
            "rank": rank,
            "source_url": row.url,
            "evidence": f"{row.role}; {row.source}",
            "verified_on": row.verified_on,
            "confidence": row.confidence,
        },
    )


def speaking_authorities(authorities: Iterable[Authority], known: Known) -> dict[str, list[Authority]]:
    """By place, the published rows whose page still stands in the centre, the first to speak first."""
    found: dict[str, list[Authority]] = {code: [] for code in known.centers}
    for row in sorted(authorities, key=lambda row: row.rank):
        if row.is_published and source_key(row.code, row.url, row.name) in known.sources:
            found[row.code].append(row)
    return found


def wanted_local_rules(rows: Iterable[Rules], known: Known, official: Mapping[str, str]) -> list[Wanted]:
    """The rules voters may see; a field that waits for a curator is empty. `official` has a source address by place."""
    return [
        Wanted(
            f"{row.election_id}/{row.code}",
            {
                **_identity(row.election_id, row.code, known),
                **empty_rules(),
                **row.published,
                "source_url": official[row.code],
                "evidence": "; ".join(filter(None, (row.source, row.notes))),
                "verified_on": row.verified_on,
                "confidence": _lowest(row.confidence[field] for field in row.published),
            },
        )
        for row in rows
    ]


def _identity(election: str, code: str, known: Known) -> dict[str, Any]:
    return {"election_id": known.elections[election].pk, "jurisdiction_id": known.jurisdictions[code].pk}


def empty_rules() -> dict[str, Any]:
    """Every field of `LocalRules` that tells a rule, not known."""
    fields = (field for group in GROUPS.values() for field in group)
    blank = LocalRules()
    return {field: getattr(blank, field) for field in fields}


def _lowest(levels: Iterable[str]) -> str:
    return "medium" if "medium" in set(levels) else "high"


def wanted_proposals_for_rules(rows: Iterable[Rules], known: Known) -> list[Wanted]:
    """What rules wait for a curator."""
    return [
        wanted_proposal(
            known,
            code=row.code,
            record=f"local_rules:{row.election_id}/{row.code}",
            fields=row.proposed,
            reason=row.withheld_reason or "Low confidence",
            source="; ".join(filter(None, (row.source, row.notes))),
        )
        for row in rows
        if row.proposed
    ]


def wanted_proposals_for_sources(rows: Iterable[Authority], known: Known) -> list[Wanted]:
    """Which pages wait for a curator."""
    return [
        wanted_proposal(
            known,
            code=row.code,
            record=f"source:{row.code} {row.url}",
            fields={"title": row.name, "url": row.url, "purposes": row.purposes, "scope": row.scope},
            reason=row.withheld or "Low confidence",
            source=f"{row.role}; {row.source}",
        )
        for row in rows
        if not row.is_published
    ]


def wanted_proposal(
    known: Known, *, code: str, record: str, fields: Mapping[str, object], reason: str, source: str
) -> Wanted:
    """A proposal of the loader about a record of the place `code`."""
    return Wanted(
        record,
        {
            "jurisdiction_id": known.jurisdictions[code].pk,
            "record": record,
            "fields": {name: plain(value) for name, value in fields.items()},
            "reason": reason,
            "source": source,
        },
    )


def plain(value: object) -> object:
    """A value as JSON has it."""
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [plain(part) for part in value]
    return value
