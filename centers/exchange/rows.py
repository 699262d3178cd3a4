"""What a table of trusted sources or key dates would change in a place, row by row."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from centers.curation.errors import WHOLE, CurationError
from centers.curation.fields import take_date, take_url
from centers.curation.kind import RecordKind
from centers.curation.kinds import KINDS, NEW
from centers.exchange.effects import Difference, Effect, FileError, Plan, Problem, Verdict
from centers.exchange.records import name_of, records_of
from centers.exchange.sheets_read import Row, sheet_read
from centers.exchange.sheets_write import ORIGIN_COLUMNS, table_write
from centers.models import Audience, Jurisdiction, KeyDateKind, ProposalAction, SourceKind, TrustedSource
from centers.models.source import Purpose
from centers.services.proposal_submit import Wish, parts_taken
from centers.services.record_write import Provenance, records_write
from electioncenters.languages import LANGUAGE_CODES

#: A source every rehearsal has; the real one is asked for when the import is confirmed.
_REHEARSAL: Final = "https://rehearsal.invalid/"
_OWN_SOURCE: Final = ("source_url", "verified_on")
#: So often rows that did not fit are tried again after others; longer chains are tried all at once.
_MOST_ROUNDS: Final = 8


@dataclass(frozen=True, slots=True)
class Table:
    """A kind of table: which record a row is about, and what its columns mean.

    `names` finds the record a row names: its name, and whether it is there already; it raises `CurationError`.
    `explained` are the columns with a sentence each, for the template.
    """

    noun: str
    names: Callable[[Row, Jurisdiction, dict[str, Any]], tuple[str, bool]]
    explained: dict[str, str]
    example: dict[str, str]
    naming: tuple[str, ...]

    @property
    def kind(self) -> RecordKind:
        """What the rows are."""
        return KINDS[self.noun]

    @property
    def known(self) -> list[str]:
        """Columns that are read, those that every row needs first."""
        own = [one.name for one in self.kind.own]
        return list(dict.fromkeys([*self.naming, *own, *_OWN_SOURCE]))


def _source_name(row: Row, place: Jurisdiction, live: dict[str, Any]) -> tuple[str, bool]:
    """By `record` where it is given, else by its address; an address there is not yet makes a new one."""
    name = row.cells.get("record", "")
    if name:
        if name not in live:
            raise CurationError({"record": ["There is no such source in this centre: leave it empty for a new one."]})
        return name, True
    address = row.cells.get("url", "")
    found = [key for key, one in live.items() if isinstance(one, TrustedSource) and one.url == address]
    if len(found) > 1:
        raise CurationError({"record": [f"Several sources have this address: say which, {' or '.join(found)}."]})
    return (found[0], True) if found else (f"source:{place.code}/{NEW}", False)


def _date_name(row: Row, place: Jurisdiction, live: dict[str, Any]) -> tuple[str, bool]:
    """By election, kind and audience, or by `record` alone, as exports have it."""
    cells = row.cells
    if not any(cells.get(column) for column in ("election", "kind", "audience")) and cells.get("record") in live:
        return cells["record"], True
    election, kind = cells.get("election", ""), cells.get("kind", "")
    audience = cells.get("audience", "") or Audience.EVERYONE.value
    problems = {}
    if not election or "/" in election:
        problems["election"] = ["Give the election's id, such as ie.president.2032."]
    if kind not in KeyDateKind.values:
        problems["kind"] = [f"One of: {', '.join(KeyDateKind.values)}."]
    if audience not in Audience.values:
        problems["audience"] = [f"One of: {', '.join(Audience.values)}."]
    if problems:
        raise CurationError(problems)
    name = f"date:{election}/{place.code}/{kind}/{audience}"
    if (given := cells.get("record", "")) and given != name:
        raise CurationError({"record": [f"This row is about {name}."]})
    return name, name in live


_SOURCE_OF_ROW: Final = {
    "source_url": "Official page that says so, where it is another one than for the whole file.",
    "verified_on": "Day it was seen there, YYYY-MM-DD, where it is another one.",
}
TABLES: Final = {
    "sources": Table(
        "source",
        _source_name,
        {
            "record": "Which source, as exports name it (source:ie/12). Empty: found by its address, or a new one.",
            "url": "Full web address of the page.",
            "title": "What the page calls itself.",
            "organisation": "Key of the organisation that speaks there, as in an export.",
            "kind": f"Who speaks: {', '.join(SourceKind.values)}.",
            "languages": "Languages of the page, codes with commas between them: fr, nl.",
            "purposes": f"What voters find there, with commas between them: {', '.join(Purpose.values)}.",
            "scope": "Only for these elections, such as local. Mostly empty.",
            "rank": "Order, lowest first; a number from 0 to 10000.",
            **_SOURCE_OF_ROW,
        },
        {"url": "https://elections.example/", "title": "Fictional Electoral Commission", "organisation": "fictional",
         "kind": "authority", "languages": "en", "purposes": "organises, information", "rank": "10"},
        ("record",),
    ),
    "dates": Table(
        "date",
        _date_name,
        {
            "record": "May be left out: election, kind and audience say which date it is.",
            "election": "Id of the election, as in an export: ie.president.2032.",
            "kind": f"What happens: {', '.join(KeyDateKind.values)}.",
            "audience": f"Whom it concerns: {', '.join(Audience.values)}. Empty: everyone.",
            "day": "A whole day, YYYY-MM-DD; or give a moment.",
            "instant": "A moment with its offset from UTC: 2032-05-20T17:00+02:00; or give a day.",
            "time_zone": "Time zone of the place, such as Europe/Dublin. Empty: the place's first.",
            **{f"note_{code}": f"Note for voters in this language ({code})." for code in LANGUAGE_CODES},
            **_SOURCE_OF_ROW,
        },
        {"election": "ie.president.2032", "kind": "registration_deadline", "audience": "everyone",
         "day": "2032-05-20"},
        ("record", "election", "kind", "audience"),
    ),
}  # fmt: skip
#: Columns of exports that are told, and not taken.
_TOLD: Final = tuple(one for one in ORIGIN_COLUMNS if one not in _OWN_SOURCE)


def table_template(name: str, place: Jurisdiction) -> bytes:
    """An empty table with an example: columns explained in lines that begin with `#`, which an import skips."""
    table = TABLES[name]
    columns = [
        one for one in table.known if not one.startswith("note_") or one.removeprefix("note_") in place.languages
    ]
    notes = [f"{column}: {_explained(table, column)}" for column in columns]
    example = ", ".join(f"{column} = {cell}" for column, cell in table.example.items())
    return table_write(columns, [], notes=[*notes, f"Example: {example}", "Lines that begin with # are not imported."])


def rows_plan(name: str, data: bytes, place: Jurisdiction) -> Plan:
    """The effects of a table, each tried out together with the others; nothing stays. Raises `FileError`."""
    table = TABLES[name]
    sheet = sheet_read(data, known=table.known, ignored=_TOLD)
    missing = [one for one in table.naming if one not in ("record", "audience") and one not in sheet.columns]
    if missing and "record" not in sheet.columns:
        raise FileError(f"There is no column {', '.join(missing)}.")
    live = {name_of(table.kind, one): one for one in records_of(place)[table.noun]}
    seen: dict[str, int] = {}
    entries = [(_effect(table, row, place, live, seen), row) for row in sheet.rows]
    with transaction.atomic():
        _try_out(entries, place)
        transaction.set_rollback(True)
    for effect, row in entries:
        effect.title = effect.title or row.cells.get("title") or row.cells.get("kind", "")
    return Plan([effect for effect, _ in entries])


def _effect(table: Table, row: Row, place: Jurisdiction, live: dict[str, Any], seen: dict[str, int]) -> Effect:
    effect = Effect(row.line, "", "", Verdict.ERROR)
    try:
        name, is_there = table.names(row, place, live)
        effect.name = name
        if (first := seen.setdefault(_identity(name, row), row.line)) != row.line:
            raise CurationError(f"Line {first} is about the same.")
        if _compare(effect, table, row, live.get(name) if is_there else None, place):
            _own_source(effect, row)
    except CurationError as error:
        _refuse(effect, row, error)
    return effect


def _refuse(effect: Effect, row: Row, error: CurationError) -> None:
    effect.verdict, effect.wish = Verdict.ERROR, None
    effect.errors += [Problem(_column(column, row), said) for column, many in error.errors.items() for said in many]


def _try_out(entries: Sequence[tuple[Effect, Row]], place: Jurisdiction) -> None:
    """Make the changes, in an order in which they can be made; refuse those that cannot.

    What does not fit what stands there may fit once another row is made: an opening that moves behind the present
    deadline, with the deadline further down. What fits in no order is tried all at once, as a proposal makes it.
    """
    waiting = [(effect, row, effect.wish) for effect, row in entries if effect.wish is not None]
    refused: dict[int, CurationError] = {}
    for _ in range(_MOST_ROUNDS):
        left = []
        for effect, row, wish in waiting:
            try:
                _rehearse([wish], place)
            except CurationError as error:
                refused[row.line] = error
                left.append((effect, row, wish))
        if not left:
            return
        is_stuck, waiting = len(left) == len(waiting), left
        if is_stuck:
            break
    try:
        _rehearse([wish for _, _, wish in waiting], place)
    except CurationError:
        for effect, row, _ in waiting:
            _refuse(effect, row, refused[row.line])


def _identity(name: str, row: Row) -> str:
    """New sources have no name of their own yet."""
    return f"{name} {row.cells.get('url', '')} {row.cells.get('title', '')}" if name.endswith(f"/{NEW}") else name


def _own_source(effect: Effect, row: Row) -> None:
    """The row's own source, where the row names one. Raises `CurationError`."""
    try:
        effect.source = take_url(row.cells["source_url"]) if row.cells.get("source_url") else ""
    except ValidationError as error:
        raise CurationError({"source_url": error.messages}) from None
    try:
        effect.verified_on = take_date(row.cells["verified_on"]) if row.cells.get("verified_on") else None
    except ValidationError as error:
        raise CurationError({"verified_on": error.messages}) from None
    if effect.verified_on and effect.verified_on > timezone.now().date() + dt.timedelta(days=1):
        raise CurationError({"verified_on": ["Nobody has seen the source on a day to come."]})


