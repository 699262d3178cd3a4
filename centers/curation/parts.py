"""What a proposal consists of: one or more changes of records, and whether these still stand as its author saw them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from django.db import models

from centers.curation.errors import CurationError
from centers.curation.kind import Values
from centers.curation.kinds import RecordRef, record_ref
from centers.models import Proposal, ProposalAction


class Part(NamedTuple):
    """A change of one record: `fields` are the values wanted, `base` those the author saw.

    `same_meaning` names the translated fields whose original is worded otherwise and means the same.
    """

    ref: RecordRef
    action: ProposalAction
    fields: Values
    base: Values
    same_meaning: tuple[str, ...] = ()

    def document(self) -> dict[str, Any]:
        """As `Proposal.also` holds it."""
        return {"record": str(self.ref), "action": self.action.value, "fields": self.fields, "base": self.base}


class Conflict(NamedTuple):
    """A field that changed since the author saw it: what it was then, what it is now, what is proposed."""

    record: str
    field: str
    label: str
    base: Any
    current: Any
    proposed: Any


class FieldDifference(NamedTuple):
    """A field as it is and as it would be."""

    record: str
    field: str
    label: str
    language: str
    before: Any
    after: Any


def parts_of(proposal: Proposal) -> list[Part]:
    """The main change first. Raises `CurationError` for one of the loader's, which is material and no change yet."""
    if proposal.author_id is None:
        raise CurationError("This was compiled from public sources: take it up as a proposal of your own first.")
    main = {
        "record": proposal.record, "action": proposal.action, "fields": proposal.fields, "base": proposal.base,
    }  # fmt: skip
    parts = [_part(document) for document in [main, *proposal.also]]
    return [part._replace(same_meaning=said_to_mean_the_same(proposal, str(part.ref))) for part in parts]


def said_to_mean_the_same(proposal: Proposal, record: str) -> tuple[str, ...]:
    """The translated fields of a record in which, as the proposal says, the original means what it meant."""
    return tuple(proposal.same_meaning.get(record, ()))


def _part(document: Mapping[str, Any]) -> Part:
    return Part(
        record_ref(document["record"]), ProposalAction(document["action"]), document["fields"], document["base"]
    )


def part_record(part: Part) -> models.Model:
    """The live record, or a new one for what is to be added. Raises `CurationError`."""
    live = part.ref.kind.find(part.ref.key)
    if part.action == ProposalAction.CREATE:
        if live is not None:
            raise CurationError(f"This {part.ref.kind.label} exists already: propose a change of it.")
        return part.ref.kind.build(part.ref.key)
    if live is None:
        raise CurationError(f"The {part.ref.kind.label} is no longer there.")
    return live


def proposal_conflicts(proposal: Proposal) -> list[Conflict]:
    """The fields somebody else changed since; empty when the proposal can be applied as it was meant."""
    return [conflict for part in parts_of(proposal) for conflict in part_conflicts(part)]


def part_conflicts(part: Part) -> Iterator[Conflict]:
    """Those of one record. What already has the value wanted is no conflict."""
    if part.action == ProposalAction.CREATE:
        return
    kind = part.ref.kind
    record = kind.find(part.ref.key)
    current = dict.fromkeys(part.base) if record is None else kind.values(record, part.base)
    for name, base in part.base.items():
        if current[name] not in (base, part.fields.get(name, base)):
            yield Conflict(str(part.ref), name, kind.by_name[name].label, base, current[name], part.fields.get(name))


def proposal_differences(proposal: Proposal) -> list[FieldDifference]:
    """What the proposal would change, field by field, against the base its author saw."""
    return [
        FieldDifference(
            str(part.ref), name, part.ref.kind.by_name[name].label, part.ref.kind.by_name[name].language,
            part.base.get(name), value,
        )
        for part in parts_of(proposal)
        for name, value in part.fields.items()
        if name in part.ref.kind.by_name and part.base.get(name) != value
    ]  # fmt: skip
