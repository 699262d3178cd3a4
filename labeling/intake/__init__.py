"""The edge where content comes in: bodies become typed items, and nothing doubtful gets past. Pure code."""

from labeling.intake.item import Author, CheckedItem, Item, Media, PackedItem
from labeling.intake.parse import (
    MAX_ITEMS,
    InvalidItem,
    MalformedBodyError,
    Parsed,
    TooManyItemsError,
    parse_array,
    parse_lines,
)

__all__ = [
    "MAX_ITEMS",
    "Author",
    "CheckedItem",
    "InvalidItem",
    "Item",
    "MalformedBodyError",
    "Media",
    "PackedItem",
    "Parsed",
    "TooManyItemsError",
    "parse_array",
    "parse_lines",
]
