"""Notices whose senders are known: of trusted flaggers, and of who runs an election. They come before reports."""

from __future__ import annotations

import re
from typing import Final

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from centers.models import Jurisdiction
from labeling.models import ContentItem, Platform, ReviewTask, SignalKind, TaskState
from labeling.services.review_hashtags import POLICY as ABOUT_HASHTAGS
from labeling.services.review_join import Signal, language_of, policies_in_force, signals_join

#: What giving each kind of notice takes, at the place it is about.
PERMISSIONS: Final = {
    SignalKind.TRUSTED_FLAGGER: "labeling.flag_content",
    SignalKind.RAPID_RESPONSE: "labeling.call_rapid_response",
}
LONGEST: Final = 2_000
_URI: Final = re.compile(r"(?P<platform>[a-z0-9-]{1,40}):(?P<id>\S{1,255})")


class AlreadyGivenError(Exception):
    """The same person gave the same notice on this content before, and it waits still."""


@transaction.atomic
def notice_receive(
    *, by: User, kind: SignalKind, uri: str, policy: str, place: Jurisdiction, said: str, language: str = ""
) -> ReviewTask:
    """Bring content to the moderators of a place; returns its task, which it opens or joins.

    `uri` is `platform:id`, also of content nobody handed in. Who gives a notice does not decide on it. Raises
    `PermissionDenied`, `ValidationError` by field, and `AlreadyGivenError`; then nothing is changed.
    """
    if kind not in PERMISSIONS or not by.has_perm(PERMISSIONS[kind], place):
        raise PermissionDenied(f"Such notices about {place.code} are given by others.")
    platform, external_id = _checked(uri, policy, said)
    item = ContentItem.objects.filter(platform=platform, external_id=external_id).first()
    if item is not None and item.erased_at is not None:
        raise ValidationError({"uri": "This content was deleted: nobody sees it any more."})
    organisation = next((one.organisation.name for one in by.memberships_held), "")
    signal = Signal(
        uri=uri.strip(),
        item=item.pk if item else None,
        place=place.pk,
        language=language_of(item.lang) if item and item.lang else language,
        kind=kind,
        source=f"notice:{by.pk}:{policy}"[:60],
        policy=policy,
        detail={"said": said.strip(), "by": organisation},
        barred=(by.pk,),
    )
    if not signals_join(signals=[signal], now=timezone.now()):
        raise AlreadyGivenError("You told the moderators this already, and it waits still.")
    return ReviewTask.objects.get(uri=signal.uri, state=TaskState.OPEN, is_blind=False)


def _checked(uri: str, policy: str, said: str) -> tuple[Platform, str]:
    problems: dict[str, str] = {}
    parts = _URI.fullmatch(uri.strip())
    platform = Platform.objects.filter(key=parts["platform"]).first() if parts else None
    if parts is None:
        problems["uri"] = "Name the content as platform:id, such as demo:4711."
    elif platform is None:
        problems["uri"] = f"No platform called {parts['platform']} hands content in here."
    if policy not in policies_in_force() or policy == ABOUT_HASHTAGS:
        problems["policy"] = "Choose what is wrong with it."
    if not said.strip() or len(said) > LONGEST:
        problems["said"] = f"Say what moderators should know, in at most {LONGEST} characters."
    if problems or parts is None or platform is None:
        raise ValidationError(problems)
    return platform, parts["id"]
