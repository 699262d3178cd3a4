"""What can be told to be wrong with a translation without knowing the language. Pure functions over texts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from electioncenters.i18n.plurals import PLURAL_RULES
from electioncenters.i18n.scripts import script_flaws

#: Names of the checks, as `locale/allowed.toml` uses them.
CHECKS: Final = (
    "forms",
    "empty",
    "placeholders",
    "tags",
    "percent",
    "whitespace",
    "punctuation",
    "same",
    "script",
)

_PLACEHOLDER: Final = re.compile(r"%\(\w+\)[#0\- +]?\d*(?:\.\d+)?[a-z]|\{\w*\}|(?<!%)%[sd]\b")
_TAG: Final = re.compile(r"</?[A-Za-z][^>]*>")
_ADDRESS: Final = re.compile(r"https?://\S+|[\w.+-]+@[\w.-]+")
_WORD: Final = re.compile(r"[^\W\d_]+")
_LONGEST_SAME: Final = 3

_CLOSING: Final = "\"'»«”“„’‘›‹)] \n\t\u00a0\u202f\u200e\u200f"
_MARKS: Final = {
    ".": ".", "۔": ".", "?": "?", "؟": "?", "\u037e": "?", "!": "!", ":": ":", ";": ";", "؛": ";", "·": ";",
    ",": ",", "،": ",", "…": "…",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Flaw:
    """One thing wrong with a translation: which check says so, and in words."""

    check: str
    reason: str


def translation_flaws(*, language: str, source: str, plural: str | None, strings: list[str]) -> list[Flaw]:
    """Everything wrong with the translations of one message; `strings` holds one, or one per plural form."""
    forms = len(PLURAL_RULES[language].categories) if plural else 1
    if len(strings) != forms:
        return [Flaw("forms", f"{forms} forms needed, {len(strings)} given")]
    texts = _Texts(language, source, plural)
    return [flaw for index, string in enumerate(strings) for flaw in _form_flaws(texts, index, string)]


@dataclass(frozen=True, slots=True)
class _Texts:
    """The English texts of a message, seen from a language's plural forms."""

    language: str
    singular: str
    plural: str | None

    def serves_one(self, index: int) -> bool:
        """Whether form `index` stands for a single number, which it may then spell out."""
        return self.plural is not None and PLURAL_RULES[self.language].serves_one_number(index)

    def source(self, index: int) -> str:
        """The English text that form `index` translates."""
        return self.singular if self.plural is None or self.serves_one(index) else self.plural

    def where(self, index: int) -> str:
        """Which form a reason speaks of, for people."""
        if self.plural is None:
            return ""
        return f" in form {index} ({PLURAL_RULES[self.language].examples(index)})"


def _form_flaws(texts: _Texts, index: int, string: str) -> Iterator[Flaw]:
    where = texts.where(index)
    if not string.strip():
        yield Flaw("empty", f"not translated{where}")
        return
    reasons = {
        "placeholders": _placeholder_reasons(texts, index, string),
        "tags": _tag_reasons(texts.source(index), string),
        "percent": _percent_reasons(texts.source(index), string),
        "whitespace": _whitespace_reasons(texts.source(index), string),
        "punctuation": _punctuation_reasons(texts.language, texts.source(index), string),
        "same": _same_reasons(texts.source(index), string),
        "script": script_flaws(language=texts.language, source=_prose(texts.source(index)), translation=_prose(string)),
    }
    for check, found in reasons.items():
        yield from (Flaw(check, reason + where) for reason in found)


def _placeholder_reasons(texts: _Texts, index: int, string: str) -> list[str]:
    """A form for a single number may leave out what the English singular leaves out, other forms nothing."""
    singular, plural = _placeholders(texts.singular), _placeholders(texts.plural or texts.singular)
    needed = singular & plural if texts.serves_one(index) else plural
    given = _placeholders(string)
    missing, unknown = sorted(needed - given), sorted(given - (singular | plural))
    return [f"{name} is missing" for name in missing] + [f"{name} is not in the English text" for name in unknown]


def _placeholders(text: str) -> frozenset[str]:
    return frozenset(_PLACEHOLDER.findall(text))


def _tag_reasons(source: str, string: str) -> list[str]:
    expected, given = Counter(_TAG.findall(source)), Counter(_TAG.findall(string))
    missing, unknown = sorted(expected - given), sorted(given - expected)
    return [f"{tag} is missing" for tag in missing] + [f"{tag} is not in the English text" for tag in unknown]


class _AnyValue(dict[str, int]):
    """A number for every name, which any conversion can format."""

    def __missing__(self, key: str) -> int:
        return 0


def _percent_reasons(source: str, string: str) -> list[str]:
    """Texts with named placeholders or a doubled % are formatted: a single % in them fails while running."""
    if "%" not in source:
        return ["% is not in the English text"] if "%" in string else []
    if "%(" not in source and "%%" not in source:
        return []
    try:
        string % _AnyValue()
    except (TypeError, ValueError) as error:
        return [f"can't be formatted, a literal % is written %%: {error}"]
    return []


def _whitespace_reasons(source: str, string: str) -> list[str]:
    reasons = []
    if _margin(source) != _margin(string):
        reasons.append("whitespace at the start or end differs")
    if ("\n" in source) != ("\n" in string):
        reasons.append("only one of the texts has line breaks")
    return reasons


def _margin(text: str) -> tuple[str, str]:
    return text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]


def _punctuation_reasons(language: str, source: str, string: str) -> list[str]:
    expected, given = _final_mark("en", source), _final_mark(language, string)
    return [] if expected == given else [f"ends with {given or 'no mark'}, the English text with {expected or 'none'}"]


def _final_mark(language: str, text: str) -> str:
    """The punctuation a text ends with, as its English mark; "" for none. Closing quotes don't count."""
    end = _TAG.sub("", text).rstrip(_CLOSING)
    if end.endswith("..."):
        return "…"
    if language == "el" and end.endswith(";"):
        return "?"  # the Greek question mark is typed as a semicolon
    return _MARKS.get(end[-1:], "")


def _same_reasons(source: str, string: str) -> list[str]:
    """Short texts may be the same in two languages ("Status", names); a sentence is not."""
    long = len(_WORD.findall(_prose(source))) > _LONGEST_SAME
    return ["the same as the English text"] if long and source.strip() == string.strip() else []


def _prose(text: str) -> str:
    """The text without what is not language: placeholders, tags, addresses."""
    for pattern in (_TAG, _PLACEHOLDER, _ADDRESS):
        text = pattern.sub(" ", text)
    return text
