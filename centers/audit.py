"""What of the centres is tracked: everything people curate."""

from __future__ import annotations

from accounts.audit import tracked
from centers.models import (
    Answer,
    Campaign,
    Election,
    ElectionCenter,
    Jurisdiction,
    KeyDate,
    LiteracyVideo,
    LocalRules,
    MediaFile,
    PollingDay,
    Proposal,
    ReportedViews,
    Round,
    Tip,
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
    # How often a video was watched is counted, not curated (`VideoStarts`).
    for one in (Campaign, LiteracyVideo, MediaFile, ReportedViews, Tip):
        tracked(one)
