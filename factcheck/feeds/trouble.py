"""What can be wrong with a feed, an article or a review, by name."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Final


class Trouble(StrEnum):
    """Stable names; `explained` says each in a sentence."""

    UNSAFE = "unsafe_address"
    UNREACHABLE = "unreachable"
    UNTRUSTED = "untrusted"
    REDIRECTS = "redirects"
    STATUS = "status"
    TOO_LARGE = "too_large"
    NOT_A_FEED = "not_a_feed"
    XML_FORBIDDEN = "xml_forbidden"
    XML_BROKEN = "xml_broken"
    JSON_BROKEN = "json_broken"
    WRONG_SHAPE = "wrong_shape"
    MARKUP_BROKEN = "markup_broken"
    NOT_THEIRS = "not_theirs"
    NO_CLAIM = "no_claim"
    NO_RATING = "no_rating"
    NO_EXPLANATION = "no_explanation"
    RATING_OUTSIDE = "rating_outside"
    TOO_LONG = "too_long"
    BAD_ADDRESS = "bad_address"
    CLAIM_REFUSED = "claim_refused"
    RATING_UNKNOWN = "rating_unknown"
    ALIKE = "alike"
    OTHER_FINDING = "other_finding"
    INTERNAL = "internal"


_SENTENCES: Final[dict[Trouble, str]] = {
    Trouble.UNSAFE: "The address, or one it leads to, is not called.",
    Trouble.UNREACHABLE: "No complete answer came.",
    Trouble.UNTRUSTED: "The connection is not encrypted by somebody the system trusts.",
    Trouble.REDIRECTS: "It is redirected without an end.",
    Trouble.STATUS: "The server answered with an error.",
    Trouble.TOO_LARGE: "The answer is larger than what is read.",
    Trouble.NOT_A_FEED: "It is a web page or something else, and neither RSS nor Atom.",
    Trouble.XML_FORBIDDEN: "It declares a document type or entities: such a file is not read.",
    Trouble.XML_BROKEN: "It is not well-formed XML.",
    Trouble.JSON_BROKEN: "It is not JSON.",
    Trouble.WRONG_SHAPE: "It is JSON of another shape than this kind of feed has.",
    Trouble.MARKUP_BROKEN: "The article's JSON-LD cannot be read.",
    Trouble.NOT_THEIRS: "It is a check of somebody else, or at an address outside the partner's site.",
    Trouble.NO_CLAIM: "It does not say which claim was checked.",
    Trouble.NO_RATING: "It has no rating.",
    Trouble.NO_EXPLANATION: "It explains nothing, and its article has no title either.",
    Trouble.RATING_OUTSIDE: "Its rating is no number, or lies outside the scale it names.",
    Trouble.TOO_LONG: "The claim is longer than a claim can be.",
    Trouble.BAD_ADDRESS: "The address of its article is none.",
    Trouble.CLAIM_REFUSED: "The claim could not be opened.",
    Trouble.RATING_UNKNOWN: "Its rating words are not mapped to the portal's scale; nothing is guessed.",
    Trouble.ALIKE: "A claim that says nearly the same is known: a person decides whether it is the same.",
    Trouble.OTHER_FINDING: "Something else that the partner found of this claim stands: a person decides.",
    Trouble.INTERNAL: "Something failed on our side. It has been recorded.",
}


def explained(name: str) -> str:
    """The sentence for a stored name; the name itself where it is a later version's."""
    return _SENTENCES.get(Trouble(name), name) if name in set(Trouble) else name


class FeedError(Exception):
    """Something is wrong; `detail` is a few words of what. `again_at` is when its server wants to be asked again."""

    def __init__(self, trouble: Trouble, detail: str = "", *, again_at: dt.datetime | None = None) -> None:
        super().__init__(trouble.value, detail)
        self.trouble, self.detail, self.again_at = trouble, detail[:300], again_at
