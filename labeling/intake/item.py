"""One item as platforms hand it in.

Fields we do not know are dropped here, so that nothing is stored that nobody asked for. Bounds are those of the
database's columns, or generous multiples of what the large platforms allow.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Annotated, Final, Literal

from msgspec import Meta, Raw, Struct
from msgspec.json import Decoder

Short = Annotated[str, Meta(max_length=255)]
Address = Annotated[str, Meta(max_length=2000)]
#: Visible ASCII: ids of all platforms are, and they stand in addresses.
ExternalId = Annotated[str, Meta(pattern=r"^[!-~]{1,255}\Z")]
Tag = Annotated[str, Meta(max_length=300)]
LanguageTag = Annotated[str, Meta(max_length=35)]

#: The highest a `bigint` holds.
MAX_REVISION = 2**63 - 1
#: No platform is older; and PostgreSQL and Python disagree about years before 1.
EARLIEST = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
#: How far a platform's clock may be ahead of ours.
CLOCK_SKEW = dt.timedelta(days=1)


class Author(Struct, gc=False):
    """Who posted; an item without the author's `id` has no account of its own."""

    id: Short | None = None
    handle: Short | None = None


class Media(Struct, gc=False, omit_defaults=True):
    """A picture or video of the item; `ai_generated` is what the platform knows or the author declared.

    `phash` is the 64-bit perceptual hash of a picture, or of a video's cover, as `imagehash.phash` writes it.
    """

    type: Annotated[str, Meta(max_length=40)]
    url: Address | None = None
    sha256: Annotated[str, Meta(pattern=r"^[0-9a-fA-F]{64}\Z")] | None = None
    ai_generated: bool | None = None
    phash: Annotated[str, Meta(pattern=r"^[0-9a-fA-F]{16}\Z")] | None = None


#: How content was made: with artificial intelligence, in part, or not.
Made = Literal["generated", "partly", "not_ai"]


class Ai(Struct, gc=False, omit_defaults=True):
    """What is known of how the item was made: what its creator declared, and what the platform itself found."""

    declared: Made | None = None
    flagged: Made | None = None


class Item(Struct, gc=False, omit_defaults=True):
    """A video or post. `hashtags` is `None` when they are to be found in the text.

    A higher `revision` replaces a lower one. `deleted` items need their `external_id` only. With `author_deleted` it is
    no item but the news that the account `author.id` is gone, and all it posted with it. `paid` is what the platform
    knows of whether somebody paid for it.

    What needs Python to be checked is not checked here but by `are_sound`, for a whole request at once, and by
    `CheckedItem`, which says what is wrong.
    """

    external_id: Annotated[str, Meta(min_length=1, max_length=255)]
    text: Annotated[str, Meta(max_length=20_000)] | None = None
    author: Author | None = None
    created_at: Annotated[dt.datetime, Meta(tz=True)] | None = None
    lang: LanguageTag | None = None
    region: LanguageTag | None = None
    hashtags: Annotated[list[Tag], Meta(max_length=200)] | None = None
    url: Address | None = None
    revision: Annotated[int, Meta(ge=0, le=MAX_REVISION)] | None = None
    deleted: bool = False
    author_deleted: bool = False
    media: Annotated[list[Media], Meta(max_length=50)] | None = None
    metrics: Annotated[dict[Annotated[str, Meta(max_length=50)], int | float | None], Meta(max_length=50)] | None = None
    ai: Ai | None = None
    paid: bool = False


class CheckedItem(Item, gc=False, omit_defaults=True):
    """An item that is as it should be, or a `ValueError` that says why not."""

    external_id: ExternalId

    def __post_init__(self) -> None:
        if self.created_at is not None and not (EARLIEST <= self.created_at <= _latest()):
            raise ValueError("`created_at` must lie between the year 2000 and now")
        if self.author_deleted and not (self.author and self.author.id):
            raise ValueError("`author_deleted` needs `author.id`")


def are_sound(items: Sequence[Item]) -> bool:
    """Whether every one of them would be a `CheckedItem`; as quick as looking at each for itself is slow."""
    # Ids are cut at spaces only where one of them holds one: then there are more pieces than items.
    ids = " ".join([item.external_id for item in items])
    if not ids.isascii() or not ids.isprintable() or ids.count(" ") != max(0, len(items) - 1):
        return False
    dates = [item.created_at for item in items if item.created_at is not None]
    if dates and (min(dates) < EARLIEST or max(dates) > _latest()):
        return False
    return not any(item.author_deleted and not (item.author and item.author.id) for item in items)


def _latest() -> dt.datetime:
    return dt.datetime.now(dt.UTC) + CLOCK_SKEW


class PackedItem(Struct, gc=False):
    """An item as a batch holds it: what only items that may match need stays JSON until `unpacked`.

    Nothing is checked again, since only checked items are packed. The names of the fields are those of `Item`.
    """

    external_id: str
    text: str | None = None
    lang: str | None = None
    region: str | None = None
    hashtags: list[str] | None = None
    revision: int | None = None
    deleted: bool = False
    author_deleted: bool = False
    author: Raw = Raw()
    created_at: Raw = Raw()
    url: Raw = Raw()
    media: Raw = Raw()
    metrics: Raw = Raw()
    ai: Raw = Raw()
    paid: bool = False

    def unpacked(self) -> Item:
        """All of the item."""
        return Item(
            self.external_id,
            text=self.text,
            author=_author.decode(self.author) if self.author else None,
            created_at=_created_at.decode(self.created_at) if self.created_at else None,
            lang=self.lang,
            region=self.region,
            hashtags=self.hashtags,
            url=_url.decode(self.url) if self.url else None,
            revision=self.revision,
            deleted=self.deleted,
            author_deleted=self.author_deleted,
            media=_media.decode(self.media) if self.media else None,
            metrics=_metrics.decode(self.metrics) if self.metrics else None,
            ai=_ai.decode(self.ai) if self.ai else None,
            paid=self.paid,
        )


_author: Final = Decoder(Author | None)
_created_at: Final = Decoder(dt.datetime | None)
_url: Final = Decoder(str | None)
_media: Final = Decoder(list[Media] | None)
_ai: Final = Decoder(Ai | None)
_metrics: Final = Decoder(dict[str, int | float | None] | None)
