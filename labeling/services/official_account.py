"""Official accounts: one person proposes with a source, another verifies; and what ends it. Each step is kept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.audit import acting
from accounts.models import User
from centers.models import Election, Jurisdiction
from labeling.models import (
    AccountCategory,
    Badge,
    Candidate,
    OfficialAccount,
    OfficialState,
    OfficialStep,
    Platform,
)
from labeling.outside.links import is_plain
from labeling.services.official_follow import official_wake
from labeling.uris import uri_parts

PROPOSE: Final = "labeling.propose_account"
VERIFY: Final = "labeling.verify_account"
LONGEST: Final = 1_000


class OfficialConflict(Exception):  # noqa: N818 -- said to people as what happened, not as an error
    """Somebody else was first; the message says what stands now."""


class Flags(NamedTuple):
    """What the platform is told to do with the account."""

    no_paid_political_advertising: bool
    no_monetisation: bool
    verified_badge: Badge
    is_nuanced: bool


class _Move(NamedTuple):
    """A step: the permission it takes, the state it begins with, and what it changes."""

    permission: str
    expected: OfficialState
    change: Callable[[OfficialAccount, dt.datetime], None]


class Draft(NamedTuple):
    """An account as it is proposed: `external_id` is its id on the platform, `source_url` shows whose it is."""

    platform: Platform
    external_id: str
    name: str
    category: AccountCategory
    jurisdiction: Jurisdiction
    source_url: str
    flags: Flags
    handle: str = ""
    election: Election | None = None
    candidate: Candidate | None = None


def flags_usual(category: AccountCategory) -> Flags:
    """What the portal proposes for a kind of account; whoever proposes the account may say otherwise.

    Who governs or wants to neither pays for politics nor is paid for it, and shows that they are who they say they are.
    News are no party: they may earn, and are not judged alone either.
    """
    if category == AccountCategory.NEWS:
        return Flags(False, False, Badge.RECOMMENDED, True)
    is_public = category in (AccountCategory.GOVERNMENT, AccountCategory.ELECTORAL_AUTHORITY)
    return Flags(True, True, Badge.REQUIRED if is_public else Badge.RECOMMENDED, True)


def account_propose(*, draft: Draft, by: User, reason: str) -> OfficialAccount:
    """Propose an account; somebody else verifies it. Raises `PermissionDenied` and `ValidationError` by field."""
    if not by.has_perm(PROPOSE, draft.jurisdiction):
        raise PermissionDenied(f"Accounts of {draft.jurisdiction.code} are proposed by its own staff.")
    _check(draft, reason)
    now = timezone.now()
    try:
        with transaction.atomic(), acting(by=by, reason="official account proposed"):
            account = OfficialAccount.objects.create(
                platform=draft.platform,
                external_id=draft.external_id,
                handle=draft.handle,
                name=draft.name.strip(),
                category=draft.category,
                jurisdiction=draft.jurisdiction,
                election=draft.election,
                candidate=draft.candidate,
                source_url=draft.source_url,
                proposed_by=by,
                proposed_at=now,
                **draft.flags._asdict(),
            )
            _step(account, by, reason, now)
    except IntegrityError as error:
        if "official_account_stands_once" not in str(error):
            raise
        raise ValidationError({"external_id": "This account is proposed or verified already."}) from error
    return account


def account_verify(*, account: OfficialAccount, by: User, reason: str) -> OfficialAccount:
    """Vouch for an account somebody else proposed: its content is marked from now on.

    Raises `PermissionDenied`, also for who proposed it, `OfficialConflict`, and `ValidationError` without a reason.
    """

    def verified(locked: OfficialAccount, now: dt.datetime) -> None:
        if locked.proposed_by_id == by.pk:
            raise PermissionDenied("Somebody else verifies what you proposed.")
        locked.state, locked.decided_by, locked.decided_at = OfficialState.VERIFIED, by, now
        locked.must_follow = True

    return _moved(account, by, reason, _Move(VERIFY, OfficialState.PROPOSED, verified))


def account_refuse(*, account: OfficialAccount, by: User, reason: str) -> OfficialAccount:
    """Refuse a proposal, or take one's own back. Raises as `account_verify`."""

    def refused(locked: OfficialAccount, now: dt.datetime) -> None:
        locked.state, locked.decided_by, locked.decided_at = OfficialState.REFUSED, by, now

    permission = PROPOSE if account.proposed_by_id == by.pk else VERIFY
    return _moved(account, by, reason, _Move(permission, OfficialState.PROPOSED, refused))


def account_end(*, account: OfficialAccount, by: User, reason: str) -> OfficialAccount:
    """It is official no more: its content is marked no longer, what was marked loses its mark. Raises as above."""

    def ended(locked: OfficialAccount, now: dt.datetime) -> None:
        locked.state, locked.ended_at, locked.must_follow = OfficialState.ENDED, now, True

    return _moved(account, by, reason, _Move(VERIFY, OfficialState.VERIFIED, ended))


def _moved(account: OfficialAccount, by: User, reason: str, move: _Move) -> OfficialAccount:
    if not by.has_perm(move.permission, account):
        raise PermissionDenied("This is decided by others.")
    if not reason.strip() or len(reason) > LONGEST:
        raise ValidationError({"reason": f"Say why, in at most {LONGEST} characters: it stands in the history."})
    now = timezone.now()
    with transaction.atomic(), acting(by=by, reason=f"official account {move.expected} decided"):
        locked = OfficialAccount.objects.select_for_update(of=("self",)).get(pk=account.pk)
        if locked.state != move.expected:
            raise OfficialConflict(f"It is {OfficialState(locked.state).label.lower()} by now: look at it again.")
        move.change(locked, now)
        locked.save()
        _step(locked, by, reason, now)
    if locked.must_follow:
        official_wake()
    return locked


def _step(account: OfficialAccount, by: User, reason: str, now: dt.datetime) -> None:
    OfficialStep.objects.create(account=account, state=account.state, user=by, reason=reason.strip(), at=now)


def _check(draft: Draft, reason: str) -> None:
    problems: dict[str, str] = {}
    if uri_parts(f"{draft.platform.key}:{draft.external_id}") is None:
        problems["external_id"] = "Must be the account's id on the platform: visible ASCII characters."
    for field, most in (("name", 200), ("handle", 255)):
        value = getattr(draft, field)
        if not is_plain(value) or len(value) > most:
            problems[field] = f"Must have at most {most} visible characters."
    if not draft.name.strip():
        problems["name"] = "Say whose account it is."
    if not _is_address(draft.source_url):
        problems["source_url"] = "Must be the address of a page, https://…, where one can see whose account it is."
    if draft.election is not None and draft.election.jurisdiction_id not in {
        draft.jurisdiction.pk,
        draft.jurisdiction.parent_id,
    }:
        problems["election"] = "This election is held in another place."
    if draft.candidate is not None and draft.category != AccountCategory.CANDIDATE:
        problems["category"] = "Whoever stands in a list of candidates is a candidate."
    if not reason.strip() or len(reason) > LONGEST:
        problems["reason"] = f"Say what shows it, in at most {LONGEST} characters: who verifies it reads that."
    if problems:
        raise ValidationError(problems)


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and is_plain(url) and len(url) <= 2_000  # noqa: PLR2004
