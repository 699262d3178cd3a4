"""One item judged: which of the labels it got are right, and which of those it should carry it got."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from labeling.evaluation.cases import Expected, LabelledItem
from labeling.matching import Match


@dataclass(frozen=True, slots=True)
class Judgement:
    """What became of an item's labels.

    `right` and `wrong` are labels applied; `found` and `missed` are labels expected. Where review will do, an
    expected label that went to a moderator counts as found. `in_review` says that a moderator was asked, about
    whatever label: people see the post and not only the machine's proposal.
    """

    right: tuple[Match, ...]
    wrong: tuple[Match, ...]
    found: tuple[Expected, ...]
    missed: tuple[Expected, ...]
    in_review: bool

    @property
    def is_correct(self) -> bool:
        """Nothing wrong was applied and nothing expected is missing."""
        return not self.wrong and not self.missed


def judge(case: LabelledItem, matches: Sequence[Match]) -> Judgement:
    """Compare; an expected label is met by one applied label only, and the other way round."""
    applied = [match for match in matches if match.decision == "apply"]
    in_review = len(applied) < len(matches)
    right: list[Match] = []
    found: list[Expected] = []
    missed: list[Expected] = []
    for expected in case.expected:
        at = next((at for at, match in enumerate(applied) if _agree(match, expected)), None)
        if at is not None:
            right.append(applied.pop(at))
        (found if at is not None or (in_review and case.review_ok) else missed).append(expected)
    return Judgement(tuple(right), tuple(applied), tuple(found), tuple(missed), in_review)


def _agree(match: Match, expected: Expected) -> bool:
    """Kind and jurisdiction, and the election if one is expected."""
    same = match.kind == expected.kind and match.jurisdiction == expected.jurisdiction
    return same and expected.election in (None, match.election)
