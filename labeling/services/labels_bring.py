"""Bring the labels of items to what a set of rules wants, whether they just flowed in or are labelled anew."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import NamedTuple

from labeling.matching import Match
from labeling.models import LabelKind, LabelState
from labeling.services import label_rows
from labeling.services.label_rows import KnownLabel, LabelDraft, LabelKey, Verdict
from labeling.services.matcher import Matcher
from labeling.services.review_join import labels_join

#: What rules give; labels of other kinds come from elsewhere and are not theirs to take.
_KINDS = frozenset({LabelKind.ELECTION.value})
_STATES = {"apply": LabelState.APPLIED, "review": LabelState.REVIEW}


class Reasons(NamedTuple):
    """The codes that stand in the history of labels that are wanted, and of those that are not any more."""

    matched: str
    gone: str


class Wanted(NamedTuple):
    """The labels an item should have, and the ruleset (its primary key) that says so."""

    ruleset: int
    drafts: dict[LabelKey, LabelDraft]


class Brought(NamedTuple):
    """How many labels are new, and the items of which a label was added, withdrawn or given another state."""

    new: int
    changed: set[int]


def labels_wanted(item: int, matches: tuple[Match, ...], matcher: Matcher) -> Wanted:
    """The labels the item with this primary key should have; of two matches for one label the surer one."""
    drafts: dict[LabelKey, LabelDraft] = {}
    for match in sorted(matches, key=lambda match: match.confidence):
        key = LabelKey(item, match.kind, matcher.jurisdictions[match.jurisdiction], matcher.election_of(match))
        state = _STATES[match.decision]
        drafts[key] = LabelDraft(key, state, match.confidence, match.evidence, matcher.ruleset)
    return Wanted(matcher.ruleset, drafts)


def labels_bring(
    *, wanted: Mapping[int, Wanted], known: list[KnownLabel], reasons: Reasons, now: dt.datetime
) -> Brought:
    """Write the difference between what is `wanted` of items (by primary key) and their `known` labels.

    What a person decided stays.
    """
    known_keys = {label.key for label in known}
    ours = [label for label in known if not label.by_person and label.key.kind in _KINDS]
    kept = [(label, draft) for label in ours if (draft := wanted[label.key.item].drafts.get(label.key))]
    gone = [
        label
        for label in ours
        if label.key not in wanted[label.key.item].drafts and label.state != LabelState.WITHDRAWN
    ]
    new = [draft for want in wanted.values() for key, draft in want.drafts.items() if key not in known_keys]

    inserted = label_rows.labels_insert(new, now, reasons.matched)
    label_rows.labels_update([(label.pk, draft) for label, draft in kept], now)
    label_rows.labels_withdraw([label.pk for label in gone], now)
    moved = [(label, draft) for label, draft in kept if label.state != draft.state]
    verdicts = [Verdict(label.pk, draft.state, reasons.matched, draft.ruleset) for label, draft in moved]
    verdicts += [
        Verdict(label.pk, LabelState.WITHDRAWN, reasons.gone, wanted[label.key.item].ruleset) for label in gone
    ]
    label_rows.decisions_record(verdicts, now)
    # Whatever waits for a moderator is in their queue when this transaction ends, also what a new text made unsure.
    labels_join(labels=[said.label for said in inserted + verdicts if said.state == LabelState.REVIEW], now=now)
    changed = {draft.key.item for draft in new} | {label.key.item for label, _ in moved}
    return Brought(len(inserted), changed | {label.key.item for label in gone})
