"""What an XLIFF file would change in a place, unit by unit."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from typing import Final

from django.core.exceptions import ValidationError

from centers.curation.text import text_clean
from centers.curation.units import Unit, units_of
from centers.exchange.effects import Difference, Effect, FileError, Plan, Problem, Verdict
from centers.exchange.xliff_read import ReadUnit, xliff_read
from centers.models import Jurisdiction
from centers.services.proposal_submit import Wish
from centers.wording import text_digest
from electioncenters.languages import LANGUAGE_NAMES

_TAG: Final = re.compile(r"<[a-zA-Z/!][^<>]*>")
_PLACEHOLDER: Final = re.compile(r"\{[^{}\s]{0,40}\}|%\([^()]{1,40}\)[sd]|%[sd]\b|\$\{[^{}]{1,40}\}")
_URL: Final = re.compile(r"https?://[^\s<>\"]+")
_DIGITS: Final = re.compile(r"\d+")
#: States in which translators leave what they did not translate.
_NOT_DONE: Final = {"new", "needs-translation", "initial"}


def xliff_plan(data: bytes, place: Jurisdiction) -> Plan:
    """The effects of a file, one per unit. Raises `FileError` for what cannot be read or is in unknown languages."""
    read = xliff_read(data)
    if not read.units:
        raise FileError("The file has no units to translate.")
    language = _target_language(read.units)
    known = {unit.id: unit for unit in units_of(place)}
    seen: Counter[str] = Counter()
    effects = []
    for one in read.units:
        seen[one.id] += 1
        effects.append(_effect(one, known.get(one.id), language, is_again=seen[one.id] > 1))
    return Plan(effects, language)


def _target_language(units: list[ReadUnit]) -> str:
    """Raises `FileError` unless it is one, and one of ours."""
    targets = {one.target_language for one in units}
    if len(targets) > 1:
        raise FileError("The file is in several target languages: send a file for each.")
    language = targets.pop()
    for code in (language, *{one.source_language for one in units}):
        if code not in LANGUAGE_NAMES:
            raise FileError(f"The file names the language {code[:20]!r}; the portal has {', '.join(LANGUAGE_NAMES)}.")
    return language


def _effect(one: ReadUnit, unit: Unit | None, language: str, *, is_again: bool) -> Effect:
    effect = Effect(one.line, one.id[:200], unit.title if unit else "", Verdict.ERROR)
    if unit is None:
        effect.errors.append(Problem("id", "There is no such text in this centre."))
    elif is_again:
        effect.errors.append(Problem("id", "This unit is in the file twice."))
    elif one.source_language != unit.original:
        said = f"The original is in {LANGUAGE_NAMES[unit.original]}, not in {LANGUAGE_NAMES[one.source_language]}."
        effect.errors.append(Problem("source", said))
    elif language == unit.original:
        effect.errors.append(Problem("target", "This is the language of the original."))
    elif why := _why_skipped(one, unit):
        effect.verdict, effect.why = Verdict.SKIPPED, why
    else:
        _compare(effect, one, unit, language)
    return effect


def _why_skipped(one: ReadUnit, unit: Unit) -> str:
    now = text_digest(unit.source)
    if one.of and one.of != now:
        return "The original has changed since the export."
    if text_digest(one.source) != now:
        return "The original in the file is not the one that is published." if one.of else (
            "The original has changed since the export."
        )  # fmt: skip
    return "" if one.target.strip() else "The translation is empty."


def _compare(effect: Effect, one: ReadUnit, unit: Unit, language: str) -> None:
    """Check the translation, and say what it would change."""
    described = unit.field(language)
    effect.errors += [Problem("target", sentence) for sentence in _wrong(one, unit)]
    try:
        text = described.take(one.target)
    except ValidationError as error:
        effect.errors += [Problem("target", sentence) for sentence in error.messages]
        return
    if effect.errors:
        return
    before = unit.text(language)
    if text == before:
        effect.verdict = Verdict.UNCHANGED
        if not unit.state(language).is_done and one.state not in _NOT_DONE:
            effect.why = "Left as it was. If the translators have checked it, confirm it under Translations."
        return
    effect.verdict = Verdict.CHANGED if before else Verdict.NEW
    effect.differences.append(Difference(described.label, language, before, text))
    effect.warnings += _doubts(unit.source, text)
    effect.wish = Wish(unit.name, fields={described.name: text}, base={described.name: before})


def _wrong(one: ReadUnit, unit: Unit) -> Iterator[str]:
    if one.markup:
        yield f"Markup is not allowed, but there is <{'>, <'.join(dict.fromkeys(one.markup))}>."
    if found := _TAG.findall(one.target):
        yield f"Markup is not allowed, but there is {found[0][:60]}."
    strange = [sign for sign in _PLACEHOLDER.findall(one.target) if sign not in unit.source]
    if strange:
        yield f"There is a placeholder, {strange[0]}, that the original has not."
    if text_clean(one.target, multiline=True) != one.target.strip() and any(
        unicodedata.category(char) in ("Cc", "Cf") and char not in "\n\t\r\u200c\u200d\u200e\u200f\u00ad\ufeff"
        for char in one.target
    ):
        yield "There are characters that nobody sees and that could deceive."


def _doubts(source: str, text: str) -> Iterator[str]:
    """Numbers (so also days, years and times) and addresses of the original that the translation has not."""
    for address in dict.fromkeys(one.rstrip(".,;:!?)") for one in _URL.findall(source)):
        if address not in text:
            yield f"The address {address} of the original is missing."
    missing = _numbers(source) - _numbers(text)
    if missing:
        yield f"Numbers of the original are missing: {', '.join(sorted(missing, key=int))}."
    added = _numbers(text) - _numbers(source)
    if added:
        yield f"Numbers are not in the original: {', '.join(sorted(added, key=int))}."


def _numbers(text: str) -> Counter[str]:
    """Groups of digits, in whatever digits they are written, without leading zeros."""
    return Counter(str(int(digits[:40])) for digits in _DIGITS.findall(_URL.sub(" ", text)))
