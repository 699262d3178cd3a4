"""Count what sets of rules did to a batch, while it is done: a few dictionary entries for each labelled item."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final

from labeling.intake import Item
from labeling.matching import Match
from labeling.services.item_rows import json_rows, rows_prepared
from labeling.text.hashtags import tag_spans

#: A rule that labelled less than one item in so many of a batch is left out: thousands of rules do, and together with
#: what it did in other batches this hides a tenth of a percent of the stream at most.
SMALLEST_SHARE: Final = 1_000
#: Of a batch and a place so many hashtags are kept, the most frequent ones …
MOST_TAGS: Final = 100
#: … of an item its first ones: nobody else puts more on a video that is meant to be read …
MOST_TAGS_OF_ITEM: Final = 30
#: … and of those none that is longer (in characters) than a word can be.
LONGEST_TAG: Final = 100


@dataclass(slots=True)
class Tally:
    """What one set did to items: the columns of `StreamTally`."""

    items: int = 0
    labelled: int = 0
    rules: Counter[str] = field(default_factory=Counter)
    tags: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def count(self, item: Item, matches: Collection[Match], standing: Collection[str]) -> None:
        """Count what came of an item; `standing` are the rules that can stand alone."""
        applied = [match for match in matches if match.decision == "apply"]
        if not applied:
            return
        self.labelled += 1
        # Plain loops: `update` asks first what it was given, which takes longer than counting a few names.
        rules = self.rules
        for rule in {sign.rule for match in applied for sign in match.evidence if sign.rule in standing}:
            rules[rule] += 1
        tags = _tags(item)
        for code in {match.jurisdiction for match in applied}:
            counted = self.tags[code]
            for tag in tags:
                counted[tag] += 1

    def add(self, other: Tally) -> None:
        """Count what another one counted."""
        self.items += other.items
        self.labelled += other.labelled
        self.rules.update(other.rules)
        for code, tags in other.tags.items():
            self.tags[code].update(tags)


def tallies_write(*, tallies: dict[int, Tally], now: dt.datetime) -> None:
    """Store what the sets (by primary key) did to a batch, in the transaction that ends it; one statement."""
    rows = [
        {
            "ruleset": ruleset,
            "items": tally.items,
            "labelled": tally.labelled,
            "rules": {rule: count for rule, count in tally.rules.items() if count * SMALLEST_SHARE >= tally.items},
            "tags": {code: dict(tags.most_common(MOST_TAGS)) for code, tags in tally.tags.items()},
        }
        for ruleset, tally in tallies.items()
        if tally.items
    ]
    rows_prepared(
        """INSERT INTO labeling_streamtally (ruleset_id, finished_at, items, labelled, rules, tags)
           SELECT u.ruleset, %s, u.items, u.labelled, u.rules, u.tags
           FROM json_to_recordset(%s::json) AS u(ruleset bigint, items int, labelled int, rules jsonb, tags jsonb)
           RETURNING id""",
        [now, json_rows(rows)],
    )


def _tags(item: Item) -> set[str]:
    """An item's hashtags as written, each once."""
    if item.hashtags is not None:
        tags = [tag.lstrip("#＃") for tag in item.hashtags[:MOST_TAGS_OF_ITEM]]
    else:
        text = item.text or ""
        tags = [text[start + 1 : end] for start, end in tag_spans(text, glued=True)[:MOST_TAGS_OF_ITEM]]
    return {tag for tag in tags if tag and len(tag) <= LONGEST_TAG}
