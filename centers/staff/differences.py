"""Values of curated fields as people read them, and what a change does to them word by word."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from django.utils import formats

from accounts.models import Organisation
from centers.curation import KINDS, CuratedField
from centers.curation.parts import Conflict, Part, parts_of
from centers.curation.titles import record_titles
from centers.local_text import direction
from centers.models import Proposal, ProposalAction, PublishedChange
from centers.models.fact import Translated
from centers.wording import originals_of
from centers.words import Run, words_compared
from electioncenters.languages import LANGUAGE_NAMES

#: What no field tells.
_NOTES: Final[Mapping[str, str]] = {
    ProposalAction.CREATE: "This is added: voters do not have it yet.",
    ProposalAction.REMOVE: "This is removed: voters no longer see it.",
}
#: Beside an original that is worded otherwise.
_SAME_MEANING: Final = (
    "Its author says that this alters the wording and not the meaning: translations stay as they are."
)
#: Fields of a published change that are none of the record's own: what a confirmation changes.
_CONFIRMATION: Final = {"confirmation": "Who stands behind it", "confirmed_on": "Confirmed on"}


@dataclass(frozen=True, slots=True)
class ShownText:
    """A value in words; `language` is set for curated texts, so that a page can say which and turn its direction."""

    text: str
    language: str = ""

    @property
    def direction(self) -> str:
        """`ltr` or `rtl`."""
        return direction(self.language) if self.language else "ltr"


@dataclass(frozen=True, slots=True)
class ShownDifference:
    """One field of a change: its label, and the runs that lead from `before` to `after`."""

    label: str
    language: str
    before: ShownText
    after: ShownText
    runs: Sequence[Run]
    note: str = ""
    """What the change says of itself, beside the words."""

    @property
    def language_name(self) -> str:
        """The language in itself, empty for what is in none."""
        return LANGUAGE_NAMES.get(self.language, "")

    @property
    def direction(self) -> str:
        """`ltr` or `rtl`."""
        return self.after.direction


@dataclass(frozen=True, slots=True)
class ShownConflict:
    """A field that was changed by somebody else meanwhile: what it was, is, and would become."""

    title: str
    label: str
    base: ShownText
    current: ShownText
    proposed: ShownText

    @property
    def values(self) -> tuple[ShownText, ShownText, ShownText]:
        """As it was, is, and would become."""
        return self.base, self.current, self.proposed


@dataclass(frozen=True, slots=True)
class ShownRecord:
    """What a change does to one record; `note` says what no field tells: that it is added or removed."""

    record: str
    title: str
    note: str
    differences: Sequence[ShownDifference]


def value_shown(noun: str, name: str, value: Any) -> ShownText:
    """A field's value in words: labels for choices, days in full, "–" for nothing."""
    kind = KINDS.get(noun)
    field = kind.by_name.get(name) if kind else None
    if field is None:
        return ShownText(_plain(value))
    if field.language:
        return ShownText(value or "", field.language)
    return ShownText(_of_field(field, value))


def proposal_shown(proposal: Proposal) -> list[ShownRecord]:
    """What a proposal would do, record by record, against what its author saw; the loader's material as it is."""
    if proposal.author_id is None:
        names = [(name, None, value) for name, value in proposal.fields.items()]
        shown = [difference_shown(proposal.record, *one) for one in names if one[2] not in (None, "", [])]
        return [ShownRecord(proposal.record, record_titles([proposal.record])[proposal.record], "", shown)]
    parts = parts_of(proposal)
    titles = record_titles(str(part.ref) for part in parts)
    return [_part_shown(part, titles[str(part.ref)]) for part in parts]


def _part_shown(part: Part, title: str) -> ShownRecord:
    fields, reworded = part.ref.kind.by_name, _reworded(part)
    shown = [
        replace(
            difference_shown(str(part.ref), name, part.base.get(name), part.fields[name]),
            note=_SAME_MEANING if name in reworded else "",
        )
        for name in fields
        if name in part.fields and (part.base.get(name) or None) != (part.fields[name] or None)
    ]
    return ShownRecord(str(part.ref), title, _NOTES.get(part.action, ""), shown)


