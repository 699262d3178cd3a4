"""Finished pages, kept in the process: the way a voter's request is answered without a query.

A page's key is its path, the publication it shows, the date it was written on and the urgent notices of that moment; a
publication therefore needs no purge, only a new version, and `center_touch`, which sets one, stands here beside the
key. The versions, and from when to when each notice is shown, are looked up at most every half second by one thread
while the others go on with the last known; when the database is away the last known publications and facts keep
answering, and notices begin and end by the clock of the process.
"""

from __future__ import annotations

import datetime as dt
import functools
import gzip
import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Generic, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

import brotli  # type: ignore[import-untyped]  # it ships no types
import structlog
from django.db import InterfaceError, OperationalError
from django.db.models import F
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils import timezone
from django.utils.http import http_date, parse_http_date_safe

from centers.models import ElectionCenter, Jurisdiction, UrgentNotice

log = structlog.get_logger(__name__)

#: Seconds for which a page is fresh, for which it may be shown while it is renewed, and while nothing answers.
MAX_AGE: Final = 60
WHILE_RENEWED: Final = 600
WHILE_DOWN: Final = 86_400
DATABASE_AWAY: Final = (OperationalError, InterfaceError)
#: Seconds for which the known publications are taken for current; a change is visible within a second.
LOOKUP_EVERY: Final = 0.5
#: Seconds until the database is asked again after it did not answer.
RETRY_AFTER: Final = 2.0
#: Bytes of pages a process keeps, all encodings counted.
CAPACITY: Final = 48 * 1024 * 1024

Version = tuple[int, str]
Facts = TypeVar("Facts")


class NoticeWindow(NamedTuple):
    """From when (inclusive) to when (exclusive) an urgent notice is shown."""

    notice: int
    starts_at: dt.datetime
    expires_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Publication:
    """What is public of a centre: its own version and those of the places above, whose elections it shows.

    `notices` are those that are shown or will be.
    """

    code: str
    versions: tuple[Version, ...]
    published_at: dt.datetime
    time_zone: str
    notices: tuple[NoticeWindow, ...] = ()

    def today(self) -> dt.date:
        """The date at the place."""
        return timezone.now().astimezone(ZoneInfo(self.time_zone)).date()

    def notices_shown(self) -> frozenset[int]:
        """Ids of the urgent notices voters see now."""
        if not self.notices:
            return frozenset()
        now = timezone.now()
        return frozenset(one.notice for one in self.notices if one.starts_at <= now < one.expires_at)

    def seconds_left(self) -> float | None:
        """Seconds until a notice begins or ends; `None` when none will."""
        if not self.notices:
            return None
        now = timezone.now()
        edges = [edge for one in self.notices for edge in (one.starts_at, one.expires_at) if edge > now]
        return (min(edges) - now).total_seconds() if edges else None


@functools.lru_cache(maxsize=1024)
def cache_control(seconds_left: int | None) -> str:
    """What others may do with a page that stays as it is for so many seconds (`None`: until something is published).

    Nobody may show it as fresh, or while they renew it, beyond the moment at which a notice begins or ends. While the
    portal is down it may be shown longer: a notice says itself until when it holds, and the rest of the page is needed.
    """
    if seconds_left is None or seconds_left >= MAX_AGE + WHILE_RENEWED:
        fresh, renewed = MAX_AGE, WHILE_RENEWED
    else:
        fresh = max(0, min(MAX_AGE, seconds_left))
        renewed = max(0, seconds_left - fresh)
    return f"public, max-age={fresh}, stale-while-revalidate={renewed}, stale-if-error={WHILE_DOWN}"


def center_touch(*, codes: Iterable[str]) -> int:
    """Make a change of these centres' facts visible; call it in the transaction that changes them.

    Answers how many centres were found.
    """
    return ElectionCenter.objects.filter(jurisdiction__code__in=list(codes)).update(
        version=F("version") + 1, published_at=timezone.now()
    )


