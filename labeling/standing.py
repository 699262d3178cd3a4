"""How the elections that labels name stand: what was annulled, cancelled or postponed, and what comes instead."""

from __future__ import annotations

import datetime as dt
import math
import time
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from django.utils import timezone

from centers.models import Election
from centers.upcoming import CALLED_OFF, day_shown, held_instead

#: For so many seconds a process trusts what it knows of elections that fell.
TRUSTED: Final = 0.5


class Standing(NamedTuple):
    """An election that fell: its status, the key of the one held instead, and the polling day of that."""

    status: str
    replaced_by: str | None = None
    day: dt.date | None = None


class _Fallen:
    """What this process knows of them."""

    known: Mapping[str, Standing] = {}
    looked_at = -math.inf


def election_standing(key: str | None, status: str | None) -> Standing | None:
    """How the election `key` stands if by `status`, as just read, it was called off; `None` if it was not.

    At most two queries every `TRUSTED` seconds, and none while no label names such an election.
    """
    if key is None or status not in CALLED_OFF:
        return None
    now = time.monotonic()
    known = _Fallen.known.get(key)
    if known is None or known.status != status or now - _Fallen.looked_at > TRUSTED:
        _Fallen.known, _Fallen.looked_at = standings_read(), now
    return _Fallen.known.get(key, Standing(status))


def standings_forget() -> None:
    """Look again when next asked."""
    _Fallen.known, _Fallen.looked_at = {}, -math.inf


def standings_read(keys: Sequence[str] = ()) -> dict[str, Standing]:
    """All elections that were called off, or those of `keys`, as they stand in the database."""
    fallen = Election.objects.filter(status__in=CALLED_OFF)
    if keys:
        fallen = fallen.filter(key__in=keys)
    newer = list(Election.objects.filter(replaces__isnull=False).prefetch_related("rounds__polling_days"))
    instead, today = held_instead(newer), timezone.now().date()
    found = {}
    for election in fallen:
        one = instead.get(election.pk)
        found[election.key] = Standing(
            election.status, one.key if one else None, day_shown(one, today) if one else None
        )
    return found
