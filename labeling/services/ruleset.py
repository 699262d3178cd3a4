"""Load the rules that the facts make."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from labeling import matching
from labeling.matching import starter_rules
from labeling.models import Rule, Ruleset
from labeling.services.geography import elections_by_place
from labeling.services.rule_rows import rule_row, rules_digest
from labeling.services.ruleset_steps import ruleset_begin, ruleset_take_over, rulesets_lock
from labeling.services.shipped import rule_rows


def starter_ruleset_ensure() -> Ruleset:
    """Make the rules of the shipped hashtags and terms live, unless they were before.

    Once live, they are not made live again: a set that people published since then stays. The set they replace is
    retired and kept, since labels name the set that made them.
    """
    rules = starter_rules(*rule_rows(), upcoming=elections_by_place())
    live = Ruleset.objects.live().first()
    if live is not None and Ruleset.objects.filter(digest=rules_digest(rules), went_live_at__isnull=False).exists():
        return live
    return ruleset_publish(rules=rules)


@transaction.atomic
def ruleset_publish(*, rules: Iterable[matching.Rule], reason: str = "published from the shipped facts") -> Ruleset:
    """Make `rules` the live set, under a new version unless they are live already.

    Workers see a new version with their next batch.
    """
    ordered = sorted(rules, key=lambda rule: rule.id)
    rulesets_lock()
    live = Ruleset.objects.live().first()
    if live is not None and live.digest == rules_digest(ordered):
        return live
    draft = ruleset_begin(draft=Ruleset(based_on=live, digest=rules_digest(ordered)), user=None, reason=reason)
    Rule.objects.bulk_create([rule_row(draft, rule) for rule in ordered], batch_size=2_000)
    return ruleset_take_over(ruleset=draft, user=None, reason=reason)
