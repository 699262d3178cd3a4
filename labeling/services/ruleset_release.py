"""Release a set of rules step by step: into the shadow, onto a share of the items, live; and back in one call."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from labeling.matching.check import Problem
from labeling.models import CANDIDATE_STATUSES, Ruleset, RulesetStatus
from labeling.services.brake_carry import brakes_carry
from labeling.services.matcher import matcher_of
from labeling.services.permission import permission_require
from labeling.services.rule_rows import rules_digest, rules_load
from labeling.services.rules_check import ruleset_check
from labeling.services.ruleset_steps import RulesetStepError, ruleset_locked, ruleset_step, ruleset_take_over

RELEASE = "labeling.release_rules"
#: A set that labels all items is live.
_ALL = 100
#: So many problems stand in the message of an error.
NAMED = 5
_BEFORE = {
    RulesetStatus.SHADOW: (RulesetStatus.DRAFT, RulesetStatus.RAMPING),
    RulesetStatus.RAMPING: (RulesetStatus.DRAFT, *CANDIDATE_STATUSES),
    RulesetStatus.LIVE: (RulesetStatus.DRAFT, *CANDIDATE_STATUSES),
}


class InvalidRulesetError(ValueError):
    """The rules cannot be released; `problems` are those of single rules, and the message names the first ones."""

    def __init__(self, message: str, problems: Sequence[Problem] = ()) -> None:
        more = f" … and {len(problems) - NAMED} more" if len(problems) > NAMED else ""
        super().__init__(" ".join([message, *map(str, problems[:NAMED])]) + more)
        self.problems = tuple(problems)


@transaction.atomic
def ruleset_shadow(*, ruleset: Ruleset, user: User | None, reason: str) -> Ruleset:
    """Let a set watch: workers compare what it would do with what the live one does, and label nothing by it.

    Raises `PermissionDenied`, `RulesetStepError` where another candidate is or the set is no draft, and
    `InvalidRulesetError`.
    """
    permission_require(user, RELEASE)
    candidate = _ready(ruleset, RulesetStatus.SHADOW)
    return ruleset_step(ruleset=candidate, to=RulesetStatus.SHADOW, user=user, reason=reason)


@transaction.atomic
def ruleset_ramp(*, ruleset: Ruleset, share: int, user: User | None, reason: str) -> Ruleset:
    """Let a set label `share` percent of the items (1 to 100); with 100 it is live, and the former set retires.

    Which items is decided by a hash of their uri, so that an item's revisions meet the same set. Raises as
    `ruleset_shadow` does, and `ValueError` for another share.
    """
    permission_require(user, RELEASE)
    if not 1 <= share <= _ALL:
        raise ValueError(f"the share must be 1 to {_ALL} percent, not {share}")
    if share == _ALL:
        return ruleset_live(ruleset=ruleset, user=user, reason=reason)
    candidate = _ready(ruleset, RulesetStatus.RAMPING)
    return ruleset_step(ruleset=candidate, to=RulesetStatus.RAMPING, user=user, reason=reason, share=share)


@transaction.atomic
def ruleset_live(*, ruleset: Ruleset, user: User | None, reason: str) -> Ruleset:
    """Let a set label everything in place of the live one, which retires. Raises as `ruleset_shadow` does."""
    permission_require(user, RELEASE)
    candidate = _ready(ruleset, RulesetStatus.LIVE)
    return ruleset_take_over(ruleset=candidate, user=user, reason=reason)


@transaction.atomic
def ruleset_roll_back(*, ruleset: Ruleset, user: User | None, reason: str) -> Ruleset:
    """Take a set back: a candidate ends, and from the live set the one before it takes over again.

    Returns the set that is live then. The set is named, so that a button pressed twice goes back one step only.
    Raises `PermissionDenied`, and `RulesetStepError` where the set is not in force or had none before it.
    """
    permission_require(user, RELEASE)
    leaving = ruleset_locked(ruleset)
    if leaving.status in CANDIDATE_STATUSES:
        ruleset_step(ruleset=leaving, to=RulesetStatus.RETIRED, user=user, reason=reason)
        return Ruleset.objects.live().get()
    if leaving.status != RulesetStatus.LIVE:
        raise RulesetStepError(f"{leaving} is {_standing(leaving)}: only a set that is in force can be taken back.")
    if leaving.previous is None:
        raise RulesetStepError(f"{leaving} took over from no other set: there is nothing to go back to.")
    return ruleset_take_over(ruleset=leaving.previous, user=user, reason=reason)


def _ready(ruleset: Ruleset, to: RulesetStatus) -> Ruleset:
    """The set, locked, if it may take the step; a draft is checked and gets its digest. Takes brakes over."""
    candidate = ruleset_locked(ruleset)
    if candidate.status not in _BEFORE[to]:
        raise RulesetStepError(
            f"{candidate} is {_standing(candidate)}: from there it cannot become {to.label.lower()}."
        )
    other = Ruleset.objects.candidate().exclude(pk=candidate.pk).first()
    if other is not None:
        raise RulesetStepError(f"{other} is {_standing(other)}: end that first, one set is tried at a time.")
    live = Ruleset.objects.live().first()
    if live is None:
        raise RulesetStepError("No set is live: load the facts first.")
    if candidate.status == RulesetStatus.DRAFT:
        _check(candidate)
        candidate.digest = rules_digest(rules_load(candidate.pk))
    brakes_carry(source=live, target=candidate, now=timezone.now())
    return candidate


def _check(draft: Ruleset) -> None:
    """Raise `InvalidRulesetError` for rules that would not work; what is only a warning stops nothing."""
    if not draft.rules.exists():
        raise InvalidRulesetError(f"{draft} has no rules.")
    if errors := [problem for problem in ruleset_check(draft) if problem.severity == "error"]:
        raise InvalidRulesetError(f"{draft} has rules that would not work.", errors)
    try:
        matcher_of(draft)
    except ValueError as error:
        raise InvalidRulesetError(f"{draft} cannot be compiled: {error}.") from error


def _standing(ruleset: Ruleset) -> str:
    return str(ruleset.get_status_display()).lower()
