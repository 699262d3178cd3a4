"""The fact-checkers' part of the facts pack: who checks facts for which country, and where nobody was found."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from accounts.models import Organisation, OrganisationKind
from centers.facts import cells
from centers.facts.kinds import Known, organisation_kind, proposal_kind, source_kind
from centers.facts.records import source_key, wanted_proposal
from centers.facts.sync import Kind, Sync, Wanted
from centers.facts.table import Layout, Reader, Row
from centers.models import SourceKind
from factcheck.models import CoverageGap, FactCheckPartner, Network
from factcheck.services.coverage_record import spells_renew

#: Ranks in a centre: those who write in one of its languages first, then those with a verified accreditation.
RANK: Final = 10
OTHER_LANGUAGE: Final = 20
NO_NETWORK: Final = 5


@dataclass(frozen=True, slots=True)
class Checker:
    """A row of `fact_checkers.csv`. `networks` are only those seen in a public list, never those from memory."""

    organisation: str
    name: str
    url: str
    countries: tuple[str, ...]
    languages: tuple[str, ...]
    networks: tuple[str, ...]
    confidence: str
    source: str
    notes: str
    verified_on: dt.date

    @property
    def evidence(self) -> str:
        """Where the compilers saw it."""
        return "; ".join(filter(None, (self.source, self.notes)))


@dataclass(frozen=True, slots=True)
class Gap:
    """A row of `fact_checker_gaps.csv`."""

    countries: tuple[str, ...]
    languages: tuple[str, ...]
    note: str


@dataclass(frozen=True, slots=True)
class CheckerPack:
    """The rows of both files."""

    checkers: list[Checker]
    gaps: list[Gap]


def _checker(row: Row) -> Checker:
    confidence = row.read("confidence", cells.confidence)
    claimed = row.read("network", cells.one_of(("both", "IFCN", "EFCSN", "none"), "network"))
    networks = row.read("networks_verified", cells.listed(cells.one_of(Network.values, "network")))
    allowed = Network.values if claimed == "both" else [claimed]
    if claimed and networks and not set(networks) <= set(allowed):
        row.refuse("networks_verified", f'names more than the column network ("{claimed}")')
    url = row.read("url", cells.either(cells.url))
    if url == "" and confidence != "low":
        row.refuse("url", "is empty, but only rows of low confidence may lack an address")
    return Checker(
        organisation=row.read("organisation", cells.slug),
        name=row.read("name", cells.text),
        url=url,
        countries=row.read("countries", cells.some(cells.listed(cells.code))),
        languages=row.read("languages", cells.some(cells.listed(cells.language))),
        networks=networks,
        confidence=confidence,
        source=row.read("source", cells.text),
        notes=row.read("notes", cells.anything),
        verified_on=row.read("verified_on", cells.date),
    )


def _gap(row: Row) -> Gap:
    return Gap(
        countries=row.read("iso2", cells.listed(cells.code)),
        languages=row.read("language", cells.listed(cells.language)),
        note=row.read("note", cells.text),
    )


CHECKERS = Layout(
    path="factcheck/data/fact_checkers.csv",
    columns=("name", "url", "countries", "languages", "network", "confidence", "source", "notes", "organisation",
             "networks_verified", "verified_on"),
    parse=_checker,
    unique=("organisation",),
)  # fmt: skip
GAPS = Layout(
    path="factcheck/data/fact_checker_gaps.csv", columns=("iso2", "language", "note"), parse=_gap, unique=("note",)
)


def checkers_read(reader: Reader) -> CheckerPack:
    """Read both files; what is wrong is noted in `reader.problems`."""
    return CheckerPack(reader.rows(CHECKERS), reader.rows(GAPS))


def checkers_load(*, pack: CheckerPack, sync: Sync, known: Known) -> None:
    """Make fact-checkers agree with the pack, in the centres too; call it after `pack_load`, in its transaction."""
    sure = [row for row in pack.checkers if row.confidence != "low"]
    organisations = sync.records(organisation_kind("fact_checker"), [_wanted_organisation(row) for row in sure])
    partners = [_wanted_partner(row, organisations) for row in sure]
    sync.records(_partner_kind(organisations), partners)
    sync.records(source_kind(known, "fact_checker_source"), _wanted_sources(sure, organisations, known))
    sync.records(_GAP_KIND, [_wanted_gap(gap) for gap in pack.gaps])
    doubtful = [row for row in pack.checkers if row.confidence == "low"]
    sync.records(proposal_kind("fact_checker_proposal"), _wanted_proposals(doubtful, known))
    sync.changes.centers.update(spells_renew())


def _partner_kind(organisations: dict[str, Organisation]) -> Kind[FactCheckPartner]:
    keys = {organisation.pk: key for key, organisation in organisations.items()}
    return Kind("fact_check_partner", FactCheckPartner, lambda partner: keys[partner.organisation_id])


_GAP_KIND: Final = Kind("coverage_gap", CoverageGap, lambda gap: gap.note, is_removable=True)


def _wanted_organisation(row: Checker) -> Wanted:
    return Wanted(
        row.organisation,
        {
            "key": row.organisation,
            "kind": OrganisationKind.FACT_CHECKER.value,
            "name": row.name,
            "name_en": row.name,
            "url": row.url,
        },
    )


def _wanted_partner(row: Checker, organisations: dict[str, Organisation]) -> Wanted:
    return Wanted(
        row.organisation,
        {
            "organisation_id": organisations[row.organisation].pk,
            "countries": list(row.countries),
            "languages": list(row.languages),
            "networks": list(row.networks),
            "evidence": row.evidence,
            "verified_on": row.verified_on,
        },
    )


def _wanted_gap(gap: Gap) -> Wanted:
    return Wanted(gap.note, {"note": gap.note, "countries": list(gap.countries), "languages": list(gap.languages)})


def _wanted_sources(rows: Iterable[Checker], organisations: dict[str, Organisation], known: Known) -> list[Wanted]:
    """A fact-checker stands in the centre of every country it covers; countries without a centre have none."""
    return [
        _wanted_source(row, code, organisations[row.organisation], known)
        for row in rows
        for code in row.countries
        if code in known.centers
    ]


def _wanted_source(row: Checker, code: str, organisation: Organisation, known: Known) -> Wanted:
    return Wanted(
        source_key(code, row.url, row.name),
        {
            "center_id": known.centers[code].pk,
            "organisation_id": organisation.pk,
            "kind": SourceKind.FACT_CHECKER.value,
            "url": row.url,
            "title": row.name,
            "languages": list(row.languages),
            "networks": list(row.networks),
            "rank": _rank(row, known.jurisdictions[code].languages),
            "source_url": row.url,
            "evidence": row.evidence,
            "verified_on": row.verified_on,
            "confidence": row.confidence,
        },
    )


def _rank(row: Checker, languages: Sequence[str]) -> int:
    speaks = bool(set(row.languages) & set(languages))
    return RANK + (0 if speaks else OTHER_LANGUAGE) + (0 if row.networks else NO_NETWORK)


def _wanted_proposals(rows: Iterable[Checker], known: Known) -> list[Wanted]:
    return [
        wanted_proposal(
            known,
            code=next(code for code in row.countries if code in known.jurisdictions),
            record=f"fact_checker:{row.organisation}",
            fields={"name": row.name, "url": row.url, "countries": row.countries, "languages": row.languages},
            reason="Low confidence",
            source=row.evidence,
        )
        for row in rows
        if any(code in known.jurisdictions for code in row.countries)
    ]
