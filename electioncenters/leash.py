"""Runs a program that ends when its starter ends, even when the starter is killed and can clean up nothing.

`leashed(...)` gives the command line; this file itself is what that line runs first, as a script without the
project or site-packages (it takes 20 ms), before it becomes the program.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

# linux/prctl.h
_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36


def leashed(
    command: list[str], *, farewell: signal.Signals = signal.SIGTERM, uid: int = -1, gid: int = -1
) -> list[str]:
    """`command` as a child that gets `farewell` when this process dies, run as `uid` and `gid` if given.

    To be started by the calling process itself, from its main thread. Elsewhere than on Linux the kernel
    knows no such farewell; there the program just runs.
    """
    starter = [sys.executable, "-I", "-S", __file__, str(os.getpid()), str(int(farewell)), str(uid), str(gid)]
    return starter + command


def adopt_orphans() -> None:
    """From now on, processes whose parent dies become children of this process if it started their ancestor."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1)


def children() -> list[int]:
    """Ids of this process's children, adopted ones included; none where the kernel does not tell."""
    listed = f"/proc/self/task/{os.getpid()}/children"
    if not os.path.exists(listed):  # noqa: PTH110  # this file runs without imports it can do without
        return []
    with open(listed, encoding="ascii") as numbers:  # noqa: PTH123
        return [int(number) for number in numbers.read().split()]


def main(argv: list[str]) -> None:
    """Become the program named by `argv` (starter's pid, signal, uid, gid, program, arguments…)."""
    starter, farewell, uid, gid = (int(value) for value in argv[:4])
    if uid >= 0:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    if sys.platform == "linux":
        # After the change of user, which would clear it.
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, farewell)
    if os.getppid() != starter:
        raise SystemExit("The starter died before its child ran.")
    os.execvp(argv[4], argv[4:])  # noqa: S606  # becoming the program is the point; no shell is involved


if __name__ == "__main__":
    main(sys.argv[1:])