def _compare(effect: Effect, table: Table, row: Row, record: Any, place: Jurisdiction) -> bool:
    """Say what the row would change; whether it would change anything. Raises `CurationError`."""
    kind = table.kind
    own = {one.name for one in kind.own}
    entered = {column: cell for column, cell in row.cells.items() if column in own}
    if table.noun == "date" and not entered.get("time_zone"):
        entered["time_zone"] = record.time_zone if record is not None else place.time_zones[0]
    taken = kind.taken(entered)
    before = kind.values(record, taken) if record is not None else {}
    changed = {name: value for name, value in taken.items() if value != before.get(name, "")}
    effect.differences = [
        Difference(kind.by_name[name].label, kind.by_name[name].language, before.get(name), value)
        for name, value in changed.items()
        if value not in ("", None, []) or before.get(name) not in ("", None, [])
    ]
    if record is not None and not changed:
        effect.verdict = Verdict.UNCHANGED
        return False
    if record is None:
        wish = Wish(effect.name, ProposalAction.CREATE, {name: value for name, value in taken.items() if value != ""})
    else:
        wish = Wish(effect.name, fields=changed, base={name: before[name] for name in changed})
    effect.wish = wish
    effect.verdict = Verdict.NEW if record is None else Verdict.CHANGED
    return True


