"""Which text of a record is the original, and which translations were made from it as it is now.

Beside each translation stands a digest of the original it was made from. Whoever changes the original, by whatever
way, makes the others outdated by comparison: nobody has to remember it (docs/decisions, "State of translations").
"""

from __future__ import annotations

import enum
import hashlib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from centers.models.fact import Translated, TranslationOrigin
from centers.models.proposal import Translator
from electioncenters.languages import LANGUAGE_CODES

#: The language the facts pack is composed in.
_COMPOSED_IN: Final = "en"


class TextState(enum.StrEnum):
    """How a text in one language stands towards the original."""

    ORIGINAL = "original"
    CONFIRMED = "confirmed"
    PRESENT = "present"
    MACHINE = "machine"
    OUTDATED = "outdated"
    MISSING = "missing"

    @property
    def label(self) -> str:
        """For people."""
        return _LABELS[self]

    @property
    def is_done(self) -> bool:
        """Whether nobody has to do anything about it."""
        return self in (TextState.ORIGINAL, TextState.CONFIRMED, TextState.PRESENT)


_LABELS: Final = {
    TextState.ORIGINAL: "original",
    TextState.CONFIRMED: "confirmed",
    TextState.PRESENT: "translated",
    TextState.MACHINE: "machine draft",
    TextState.OUTDATED: "outdated",
    TextState.MISSING: "missing",
}


def text_digest(text: str) -> str:
    """Tells whether two texts are the same but for blanks and the way letters are composed."""
    plain = " ".join(unicodedata.normalize("NFC", text).split())
    return hashlib.blake2b(plain.encode(), digest_size=8).hexdigest()


def texts_of(record: Translated, field: str) -> dict[str, str]:
    """What there is of a translated field, by language."""
    return {code: text for code in LANGUAGE_CODES if (text := getattr(record, f"{field}_{code}"))}


def original_language(record: Translated, field: str, own: Sequence[str]) -> str:
    """The language others are translated from; "" where there is no text.

    `own` are the place's languages. A text marked as source comes first, then one a person wrote; the place's own
    languages before others.
    """
    texts, origins = texts_of(record, field), record.translation_origin
    order = [code for code in dict.fromkeys((*own, _COMPOSED_IN, *texts)) if code in texts]
    marked = [code for code in order if origins.get(code) == TranslationOrigin.SOURCE]
    written = [code for code in order if origins.get(code) != TranslationOrigin.MACHINE]
    return next(iter((*marked, *written, *order)), "")


def originals_of(record: Translated, field: str, own: Sequence[str]) -> set[str]:
    """The fields that hold the original, or will when they are written: a place's first language comes to be it."""
    return {f"{field}_{code}" for code in (original_language(record, field, own), *own[:1]) if code}


@dataclass(frozen=True, slots=True)
class Wording:
    """A translated field as it was before a change."""

    texts: Mapping[str, str]
    original: str
    origins: Mapping[str, str]

    @classmethod
    def of(cls, record: Translated, field: str, own: Sequence[str]) -> Wording:
        """As it is now."""
        return cls(texts_of(record, field), original_language(record, field, own), dict(record.translation_origin))


def wording_is_outdated(record: Translated, field: str, language: str) -> bool:
    """Whether the original has changed since the text in `language` was made from it."""
    state = record.translation_state.get(field)
    if not state or language == state["original"]:
        return False
    made_from = state["texts"].get(language, {}).get("of")
    original = getattr(record, f"{field}_{state['original']}", None)
    return bool(made_from and original) and made_from != text_digest(original or "")


def languages_outdated(state: Mapping[str, Any] | None, original: str) -> tuple[str, ...]:
    """The languages whose text was made from another original than the one there is now.

    `state` is what a record's `translation_state` holds of one field.
    """
    if not state or not original:
        return ()
    now = text_digest(original)
    return tuple(
        code
        for code, entry in state["texts"].items()
        if code != state["original"] and entry.get("of", now) != now
    )  # fmt: skip


def wording_entry(record: Translated, field: str, language: str) -> dict[str, Any]:
    """What is recorded about a translation: `of`, and where they apply `by`, `confirmed_by`, `confirmed_on`."""
    state = record.translation_state.get(field) or {}
    return dict(state.get("texts", {}).get(language, {}))


