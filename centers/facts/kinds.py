"""The kinds of record the centres' part of the pack holds: how each is told from others, which pages show it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from accounts.models import Organisation
from centers.facts.sync import Kind
from centers.facts.wordings import wording_follower
from centers.models import (
    Answer,
    Election,
    ElectionCenter,
    Jurisdiction,
    LocalRules,
    PollingDay,
    Proposal,
    ProposalStatus,
    Round,
    TrustedSource,
)


@dataclass(slots=True)
class Known:
    """Records loaded so far, by their ids: what natural keys are made of."""

    jurisdictions: dict[str, Jurisdiction] = field(default_factory=dict)
    centers: dict[str, ElectionCenter] = field(default_factory=dict)
    organisations: dict[str, Organisation] = field(default_factory=dict)
    elections: dict[str, Election] = field(default_factory=dict)
    rounds: dict[str, Round] = field(default_factory=dict)
    sources: dict[str, TrustedSource] = field(default_factory=dict)
    local_rules: dict[str, LocalRules] = field(default_factory=dict)

    def code_of_jurisdiction(self) -> dict[int, str]:
        """Codes by the id of the jurisdiction."""
        return {place.pk: code for code, place in self.jurisdictions.items()}

    def code_of_center(self) -> dict[int, str]:
        """Codes by the id of the centre."""
        return {center.pk: code for code, center in self.centers.items()}

    def key_of_election(self) -> dict[int, str]:
        """Stable ids by the id of the record."""
        return {election.pk: key for key, election in self.elections.items()}


def jurisdiction_kind() -> Kind[Jurisdiction]:
    """Places."""
    return Kind("jurisdiction", Jurisdiction, lambda place: place.code, lambda some: [one.code for one in some])


def center_kind(known: Known) -> Kind[ElectionCenter]:
    """Centres."""
    codes = known.code_of_jurisdiction()
    return Kind("center", ElectionCenter, lambda center: codes[center.jurisdiction_id])


def _centers_of(some: Sequence[Organisation]) -> Iterable[str]:
    """One query, and only when organisations changed."""
    if not some:
        return ()
    return list(
        TrustedSource.objects.filter(organisation__in=some).values_list("center__jurisdiction__code", flat=True)
    )


def organisation_kind(noun: str = "organisation") -> Kind[Organisation]:
    """Organisations; the noun tells who loads them."""
    return Kind(noun, Organisation, lambda organisation: organisation.key, _centers_of)


def election_kind(known: Known) -> Kind[Election]:
    """Elections; their ids are stable, so none is ever deleted."""
    codes = known.code_of_jurisdiction()
    return Kind(
        "election",
        Election,
        lambda election: election.key,
        lambda some: [codes[one.jurisdiction_id] for one in some],
        follow=wording_follower("name", lambda one: known.jurisdictions[codes[one.jurisdiction_id]].languages),
    )


def round_kind(known: Known) -> Kind[Round]:
    """Rounds: `fr.president.2027/1`."""
    keys = known.key_of_election()
    return Kind(
        "round",
        Round,
        lambda one: f"{keys[one.election_id]}/{one.number}",
        lambda some: [_place(keys[one.election_id]) for one in some],
        is_removable=True,
    )


def polling_day_kind(known: Known) -> Kind[PollingDay]:
    """Polling days: `fr.president.2027/1/2027-04-18`."""
    rounds = {one.pk: key for key, one in known.rounds.items()}
    return Kind(
        "polling_day",
        PollingDay,
        lambda day: f"{rounds[day.round_id]}/{day.date.isoformat()}",
        lambda some: [_place(rounds[day.round_id]) for day in some],
        is_removable=True,
    )


def local_rules_kind(known: Known) -> Kind[LocalRules]:
    """Rules of an election in a place: `eu.ep.2024/mt`."""
    keys, codes = known.key_of_election(), known.code_of_jurisdiction()
    return Kind(
        "local_rules",
        LocalRules,
        lambda rules: f"{keys[rules.election_id]}/{codes[rules.jurisdiction_id]}",
        lambda some: [codes[one.jurisdiction_id] for one in some],
        is_removable=True,
    )


def source_kind(known: Known, noun: str = "source") -> Kind[TrustedSource]:
    """Trusted sources: `fr https://… Title`; the noun tells who loads them."""
    codes = known.code_of_center()
    return Kind(
        noun,
        TrustedSource,
        lambda source: f"{codes[source.center_id]} {source.url} {source.title}",
        lambda some: [codes[one.center_id] for one in some],
        is_removable=True,
    )


def answer_kind(known: Known) -> Kind[Answer]:
    """Answers: `fr/when`."""
    codes = known.code_of_center()
    return Kind(
        "answer",
        Answer,
        lambda answer: f"{codes[answer.center_id]}/{answer.question}",
        lambda some: [codes[one.center_id] for one in some],
        is_removable=True,
        follow=wording_follower("body", lambda one: known.jurisdictions[codes[one.center_id]].languages),
    )


def _record_of_loader(proposal: Proposal) -> str:
    """A person may propose a change of the same record: that is another proposal."""
    return proposal.record if proposal.author_id is None else f"{proposal.record}#{proposal.pk}"


def proposal_kind(noun: str = "proposal") -> Kind[Proposal]:
    """The loader's proposals, by the record they are about; the noun tells who loads them."""
    fixed: Callable[[Proposal], bool] = lambda proposal: proposal.status != ProposalStatus.OPEN  # noqa: E731
    return Kind(noun, Proposal, _record_of_loader, is_removable=True, fixed=fixed)


def _place(key: str) -> str:
    return key.split(".", 1)[0]
