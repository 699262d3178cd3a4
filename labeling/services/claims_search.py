"""Search what is stored, and what comes in, for content that repeats claims: proposals for moderators, never more.

The stream pays nothing for it. Beat walks over stored items by their ids, in two ways (decision 38): for each claim
over all that was stored before it was searched for (`ClaimSearch`), and for all claims over what was stored since
(`SearchCursor`). A step is one transaction that keeps how far it came.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import blake2b
from typing import Any, Final, NamedTuple

import msgspec
from django.db import transaction
from django.db.models import Count, Max, Q
from django.utils import timezone

from factcheck.models import Claim, ClaimSign, SignKind
from labeling.claims.effects import claims_policy, stands_read
from labeling.claims.index import ClaimIndex, Wanted, index_made
from labeling.models import ClaimMatch, ClaimSearch, ContentItem, MatchState, SearchCursor
from labeling.services.claims_follow import claims_nudge

#: Items compared in one transaction.
AT_ONCE: Final = 1_000
#: Seconds of work for one message: beat sends the next one.
SLICE: Final = 5.0
#: While so many proposals of a claim wait, no more are made: moderators see that its signs are too wide.
MOST_WAITING: Final = 500
#: Claims that are searched for at once, the newest first.
MOST_CLAIMS: Final = 2_000
#: Files and pictures of confirmed copies by which a claim is searched for.
MOST_LEARNED: Final = 200
#: What confirmed copies taught is searched for among all that is stored once in so long, not with each decision.
LEARNS_EVERY: Final = dt.timedelta(minutes=10)
#: No batch takes longer to be committed: its worker is killed before (`labeling.tasks.batch_label`).
COMMITTED_WITHIN: Final = dt.timedelta(minutes=5)
NEW, LATE = "new", "late"


def claims_search(*, seconds: float = SLICE, clock: Callable[[], float] = time.monotonic) -> int:
    """Compare for a while; returns how many proposals are new. Safe at any time, by anybody, at the same time."""
    until, made = clock() + seconds, 0
    now = timezone.now()
    sought = {one.claim: one for one in sought_read(now)}
    searches_notice(list(sought.values()), now=now)
    index = index_made(wanted for one in sought.values() if not one.is_paused for wanted in one.wanted)
    paused = [one.claim for one in sought.values() if one.is_paused]
    steps: list[Callable[[], int | None]] = [
        lambda: _step_new(NEW, index, paused),
        lambda: _step_new(LATE, index, paused),
        lambda: _step_stored(sought),
    ]
    while steps:
        for step in list(steps):
            new = step()
            if new is None:
                steps.remove(step)
            made += new or 0
        if clock() >= until:
            break
    if made:
        claims_nudge(0)
    return made


class Sought(NamedTuple):
    """A claim that is searched for; `signs` and `learned` are digests of by what, its copies' included."""

    claim: int
    wanted: tuple[Wanted, ...]
    signs: str
    learned: str
    is_paused: bool


def sought_read(now: dt.datetime) -> list[Sought]:
    """The claims of which something is proposed, with all they are known by. Some ten queries, however many."""
    policy = claims_policy()
    if policy is None:
        return []
    roots = Claim.objects.filter(merged_into=None).order_by("-opened_at").values_list("pk", flat=True)[:MOST_CLAIMS]
    stands = stands_read(roots, policy=policy, now=now)
    asked = [pk for pk, stand in stands.items() if stand.asks]
    if not asked:
        return []
    texts = _texts(asked)
    owners = {pk: root for root, copies in texts.items() for pk in copies}
    given = _given(owners)
    learned = _learned(owners)
    waiting = _waiting(owners)
    return [
        Sought(
            claim=root,
            wanted=(
                *(Wanted(root, text) for text in texts[root].values()),
                Wanted(
                    root,
                    "",
                    phrases=given.get((root, SignKind.PHRASE), ()),
                    files=(*given.get((root, SignKind.FILE), ()), *learned.get((root, "sha256"), ())),
                    pictures=(*given.get((root, SignKind.PICTURE), ()), *learned.get((root, "phash"), ())),
                ),
            ),
            signs=_digest([sorted(texts[root].items()), *(sorted(given.get((root, kind), ())) for kind in SignKind)]),
            learned=_digest([sorted(learned.get((root, name), ())) for name in ("sha256", "phash")]),
            is_paused=waiting.get(root, 0) >= MOST_WAITING,
        )
        for root in asked
    ]


