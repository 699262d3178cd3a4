"""What of labelling is tracked: which rules are live, who may hand content in, which accounts are official.

Labels have their own history.
"""

from __future__ import annotations

from accounts.audit import tracked
from labeling.models import ApiKey, OfficialAccount, Platform, Ruleset


def register_all() -> None:
    """Called once when the app is ready."""
    tracked(Ruleset)
    tracked(Platform)
    tracked(ApiKey, fields=("id", "platform", "name", "created_at", "revoked_at"))
    # Neither name nor handle: they are a person's, and could not be erased from there.
    tracked(
        OfficialAccount,
        fields=(
            "id", "platform", "category", "jurisdiction", "election", "state", "no_paid_political_advertising",
            "no_monetisation", "verified_badge", "is_nuanced", "proposed_by", "decided_by", "decided_at", "ended_at",
        ),
    )  # fmt: skip
