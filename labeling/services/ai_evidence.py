"""What is known of how content was made, and the labels that follow from it.

A label is applied on the word of who made the content, of its platform, or of a trusted signer. The word of a signer
nobody vouches for only asks a moderator, and a manifest that does not validate asks nobody. What a person decided, no
evidence changes; it brings the item back to the moderators.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from django.db import connection

from labeling.intake import Item
from labeling.models import (
    AI,
    AiSays,
    AiSource,
    CredentialsState,
    Decider,
    Label,
    LabelKind,
    LabelState,
    SignalKind,
)
from labeling.provenance import Provenance
from labeling.services import label_rows
from labeling.services.item_rows import json_rows, rows_prepared
from labeling.services.label_rows import KnownLabel, LabelDraft, LabelKey, Verdict
from labeling.services.review_join import Signal, language_of, signals_join

#: The policy by which moderators judge what nobody declared.
POLICY: Final = "undisclosed-ai"
#: What stands in a label's history.
FOUND, GONE = "ai_evidence", "ai_evidence_gone"
#: The kind of sign in a label's evidence; its `basis` is an `AiSource`.
SIGN: Final = "ai"
#: Nothing about a declaration is likely or unlikely: it stands, or it only asks.
_STANDS, _ASKS = 1.0, 0.5


class Statement(NamedTuple):
    """What one source says of an item (its primary key); of files also what was read of them."""

    item: int
    source: AiSource
    says: AiSays
    digest: str = ""
    read: Provenance | None = None


class Told(NamedTuple):
    """A statement as it is stored."""

    source: AiSource
    says: AiSays
    state: str
    signer: str

    @property
    def is_ai(self) -> bool:
        """Whether it says that artificial intelligence had a part in it."""
        return self.says in AI


class Standing(NamedTuple):
    """What all statements on an item come to: the label's state (none without evidence), the signs it rests on, and
    whether whoever posted it kept silent about it or denied it.
    """

    state: LabelState | None
    signs: tuple[dict[str, str], ...]
    undeclared: bool


def ai_evidence_take(*, statements: Sequence[Statement], now: dt.datetime) -> set[int]:
    """Keep what was said and bring labels and tasks to it, in the transaction that is open; returns the items (by
    primary key) of which something new was said. The same again changes nothing.

    The items must be known, kept, and locked by the caller.
    """
    changed = _write(statements, now)
    if changed:
        _labels_follow(changed, now)
    return changed


def ai_flags_take(*, items: Iterable[tuple[int, bool, Item]], now: dt.datetime) -> set[int]:
    """The flags that platforms hand in with items: primary key, whether it is new, and the item. Costs nothing where
    there are none.
    """
    said = [statement for pk, is_new, item in items for statement in _flags(pk, item, is_new=is_new)]
    return ai_evidence_take(statements=said, now=now) if said else set()


def _flags(pk: int, item: Item, *, is_new: bool) -> Iterable[Statement]:
    declared = item.ai.declared if item.ai else None
    flagged: str | None = item.ai.flagged if item.ai else None
    if flagged is None and item.media:
        marks = {media.ai_generated for media in item.media}
        # A bare mark says neither how much nor of what: the weaker of the two. That there is none is news only of an
        # item that may have had one.
        flagged = AiSays.PARTLY if True in marks else AiSays.NOT_AI if False in marks and not is_new else None
    if declared:
        yield Statement(pk, AiSource.CREATOR, AiSays(declared))
    if flagged:
        yield Statement(pk, AiSource.PLATFORM, AiSays(flagged))


def standing_of(told: Collection[Told]) -> Standing:
    """What statements come to. Pure: the rule itself."""
    by_people = [one for one in told if one.source != AiSource.CREDENTIALS]
    files = [one for one in told if one.source == AiSource.CREDENTIALS and one.is_ai]
    firm = [one for one in by_people if one.is_ai] + [one for one in files if one.state == CredentialsState.VALID]
    signs = {(one.source, one.signer): _sign(one) for one in firm or files}
    denied = any(one.source == AiSource.CREATOR and one.says == AiSays.NOT_AI for one in told)
    silent = bool(files) and not any(one.is_ai for one in by_people)
    state = LabelState.APPLIED if firm else LabelState.REVIEW if files else None
    return Standing(state, tuple(signs.values()), bool(state) and (silent or denied))


def _sign(one: Told) -> dict[str, str]:
    """As a label's evidence holds it; `text` is erased together with the item's words."""
    named = {"text": one.signer} if one.signer else {}
    return {"kind": SIGN, "basis": one.source.value, "says": one.says.value, **named}


def _write(statements: Sequence[Statement], now: dt.datetime) -> set[int]:
    """Write what differs from what is stored. In one order for everybody, so that two writers wait for each other."""
    rows = [_row(one) for one in {(one.item, one.source, one.digest): one for one in statements}.values()]
    ordered = sorted(rows, key=lambda row: (row["item"], row["source"], row["digest"]))
    found = rows_prepared(
        """INSERT INTO labeling_aievidence AS known
               (item_id, source, says, state, digest, media_type, signer, generator, details, given_at)
           SELECT u.item, u.source, u.says, u.state, u.digest, u.media_type, u.signer, u.generator, u.details, %s
           FROM json_to_recordset(%s::json)
                AS u(item bigint, source text, says text, state text, digest text, media_type text, signer text,
                     generator text, details jsonb)
           ON CONFLICT (item_id, source, digest) DO UPDATE SET
               says = EXCLUDED.says, state = EXCLUDED.state, signer = EXCLUDED.signer,
               generator = EXCLUDED.generator, details = EXCLUDED.details, given_at = EXCLUDED.given_at
           WHERE (known.says, known.state, known.signer, known.details)
                 IS DISTINCT FROM (EXCLUDED.says, EXCLUDED.state, EXCLUDED.signer, EXCLUDED.details)
           RETURNING item_id""",
        [now, json_rows(ordered)],
    )
    return {item for (item,) in found}


def _row(one: Statement) -> dict[str, Any]:
    read = one.read
    row = {"item": one.item, "source": one.source.value, "says": one.says.value, "digest": one.digest}
    if read is None:
        return row | {"state": "", "media_type": "", "signer": "", "generator": "", "details": {}}
    details = {"sources": read.sources, "actions": read.actions, "problems": read.problems}
    return row | {
        "state": read.state.value,
        "media_type": read.media_type,
        "signer": read.signer,
        "generator": read.generator,
        "details": details,
    }


def _labels_follow(items: Collection[int], now: dt.datetime) -> None:
    told = _told(items)
    known: dict[int, list[KnownLabel]] = defaultdict(list)
    for label in label_rows.labels_known(sorted(items)):
        known[label.key.item].append(label)
    standings = {item: standing_of(told[item]) for item in items}
    drafts: list[LabelDraft] = []
    kept: list[tuple[KnownLabel, LabelDraft]] = []
    gone: list[Verdict] = []
    for item, standing in standings.items():
        own = [label for label in known[item] if label.key.kind == LabelKind.AI_GENERATED]
        machines = [label for label in own if not label.by_person]
        if standing.state is None:
            standing_labels = [label for label in machines if label.state != LabelState.WITHDRAWN]
            gone += [Verdict(label.pk, LabelState.WITHDRAWN, GONE, None) for label in standing_labels]
        elif machines:
            kept.append((machines[0], _draft(machines[0].key, standing)))
        elif not own and (place := _place(known[item])):
            drafts.append(_draft(LabelKey(item, LabelKind.AI_GENERATED.value, place, None), standing))
    _labels_write(drafts, kept, gone, now)
    _tasks_follow(standings, now)


def _labels_write(
    drafts: list[LabelDraft], kept: list[tuple[KnownLabel, LabelDraft]], gone: list[Verdict], now: dt.datetime
) -> None:
    label_rows.labels_insert(drafts, now, FOUND)
    label_rows.labels_update([(label.pk, draft) for label, draft in kept], now)
    moved = [Verdict(label.pk, draft.state, FOUND, None) for label, draft in kept if label.state != draft.state]
    label_rows.labels_withdraw([verdict.label for verdict in gone], now)
    label_rows.decisions_record(moved + gone, now)


def _draft(key: LabelKey, standing: Standing) -> LabelDraft:
    state = standing.state or LabelState.REVIEW
    return LabelDraft(key, state, _STANDS if state == LabelState.APPLIED else _ASKS, standing.signs, None)


def _place(labels: Collection[KnownLabel]) -> int | None:
    """Where the item's other labels lead: those that are shown first, then those that wait."""
    order = [LabelState.APPLIED, LabelState.REVIEW, LabelState.WITHDRAWN]
    found = sorted(labels, key=lambda label: (order.index(label.state), label.pk))
    return found[0].key.jurisdiction if found else None


