"""Who checks facts, for which country and in which language, on which days; what is checked and what was found."""

from factcheck.models.claim import Assessment, Claim, Origin, Rating, Urgency
from factcheck.models.claim_sign import ClaimSign, SignKind
from factcheck.models.cover_plan import DAY_MINUTES, CoverHours, CoverPlan
from factcheck.models.cover_spell import Cover, CoverSpell, Days
from factcheck.models.partner import CoverageGap, FactCheckPartner, Network
from factcheck.models.partner_key import PartnerKey

__all__ = [
    "DAY_MINUTES",
    "Assessment",
    "Claim",
    "ClaimSign",
    "Cover",
    "CoverHours",
    "CoverPlan",
    "CoverSpell",
    "CoverageGap",
    "Days",
    "FactCheckPartner",
    "Network",
    "Origin",
    "PartnerKey",
    "Rating",
    "SignKind",
    "Urgency",
]
