"""What of the centres is tracked: everything people curate."""

from __future__ import annotations

from accounts.audit import tracked
from centers.models import (
    Answer,
    Election,
    ElectionCenter,
    Jurisdiction,
    KeyDate,
    LocalRules,
    PollingDay,
    Proposal,
    Round,
    TrustedSource,
    UrgentNotice,
)


def register_all() -> None:
    """Called once when the app is ready, when translated texts have their columns."""
    for model in (Jurisdiction, Election, Round, PollingDay, KeyDate, LocalRules, Answer, TrustedSource, Proposal):
        tracked(model)
    # A publication is no change of the centre.
    tracked(ElectionCenter, exclude=("version", "published_at"))
    tracked(UrgentNotice)
