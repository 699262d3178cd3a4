"""What of fact-checking is tracked: partners, their hours, and who may call in their name."""

from __future__ import annotations

from accounts.audit import tracked
from factcheck.models import Assessment, Claim, ClaimSign, CoverHours, CoverPlan, FactCheckPartner, PartnerKey


def register_all() -> None:
    """Called once when the app is ready."""
    tracked(FactCheckPartner)
    tracked(CoverPlan)
    tracked(Claim, exclude=("bands",))
    tracked(ClaimSign)
    tracked(Assessment)
    tracked(CoverHours)
    tracked(PartnerKey, fields=("id", "partner", "name", "created_at", "created_by", "revoked_at"))
