"""The catalogues: one PO file per language, written so that nothing changes in them without a reason."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import polib

from electioncenters.i18n.messages import Message, MessageKey
from electioncenters.i18n.plurals import PLURAL_RULES
from electioncenters.languages import LANGUAGE_CODES

SOURCE_LANGUAGE: Final = "en"
TARGET_LANGUAGES: Final = tuple(code for code in LANGUAGE_CODES if code != SOURCE_LANGUAGE)

#: Header that says whether a person who speaks the language has confirmed the translations.
STATE_HEADER: Final = "X-Translation-State"
STATES: Final = ("machine-drafted", "confirmed")

_HEADER_COMMENT: Final = "Written by `manage.py extract_messages`; words to use: docs/glossary.md"
_NAMED_FORMAT: Final = re.compile(r"%\(\w+\)[a-z]")


class CatalogueError(Exception):
    """A catalogue can't be read; the message names file and line."""


def catalogue_path(locale: Path, language: str) -> Path:
    """Where the catalogue of `language` lies below the folder `locale`."""
    return locale / language / "LC_MESSAGES" / "django.po"


def catalogue_load(path: Path) -> polib.POFile:
    """The catalogue at `path`, empty when there is none yet. Raises CatalogueError if it can't be parsed."""
    if not path.exists():
        return polib.POFile()
    try:
        return polib.pofile(str(path), encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CatalogueError(f"{path}: {error}") from error


def entry_key(entry: polib.POEntry) -> MessageKey:
    """What identifies an entry: its context, None when it has none, and its English text."""
    return (entry.msgctxt, entry.msgid)


def entry_strings(entry: polib.POEntry) -> list[str]:
    """The translations of an entry: one, or one per plural form in order."""
    if entry.msgid_plural:
        return [entry.msgstr_plural[index] for index in sorted(entry.msgstr_plural)]
    return [entry.msgstr]


def entry_fill(entry: polib.POEntry, strings: list[str]) -> None:
    """Sets the translations of an entry."""
    if entry.msgid_plural:
        entry.msgstr_plural = dict(enumerate(strings))
    else:
        entry.msgstr = strings[0]


def catalogue_entries(catalogue: polib.POFile) -> dict[MessageKey, polib.POEntry]:
    """The living entries by key."""
    return {entry_key(entry): entry for entry in catalogue if not entry.obsolete}


def catalogue_update(*, catalogue: polib.POFile, language: str, messages: Iterable[Message]) -> polib.POFile:
    """A catalogue of exactly `messages`, keeping the translations `catalogue` has for them.

    A message that lost or gained its plural starts empty, and nothing is guessed from similar texts: a wrong
    date or place is worse than an untranslated one. Obsolete entries go; the repository's history keeps them.
    """
    known = catalogue_entries(catalogue)
    updated = polib.POFile()
    updated.header = _HEADER_COMMENT
    updated.metadata = _metadata(language, catalogue.metadata.get(STATE_HEADER, STATES[0]))
    updated.extend(_entry(message, language, known.get(message.key)) for message in messages)
    return updated


def _metadata(language: str, state: str) -> dict[str, str]:
    """The header. It holds no date: a date would change with every extraction."""
    return {
        "Project-Id-Version": "Election Centers",
        "Language": language,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": PLURAL_RULES[language].header,
        STATE_HEADER: state,
    }


def _entry(message: Message, language: str, known: polib.POEntry | None) -> polib.POEntry:
    entry = polib.POEntry(
        msgid=message.id,
        msgid_plural=message.id_plural or "",
        msgctxt=message.context,
        occurrences=[(file, "") for file in message.files],
        comment="\n".join(message.comments),
        flags=_flags(message, known),
        tcomment=known.tcomment if known else "",
    )
    forms = len(PLURAL_RULES[language].categories) if message.id_plural else 1
    kept = known is not None and bool(known.msgid_plural) == bool(message.id_plural)
    strings = entry_strings(known) if known is not None and kept else []
    entry_fill(entry, (strings + [""] * forms)[: max(forms, len(strings))])
    return entry


def _flags(message: Message, known: polib.POEntry | None) -> list[str]:
    """`fuzzy` stays where another tool set it (the check reports it); `python-format` helps editing tools."""
    flags = ["fuzzy"] if known is not None and "fuzzy" in known.flags else []
    if _NAMED_FORMAT.search(message.id_plural or message.id):
        flags.append("python-format")
    return flags


def catalogue_save(catalogue: polib.POFile, path: Path) -> bool:
    """Writes the catalogue if that changes the file; whether it did."""
    text = f"{catalogue}".rstrip("\n") + "\n"
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return False
    file_replace(path, text.encode())
    return True


def file_replace(path: Path, content: bytes) -> None:
    """Writes a file in one step: whoever reads it meanwhile sees the old or the new one, never half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    draft = Path(name)
    draft.chmod(0o644)
    draft.replace(path)
