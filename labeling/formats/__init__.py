"""Other platforms' records as items: one folder to each format.

A new format is a copy of one of the folders: a typed record (fields nobody needs are not named and thereby ignored),
`to_item`, and a few fictional records in `sample.ndjson`; then a line in `FORMATS`. Pure code.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

from labeling.formats.base import BrokenRecordError, Format, ItemDocument
from labeling.formats.jetstream import JETSTREAM
from labeling.formats.mastodon import MASTODON
from labeling.formats.portal import PORTAL
from labeling.formats.tiktok import TIKTOK
from labeling.formats.youtube import YOUTUBE

#: Every format by the name it has on the command line.
FORMATS: MappingProxyType[str, Format[Any]] = MappingProxyType(
    {known.name: known for known in (PORTAL, TIKTOK, JETSTREAM, MASTODON, YOUTUBE)}
)

__all__ = ["FORMATS", "BrokenRecordError", "Format", "ItemDocument"]
