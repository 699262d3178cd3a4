"""Where labels lead: paths below the portal's public address."""

from __future__ import annotations

import math
import time
from typing import Final

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from centers.models import Jurisdiction

#: The union whose elections are held in all of its member states.
EU: Final = "eu"
#: For so many seconds a process trusts what it knows of member states.
TRUSTED: Final = 1.0


def is_pan_european(code: str) -> bool:
    """Whether a label's jurisdiction is the European Union as a whole."""
    return code == EU


def destination(code: str, member_state: str | None) -> str:
    """The centre a label leads to: content for all of Europe leads viewers to their own country's centre.

    `member_state` is the viewer's country, if it is a state of the European Union.
    """
    return member_state if member_state and is_pan_european(code) else code


class _MemberStates:
    """What this process knows of them."""

    codes: frozenset[str] = frozenset()
    looked_at = -math.inf


def member_state(country: str | None) -> str | None:
    """`country` if it is the code of a state of the European Union; one query, at most every `TRUSTED` seconds."""
    if not country:
        return None
    now = time.monotonic()
    if now - _MemberStates.looked_at > TRUSTED:
        _MemberStates.codes = frozenset(Jurisdiction.objects.member_states().values_list("code", flat=True))
        _MemberStates.looked_at = now
    return country if country in _MemberStates.codes else None


def member_states_forget() -> None:
    """Look again when next asked."""
    _MemberStates.looked_at = -math.inf


def center_path(code: str, language: str) -> str:
    """Path of a centre."""
    return f"/{language}/centers/{code}/"


def why_path(public_id: str, language: str) -> str:
    """Path of the page that explains a label."""
    return f"/{language}/labels/{public_id}/"


def watch_path(platform: str, external_id: str, language: str) -> str:
    """Path of the page that shows how an item looks to a viewer; ids are escaped as an address needs it."""
    with translation.override(language):
        return reverse("watch-item", kwargs={"platform": platform, "external_id": external_id})


def tag_path(tag: str, language: str) -> str:
    """Path of the page that shows the reminder on a hashtag."""
    with translation.override(language):
        return reverse("watch-tag", kwargs={"tag": tag})


def absolute(path: str) -> str:
    """The full address, for those outside."""
    return settings.PUBLIC_URL + path
