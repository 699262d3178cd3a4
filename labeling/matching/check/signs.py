"""What hashtags, phrases and accounts can be: whether a pattern can be found at all, and how often it would be."""

import re
from collections.abc import Iterator

from labeling.matching.check.letters import letters_checked
from labeling.matching.check.problem import Finding, warning
from labeling.matching.check.stopwords import stop_words
from labeling.matching.model import KeyKind
from labeling.matching.phrases import phrase_key
from labeling.matching.years import TEMPLATE
from labeling.text import exact_key, extract_hashtags, folded_key

#: A pattern may be so long, and a rule may have so many terms of each sort.
LONGEST_PATTERN = 300
MOST_TERMS = 100
# Words of so few letters mean too many things; those of one letter more are worth a look.
_TOO_SHORT = 2
_SHORT = 3
_SAMPLE_YEAR = "2029"
_STAR_INSIDE = re.compile(r"[^\s*]\*+[^\s*]|\s\*+\S|\*\*")


def sign_checked(
    field: str, kind: str, pattern: str, key: KeyKind, *, year: int | None, alone: bool
) -> Iterator[Finding]:
    """Yield what is wrong with a pattern. `year` is that of the target; `alone` ones label without another word."""
    if len(pattern) > LONGEST_PATTERN:
        yield Finding(field, "too_long", f"It is longer than {LONGEST_PATTERN} characters.")
        return
    if not pattern.strip():
        yield Finding(field, "empty", "It is empty.")
        return
    yield from letters_checked(field, pattern)
    if kind == "account":
        yield from _account_checked(field, pattern)
        return
    yield from _years_checked(field, pattern, year)
    if kind == "hashtag":
        yield from _hashtag_checked(field, pattern)
    else:
        yield from _phrase_checked(field, pattern, key)
        if alone:
            yield from _telling_checked(field, pattern)


def _account_checked(field: str, pattern: str) -> Iterator[Finding]:
    if re.search(r"[\s*{}#]", pattern.strip()):
        yield Finding(field, "not_an_account", "An account is one id or handle: without spaces, stars and templates.")


def _years_checked(field: str, pattern: str, year: int | None) -> Iterator[Finding]:
    templates = TEMPLATE.findall(pattern)
    if re.search("[{}]", TEMPLATE.sub("", pattern)):
        yield Finding(field, "unknown_template", "The templates there are are {yyyy} and {yy}.")
    if year is None and len(templates) > 1:
        yield Finding(field, "two_years", "Without an election that says which year is meant there is one template.")


def _hashtag_checked(field: str, pattern: str) -> Iterator[Finding]:
    if pattern.startswith(("#", "＃")):
        yield Finding(field, "hash_sign", "A hashtag is written here without its sign.")
        return
    if not folded_key(TEMPLATE.sub("", pattern)):
        yield Finding(field, "nothing_left", "Nothing of it is left to compare.")
        return
    sample = TEMPLATE.sub(_SAMPLE_YEAR, pattern)
    if [found.tag for found in extract_hashtags(f"#{sample}")] == [sample]:
        return
    if not any(map(str.isalpha, sample)):
        yield Finding(field, "not_a_hashtag", "A hashtag has a letter: platforms link no number.")
        return
    wrong = sorted({char for char in sample if _tag_around(char) != f"a{char}a"})
    named = ", ".join("a space" if char.isspace() else f"“{char}”" for char in wrong) or "what is at its end"
    yield Finding(field, "not_a_hashtag", f"No platform makes one hashtag of it: {named} cannot stand in one.")


def _tag_around(char: str) -> str | None:
    """The hashtag that a character makes between two letters."""
    found = extract_hashtags(f"#a{char}a")
    return found[0].tag if len(found) == 1 else None


def _phrase_checked(field: str, pattern: str, key: KeyKind) -> Iterator[Finding]:
    if not phrase_key(pattern):
        yield Finding(field, "nothing_left", "No word of it is left to look for.")
        return
    if _STAR_INSIDE.search(pattern.strip()):
        yield Finding(
            field,
            "star_inside",
            "A star stands at the end of a word, or before the first one; not inside and not twice.",
        )
    lost = [word for word in pattern.split() if not phrase_key(word) and any(map(str.isalnum, TEMPLATE.sub("", word)))]
    if lost:
        yield Finding(field, "word_left_out", f"Addresses and @names are not searched: {', '.join(lost)}.")
    if pattern.startswith(("#", "＃")):
        yield warning(field, "hash_sign", "As a phrase it is found without the sign, too.")
    if key == "exact" and _is_bare(pattern):
        yield warning(field, "nothing_to_keep", "It has no accents to keep apart: both ways find the same.")


def _is_bare(pattern: str) -> bool:
    """Whether the exact and the folded key of a pattern are the same."""
    return exact_key(pattern) == folded_key(pattern)


def _telling_checked(field: str, pattern: str) -> Iterator[Finding]:
    """Whether a phrase that labels by itself says enough."""
    words = [word.strip("*") for word in TEMPLATE.sub(" ", phrase_key(pattern)).split()]
    if all(word in stop_words() for word in words):
        yield Finding(field, "stop_word", "Every text is full of this: it needs another term beside it.")
        return
    letters = sum(len(word) for word in words)
    if len(words) > 1 or not words[0].isascii():
        return
    if letters <= _TOO_SHORT:
        yield Finding(field, "too_short", "A word this short means too much: it needs another term beside it.")
    elif letters <= _SHORT:
        yield warning(field, "short", "A word this short often means something else, too.")
