"""A message of the interface, and the several places of the sources where it was found."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

#: What identifies a message: its context (None: none) and its English text.
MessageKey = tuple[str | None, str]


class ExtractionError(Exception):
    """The sources ask for translations in a way that can't be extracted; `problems` says where and why."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Found:
    """One call for a translation; `file` is relative to the project, `line` is counted from 1."""

    file: str
    line: int
    id: str
    id_plural: str | None = None
    context: str | None = None
    comments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Message:
    """One message as a catalogue holds it: files and comments of all the places that use it, sorted."""

    id: str
    id_plural: str | None
    context: str | None
    files: tuple[str, ...]
    comments: tuple[str, ...]

    @property
    def key(self) -> MessageKey:
        """What identifies the message in a catalogue."""
        return (self.context, self.id)


def messages_merge(found: Iterable[Found]) -> list[Message]:
    """Each message once, ordered by its first file, then its text: catalogues don't change without a reason.

    Raises ExtractionError when one English text is asked for with two plurals: a catalogue holds only one.
    """
    places: dict[MessageKey, list[Found]] = {}
    for one in found:
        places.setdefault((one.context, one.id), []).append(one)
    problems = [problem for group in places.values() if (problem := _plural_conflict(group))]
    if problems:
        raise ExtractionError(sorted(problems))
    return sorted(map(_merged, places.values()), key=lambda m: (m.files[0], m.id, m.context or ""))


def _plural_conflict(group: list[Found]) -> str | None:
    plurals = {one.id_plural for one in group if one.id_plural is not None}
    if len(plurals) < 2:  # noqa: PLR2004 - two plurals are a conflict, one is none
        return None
    where = ", ".join(f"{one.file}:{one.line}" for one in group)
    return f"{where}: {group[0].id!r} has several plurals: {sorted(plurals)}"


def _merged(group: list[Found]) -> Message:
    return Message(
        id=group[0].id,
        id_plural=next((one.id_plural for one in group if one.id_plural is not None), None),
        context=group[0].context,
        files=tuple(sorted({one.file for one in group})),
        comments=tuple(sorted({comment for one in group for comment in one.comments})),
    )
