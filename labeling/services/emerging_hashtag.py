"""Decide on a hashtag that was proposed: a rule for it is drafted, or it is dismissed."""

from __future__ import annotations

from typing import Final

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from labeling.models import EmergingHashtag, EmergingState, Ruleset, RulesetStatus
from labeling.services.rule_draft import rule_delete, rule_save
from labeling.services.ruleset_draft import ruleset_draft

PERMISSION: Final = "labeling.decide_hashtag"
#: What such a rule says at first. Alone it says nothing, being ambiguous; with a second sign it is enough.
WEIGHT: Final = 0.6
#: Begins the note of the drafts that accepted hashtags are gathered in.
GATHERED: Final = "Emerging hashtags"
_MAX_REASON: Final = 1000


@transaction.atomic
def emerging_accept(
    *, by: User, hashtag: EmergingHashtag, reason: str, draft: Ruleset | None = None
) -> EmergingHashtag:
    """Draft a rule for a hashtag: ambiguous, of the hashtag's place, to be tried and made live like any other.

    The rule goes into `draft`, or else into the user's own latest draft for emerging hashtags, or into a new one.
    Raises `PermissionDenied`, `ValidationError` for what was decided already, `RulesetStepError` for a set that is
    no draft, and `InvalidRuleError`; then nothing is changed.
    """
    kept = _locked(by, hashtag, reason)
    ruleset = draft or _gathering(by) or ruleset_draft(user=by, note=f"{GATHERED}, begun by {by}")
    figures = f"{kept.observed} items in the hour of {kept.hour:%Y-%m-%d %H:%M} UTC, {kept.expected:.1f} expected"
    values = {
        "kind": "hashtag",
        "pattern": kept.written,
        "weight": WEIGHT,
        "jurisdiction": kept.jurisdiction.code,
        "ambiguous": True,
        "note": f"Emerging: {figures}. {reason}"[:_MAX_REASON],
    }
    rule_save(ruleset=ruleset, values=values, user=by)
    kept.ruleset = ruleset
    return _decided(kept, EmergingState.ACCEPTED, by, reason)


@transaction.atomic
def emerging_dismiss(*, by: User, hashtag: EmergingHashtag, reason: str) -> EmergingHashtag:
    """Say that a hashtag needs no rule; it is not proposed again for `DECIDED_FOR` (`hashtags_propose`).

    Raises `PermissionDenied`, and `ValidationError` for what was decided already.
    """
    return _decided(_locked(by, hashtag, reason), EmergingState.DISMISSED, by, reason)


@transaction.atomic
def emerging_reopen(*, by: User, hashtag: EmergingHashtag) -> EmergingHashtag:
    """Take a decision back: the hashtag is proposed again, and the rule that was drafted for it goes.

    Raises `PermissionDenied`, and `ValidationError` where that rule is in more than a draft by now or the hashtag is
    proposed again already.
    """
    if not by.has_perm(PERMISSION, hashtag):
        raise PermissionDenied(f"{by} may not decide on hashtags of {hashtag.jurisdiction.code}.")
    kept = EmergingHashtag.objects.select_for_update(of=("self",)).select_related("ruleset").get(pk=hashtag.pk)
    again = EmergingHashtag.objects.proposed().filter(jurisdiction=kept.jurisdiction_id, tag=kept.tag)
    if again.exists():
        raise ValidationError({"hashtag": f"#{kept.written} is proposed again already"})
    if kept.ruleset is not None:
        if kept.ruleset.status != RulesetStatus.DRAFT:
            raise ValidationError({"hashtag": f"its rule is in {kept.ruleset}, which is no draft any more"})
        for rule in kept.ruleset.rules.filter(kind="hashtag", pattern=kept.written, note__startswith="Emerging: "):
            rule_delete(ruleset=kept.ruleset, key=rule.key, user=by)
    kept.ruleset = kept.decided_by = kept.decided_at = None
    kept.state, kept.reason = EmergingState.PROPOSED, ""
    kept.save(update_fields=["state", "decided_by", "decided_at", "reason", "ruleset"])
    return kept


def _locked(by: User, hashtag: EmergingHashtag, reason: str) -> EmergingHashtag:
    if not by.has_perm(PERMISSION, hashtag):
        raise PermissionDenied(f"{by} may not decide on hashtags of {hashtag.jurisdiction.code}.")
    if not reason.strip() or len(reason) > _MAX_REASON:
        raise ValidationError({"reason": f"say why, in at most {_MAX_REASON} characters"})
    found = EmergingHashtag.objects.select_for_update(of=("self",)).select_related("jurisdiction")
    kept = found.filter(pk=hashtag.pk).first()
    if kept is None:
        raise ValidationError({"hashtag": "it is not proposed any more"})
    if kept.state != EmergingState.PROPOSED:
        raise ValidationError({"hashtag": f"#{kept.written} was {kept.state} already"})
    return kept


def _gathering(by: User) -> Ruleset | None:
    """The user's latest draft for emerging hashtags, if it still stands on the live set."""
    own = Ruleset.objects.filter(status=RulesetStatus.DRAFT, author=by, note__startswith=GATHERED)
    return own.filter(based_on__in=Ruleset.objects.live()).order_by("-version").first()


def _decided(hashtag: EmergingHashtag, state: EmergingState, by: User, reason: str) -> EmergingHashtag:
    hashtag.state, hashtag.decided_by, hashtag.decided_at, hashtag.reason = state, by, timezone.now(), reason
    hashtag.save(update_fields=["state", "decided_by", "decided_at", "reason", "ruleset"])
    return hashtag
