"""Who checks facts, for which country and in which language."""

from factcheck.models.partner import CoverageGap, FactCheckPartner, Network

__all__ = ["CoverageGap", "FactCheckPartner", "Network"]
