"""Who checks facts, for which country and in which language, on which days; what is checked and what was found."""

from factcheck.models.claim import Assessment, Claim, Origin, Rating, Urgency
from factcheck.models.claim_sign import ClaimSign, SignKind
from factcheck.models.claim_vector import ClaimVector
from factcheck.models.cover_plan import DAY_MINUTES, CoverHours, CoverPlan
from factcheck.models.cover_spell import Cover, CoverSpell, Days
from factcheck.models.feed import FeedArticle, FeedKind, FeedRun, FeedSource, ImportedReview, ReviewState, RunOutcome
from factcheck.models.offer import ClaimOffer, OfferEnd, Step
from factcheck.models.partner import CoverageGap, FactCheckPartner, Network
from factcheck.models.partner_key import PartnerKey
from factcheck.models.rating_word import HeldAssessment, HeldEnd, RatingWord

__all__ = [
    "DAY_MINUTES",
    "Assessment",
    "Claim",
    "ClaimOffer",
    "ClaimSign",
    "ClaimVector",
    "Cover",
    "CoverHours",
    "CoverPlan",
    "CoverSpell",
    "CoverageGap",
    "Days",
    "FactCheckPartner",
    "FeedArticle",
    "FeedKind",
    "FeedRun",
    "FeedSource",
    "HeldAssessment",
    "HeldEnd",
    "ImportedReview",
    "Network",
    "OfferEnd",
    "Origin",
    "PartnerKey",
    "Rating",
    "RatingWord",
    "ReviewState",
    "RunOutcome",
    "SignKind",
    "Step",
    "Urgency",
]
