"""What counts as the beginning of a video being watched. Nobody is recognised: it is judged by one request alone.

Counted is a `GET` for the file's first bytes, or for the page with a provider's player, which only a click asks for.
Not counted are requests for the middle of a file, tests of a few bytes, prefetches, and programs that say what they
are. So it is a number of beginnings and never one of people: two people are two, and one person twice is two as well.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

#: Players ask for two bytes first to learn whether ranges are answered; a beginning asks for more than this.
SMALLEST: Final = 1024
_RANGE: Final = re.compile(r"bytes=(\d{1,15})-(\d{0,15})")
#: Words by which programs that are no person's browser call themselves. A program that calls itself a browser is
#: counted as one; it is held up by the number of beginnings counted in a minute.
_PROGRAMS: Final = re.compile(
    r"bot\b|bot[/_ -]|crawl|spider|slurp|preview|scan|monitor|fetch|curl|wget|python|java/|go-http|okhttp|axios|node"
    r"|headless|lighthouse|facebookexternalhit|whatsapp|telegram|embedly|archiver|feed",
    re.IGNORECASE,
)


def is_beginning(method: str, headers: Mapping[str, str]) -> bool:
    """Whether a request counts; `headers` are looked up by their usual names."""
    if method != "GET" or _is_ahead(headers):
        return False
    agent = headers.get("User-Agent", "")
    if not agent or _PROGRAMS.search(agent):
        return False
    return _begins(headers.get("Range", ""))


def _is_ahead(headers: Mapping[str, str]) -> bool:
    """Whether a browser asks because somebody might click (Fetch standard, `Sec-Purpose`)."""
    purposes = (headers.get(name, "") for name in ("Sec-Purpose", "Purpose", "X-Moz"))
    return any("prefetch" in purpose or "prerender" in purpose for purpose in purposes)


def _begins(range_: str) -> bool:
    if not range_:
        return True
    found = _RANGE.fullmatch(range_.strip())
    if found is None or int(found[1]) != 0:
        return False
    return not found[2] or int(found[2]) + 1 >= SMALLEST
