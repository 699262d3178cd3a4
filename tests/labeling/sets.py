"""Fictional sets of rules, brakes and batches for the workspace's tests."""

from __future__ import annotations

import secrets
from typing import Any

from django.utils import timezone

from centers.models import Jurisdiction
from labeling.intake import Item
from labeling.models import BatchState, EmergingHashtag, IntakeBatch, Platform, Rule, RuleBrake, Ruleset, RulesetStatus
from labeling.services.payload import payload_pack


def given_rule(ruleset: Ruleset, pattern: str = "arkadienwahl", **fields: Any) -> Rule:
    """A hashtag rule of Arcadia."""
    values = {"key": f"test:{pattern}", "kind": "hashtag", "compared_by": "folded", "weight": 0.9, "jurisdiction": "xa"}
    return Rule.objects.create(ruleset=ruleset, pattern=pattern, **values | fields)


def given_ruleset(status: str = RulesetStatus.DRAFT, *patterns: str, **fields: Any) -> Ruleset:
    """A set with one rule, and one for each of `patterns`; the next version."""
    last = Ruleset.objects.order_by("-version").values_list("version", flat=True).first() or 0
    ruleset = Ruleset.objects.create(version=last + 1, status=RulesetStatus.DRAFT, **fields)
    for pattern in ("arkadienwahl", *patterns):
        given_rule(ruleset, pattern)
    if status != RulesetStatus.DRAFT:
        # Only now: rules of a set that is more than a draft are not changed, says a trigger.
        ruleset.status, ruleset.digest = status, secrets.token_hex(32)
        ruleset.save()
    return ruleset


def given_brake(ruleset: Ruleset) -> RuleBrake:
    """Its rule labelled 900 of 10,000 items."""
    figures = {"labelled": 900, "items": 10_000, "share": 0.09, "limit": 0.05, "window_seconds": 600}
    return RuleBrake.objects.create(
        ruleset=ruleset, rule="test:arkadienwahl", cause="share", figures=figures, engaged_at=timezone.now()
    )


def given_rising(place: Jurisdiction, tag: str = "neuwahl") -> EmergingHashtag:
    """A hashtag that waits for a decision."""
    now = timezone.now()
    return EmergingHashtag.objects.create(
        jurisdiction=place, tag=tag, written=tag, hour=now, observed=40, expected=1.5, score=980, proposed_at=now
    )


def given_batch_set_aside() -> IntakeBatch:
    """Two items that broke a worker."""
    platform, _ = Platform.objects.get_or_create(key="fictional", defaults={"name": "Fictional platform"})
    packed = payload_pack([Item(external_id="1", text="#arkadienwahl"), Item(external_id="2", text="zwei")])
    now = timezone.now()
    return IntakeBatch.objects.create(
        platform=platform,
        state=BatchState.POISON,
        payload=packed.data,
        digest=secrets.token_bytes(32),
        item_count=2,
        attempts=5,
        error="ValueError: fictional",
        due_at=now,
        finished_at=now,
    )
