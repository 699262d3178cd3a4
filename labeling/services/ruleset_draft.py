"""Begin a new set of rules, change what it is while it is a draft, or give it up."""

from __future__ import annotations

from django.db import connection, transaction

from accounts.models import User
from labeling.matching import Thresholds
from labeling.models import Rule, Ruleset, RulesetStatus
from labeling.services.permission import permission_require
from labeling.services.rule_rows import rules_digest, rules_load
from labeling.services.ruleset_steps import RulesetStepError, ruleset_begin, ruleset_locked, ruleset_step, rulesets_lock
from labeling.services.seen import seen_check, seen_mark

DRAFT = "labeling.draft_rules"


@transaction.atomic
def ruleset_draft(*, user: User | None, note: str = "", based_on: Ruleset | None = None) -> Ruleset:
    """A draft with the rules and thresholds of `based_on`, or of the live set, to be changed rule by rule.

    Raises `PermissionDenied`, and `RulesetStepError` where there is nothing to begin from.
    """
    permission_require(user, DRAFT)
    rulesets_lock()
    source = based_on or Ruleset.objects.live().first()
    if source is None:
        raise RulesetStepError("No set is live: load the facts first.")
    draft = Ruleset(based_on=source, note=note, apply_from=source.apply_from, review_from=source.review_from)
    ruleset_begin(draft=draft, user=user, reason=note or f"drafted from {source}")
    _rules_copy(source, draft)
    return draft


def _rules_copy(source: Ruleset, draft: Ruleset) -> None:
    """Within the database: through Python, the thousands of rules of a set would take many seconds."""
    said = [field.column for field in Rule._meta.concrete_fields if field.name not in {"id", "ruleset"}]
    names = ", ".join(f'"{name}"' for name in said)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""INSERT INTO labeling_rule (ruleset_id, {names})
                SELECT %s, {names} FROM labeling_rule WHERE ruleset_id = %s ORDER BY id""",  # noqa: S608  # own names
            [draft.pk, source.pk],
        )


@transaction.atomic
def ruleset_set(
    *,
    ruleset: Ruleset,
    user: User | None,
    note: str,
    apply_from: float,
    review_from: float,
    seen: str | None = None,
) -> Ruleset:
    """Change a draft's note and thresholds; `seen` is the `ruleset_mark` of the draft as its editor saw it.

    Raises `PermissionDenied`, `RulesetStepError` for a set that is no draft, `ChangedMeanwhileError` where somebody
    else changed them since, and `ValueError` for thresholds that are not 0 < review ≤ apply ≤ 1.
    """
    permission_require(user, DRAFT)
    Thresholds(apply_from, review_from)
    draft = ruleset_locked(ruleset)
    if draft.status != RulesetStatus.DRAFT:
        raise RulesetStepError(f"{draft} is {draft.get_status_display().lower()}: only a draft can be changed.")
    seen_check(seen, _settings(draft))
    draft.note, draft.apply_from, draft.review_from = note, apply_from, review_from
    draft.save(update_fields=["note", "apply_from", "review_from"])
    return draft


def ruleset_mark(ruleset: Ruleset) -> str:
    """The mark of a set's note and thresholds, for `ruleset_set`."""
    return seen_mark(_settings(ruleset))


def _settings(ruleset: Ruleset) -> list[object]:
    return [ruleset.note, ruleset.apply_from, ruleset.review_from]


@transaction.atomic
def ruleset_discard(*, ruleset: Ruleset, user: User | None, reason: str) -> Ruleset:
    """Give a draft up. It stays to be read, and a new draft can be based on it.

    Raises `PermissionDenied`, and `RulesetStepError` for a set that is no draft.
    """
    permission_require(user, DRAFT)
    draft = ruleset_locked(ruleset)
    if draft.status != RulesetStatus.DRAFT:
        raise RulesetStepError(f"{draft} is {draft.get_status_display().lower()}: only a draft can be discarded.")
    draft.digest = rules_digest(rules_load(draft.pk))
    return ruleset_step(ruleset=draft, to=RulesetStatus.RETIRED, user=user, reason=reason)
