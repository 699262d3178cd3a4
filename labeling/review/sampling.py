"""Which decisions are looked at again: chance that can be repeated, and that nobody can steer or foresee."""

from __future__ import annotations

import hashlib
import hmac
from typing import Final

_RANGE: Final = 2**64


def is_drawn(*, seed: int, share: float, salt: str, secret: str) -> bool:
    """Whether the thing numbered `seed` is among the `share` percent that `salt` draws.

    The same answer each time; without the secret nobody can tell beforehand, so that nobody decides until they are
    not drawn.

    >>> is_drawn(seed=1, share=100, salt="x", secret="s"), is_drawn(seed=1, share=0, salt="x", secret="s")
    (True, False)
    """
    drawn = hmac.new(secret.encode(), f"{salt}:{seed}".encode(), hashlib.sha256).digest()
    return int.from_bytes(drawn[:8]) / _RANGE * 100 < share
