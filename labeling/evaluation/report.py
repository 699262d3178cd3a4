"""Many items judged: figures overall, by language and by jurisdiction, and what went wrong."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from labeling.evaluation.cases import Expected, LabelledItem
from labeling.evaluation.judge import Judgement, judge
from labeling.evaluation.scores import Scores
from labeling.intake import Item
from labeling.matching import Match
from labeling.text import guess_language, language_of_tag

#: BCP 47's code for a language that nobody knows.
UNDETERMINED = "und"
_EXCERPT = 200

Labeller = Callable[[Item], Sequence[Match]]


@dataclass(frozen=True, slots=True)
class Miss:
    """An item with a wrong or missing label."""

    case: LabelledItem
    matches: Sequence[Match]
    judgement: Judgement

    @property
    def badness(self) -> tuple[int, int, float]:
        """Sorts the worst first: wrong labels, the surer the worse; then missing ones no moderator sees."""
        surest = max((match.confidence for match in self.judgement.wrong), default=0.0)
        return -len(self.judgement.wrong), self.judgement.in_review, -surest

    @property
    def excerpt(self) -> str:
        """The beginning of the text, on one line."""
        text = " ".join((self.case.item.text or "").split())
        return text if len(text) <= _EXCERPT else f"{text[:_EXCERPT]}…"

    def document(self) -> dict[str, Any]:
        """As JSON has it."""
        item = self.case.item
        return {
            "external_id": item.external_id,
            "text": self.excerpt,
            "hashtags": item.hashtags,
            "lang": item.lang,
            "region": item.region,
            "expected": [_plain(label) for label in self.case.expected],
            "got": [_plain(match) | {"decision": match.decision, "confidence": match.confidence,
                                     "evidence": [sign.text for sign in match.evidence]}
                    for match in self.matches],
        }  # fmt: skip


def _plain(label: Any) -> dict[str, str]:
    named = {"kind": label.kind, "jurisdiction": label.jurisdiction}
    return named | ({"election": label.election} if label.election else {})


@dataclass(slots=True)
class Report:
    """What an evaluation found; `misses` holds the worst first."""

    overall: Scores = field(default_factory=Scores)
    by_language: dict[str, Scores] = field(default_factory=lambda: defaultdict(Scores))
    by_jurisdiction: dict[str, Scores] = field(default_factory=lambda: defaultdict(Scores))
    misses: list[Miss] = field(default_factory=list)

    def document(self, *, worst: int | None = None) -> dict[str, Any]:
        """As JSON has it, with so many of the worst misses (all when `None`)."""
        return {
            **self.overall.document(),
            "by_language": _documents(self.by_language),
            "by_jurisdiction": _documents(self.by_jurisdiction),
            "misses": [miss.document() for miss in self.misses[:worst]],
        }


def _documents(scores: dict[str, Scores]) -> dict[str, dict[str, float]]:
    return {name: found.document() for name, found in sorted(scores.items())}


def evaluate(cases: Iterable[LabelledItem], labeller: Labeller) -> Report:
    """Ask `labeller` about every item and judge its answers."""
    report = Report()
    for case in cases:
        matches = labeller(case.item)
        judgement = judge(case, matches)
        _count(report.overall, judgement)
        _count(report.by_language[_language(case.item)], judgement)
        for code in _codes(case.expected, judgement.wrong):
            _count(report.by_jurisdiction[code], judgement, code)
        if not judgement.is_correct:
            report.misses.append(Miss(case, matches, judgement))
    report.misses.sort(key=lambda miss: miss.badness)
    return report


def _codes(expected: Iterable[Expected], wrong: Iterable[Match]) -> set[str]:
    """The jurisdictions an item has to do with; what is right was expected."""
    return {label.jurisdiction for label in expected} | {label.jurisdiction for label in wrong}


def _count(scores: Scores, judgement: Judgement, code: str | None = None) -> None:
    """Add an item, or only what of it concerns the jurisdiction `code`."""
    right, wrong = _of(judgement.right, code), _of(judgement.wrong, code)
    found, missed = _of(judgement.found, code), _of(judgement.missed, code)
    scores.items += 1
    scores.right += right
    scores.applied += right + wrong
    scores.found += found
    scores.expected += found + missed
    scores.found_or_reviewed += found + (missed if judgement.in_review else 0)
    scores.reviewed += judgement.in_review


def _of(labels: Iterable[Expected | Match], code: str | None) -> int:
    return sum(code in (None, label.jurisdiction) for label in labels)


def _language(item: Item) -> str:
    """The language the item says it is in, or else seems to be in."""
    return language_of_tag(item.lang)[0] or guess_language(item.text or "") or UNDETERMINED
