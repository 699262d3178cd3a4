"""Which tasks somebody asks for."""

from __future__ import annotations

from typing import Final, NamedTuple


class Queue(NamedTuple):
    """Empty fields leave it open. A kind of signal, codes of a place and a language, the key of a policy."""

    kind: str = ""
    place: str = ""
    language: str = ""
    policy: str = ""


ALL: Final = Queue()