def _digest(told: object) -> str:
    return blake2b(msgspec.json.encode(told), digest_size=8).hexdigest()


def _texts(roots: Iterable[int]) -> dict[int, dict[int, str]]:
    """By claim: its own words and those of its copies, by primary key."""
    found: dict[int, dict[int, str]] = {}
    claims = Claim.objects.filter(Q(pk__in=roots) | Q(merged_into__in=roots)).order_by("pk")
    for pk, merged_into, text in claims.values_list("pk", "merged_into", "text"):
        found.setdefault(merged_into or pk, {})[pk] = text
    return found


def _given(owners: Mapping[int, int]) -> dict[tuple[int, str], list[str]]:
    """What people gave, by claim and kind of sign."""
    found: dict[tuple[int, str], list[str]] = {}
    signs = ClaimSign.objects.filter(claim__in=owners).order_by("pk")
    for claim, kind, value in signs.values_list("claim", "kind", "value"):
        found.setdefault((owners[claim], kind), []).append(value)
    return found


def _learned(owners: Mapping[int, int]) -> dict[tuple[int, str], set[str]]:
    """Digests and hashes of the pictures and videos of confirmed copies, by claim and name in `media`."""
    found: dict[tuple[int, str], set[str]] = {}
    copies = ClaimMatch.objects.filter(claim__in=owners, state=MatchState.CONFIRMED, item__erased_at=None)
    for claim, media in copies.exclude(item__media=[]).order_by("-pk").values_list("claim", "item__media"):
        for one in media:
            for name, length in (("sha256", 64), ("phash", 16)):
                value = str(one.get(name) or "").lower()
                known = found.setdefault((owners[claim], name), set())
                if len(value) == length and len(known) < MOST_LEARNED:
                    known.add(value)
    return found


def _waiting(owners: Mapping[int, int]) -> dict[int, int]:
    """How many proposals wait, by claim."""
    found: dict[int, int] = {}
    proposed = ClaimMatch.objects.filter(claim__in=owners, state=MatchState.PROPOSED).order_by().values("claim")
    for claim, number in proposed.annotate(number=Count("pk")).values_list("claim", "number"):
        found[owners[claim]] = found.get(owners[claim], 0) + number
    return found


@transaction.atomic
def searches_notice(sought: Sequence[Sought], *, now: dt.datetime) -> int:
    """Begin a search for each claim that has none, or is known by something new; returns how many began.

    One that nothing follows from any more is forgotten, and begins anew if something does again.
    """
    known = {one.claim_id: one for one in ClaimSearch.objects.select_for_update()}
    last = ContentItem.objects.aggregate(last=Max("pk"))["last"] or 0
    begun = 0
    for one in sought:
        search = known.pop(one.claim, None)
        if search is None or _is_news(search, one, now):
            begun += 1
            fields = {
                "signs": one.signs, "learned": one.learned, "after_item": 0, "until_item": last, "compared": 0,
                "is_paused": one.is_paused, "noticed_at": now, "finished_at": None,
            }  # fmt: skip
            ClaimSearch.objects.update_or_create(claim_id=one.claim, defaults=fields)
        elif search.is_paused != one.is_paused:
            ClaimSearch.objects.filter(pk=search.pk).update(is_paused=one.is_paused)
    forgotten = [pk for pk, search in known.items() if search.signs]
    ClaimSearch.objects.filter(pk__in=forgotten).update(signs="", finished_at=now)
    return begun


