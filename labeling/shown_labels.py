"""The labels that viewers see on many items at once, as JSON: the one place that is asked for thousands a second.

One statement that PostgreSQL plans once per connection, plain rows, and documents of which all but the id and the
moment is made once for each kind, place, election and language.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec
from django.conf import settings

from electioncenters.plain_cursor import plain_cursor
from labeling.label_document import BASIS, label_document
from labeling.standing import Standing, election_standing

# The plan is kept for as long as the connection lives, and made while nobody knows yet how large the tables will be:
# `OFFSET 0` leaves one way only, each item and its labels by their keys. Neither keys nor ids hold spaces, and a text
# that the server takes apart is written faster than an array.
_SHOWN = f"""
    SELECT asked.platform, asked.external_id, label.public_id, label.kind, place.code, election.key, election.status,
           to_char(label.decided_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'),
           {BASIS}, label.finding::text
    FROM (
        SELECT named.platform, named.external_id, platform.id AS platform_id
        FROM unnest(string_to_array(%s, ' '), string_to_array(%s, ' ')) AS named(platform, external_id)
        JOIN labeling_platform AS platform ON platform.key = named.platform
        OFFSET 0
    ) AS asked
    CROSS JOIN LATERAL (
        SELECT id FROM labeling_contentitem
        WHERE platform_id = asked.platform_id AND external_id = asked.external_id
        OFFSET 0
    ) AS item
    CROSS JOIN LATERAL (
        SELECT id, public_id, kind, state, jurisdiction_id, election_id, decided_at, evidence, finding
        FROM labeling_label WHERE item_id = item.id
        OFFSET 0
    ) AS label
    JOIN centers_jurisdiction AS place ON place.id = label.jurisdiction_id
    LEFT JOIN centers_election AS election ON election.id = label.election_id
    WHERE label.state = 'applied'
    ORDER BY label.id
"""  # noqa: S608 -- our own text
# Stand for what differs from label to label; no text of ours holds them.
_ID = "\ue000"
_MOMENT = dt.datetime(1, 1, 1, tzinfo=dt.UTC)
_NO_FRACTION = ".000000"


class Viewer(NamedTuple):
    """For whom labels are worded: a language, and the country if it is a state of the European Union."""

    language: str
    member_state: str | None


class Named(NamedTuple):
    """What a label names: an election and how it stands, what it rests on, and what fact-checkers found, as JSON.

    All may be nothing.
    """

    key: str | None
    status: str | None
    standing: Standing | None
    basis: str | None
    finding: str | None


def labels_shown(items: Collection[tuple[str, str]], viewer: Viewer) -> dict[tuple[str, str], list[msgspec.Raw]]:
    """(platform key, id on the platform) → the JSON of its labels, `label_document` each; items without are left out.

    One query.
    """
    found: dict[tuple[str, str], list[msgspec.Raw]] = {}
    public_url = settings.PUBLIC_URL
    for platform, external_id, public_id, kind, place, election, status, decided_at, basis, finding in _rows(items):
        named = Named(election, status, election_standing(election, status), basis, finding)
        before, within, between, after = _template(kind, place, named, viewer, public_url)
        moment = decided_at.removesuffix(_NO_FRACTION)
        label = msgspec.Raw(f"{before}{public_id}{within}{public_id}{between}{moment}Z{after}".encode())
        found.setdefault((platform, external_id), []).append(label)
    return found


def _rows(items: Collection[tuple[str, str]]) -> list[tuple[Any, ...]]:
    """As selected above. The statement is prepared: planning it anew costs nearly as much as running it."""
    asked = [" ".join(platform for platform, _ in items), " ".join(external_id for _, external_id in items)]
    with plain_cursor() as cursor:
        return cursor.execute(_SHOWN, asked, prepare=True).fetchall()


@lru_cache(maxsize=16_384)
def _template(kind: str, place: str, named: Named, viewer: Viewer, public_url: str) -> tuple[str, ...]:
    """A label's document around its id, twice, and its moment.

    `public_url` and how the election stands only tell answers apart.
    """
    document = label_document(
        public_id=_ID,
        kind=kind,
        jurisdiction=place,
        election=named.key,
        election_status=named.status,
        decided_at=_MOMENT,
        language=viewer.language,
        member_state=viewer.member_state,
        basis=named.basis,
        finding=msgspec.json.decode(named.finding) if named.finding else None,
    )
    plain, moment = msgspec.json.encode(document).decode(), msgspec.json.encode(_MOMENT).decode().strip('"')
    return tuple(plain.replace(moment, _ID).split(_ID))
