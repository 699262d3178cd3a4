"""What changed for viewers of one platform, read on from wherever a reader was, and as it is told. Only reads."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from django.db import connection

from labeling.label_document import BASIS, FACT_CHECKED, label_document
from labeling.models import ChangeLedger, LabelState, Platform

#: What a label's document does not hold once nobody is shown the label.
_SHOWN_ONLY: Final = ("text", "link", "link_text")


class CursorError(ValueError):
    """Reading on from this position would miss changes; `earliest` is the first position from which it does not."""

    def __init__(self, earliest: int) -> None:
        super().__init__(f"changes are kept from position {earliest} on")
        self.earliest = earliest


class Change(NamedTuple):
    """One change, with what is told of it. `is_shown` says whether viewers see the label now, whatever was then."""

    position: int
    action: str
    at: dt.datetime
    external_id: str
    public_id: str
    kind: str
    confidence: float
    decided_at: dt.datetime
    is_shown: bool
    jurisdiction: str
    election: str | None
    election_status: str | None
    basis: str | None
    finding: dict[str, Any] | None

    def document(self, platform: Platform, language: str) -> dict[str, Any]:
        """As JSON. A label that is not shown any more has no text and no link that could be shown by mistake."""
        label = label_document(
            public_id=self.public_id,
            kind=self.kind,
            jurisdiction=self.jurisdiction,
            election=self.election,
            election_status=self.election_status,
            decided_at=self.decided_at,
            language=language,
            member_state=None,
            basis=self.basis,
            finding=self.finding,
        )
        if not self.is_shown:
            label |= dict.fromkeys(name for name in (*_SHOWN_ONLY, *FACT_CHECKED) if name in label)
        return {
            "cursor": str(self.position),
            "action": self.action,
            "at": self.at,
            "uri": f"{platform.key}:{self.external_id}",
            "label": label | {"confidence": self.confidence},
        }


@dataclass(frozen=True, slots=True)
class Stretch:
    """Changes in their order; reading on from `end` misses nothing. `more` says that there is something to read now."""

    changes: list[Change]
    end: int
    more: bool


def changes_read(*, platform: Platform, after: int | None, limit: int) -> Stretch:
    """At most `limit` changes of a platform's labels after a position; `None` is the beginning of what is kept.

    Raises `CursorError` for a position before that, and for one that was never given. One query: what is kept, how
    far changes are numbered and the changes themselves are of one moment.
    """
    with connection.cursor() as cursor:
        cursor.execute(_CHANGES, {"platform": platform.pk, "after": after, "limit": limit + 1, "shown": _SHOWN})
        rows = cursor.fetchall()
    last, erased = rows[0][:2]
    if after is not None and not erased <= after <= last:
        raise CursorError(erased)
    changes = [Change(*row[2:])._replace(finding=_read(row[-1])) for row in rows if row[2] is not None]
    if len(changes) > limit:
        return Stretch(changes[:limit], changes[limit - 1].position, True)
    return Stretch(changes, last, False)


def _read(finding: str | None) -> dict[str, Any] | None:
    return json.loads(finding) if finding else None


def changes_end() -> int:
    """The position of the last change; reading on from it tells only what happens from now on."""
    return ChangeLedger.objects.values_list("last_position", flat=True).first() or 0


def changes_start() -> int:
    """The first position from which reading on misses nothing."""
    return ChangeLedger.objects.values_list("erased_position", flat=True).first() or 0


_SHOWN: Final = LabelState.APPLIED.value
# A left join keeps the ledger where nothing changed, and the change where its election is gone.
_CHANGES: Final = f"""
    SELECT ledger.last_position, ledger.erased_position, news.*
    FROM (SELECT coalesce(max(last_position), 0) AS last_position, coalesce(max(erased_position), 0) AS erased_position
          FROM labeling_changeledger) AS ledger
    LEFT JOIN LATERAL (
        SELECT sets.last_position - sets.size + change.ordinal AS position, change.action, sets.at, item.external_id,
               label.public_id, change.kind, change.confidence, label.decided_at, label.state = %(shown)s,
               place.code, election.key, election.status, {BASIS}, label.finding
        FROM labeling_changeset AS sets
        JOIN labeling_labelchange AS change ON change.change_set_id = sets.id
        JOIN labeling_label AS label ON label.id = change.label_id
        JOIN labeling_contentitem AS item ON item.id = change.item_id
        JOIN centers_jurisdiction AS place ON place.id = change.jurisdiction_id
        LEFT JOIN centers_election AS election ON election.id = change.election_id
        WHERE sets.platform_id = %(platform)s
          AND sets.last_position > coalesce(%(after)s::bigint, 0)
          AND sets.last_position - sets.size + change.ordinal > coalesce(%(after)s::bigint, 0)
        ORDER BY sets.last_position, change.ordinal
        LIMIT %(limit)s
    ) AS news ON true
    ORDER BY news.position
"""  # noqa: S608 -- our own text