class Publications:
    """Every centre's current publication, at most `LOOKUP_EVERY` seconds old while the database answers."""

    def __init__(self, read: Callable[[], Mapping[str, Publication]], clock: Callable[[], float]) -> None:
        self._read = read
        self._clock = clock
        self._lock = threading.Lock()
        self._known: Mapping[str, Publication] | None = None
        self._stale_at = 0.0

    def current(self) -> Mapping[str, Publication]:
        """By the centre's code. Raises the database's error only when nothing was ever read."""
        known = self._known
        if known is not None and (self._clock() < self._stale_at or not self._lock.acquire(blocking=False)):
            return known
        if known is None:
            self._lock.acquire()
        try:
            return self._refreshed()
        finally:
            self._lock.release()

    def forget(self) -> None:
        """Start as a new process does."""
        self._known, self._stale_at = None, 0.0

    def _refreshed(self) -> Mapping[str, Publication]:
        try:
            known = self._read()
        except DATABASE_AWAY as error:
            self._stale_at = self._clock() + RETRY_AFTER
            if self._known is None:
                raise
            log.warning("publications.not_read", error=str(error))
            return self._known
        self._known, self._stale_at = known, self._clock() + LOOKUP_EVERY
        return known


def publications_read() -> dict[str, Publication]:
    """Every centre's publication, in three small queries."""
    own = {
        code: (version, published_at)
        for code, version, published_at in ElectionCenter.objects.values_list(
            "jurisdiction__code", "version", "published_at"
        )
    }
    places = {
        code: (parent, zones)
        for code, parent, zones in Jurisdiction.objects.values_list("code", "parent__code", "time_zones")
    }
    windows: dict[str, list[NoticeWindow]] = {}
    standing = UrgentNotice.objects.standing(timezone.now()).order_by("pk")
    # Twice a second: without the texts, which are many.
    for code, pk, starts_at, expires_at in standing.values_list(
        "center__jurisdiction__code", "pk", "starts_at", "expires_at"
    ):
        windows.setdefault(code, []).append(NoticeWindow(pk, starts_at, expires_at))
    return {code: _publication(code, own, places, tuple(windows.get(code, ()))) for code in own}


def _publication(
    code: str,
    own: Mapping[str, tuple[int, dt.datetime]],
    places: Mapping[str, tuple[str | None, list[str]]],
    notices: tuple[NoticeWindow, ...],
) -> Publication:
    chain: list[tuple[int, dt.datetime]] = []
    step: str | None = code
    while step is not None and step in places:
        chain += [own[step]] if step in own else []
        step = places[step][0]
    return Publication(
        code=code,
        versions=tuple((version, published_at.isoformat()) for version, published_at in chain),
        published_at=max(published_at for _, published_at in chain),
        time_zone=places[code][1][0],
        notices=notices,
    )


