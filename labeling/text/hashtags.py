"""Hashtags in a text, found as the large platforms find them.

The rules are those published with twitter-text, adapted in two places: a tag needs a letter (there a lone
combining mark is enough), and tags written without a space between them can be told apart on request.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from labeling.text.characters import TAG_CHARS, is_mark, is_tag_char

_TAG = re.compile(f"[#＃][{TAG_CHARS}]+")
_URL_END = r"[^\s<>\"()\[\]{}«»“”„。、，！？（）「」]"
_URL = re.compile(
    rf"(?<![@A-Za-z0-9_])(?:https?://|www\.){_URL_END}+"
    rf"|(?<![@A-Za-z0-9_.-])(?:[a-z0-9-]+\.)+[a-z]{{2,24}}/{_URL_END}*",
    re.IGNORECASE,
)
# Joiners and the middle dot hold letters together; at a tag's end they hold nothing, unless a script
# writes them after a mark (Malayalam's chillu letters).
_JOINERS = "\u200c\u200d\u00b7"

# After these a tag has simply ended; anything else is looked at with care.
_PLAIN_ENDS = frozenset({"", " ", "\n", ",", ".", "!", "?", ")"})

Span = tuple[int, int]


class _GluingTable(dict[str, bool]):
    """Character → whether a sign right after it starts no tag: after word characters and `&` (`&#39;`).

    A lookbehind in the pattern would say the same, but would be tried at every character of the text.
    """

    def __missing__(self, char: str) -> bool:
        glues = self[char] = char == "&" or is_tag_char(char)
        return glues


_GLUES = _GluingTable()


class Hashtag(NamedTuple):
    """One hashtag: `tag` without its sign; the offsets include the sign and are half open.

    `start` and `end` count code points, `byte_start` and `byte_end` bytes of UTF-8 (as Bluesky's facets do).
    """

    tag: str
    start: int
    end: int
    byte_start: int
    byte_end: int


def extract_hashtags(text: str, *, glued: bool = False) -> list[Hashtag]:
    """Return the hashtags of `text` in order, repeated ones included.

    As in twitter-text `#a#b` holds no tag. TikTok and Instagram read two there: `glued=True` does too.
    """
    found: list[Hashtag] = []
    at = byte_at = 0
    for start, end in tag_spans(text, glued=glued):
        byte_start = byte_at + _utf8_length(text[at:start])
        byte_end = byte_start + _utf8_length(text[start:end])
        found.append(Hashtag(text[start + 1 : end], start, end, byte_start, byte_end))
        at, byte_at = end, byte_end
    return found


def tag_spans(text: str, *, glued: bool = False) -> list[Span]:
    """Return (start, end) in code points of every hashtag, sign included: the cheap half of the extraction."""
    if "#" not in text and "＃" not in text:
        return []
    urls = url_spans(text)
    spans: list[Span] = []
    for first in _TAG.finditer(text):
        start, end = first.span()
        if (start and _GLUES[text[start - 1]]) or (urls and inside(urls, start)):
            continue
        if text[end : end + 1] in _PLAIN_ENDS and text[end - 1] not in _JOINERS:
            if any(map(str.isalpha, first[0])):
                spans.append((start, end))
        else:
            spans.extend(_chain(text, first, glued=glued))
    return spans


def url_spans(text: str) -> list[Span]:
    """Return where web addresses stand in `text`, with and without a scheme."""
    if "/" not in text and "www." not in text:
        return []
    return [match.span() for match in _URL.finditer(text)]


def inside(spans: list[Span], position: int) -> bool:
    """Whether `position` lies in one of the spans."""
    return any(start <= position < end for start, end in spans)


def _chain(text: str, first: re.Match[str], *, glued: bool) -> Iterator[Span]:
    """Yield a tag and, when allowed, those glued to it; a sign or `://` right after it disqualifies a tag."""
    match: re.Match[str] | None = first
    while match is not None:
        following = text[match.end() : match.end() + 3]
        another = following.startswith(("#", "＃"))
        if following != "://" and (glued or not another) and any(map(str.isalpha, match[0])):
            yield match.start(), _trimmed_end(text, match.start(), match.end())
        match = _TAG.match(text, match.end()) if glued and another else None


def _trimmed_end(text: str, start: int, end: int) -> int:
    while text[end - 1] in _JOINERS and end - 1 > start and not is_mark(text[end - 2]):
        end -= 1
    return end


def _utf8_length(text: str) -> int:
    # Lone surrogates reach us in JSON escapes; they must not stop a batch.
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))
