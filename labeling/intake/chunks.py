"""A file of lines in pieces that one request can carry. Pure code."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from labeling.intake.parse import MAX_ITEMS

#: Bytes of one piece; half of what a request may hold.
MAX_BYTES = 8 * 1024 * 1024


@dataclass(slots=True)
class Chunk:
    """Lines that are not empty, with their numbers in the file (from 1), and those too long to be handed in."""

    lines: list[bytes] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    too_long: list[int] = field(default_factory=list)
    read: int = 0
    """Bytes of the file this piece stands for."""

    @property
    def body(self) -> bytes:
        """As NDJSON."""
        return b"\n".join(self.lines)


def chunks(lines: Iterable[bytes], *, max_items: int = MAX_ITEMS, max_bytes: int = MAX_BYTES) -> Iterator[Chunk]:
    """Pieces of at most `max_items` lines and `max_bytes` bytes, in order; the last one may hold no line."""
    chunk, size = Chunk(), 0
    for number, raw in enumerate(lines, 1):
        line = raw.strip()
        if chunk.lines and (len(chunk.lines) >= max_items or size + len(line) + 1 > max_bytes):
            yield chunk
            chunk, size = Chunk(), 0
        chunk.read += len(raw)
        if len(line) > max_bytes:
            chunk.too_long.append(number)
        elif line:
            chunk.lines.append(line)
            chunk.numbers.append(number)
            size += len(line) + 1
    if chunk.read:
        yield chunk
