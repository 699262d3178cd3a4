"""What a page's markup must hold to be a fact-check for those who read it.

Written from schema.org/ClaimReview, /Claim and /Rating, and from Google's "Fact check (ClaimReview) structured data":
required are `claimReviewed`, `reviewRating` and `url` (of the page's own host), and of the rating `alternateName`;
recommended `author`, `datePublished`, `itemReviewed`, and of the rating its number with worst and best. The issue asks
for all of them.
"""

from __future__ import annotations

import datetime as dt
import json
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit


class _Blocks(HTMLParser):
    """Finds data blocks as a browser does: everything up to the next `</script`."""

    def __init__(self) -> None:
        super().__init__()
        self.blocks: list[str] = []
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "script" and dict(attrs).get("type") == "application/ld+json":
            self._inside = True
            self.blocks.append("")

    def handle_endtag(self, tag: str) -> None:
        self._inside = self._inside and tag != "script"

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.blocks[-1] += data


def reviews_of(html: str) -> list[dict[str, Any]]:
    """Every ClaimReview of a page."""
    blocks = _Blocks()
    blocks.feed(html)
    found: list[dict[str, Any]] = []
    for block in blocks.blocks:
        read = json.loads(block)
        found += read if isinstance(read, list) else [read]
    return found


def review_check(review: dict[str, Any], host: str | None = None) -> None:
    """Fails where something required is missing or is of another kind; `host` is that of the page it stands on."""
    assert review["@context"] in {"https://schema.org", "http://schema.org"}
    assert review["@type"] == "ClaimReview"
    assert _text(review["claimReviewed"])
    address = urlsplit(review["url"])
    assert address.scheme in {"http", "https"}
    assert address.hostname
    if host is not None:
        assert address.hostname == host or address.hostname.endswith(f".{host}")
    dt.date.fromisoformat(review["datePublished"][:10])
    author = review["author"]
    assert author["@type"] in {"Organization", "Person"}
    assert _text(author["name"])
    rating = review["reviewRating"]
    assert rating["@type"] == "Rating"
    assert _text(rating["alternateName"])
    assert all(isinstance(rating[name], int | float) for name in ("worstRating", "ratingValue", "bestRating"))
    assert rating["worstRating"] <= rating["ratingValue"] <= rating["bestRating"]
    claim = review["itemReviewed"]
    assert claim["@type"] == "Claim"
    assert claim["appearance"]
    for work in claim["appearance"]:
        assert work["@type"] == "CreativeWork"
        assert work.get("url") or _text(work["text"])


def _text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())
