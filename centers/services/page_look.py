"""Look at a page somebody wants to recommend: a worker fetches it, and what it says of itself is suggested."""

from __future__ import annotations

import logging
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from accounts.models import Organisation, User
from centers.curation import CurationError
from centers.curation.fields import take_url
from centers.links.judge import probe_judge
from centers.links.page import page_read
from centers.links.probe import Caller, Probe, url_ascii
from centers.models import Jurisdiction, LinkOutcome, PageLook, TrustedSource
from centers.models.link import FAILURES
from centers.services.links_check import default_caller
from centers.services.links_register import host_of
from centers.services.proposal_submit import PROPOSE
from electioncenters.safe_http import UnsafeUrlError, url_vet

logger = logging.getLogger(__name__)

#: In words for whoever pasted the address.
_FAILED: Final = {
    LinkOutcome.STATUS: "The page answers with an error ({detail}). Open it in your browser and check the address.",
    LinkOutcome.UNREACHABLE: "The page does not answer: {detail}.",
    LinkOutcome.TLS: "The page cannot be trusted: {detail}. Voters would get a warning.",
    LinkOutcome.UNSAFE: "This address is not one voters can open: {detail}",
}


def page_look_ask(*, place: Jurisdiction, by: User, address: str, caller: Caller | None = None) -> PageLook:
    """Have an address looked at. Raises `PermissionDenied`, and `CurationError` for what no voter should be sent to."""
    if not by.has_perm(PROPOSE, place):
        raise PermissionDenied(f"May not propose changes for {place.code}.")
    try:
        url = take_url(address)
        policy = (caller or default_caller()).client.policy
        url_vet(url_ascii(url), policy)
    except ValidationError as error:
        raise CurationError({"address": error.messages}) from error
    except UnsafeUrlError as error:
        raise CurationError({"address": [str(error)]}) from error
    if TrustedSource.objects.filter(center=place.center, url=url).exists():
        raise CurationError({"address": ["It is among the sources already."]})
    look = PageLook.objects.create(jurisdiction=place, asked_by=by, asked_at=timezone.now(), url=url)
    _send(look)
    return look


def page_look_run(*, public_id: UUID, caller: Caller | None = None) -> PageLook | None:
    """Fetch the page and keep what it says; `None` when that was done already."""
    look = PageLook.objects.select_related("jurisdiction").filter(public_id=public_id, finished_at=None).first()
    if look is None:
        return None
    probe = (caller or default_caller()).probe(look.url, reads_page=True)
    verdict = probe_judge(look.url, probe, expected=(), now=timezone.now())
    if verdict.outcome in FAILURES:
        look.error = _FAILED[verdict.outcome].format(detail=verdict.detail)[:300]
    else:
        _suggest(look, probe, is_guarded=verdict.outcome == LinkOutcome.GUARDED)
    look.finished_at = timezone.now()
    look.save()
    return look


def _suggest(look: PageLook, probe: Probe, *, is_guarded: bool) -> None:
    """What a guarded site says to machines is not about its page."""
    if not is_guarded:
        facts = page_read(probe.body, probe.headers)
        look.title = facts.title
        look.languages = [code for code in facts.languages if len(code) <= 8][:30]  # noqa: PLR2004 -- the column's
    look.final_url = probe.final_url if probe.final_url != url_ascii(look.url) else ""
    look.organisation = organisation_of(look.url, look.jurisdiction)


def organisation_of(url: str, place: Jurisdiction) -> Organisation | None:
    """Who speaks at an address: an organisation known with its host, or one above it; those of the place first."""
    host = host_of(url).removeprefix("www.")
    known = Organisation.objects.exclude(url="").filter(url__icontains=_registered(host)).values_list("pk", "url")
    listed = TrustedSource.objects.filter(url__icontains=_registered(host)).values_list(
        "organisation", "url", "center__jurisdiction"
    )
    found = [(_nearness(host, known_url), False, pk) for pk, known_url in known]
    found += [(_nearness(host, known_url), of == place.pk, pk) for pk, known_url, of in listed]
    best = max(((near, is_here, -pk) for near, is_here, pk in found if near), default=None)
    return Organisation.objects.get(pk=-best[2]) if best else None


def _registered(host: str) -> str:
    """Enough of a host to look for it: its last two parts."""
    return ".".join(host.split(".")[-2:])


def _nearness(host: str, url: str) -> int:
    """How much of the host both share: 0 for strangers. A ministry's pages lie below the government's host."""
    known = (urlsplit(url).hostname or "").removeprefix("www.")
    is_same = host == known or host.endswith("." + known) or known.endswith("." + host)
    return min(len(host), len(known)) if is_same and known.count(".") else 0


def _send(look: PageLook) -> None:
    # The task's module imports the services.
    from centers.tasks import page_look

    try:
        page_look.apply_async((str(look.public_id),), retry=False)
    except (OperationalError, RedisError, OSError) as error:
        logger.warning("No worker could be told of a page: %s", type(error).__name__)
