"""Text that people paste: plain, without markup and without characters that could deceive."""

from __future__ import annotations

import html
import re
import unicodedata
from typing import Final

import nh3

#: Characters that turn the direction of what follows: a date could be read backwards.
_BIDI: Final = re.compile("[\u202a-\u202e\u2066-\u2069]")
_BLANKS: Final = re.compile(r"[^\S\n]+")
_EMPTY_LINES: Final = re.compile(r"\n{3,}")
_BLOCKS: Final = re.compile(r"</(?:p|div|h[1-6]|li|tr|ul|ol)>|<br\s*/?>", re.IGNORECASE)
_TAG: Final = re.compile(r"<[a-zA-Z/!][^<>]*>")


def text_clean(text: str, *, multiline: bool) -> str:
    """`text` without markup, control characters and surplus blanks, composed (NFC).

    Paragraphs are kept where `multiline`; joiners that spell words (in Urdu, for one) stay.

    >>> text_clean("<p>Vote  on <b>Sunday</b></p>", multiline=False)
    'Vote on Sunday'
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if _TAG.search(text):
        # nh3 knows every way to write a tag; what it leaves is text with its signs escaped.
        text = html.unescape(nh3.clean(_BLOCKS.sub("\n", text), tags=set()))
    text = unicodedata.normalize("NFC", _BIDI.sub("", text))
    text = "".join(char for char in text if char in "\n\t" or unicodedata.category(char) != "Cc")
    lines = [_BLANKS.sub(" ", line).strip() for line in text.split("\n")]
    if not multiline:
        return " ".join(filter(None, lines))
    return _EMPTY_LINES.sub("\n\n", "\n".join(lines)).strip()
