"""What moderators may press, in a policy's words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from labeling.models import Policy, PolicyText
from labeling.services.review_hashtags import POLICY as ABOUT_HASHTAGS

STAFF_LANGUAGE: Final = "en"
#: Keys of a policy's reasons, in their order.
_NUMBERS: Final = "123456789"


@dataclass(frozen=True, slots=True)
class Choice:
    """A button: what it decides, in the policy's words, and the key that presses it."""

    value: str
    words: str
    key: str
    action: str


def choices_of(policy: Policy, text: PolicyText | None) -> list[Choice]:
    """The policy's buttons; the first that applies and the first that rejects have letters, others numbers."""
    words = text.reasons if text else {}
    letters = {"apply": "a", "reject": "r"}
    return [
        Choice(f"{action}:{code}", words.get(code, code), letters.pop(action, number), action)
        for number, (code, action) in zip(_NUMBERS, policy.reasons_in_order(), strict=False)
    ]


def policy_text(policy: Policy) -> PolicyText | None:
    """The policy in the language of the workspace."""
    return PolicyText.objects.filter(policy=policy, language=STAFF_LANGUAGE).first()


def policy_newest(key: str) -> Policy | None:
    """The version of a policy that holds; none for a key nobody knows."""
    return Policy.objects.filter(key=key).order_by("-version").first() if key else None


def policy_titles() -> Mapping[str, str]:
    """Titles by key, of the newest versions."""
    found = PolicyText.objects.filter(language=STAFF_LANGUAGE).order_by("policy__version")
    return dict(found.values_list("policy__key", "title"))


def titles_about_content() -> Mapping[str, str]:
    """Of the policies by which content is judged."""
    return {key: title for key, title in sorted(policy_titles().items()) if key != ABOUT_HASHTAGS}
