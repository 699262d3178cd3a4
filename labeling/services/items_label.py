"""Label a batch's items: match them in pure code, then write only what matters."""

from __future__ import annotations

import datetime as dt
import logging
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import compress, groupby
from typing import NamedTuple

from msgspec import structs

from labeling.intake import Item, PackedItem
from labeling.matching import Match
from labeling.models import LabelState, Platform, SampledItem
from labeling.services import item_rows, label_rows
from labeling.services.ai_evidence import ai_flags_take
from labeling.services.author_erase import authors_erase_ask, authors_erased
from labeling.services.blanking import text_blanked
from labeling.services.comparison import Differences
from labeling.services.failure import failure_described
from labeling.services.item_rows import KnownItem
from labeling.services.label_rows import KnownLabel, Verdict
from labeling.services.labels_bring import Reasons, labels_bring, labels_wanted
from labeling.services.matcher import Matcher, Matchers
from labeling.services.official_follow import officials_take
from labeling.services.shadow import shadow_compare
from labeling.services.stream_tally import Tally

logger = logging.getLogger(__name__)

#: Share of what flows in whose bare text is kept so that new rules can be tried on it.
SAMPLE_SHARE = 0.002
_REASONS = Reasons(matched="matched", gone="revision_no_longer_matches")


@dataclass(slots=True)
class Outcome:
    """What became of a batch's items; `failed` ones could not be matched and are to be set aside.

    `tallies` are what each set of rules did, by its primary key, and `shadow` what the set in the shadow would do
    differently.
    """

    matched: int = 0
    labels: int = 0
    repeated: int = 0
    failed: list[PackedItem] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    tallies: defaultdict[int, Tally] = field(default_factory=lambda: defaultdict(Tally))
    shadow: Differences = field(default_factory=Differences)

    def add(self, other: Outcome) -> None:
        """Count what became of other items."""
        self.matched += other.matched
        self.labels += other.labels
        self.repeated += other.repeated
        self.failed += other.failed
        self.errors += other.errors
        for ruleset, tally in other.tallies.items():
            self.tallies[ruleset].add(tally)
        self.shadow.add(other.shadow)


class _Candidate(NamedTuple):
    """An item that may match, and the set to ask; `screened` says that the first look let it through."""

    item: PackedItem
    matcher: Matcher
    screened: bool


class _Matched(NamedTuple):
    item: Item
    matches: tuple[Match, ...]
    matcher: Matcher


def items_label(
    *,
    platform: Platform,
    items: Iterable[PackedItem],
    matchers: Matchers,
    now: dt.datetime,
    handed_in_at: dt.datetime | None = None,
    overtaking: bool = False,
) -> Outcome:
    """Label `items` in the transaction that is open. Doing it twice changes nothing the second time.

    `handed_in_at` is when, if not now: what authors posted who are gone since is treated as deleted. `overtaking`
    says that items handed in before these still wait, so that a deletion must be remembered.
    """
    outcome = Outcome()
    content, gone = _authors_apart(items)
    since = handed_in_at or now
    authors_erase_ask(platform=platform, external_ids=gone, handed_in_at=since, now=now)
    newest = _newest(content)
    shares = matchers.shares(platform.key, [item for item in newest.values() if not item.deleted])
    candidates = {one.item.external_id: one for matcher, share in shares for one in _candidates(matcher, share)}
    sampled = _sampled(newest)
    # Of all others nothing is written: what is known of them, if anything, came with this revision or a later one.
    looked_up = {
        key: item
        for key, item in newest.items()
        if key in candidates or item.revision or item.deleted or key in sampled
    }
    known = item_rows.items_lock(platform, looked_up)
    stale = {key for key, item in looked_up.items() if not _is_news(item, known.get(key))}
    outcome.repeated = len(stale)
    for matcher, share in shares:
        fresh_ones = sum(item.external_id not in stale for item in share) if stale else len(share)
        outcome.tallies[matcher.ruleset].items += fresh_ones

    matched = _match([one for key, one in candidates.items() if key not in stale], outcome)
    matched, orphans = _orphans_apart(platform, matched, since)
    outcome.matched = len(matched)
    if matchers.shadow is not None:
        matches = {item.external_id: matches for item, matches, _ in matched}
        fresh = [item for key, item in newest.items() if key not in stale]
        outcome.shadow = shadow_compare(matchers=matchers, items=fresh, matched=matches)
    outcome.labels = _write_matched(platform, matched, now)
    looked_up |= {key: structs.replace(looked_up[key], deleted=True) for key in orphans}
    done = stale.union((one.item.external_id for one in matched), (item.external_id for item in outcome.failed))
    _write_unmatched(
        [
            (looked_up[key], row, matchers.of(platform.key, key).ruleset)
            for key, row in known.items()
            if key not in done
        ],
        now,
    )
    if overtaking:
        item_rows.deletions_remember(platform, [item for item in newest.values() if item.deleted], now)
    _sample([item for key, item in sampled.items() if key not in known], now)
    return outcome


