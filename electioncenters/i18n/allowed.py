"""Exceptions from the checks, each with its reason: `locale/allowed.toml`.

[[allowed]]
check = "same"              # a name out of flaws.CHECKS
languages = ["nl", "de"]    # or ["*"]
id = "…"                    # the English text
reason = "…"
"""

from __future__ import annotations

import tomllib
from collections.abc import Container
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from electioncenters.i18n.flaws import CHECKS
from electioncenters.languages import LANGUAGE_CODES

FILE_NAME: Final = "allowed.toml"
_KEYS: Final = {"check", "languages", "id", "reason"}


class AllowedError(Exception):
    """The file of exceptions is malformed; the message says which entry and why."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """One exception: `check` may complain about the message `id` in `languages`."""

    check: str
    languages: tuple[str, ...]
    id: str
    reason: str

    def covers(self, *, language: str, check: str, id: str) -> bool:  # noqa: A002 - gettext calls it id
        """Whether this exception is about that complaint."""
        return self.check == check and self.id == id and ("*" in self.languages or language in self.languages)


def allowed_load(locale: Path) -> list[Allowed]:
    """The exceptions below the folder `locale`; none when there is no file. Raises AllowedError."""
    path = locale / FILE_NAME
    if not path.exists():
        return []
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise AllowedError(f"{path}: {error}") from error
    return [_allowed(path, number, entry) for number, entry in enumerate(document.get("allowed", []), start=1)]


def _allowed(path: Path, number: int, entry: dict[str, object]) -> Allowed:
    match entry:
        case {"check": str(check), "languages": list(languages), "id": str(text), "reason": str(reason)}:
            names = [str(language) for language in languages]
            if entry.keys() == _KEYS and check in CHECKS and reason.strip() and _all_in(names, {*LANGUAGE_CODES, "*"}):
                return Allowed(check, tuple(names), text, reason)
    raise AllowedError(
        f"{path}: entry {number}: check (one of {', '.join(CHECKS)}), languages (a list of codes or *), "
        f"id and a reason are needed, nothing else: {entry}"
    )


def _all_in(names: list[str], known: Container[str]) -> bool:
    return bool(names) and all(name in known for name in names)
