"""What is recorded of composed texts: who wrote them in which language, and what they were made from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final, TypeVar

from centers.facts.changes import FieldChange
from centers.facts.voice import SOURCE_LANGUAGE
from centers.models.fact import Translated, TranslationOrigin
from centers.wording import Wording, original_language, texts_of, wording_composed

T = TypeVar("T", bound=Translated)

_COLUMNS: Final = ("translation_origin", "translation_state")


def wording_follower(
    field: str, own: Callable[[T], Sequence[str]]
) -> Callable[[T, Sequence[FieldChange]], Iterable[str]]:
    """For `Kind.follow`: keeps the state of the translated `field` true; `own` are the languages of the place."""

    def follow(record: T, changes: Sequence[FieldChange]) -> Iterable[str]:
        names = {f"{field}_{code}": code for code in texts_of(record, field)}
        written = [change for change in changes if change.field.startswith(f"{field}_")]
        if changes and not written:
            return ()
        languages = own(record)
        was = _before(record, field, written, languages) if changes else Wording({}, "", {})
        for change in written:
            if (code := names.get(change.field)) is not None:
                # A text composed anew is a draft again, whoever had confirmed the one before.
                origin = TranslationOrigin.SOURCE if code == SOURCE_LANGUAGE else TranslationOrigin.MACHINE
                record.translation_origin = record.translation_origin | {code: origin.value}
        wording_composed(record, field, was, languages)
        return _COLUMNS

    return follow


def _before(record: T, field: str, written: Sequence[FieldChange], own: Sequence[str]) -> Wording:
    texts = texts_of(record, field)
    for change in written:
        code = change.field.removeprefix(f"{field}_")
        texts.pop(code, None)
        if change.old:
            texts[code] = str(change.old)
    original = original_language(record, field, own)
    return Wording(texts, original if original in texts else next(iter(texts), ""), dict(record.translation_origin))