def _authors_apart(items: Iterable[PackedItem]) -> tuple[list[PackedItem], set[str]]:
    """The items, and the ids of accounts that are said to be gone."""
    content: list[PackedItem] = []
    gone: set[str] = set()
    for item in items:
        author = item.unpacked().author if item.author_deleted else None
        if author and author.id:
            gone.add(author.id)
        else:
            content.append(item)
    return content, gone


def _orphans_apart(
    platform: Platform, matched: list[_Matched], handed_in_at: dt.datetime
) -> tuple[list[_Matched], set[str]]:
    """What is to be labelled, and the ids of items that count as deleted because their authors are gone."""
    authors = {item.author.id for item, _, _ in matched if item.author and item.author.id}
    gone = authors_erased(platform=platform, external_ids=authors, handed_in_at=handed_in_at) if authors else set()
    if not gone:
        return matched, set()
    orphans = {one.item.external_id for one in matched if one.item.author and one.item.author.id in gone}
    return [one for one in matched if one.item.external_id not in orphans], orphans


def _newest(items: list[PackedItem]) -> dict[str, PackedItem]:
    """One item to each id: a deletion, else the highest revision, else the one handed in last."""
    newest = {item.external_id: item for item in items}
    if len(newest) < len(items):
        newest.clear()
        for item in items:
            other = newest.get(item.external_id)
            if other is None or _rank(item) >= _rank(other):
                newest[item.external_id] = item
    return newest


def _rank(item: PackedItem) -> tuple[int, bool]:
    # A deletion that names no revision is of whatever there is.
    final = item.deleted and item.revision is None
    return (2**63 if final else item.revision or 0), item.deleted


def _is_news(item: PackedItem, known: KnownItem | None) -> bool:
    """Whether an item says something the database does not know."""
    if known is None:
        return not item.deleted
    if item.deleted:
        return not known.erased and (item.revision is None or item.revision >= known.revision)
    return (item.revision or 0) > known.revision


def _candidates(matcher: Matcher, items: list[PackedItem]) -> Iterator[_Candidate]:
    """Those of the items that may match."""
    try:
        screened = matcher.screen(items)
    except Exception as error:
        # Which of them it is that cannot be looked at shows when each is matched for itself.
        logger.error("Items could not be looked at together: %s", failure_described(error))
        return (_Candidate(item, matcher, False) for item in items)
    return (_Candidate(item, matcher, True) for item in compress(items, screened))


def _match(candidates: Iterable[_Candidate], outcome: Outcome) -> list[_Matched]:
    """Which items match what. One that cannot be matched is set aside and holds up no other."""
    # What is compiled for a language is large: taking those of one language after another keeps it in the CPU's caches.
    ordered = sorted(candidates, key=lambda one: (one.matcher.ruleset, one.screened, one.item.lang or ""))
    matched: list[_Matched] = []
    for _, alike in groupby(ordered, key=lambda one: (one.matcher.ruleset, one.screened)):
        some = list(alike)
        matcher = some[0].matcher
        tally = outcome.tallies[matcher.ruleset]
        for packed, result in _each_matched(some):
            if isinstance(result, Exception):
                logger.error("An item could not be matched and is set aside: %s", failure_described(result))
                outcome.failed.append(packed)
                outcome.errors.append(f"{type(result).__name__} while matching")
                tally.items -= 1
            elif result.matches:
                tally.count(result.item, result.matches, matcher.standing)
                matched.append(result)
    return matched


