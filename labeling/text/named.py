"""A hashtag that somebody names outside of a text: in an address, in a list of tags, on a command line."""

import unicodedata

#: The longest hashtag that is looked at, in code points; intake takes no longer ones either.
MAX_TAG = 300
_SIGNS = ("#", "＃")
# Embeddings, overrides and isolates: text behind one of them may be shown in another order than it is written.
_DIRECTIONS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# Addresses that are not UTF-8 keep their bad bytes in this form.
_ESCAPE = "%"
_REASONS = {
    "Cc": "holds a control character",
    "Cs": "holds half a character",
    "Zl": "holds a line break",
    "Zp": "holds a line break",
    "Zs": "holds a space",
}


class NotATagError(ValueError):
    """What no platform takes for a hashtag; says why, to follow the words "the hashtag"."""


def tag_named(written: str) -> str:
    """Return the hashtag that is meant, without its sign and composed (NFC). Raises `NotATagError`.

    Only what can be a hashtag nowhere is refused: platforms differ in what else they allow (emoji, say).
    """
    tag = unicodedata.normalize("NFC", written[1:] if written.startswith(_SIGNS) else written)
    if not tag:
        raise NotATagError("is empty")
    if len(tag) > MAX_TAG:
        raise NotATagError(f"is longer than {MAX_TAG} characters")
    if _ESCAPE in tag:
        raise NotATagError("holds a percent sign, or bytes that are not UTF-8")
    for char in tag:
        if char in _DIRECTIONS:
            raise NotATagError("holds a character that changes the direction of text")
        if reason := _REASONS.get(unicodedata.category(char)):
            raise NotATagError(reason)
    return tag