def _reworded(part: Part) -> set[str]:
    """The originals, by field, that are worded otherwise and mean the same."""
    live = part.ref.kind.find(part.ref.key) if part.same_meaning else None
    if not isinstance(live, Translated):
        return set()
    own = part.ref.kind.place(live).languages
    return {name for base in part.same_meaning for name in originals_of(live, base, own)}


def difference_shown(record: str, name: str, before: Any, after: Any) -> ShownDifference:
    """One field of a record named `noun:key`."""
    noun = record.partition(":")[0]
    kind = KINDS.get(noun)
    field = kind.by_name.get(name) if kind else None
    old, new = value_shown(noun, name, before), value_shown(noun, name, after)
    if field is not None and field.limit:
        runs: Sequence[Run] = words_compared(old.text, new.text)
    else:
        runs = [run for run in (Run("del", old.text), Run("ins", new.text)) if run.text]
    label = label_of(noun, name)
    return ShownDifference(label, field.language if field else "", old, new, runs)


def change_shown(change: PublishedChange) -> list[ShownDifference]:
    """What a published change did, field by field."""
    noun, names = change.record.partition(":")[0], {**change.before, **change.after}
    known = KINDS[noun].by_name if noun in KINDS else {}
    order = [name for name in known if name in names] + [name for name in names if name not in known]
    return [
        difference_shown(change.record, name, change.before.get(name), change.after.get(name))
        for name in order
        if change.before.get(name) != change.after.get(name)
    ]


def conflicts_shown(conflicts: Iterable[Conflict]) -> list[ShownConflict]:
    """Three ways, each as people read it."""
    listed = list(conflicts)
    titles = record_titles(one.record for one in listed)
    return [
        ShownConflict(
            titles[one.record], one.label,
            *(value_shown(one.record.partition(":")[0], one.field, value)
              for value in (one.base, one.current, one.proposed)),
        )
        for one in listed
    ]  # fmt: skip


def label_of(noun: str, name: str) -> str:
    """A field's label for people; its name where there is none."""
    kind = KINDS.get(noun)
    if kind is not None and name in kind.by_name:
        return kind.by_name[name].label
    return _CONFIRMATION.get(name, name.replace("_", " ").capitalize())


def _of_field(field: CuratedField, value: Any) -> str:
    if field.choices:
        labels = dict(field.choices)
        wanted = value if isinstance(value, list) else [value]
        return ", ".join(labels.get(one, str(one)) for one in wanted if one not in (None, ""))
    if field.name == "polling_days":
        return "\n".join(_polling_day(day) for day in value or [])
    if field.name == "organisation":
        return _organisation(value)
    return _plain(value)


def _polling_day(day: Mapping[str, Any]) -> str:
    hours = f", {day.get('opens_at') or '?'}–{day.get('closes_at') or '?'}"
    return _plain(day.get("date")) + (hours if day.get("opens_at") or day.get("closes_at") else "")


def _organisation(key: str | None) -> str:
    found = Organisation.objects.filter(key=key).values_list("name", flat=True).first() if key else None
    return found or key or ""


def _plain(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, list | tuple):
        return ", ".join(_plain(one) for one in value)
    if isinstance(value, dict):
        return ", ".join(f"{name}: {_plain(one)}" for name, one in value.items())
    return _day(str(value)) or _moment(str(value)) or str(value)


def _day(text: str) -> str:
    try:
        return str(formats.date_format(dt.date.fromisoformat(text), "j F Y")) if len(text) == len("2029-06-09") else ""
    except ValueError:
        return ""


def _moment(text: str) -> str:
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        return ""
    if moment.tzinfo is None:
        return ""
    return f"{formats.date_format(moment.astimezone(dt.UTC), 'j F Y, H:i')} UTC"
