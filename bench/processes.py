"""What processes cost, read from the kernel."""

from __future__ import annotations

import contextlib
import os
from collections import defaultdict
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
#: Fields of /proc/…/stat after the name: parent, and the processor time of the process and of its dead children.
_PARENT, _TIMES = 1, slice(11, 15)


def cpu_seconds(pid: int) -> float:
    """Processor seconds of a process and all below it, those that ended included; 0 where there is none."""
    children: dict[int, list[int]] = defaultdict(list)
    spent: dict[int, int] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            with contextlib.suppress(OSError):
                fields = (folder / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
                children[int(fields[_PARENT])].append(int(folder.name))
                spent[int(folder.name)] = sum(map(int, fields[_TIMES]))
    total, waiting = 0, [pid]
    while waiting:
        one = waiting.pop()
        total += spent.get(one, 0)
        waiting += children[one]
    return total / _TICKS
