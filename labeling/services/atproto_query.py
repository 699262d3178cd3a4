"""The labels the network's clients ask for by what they are about."""

from __future__ import annotations

from typing import NamedTuple

from labeling.atproto import SignedLabel, Span, UnsignedLabel
from labeling.models import AtprotoLabel


class Place(NamedTuple):
    """Where a page ended: uris and values are read in the order of their bytes."""

    uri: str
    val: str


class Query(NamedTuple):
    """What is asked for, checked. `sources` are DIDs, none for any."""

    spans: list[Span]
    sources: list[str]
    limit: int
    after: Place | None


class Found(NamedTuple):
    """A page, and where to go on; `None` at the end."""

    labels: list[SignedLabel]
    next: Place | None


def labels_query(*, query: Query, did: str) -> Found:
    """One page of labels, also those that take something back. One query, which reads no more rows than it returns
    for each span, however many labels a span covers.
    """
    spans = [span for span in query.spans if query.after is None or span.end > query.after.uri]
    if not spans or (query.sources and did not in query.sources):
        return Found([], None)
    wanted = query.limit + 1
    first, *others = [AtprotoLabel.objects.in_span(*span, after=query.after)[:wanted] for span in spans]
    rows = first.union(*others, all=True).order_by("uri", "val")[:wanted] if others else first
    labels = [SignedLabel(UnsignedLabel(did, row.uri, row.val, row.cts, row.neg), bytes(row.sig)) for row in rows]
    if len(labels) < wanted:
        return Found(labels, None)
    last = labels[-2].label
    return Found(labels[:-1], Place(last.uri, last.val))
