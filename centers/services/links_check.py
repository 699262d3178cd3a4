"""Check links: one request to a host at a time, and no link is called broken for one bad minute, or for our own."""

from __future__ import annotations

import datetime as dt
import functools
import logging
import random
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from django.conf import settings
from django.core.cache import cache
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from centers.links.judge import Verdict, probe_judge
from centers.links.probe import Caller, Probe, link_client
from centers.models import Answer, Election, KeyDate, Link, LinkCheck, TrustedSource
from centers.models.link import FAILURES
from centers.pagecache import center_touch
from centers.services.links_register import CHECK_EVERY

logger = logging.getLogger(__name__)

#: One call goes on for so many seconds while something is due.
SECONDS: Final = 40.0
#: Hosts asked at the same time.
_AT_ONCE: Final = 8
#: Longer than a check can take: after that whoever made it is dead.
_LEASE: Final = dt.timedelta(minutes=3)
#: After a failure a link is tried again sooner; it is believed broken after so many failures over so long.
_AGAIN: Final = dt.timedelta(hours=8)
ENOUGH_FAILURES: Final = 3
ENOUGH_TIME: Final = dt.timedelta(hours=24)
#: Other links that are asked whether it is we who cannot reach anything, and for how long their answer is believed.
_WITNESSES: Final = 3
_BELIEVED: Final = dt.timedelta(minutes=10)
#: For how long nobody is asked after we could reach nothing.
_OFFLINE_PAUSE: Final = dt.timedelta(hours=1)
#: A page's language is looked at once in so long; in between it is only asked whether it is there.
_READ_EVERY: Final = dt.timedelta(days=30)
#: Cache key of the moment at which nothing could be reached, while that is recent.
OFFLINE_KEY: Final = "links-offline-at"
#: Serialises claims, for the fraction of a second they take.
_LOCK: Final = 0x4C696E6B


def links_check(*, seconds: float = SECONDS, of: QuerySet[Link] | None = None, caller: Caller | None = None) -> int:
    """Check what is due (of the links `of`, if given) until nothing is, or `seconds` have passed; returns how many.

    Safe to call by many at the same time: each host belongs to one of them. When nothing at all can be reached it is
    the checker that is off-line: nothing is recorded, and all pause.
    """
    caller = caller or default_caller()
    until, checked = time.monotonic() + seconds, 0
    with ThreadPoolExecutor(max_workers=_AT_ONCE, thread_name_prefix="links") as pool:
        while time.monotonic() < until:
            claimed = _claim(Link.objects.all() if of is None else of)
            if not claimed:
                break
            probes = list(pool.map(functools.partial(_probe, caller, timezone.now()), claimed))
            if not _is_online(claimed, probes, caller):
                _pause()
                break
            for link, probe in zip(claimed, probes, strict=True):
                _record(link, probe)
            checked += len(claimed)
    return checked


def links_ask(*, of: QuerySet[Link]) -> int:
    """Have links checked at once, because somebody asks; returns how many."""
    now = timezone.now()
    return of.update(asked_at=now, due_at=now)


@functools.cache
def default_caller() -> Caller:
    """Kept: loading the system's certificates takes longer than most requests."""
    return link_client(user_agent_url=f"{settings.PUBLIC_URL}/en/about/", local=settings.OUTBOUND_LOCAL)


