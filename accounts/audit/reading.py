"""The audit as people read it: who changed what, when and where, across all that is tracked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.core.paginator import Page, Paginator
from django.db import models
from django.db.models import CharField, OuterRef, Q, QuerySet, Subquery, Value

from accounts.audit import EVENTS
from accounts.models import User

#: Characters of a value that are shown, and fields of a change; the rest is counted.
LONGEST: Final = 160
MOST_FIELDS: Final = 12
_SKIPPED: Final = frozenset({"id"})


@dataclass(frozen=True, slots=True)
class Source:
    """Events of one tracked model that somebody may read: `rows` says which, `title` what an event is about."""

    noun: str
    label: str
    model: type[models.Model]
    rows: Q
    title: Callable[[Any], str]

    def events(self) -> QuerySet[Any]:
        """Those, in no order."""
        found: QuerySet[Any] = EVENTS[self.model].objects.filter(self.rows)
        return found


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """What of it is asked for; what is `None` or empty narrows nothing. `until` is the day after the last."""

    noun: str = ""
    user: int | None = None
    since: dt.datetime | None = None
    until: dt.datetime | None = None

    def applied(self, events: QuerySet[Any]) -> QuerySet[Any]:
        """The events that fit."""
        if self.user is not None:
            events = events.filter(pgh_context__user=self.user)
        if self.since is not None:
            events = events.filter(pgh_created_at__gte=self.since)
        if self.until is not None:
            events = events.filter(pgh_created_at__lt=self.until)
        return events


@dataclass(frozen=True, slots=True)
class FieldLine:
    """A field before and after, shortened."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One event. `person` is empty for what was not done through the workspace; `by` is a number without an account."""

    at: dt.datetime
    verb: str
    label: str
    title: str
    person: User | None
    by: int | None
    where: str
    reason: str
    fields: tuple[FieldLine, ...]
    more: int
    is_first: bool
    """Of a record that was there before it was tracked: what it was before is not known."""


def audit_page(sources: Sequence[Source], wanted: AuditFilter, *, number: Any, size: int) -> Page[Any]:
    """One page of it, latest first; `object_list` holds `AuditLine`s. Two queries and two more per kind on the page."""
    chosen = [source for source in sources if wanted.noun in ("", source.noun)]
    keys = [
        wanted.applied(source.events())
        .order_by()
        .annotate(noun=Value(source.noun, output_field=CharField()))
        .values_list("pgh_created_at", "noun", "pgh_id")
        for source in chosen
    ]
    if not keys:
        return Paginator([], size).get_page(number)
    listed = keys[0].union(*keys[1:], all=True).order_by("-pgh_created_at", "-pgh_id", "noun")
    page = Paginator(listed, size).get_page(number)
    page.object_list = _lines({source.noun: source for source in chosen}, list(page.object_list))
    return page


def _lines(sources: Mapping[str, Source], keys: Sequence[tuple[dt.datetime, str, int]]) -> list[AuditLine]:
    numbers_of = {noun: [pk for _, one, pk in keys if one == noun] for noun in sources}
    found = {noun: _with_previous(source, numbers_of[noun]) for noun, source in sources.items()}
    events = [(sources[noun], *found[noun][pk]) for _, noun, pk in keys]
    numbers = {number for _, event, _ in events if (number := _number(event)) is not None}
    people = User.objects.in_bulk(numbers) if numbers else {}
    return [_line(source, event, previous, people) for source, event, previous in events]


def _with_previous(source: Source, pks: list[int]) -> dict[int, tuple[Any, Any]]:
    """Events by id, each with the one of the same record before it."""
    if not pks:
        return {}
    model: Any = EVENTS[source.model]
    before = model.objects.filter(pgh_obj=OuterRef("pgh_obj"), pgh_id__lt=OuterRef("pgh_id")).order_by("-pgh_id")
    events = model.objects.annotate(previous=Subquery(before.values("pgh_id")[:1])).in_bulk(pks)
    older = model.objects.in_bulk([one.previous for one in events.values() if one.previous is not None])
    return {pk: (event, older.get(event.previous)) for pk, event in events.items()}


def _number(event: Any) -> int | None:
    number = (event.pgh_context or {}).get("user")
    return number if isinstance(number, int) else None


def _line(source: Source, event: Any, previous: Any, people: Mapping[int, User]) -> AuditLine:
    context, number = event.pgh_context or {}, _number(event)
    removed = event.pgh_label == "removed"
    fields = list(_fields(None if removed else previous, event, removed=removed))
    return AuditLine(
        at=event.pgh_created_at,
        verb=event.pgh_label,
        label=source.label,
        title=source.title(event),
        person=people.get(number) if number is not None else None,
        by=number,
        where=str(context.get("url", "")),
        reason=str(context.get("reason", "")),
        fields=tuple(fields[:MOST_FIELDS]),
        more=max(0, len(fields) - MOST_FIELDS),
        is_first=event.pgh_label == "changed" and previous is None,
    )


def _fields(previous: Any, event: Any, *, removed: bool) -> Iterable[FieldLine]:
    """What differs from the event before; of one that was added or removed, what it had."""
    if event.pgh_label == "changed" and previous is None:
        return
    for name in _names(event):
        after, before = _text(getattr(event, name)), _text(getattr(previous, name)) if previous else ""
        if after != before:
            yield FieldLine(name, after if removed else before, "" if removed else after)


def _names(event: Any) -> list[str]:
    """Columns of the tracked model; of a translated text each language, and not the column that follows one."""
    names = [one.attname for one in event._meta.concrete_fields if not one.attname.startswith("pgh_")]
    return [name for name in names if name not in _SKIPPED and f"{name}_en" not in names]


def _text(value: Any) -> str:
    if value in (None, "", [], {}):
        return ""
    text = " ".join(str(value).split())
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
