"""Sites of fictional hosts on this machine, for tests of what asks links."""

from __future__ import annotations

from django.utils import timezone

from centers.links.probe import Caller, link_client
from centers.models import ElectionCenter, Link, TrustedSource
from centers.services.links_register import host_of
from electioncenters.safe_http import Client, Limits, Policy
from tests.factories import TrustedSourceFactory


def local_caller(*, seconds: float = 5.0, body: int = 262_144) -> Caller:
    """Every name leads to this machine; addresses of other networks are refused as always."""
    client = Client(
        policy=Policy(http=True, local=True),
        limits=Limits(connect=2.0, total=seconds, body=body),
        resolver=lambda name: ["127.0.0.1"],
    )
    return link_client(user_agent_url="https://portal.example/", local=True, client=client)


def given_link(center: ElectionCenter, url: str, **fields: object) -> Link:
    """A link that is due, on the page as a trusted source."""
    if not TrustedSource.objects.filter(center=center, url=url).exists():
        TrustedSourceFactory.create(center=center, url=url, title=url, languages=["de"])
    return Link.objects.create(url=url, host=host_of(url), **{"due_at": timezone.now()} | fields)
