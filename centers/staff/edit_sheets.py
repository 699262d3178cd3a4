"""What an editing page does with what was sent: previews, drafts, conflicts, and the proposal in the end."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

from django.http import QueryDict

from centers.curation import CurationError
from centers.curation.errors import WHOLE
from centers.curation.kind import Values
from centers.curation.kinds import NEW
from centers.models import Jurisdiction, Proposal, ProposalAction
from centers.services.proposal_submit import Because, Wish
from centers.staff.conflicts import FieldConflict, changes_of, conflicts_of
from centers.staff.local_time import zone_of
from centers.staff.record_form import BecauseForm, PartForm
from centers.staff.sheet import Sheet
from centers.staff.widgets import languages_spoken
from electioncenters.languages import LANGUAGE_CODES

MOMENTS: Final = ("publish_at", "expires_at")
#: Inputs that no draft keeps.
_NOT_KEPT: Final = frozenset({"csrfmiddlewaretoken", "do", "token"})


class SentBack(Exception):  # noqa: N818 -- no error: the author has to look at something first
    """The page is shown again: something is wrong, was cleaned, or is in conflict."""


@dataclass(slots=True)
class Editing:
    """One editing page: its records, the reasons, and what the author is told."""

    place: Jurisdiction
    sheets: Sequence[Sheet]
    parts: list[PartForm]
    why: BecauseForm
    removed: Sequence[Sheet] = ()
    besides: int | None = None
    conflicts: list[FieldConflict] = field(default_factory=list)
    cleaned: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def is_wrong(self) -> bool:
        """Whether anything has to be corrected."""
        return bool(self.problems or self.why.errors or any(part.errors for part in self.parts))

    @property
    def is_one(self) -> bool:
        """Whether it is about a single record."""
        return len(self.sheets) == 1

    @property
    def is_scheduled(self) -> bool:
        """Whether there is a moment to show."""
        return any(self.why[name].value() or self.why[name].errors for name in MOMENTS if name in self.why.fields)

    def others(self, record: str) -> list[Proposal]:
        """What waits about `record`, without the proposal that is being revised; each new source is another one."""
        if record.endswith(f"/{NEW}"):
            return []
        touching = Proposal.objects.touching(record).filter(jurisdiction=self.place).exclude(pk=self.besides or 0)
        return list(touching.select_related("author", "organisation").order_by("created_at"))

    def wishes(self) -> list[Wish]:
        """What the author wants, settled. Raises `SentBack`."""
        taken = self._taken()
        self._clean_shown(taken)
        self._conflicts_found(taken)
        return self._wished(taken)

    def because(self) -> Because:
        """Why. Raises `SentBack`."""
        try:
            return self.why.because()
        except CurationError:
            raise SentBack from None

    def tried(self) -> list[Wish]:
        """What the author wants so far, for a preview. Raises `SentBack` where it cannot be read."""
        taken = self._taken()
        for part, values in zip(self.parts, taken, strict=True):
            self.cleaned += [part.curated[name].label for name in part.markup_removed(values)]
        return self._wished(taken, is_trial=True)

    def _taken(self) -> list[Values]:
        """Everything wrong is found at once, in all records."""
        taken = []
        for part in self.parts:
            try:
                taken.append(part.taken())
            except CurationError:
                continue
        if len(taken) < len(self.parts):
            raise SentBack
        return taken

    def _clean_shown(self, taken: Sequence[Values]) -> None:
        """Nothing is stored that its author has not seen: where markup went, the rest is shown first."""
        for part, values in zip(self.parts, taken, strict=True):
            if not (names := part.markup_removed(values)):
                continue
            data = QueryDict(mutable=True)
            data.update(part.data)
            for name in names:
                data[part.add_prefix(name)] = values[name]
                self.cleaned.append(part.curated[name].label)
            part.data = data
        if self.cleaned:
            raise SentBack

    def _conflicts_found(self, taken: Sequence[Values]) -> None:
        for part, values in zip(self.parts, taken, strict=True):
            self.conflicts += conflicts_of(part, values, self.others(part.sheet.record))
        if any(not one.choice for one in self.conflicts):
            raise SentBack

    def _wished(self, taken: Sequence[Values], *, is_trial: bool = False) -> list[Wish]:
        wishes = [Wish(sheet.record, ProposalAction.REMOVE) for sheet in self.removed]
        for part, values in zip(self.parts, taken, strict=True):
            mine = [one for one in self.conflicts if one.form is part]
            if changes := changes_of(part, values, mine):
                sheet = part.sheet
                fields = {**_begun(values), **changes} if sheet.is_new else changes
                base = None if sheet.is_new else {name: sheet.values[name] for name in changes}
                wishes.append(Wish(sheet.record, sheet.action, fields, base, part.same_meaning))
        if not wishes and not is_trial:
            self.problems.append("You have not changed anything yet.")
            raise SentBack
        return wishes

    def show(self, error: CurationError) -> None:
        """Put what the services say beside its fields: with the records that have them, else above everything."""
        for name, said in error.errors.items():
            fitting = [part for part in self.parts if name in part.fields]
            if name in self.why.fields:
                self.why.show({name: said})
            elif name != WHOLE and fitting:
                fitting[0].show({name: said})
            else:
                self.problems += [sentence for sentence in said if sentence not in self.problems]


def editing_of(
    data: QueryDict | None,
    sheets: Sequence[Sheet],
    *,
    place: Jurisdiction,
    every_language: bool,
    starts: Mapping[str, Values] | None = None,
    why: Mapping[str, Any] | None = None,
    besides: int | None = None,
    same_meaning: Mapping[str, Sequence[str]] | None = None,
) -> Editing:
    """The page's forms; `starts` are proposed values by record, `why` reason and source to begin with.

    `same_meaning` is what the proposal said so far (`Proposal.same_meaning`).
    """
    edited = [sheet for sheet in sheets if sheet.action != ProposalAction.REMOVE]
    parts = [
        PartForm(
            data,
            sheet=sheet,
            languages=_languages(data, sheet, f"p{number}", (starts or {}).get(sheet.record, {}), every_language),
            prefix=f"p{number}",
            start=(starts or {}).get(sheet.record, {}),
            same_meaning=(same_meaning or {}).get(sheet.record, ()),
        )
        for number, sheet in enumerate(edited)
    ]
    lasting = any(sheet.is_new and not sheet.ref.kind.is_removable for sheet in edited)
    zone = zone_of(place.time_zones[0], "UTC")
    return Editing(
        place=place,
        sheets=sheets,
        parts=parts,
        why=BecauseForm(data, zone=zone, start=why or {}, may_expire=not lasting and bool(edited)),
        removed=[sheet for sheet in sheets if sheet.action == ProposalAction.REMOVE],
        besides=besides,
    )


def _languages(data: QueryDict | None, sheet: Sheet, prefix: str, start: Values, every: bool) -> list[str]:
    """The place's own and English, those that are written in, or all."""
    if every:
        return list(dict.fromkeys([*languages_spoken(sheet.jurisdiction.languages), *LANGUAGE_CODES]))
    sent = {*(data or {}), *(f"{prefix}-{name}" for name in start)}
    written = [one.language for one in sheet.ref.kind.own if one.language and f"{prefix}-{one.name}" in sent]
    return list(dict.fromkeys([*languages_spoken(sheet.jurisdiction.languages), *written]))


