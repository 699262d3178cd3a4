"""What pages are written from: everything published about one centre, or about all.

It is loaded in a bounded number of queries and is the same for every language and day, so that one load
serves all of a centre's pages.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.db.models import Prefetch, QuerySet
from django.utils import timezone

from accounts.models import Organisation
from accounts.models.membership import Role
from centers.insets import insets_load
from centers.models import (
    Answer,
    Campaign,
    Election,
    ElectionCenter,
    Jurisdiction,
    KeyDate,
    Link,
    LiteracyVideo,
    LocalRules,
    SourceKind,
    Tip,
    TrustedSource,
    UrgentNotice,
)
from centers.models.source import Purpose
from centers.pagecache import Publication, Snapshots

#: Elections held longer ago than this are history: pages about what is coming do not load them.
REMEMBERED: Final = dt.timedelta(days=400)


@dataclass(frozen=True, slots=True)
class CenterFacts:
    """Everything published about one centre."""

    center: ElectionCenter
    place: Jurisdiction
    elections: tuple[Election, ...]
    key_dates: tuple[KeyDate, ...]
    answers: tuple[Answer, ...]
    sources: tuple[TrustedSource, ...]
    last_european: LocalRules | None
    curators: tuple[Organisation, ...]
    notices: tuple[UrgentNotice, ...] = ()
    broken: tuple[Link, ...] = ()
    campaigns: tuple[Campaign, ...] = ()
    tips: tuple[Tip, ...] = ()
    insets: Mapping[str, Any] = field(default_factory=dict)
    """What other apps show (`centers.insets`)."""

    def silent_on(self, url: str, today: dt.date) -> dt.date | None:
        """When a link last did not answer, where voters are to be told of it on this day."""
        told = (link for link in self.broken if link.url == url and link.is_told(today))
        return next((link.checked_at.date() for link in told if link.checked_at), None)

    @property
    def authority(self) -> TrustedSource | None:
        """The source that speaks first for elections here: who organises them, before other authorities."""
        authorities = self.of_kind(SourceKind.AUTHORITY)
        organising = [source for source in authorities if Purpose.ORGANISES in source.purposes and not source.scope]
        return next(iter((*organising, *authorities)), None)

    @property
    def results_source(self) -> TrustedSource | None:
        """The authority's page with results, if one is known."""
        return next((source for source in self.sources if Purpose.RESULTS in source.purposes), self.authority)

    @property
    def checked_on(self) -> dt.date | None:
        """When a fact of this centre was last checked."""
        facts = (*self.answers, *self.sources, *self.elections, *self.key_dates)
        return max((fact.verified_on for fact in facts), default=None)

    def of_kind(self, kind: str) -> list[TrustedSource]:
        """Sources of one kind in their order."""
        return [source for source in self.sources if source.kind == kind]


def center_load(code: str) -> CenterFacts:
    """All that is published about a centre, in at most seventeen queries. Raises `ElectionCenter.DoesNotExist`."""
    center = ElectionCenter.objects.for_code(code).get()
    place = center.jurisdiction
    rules = LocalRules.objects.filter(jurisdiction=place, election__type="european_parliament", election__status="held")
    return CenterFacts(
        center=center,
        place=place,
        elections=tuple(Election.objects.concerning(place).with_days()),
        key_dates=tuple(KeyDate.objects.in_place(place)),
        answers=tuple(Answer.objects.of(center)),
        sources=tuple(TrustedSource.objects.of(center)),
        last_european=rules.select_related("election").order_by("-election__key").first(),
        curators=_curators(place),
        notices=tuple(
            UrgentNotice.objects.standing(timezone.now()).filter(center=center).select_related("organisation")
        ),
        broken=tuple(Link.objects.broken().of_place(place)),
        campaigns=tuple(campaigns_load(place)),
        tips=tuple(Tip.objects.in_center(place)),
        insets=insets_load(place),
    )


def campaigns_load(place: Jurisdiction) -> QuerySet[Campaign]:
    """Those a centre shows, with their videos, without what only the pages of single videos show."""
    shown = Campaign.objects.shown().in_center(place).select_related("partner", "jurisdiction")
    return shown.prefetch_related(Prefetch("videos", LiteracyVideo.objects.listed().order_by("rank", "slug")))


def _curators(place: Jurisdiction) -> tuple[Organisation, ...]:
    """Organisations whose members may publish here by name; who may do so everywhere is the portal itself."""
    roles = (Role.CURATOR, Role.PUBLISHER)
    found = Organisation.objects.filter(memberships__role__in=roles, memberships__jurisdiction=place)
    return tuple(found.distinct().order_by("name"))


@dataclass(frozen=True, slots=True)
class SiteFacts:
    """All centres and what is coming in them."""

    places: tuple[Jurisdiction, ...]
    elections: tuple[Election, ...]

    @property
    def unions(self) -> list[Jurisdiction]:
        """Places with a centre that stand above countries."""
        return [place for place in self.places if place.level == "union"]

    @property
    def countries(self) -> list[Jurisdiction]:
        """Countries with a centre."""
        return [place for place in self.places if place.level == "country"]


def site_load() -> SiteFacts:
    """Every centre's place and the elections ahead, in four queries."""
    since = timezone.now().date() - REMEMBERED
    return SiteFacts(
        places=tuple(Jurisdiction.objects.filter(center__isnull=False).select_related("parent")),
        elections=tuple(Election.objects.filter(jurisdiction__center__isnull=False).ahead(since).with_days()),
    )


_centers: Snapshots[CenterFacts] = Snapshots()
_site: Snapshots[SiteFacts] = Snapshots()


def center_facts(publication: Publication) -> tuple[object, CenterFacts]:
    """A publication's facts and the versions they belong to (older ones only while the database is away)."""
    return _centers.get(publication.code, publication.versions, lambda: center_load(publication.code))


def site_facts(publications: Mapping[str, Publication]) -> tuple[object, SiteFacts]:
    """The same for all centres together."""
    return _site.get("", site_stamp(publications), site_load)


def site_stamp(publications: Mapping[str, Publication]) -> object:
    """What changes whenever any centre publishes."""
    return tuple(sorted((code, publication.versions[0]) for code, publication in publications.items()))


def facts_forget() -> None:
    """Start as a new process does."""
    _centers.clear()
    _site.clear()