@transaction.atomic
def _claim(of: QuerySet[Link]) -> list[Link]:
    """Due links of different hosts, none of which is being asked already."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    now = timezone.now()
    busy = Link.objects.filter(host=OuterRef("host"), leased_until__gt=now)
    free = Link.objects.filter(pk__in=of.values("pk")).due(now).filter(~Exists(busy))
    of_hosts = free.order_by("host", "due_at").distinct("host")
    claimed = list(Link.objects.filter(pk__in=of_hosts.values("pk")).order_by("due_at")[: 2 * _AT_ONCE])
    Link.objects.filter(pk__in=[link.pk for link in claimed]).update(leased_until=now + _LEASE)
    return claimed


def _probe(caller: Caller, now: dt.datetime, link: Link) -> Probe:
    """In a thread: no database here."""
    reads_page = link.page_read_at is None or link.page_read_at < now - _READ_EVERY
    conditions = {"If-None-Match": link.etag, "If-Modified-Since": link.last_modified}
    wanted = {} if reads_page else {name: value for name, value in conditions.items() if value}
    return caller.probe(link.url, reads_page=reads_page, conditions=wanted)


def _is_online(claimed: Sequence[Link], probes: Sequence[Probe], caller: Caller) -> bool:
    """Whether we can reach anything: one of these, another one a moment ago, or one of a few asked now."""
    if any(probe.is_answered for probe in probes):
        return True
    now = timezone.now()
    others = Link.objects.exclude(host__in=[link.host for link in claimed])
    if others.filter(answered_at__gte=now - _BELIEVED).exists():
        return True
    witnesses = others.order_by("host", "-answered_at").distinct("host")
    chosen = list(Link.objects.filter(pk__in=witnesses.values("pk")).order_by("-answered_at")[:_WITNESSES])
    return any(caller.probe(link.url, reads_page=False).is_answered for link in chosen)


def _pause() -> None:
    """Nobody is to blame, so nothing is written down; all that is due waits."""
    now = timezone.now()
    paused = Link.objects.filter(Q(due_at__lte=now) | Q(leased_until__gt=now)).update(
        due_at=now + _OFFLINE_PAUSE, leased_until=None, asked_at=None
    )
    cache.set(OFFLINE_KEY, now.isoformat(), int(_OFFLINE_PAUSE.total_seconds()))
    logger.info("No link could be reached: the checker seems to be off-line; %s links wait", paused)


@transaction.atomic
def _record(link: Link, probe: Probe) -> None:
    """Write down what was found, unless somebody else has the link since."""
    kept = Link.objects.select_for_update().filter(pk=link.pk).first()
    if kept is None:
        return
    now = timezone.now()
    verdict = probe_judge(kept.url, probe, expected=_expected(kept.url), now=now, known_language=kept.content_language)
    told_before = kept.broken_since is not None, kept.checked_at and kept.checked_at.date()
    _found(kept, probe, verdict, now)
    _count(kept, verdict, now)
    kept.leased_until = kept.asked_at = None
    kept.save()
    LinkCheck.objects.create(link=kept, **{name: getattr(kept, name) for name in _FOUND})
    # The day of the last check stands beside a broken link.
    if (kept.broken_since is not None, now.date()) != told_before and (kept.broken_since or told_before[0]):
        center_touch(codes=_shown_in(kept.url))


_FOUND: Final = (
    "outcome", "checked_at", "status", "detail", "final_url", "duration_ms", "certificate_ends", "content_language",
)  # fmt: skip


def _found(link: Link, probe: Probe, verdict: Verdict, now: dt.datetime) -> None:
    link.outcome, link.detail = verdict.outcome, verdict.detail[:200]
    link.checked_at = now
    link.status, link.duration_ms = probe.status, probe.duration_ms
    link.final_url = probe.final_url if probe.final_url != link.url else ""
    if probe.certificate_ends is not None:
        link.certificate_ends = probe.certificate_ends
    if probe.is_answered:
        link.answered_at = now
    if probe.status is not None and probe.body:
        link.page_read_at = now
        link.content_language = verdict.language[:60]
    if probe.status == 200:  # noqa: PLR2004
        link.etag = _header(probe, "etag", 200)
        link.last_modified = _header(probe, "last-modified", 60)


def _header(probe: Probe, name: str, limit: int) -> str:
    """A header to be sent back; cut, it would be another one."""
    value = probe.headers.get(name, "")
    return value if len(value) <= limit and value.isascii() and value.isprintable() else ""


def _count(link: Link, verdict: Verdict, now: dt.datetime) -> None:
    """Failures in a row, and when they are enough; when to come again."""
    jitter = 1 + 0.1 * random.random()  # noqa: S311  # no secret
    if verdict.outcome not in FAILURES:
        link.failures, link.failing_since, link.broken_since = 0, None, None
        link.due_at = now + CHECK_EVERY * jitter
        return
    # Whoever asks again and again within minutes learns nothing new about a bad hour.
    link.failures = min(link.failures + 1, 1000)
    link.failing_since = link.failing_since or now
    if link.broken_since is None and link.failures >= ENOUGH_FAILURES and now - link.failing_since >= ENOUGH_TIME:
        link.broken_since = now
    link.due_at = now + _AGAIN * jitter


def _expected(url: str) -> set[str]:
    """The languages curators say the page is in."""
    listed = TrustedSource.objects.filter(url=url).values_list("languages", flat=True)
    return {code.partition("-")[0] for languages in listed for code in languages}


def _shown_in(url: str) -> set[str]:
    """Codes of the centres on whose pages a link stands."""
    return {
        *TrustedSource.objects.filter(url=url).values_list("center__jurisdiction__code", flat=True),
        *Answer.objects.filter(source_url=url).values_list("center__jurisdiction__code", flat=True),
        *Election.objects.filter(source_url=url).values_list("jurisdiction__code", flat=True),
        *KeyDate.objects.filter(source_url=url).values_list("jurisdiction__code", flat=True),
    }