def _begun(values: Values) -> Values:
    """A new record is made of everything its form held, not only of what was changed in it."""
    return {name: value for name, value in values.items() if value not in ("", None, [])}


def token_of(data: QueryDict | None) -> uuid.UUID:
    """The form's own mark, drawn when it was begun."""
    try:
        return uuid.UUID(str(data.get("token", "") if data else ""))
    except ValueError:
        return uuid.uuid4()


def entered_of(data: QueryDict) -> dict[str, list[str]]:
    """What a draft keeps of what was sent."""
    return {name: data.getlist(name) for name in data if name not in _NOT_KEPT}


def data_of(entered: Mapping[str, Sequence[str]]) -> QueryDict:
    """A draft as if it had been sent."""
    data = QueryDict(mutable=True)
    for name, values in entered.items():
        data.setlist(name, list(values))
    return data


def settled(editing: Editing, send: Callable[[list[Wish], Because], Proposal]) -> Proposal | None:
    """The proposal that was made; `None` when the page is shown again. Raises `PermissionDenied`."""
    wishes: list[Wish] | None = None
    because: Because | None = None
    with suppress(SentBack):
        wishes = editing.wishes()
    try:
        because = editing.because()
    except SentBack:
        return None
    if wishes is None:
        return None
    try:
        return send(wishes, because)
    except CurationError as error:
        editing.show(error)
        return None
