"""The portal's own items, as `POST /api/v1/content/` takes them."""

from __future__ import annotations

from typing import Any

import msgspec

from labeling.formats.base import Format
from labeling.intake import CheckedItem


def to_item(record: CheckedItem) -> dict[str, Any] | None:
    """The record is the item."""
    document: dict[str, Any] = msgspec.to_builtins(record)
    return document


PORTAL = Format("portal", CheckedItem, to_item, is_items=True)
