"""Policies and their reasons as readers meet them: in their language, or marked as being in English."""

from __future__ import annotations

from typing import NamedTuple

from centers.local_text import LAST_RESORT, LocalText
from centers.models.fact import TranslationOrigin
from labeling.models import Policy, PolicyText, ReviewDecision


class PolicyWords(NamedTuple):
    """Title, text, and the reason of one decision; empty where there is none."""

    title: LocalText
    text: LocalText
    reason: LocalText


def policy_words(policy: Policy, language: str, reason: str = "") -> PolicyWords:
    """The policy in `language`, else in English, which every policy has. One query."""
    texts = {
        text.language: text
        for text in PolicyText.objects.filter(policy=policy, language__in={language, LAST_RESORT})
    }  # fmt: skip
    text = texts.get(language) or texts.get(LAST_RESORT)
    if text is None:
        empty = LocalText("", language, language)
        return PolicyWords(LocalText(policy.key, LAST_RESORT, language), empty, empty)
    origin = TranslationOrigin.MACHINE if text.is_machine and text.language != LAST_RESORT else ""
    title, body, why = text.title, text.text, str(text.reasons.get(reason, ""))
    return PolicyWords(*(LocalText(one, text.language, language, origin) for one in (title, body, why)))


def decision_words(decision: ReviewDecision, language: str) -> PolicyWords:
    """The policy and the reason that a decision cites."""
    return policy_words(decision.policy, language, decision.reason)
