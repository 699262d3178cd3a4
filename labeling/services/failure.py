"""An error, as it may be logged: its message can quote what somebody wrote, where it happened cannot."""

from __future__ import annotations

import traceback


def failure_described(error: BaseException) -> str:
    """The kind of error and the lines it came through, without its message."""
    frames = "".join(traceback.format_tb(error.__traceback__))
    return f"{type(error).__name__}\n{frames}"
