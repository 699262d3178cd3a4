"""What moderators are told beside the content: how it was made, and whose official account posted it."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from accounts.models import User
from labeling.models import AiEvidence, AiSource, OfficialAccount, ReviewTask
from labeling.provenance import Says, State
from labeling.services.ai_words import MADE, STANDS
from labeling.services.review_official import is_escalated, official_of


class Said(NamedTuple):
    """One statement on how content was made, in words; `proves` is whether it counts for anything."""

    who: str
    what: str
    details: list[tuple[str, str]]
    at: dt.datetime
    proves: bool


class Official(NamedTuple):
    """Whose account it is, and whether this moderator may act on their own."""

    account: OfficialAccount
    needs_another: bool


def ai_said(task: ReviewTask) -> list[Said]:
    """All that is said of how the task's item was made. One query."""
    if task.item_id is None:
        return []
    return [_said(one) for one in AiEvidence.objects.filter(item=task.item_id)]


def _said(one: AiEvidence) -> Said:
    if one.source != AiSource.CREDENTIALS:
        return Said(one.get_source_display(), one.get_says_display(), [], one.given_at, True)
    state = State(one.state)
    what = STANDS[state]
    if state in (State.VALID, State.UNTRUSTED):
        what = f"{what} {MADE[Says(one.says)]}"
    named = {
        "Signer": one.signer,
        "Software": one.generator,
        "Source types": ", ".join(str(source).rpartition("/")[2] for source in one.details.get("sources", [])),
        "Actions": ", ".join(one.details.get("actions", [])),
        "Problems": ", ".join(one.details.get("problems", [])),
        "File": f"{one.media_type}, SHA-256 {one.digest[:16]}…",
    }
    details = [(name, value) for name, value in named.items() if value]
    return Said(one.get_source_display(), what, details, one.given_at, state in (State.VALID, State.UNTRUSTED))


def official_said(task: ReviewTask, user: User) -> Official | None:
    """The official account that posted the task's item. At most two queries."""
    account = official_of(task)
    if account is None:
        return None
    return Official(account, account.is_nuanced and not is_escalated(task, user))