def _tasks_follow(standings: Mapping[int, Standing], now: dt.datetime) -> None:
    """Ask moderators about what only strangers sign, what nobody declared, and what a person had decided otherwise."""
    asking = {item for item, standing in standings.items() if standing.state}
    if not asking:
        return
    found = Label.objects.filter(item__in=asking, kind=LabelKind.AI_GENERATED).select_related("item__platform")
    signals = []
    for label in found.order_by("pk"):
        standing = standings[label.item_id]
        rejected = label.state == LabelState.WITHDRAWN and label.decided_by == Decider.PERSON
        confirmed = label.state == LabelState.APPLIED and label.decided_by == Decider.PERSON
        if rejected or label.state == LabelState.REVIEW or (standing.undeclared and not confirmed):
            waits = label.state == LabelState.REVIEW
            signals.append(
                Signal(
                    uri=label.item.uri,
                    item=label.item_id,
                    place=label.jurisdiction_id,
                    language=language_of(label.item.lang),
                    kind=SignalKind.UNSURE,
                    source=f"{'label' if waits else 'ai'}:{label.pk}",
                    policy=POLICY,
                    label=label.pk,
                )
            )
    signals_join(signals=signals, now=now)


def _told(items: Collection[int]) -> dict[int, list[Told]]:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT item_id, source, says, state, signer FROM labeling_aievidence
               WHERE item_id = ANY(%s::bigint[]) ORDER BY id""",
            [list(items)],
        )
        rows = cursor.fetchall()
    told: dict[int, list[Told]] = defaultdict(list)
    for item, source, says, state, signer in rows:
        told[item].append(Told(AiSource(source), AiSays(says), state, signer))
    return told
