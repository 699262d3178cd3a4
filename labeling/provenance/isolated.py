"""Reads files in a process of their own: they come from strangers and are taken apart by native code."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from pathlib import Path
from typing import IO, Final

import msgspec

from labeling.provenance.model import Provenance
from labeling.provenance.sniff import HEAD, media_type

logger = logging.getLogger(__name__)

#: Seconds until the process is ended, and bytes of its answer.
TIMEOUT: Final = 30
_ANSWER: Final = 200_000
_ROOT: Final = Path(__file__).resolve().parents[2]
_NOT_TRUST: Final = 4


class TooLargeError(ValueError):
    """The file has more bytes than are read."""


class UnreadableError(ValueError):
    """The file could not be read within the bounds of time and memory; nothing is known of it."""


class TrustError(RuntimeError):
    """The operators' list of trusted signers is no list of certificates: nothing was read."""


def provenance_read(file: IO[bytes], *, most: int, anchors: Path | None = None) -> Provenance:
    """The Content Credentials of an open file on disk (it needs a descriptor), of at most `most` bytes.

    `anchors` is a PEM file with the certificates of trusted issuers; without one every signer is untrusted. Nothing is
    fetched and nothing written. Raises `TooLargeError`, `NotMediaError`, `UnreadableError`, and `TrustError`.
    """
    size = file.seek(0, os.SEEK_END)
    if size > most:
        raise TooLargeError(f"The file has {size} bytes; at most {most} are read.")
    file.seek(0)
    kind = media_type(file.read(HEAD))
    # The child shares the descriptor's position.
    os.lseek(file.fileno(), 0, os.SEEK_SET)
    command = [sys.executable, "-m", "labeling.provenance.child", *([str(anchors)] if anchors else [])]
    try:
        done = subprocess.run(  # noqa: S603  # our own module, and a path that operators set
            command,
            stdin=file,
            capture_output=True,
            cwd=_ROOT,
            env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},
            timeout=TIMEOUT,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise UnreadableError("Reading the file took too long.") from error
    if done.returncode == _NOT_TRUST:
        raise TrustError(done.stderr.decode(errors="replace")[:300])
    if done.returncode != 0 or len(done.stdout) > _ANSWER:
        # Neither its bytes nor what native code says of them.
        logger.warning("A file of type %s could not be read: the reader ended with %s", kind, done.returncode)
        raise UnreadableError("The file could not be read within the bounds of time and memory.")
    return msgspec.json.decode(done.stdout, type=Provenance)
