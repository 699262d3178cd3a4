"""Loads the centres' part of the pack: places, organisations, elections, rules, sources, then answers made of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from centers.facts import election_records as elections
from centers.facts import kinds, records
from centers.facts.answers import bodies_compose, drafts_compose
from centers.facts.drafts import Draft, LastEuropean, PlaceFacts, Union
from centers.facts.electoral_authorities import Authority
from centers.facts.ep_2024_rules import Rules
from centers.facts.kinds import Known
from centers.facts.literacy import literacy_load
from centers.facts.pack import CenterPack
from centers.facts.sync import Sync, Wanted
from centers.facts.voice import Voice


def pack_load(*, pack: CenterPack, sync: Sync, voices: Mapping[str, Voice]) -> Known:
    """Make the centres' tables agree with the pack; call it in a transaction. Answers with what there is now."""
    known = Known()
    _load_places(pack, sync, known)
    known.organisations = sync.records(kinds.organisation_kind(), records.wanted_organisations(pack.authorities, known))
    known.sources = sync.records(kinds.source_kind(known), records.wanted_sources(pack.authorities, known))
    speaking = records.speaking_authorities(pack.authorities, known)
    official = _official_addresses(pack)
    _load_elections(pack, sync, known, voices, official)
    rules = [
        *records.wanted_local_rules(pack.rules, known, official),
        *elections.wanted_days_of_states(pack.elections, known, official),
    ]
    known.local_rules = sync.records(kinds.local_rules_kind(known), rules)
    facts = _place_facts(pack, known, speaking)
    sync.records(kinds.answer_kind(known), _wanted_answers(facts, known, voices))
    sync.records(kinds.proposal_kind(), _wanted_proposals(pack, known))
    literacy_load(pack=pack.literacy, sync=sync, known=known, voices=voices)
    return known


def _load_places(pack: CenterPack, sync: Sync, known: Known) -> None:
    """Unions first: their states name them as parent."""
    unions = records.wanted_places(pack.unions, known)
    known.jurisdictions = sync.records(kinds.jurisdiction_kind(), unions, complete=False)
    places = [*unions, *records.wanted_places(pack.states, known)]
    known.jurisdictions = sync.records(kinds.jurisdiction_kind(), places)
    loaded = {place.code for place in pack.places}
    centers = [want for want in records.wanted_centers(known) if want.key in loaded]
    known.centers = sync.records(kinds.center_kind(known), centers)


def _official_addresses(pack: CenterPack) -> dict[str, str]:
    """By place, the page of the authority that speaks first: what voters are shown as source."""
    found: dict[str, str] = {}
    for row in sorted(pack.authorities, key=lambda row: row.rank):
        if row.is_published:
            found.setdefault(row.code, row.url)
    return found


def _load_elections(
    pack: CenterPack, sync: Sync, known: Known, voices: Mapping[str, Voice], official: Mapping[str, str]
) -> None:
    replaced = elections.wanted_elections(elections.rows_replaced(pack.elections), known, voices, official)
    known.elections = sync.records(kinds.election_kind(known), replaced, complete=False)
    wanted = elections.wanted_elections(pack.elections, known, voices, official)
    known.elections = sync.records(kinds.election_kind(known), wanted)
    rounds = elections.wanted_rounds(pack.elections, known, official)
    known.rounds = sync.records(kinds.round_kind(known), rounds)
    sync.records(kinds.polling_day_kind(known), elections.wanted_polling_days(pack.elections, known))


def _place_facts(pack: CenterPack, known: Known, speaking: Mapping[str, Sequence[Authority]]) -> list[PlaceFacts]:
    """What each centre's answers are made of. A place whose authorities were all taken away gets no answers."""
    european = {row.code: found for row in pack.rules if (found := _last_european(row, known))}
    bases = {basis.question: basis for basis in pack.legal_bases}
    return [
        PlaceFacts(
            code=place.code,
            authorities=speaking[place.code],
            european=european.get(place.code),
            union=_union(place.code, european),
            legal_bases=bases,
        )
        for place in pack.places
        if speaking.get(place.code)
    ]


def _last_european(row: Rules, known: Known) -> LastEuropean | None:
    rules = known.local_rules.get(f"{row.election_id}/{row.code}")
    if rules is None:
        return None
    return LastEuropean(rules.election_id, _year(row.election_id), rules, row)


def _union(code: str, european: Mapping[str, LastEuropean]) -> Union | None:
    """The states' rules together, for the place whose election it was."""
    held = [one for one in european.values() if one.row.election_id.split(".", 1)[0] == code]
    if not held:
        return None
    return Union(held[0].election_id, held[0].year, [one.rules for one in held])


def _year(election_id: str) -> str:
    return election_id.rsplit(".", 1)[1]


def _wanted_answers(facts: Sequence[PlaceFacts], known: Known, voices: Mapping[str, Voice]) -> list[Wanted]:
    return [
        Wanted(f"{one.code}/{draft.question}", _answer_values(one.code, draft, known, voices))
        for one in facts
        for draft in drafts_compose(one)
    ]


def _answer_values(code: str, draft: Draft, known: Known, voices: Mapping[str, Voice]) -> dict[str, object]:
    return {
        "center_id": known.centers[code].pk,
        "question": draft.question.value,
        "election_id": draft.election_id,
        **records.text_in_languages("body", bodies_compose(draft, voices)),
        "source_name": draft.source_name,
        "source_url": draft.source_url,
        "evidence": draft.evidence,
        "verified_on": draft.verified_on,
        "confidence": draft.confidence,
    }


def _wanted_proposals(pack: CenterPack, known: Known) -> list[Wanted]:
    return [
        *elections.wanted_proposals_for_elections(pack.elections, known),
        *records.wanted_proposals_for_rules(pack.rules, known),
        *records.wanted_proposals_for_sources(pack.authorities, known),
    ]
