"""Fields that two people are changing: what one saw, what it is now, what others propose, what is one's own."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from centers.curation import CuratedField
from centers.curation.kind import Values
from centers.models import Proposal
from centers.staff.differences import ShownText, value_shown
from centers.staff.record_form import PartForm, is_same

#: The author's choices for a field.
MINE: Final = "mine"
LEAVE: Final = "leave"


@dataclass(frozen=True, slots=True)
class Rival:
    """Somebody's proposal that is not published yet, and the value it has for a field."""

    proposal: Proposal
    value: Any


@dataclass(frozen=True, slots=True)
class FieldConflict:
    """`witness` stands for what the author was shown: a choice holds only for that."""

    form: PartForm
    field: CuratedField
    seen: Any
    now: Any
    mine: Any
    rivals: Sequence[Rival]

    @property
    def name(self) -> str:
        """Of the choice's input."""
        return self.form.add_prefix(f"choice-{self.field.name}")

    @property
    def witness_name(self) -> str:
        """Of the input that carries the witness."""
        return self.form.add_prefix(f"witness-{self.field.name}")

    @property
    def witness(self) -> str:
        """What the author chooses against."""
        against = [self.now, [(rival.proposal.pk, rival.proposal.revision) for rival in self.rivals]]
        return hashlib.blake2b(json.dumps(against, sort_keys=True).encode(), digest_size=9).hexdigest()

    @property
    def shown(self) -> dict[str, ShownText]:
        """The three as people read them."""
        three = {"seen": self.seen, "now": self.now, "mine": self.mine}
        return {name: self._text(value) for name, value in three.items()}

    @property
    def rivals_shown(self) -> list[tuple[Proposal, ShownText]]:
        """Others' proposals with what they want."""
        return [(rival.proposal, self._text(rival.value)) for rival in self.rivals]

    def _text(self, value: Any) -> ShownText:
        return value_shown(self.form.sheet.ref.kind.noun, self.field.name, value)

    @property
    def has_moved(self) -> bool:
        """Whether it was published meanwhile, and is not only proposed."""
        return not is_same(self.now, self.seen)

    @property
    def choice(self) -> str:
        """What the author chose, having seen all this; empty when they have not."""
        data = self.form.data
        chosen = data.get(self.name, "")
        return chosen if chosen in (MINE, LEAVE) and data.get(self.witness_name) == self.witness else ""


def conflicts_of(form: PartForm, taken: Values, others: Iterable[Proposal]) -> list[FieldConflict]:
    """The fields the author changed that somebody else changed too, or proposes to."""
    listed = list(others)
    found = []
    for name, mine in taken.items():
        now = form.sheet.values.get(name)
        seen = form.base.get(name, now)
        if is_same(mine, now) or is_same(mine, seen):
            continue
        rivals = [Rival(one, fields[name]) for one in listed if name in (fields := _fields_of(one, form.sheet.record))]
        if rivals or not is_same(now, seen):
            found.append(FieldConflict(form, form.curated[name], seen, now, mine, rivals))
    return found


def changes_of(form: PartForm, taken: Values, conflicts: Iterable[FieldConflict]) -> Values:
    """What the author really changes: not what they left as they saw it, or leave to others now."""
    left = {one.field.name for one in conflicts if one.choice == LEAVE}
    return {
        name: mine
        for name, mine in taken.items()
        if name not in left
        and not is_same(mine, form.sheet.values.get(name))
        and not (name in form.base and is_same(mine, form.base[name]))
    }


def _fields_of(proposal: Proposal, record: str) -> Values:
    """What a proposal wants of `record`."""
    if proposal.record == record:
        return dict(proposal.fields)
    return next((dict(part["fields"]) for part in proposal.also if part["record"] == record), {})