def _each_matched(candidates: list[_Candidate]) -> Iterator[tuple[PackedItem, _Matched | Exception]]:
    """What each of some candidates of one set matches, or why that cannot be said."""
    matcher, screened = candidates[0].matcher, candidates[0].screened
    try:
        items = [one.item.unpacked() for one in candidates]
        found = matcher.match_all(items, screened=screened)
    except Exception as error:
        if len(candidates) == 1:
            yield candidates[0].item, error
            return
        # Which of them it is shows when each is matched for itself.
        for one in candidates:
            yield from _each_matched([one])
        return
    for one, item, matches in zip(candidates, items, found, strict=True):
        yield one.item, _Matched(item, matches, matcher)


def _write_matched(platform: Platform, matched: list[_Matched], now: dt.datetime) -> int:
    """Write items and labels; returns how many labels are new."""
    if not matched:
        return 0
    items = [item for item, _, _ in matched]
    accounts = item_rows.accounts_upsert(platform, items)
    written = item_rows.items_upsert(platform, items, accounts, now)
    wanted = {
        row.pk: labels_wanted(row.pk, matches, matcher)
        for item, matches, matcher in matched
        if (row := written.get(item.external_id))
    }
    known = label_rows.labels_known(row.pk for row in written.values() if not row.is_new)
    new = labels_bring(wanted=wanted, known=known, reasons=_REASONS, now=now).new
    rows = [(row.pk, row.is_new, item) for item in items if (row := written.get(item.external_id))]
    officials_take(platform=platform, items=rows, now=now)
    ai_flags_take(items=[row for row in rows if row[2].ai or row[2].media], now=now)
    return new


def _write_unmatched(items: list[tuple[PackedItem, KnownItem, int]], now: dt.datetime) -> None:
    """Known items, each with the ruleset that looked, that were deleted or whose new revision matches nothing:
    withdraw their labels and erase them.

    A label that a person decided on stays through an edit, and its item then keeps its former text until a
    moderator has looked; it does not stay through a deletion.
    """
    if not items:
        return
    labels: dict[int, list[KnownLabel]] = defaultdict(list)
    for label in label_rows.labels_known(known.pk for _, known, _ in items):
        if label.state != LabelState.WITHDRAWN:
            labels[label.key.item].append(label)
    gone: list[Verdict] = []
    erased: dict[int, int] = {}
    for item, known, ruleset in items:
        ending = [label for label in labels[known.pk] if item.deleted or not label.by_person]
        reason = "item_deleted" if item.deleted else _REASONS.gone
        gone += [Verdict(label.pk, LabelState.WITHDRAWN, reason, ruleset) for label in ending]
        if len(ending) == len(labels[known.pk]):
            erased[known.pk] = item.revision or 0
    label_rows.labels_withdraw([verdict.label for verdict in gone], now)
    label_rows.decisions_record(gone, now)
    item_rows.items_erase(erased, now)


def _sampled(items: dict[str, PackedItem]) -> dict[str, PackedItem]:
    """A few items with a text, at random."""
    chance = random.random  # what is kept is no secret
    return {key: item for key, item in items.items() if chance() < SAMPLE_SHARE and item.text and not item.deleted}


def _sample(items: list[PackedItem], now: dt.datetime) -> None:
    """Keep the texts, without who wrote them and whom they name."""
    SampledItem.objects.bulk_create(
        SampledItem(
            text=text_blanked(item.text or ""),
            lang=item.lang or "",
            region=item.region or "",
            sampled_on=now.date(),
        )
        for item in items
    )
