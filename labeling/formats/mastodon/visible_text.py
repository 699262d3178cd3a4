"""The text a reader sees of a status's HTML."""

from __future__ import annotations

import re
from collections import Counter
from html.parser import HTMLParser
from typing import Final

_BLOCKS: Final = frozenset({"p", "div", "blockquote", "ul", "ol", "pre", "h1", "h2", "h3", "h4", "h5", "h6"})
_LINES: Final = frozenset({"br", "li"})
_VOID: Final = frozenset({"br", "img", "hr", "wbr", "input"})
#: Their content is not for reading.
_UNREAD: Final = frozenset({"script", "style", "template"})
#: Mastodon hides the beginning and end of long addresses in these, and puts `…` after the others.
_INVISIBLE, _ELLIPSIS = "invisible", "ellipsis"
_SPACE = re.compile(r"[ \t\r\n]+")
# The parser looks for the end of what never ends again and again, which takes minutes for a long line of `<!--`.
# A sign that opens no element before the next sign is therefore text.
_NO_ELEMENT = re.compile(r"<(?!/?[a-zA-Z][^<>]*>)")
_AROUND_BREAKS = re.compile(r"[ ]*\n[ ]*")
_MANY_BREAKS = re.compile(r"\n{3,}")


def visible_text(html: str) -> str:
    """Paragraphs with an empty line between them, line breaks as such, links as they read."""
    reader = _Reader()
    reader.feed(_NO_ELEMENT.sub("&lt;", _without_comments(html)))
    reader.close()
    text = _AROUND_BREAKS.sub("\n", "".join(reader.parts))
    return _MANY_BREAKS.sub("\n\n", text).strip()


def _without_comments(html: str) -> str:
    """A comment without an end goes as far as the text."""
    before, *comments = html.split("<!--")
    return before + "".join(comment.partition("-->")[2] for comment in comments)


class _Reader(HTMLParser):
    """Collects what is visible; knows the open elements so that one never closed hides no more than its parent."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._open: list[tuple[str, str]] = []
        # How often each element is open: asked at every text and every end, however deep these stand.
        self._depth: Counter[str] = Counter()
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element begins."""
        self._break(tag)
        if tag in _VOID:
            return
        kind = _kind(tag, dict(attrs).get("class") or "")
        self._hidden += kind == _INVISIBLE
        self._open.append((tag, kind))
        self._depth[tag] += 1

    def handle_endtag(self, tag: str) -> None:
        """An element ends, and with it those inside that were left open."""
        if self._depth[tag]:
            while self._close() != tag:
                pass
        if tag not in _LINES:
            self._break(tag)

    def handle_data(self, data: str) -> None:
        """Text; entities are characters already."""
        if self._hidden:
            return
        self.parts.append(data if self._depth["pre"] else _SPACE.sub(" ", data))

    def _break(self, tag: str) -> None:
        if tag in _BLOCKS:
            self.parts.append("\n\n")
        elif tag in _LINES:
            self.parts.append("\n")

    def _close(self) -> str:
        tag, kind = self._open.pop()
        self._depth[tag] -= 1
        self._hidden -= kind == _INVISIBLE
        if kind == _ELLIPSIS and not self._hidden:
            self.parts.append("…")
        return tag


def _kind(tag: str, classes: str) -> str:
    names = classes.split()
    if tag in _UNREAD or _INVISIBLE in names:
        return _INVISIBLE
    return _ELLIPSIS if _ELLIPSIS in names else ""
