"""Two texts compared word by word. Pure: texts in, runs of words out."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from typing import Final, NamedTuple

#: Words, blanks and signs are compared apart, so that a comma more does not mark the word before it.
_TOKEN: Final = re.compile(r"\s+|\w+(?:['’]\w+)*|[^\w\s]")
#: Above this many words comparing takes noticeably long, and nobody reads single words in texts that differ throughout.
_MOST_TOKENS: Final = 3_000


class Run(NamedTuple):
    """Words that are the same in both texts, taken out (`del`) or put in (`ins`)."""

    kind: str
    text: str

    @property
    def lead(self) -> str:
        """Blanks at its beginning, which a mark would only pull to the wrong line."""
        return self.text[: len(self.text) - len(self.text.lstrip())] if self.text.strip() else ""

    @property
    def body(self) -> str:
        """What is marked; signs for blanks where there is nothing else."""
        return self.text.strip() or ("¶" if "\n" in self.text else "␣")

    @property
    def trail(self) -> str:
        """Blanks at its end, or all of them where there is nothing else and something was put in."""
        return self.text[len(self.text.rstrip()) :] if self.text.strip() or self.kind == "ins" else ""


def words_compared(before: str, after: str) -> list[Run]:
    """The runs that make `after` of `before`, in reading order.

    >>> [tuple(run) for run in words_compared("Register by 1 May.", "Register by 9 May.")]
    [('same', 'Register by '), ('del', '1'), ('ins', '9'), ('same', ' May.')]
    """
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    if len(old) + len(new) > _MOST_TOKENS:
        return [run for run in (Run("del", before), Run("ins", after)) if run.text]
    return list(_joined(_runs(old, new)))


def _runs(old: list[str], new: list[str]) -> Iterator[Run]:
    for change, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if change == "equal":
            yield Run("same", "".join(old[a:b]))
            continue
        if b > a:
            yield Run("del", "".join(old[a:b]))
        if d > c:
            yield Run("ins", "".join(new[c:d]))


def _joined(runs: Iterator[Run]) -> Iterator[Run]:
    """Single blanks between two changes belong to them: "new words" is one change, and not two."""
    taken, put = "", ""
    for run in runs:
        if run.kind == "del":
            taken += run.text
        elif run.kind == "ins":
            put += run.text
        elif run.text.isspace() and "\n" not in run.text and (taken or put):
            taken, put = taken + run.text, put + run.text
        else:
            yield from _flushed(taken, put)
            taken = put = ""
            yield run
    yield from _flushed(taken, put)


def _flushed(taken: str, put: str) -> Iterator[Run]:
    # A blank taken along at the end of both stays where it was.
    kept = ""
    while taken and put and taken[-1].isspace() and taken[-1] == put[-1]:
        kept, taken, put = taken[-1] + kept, taken[:-1], put[:-1]
    if taken:
        yield Run("del", taken)
    if put:
        yield Run("ins", put)
    if kept:
        yield Run("same", kept)
