"""A centre's changes as Atom (RFC 4287)."""

from __future__ import annotations

import datetime as dt
import io
import re
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from xml.sax.xmlreader import AttributesImpl

from django.utils.xmlutils import SimplerXMLGenerator

#: Makes ids; it never changes, and no host is part of it, so that a portal may move.
NAMESPACE: Final = uuid.UUID("7f0a4e9c-52d3-4b57-9c5e-6b1e1f3f8d21")
#: What XML 1.0 cannot hold, however it is written.
_UNWRITABLE: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """One entry. `content` is HTML; `id` an URN that stays the same for as long as the entry is there."""

    id: str
    title: str
    link: str
    published: dt.datetime
    updated: dt.datetime
    author: str
    content: str
    via: str = ""


@dataclass(frozen=True, slots=True)
class FeedHead:
    """The feed itself; `page` is what people read instead."""

    id: str
    title: str
    language: str
    address: str
    page: str
    author: str
    updated: dt.datetime


def stable_id(*parts: object) -> str:
    """An id made of what an entry is about."""
    return uuid.uuid5(NAMESPACE, "/".join(map(str, parts))).urn


def feed_write(head: FeedHead, entries: Iterable[FeedEntry]) -> bytes:
    """The document, in UTF-8."""
    out = io.StringIO()
    xml = _Writer(out)
    xml.startDocument()
    xml.startElement("feed", AttributesImpl({"xmlns": "http://www.w3.org/2005/Atom", "xml:lang": head.language}))
    xml.element("id", head.id)
    xml.element("title", head.title)
    xml.element("updated", head.updated.isoformat())
    xml.element("link", "", rel="self", type="application/atom+xml", href=head.address, hreflang=head.language)
    xml.element("link", "", rel="alternate", type="text/html", href=head.page, hreflang=head.language)
    xml.author(head.author)
    for entry in entries:
        _entry_write(xml, entry)
    xml.endElement("feed")
    xml.endDocument()
    return out.getvalue().encode()


def _entry_write(xml: _Writer, entry: FeedEntry) -> None:
    xml.startElement("entry", AttributesImpl({}))
    xml.element("id", entry.id)
    xml.element("title", entry.title)
    xml.element("published", entry.published.isoformat())
    xml.element("updated", entry.updated.isoformat())
    xml.element("link", "", rel="alternate", type="text/html", href=entry.link)
    if entry.via:
        xml.element("link", "", rel="via", href=entry.via)
    xml.author(entry.author)
    xml.element("content", entry.content, type="html")
    xml.endElement("entry")


class _Writer(SimplerXMLGenerator):
    """Escapes text and leaves out what XML cannot hold."""

    def __init__(self, out: io.StringIO) -> None:
        super().__init__(out, "utf-8", short_empty_elements=True)

    def element(self, tag: str, text: str, **attributes: str) -> None:
        """With text only."""
        self.startElement(tag, AttributesImpl({name: _writable(value) for name, value in attributes.items()}))
        if text:
            self.characters(_writable(text))
        self.endElement(tag)

    def author(self, name: str) -> None:
        """An organisation, never a person."""
        self.startElement("author", AttributesImpl({}))
        self.element("name", name)
        self.endElement("author")


def _writable(text: str) -> str:
    return _UNWRITABLE.sub("", text)
