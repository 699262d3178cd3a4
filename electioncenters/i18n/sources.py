"""Which files of the project hold messages, and all messages in them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from electioncenters.i18n.messages import ExtractionError, Found, Message, messages_merge
from electioncenters.i18n.python_source import python_messages
from electioncenters.i18n.template_source import template_messages

#: Folders whose texts no user of the portal reads (or, as `locale`, that hold no source).
SKIPPED_FOLDERS: Final = frozenset(
    {"tests", "migrations", "bench", "tools", "docs", "locale", "static", "node_modules", "__pycache__"}
)
_TEMPLATE_SUFFIXES: Final = frozenset({".html", ".txt", ".xml", ".svg", ".ics", ".js"})

_Reader = Callable[[str, str], list[Found]]


def sources_messages(root: Path) -> list[Message]:
    """Every message of the project below `root`, in the order catalogues use.

    Raises ExtractionError with all problems of all files at once.
    """
    found: list[Found] = []
    problems: list[str] = []
    for file, reader in _sources(root):
        name = file.relative_to(root).as_posix()
        try:
            found += reader(name, file.read_text(encoding="utf-8"))
        except ExtractionError as error:
            problems += error.problems
    if problems:
        raise ExtractionError(problems)
    return messages_merge(found)


def _sources(root: Path) -> Iterator[tuple[Path, _Reader]]:
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(name for name in folders if name not in SKIPPED_FOLDERS and not name.startswith("."))
        for file in (Path(folder) / name for name in sorted(files)):
            if reader := _reader(file.relative_to(root)):
                yield file, reader


def _reader(file: Path) -> _Reader | None:
    if file.suffix == ".py":
        return python_messages
    if file.suffix in _TEMPLATE_SUFFIXES and "templates" in file.parts:
        return template_messages
    return None
