"""Say to the AT Protocol's network what our labels say.

One writer at a time, whoever holds the stream's row: so numbers are given in the order in which they become visible,
and a subscriber that has read up to a number never misses a lower one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from django.db import transaction
from django.utils import timezone

from labeling.atproto import Identity, UnsignedLabel, is_record_uri, kind_value, label_sign
from labeling.models import (
    AtprotoLabel,
    AtprotoStream,
    ChangeLedger,
    ContentItem,
    Label,
    LabelChange,
    Platform,
)

#: Changes followed, or labels compared, in one transaction.
AT_ONCE = 500
#: Rows of a former key signed again in one transaction: about half a second of work.
RESIGNED_AT_ONCE = 500
#: What every record's uri begins with.
_SCHEME = "at://did:"
_STEP = dt.timedelta(milliseconds=1)


class Subject(NamedTuple):
    """What the network can be told about: a record, and a value it has or has not."""

    uri: str
    val: str


class Told(NamedTuple):
    """How following went: `more` may wait; with a `gap`, changes are missing and all labels must be compared."""

    more: bool = False
    gap: bool = False


def labels_tell(*, identity: Identity) -> Told:
    """Follow changes of labels by one transaction's work. Does nothing while another process is at it.

    There is a gap where changes were erased before they were followed, and at the very beginning.
    """
    with transaction.atomic():
        stream = _stream_claim()
        if stream is None:
            return Told()
        changes = _changes_after(stream.position)
        # Asked after the changes were read: what was erased before that is known to be missing among them.
        ledger = ChangeLedger.objects.first() or ChangeLedger()
        if stream.position < ledger.erased_position:
            return Told(gap=True)
        _follow(stream, changes, identity)
        return Told(more=len(changes) == AT_ONCE)


def labels_compare(*, identity: Identity) -> Iterator[None]:
    """Compare every label with what was said, one transaction at each step, and then follow from where that began.

    Ends early when another process is at it. Stopped in between, it begins anew and finds less to do.
    """
    ledger = ChangeLedger.objects.first() or ChangeLedger()
    for subjects in _subjects_in_chunks():
        with transaction.atomic():
            stream = _stream_claim()
            if stream is None:
                return
            _tell(stream, subjects, identity)
        yield
    with transaction.atomic():
        if _stream_claim() is not None:
            AtprotoStream.objects.filter(position__lt=ledger.last_position).update(position=ledger.last_position)


def labels_resign(*, identity: Identity, after: int) -> int | None:
    """Sign again some of what was signed with a former key or for a former DID, beyond the number `after`.

    What was said stays, with its number and its time. Returns where to go on; `None` when all is done.
    """
    with transaction.atomic():
        stream = _stream_claim()
        if stream is None:
            return after
        if stream.signed_as == identity.mark:
            return None
        rows = list(AtprotoLabel.objects.after(after).exclude(signed_as=identity.mark)[:RESIGNED_AT_ONCE])
        for row in rows:
            _sign(row, identity)
        AtprotoLabel.objects.bulk_update(rows, ["sig", "signed_as"])
        if len(rows) < RESIGNED_AT_ONCE:
            AtprotoStream.objects.update(signed_as=identity.mark)
            return None
        return rows[-1].seq


def _stream_claim() -> AtprotoStream | None:
    """The stream's row, locked; `None` when somebody else holds it."""
    claim = AtprotoStream.objects.select_for_update(skip_locked=True)
    if (stream := claim.first()) is None and not AtprotoStream.objects.exists():
        # Nothing was compared yet, which is less than position 0.
        AtprotoStream.objects.bulk_create([AtprotoStream(position=-1)], ignore_conflicts=True)
        stream = claim.first()
    return stream


def _changes_after(position: int) -> list[tuple[int, int, str]]:
    """Position, item and kind of label."""
    # `position` is an annotation that the type checker does not see through `after`.
    changes = LabelChange.objects.after(position).values_list("position", "item_id", "kind")  # type: ignore[misc]
    return list(changes[:AT_ONCE])


def _follow(stream: AtprotoStream, changes: list[tuple[int, int, str]], identity: Identity) -> None:
    if not changes:
        return
    items = ContentItem.objects.filter(pk__in={item for _, item, _ in changes}, external_id__startswith=_SCHEME)
    uris = dict(items.values_list("pk", "external_id"))
    subjects = (Subject(uris[item], kind_value(kind)) for _, item, kind in changes if item in uris)
    _tell(stream, subjects, identity)
    AtprotoStream.objects.update(position=changes[-1][0])


def _subjects_in_chunks() -> Iterator[list[Subject]]:
    """Everything that has a label now, then everything that was said to have one."""
    last = 0
    while rows := list(
        Label.objects.applied()
        .for_network()
        .filter(pk__gt=last, item__external_id__startswith=_SCHEME)
        .order_by("pk")
        .values_list("pk", "item__external_id", "kind")[:AT_ONCE]
    ):
        last = rows[-1][0]
        yield [Subject(uri, kind_value(kind)) for _, uri, kind in rows]
    last = 0
    while said := list(AtprotoLabel.objects.after(last).values_list("seq", "uri", "val")[:AT_ONCE]):
        last = said[-1][0]
        yield [Subject(uri, val) for _, uri, val in said]


def _tell(stream: AtprotoStream, subjects: Iterable[Subject], identity: Identity) -> None:
    """Say what is true of `subjects` now, each once, where something else was said of it before."""
    wanted = [subject for subject in dict.fromkeys(subjects) if is_record_uri(subject.uri)]
    if not wanted:
        return
    uris = {subject.uri for subject in wanted}
    shown = _shown(uris)
    said = {Subject(row.uri, row.val): row for row in AtprotoLabel.objects.filter(uri__in=uris)}
    now = timezone.now()
    now = now.replace(microsecond=now.microsecond // 1000 * 1000)
    news: list[AtprotoLabel] = []
    for subject in wanted:
        row = said.get(subject)
        has = subject in shown
        if has == (row is not None and not row.neg):
            continue
        stream.last_seq += 1
        # A later word must have a later time, whatever the clock did meanwhile.
        cts = max(now, row.cts + _STEP) if row else now
        new = AtprotoLabel(seq=stream.last_seq, uri=subject.uri, val=subject.val, neg=not has, cts=cts)
        _sign(new, identity)
        news.append(new)
    AtprotoLabel.objects.bulk_create(
        news,
        update_conflicts=True,
        unique_fields=["uri", "val"],
        update_fields=["seq", "neg", "cts", "signed_as", "sig"],
    )
    AtprotoStream.objects.update(last_seq=stream.last_seq)


def _shown(uris: Iterable[str]) -> set[Subject]:
    """What viewers see on records; a record that two platforms handed in is one to the network."""
    platforms = list(Platform.objects.values_list("pk", flat=True))
    rows = Label.objects.applied().for_network().filter(item__platform__in=platforms, item__external_id__in=list(uris))
    return {Subject(uri, kind_value(kind)) for uri, kind in rows.values_list("item__external_id", "kind")}


def _sign(row: AtprotoLabel, identity: Identity) -> None:
    label = UnsignedLabel(identity.did, row.uri, row.val, row.cts, row.neg)
    row.sig = label_sign(label, identity.key).sig
    row.signed_as = identity.mark