def _rehearse(wishes: Sequence[Wish], place: Jurisdiction) -> None:
    """Make changes where others are made already, all of them or none. Raises `CurationError`."""
    provenance = Provenance(_REHEARSAL, timezone.now().date(), "Rehearsal")
    parts = [part for wish in wishes for part in parts_taken([wish])]
    with transaction.atomic():
        try:
            done = records_write(parts=parts, provenance=provenance)
        except PermissionDenied as error:
            raise CurationError(str(error)) from None
        if any(written.place.pk != place.pk for written in done):
            raise CurationError("This is about another place.")


def _column(field: str, row: Row) -> str:
    """The column an error is shown at."""
    return field if field != WHOLE and field in row.cells else ("" if field == WHOLE else field)


def columns_of(name: str) -> Sequence[tuple[str, str]]:
    """The columns of a table with what they mean, for the page."""
    table = TABLES[name]
    return [(column, _explained(table, column)) for column in table.known if not column.startswith("note_")]


def _explained(table: Table, column: str) -> str:
    """The sentence of a column; that of the field itself where the table has none of its own."""
    if said := table.explained.get(column):
        return said
    described = table.kind.by_name[column]
    named = ", ".join(value for value, _ in described.choices)
    return f"{described.label}. {f'One of: {named}. ' if named else ''}{described.help}".strip()
