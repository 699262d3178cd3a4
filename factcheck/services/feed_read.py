"""Read partners' feeds: what is due, one reader for a partner and a host at a time, never faster than servers like."""

from __future__ import annotations

import datetime as dt
import functools
import json
import logging
import random
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from factcheck.feeds import FeedError, Trouble
from factcheck.feeds.fetch import LARGEST_ARTICLE, LARGEST_FEED, Fetched, Fetcher, fetcher_make
from factcheck.feeds.markup import Article, article_read, reviews_within
from factcheck.feeds.reviews import Around, ReviewRead, is_of_site, review_read, search_reviews, url_plain
from factcheck.feeds.syndication import Entry, entries_read
from factcheck.models import FeedArticle, FeedKind, FeedRun, FeedSource, ImportedReview, ReviewState, RunOutcome
from factcheck.services.review_take import reviews_import, reviews_miss

logger = logging.getLogger(__name__)

#: One call goes on for so many seconds while something is due.
SECONDS: Final = 60.0
READ_EVERY: Final = dt.timedelta(minutes=30)
#: After a failure the wait doubles, up to this.
LONGEST_BACK_OFF: Final = dt.timedelta(days=1)
#: Longer than a reading can take: after that whoever made it is dead.
_LEASE: Final = dt.timedelta(minutes=10)
#: After so long no further article is asked for.
_LONGEST_READING: Final = dt.timedelta(minutes=4)
#: Of a feed's articles so many are asked for in one reading, and of those it does not list any more.
MOST_ARTICLES: Final = 20
_MOST_FORMER: Final = 3
#: An article that is listed is asked for again after so long, one that is not after so long.
_AGAIN: Final = dt.timedelta(days=1)
_FORMER_AGAIN: Final = dt.timedelta(days=7)
#: Reviews of a JSON feed, and pages of an answer of claims:search, that are read at once.
MOST_REVIEWS: Final = 2000
_MOST_PAGES: Final = 5
#: So many readings of a feed are kept, and articles without any review for so long.
_RUNS_KEPT: Final = 50
_ARTICLES_KEPT: Final = dt.timedelta(days=90)
#: Serialises claims, for the fraction of a second they take.
_LOCK: Final = 0x46656564
_FEED: Final = "application/atom+xml, application/rss+xml, application/xml;q=0.9, text/xml;q=0.9"
_JSON: Final = "application/json, application/ld+json"
_PAGE: Final = "text/html"
_GONE: Final = {str(HTTPStatus.NOT_FOUND.value), str(HTTPStatus.GONE.value)}


@dataclass
class _Reading:
    """What one reading did so far."""

    source: FeedSource
    fetcher: Fetcher
    started: dt.datetime
    counts: Counter[str] = field(default_factory=Counter)
    others: int = 0
    again_at: dt.datetime | None = None
    is_unchanged: bool = False
    etag: str = ""
    last_modified: str = ""

    def around(self, url: str, article: Article | None = None, title: str = "") -> Around:
        """What reviews there may leave unsaid."""
        source = self.source
        language = (article.language if article else "") or source.language
        return Around(url, source.partner.organisation.url, language, title or (article.title if article else ""))


def feeds_read(*, seconds: float = SECONDS, fetcher: Fetcher | None = None) -> int:
    """Read what is due until nothing is, or `seconds` have passed; returns how many feeds were read.

    Safe to call by many at the same time: each partner and each host belongs to one of them.
    """
    until, count = time.monotonic() + seconds, 0
    while time.monotonic() < until and (source := _claimed()) is not None:
        feed_read(source=source, fetcher=fetcher)
        count += 1
    return count


def feed_read(*, source: FeedSource, fetcher: Fetcher | None = None) -> FeedRun:
    """Read one feed now, whatever comes of it; the run tells."""
    reading = _Reading(source, fetcher or default_fetcher(), timezone.now())
    try:
        if source.kind == FeedKind.ARTICLES:
            _articles_read(reading)
        else:
            _json_read(reading)
        error = None
    except FeedError as caught:
        error = caught
    except Exception:
        # One feed that shows a mistake of ours must not keep the others from being read.
        logger.exception("Reading a feed of partner %s failed", source.partner_id)
        error = FeedError(Trouble.INTERNAL)
    return _ended(reading, error)


