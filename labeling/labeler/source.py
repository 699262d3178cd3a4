"""Everything the label service asks of the database: called by threads, never by the event loop itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple, ParamSpec, Protocol, TypeVar

from django.db import close_old_connections

from labeling.atproto import Identity, SignedLabel, UnsignedLabel, message_frame
from labeling.labeler.hub import Event
from labeling.models import AtprotoLabel, AtprotoStream
from labeling.services.atproto_query import Found, Query, labels_query
from labeling.services.atproto_tell import labels_compare, labels_resign, labels_tell
from labeling.services.changes_sequence import changes_sequence

Given = ParamSpec("Given")
Asked = TypeVar("Asked")


class Horizon(NamedTuple):
    """How far the stream reaches: the last number given, and the last one that was erased."""

    last: int
    erased: int


class Source(Protocol):
    """What the server needs; each function may be called from any thread."""

    def advance(self) -> bool:
        """Say to the network what changed; whether there is more to do at once."""

    def horizon(self) -> Horizon:
        """How far the stream reaches now."""

    def events(self, after: int, limit: int) -> list[Event]:
        """At most `limit` events after a number, in order."""

    def query(self, query: Query) -> Found:
        """The labels a client asks for."""


class DatabaseSource:
    """The portal's own database."""

    def __init__(self, identity: Identity) -> None:
        self._identity = identity
        #: How far rows of a former identity are signed again; `None` once all are.
        self._resigned: int | None = 0
        self._comparison: Iterator[None] | None = None

    def advance(self) -> bool:
        """Number what was committed, tell of it, and sign some of what was signed with a former key."""
        changes_sequence()
        told = labels_tell(identity=self._identity)
        compared = told.gap and self._compare_some()
        return told.more or compared or self._resign_some()

    def _compare_some(self) -> bool:
        if self._comparison is None:
            self._comparison = labels_compare(identity=self._identity)
        try:
            next(self._comparison)
        except StopIteration:
            self._comparison = None
            return False
        return True

    def _resign_some(self) -> bool:
        if self._resigned is None:
            return False
        before, self._resigned = self._resigned, labels_resign(identity=self._identity, after=self._resigned)
        return self._resigned not in (before, None)

    def horizon(self) -> Horizon:
        """As the stream's own row says."""
        stream = AtprotoStream.objects.first() or AtprotoStream()
        return Horizon(stream.last_seq, stream.erased_seq)

    def events(self, after: int, limit: int) -> list[Event]:
        """Rows as frames."""
        return [self._event(row) for row in AtprotoLabel.objects.after(after)[:limit]]

    def query(self, query: Query) -> Found:
        """Rows by what they are about."""
        return labels_query(query=query, did=self._identity.did)

    def _event(self, row: AtprotoLabel) -> Event:
        label = UnsignedLabel(self._identity.did, row.uri, row.val, row.cts, row.neg)
        document = SignedLabel(label, bytes(row.sig)).document()
        return Event(row.seq, message_frame("#labels", {"seq": row.seq, "labels": [document]}))


def with_connection(ask: Callable[Given, Asked]) -> Callable[Given, Asked]:
    """`ask`, for a thread that lives long: a connection that broke is left behind, as between two requests."""

    def asked(*args: Given.args, **kwargs: Given.kwargs) -> Asked:
        close_old_connections()
        try:
            return ask(*args, **kwargs)
        finally:
            close_old_connections()

    return asked
