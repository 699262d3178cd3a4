"""What of fact-checking is tracked: partners, their hours, and who may call in their name."""

from __future__ import annotations

from accounts.audit import tracked
from factcheck.models import (
    Assessment,
    Claim,
    ClaimOffer,
    ClaimSign,
    CoverHours,
    CoverPlan,
    FactCheckPartner,
    FeedSource,
    HeldAssessment,
    PartnerKey,
    RatingWord,
)


def register_all() -> None:
    """Called once when the app is ready."""
    tracked(FactCheckPartner)
    tracked(CoverPlan)
    tracked(Claim, exclude=("bands", "seen_at", "repeat_key"))
    tracked(ClaimSign)
    tracked(Assessment)
    tracked(HeldAssessment)
    tracked(RatingWord)
    tracked(ClaimOffer)
    tracked(CoverHours)
    tracked(PartnerKey, fields=("id", "partner", "name", "created_at", "created_by", "revoked_at"))
    tracked(FeedSource, fields=("id", "partner", "kind", "url", "language", "countries", "added_by", "paused_at"))
