"""The few statements by which a batch writes its items: one per table, whatever the number of items.

Rows are locked and inserted in the order of their ids, so that two workers with the same items wait for each other
instead of dead-locking.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any, NamedTuple

import msgspec
from django.db import connection

from electioncenters.plain_cursor import plain_cursor
from labeling.intake import Item, PackedItem
from labeling.intake.item import MAX_REVISION
from labeling.models import Platform


class KnownItem(NamedTuple):
    """An item already in the database, locked for this transaction."""

    pk: int
    revision: int
    erased: bool


class WrittenItem(NamedTuple):
    """An item this transaction inserted or updated."""

    pk: int
    is_new: bool


def items_lock(platform: Platform, external_ids: Iterable[str]) -> dict[str, KnownItem]:
    """The items of the platform that are known already, locked until the transaction ends."""
    rows = _rows(
        """SELECT external_id, id, revision, erased_at IS NOT NULL FROM labeling_contentitem
           WHERE platform_id = %s AND external_id = ANY(%s) ORDER BY external_id FOR UPDATE""",
        [platform.pk, list(external_ids)],
    )
    return {external_id: KnownItem(pk, revision, erased) for external_id, pk, revision, erased in rows}


def accounts_upsert(platform: Platform, items: Iterable[Item]) -> dict[str, int]:
    """The authors of `items` by their id on the platform, with the handle they use now."""
    handles = {item.author.id: item.author.handle or "" for item in items if item.author and item.author.id}
    if not handles:
        return {}
    ids = sorted(handles)
    found = dict(
        _rows(
            """WITH written AS (
                   INSERT INTO labeling_account (platform_id, external_id, handle)
                   SELECT %s, * FROM unnest(%s::text[], %s::text[])
                   ON CONFLICT (platform_id, external_id) DO UPDATE SET handle = EXCLUDED.handle
                   WHERE labeling_account.handle <> EXCLUDED.handle RETURNING external_id, id
               )
               SELECT external_id, id FROM labeling_account WHERE platform_id = %s AND external_id = ANY(%s)
               UNION ALL SELECT external_id, id FROM written""",
            [platform.pk, ids, [handles[key] for key in ids], platform.pk, ids],
        )
    )
    if missing := [key for key in ids if key not in found]:
        # Another worker wrote them after this statement had begun.
        found |= _rows(
            "SELECT external_id, id FROM labeling_account WHERE platform_id = %s AND external_id = ANY(%s)",
            [platform.pk, missing],
        )
    return found


def items_upsert(
    platform: Platform, items: Iterable[Item], accounts: dict[str, int], now: dt.datetime
) -> dict[str, WrittenItem]:
    """Write `items`; those another worker wrote meanwhile in the same or a later revision are left out."""
    ordered = sorted(items, key=lambda item: item.external_id)
    rows = rows_prepared(
        """INSERT INTO labeling_contentitem AS known
               (platform_id, first_seen_at, external_id, revision, text, hashtags, lang, region, author_id, url,
                media, metrics, created_at)
           SELECT %s, %s, u.external_id, u.revision, u.text, u.hashtags, u.lang, u.region, u.author_id, u.url,
                  u.media, u.metrics, u.created_at
           FROM json_to_recordset(%s::json)
                AS u(external_id text, revision bigint, text text, hashtags jsonb, lang text, region text,
                     author_id bigint, url text, media jsonb, metrics jsonb, created_at timestamptz)
           ON CONFLICT (platform_id, external_id) DO UPDATE SET
               revision = EXCLUDED.revision, text = EXCLUDED.text, hashtags = EXCLUDED.hashtags,
               lang = EXCLUDED.lang, region = EXCLUDED.region, author_id = EXCLUDED.author_id, url = EXCLUDED.url,
               media = EXCLUDED.media, metrics = EXCLUDED.metrics, erased_at = NULL
           WHERE known.revision < EXCLUDED.revision
           RETURNING external_id, id, xmax = 0""",
        [platform.pk, now, json_rows([_row(item, accounts, now) for item in ordered])],
    )
    return {external_id: WrittenItem(pk, is_new) for external_id, pk, is_new in rows}


def items_erase(revisions: dict[int, int], now: dt.datetime) -> None:
    """Erase all that items hold but their id; `revisions` maps their primary key to the revision that said so.

    Authors of whom nothing is left go with them, and what was said of how the items were made.
    """
    authors = _rows(
        """WITH gone AS (
               SELECT known.id, known.author_id, u.revision
               FROM labeling_contentitem AS known JOIN unnest(%s::bigint[], %s::bigint[]) AS u(id, revision)
               USING (id)
           )
           UPDATE labeling_contentitem AS known SET
               text = '', hashtags = '[]', lang = '', region = '', author_id = NULL, url = '', media = '[]',
               metrics = '{}', revision = greatest(known.revision, gone.revision), erased_at = %s
           FROM gone WHERE known.id = gone.id RETURNING gone.author_id""",
        [list(revisions), list(revisions.values()), now],
    )
    _rows(
        """WITH said AS (DELETE FROM labeling_aievidence WHERE item_id = ANY(%s::bigint[]))
           DELETE FROM labeling_account AS account WHERE id = ANY(%s::bigint[])
           AND NOT EXISTS (SELECT FROM labeling_contentitem WHERE author_id = account.id) RETURNING id""",
        [list(revisions), [author for (author,) in authors if author is not None]],
    )


def deletions_remember(platform: Platform, items: Iterable[PackedItem], now: dt.datetime) -> None:
    """Note that items are gone, so that what was handed in before and is labelled later does not bring them back.

    Only their id is kept. A deletion that names no revision is then of every revision that may still come.
    """
    rows = [{"external_id": item.external_id, "revision": _last_revision(item)} for item in items]
    _rows(
        """INSERT INTO labeling_contentitem AS known
               (platform_id, external_id, revision, created_at, first_seen_at, erased_at,
                text, hashtags, lang, region, url, media, metrics)
           SELECT %s, u.external_id, u.revision, %s, %s, %s, '', '[]', '', '', '', '[]', '{}'
           FROM json_to_recordset(%s::json) AS u(external_id text, revision bigint) ORDER BY u.external_id
           ON CONFLICT (platform_id, external_id) DO UPDATE SET revision = EXCLUDED.revision
           WHERE known.erased_at IS NOT NULL AND known.revision < EXCLUDED.revision RETURNING 1""",
        [platform.pk, now, now, now, json_rows(rows)],
    )


def _last_revision(item: PackedItem) -> int:
    return MAX_REVISION if item.revision is None else item.revision


def json_rows(rows: list[dict[str, Any]]) -> str:
    """Rows as one JSON text, which PostgreSQL takes apart faster than Python can quote arrays."""
    return msgspec.json.encode(rows).decode()


def _row(item: Item, accounts: dict[str, int], now: dt.datetime) -> dict[str, Any]:
    return {
        "external_id": item.external_id,
        "revision": item.revision or 0,
        "text": item.text or "",
        "hashtags": item.hashtags or [],
        "lang": item.lang or "",
        "region": item.region or "",
        "author_id": accounts.get(item.author.id or "") if item.author else None,
        "url": item.url or "",
        "media": item.media or [],
        "metrics": item.metrics or {},
        "created_at": item.created_at or now,
    }


def rows_prepared(statement: str, parameters: list[Any]) -> list[tuple[Any, ...]]:
    """What a statement returns that is planned once for each connection.

    Only for those that can be done in one way: what is found by an index would be planned while tables are small.
    """
    with plain_cursor() as cursor:
        return cursor.execute(statement, parameters, prepare=True).fetchall()


def _rows(statement: str, parameters: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())
