"""What partners say of a claim together: shown side by side, never averaged."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from factcheck.models import Assessment, Claim, Rating


@dataclass(frozen=True, slots=True)
class Verdict:
    """The standing assessments, the latest first. `rating` is theirs if all agree; else there is none."""

    standing: tuple[Assessment, ...]
    ended: tuple[Assessment, ...]

    @property
    def rating(self) -> Rating | None:
        """What all who have found something say."""
        ratings = {Rating(one.rating) for one in self.standing}
        return ratings.pop() if len(ratings) == 1 else None

    @property
    def is_disputed(self) -> bool:
        """Partners disagree."""
        return len({one.rating for one in self.standing}) > 1


def verdict_of(claim: Claim) -> Verdict:
    """In one query."""
    return verdict_from(claim.assessments.select_related("partner__organisation", "given_by", "imported"))


def verdict_from(assessments: Iterable[Assessment]) -> Verdict:
    """Of assessments of one claim that were read already."""
    found = list(assessments)
    return Verdict(
        standing=tuple(one for one in found if one.ended_at is None),
        ended=tuple(one for one in found if one.ended_at is not None),
    )
