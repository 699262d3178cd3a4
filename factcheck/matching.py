"""Claims that fact-checkers know and a text repeats, with what each of them found."""

from __future__ import annotations

from typing import Final, NamedTuple

from django.db.models import Prefetch

from factcheck.models import Assessment, Claim
from factcheck.similar import bands, likeness
from factcheck.verdict import Verdict, verdict_from

#: From this likeness on a text is taken to say what the claim says, with other words around it.
MATCHES_FROM: Final = 0.35
#: Most that are looked at, and most that are shown.
_LOOKED_AT, _SHOWN = 50, 5


class ClaimFound(NamedTuple):
    """A claim, how alike the text is (0 to 1), and what partners found; nothing where nobody has yet."""

    claim: Claim
    likeness: float
    verdict: Verdict


def claims_found(text: str) -> list[ClaimFound]:
    """The claims that `text` repeats, the most alike first; copies are left to the claim they are of. Two queries."""
    wanted = bands(text)
    if not wanted:
        return []
    standing = Assessment.objects.filter(ended_at=None).select_related("partner__organisation")
    candidates = (
        Claim.objects.filter(bands__overlap=wanted, merged_into=None)
        .prefetch_related(Prefetch("assessments", queryset=standing))
        .order_by("-opened_at")[:_LOOKED_AT]
    )
    found = [ClaimFound(one, likeness(one.text, text), verdict_from(one.assessments.all())) for one in candidates]
    alike = sorted((one for one in found if one.likeness >= MATCHES_FROM), key=lambda one: -one.likeness)
    return alike[:_SHOWN]
