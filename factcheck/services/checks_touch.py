"""Make what was found, or is found no more, visible to voters."""

from __future__ import annotations

from centers.pagecache import center_touch
from factcheck.models import Claim


def checks_touch(*claims: Claim) -> None:
    """Call it in the transaction that changes what is found of these claims, or their words, countries and copies.

    The centres of all places where they spread get a new version, and with them every page that shows checks.
    """
    center_touch(codes=sorted({code for claim in claims for code in claim.countries}))