def default_fetcher() -> Fetcher:
    """A new one each time, since it remembers whom it asked when."""
    made = _fetcher()
    return Fetcher(made.client, made.agent)


@functools.cache
def _fetcher() -> Fetcher:
    """Kept: loading the system's certificates takes longer than most requests."""
    return fetcher_make(public_url=settings.PUBLIC_URL, local=settings.OUTBOUND_LOCAL)


@transaction.atomic
def _claimed() -> FeedSource | None:
    """The feed that is due for longest, of a partner and a host that nobody is reading."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    now = timezone.now()
    busy = FeedSource.objects.filter(Q(host=OuterRef("host")) | Q(partner=OuterRef("partner")), leased_until__gt=now)
    due = FeedSource.objects.due(now).filter(~Exists(busy)).select_related("partner__organisation")
    source = due.order_by("due_at", "pk").first()
    if source is not None:
        FeedSource.objects.filter(pk=source.pk).update(leased_until=now + _LEASE)
    return source


def _articles_read(reading: _Reading) -> None:
    source = reading.source
    fetched = reading.fetcher.get(
        source.url, accept=_FEED, largest=LARGEST_FEED, etag=source.etag, last_modified=source.last_modified
    )
    if fetched.is_unchanged:
        reading.is_unchanged = True
    else:
        entries = entries_read(fetched.body, fetched.url)
        reading.counts["entries"] = len(entries)
        _listed(source, entries, reading.started)
        # Remembered only once the entries are: what failed is read again.
        reading.etag, reading.last_modified = fetched.etag, fetched.last_modified
    until = reading.started + _LONGEST_READING
    for article in _to_look_at(source, reading.started):
        if timezone.now() > until:
            # The others are first in the next reading.
            return
        try:
            _look(reading, article)
        except FeedError as error:
            if error.again_at is not None:
                reading.again_at = error.again_at
                return


@transaction.atomic
def _listed(source: FeedSource, entries: Iterable[Entry], now: dt.datetime) -> None:
    """Articles the feed names; a new date there is a reason to look again."""
    plain = {url: entry for entry in entries if (url := url_plain(entry.url, source.url))}
    known = {one.url: one for one in source.articles.filter(url__in=plain)}
    new = [
        FeedArticle(source=source, url=url, title=entry.title, stamp=entry.stamp, listed_at=now)
        for url, entry in plain.items()
        if url not in known
    ]
    # The feed begins with the newest, and rows are looked at from the last on.
    FeedArticle.objects.bulk_create(reversed(new), ignore_conflicts=True)
    changed = [url for url, one in known.items() if one.stamp != plain[url].stamp]
    for url in changed:
        entry = plain[url]
        source.articles.filter(url=url).update(title=entry.title, stamp=entry.stamp, looked_at=None)
    source.articles.filter(url__in=known).update(listed_at=now)


def _to_look_at(source: FeedSource, now: dt.datetime) -> list[FeedArticle]:
    """New and changed ones first, then those seen longest ago; a few that fell out of the feed and were taken from."""
    latest = source.articles.order_by("-listed_at").values_list("listed_at", flat=True).first()
    if latest is None:
        return []
    listed = source.articles.filter(listed_at=latest)
    due = listed.filter(Q(looked_at=None) | Q(looked_at__lte=now - _AGAIN))
    waiting = source.articles.exclude(pk__in=listed.values("pk")).filter(looked_at=None)
    first = list(due.filter(looked_at=None).order_by("-pk")[:MOST_ARTICLES])
    first += list(waiting.order_by("-pk")[: MOST_ARTICLES - len(first)])
    first += list(due.exclude(looked_at=None).order_by("looked_at")[: MOST_ARTICLES - len(first)])
    taken = ImportedReview.objects.filter(partner=source.partner, article_url=OuterRef("url"), missing_since=None)
    former = source.articles.filter(Exists(taken), listed_at__lt=latest, looked_at__lte=now - _FORMER_AGAIN)
    return [*first, *former.order_by("looked_at")[:_MOST_FORMER]]


def _look(reading: _Reading, article: FeedArticle) -> None:
    """Read one article. What is wrong with it stays with it; `FeedError` is raised on for whoever reads the others."""
    article.looked_at, article.error, article.detail = timezone.now(), "", ""
    try:
        if not _is_asked(reading.source, article.url):
            # Nobody makes us call on third parties.
            raise FeedError(Trouble.NOT_THEIRS, article.url)
        reading.counts["fetched"] += 1
        fetched = reading.fetcher.get(
            article.url,
            accept=_PAGE,
            largest=LARGEST_ARTICLE,
            etag=article.etag,
            last_modified=article.last_modified,
        )
        if not fetched.is_unchanged:
            _article_take(reading, article, fetched)
            article.etag, article.last_modified = fetched.etag, fetched.last_modified
    except FeedError as error:
        article.error, article.detail = error.trouble.value, error.detail
        if error.trouble is Trouble.STATUS and error.detail in _GONE:
            of_article = ImportedReview.objects.filter(partner=reading.source.partner, article_url=article.url)
            reading.counts["missing"] += reviews_miss(reviews=of_article, now=timezone.now())
        raise
    finally:
        article.save()


def _is_asked(source: FeedSource, url: str) -> bool:
    """The partner's site, and the feed's own host: some feeds name addresses that lead on to the articles."""
    return is_of_site(url, source.partner.organisation.url) or (urlsplit(url).hostname or "") == source.host


def _article_take(reading: _Reading, article: FeedArticle, fetched: Fetched) -> None:
    if not is_of_site(fetched.url, reading.source.partner.organisation.url):
        # Where a redirection left the partner's site, nobody's word is the partner's.
        raise FeedError(Trouble.NOT_THEIRS, fetched.url)
    page = article_read(fetched.body, fetched.charset)
    around = reading.around(fetched.url, page, article.title)
    reads = [review_read(review, around) for review in page.reviews]
    here = {article.url, url_plain(fetched.url, fetched.url)}
    # Pages repeat reviews of other articles in short; those articles tell of them themselves.
    reads = [read for read in reads if read.article_url in here] or reads
    _taken(reading, reads)
    if not page.broken:
        said = {(one.article_url, one.claim) for one in reads}
        gone = [
            row
            for row in ImportedReview.objects.filter(partner=reading.source.partner, article_url__in=here)
            if (row.article_url, row.claim_text) not in said
        ]
        reading.counts["missing"] += reviews_miss(reviews=gone, now=timezone.now())
    elif not reads:
        raise FeedError(Trouble.MARKUP_BROKEN, f"{page.broken} of its blocks")


def _json_read(reading: _Reading) -> None:
    source = reading.source
    url, etag, last_modified = source.url, source.etag, source.last_modified
    found: list[dict[str, Any]] = []
    for _ in range(_MOST_PAGES):
        fetched = reading.fetcher.get(
            url, accept=_JSON, largest=LARGEST_FEED, etag=etag, last_modified=last_modified
        )  # fmt: skip
        if fetched.is_unchanged:
            reading.is_unchanged = True
            return
        document = _parsed(fetched.body)
        found += _of_kind(source.kind, document)
        more = document.get("nextPageToken") if source.kind == FeedKind.CLAIM_SEARCH else None
        if url == source.url and not more:
            reading.etag, reading.last_modified = fetched.etag, fetched.last_modified
        if not isinstance(more, str) or not more or len(more) > 500 or not more.isalnum():  # noqa: PLR2004
            break
        url, etag, last_modified = f"{source.url}{'&' if '?' in source.url else '?'}pageToken={more}", "", ""
    reading.counts["entries"] = len(found)
    is_whole = source.kind == FeedKind.DATA_FEED and len(found) <= MOST_REVIEWS
    # A review that names no article has none: the feed's own address is not one.
    reads = [review_read(review, reading.around("")) for review in found[:MOST_REVIEWS]]
    _taken(reading, reads)
    if is_whole:
        _missed(reading, reads)


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        detail = "a web page" if body[:200].lstrip().lower().startswith((b"<!doctype", b"<html")) else ""
        raise FeedError(Trouble.JSON_BROKEN, detail) from error


def _of_kind(kind: str, document: Any) -> list[dict[str, Any]]:
    """Raises `FeedError` for JSON of another shape."""
    if kind == FeedKind.CLAIM_SEARCH:
        found = search_reviews(document)
        if found is None:
            raise FeedError(Trouble.WRONG_SHAPE, "no list “claims”")
        return found
    is_feed = isinstance(document, dict) and isinstance(document.get("dataFeedElement"), list | dict)
    if not is_feed and not isinstance(document, list):
        raise FeedError(Trouble.WRONG_SHAPE, "no “dataFeedElement”, and no list")
    return reviews_within(document)


def _taken(reading: _Reading, reads: Iterable[ReviewRead]) -> None:
    """Import them article by article; what is somebody else's is only counted."""
    by_article: dict[str, list[ReviewRead]] = {}
    for read in reads:
        if read.problem in {Trouble.NOT_THEIRS, Trouble.BAD_ADDRESS}:
            reading.others += 1
            reading.counts["refused"] += 1
        else:
            by_article.setdefault(read.article_url, []).append(read)
    for of_article in by_article.values():
        rows = reviews_import(partner=reading.source.partner, source=reading.source, reads=of_article)
        # Only what was new or changed: a reading that finds what it found before has nothing to tell.
        for row in rows:
            if row.changed_at >= reading.started:
                reading.counts[row.state] += 1


