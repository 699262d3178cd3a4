"""Fictional fact-checkers' sites on this machine: every name leads here, at the server's port."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from accounts.models import Organisation
from electioncenters.safe_http import Client, Limits, Policy
from factcheck.feeds.fetch import Fetcher
from factcheck.models import FactCheckPartner, FeedSource
from tests.factcheck.partners import given_partner
from tests.servers import Answering, Server

HOST = "fablonia-fact-desk.example"


@dataclass
class Site:
    """What the server answers, by path; anything else is not there."""

    server: Server

    def __post_init__(self) -> None:
        self.server.answering = Answering(status=404, body=b"gone")

    @property
    def pages(self) -> dict[str, Answering]:
        """By path."""
        return self.server.pages

    @property
    def base(self) -> str:
        """Where it is."""
        return f"http://{HOST}:{self.server.port}"

    def asked(self) -> list[str]:
        """The paths that were asked for since this was called last."""
        paths = [got.path for got in self.server.received]
        self.server.received.clear()
        return paths

    def article(self, path: str, *reviews: dict[str, Any], lang: str = "de", **headers: str) -> str:
        """An article with its markup; its address."""
        blocks = "".join(f'<script type="application/ld+json">{json.dumps(one)}</script>' for one in reviews)
        body = f'<!doctype html><html lang="{lang}"><head><title>Ein Faktencheck</title>{blocks}</head><p>…</html>'
        self.pages[path] = Answering(
            headers={"Content-Type": "text/html; charset=utf-8", **headers}, body=body.encode()
        )
        return self.base + path

    def rss(self, *paths: str, stamp: str = "Mon, 02 Jun 2031 08:00:00 GMT", **headers: str) -> None:
        """A feed at `/feed` that names these articles."""
        items = "".join(
            f"<item><title>Zu {path}</title><link>{self.base}{path}</link><pubDate>{stamp}</pubDate></item>"
            for path in paths
        )
        body = f'<?xml version="1.0"?><rss version="2.0"><channel><title>x</title>{items}</channel></rss>'
        self.pages["/feed"] = Answering(headers={"Content-Type": "application/rss+xml", **headers}, body=body.encode())

    def json(self, document: Any, path: str = "/feed", **headers: str) -> None:
        """A JSON feed."""
        self.pages[path] = Answering(headers=headers, body=json.dumps(document).encode())


def review(**values: Any) -> dict[str, Any]:
    """A ClaimReview of the fictional desk as publishers write them."""
    rating = {"@type": "Rating", "ratingValue": 1, "bestRating": 5, "worstRating": 1, "alternateName": "False"}
    fields = {
        "@context": "https://schema.org",
        "@type": "ClaimReview",
        "claimReviewed": "Das Register ist geschlossen.",
        "datePublished": "2021-05-30",
        "author": {"@type": "Organization", "name": "Fablonia Fact Desk"},
        "reviewBody": "Das Register schloss erst eine Woche später.",
        "itemReviewed": {
            "@type": "Claim",
            "appearance": [{"@type": "CreativeWork", "url": "https://videos.example/1"}],
        },
    } | values
    given = fields.pop("rating", {})
    return fields | {"reviewRating": rating | given}


class Clock:
    """Time that passes only when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        """It passes at once."""
        self.slept.append(seconds)
        self.now += seconds


def given_fetcher(clock: Clock | None = None, *, total: float = 5.0) -> Fetcher:
    """Every name leads to this machine; other networks are refused as always."""
    client = Client(
        policy=Policy(http=True, local=True),
        limits=Limits(connect=2.0, total=total),
        resolver=lambda name: ["127.0.0.1"],
    )
    clock = clock or Clock()
    return Fetcher(
        client, "election-centers-factchecks/1 (+https://portal.example/en/about/)", clock=clock, sleep=clock.sleep
    )


def given_feed(
    site: Site, kind: str = "articles", partner: FactCheckPartner | None = None, **values: Any
) -> FeedSource:
    """A feed of the fictional desk, due now."""
    partner = (
        partner or FactCheckPartner.objects.filter(organisation__key="fablonia-fact-desk").first() or given_partner()
    )
    Organisation.objects.filter(pk=partner.organisation_id).update(url=f"http://{HOST}/")
    fields = {"url": f"{site.base}/feed", "language": "de", "countries": ["xa"], "due_at": timezone.now()} | values
    return FeedSource.objects.create(partner=partner, kind=kind, host=HOST, **fields)
