"""From rows of elections to elections, rounds, polling days and proposals."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from centers.facts.elections import ElectionRow
from centers.facts.kinds import Known
from centers.facts.names import election_name
from centers.facts.records import empty_rules, text_in_languages, wanted_proposal
from centers.facts.sync import Wanted
from centers.facts.voice import UntranslatedError, Voice
from centers.models import ElectionStatus
from centers.models.election import DateBasis


def elections_by_id(rows: Iterable[ElectionRow]) -> dict[str, list[ElectionRow]]:
    """The publishable rounds of each election, in order."""
    found: dict[str, list[ElectionRow]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: row.round):
        if row.confidence != "low" and not row.speaks_for_part:
            found[row.election_id].append(row)
    return found


#: An election of whose rounds one was annulled, was annulled.
CALLED_OFF = (ElectionStatus.ANNULLED, ElectionStatus.CANCELLED)


def rows_replaced(rows: Collection[ElectionRow]) -> list[ElectionRow]:
    """The rows of elections that others were held instead of: these come first."""
    replaced = {row.replaces for row in rows if row.replaces}
    return [row for row in rows if row.election_id in replaced]


def wanted_elections(
    rows: Iterable[ElectionRow], known: Known, voices: Mapping[str, Voice], official: Mapping[str, str]
) -> list[Wanted]:
    """Elections with their names in every language. `official` has a source address by place."""
    return [
        Wanted(key, _election_values(key, rounds, known, voices, official))
        for key, rounds in elections_by_id(rows).items()
    ]


def _election_values(
    key: str,
    rounds: Sequence[ElectionRow],
    known: Known,
    voices: Mapping[str, Voice],
    official: Mapping[str, str],
) -> dict[str, Any]:
    first, status = rounds[0], _status(rounds)
    expected = next((row for row in rounds if row.expected and status == ElectionStatus.EXPECTED), None)
    return {
        "key": key,
        "jurisdiction_id": known.jurisdictions[first.jurisdiction].pk,
        "type": first.type,
        **text_in_languages("name", {language: _name(first, voice) for language, voice in voices.items()}),
        "status": status.value,
        "status_since": next((row.status_since for row in rounds if row.status_since), None),
        "replaces_id": _replaced(rounds, known),
        "is_indirect": any(row.is_indirect for row in rounds),
        "expected_from": expected.expected[0] if expected and expected.expected else None,
        "expected_to": expected.expected[1] if expected and expected.expected else None,
        "date_basis": _basis(expected),
        **_fact_values(rounds, official),
    }


def _name(row: ElectionRow, voice: Voice) -> str | None:
    try:
        return election_name(voice, kind=row.name_kind, year=row.name_year, region=row.region)
    except UntranslatedError:
        return None


def _status(rounds: Sequence[ElectionRow]) -> ElectionStatus:
    """Called if any round is called, else expected if any is still to come, else what became of it."""
    states = {row.status for row in rounds}
    order = (ElectionStatus.SCHEDULED, ElectionStatus.EXPECTED, *CALLED_OFF, ElectionStatus.HELD)
    return next(status for status in order if status in states)


def _replaced(rounds: Sequence[ElectionRow], known: Known) -> int | None:
    """The election it was held instead of, which is loaded before."""
    old = next((known.elections.get(row.replaces) for row in rounds if row.replaces), None)
    return old.pk if old else None


def _basis(expected: ElectionRow | None) -> str:
    if expected is None:
        return ""
    return (DateBasis.DEADLINE if expected.is_deadline else DateBasis.WINDOW).value


def _fact_values(rounds: Sequence[ElectionRow], official: Mapping[str, str]) -> dict[str, Any]:
    own = next((row.official_url for row in rounds if row.official_url), "")
    return {
        "source_url": own or official[rounds[0].jurisdiction],
        "evidence": "; ".join(dict.fromkeys(row.source for row in rounds)),
        "verified_on": min(row.verified_on for row in rounds),
        "confidence": "medium" if any(row.confidence == "medium" for row in rounds) else "high",
    }


def _rows_with_round(rows: Iterable[ElectionRow]) -> list[ElectionRow]:
    """Rounds that were called or held, and the expected ones that follow them: a mere expectation has no round."""
    return [
        row
        for rounds in elections_by_id(rows).values()
        for row in rounds
        if row.polling_days or any(other.polling_days for other in rounds)
    ]


def wanted_rounds(rows: Iterable[ElectionRow], known: Known, official: Mapping[str, str]) -> list[Wanted]:
    """Rounds that were called, held, or follow one that was."""
    return [
        Wanted(
            f"{row.election_id}/{row.round}",
            {
                "election_id": known.elections[row.election_id].pk,
                "number": row.round,
                "status": row.status.value,
                **_fact_values([row], official),
            },
            within=known.elections[row.election_id],
        )
        for row in _rows_with_round(rows)
        if row.election_id in known.elections
    ]


def wanted_polling_days(rows: Iterable[ElectionRow], known: Known) -> list[Wanted]:
    """Days that were called or are over."""
    return [
        Wanted(f"{key}/{day.isoformat()}", {"round_id": known.rounds[key].pk, "date": day}, within=known.rounds[key])
        for row in _rows_with_round(rows)
        if (key := f"{row.election_id}/{row.round}") in known.rounds
        for day in row.polling_days
    ]


def wanted_days_of_states(rows: Iterable[ElectionRow], known: Known, official: Mapping[str, str]) -> list[Wanted]:
    """On which days one state is expected to vote in a wider election."""
    return [
        Wanted(
            f"{row.election_id}/{row.code}",
            {
                "election_id": known.elections[row.election_id].pk,
                "jurisdiction_id": known.jurisdictions[row.code].pk,
                **empty_rules(),
                "voting_days": list(row.polling_days or (row.expected or ())[:1]),
                "source_url": row.official_url or official[row.code],
                "evidence": row.source,
                "verified_on": row.verified_on,
                "confidence": row.confidence,
            },
        )
        for row in rows
        if row.speaks_for_part and row.confidence != "low" and row.election_id in known.elections
    ]


def wanted_proposals_for_elections(rows: Iterable[ElectionRow], known: Known) -> list[Wanted]:
    """Elections, or rounds of one, that are too unsure to show."""
    listed = list(rows)
    sure = elections_by_id(listed)
    return [
        wanted_proposal(
            known,
            code=row.code,
            record=f"round:{row.election_id}/{row.round}" if row.election_id in sure else f"election:{row.election_id}",
            fields=_proposed(row),
            reason="Low confidence",
            source=row.source,
        )
        for row in listed
        if row.confidence == "low"
    ]


def _proposed(row: ElectionRow) -> dict[str, object]:
    expected = row.expected or (None, None)
    return {
        "type": row.type,
        "name_kind": row.name_kind,
        "name_year": row.name_year,
        "region": row.region,
        "round": row.round,
        "status": row.status.value,
        "polling_days": row.polling_days,
        "expected_from": expected[0],
        "expected_to": expected[1],
        "date_basis": (DateBasis.DEADLINE if row.is_deadline else DateBasis.WINDOW).value,
        "is_indirect": row.is_indirect,
    }
