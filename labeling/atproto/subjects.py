"""What labels are about: records by their `at://` uri, and the patterns by which clients ask for them."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

#: A record of a repository: its owner's DID (a handle can move to somebody else), collection and key.
_RECORD: Final = re.compile(
    r"at://did:[a-z]+:[a-zA-Z0-9._:%-]*[a-zA-Z0-9._-]"
    r"/[a-zA-Z][a-zA-Z0-9-]*(\.[a-zA-Z0-9-]+)+\.[a-zA-Z][a-zA-Z0-9]*"
    r"/(?!\.{1,2}$)[a-zA-Z0-9_~.:-]{1,512}"
)
#: Every uri is of the characters from `!` to `~`: the next one stands behind all that begin alike.
_BEHIND: Final = "\x7f"
_PRINTABLE: Final = re.compile(r"[!-~]+")


class InvalidPatternError(ValueError):
    """A pattern cannot be understood; the text says why."""


class Span(NamedTuple):
    """A stretch of the uris in the order of their bytes: from `first` up to, but without, `end`."""

    first: str
    end: str


def is_record_uri(uri: str) -> bool:
    """Whether `uri` names a record by the DID of its owner."""
    return _RECORD.fullmatch(uri) is not None


def spans_of_patterns(patterns: list[str]) -> list[Span]:
    """What patterns ask for, in order and without overlap, so that nothing is looked at twice.

    A pattern is a whole uri, or its beginning with `*` behind it. Raises `InvalidPatternError`.
    """
    joined: list[Span] = []
    for span in sorted(_span(pattern) for pattern in patterns):
        if joined and span.first < joined[-1].end:
            joined[-1] = Span(joined[-1].first, max(joined[-1].end, span.end))
        else:
            joined.append(span)
    return joined


def _span(pattern: str) -> Span:
    beginning = pattern.removesuffix("*")
    if "*" in beginning:
        raise InvalidPatternError("An asterisk may only stand at the end of a pattern")
    if beginning and not _PRINTABLE.fullmatch(beginning):
        raise InvalidPatternError("A pattern is of printable ASCII characters without spaces")
    if not pattern:
        raise InvalidPatternError("A pattern must not be empty")
    if beginning == pattern:
        # Nothing lies between a text and itself with the lowest character behind it.
        return Span(pattern, pattern + "!")
    return Span(beginning, beginning + _BEHIND)
