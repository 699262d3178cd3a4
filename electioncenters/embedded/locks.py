"""Locks on files that the kernel releases when their holder ends, however it ends."""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path


class FileLock:
    """One open lock file. Not inherited by programs this process starts."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)

    def share(self) -> None:
        """Hold it together with others; wait for an exclusive holder."""
        fcntl.flock(self._file, fcntl.LOCK_SH)

    def share_now(self) -> bool:
        """Hold it together with others, unless someone holds it exclusively."""
        return self._try(fcntl.LOCK_SH)

    def take(self) -> None:
        """Hold it alone; wait for all others."""
        fcntl.flock(self._file, fcntl.LOCK_EX)

    def take_now(self) -> bool:
        """Hold it alone, unless anyone else holds it."""
        return self._try(fcntl.LOCK_EX)

    def take_within(self, seconds: float) -> bool:
        """Hold it alone, if all others leave within `seconds`."""
        deadline = time.monotonic() + seconds
        while not (taken := self.take_now()) and time.monotonic() < deadline:
            time.sleep(0.05)
        return taken

    def release(self) -> None:
        """Hold it no longer."""
        fcntl.flock(self._file, fcntl.LOCK_UN)

    def close(self) -> None:
        """Release it and close the file; the lock cannot be used afterwards. May be called twice."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def is_in_place(self) -> bool:
        """Whether the file still stands where others look for it; not so after someone removed the folder."""
        try:
            return os.path.samestat(os.fstat(self._file), self._path.stat())
        except FileNotFoundError:
            return False

    def _try(self, how: int) -> bool:
        try:
            fcntl.flock(self._file, how | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
