"""What of labelling is tracked: which rules are live, and who may hand content in. Labels have their own history."""

from __future__ import annotations

from accounts.audit import tracked
from labeling.models import ApiKey, Platform, Ruleset


def register_all() -> None:
    """Called once when the app is ready."""
    tracked(Ruleset)
    tracked(Platform)
    tracked(ApiKey, fields=("id", "platform", "name", "created_at", "revoked_at"))
