"""Which pictures and videos a moderator's browser may be sent for. Pure code, but for one look-up of a name."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from electioncenters.safe_http import Policy, UnsafeUrlError, url_vet

#: https to the public Internet: a moderator's browser stands inside our network.
_POLICY: Final = Policy()
_VIDEO: Final = ("video", "clip", "short", "reel")
_SOUND: Final = ("audio", "sound", "voice")


class Media(NamedTuple):
    """One picture, video or sound; `problem` says why it is not embedded. `source` is what a policy must let in."""

    number: int
    kind: str
    url: str
    host: str
    source: str
    ai_generated: bool
    problem: str


def media_read(number: int, stored: Mapping[str, Any]) -> Media:
    """What is known of one, without asking anybody."""
    kind = str(stored.get("type") or "picture").lower()
    shown = "video" if kind.startswith(_VIDEO) else "audio" if kind.startswith(_SOUND) else "picture"
    url = str(stored.get("url") or "")
    flagged = stored.get("ai_generated") is True
    if not url:
        return Media(number, shown, "", "", "", flagged, "The platform told no address.")
    try:
        target = url_vet(url, _POLICY)
    except UnsafeUrlError as error:
        return Media(number, shown, url, "", "", flagged, f"Not embedded. {error}")
    host = f"[{target.host}]" if ":" in target.host else target.host
    return Media(number, shown, url, target.host, f"{target.scheme}://{host}:{target.port}", flagged, "")


def media_resolved(media: Media, resolver: Callable[[str], list[str]]) -> Media:
    """The same after looking its host up: a public name that leads into a network is not embedded either."""
    if media.problem:
        return media
    host = url_vet(media.url, _POLICY).host
    try:
        addresses = [ipaddress.ip_address(found.partition("%")[0]) for found in resolver(host)]
    except (OSError, ValueError):
        return media._replace(problem="Not embedded. Nobody knows the host of its address.")
    if not addresses or not all(_POLICY.allows(address) for address in addresses):
        return media._replace(problem="Not embedded. Its address leads into a network that is not public.")
    return media
