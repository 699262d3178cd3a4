"""What a page says of itself: its title and its languages. Whatever it sends, little is read and nothing is trusted."""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Final, NamedTuple

from centers.curation.text import text_clean

#: Bytes of a page that are looked at, whatever it is packed into, and characters of its title.
MOST_BYTES: Final = 131_072
LONGEST_TITLE: Final = 250
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,8})*", re.IGNORECASE)
_CHARSET: Final = re.compile(rb"charset\s*=\s*[\"']?\s*([a-z0-9_:.-]{2,40})", re.IGNORECASE)
_BOMS: Final = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
#: More than this many alternatives are a language menu of something bigger than a page.
_MOST_LANGUAGES: Final = 40


class PageFacts(NamedTuple):
    """A page's title ("" when it has none) and the languages it says it is in, its own first; codes without region."""

    title: str
    languages: tuple[str, ...]


def is_html(headers: Mapping[str, str]) -> bool:
    """Whether what came is a page; a server that does not say sends one, usually."""
    return headers.get("content-type", "text/html").partition(";")[0].strip().lower() in {
        "text/html",
        "application/xhtml+xml",
    }


def page_read(body: bytes, headers: Mapping[str, str]) -> PageFacts:
    """The facts in the first part of a page; of what is no HTML only the language its headers name."""
    named = _languages(headers.get("content-language", "").split(","))
    if not is_html(headers):
        return PageFacts("", tuple(named))
    parser = _HeadParser()
    unpacked = _unpacked(body[: 2 * MOST_BYTES], headers.get("content-encoding", ""))
    parser.feed(_decoded(unpacked, headers.get("content-type", "")))
    # 20 times the length, so that markup within does not use it up.
    title = text_clean("".join(parser.title)[: 20 * LONGEST_TITLE], multiline=False)[:LONGEST_TITLE].strip()
    languages = _languages([parser.language, *named, *parser.alternatives[:_MOST_LANGUAGES]])
    return PageFacts(title, tuple(languages))


class _HeadParser(HTMLParser):
    """Reads `<html lang>`, `<title>` and `<link rel=alternate hreflang>`, up to the page's body."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.language = ""
        self.title: list[str] = []
        self.alternatives: list[str] = []
        self._in_title = False
        self._is_over = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """One of those tags."""
        given = {name: value or "" for name, value in attrs}
        if tag == "html":
            self.language = self.language or given.get("lang", "") or given.get("xml:lang", "")
        elif tag == "title" and not self._is_over and not self.title:
            self._in_title = True
        elif tag == "link" and "alternate" in given.get("rel", "").lower().split():
            self.alternatives.append(given.get("hreflang", ""))
        elif tag == "body":
            # Pictures further down have titles, too.
            self._is_over = True

    def handle_endtag(self, tag: str) -> None:
        """The end of the title."""
        if tag == "title":
            self._in_title = False

    def handle_data(self, data: str) -> None:
        """Text within the title."""
        if self._in_title:
            self.title.append(data)


def _unpacked(body: bytes, encoding: str) -> bytes:
    """Some servers pack whether one wants it or not; of a bomb only its beginning goes off."""
    if encoding.strip().lower() not in {"gzip", "x-gzip", "deflate"}:
        return body[:MOST_BYTES]
    try:
        return zlib.decompressobj(wbits=zlib.MAX_WBITS | 32).decompress(body, MOST_BYTES)
    except zlib.error:
        return b""


def _decoded(body: bytes, content_type: str) -> str:
    """By what the page says, first to last: a mark at its beginning, its header, itself; else UTF-8."""
    for mark, charset in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(charset, "replace")
    said = _CHARSET.search(content_type.encode("ascii", "ignore")) or _CHARSET.search(body[:2048])
    try:
        return body.decode(said[1].decode("ascii") if said else "utf-8", "replace")
    except (LookupError, ValueError):
        # It names a charset there is none of, or one that is none of text.
        return body.decode("utf-8", "replace")


def _languages(named: list[str]) -> list[str]:
    codes = (code.strip().lower().replace("_", "-") for code in named)
    bases = [code.partition("-")[0] for code in codes if _LANGUAGE.fullmatch(code)]
    return [code for code in dict.fromkeys(bases) if code not in {"und", "mul"}]
