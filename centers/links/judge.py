"""What a probe means: whether voters get what they were promised."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from http import HTTPStatus
from typing import Final, NamedTuple

from centers.links.page import is_html, page_read
from centers.links.probe import Probe, leads_elsewhere
from centers.models import LinkOutcome

#: A certificate that ends sooner is told to curators.
CERTIFICATE_ENDS: Final = dt.timedelta(days=14)
#: Sites that shut out machines with these show people their page.
_GUARDED: Final = frozenset({401, 403, 405, 406, 418, 429, 451, 999})


class Verdict(NamedTuple):
    """An outcome, and what more there is to say in a few words; `language` is what the page says it is in."""

    outcome: LinkOutcome
    detail: str = ""
    language: str = ""


def probe_judge(
    url: str, probe: Probe, *, expected: Collection[str], now: dt.datetime, known_language: str = ""
) -> Verdict:
    """What became of `url`; `expected` are the languages its page was said to be in, if any.

    `known_language` is what its page said when it was last read: most checks only ask whether it is there.
    """
    if probe.is_unsafe:
        return Verdict(LinkOutcome.UNSAFE, probe.error)
    if probe.is_untrusted:
        return Verdict(LinkOutcome.TLS, probe.error)
    if probe.status is None:
        return Verdict(LinkOutcome.UNREACHABLE, probe.error)
    if probe.status in _GUARDED:
        return Verdict(LinkOutcome.GUARDED, f"answered {probe.status}")
    if probe.status >= HTTPStatus.BAD_REQUEST:
        return Verdict(LinkOutcome.STATUS, probe.error or f"answered {probe.status}")
    return _doubts(url, probe, _languages(probe) or (known_language,), expected, now)


def _languages(probe: Probe) -> tuple[str, ...]:
    return page_read(probe.body, probe.headers).languages if probe.body and is_html(probe.headers) else ()


def _doubts(url: str, probe: Probe, languages: tuple[str, ...], expected: Collection[str], now: dt.datetime) -> Verdict:
    language = languages[0] if languages else ""
    if leads_elsewhere(url, probe.final_url):
        return Verdict(LinkOutcome.ELSEWHERE, "redirected", language)
    if probe.certificate_ends is not None and probe.certificate_ends < now + CERTIFICATE_ENDS:
        days = max(0, (probe.certificate_ends - now).days)
        return Verdict(LinkOutcome.CERTIFICATE, f"its certificate ends in {days} days", language)
    if language and expected and not set(languages) & set(expected):
        return Verdict(LinkOutcome.LANGUAGE, f"says it is in {language}", language)
    return Verdict(LinkOutcome.OK, "", language)
