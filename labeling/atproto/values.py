"""What the network calls the kinds of labels."""

from __future__ import annotations


def kind_value(kind: str) -> str:
    """The value of a label of `kind`: small letters and hyphens only, as the protocol recommends."""
    return kind.replace("_", "-")