def wording_state(record: Translated, field: str, language: str, original: str) -> TextState:
    """Where the text in `language` stands; `original` is the language of the original."""
    if not getattr(record, f"{field}_{language}"):
        return TextState.MISSING
    if language == original:
        return TextState.ORIGINAL
    if wording_is_outdated(record, field, language):
        return TextState.OUTDATED
    if record.translation_origin.get(language) == TranslationOrigin.MACHINE:
        return TextState.MACHINE
    confirmed = wording_entry(record, field, language).get("confirmed_on")
    return TextState.CONFIRMED if confirmed else TextState.PRESENT


def wording_written(
    record: Translated,
    field: str,
    was: Wording,
    own: Sequence[str],
    *,
    translated_by: str = "",
    same_meaning: bool = False,
) -> None:
    """A person changed texts: record who wrote them, and which original they were made from.

    `translated_by` says that the changed texts are translations (`person` or `agency`), also where they are in the
    place's first language; "" that whoever wrote in that language wrote an original. `same_meaning` says that the
    original means what it meant: what was made from the former one counts as made from this one. Does not save.
    """
    changed = _changed(record, field, was)
    entries = _entries(record, field, was)
    origins = dict(record.translation_origin)
    for code, text in changed.items():
        brought_back = entries.get(code, {}).get("was", {})
        if not text:
            origins.pop(code, None)
        elif brought_back.get("text") == text_digest(text):
            origins[code] = brought_back["origin"]
        else:
            is_original = code == was.original or (code == own[0] and not translated_by)
            origins[code] = (TranslationOrigin.SOURCE if is_original else TranslationOrigin.PERSON).value
    record.translation_origin = origins
    original = original_language(record, field, own)
    made_from = text_digest(getattr(record, f"{field}_{original}")) if original else ""
    fresh = {"of": made_from} | ({"by": translated_by} if translated_by == Translator.AGENCY else {})
    for code, text in changed.items():
        _renew(entries, code, text, fresh, was)
    if same_meaning and was.original and made_from:
        former = text_digest(was.texts[was.original])
        for code, entry in entries.items():
            if code not in changed and entry.get("of") == former:
                entry["of"] = made_from
    _keep(record, field, original, entries)


def wording_composed(record: Translated, field: str, was: Wording, own: Sequence[str]) -> None:
    """The facts loader wrote texts, all of them composed together with the English one. Does not save."""
    entries = _entries(record, field, was)
    fresh = {"of": text_digest(getattr(record, f"{field}_{_COMPOSED_IN}") or "")}
    for code, text in _changed(record, field, was).items():
        _renew(entries, code, text, fresh, was)
    _keep(record, field, original_language(record, field, own), entries)


def wording_confirmed(record: Translated, field: str, language: str, own: Sequence[str], *, by: str, on: str) -> None:
    """A person of the organisation `by` has read a translation beside its original on the day `on`. Does not save."""
    was = Wording.of(record, field, own)
    entries = _entries(record, field, was)
    entry = entries.setdefault(language, {})
    entry |= {"of": text_digest(was.texts[was.original]), "confirmed_by": by, "confirmed_on": on}
    if language != was.original:
        record.translation_origin = record.translation_origin | {language: TranslationOrigin.PERSON.value}
    _keep(record, field, was.original, entries)


def _changed(record: Translated, field: str, was: Wording) -> dict[str, str]:
    now = texts_of(record, field)
    codes = {*now, *was.texts}
    return {code: now.get(code, "") for code in codes if now.get(code) != was.texts.get(code)}


def _entries(record: Translated, field: str, was: Wording) -> dict[str, dict[str, Any]]:
    """What is recorded so far. A text of which nothing is was made from the original as it was."""
    state = record.translation_state.get(field) or {}
    made_from = {"of": text_digest(was.texts[was.original])} if was.original else {}
    return {code: dict(state.get("texts", {}).get(code, made_from)) for code in was.texts}


def _renew(entries: dict[str, dict[str, Any]], code: str, text: str, fresh: Mapping[str, Any], was: Wording) -> None:
    """The entry of a changed text. The one before is kept with it, so that an undone change brings it back."""
    old = entries.pop(code, {})
    known = old.pop("was", {})
    before = {}
    if code in was.texts:
        before = {"text": text_digest(was.texts[code]), "origin": was.origins.get(code, ""), **old}
    if not text:
        return
    if known.get("text") == text_digest(text):
        entry = {name: value for name, value in known.items() if name not in ("text", "origin")}
    else:
        entry = dict(fresh)
    entries[code] = entry | ({"was": before} if before else {})


def _keep(record: Translated, field: str, original: str, entries: Mapping[str, Any]) -> None:
    texts = {code: entry for code, entry in entries.items() if entry}
    record.translation_state = record.translation_state | {field: {"original": original, "texts": texts}}
