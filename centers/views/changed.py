"""What a centre says of elections that do not take place as they were called: moved, postponed, cancelled, annulled."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from centers.local_text import LocalText, local_text
from centers.models import Election, ElectionStatus
from centers.reading import CenterFacts
from centers.upcoming import Timing, Upcoming, day_shown, held_instead


@dataclass(frozen=True, slots=True)
class ChangedView:
    """An election whose date no longer holds: `old` was its day, `day` is the new one, of `newer` if that is another.

    `status` is in the page's language; `since` is when it was decided.
    """

    election: Election
    name: LocalText
    status: str
    old: dt.date | None
    since: dt.date | None = None
    day: dt.date | None = None
    newer: LocalText | None = None

    @property
    def waits(self) -> bool:
        """Whether people wait for a new date."""
        return self.day is None and self.election.status == ElectionStatus.POSTPONED


def changed_views(facts: CenterFacts, coming: Iterable[Upcoming], language: str, today: dt.date) -> list[ChangedView]:
    """Elections called off, and those of which the next round was moved, in the order of what is coming."""
    instead = held_instead(facts.elections)
    found = []
    for item in coming:
        name = local_text(item.election, "name", language, facts.place.languages)
        if item.timing == Timing.CALLED_OFF:
            newer = instead.get(item.election.pk)
            newer_name = local_text(newer, "name", language, facts.place.languages) if newer else None
            found.append(_called_off(item, name, newer_name, day_shown(newer, today) if newer else None))
        elif item.next_round is not None and (moved := item.next_round.moved_from):
            status = str(ElectionStatus.POSTPONED.label)
            found.append(ChangedView(item.election, name, status, moved, day=item.next_round.first))
    return found


def _called_off(item: Upcoming, name: LocalText, newer: LocalText | None, day: dt.date | None) -> ChangedView:
    status = str(ElectionStatus(item.election.status).label)
    return ChangedView(item.election, name, status, item.first, item.election.status_since, day, newer)


@dataclass(frozen=True, slots=True)
class EarlierView:
    """An election that another is held instead of."""

    election: Election
    name: LocalText


def earlier_views(election: Election, facts: CenterFacts, language: str) -> list[EarlierView]:
    """The elections that this one is held instead of, the last first."""
    known = {one.pk: one for one in facts.elections}
    found: list[EarlierView] = []
    old = known.get(election.replaces_id or 0)
    while old is not None and len(found) < len(known):
        found.append(EarlierView(old, local_text(old, "name", language, facts.place.languages)))
        old = known.get(old.replaces_id or 0)
    return found