@dataclass(slots=True)
class Page:
    """The bytes of one page in every encoding asked for so far.

    `modified` is given where the body follows from the publication alone, and from no date.
    """

    body: bytes
    content_type: str
    language: str
    modified: dt.datetime | None = None
    etag: str = field(init=False)
    _encoded: dict[str, bytes] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.etag = hashlib.blake2b(self.body, digest_size=12).hexdigest()

    @property
    def size(self) -> int:
        """Bytes kept, counting compressed copies as a third of the page."""
        return len(self.body) * 4 // 3

    def answer(self, request: HttpRequest, seconds_left: float | None = None) -> HttpResponse:
        """This page as `request` wants it: compressed, or 304 when the reader has these very bytes.

        `seconds_left` is for how long it stays as it is, where that is known.
        """
        encoding = accepted_encoding(request.META.get("HTTP_ACCEPT_ENCODING", ""))
        etag = f'"{self.etag}-{encoding}"' if encoding else f'"{self.etag}"'
        wanted = request.META.get("HTTP_IF_NONE_MATCH")
        response: HttpResponse
        if _matches(wanted, etag) if wanted is not None else self._is_known(request):
            response = HttpResponseNotModified()
        else:
            response = HttpResponse(self.encoded(encoding), content_type=self.content_type)
            if encoding:
                response.headers["Content-Encoding"] = encoding
        response.headers["ETag"] = etag
        if self.modified is not None:
            response.headers["Last-Modified"] = http_date(self.modified.timestamp())
        response.headers["Cache-Control"] = cache_control(None if seconds_left is None else int(seconds_left))
        response.headers["Vary"] = "Accept-Encoding"
        response.headers["Content-Language"] = self.language
        return response

    def _is_known(self, request: HttpRequest) -> bool:
        """By date, for readers that send no entity tag."""
        since = parse_http_date_safe(request.META.get("HTTP_IF_MODIFIED_SINCE", ""))
        return self.modified is not None and since is not None and int(self.modified.timestamp()) <= since

    def encoded(self, encoding: str) -> bytes:
        """The body in `br`, `gzip` or, for the empty string, as it is; each is made once."""
        if not encoding:
            return self.body
        if encoding not in self._encoded:
            self._encoded[encoding] = _ENCODERS[encoding](self.body)
        return self._encoded[encoding]


_ENCODERS: Final[dict[str, Callable[[bytes], bytes]]] = {
    # Made once per page and publication, so a little more work than for a dynamic page pays.
    "br": lambda body: brotli.compress(body, quality=6),
    "gzip": lambda body: gzip.compress(body, compresslevel=6, mtime=0),
}


@functools.lru_cache(maxsize=256)
def accepted_encoding(header: str) -> str:
    """The best encoding we have for an `Accept-Encoding` header: `br`, `gzip` or the empty string."""
    offered = {}
    for part in header.lower().split(","):
        name, _, parameter = part.strip().partition(";")
        offered[name.strip()] = parameter.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return next((name for name in ("br", "gzip") if offered.get(name, False)), "")


def _matches(if_none_match: str, etag: str) -> bool:
    """RFC 9110 weak comparison; our tags hold no comma."""
    tags = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
    return etag in tags or "*" in tags


class PageCache:
    """The pages most recently asked for, `capacity` bytes of them."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._size = 0
        self._lock = threading.Lock()
        self._pages: OrderedDict[tuple[object, ...], Page] = OrderedDict()

    def get(self, key: tuple[object, ...]) -> Page | None:
        """The page kept under `key`."""
        with self._lock:
            page = self._pages.get(key)
            if page is not None:
                self._pages.move_to_end(key)
            return page

    def put(self, key: tuple[object, ...], page: Page) -> Page:
        """Keep `page` and let the least recently read go."""
        with self._lock:
            old = self._pages.pop(key, None)
            self._pages[key] = page
            self._size += page.size - (old.size if old else 0)
            while self._size > self._capacity and len(self._pages) > 1:
                self._size -= self._pages.popitem(last=False)[1].size
        return page

    def clear(self) -> None:
        """Let everything go."""
        with self._lock:
            self._pages.clear()
            self._size = 0


class Snapshots(Generic[Facts]):
    """The facts last loaded by name, with the publication they belong to."""

    def __init__(self) -> None:
        self._held: dict[str, tuple[object, Facts]] = {}

    def get(self, name: str, stamp: object, load: Callable[[], Facts]) -> tuple[object, Facts]:
        """The facts of publication `stamp`; while the database is away those last loaded and their stamp."""
        held = self._held.get(name)
        if held is not None and held[0] == stamp:
            return held
        try:
            fresh = (stamp, load())
        except DATABASE_AWAY as error:
            if held is None:
                raise
            log.warning("facts.not_loaded", name=name, error=str(error))
            return held
        self._held[name] = fresh
        return fresh

    def clear(self) -> None:
        """Let everything go."""
        self._held.clear()


publications = Publications(publications_read, time.monotonic)
pages = PageCache(CAPACITY)
