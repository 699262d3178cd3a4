"""Messages out to a translator and translations back in, as JSON any tool or agency can read.

A list of objects: `context`, `id`, `id_plural`, `strings` (one, or one per plural form), `comment`, `files`;
a message with a plural also has `forms`: what numbers each form is for, in the order of `strings`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypedDict

import msgspec
import polib

from electioncenters.i18n.allowed import Allowed
from electioncenters.i18n.catalogue import catalogue_entries, entry_fill, entry_strings
from electioncenters.i18n.flaws import translation_flaws
from electioncenters.i18n.messages import MessageKey
from electioncenters.i18n.plurals import PLURAL_RULES


class ExportedMessage(TypedDict):
    """One message as exported; `forms` is empty for a message without plural."""

    context: str | None
    id: str
    id_plural: str | None
    forms: list[str]
    strings: list[str]
    comment: str
    files: list[str]


class TranslatedMessage(msgspec.Struct, frozen=True):
    """What is read of a message that comes back; whatever else it holds is ignored."""

    id: str
    strings: list[str]
    context: str | None = None

    @property
    def key(self) -> MessageKey:
        """What identifies the message in a catalogue."""
        return (self.context, self.id)


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of an import: messages changed, messages already so, the refused ones with reasons."""

    changed: int
    unchanged: int
    refused: list[str]


class ExchangeError(Exception):
    """The file is not a list of messages; the message says where it goes wrong."""


def messages_export(catalogue: polib.POFile, *, language: str, missing_only: bool) -> list[ExportedMessage]:
    """The messages of a catalogue; with `missing_only` those that are untranslated, in part or fuzzy."""
    entries = catalogue_entries(catalogue).values()
    return [_exported(entry, language) for entry in entries if not (missing_only and entry.translated())]


def _exported(entry: polib.POEntry, language: str) -> ExportedMessage:
    return ExportedMessage(
        context=entry.msgctxt,
        id=entry.msgid,
        id_plural=entry.msgid_plural or None,
        forms=_forms(language) if entry.msgid_plural else [],
        strings=entry_strings(entry),
        comment=entry.comment,
        files=[file for file, _ in entry.occurrences],
    )


def _forms(language: str) -> list[str]:
    """Per plural form its category and its numbers: `few: 2–4`."""
    rule = PLURAL_RULES[language]
    return [f"{category}: {rule.examples(index)}" for index, category in enumerate(rule.categories)]


def messages_parse(document: bytes) -> list[TranslatedMessage]:
    """The translations in a JSON file. Raises ExchangeError naming the place that is wrong."""
    try:
        return msgspec.json.decode(document, type=list[TranslatedMessage])
    except msgspec.DecodeError as error:
        raise ExchangeError(str(error)) from error


def messages_import(
    catalogue: polib.POFile,
    *,
    language: str,
    translations: Iterable[TranslatedMessage],
    allowed: Iterable[Allowed] = (),
) -> Imported:
    """Puts sound translations into `catalogue`; one that the check would complain about is refused.

    Untranslated messages (all strings empty) are passed over, so that a half-finished file can come in.
    """
    entries = catalogue_entries(catalogue)
    allowed = list(allowed)
    changed, unchanged, refused = 0, 0, []
    for translation in translations:
        if not any(translation.strings):
            continue
        entry = entries.get(translation.key)
        reasons = _refusals(entry, translation, language, allowed)
        if entry is None or reasons:
            refused.append(f"{translation.id!r}: {'; '.join(reasons)}")
        elif _same(entry, translation):
            unchanged += 1
        else:
            _accept(entry, translation)
            changed += 1
    return Imported(changed, unchanged, refused)


def _refusals(
    entry: polib.POEntry | None, translation: TranslatedMessage, language: str, allowed: list[Allowed]
) -> list[str]:
    if entry is None:
        return ["no such message in the catalogue"]
    flaws = translation_flaws(
        language=language,
        source=entry.msgid,
        plural=entry.msgid_plural or None,
        strings=translation.strings,
    )
    return [
        flaw.reason
        for flaw in flaws
        if not any(one.covers(language=language, check=flaw.check, id=entry.msgid) for one in allowed)
    ]


def _same(entry: polib.POEntry, translation: TranslatedMessage) -> bool:
    return entry_strings(entry) == translation.strings and "fuzzy" not in entry.flags


def _accept(entry: polib.POEntry, translation: TranslatedMessage) -> None:
    entry_fill(entry, translation.strings)
    entry.flags = [flag for flag in entry.flags if flag != "fuzzy"]


def messages_dump(messages: list[ExportedMessage]) -> str:
    """The JSON text of an export, indented and in the letters people read."""
    encoded: Any = msgspec.json.format(msgspec.json.encode(messages), indent=2)
    return bytes(encoded).decode() + "\n"
