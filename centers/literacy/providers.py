"""Whose players may be opened by a click, and under which address: the provider's own that tracks least.

No page asks a provider for anything before the click: there is no picture, frame or script of theirs on it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from centers.models.campaign import VideoProvider


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider: `form` is what its ids look like, `host` the one place a frame of it may come from."""

    label: str
    form: re.Pattern[str]
    host: str
    player: str

    def address(self, id_: str) -> str:
        """Of the player for one video."""
        return f"https://{self.host}{self.player.format(id=id_)}"


PROVIDERS: Final[dict[str, Provider]] = {
    # The host that sets no cookie before a video plays (YouTube Help, "Embed videos", privacy-enhanced mode).
    VideoProvider.YOUTUBE: Provider(
        "YouTube", re.compile(r"[A-Za-z0-9_-]{11}"), "www.youtube-nocookie.com", "/embed/{id}?rel=0"
    ),
    # `dnt=1` asks Vimeo's player to keep no session data (Vimeo Help, "Player parameters").
    VideoProvider.VIMEO: Provider("Vimeo", re.compile(r"\d{6,12}"), "player.vimeo.com", "/video/{id}?dnt=1"),
}
