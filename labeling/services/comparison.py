"""What one set of rules would do differently from another: counted by kind, country and language, with examples."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from labeling.intake import Item
from labeling.matching import Match
from labeling.services.blanking import text_blanked
from labeling.text import language_of_tag

#: The kinds of difference by what they mean to people. Applied labels are shown to viewers, the others are not yet.
CHANGES: Final[Mapping[str, tuple[str, ...]]] = {
    "new": ("new_applied", "new_review"),
    "lost": ("lost_applied", "lost_review"),
    "changed": ("to_applied", "to_review", "other_election"),
}
#: So many examples of a kind are shown …
EXAMPLES: Final = 20
#: … and so many of one kind, country and language: the next country should be seen, too.
EXAMPLES_ALIKE: Final = 4
#: Characters of an example's text.
EXCERPT: Final = 300
#: The language of texts that came without one.
UNKNOWN: Final = "und"


@dataclass(slots=True)
class Differences:
    """Items compared, labels that stay the same, and the others.

    Every example is `{"change", "jurisdiction", "language", "before", "after", "text"}`; `before` and `after` are
    `None` or `{"decision", "election", "confidence", "rules"}`.
    """

    compared: int = 0
    same: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    by_country: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    by_language: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    examples: list[dict[str, Any]] = field(default_factory=list)

    def compare(self, item: Item, before: Iterable[Match], after: Iterable[Match]) -> None:
        """Count how the labels of one item differ. A label is known by its kind and place."""
        self.compared += 1
        old, new = _by_place(before), _by_place(after)
        for key in sorted(old.keys() | new.keys()):
            change = _change(old.get(key), new.get(key))
            if change is None:
                self.same += 1
            else:
                self._count(item, change, key[1], old.get(key), new.get(key))

    def add(self, other: Differences) -> None:
        """Count what another comparison counted."""
        self.compared += other.compared
        self.same += other.same
        self.counts.update(other.counts)
        for mine, others in ((self.by_country, other.by_country), (self.by_language, other.by_language)):
            for name, counts in others.items():
                mine[name].update(counts)
        for example in other.examples:
            self._show(example)

    def total(self, change: str) -> int:
        """How many labels are `new`, `lost` or `changed`."""
        return sum(self.counts[kind] for kind in CHANGES[change])

    def document(self) -> dict[str, Any]:
        """As JSON, to be read again by `differences_read`."""
        return {
            "compared": self.compared,
            "same": self.same,
            "counts": dict(self.counts),
            "by_country": {name: dict(counts) for name, counts in sorted(self.by_country.items())},
            "by_language": {name: dict(counts) for name, counts in sorted(self.by_language.items())},
            "examples": self.examples,
        }

    def _count(self, item: Item, change: str, code: str, before: Match | None, after: Match | None) -> None:
        language = language_of_tag(item.lang)[0] or UNKNOWN
        self.counts[change] += 1
        self.by_country[code][change] += 1
        self.by_language[language][change] += 1
        example = {"change": change, "jurisdiction": code, "language": language}
        if self._is_wanted(example):
            shown = {"before": _shown(before), "after": _shown(after), "text": _excerpt(item)}
            self.examples.append(example | shown)

    def _show(self, example: dict[str, Any]) -> None:
        if self._is_wanted(example):
            self.examples.append(example)

    def _is_wanted(self, example: Mapping[str, Any]) -> bool:
        of_kind = [known for known in self.examples if known["change"] == example["change"]]
        alike = sum(
            known["jurisdiction"] == example["jurisdiction"] and known["language"] == example["language"]
            for known in of_kind
        )
        return len(of_kind) < EXAMPLES and alike < EXAMPLES_ALIKE


def differences_read(document: Mapping[str, Any]) -> Differences:
    """What `Differences.document` wrote; an empty document is no difference."""
    read = Differences(document.get("compared", 0), document.get("same", 0), Counter(document.get("counts", {})))
    for name in ("by_country", "by_language"):
        for key, counts in document.get(name, {}).items():
            getattr(read, name)[key].update(counts)
    read.examples = list(document.get("examples", []))
    return read


def _by_place(matches: Iterable[Match]) -> dict[tuple[str, str], Match]:
    return {(match.kind, match.jurisdiction): match for match in sorted(matches, key=lambda match: match.confidence)}


def _change(before: Match | None, after: Match | None) -> str | None:
    if before is None or after is None:
        name, match = ("new", after) if before is None else ("lost", before)
        return f"{name}_{_state(match)}" if match else None
    if before.decision != after.decision:
        return f"to_{_state(after)}"
    return "other_election" if before.election != after.election else None


def _state(match: Match) -> str:
    return "applied" if match.decision == "apply" else "review"


def _shown(match: Match | None) -> dict[str, Any] | None:
    if match is None:
        return None
    return {
        "decision": match.decision,
        "election": match.election,
        "confidence": match.confidence,
        "rules": sorted({sign.rule for sign in match.evidence if sign.rule}),
    }


def _excerpt(item: Item) -> str:
    """The item's words as they may be shown: what stands beside the text is part of what was matched."""
    text = text_blanked(item.text or "")[:EXCERPT]
    beside = [f"#{tag.lstrip('#＃')}" for tag in item.hashtags or () if tag not in (item.text or "")]
    return " ".join([text, *beside])[:EXCERPT].strip()