def _is_news(search: ClaimSearch, one: Sought, now: dt.datetime) -> bool:
    if search.signs != one.signs:
        return True
    return search.learned != one.learned and now - search.noticed_at >= LEARNS_EVERY


@transaction.atomic
def _step_stored(sought: Mapping[int, Sought]) -> int | None:
    """One stretch of one claim's search; how many proposals are new, `None` when nothing is left for this worker."""
    search = (
        ClaimSearch.objects.select_for_update(skip_locked=True)
        .filter(finished_at=None, is_paused=False, claim__in=sought)
        .order_by("noticed_at", "pk")
        .first()
    )
    if search is None:
        return None
    items = _items(search.after_item, search.until_item)
    new = _propose(index_made(sought[search.pk].wanted), items)
    if len(items) < AT_ONCE:
        search.after_item, search.finished_at = search.until_item, timezone.now()
    else:
        search.after_item = items[-1][0]
    search.compared += len(items)
    search.is_paused = _waiting({search.pk: search.pk}).get(search.pk, 0) >= MOST_WAITING
    search.save(update_fields=["after_item", "compared", "finished_at", "is_paused"])
    return new


@transaction.atomic
def _step_new(name: str, index: ClaimIndex, paused: Sequence[int]) -> int | None:
    """One stretch of what was stored since; as `_step_stored`. What paused claims miss is left to their own search."""
    cursor = _cursor(name)
    if cursor is None:
        return None
    until = _last(name)
    if until <= cursor.after_item:
        return None
    # Without a claim to look for nothing is read, however much came in.
    items = _items(cursor.after_item, until) if index else []
    new = _propose(index, items)
    is_end = len(items) < AT_ONCE
    cursor.after_item = until if is_end else items[-1][0]
    cursor.save(update_fields=["after_item"])
    ClaimSearch.objects.filter(claim__in=paused, until_item__lt=cursor.after_item).update(
        until_item=cursor.after_item, finished_at=None
    )
    return None if is_end and not new else new


def _cursor(name: str) -> SearchCursor | None:
    """The cursor's row, locked; `None` while somebody else is at it. What is stored when it is made, searches walk."""
    found = SearchCursor.objects.select_for_update(skip_locked=True).filter(name=name)
    if (cursor := found.first()) is None and not SearchCursor.objects.filter(name=name).exists():
        SearchCursor.objects.bulk_create([SearchCursor(name=name, after_item=_last(LATE))], ignore_conflicts=True)
        cursor = found.first()
    return cursor


def _last(name: str) -> int:
    """The last item there is, or the last one before which all are committed."""
    if name == NEW:
        return ContentItem.objects.aggregate(last=Max("pk"))["last"] or 0
    settled = ContentItem.objects.filter(erased_at=None, first_seen_at__lt=timezone.now() - COMMITTED_WITHIN)
    return settled.order_by("-first_seen_at").values_list("pk", flat=True).first() or 0


def _items(after: int, until: int) -> list[tuple[int, str, list[dict[str, Any]]]]:
    found = ContentItem.objects.filter(pk__gt=after, pk__lte=until, erased_at=None).order_by("pk")
    return list(found.values_list("pk", "text", "media")[:AT_ONCE])


def _propose(index: ClaimIndex, items: Iterable[tuple[int, str, list[dict[str, Any]]]]) -> int:
    """Write what is found and not known yet; moderators are asked by `claims_follow`."""
    found = [(pk, one) for pk, text, media in items for one in index.found(text, media)]
    if not found:
        return 0
    pairs = {(one.claim, pk) for pk, one in found}
    known = set(
        ClaimMatch.objects.filter(
            claim__in={claim for claim, _ in pairs}, item__in={item for _, item in pairs}
        ).values_list("claim", "item")
    )
    now = timezone.now()
    rows = [
        ClaimMatch(
            claim_id=one.claim, item_id=pk, how=one.how, evidence=one.evidence, likeness=one.likeness, found_at=now
        )
        for pk, one in found
        if (one.claim, pk) not in known
    ]
    ClaimMatch.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
    return len(rows)
