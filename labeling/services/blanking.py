"""Texts that are shown or kept without saying who wrote them and whom they name."""

from __future__ import annotations

import re
from typing import Final

_NAMES_AND_ADDRESSES: Final = re.compile(r"@[\w.-]+|https?://\S+|www\.\S+")


def text_blanked(text: str) -> str:
    """`text` with an ellipsis in place of handles, e-mail hosts and web addresses."""
    return _NAMES_AND_ADDRESSES.sub("…", text)
