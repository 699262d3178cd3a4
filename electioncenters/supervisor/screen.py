"""The terminal: every line with the coloured name of who says it, and a spinner for what takes longer."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from rich.console import Console, RenderableType
from rich.text import Text

_COLORS = {
    "web": "cyan",
    "worker": "green",
    "courier": "green",
    "beat": "magenta",
    "labeler": "blue",
    "sample": "blue",
    "services": "yellow",
}
_NAME_WIDTH = max(map(len, _COLORS))


class Screen:
    """Writes whole lines; may be used from several threads."""

    def __init__(self, file: TextIO | None = None) -> None:
        self._console = Console(file=file, highlight=False, soft_wrap=True)

    def say(self, name: str, line: str) -> None:
        """`line` as said by the child or part `name`; an empty one says nothing."""
        if not line.strip():
            return
        who = Text(f"{name:<{_NAME_WIDTH}} │ ", style=_COLORS.get(name, "bold"))
        self._console.print(who + Text.from_ansi(line.rstrip("\n")))

    def warn(self, name: str, line: str) -> None:
        """`line` about `name` that a person should notice."""
        self._console.print(Text(f"{name:<{_NAME_WIDTH}} │ {line}", style="bold red"))

    def show(self, what: RenderableType) -> None:
        """Anything rich can render."""
        self._console.print(what)

    @contextmanager
    def step(self, title: str) -> Iterator[Callable[[str], None]]:
        """A spinner while something is done, then a line with how long it took.

        Yields a function that adds a word on how it goes: beside the spinner, and in the final line.
        """
        notes: list[str] = []
        started = time.monotonic()
        with self._console.status(title) as status:

            def note(text: str) -> None:
                notes[:] = [text]
                status.update(f"{title}: {text}")

            yield note
        took = f"({time.monotonic() - started:.1f} s)"
        self.show(Text.assemble(("✓ ", "green"), ": ".join([title, *notes]), " ", (took, "dim")))