def _missed(reading: _Reading, reads: Iterable[ReviewRead]) -> None:
    """A feed that is all there is says by leaving something out that it is gone."""
    said = {(one.article_url, one.claim) for one in reads}
    rows = ImportedReview.objects.filter(source=reading.source, missing_since=None)
    gone = [row for row in rows if (row.article_url, row.claim_text) not in said]
    reading.counts["missing"] += reviews_miss(reviews=gone, now=timezone.now())


@transaction.atomic
def _ended(reading: _Reading, error: FeedError | None) -> FeedRun:
    """Write down what came of it, and when to come again."""
    source, now, counts = reading.source, timezone.now(), reading.counts
    outcome = RunOutcome.FAILED if error else RunOutcome.UNCHANGED if reading.is_unchanged else RunOutcome.READ
    detail = error.detail if error else ""
    if reading.others:
        detail = f"{reading.others} of somebody else, or at no address of the partner’s site"
    run = FeedRun.objects.create(
        source=source, started_at=reading.started, ended_at=now, outcome=outcome,
        error=error.trouble.value if error else "", detail=detail, entries=counts["entries"],
        fetched=counts["fetched"], taken=counts[ReviewState.TAKEN], held=counts[ReviewState.HELD],
        refused=counts["refused"], missing=counts["missing"],
    )  # fmt: skip
    failures = min(source.failures + 1, 100) if error else 0
    wait = min(READ_EVERY * 2 ** min(failures, 10), LONGEST_BACK_OFF) if error else READ_EVERY
    again_at = reading.again_at or (error.again_at if error else None)
    values: dict[str, Any] = {
        "leased_until": None,
        "failures": failures,
        "not_before": again_at,
        # Not all at the same second.
        "due_at": max(now + wait * (1 + 0.1 * random.random()), again_at or now),  # noqa: S311  # no secret
    }
    if error is None and not reading.is_unchanged:
        values |= {"etag": reading.etag, "last_modified": reading.last_modified}
    FeedSource.objects.filter(pk=source.pk).update(**values)
    if error is not None:
        logger.info("A feed of partner %s was not read: %s", source.partner_id, error.trouble.value)
    _forget(source, now)
    return run


def _forget(source: FeedSource, now: dt.datetime) -> None:
    kept = source.runs.order_by("-id").values_list("pk", flat=True)[:_RUNS_KEPT]
    source.runs.exclude(pk__in=list(kept)).delete()
    taken = ImportedReview.objects.filter(partner=source.partner, article_url=OuterRef("url"))
    source.articles.filter(~Exists(taken), listed_at__lt=now - _ARTICLES_KEPT).delete()
