"""Ask an address whether it answers: redirections followed by hand, each vetted like the first address."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

from electioncenters.safe_http import Answer, Client, Limits, Policy, UnreachableError, UnsafeUrlError, UntrustedError

#: Seconds for one request; bytes of a page that are read, of which its head is wanted.
LIMITS: Final = Limits(connect=5.0, total=12.0, body=262_144)
_MOST_HOPS: Final = 6
#: Seconds for all redirections together.
_TOTAL: Final = 30.0
_REDIRECTIONS: Final = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True)
class Probe:
    """What came of asking. `status` is `None` without an answer, and `error` then says why in a few words."""

    final_url: str
    duration_ms: int
    status: int | None = None
    error: str = ""
    is_untrusted: bool = False
    is_unsafe: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    certificate_ends: dt.datetime | None = None

    @property
    def is_answered(self) -> bool:
        """Whether the network brought anything back."""
        return self.status is not None or self.is_untrusted


def link_client(*, user_agent_url: str, local: bool, client: Client | None = None) -> Caller:
    """Who asks, by a name that says where to complain. `local` is for development and tests."""
    agent = f"election-centers-links/1 (+{user_agent_url})"
    return Caller(client or Client(policy=Policy(http=True, local=local), limits=LIMITS), agent)


@dataclass(frozen=True)
class Caller:
    """Asks addresses."""

    client: Client
    agent: str

    def probe(self, url: str, *, reads_page: bool, conditions: Mapping[str, str] | None = None) -> Probe:
        """Ask `url`: its page where `reads_page`, else only whether it is there. Whatever goes wrong is told.

        `conditions` are `If-None-Match` and the like, for the address itself.
        """
        started = time.monotonic()
        here, seen = url, set[str]()
        try:
            for _ in range(_MOST_HOPS):
                here = url_ascii(here)
                if here in seen or time.monotonic() - started > _TOTAL:
                    break
                seen.add(here)
                answer = self._asked(here, reads_page, conditions if len(seen) == 1 else None)
                onward = _onward(here, answer)
                if onward is None:
                    return _told(here, started, answer)
                here = onward
        except UnsafeUrlError as error:
            return Probe(here[:2000], _since(started), error=str(error), is_unsafe=True)
        except UntrustedError as error:
            return Probe(here[:2000], _since(started), error=error.reason, is_untrusted=True)
        except UnreachableError as error:
            return Probe(here[:2000], _since(started), error=error.reason)
        # Something answered, and led nowhere.
        return Probe(here[:2000], _since(started), HTTPStatus.LOOP_DETECTED, "it is redirected without an end")

    def _asked(self, url: str, reads_page: bool, conditions: Mapping[str, str] | None) -> Answer:
        headers = {"User-Agent": self.agent, "Accept": "text/html,*/*;q=0.5", **(conditions or {})}
        if not reads_page:
            answer = self.client.request("HEAD", url, headers=headers)
            # Many servers answer only what browsers send.
            if answer.status < HTTPStatus.BAD_REQUEST:
                return answer
        return self.client.request("GET", url, headers=headers)


def url_ascii(url: str) -> str:
    """An address in the letters of the wire. Raises `UnsafeUrlError` where its host cannot be written so."""
    try:
        parts = urlsplit(url.strip())
        host = parts.hostname or ""
        if not host.isascii():
            port = f":{parts.port}" if parts.port else ""
            netloc = host.encode("idna").decode("ascii") + port
        else:
            netloc = parts.netloc
    except (ValueError, UnicodeError) as error:
        raise UnsafeUrlError("The address cannot be taken apart.") from error
    kept = "/%:@!$&'()*+,;=~-._[]?"
    return urlunsplit((parts.scheme, netloc, quote(parts.path, safe=kept), quote(parts.query, safe=kept), ""))


def leads_elsewhere(asked: str, final: str) -> bool:
    """Whether a redirection ended at another host, or at a page above the one that was asked for.

    >>> leads_elsewhere("https://a.example/votes/2029", "https://www.a.example/votes/2029/")
    False
    >>> leads_elsewhere("https://a.example/votes/2029", "https://a.example/")
    True
    """
    before, after = urlsplit(url_ascii(asked)), urlsplit(final)
    if _plain_host(before.hostname) != _plain_host(after.hostname):
        return True
    path, ended = before.path.rstrip("/"), after.path.rstrip("/")
    return ended != path and path.startswith(ended + "/") and not after.query


def _plain_host(host: str | None) -> str:
    return (host or "").removeprefix("www.").removesuffix(".")


def _onward(here: str, answer: Answer) -> str | None:
    """Where a redirection leads; `None` for other answers."""
    location = answer.headers.get("location", "")
    if answer.status not in _REDIRECTIONS or not location:
        return None
    # Headers are read as Latin-1; most servers write UTF-8.
    with suppress(UnicodeError):
        location = location.encode("latin-1").decode("utf-8")
    try:
        return urljoin(here, location)
    except ValueError as error:
        raise UnsafeUrlError("It is redirected to what is no address.") from error


def _told(here: str, started: float, answer: Answer) -> Probe:
    return Probe(
        final_url=here[:2000],
        duration_ms=_since(started),
        status=answer.status,
        headers=answer.headers,
        body=answer.body,
        certificate_ends=answer.certificate_ends,
    )


def _since(started: float) -> int:
    return round((time.monotonic() - started) * 1000)
