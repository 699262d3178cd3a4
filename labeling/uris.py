"""Items by their uri, `platform:external_id`. Pure code."""

from __future__ import annotations

import re

from labeling.models.platform import PLATFORM_KEY_PATTERN

_URI = re.compile(f"(?P<platform>{PLATFORM_KEY_PATTERN.strip('^$')}):(?P<external_id>[!-~]{{1,255}})")


def uri_parts(uri: str) -> tuple[str, str] | None:
    """`platform:external_id` taken apart, or `None` for what no item can be called; ids may hold colons themselves."""
    found = _URI.fullmatch(uri)
    return (found["platform"], found["external_id"]) if found else None
