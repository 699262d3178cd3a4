"""Asking a server for a feed or an article: vetted, bounded, and never faster than it likes."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Final
from urllib.parse import urljoin, urlsplit

from django.utils import timezone

from centers.links.probe import url_ascii
from electioncenters.safe_http import Answer, Client, Limits, Policy, UnreachableError, UnsafeUrlError, UntrustedError
from factcheck.feeds.trouble import FeedError, Trouble

#: Bytes that are read of a feed and of an article.
LARGEST_FEED: Final = 8 * 1024 * 1024
LARGEST_ARTICLE: Final = 2 * 1024 * 1024
#: Seconds for one request, for all redirections together, and between two requests to one host.
_TIME: Final = 20.0
_TOTAL: Final = 40.0
PAUSE: Final = 2.0
_MOST_HOPS: Final = 5
#: However long a server asks to be left alone, it is asked again after so long.
_LONGEST_WAIT: Final = dt.timedelta(days=2)
_REDIRECTIONS: Final = frozenset({301, 302, 303, 307, 308})
_BUSY: Final = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came back: of `url`, which is where redirections ended. Without a body, nothing is new."""

    url: str
    body: bytes = b""
    etag: str = ""
    last_modified: str = ""
    charset: str = ""
    is_unchanged: bool = False


@dataclass
class Fetcher:
    """Asks servers, at most one request to a host in `pause` seconds. One for each reading of feeds."""

    client: Client
    agent: str
    pause: float = PAUSE
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    _asked: dict[str, float] = field(default_factory=dict, init=False)

    def get(self, url: str, *, accept: str, largest: int, etag: str = "", last_modified: str = "") -> Fetched:
        """What is at `url`, unless it is as `etag` and `last_modified` say. Raises `FeedError`."""
        conditions = {"If-None-Match": etag, "If-Modified-Since": last_modified}
        headers = {
            "User-Agent": self.agent,
            "Accept": accept,
            **{key: said for key, said in conditions.items() if said},
        }
        here, until = url, self.clock() + _TOTAL
        try:
            for _ in range(_MOST_HOPS):
                if self.clock() > until:
                    raise UnreachableError("its redirections took too long")
                here = url_ascii(here)
                answer = self._asked_politely(here, headers, largest)
                onward = _onward(here, answer)
                if onward is None:
                    return _read(here, answer)
                here = onward
        except UnsafeUrlError as error:
            raise FeedError(Trouble.UNSAFE, str(error)) from error
        except UntrustedError as error:
            raise FeedError(Trouble.UNTRUSTED, error.reason) from error
        except UnreachableError as error:
            raise FeedError(Trouble.UNREACHABLE, error.reason) from error
        raise FeedError(Trouble.REDIRECTS, f"more than {_MOST_HOPS} times")

    def _asked_politely(self, url: str, headers: Mapping[str, str], largest: int) -> Answer:
        host = urlsplit(url).netloc.lower()
        before = self._asked.get(host)
        if before is not None and (left := before + self.pause - self.clock()) > 0:
            self.sleep(left)
        client = replace(self.client, limits=replace(self.client.limits, body=largest))
        try:
            return client.request("GET", url, headers=headers)
        finally:
            self._asked[host] = self.clock()


def fetcher_make(*, public_url: str, local: bool) -> Fetcher:
    """Who asks, by a name that says where to complain. Only encrypted addresses: nobody on the way rates claims."""
    client = Client(policy=Policy(local=local), limits=Limits(connect=5.0, total=_TIME))
    return Fetcher(client, f"election-centers-factchecks/1 (+{public_url}/en/about/)")


def _onward(here: str, answer: Answer) -> str | None:
    location = answer.headers.get("location", "")
    if answer.status not in _REDIRECTIONS or not location:
        return None
    try:
        return urljoin(here, location)
    except ValueError as error:
        raise UnsafeUrlError("It is redirected to what is no address.") from error


def _read(url: str, answer: Answer) -> Fetched:
    if answer.status == HTTPStatus.NOT_MODIFIED:
        return Fetched(url, is_unchanged=True)
    if answer.status != HTTPStatus.OK:
        wait = _again_at(answer) if answer.status in _BUSY else None
        raise FeedError(Trouble.STATUS, str(answer.status), again_at=wait)
    if not answer.is_whole:
        raise FeedError(Trouble.TOO_LARGE, f"more than {len(answer.body) // 1024} kB, or it broke off")
    content_type = answer.headers.get("content-type", "")
    _, _, charset = content_type.lower().partition("charset=")
    return Fetched(
        url=url,
        body=answer.body,
        etag=_kept(answer, "etag", 200),
        last_modified=_kept(answer, "last-modified", 60),
        charset=charset.strip(" \"';")[:40],
    )


def _kept(answer: Answer, name: str, limit: int) -> str:
    """A header to be sent back; cut, it would be another one."""
    value = answer.headers.get(name, "")
    return value if len(value) <= limit and value.isascii() and value.isprintable() else ""


def _again_at(answer: Answer) -> dt.datetime | None:
    """`Retry-After` in seconds or as a date (RFC 9110); at most two days ahead."""
    written = answer.headers.get("retry-after", "").strip()
    now = timezone.now()
    if written.isascii() and written.isdecimal():
        return now + min(_LONGEST_WAIT, dt.timedelta(seconds=int(written[:9])))
    try:
        moment = parsedate_to_datetime(written)
    except (TypeError, ValueError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
    return max(now, min(moment, now + _LONGEST_WAIT))
