"""Which reminder somebody gets on a hashtag: what the tag means to them, where it leads, and in whose words.

Of the staff's reminders that hold, the one for the nearest place wins (the viewer's country before the Union, both
before everywhere), and of two for one place the one for the tag's election. Where none holds, the portal's own words
do.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, NamedTuple

from centers.local_text import LAST_RESORT, direction
from centers.models import Level
from electioncenters.languages import LANGUAGE_CODES
from labeling.links import destination, is_pan_european, member_state
from labeling.matching.alone import TagMeaning, Unmeant, tag_meaning
from labeling.matching.hits import Background
from labeling.models import Reminder, ReminderText
from labeling.services.matcher import Matcher
from labeling.texts import reminder_points

#: The nearer a place, the earlier its level; what holds everywhere comes last.
_NEARNESS: Final = {Level.LOCAL: 0, Level.STATE: 1, Level.COUNTRY: 2, Level.UNION: 3}
#: In this language the portal's own words were written; in others they are drafts of a machine.
_WRITTEN_IN: Final = "en"


class Viewer(NamedTuple):
    """Who looks at a hashtag: the language texts should be in, and what they said of themselves, if anything."""

    reads: str
    speaks: str | None = None
    country: str | None = None


class NoReminderError(LookupError):
    """A hashtag has no reminder for a viewer; `reason` says why."""

    def __init__(self, reason: Unmeant) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Shown:
    """A reminder ready to be shown. `language` is that of `points`, which `wanted` may differ from.

    `center` is the code of the centre to lead to, `until` when this may change (`None`: nothing is planned).
    """

    tag: str
    points: tuple[str, ...]
    language: str
    wanted: str
    is_machine: bool
    jurisdiction: str
    election: str | None
    center: str
    until: dt.datetime | None

    @property
    def text(self) -> str:
        """All points in one."""
        return " ".join(self.points)

    @property
    def is_elsewhere(self) -> bool:
        """Whether the text is not in the language that was wanted, and the viewer must be told."""
        return self.language != self.wanted

    @property
    def direction(self) -> str:
        """Of the text: `ltr` or `rtl`."""
        return direction(self.language)


def reminder_find(tag: str, *, viewer: Viewer, matcher: Matcher, now: dt.datetime) -> Shown:
    """The reminder on `tag` (without its sign) for a viewer. Raises `NoReminderError`. Two queries at most."""
    meaning = tag_means(tag, viewer, matcher, now)
    center = meaning.jurisdiction
    if is_pan_european(center):
        center = destination(center, member_state(viewer.country))
    texts = ReminderText.objects.that_may_hold(center, now)
    about = [text for text in texts if _is_about(text.reminder, meaning)]
    best = min((text.reminder for text in about if _has_begun(text.reminder, now)), key=_rank, default=None)
    ends = [meaning.until, *_changes(best, [text.reminder for text in about], now)]
    words = _own_words(viewer.reads) if best is None else _words([t for t in about if t.reminder == best], viewer.reads)
    return Shown(
        tag=tag,
        points=words.points,
        language=words.language,
        wanted=viewer.reads,
        is_machine=words.is_machine,
        jurisdiction=meaning.jurisdiction,
        election=meaning.election,
        center=center,
        until=min((end for end in ends if end), default=None),
    )


def tag_means(tag: str, viewer: Viewer, matcher: Matcher, now: dt.datetime) -> TagMeaning:
    """What the live rules say that a tag means to a viewer. Raises `NoReminderError`. No query."""
    known = Background(viewer.speaks, viewer.country)
    meaning = tag_meaning(matcher.compiled, tag, known, now, matcher.braked)
    if isinstance(meaning, Unmeant):
        raise NoReminderError(meaning)
    if meaning.jurisdiction not in matcher.jurisdictions:
        # Nowhere to lead to.
        raise NoReminderError(Unmeant.UNKNOWN)
    return meaning


class _Words(NamedTuple):
    points: tuple[str, ...]
    language: str
    is_machine: bool


def _own_words(language: str) -> _Words:
    return _Words(reminder_points(language), language, language != _WRITTEN_IN)


def _words(texts: list[ReminderText], wanted: str) -> _Words:
    """The text in the wanted language, else in one of the place's, else in English, else in any."""
    by_language = {text.language: text for text in texts}
    place = texts[0].reminder.jurisdiction
    order = (wanted, *(place.languages if place else ()), LAST_RESORT, *LANGUAGE_CODES)
    text = next(by_language[language] for language in order if language in by_language)
    return _Words(tuple(text.text.split("\n")), text.language, text.is_machine)


def _is_about(reminder: Reminder, meaning: TagMeaning) -> bool:
    return reminder.election is None or reminder.election.key == meaning.election


def _has_begun(reminder: Reminder, now: dt.datetime) -> bool:
    return reminder.starts_at is None or reminder.starts_at <= now


def _rank(reminder: Reminder) -> tuple[int, bool]:
    """The lower, the more particular; no two that hold at one time are of one rank."""
    place = reminder.jurisdiction
    nearness = _NEARNESS[Level(place.level)] if place else len(_NEARNESS)
    return nearness, reminder.election is None


def _changes(best: Reminder | None, others: Iterable[Reminder], now: dt.datetime) -> list[dt.datetime | None]:
    """When the reminder that holds ends, and when one that goes before it begins."""
    begin = [
        other.starts_at
        for other in others
        if not _has_begun(other, now) and (best is None or _rank(other) <= _rank(best))
    ]
    return [best.ends_at if best else None, *begin]
