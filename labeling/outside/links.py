"""Which content a link is about. Links are read and never followed: nothing is fetched from where others point."""

from __future__ import annotations

import json
import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import unquote, urlsplit

from django.conf import settings

from labeling.models import Label, Platform
from labeling.uris import uri_parts

LONGEST: Final = 2_000
_DATA: Final = Path(__file__).resolve().parent.parent / "data" / "platform_links.json"
#: The portal's own pages about content: `/de/watch/{platform}/{id}/` and `/de/labels/{id}/`.
_WATCH: Final = re.compile(r"/[a-z]{2}/watch/(?P<platform>[a-z0-9-]+)/(?P<id>.+?)/?")
_LABEL: Final = re.compile(r"/[a-z]{2}/labels/(?P<id>[a-z2-7]{16})/?.*")


class UnknownLinkError(ValueError):
    """The text leads to no content of a platform that works with this portal; `platforms` names those that do."""

    def __init__(self, platforms: list[str]) -> None:
        super().__init__("no content of a known platform")
        self.platforms = platforms


class LinkPattern(NamedTuple):
    """How a platform writes the address of its content (`labeling/data/platform_links.json`).

    `address` matches path and query; `template` makes the item's id of its named groups.
    """

    platform: str
    hosts: frozenset[str]
    address: re.Pattern[str]
    template: str


@cache
def link_patterns() -> tuple[LinkPattern, ...]:
    """All of them, in the order of the file."""
    return tuple(
        LinkPattern(one["platform"], frozenset(one["hosts"]), re.compile(one["address"]), one["id"])
        for one in json.loads(_DATA.read_text())
    )


def content_uri(link: str) -> str:
    """`platform:id` of what somebody pasted: an address of a platform or of this portal, or such a uri itself.

    Raises `UnknownLinkError`. At most two queries.
    """
    text = link.strip()
    platforms = dict(Platform.objects.values_list("key", "name"))
    uri = _uri_of(text) if 0 < len(text) <= LONGEST and is_plain(text) else None
    parts = uri_parts(uri) if uri else None
    if parts is None or parts[0] not in platforms:
        raise UnknownLinkError(sorted(platforms.values()))
    return ":".join(parts)


def is_plain(text: str) -> bool:
    """Whether it holds no control character and none that changes the direction of text or cannot be seen."""
    return not any(unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"} for char in text)


def _uri_of(text: str) -> str | None:
    if uri_parts(text) and not text.startswith(("http:", "https:")):
        return text
    try:
        address = urlsplit(text)
        host = (address.hostname or "").lower()
    except ValueError:
        return None
    if address.scheme not in {"http", "https"} or address.username is not None:
        return None
    if host == urlsplit(settings.PUBLIC_URL).hostname:
        return _own_uri(unquote(address.path))
    asked = f"{address.path}?{address.query}" if address.query else address.path
    for pattern in link_patterns():
        if host in pattern.hosts and (found := pattern.address.fullmatch(asked)):
            return f"{pattern.platform}:{pattern.template.format(**found.groupdict())}"
    return None


def _own_uri(path: str) -> str | None:
    if found := _WATCH.fullmatch(path):
        return f"{found['platform']}:{found['id']}"
    if found := _LABEL.fullmatch(path):
        label = Label.objects.filter(public_id=found["id"]).select_related("item__platform").first()
        return label.item.uri if label else None
    return None
