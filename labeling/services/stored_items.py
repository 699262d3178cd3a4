"""Stored content in the order of its ids, as it was handed in, to be matched again."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any, NamedTuple

from django.db import connection

from labeling.intake import Item
from labeling.intake.item import Author
from labeling.models import ContentItem, SampledItem

_COLUMNS = """item.id, platform.key, item.external_id, item.text, item.hashtags, item.lang, item.region,
              item.created_at, account.external_id, account.handle"""
_FROM = """labeling_contentitem AS item JOIN labeling_platform AS platform ON platform.id = item.platform_id
           LEFT JOIN labeling_account AS account ON account.id = item.author_id"""


class StoredItem(NamedTuple):
    """An item with its primary key and its platform's key."""

    pk: int
    platform: str
    item: Item


def stored_after(position: int, limit: int) -> list[StoredItem]:
    """The next items that still have their words; nothing is locked."""
    return _read(
        f"SELECT {_COLUMNS} FROM {_FROM} WHERE item.id > %s AND item.erased_at IS NULL ORDER BY item.id LIMIT %s",  # noqa: S608  # constants
        [position, limit],
    )


def ids_after(position: int, limit: int) -> list[int]:
    """The ids of the next items, erased ones included."""
    return list(ContentItem.objects.filter(pk__gt=position).order_by("pk").values_list("pk", flat=True)[:limit])


def stored_lock(ids: list[int]) -> list[StoredItem]:
    """Those of the items that still have their words, locked until the transaction ends.

    In the order in which batches lock theirs, so that both wait for each other instead of dead-locking; what a batch
    wrote meanwhile is what is read.
    """
    return _read(
        f"""SELECT {_COLUMNS} FROM {_FROM} WHERE item.id = ANY(%s::bigint[]) AND item.erased_at IS NULL
            ORDER BY item.platform_id, item.external_id FOR UPDATE OF item""",  # noqa: S608  # constants
        [ids],
    )


def samples_after(position: int, limit: int) -> list[tuple[int, Item]]:
    """The next sampled texts, with their primary keys; of their day only the noon is known."""
    return [
        (sample.pk, Item(str(sample.pk), text=sample.text, lang=sample.lang or None, region=sample.region or None,
                         created_at=dt.datetime.combine(sample.sampled_on, dt.time(), dt.UTC)))
        for sample in SampledItem.objects.filter(pk__gt=position).order_by("pk")[:limit]
    ]  # fmt: skip


def _read(statement: str, parameters: list[Any]) -> list[StoredItem]:
    return [
        StoredItem(
            pk,
            platform,
            Item(
                external_id,
                text=text,
                # None were handed in: they are to be found in the text.
                hashtags=json.loads(hashtags) or None,
                lang=lang or None,
                region=region or None,
                created_at=created_at,
                author=Author(author, handle) if author else None,
            ),
        )
        for pk, platform, external_id, text, hashtags, lang, region, created_at, author, handle in _rows(
            statement, parameters
        )
    ]


def _rows(statement: str, parameters: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())
