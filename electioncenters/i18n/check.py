"""Whether the catalogues are complete, up to date with the sources and free of flaws."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import polib

from electioncenters.i18n.allowed import Allowed, allowed_load
from electioncenters.i18n.catalogue import (
    STATE_HEADER,
    STATES,
    TARGET_LANGUAGES,
    catalogue_entries,
    catalogue_load,
    catalogue_path,
    entry_key,
    entry_strings,
)
from electioncenters.i18n.flaws import translation_flaws
from electioncenters.i18n.messages import Message
from electioncenters.i18n.plurals import PLURAL_RULES

_OUT_OF_DATE = "run `manage.py extract_messages`"


@dataclass(frozen=True, slots=True)
class Problem:
    """One reason why the catalogues may not be shipped; `id` is the English text, "" for the whole file."""

    file: str
    language: str
    id: str
    check: str
    reason: str

    def __str__(self) -> str:
        message = f" {self.id!r}:" if self.id else ""
        return f"{self.file}:{message} {self.reason} [{self.check}]"


def locale_problems(
    *, locale: Path, messages: Iterable[Message], languages: Iterable[str] = TARGET_LANGUAGES
) -> list[Problem]:
    """Every problem of every catalogue at once.

    An exception in `allowed.toml` that nothing needs any more is a problem too, seen when all languages are
    checked.
    Raises CatalogueError or AllowedError for files that can't be read.
    """
    messages, languages = list(messages), list(languages)
    allowed = allowed_load(locale)
    used: set[Allowed] = set()
    problems = []
    for language in languages:
        for problem in _catalogue_problems(catalogue_path(locale, language), language, messages):
            covering = [one for one in allowed if one.covers(language=language, check=problem.check, id=problem.id)]
            used.update(covering)
            if not covering:
                problems.append(problem)
    if set(languages) == set(TARGET_LANGUAGES):
        problems += [_unused(one) for one in allowed if one not in used]
    return problems


def _unused(one: Allowed) -> Problem:
    return Problem("allowed.toml", "*", one.id, "allowed", f"nothing needs this exception from {one.check!r}")


def _catalogue_problems(path: Path, language: str, messages: list[Message]) -> Iterator[Problem]:
    if not path.exists():
        yield Problem(_name(path), language, "", "missing", f"there is no catalogue: {_OUT_OF_DATE}")
        return
    catalogue = catalogue_load(path)
    for check, reason in _header_flaws(catalogue, language):
        yield Problem(_name(path), language, "", check, reason)
    for text, check, reason in _difference(catalogue, messages):
        yield Problem(_name(path), language, text, check, reason)
    for entry in catalogue_entries(catalogue).values():
        for check, reason in entry_flaws(entry, language):
            yield Problem(f"{_name(path)}:{entry.linenum}", language, entry.msgid, check, reason)


def _name(path: Path) -> str:
    """`locale/fr/LC_MESSAGES/django.po`, wherever the project lies."""
    return path.relative_to(path.parents[3]).as_posix()


def _header_flaws(catalogue: polib.POFile, language: str) -> Iterator[tuple[str, str]]:
    expected = {"Language": language, "Plural-Forms": PLURAL_RULES[language].header}
    for name, value in expected.items():
        if catalogue.metadata.get(name) != value:
            yield "header", f"{name} must be {value!r}: {_OUT_OF_DATE}"
    if catalogue.metadata.get(STATE_HEADER) not in STATES:
        yield "header", f"{STATE_HEADER} must be one of {', '.join(STATES)}"


def _difference(catalogue: polib.POFile, messages: list[Message]) -> Iterator[tuple[str, str, str]]:
    """Where the catalogue and the sources differ: text, check, reason."""
    entries = catalogue_entries(catalogue)
    wanted = {message.key: message for message in messages}
    for key, message in wanted.items():
        entry = entries.get(key)
        if entry is None:
            yield message.id, "missing", f"not in the catalogue: {_OUT_OF_DATE}"
        elif (entry.msgid_plural or None) != message.id_plural:
            yield message.id, "missing", f"its plural has changed: {_OUT_OF_DATE}"
    for key in entries.keys() - wanted.keys():
        yield key[1], "obsolete", f"no longer in the sources: {_OUT_OF_DATE}"
    counted = Counter(entry_key(entry) for entry in catalogue if not entry.obsolete)
    yield from ((key[1], "duplicate", f"stands there {times} times") for key, times in counted.items() if times > 1)
    yield from ((entry.msgid, "obsolete", f"commented out: {_OUT_OF_DATE}") for entry in catalogue.obsolete_entries())


def entry_flaws(entry: polib.POEntry, language: str) -> Iterator[tuple[str, str]]:
    """What is wrong with one entry: check and reason."""
    if "fuzzy" in entry.flags:
        yield "fuzzy", "marked fuzzy: confirm the translation or empty it"
    flaws = translation_flaws(
        language=language, source=entry.msgid, plural=entry.msgid_plural or None, strings=entry_strings(entry)
    )
    yield from ((flaw.check, flaw.reason) for flaw in flaws)
