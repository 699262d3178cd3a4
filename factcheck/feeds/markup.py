"""ClaimReview in the JSON-LD of articles. Pure code.

Only the data blocks are looked for, one after the other, in time that grows with the page's length: a whole HTML parser
would read much more of what nobody has checked.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

_BEGINS: Final = re.compile(r"<!--|<script\b", re.IGNORECASE)
_ENDS: Final = re.compile(r"</script", re.IGNORECASE)
_JSON_LD: Final = re.compile(r"type\s*=\s*[\"']?\s*application/ld\+json", re.IGNORECASE)
_LANGUAGE: Final = re.compile(r"<html\b[^>]{0,500}?\blang\s*=\s*[\"']?([a-z]{2,3})\b", re.IGNORECASE)
_TITLE: Final = re.compile(r"<title[^>]{0,200}>([^<]{1,500})", re.IGNORECASE)
_CHARSET: Final = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?([a-z0-9_-]{2,40})", re.IGNORECASE)
_LONGEST_TAG: Final = 2000
#: Of a page so many blocks are read, and of a document so many values, so deep in each other.
_MOST_BLOCKS, _MOST_VALUES, _DEEPEST = 50, 20_000, 12
_PREFIX: Final = re.compile(r"^(https?://schema\.org/|schema:)")


@dataclass(frozen=True, slots=True)
class Article:
    """What was found on a page: its reviews, language, title, and how many of its blocks were no JSON."""

    reviews: list[dict[str, Any]]
    language: str
    title: str
    broken: int


def article_read(body: bytes, charset: str = "") -> Article:
    """Whatever a page holds; one without anything has no reviews."""
    text = _decoded(body, charset)
    reviews: list[dict[str, Any]] = []
    broken = 0
    for block in _blocks(text):
        try:
            reviews += reviews_within(json.loads(block))
        except (ValueError, RecursionError):
            broken += 1
    language, title = _LANGUAGE.search(text), _TITLE.search(text)
    return Article(reviews, language[1].lower() if language else "", title[1].strip() if title else "", broken)


def reviews_within(document: Any) -> list[dict[str, Any]]:
    """Every ClaimReview in JSON, wherever it stands: alone, in a list, a graph, a feed, within an article."""
    found: list[dict[str, Any]] = []
    left = _MOST_VALUES
    waiting: list[tuple[Any, int]] = [(document, 0)]
    while waiting and left > 0:
        value, depth = waiting.pop()
        left -= 1
        if isinstance(value, dict) and _is_review(value):
            found.append(value)
        elif depth < _DEEPEST and isinstance(value, dict | list):
            inside = value.values() if isinstance(value, dict) else value
            # The last in is looked at first, so that reviews come in the order of the document.
            waiting += [(one, depth + 1) for one in reversed(list(inside)) if isinstance(one, dict | list)]
    return found


def _is_review(value: dict[str, Any]) -> bool:
    kinds = value.get("@type")
    named = kinds if isinstance(kinds, list) else [kinds]
    return any(isinstance(kind, str) and _PREFIX.sub("", kind) == "ClaimReview" for kind in named)


def _blocks(text: str) -> Iterator[str]:
    at = count = 0
    while count < _MOST_BLOCKS and (begin := _BEGINS.search(text, at)):
        if begin[0] == "<!--":
            end = text.find("-->", begin.end())
            if end < 0:
                return
            at = end + 3
            continue
        close = text.find(">", begin.end(), begin.end() + _LONGEST_TAG)
        ends = _ENDS.search(text, close) if close >= 0 else None
        if ends is None:
            return
        if _JSON_LD.search(text, begin.end(), close):
            count += 1
            yield text[close + 1 : ends.start()]
        at = ends.end()


def _decoded(body: bytes, charset: str) -> str:
    told = _CHARSET.search(body[:4096])
    for name in (charset, told[1].decode("ascii") if told else ""):
        if name:
            try:
                return body.decode(name, errors="replace")
            except LookupError:
                continue
    return body.decode("utf-8", errors="replace")
