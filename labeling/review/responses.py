"""What people outside are told of a decision, in the policy's words and their language."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from labeling.models import Policy, PolicyText

#: Who can be told: whoever posted the content, and whoever reported it.
AUTHOR: Final = "author"
REPORTER: Final = "reporter"


class ReasonSaid(NamedTuple):
    """A reason of a policy, what it leads to, and what each is told."""

    code: str
    action: str
    words: str
    to_author: str
    to_reporter: str


def response_text(text: PolicyText, *, audience: str, action: str, reason: str) -> str:
    """The text for somebody outside; empty where the policy says nothing to them about such an action or reason.

    Colleagues' notes are never part of it.
    """
    template = text.responses.get(audience, {}).get(action, "")
    words = text.reasons.get(reason, "")
    return str(template).replace("{reason}", words) if template and words else ""


def responses_said(policy: Policy, text: PolicyText) -> list[ReasonSaid]:
    """All reasons of a policy in one language."""
    return [
        ReasonSaid(
            code, action, text.reasons.get(code, code),
            response_text(text, audience=AUTHOR, action=action, reason=code),
            response_text(text, audience=REPORTER, action=action, reason=code),
        )
        for code, action in policy.reasons_in_order()
    ]  # fmt: skip
