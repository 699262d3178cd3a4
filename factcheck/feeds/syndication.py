"""The entries of RSS and Atom feeds. Pure code."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import urljoin
from xml.etree.ElementTree import Element, ParseError

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from factcheck.feeds.trouble import FeedError, Trouble

#: Of a longer feed, which begins with the newest, the rest is left.
MOST_ENTRIES: Final = 200
_WEB_PAGE: Final = re.compile(rb"<!doctype\s+html|<html[\s>]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Entry:
    """An article the feed names. `stamp` is its date as the feed writes it: another one says that it changed."""

    url: str
    title: str
    stamp: str


def entries_read(body: bytes, feed_url: str) -> list[Entry]:
    """Those with an address, in the feed's order, each once. Raises `FeedError`."""
    # What begins like a page is one, even where it would be well-formed.
    if _WEB_PAGE.search(body[:2048]):
        raise FeedError(Trouble.NOT_A_FEED, "a web page")
    try:
        root = ElementTree.fromstring(body, forbid_dtd=True, forbid_entities=True, forbid_external=True)
    except DefusedXmlException as error:
        raise FeedError(Trouble.XML_FORBIDDEN, type(error).__name__) from error
    except ParseError as error:
        raise FeedError(Trouble.XML_BROKEN, f"line {error.position[0]}") from error
    except (ValueError, LookupError) as error:
        raise FeedError(Trouble.XML_BROKEN, "its encoding") from error
    name = _name(root)
    if name not in {"rss", "feed", "RDF"}:
        raise FeedError(Trouble.NOT_A_FEED, f"its outermost element is {name[:40]}")
    found: dict[str, Entry] = {}
    for element in root.iter():
        if _name(element) in {"item", "entry"} and (entry := _entry(element, feed_url)) is not None:
            found.setdefault(entry.url, entry)
        if len(found) >= MOST_ENTRIES:
            break
    return list(found.values())


def _entry(element: Element, feed_url: str) -> Entry | None:
    texts = {_name(child): " ".join("".join(child.itertext()).split()) for child in reversed(element)}
    url = _link(element) or (texts.get("guid", "") if texts.get("guid", "").startswith("https://") else "")
    try:
        url = urljoin(feed_url, url) if url else ""
    except ValueError:
        return None
    if not url.startswith(("https://", "http://")) or len(url) > 2000:  # noqa: PLR2004
        return None
    stamp = next((texts[key] for key in ("updated", "modified", "pubDate", "published", "date") if texts.get(key)), "")
    return Entry(url, texts.get("title", "")[:300], stamp[:60])


def _link(element: Element) -> str:
    """RSS writes the address as text, Atom as an attribute of the link that has no other purpose."""
    for child in element:
        if _name(child) == "link" and child.get("rel", "alternate") == "alternate":
            found = child.get("href") or "".join(child.itertext())
            if found.strip():
                return found.strip()
    return ""


def _name(element: Element) -> str:
    """Without its namespace: there are many of RSS alone."""
    return str(element.tag).rpartition("}")[2]
