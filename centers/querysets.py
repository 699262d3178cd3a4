"""How the rest of the portal asks for places, elections and what voters read."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models

from electioncenters.languages import LANGUAGE_CODES

if TYPE_CHECKING:
    # From the modules themselves: mypy's Django plugin needs the import cycle as small as it can be.
    from centers.models.answer import Answer  # noqa: F401 -- named in a string
    from centers.models.campaign import Campaign, LiteracyVideo  # noqa: F401 -- named in a string
    from centers.models.center import ElectionCenter
    from centers.models.election import Election  # noqa: F401 -- named in a string
    from centers.models.jurisdiction import Jurisdiction
    from centers.models.key_date import KeyDate  # noqa: F401 -- named in a string
    from centers.models.link import Link  # noqa: F401 -- named in a string
    from centers.models.notice import UrgentNotice  # noqa: F401 -- named in a string
    from centers.models.proposal import Proposal  # noqa: F401 -- named in a string
    from centers.models.source import TrustedSource  # noqa: F401 -- named in a string
    from centers.models.tip import Tip  # noqa: F401 -- named in a string


class JurisdictionQuerySet(models.QuerySet["Jurisdiction"]):
    """Places."""

    def member_states(self) -> JurisdictionQuerySet:
        """The states of the European Union."""
        return self.filter(parent__code="eu", level="country")


class ElectionCenterQuerySet(models.QuerySet["ElectionCenter"]):
    """Centres."""

    def for_code(self, code: str) -> ElectionCenterQuerySet:
        """The centre with the address `code` (`fr`, `eu`, `us-ca`), with its jurisdiction."""
        return self.select_related("jurisdiction__parent").filter(jurisdiction__code=code)


class ElectionQuerySet(models.QuerySet["Election"]):
    """Elections."""

    def concerning(self, jurisdiction: Jurisdiction) -> ElectionQuerySet:
        """Elections of a place and of the union it belongs to: a French voter also elects the European Parliament."""
        return self.filter(
            models.Q(jurisdiction=jurisdiction) | models.Q(jurisdiction__children=jurisdiction)
        ).distinct()

    def ahead(self, today: dt.date) -> ElectionQuerySet:
        """Elections with a polling day, or an end of their expected period, today or later, that were not yet held.

        Those called off are news, and so they are among them.
        """
        return self.filter(
            models.Q(rounds__polling_days__date__gte=today) | models.Q(expected_to__gte=today),
            status__in=("expected", "scheduled", "open", "postponed", "cancelled", "annulled"),
        ).distinct()

    def with_days(self) -> ElectionQuerySet:
        """Rounds and polling days come along, two queries for any number of elections."""
        return self.select_related("jurisdiction", "confirmed_by").prefetch_related("rounds__polling_days")


class KeyDateQuerySet(models.QuerySet["KeyDate"]):
    """Deadlines and events."""

    def in_place(self, jurisdiction: Jurisdiction) -> KeyDateQuerySet:
        """Dates that hold in a place."""
        return self.filter(jurisdiction=jurisdiction).select_related("election", "confirmed_by")


class AnswerQuerySet(models.QuerySet["Answer"]):
    """Answers."""

    def of(self, center: ElectionCenter) -> AnswerQuerySet:
        """A centre's answers with what they refer to."""
        return self.filter(center=center).select_related("election", "confirmed_by")


class TrustedSourceQuerySet(models.QuerySet["TrustedSource"]):
    """Trusted sources."""

    def of(self, center: ElectionCenter) -> TrustedSourceQuerySet:
        """A centre's sources in the order voters meet them: authorities, civil society, fact-checkers."""
        order: Any = models.Case(
            models.When(kind="authority", then=0),
            models.When(kind="civil_society", then=1),
            default=2,
            output_field=models.IntegerField(),
        )
        return (
            self.filter(center=center).select_related("organisation", "confirmed_by").order_by(order, "rank", "title")
        )


class ProposalQuerySet(models.QuerySet["Proposal"]):
    """Proposals."""

    def waiting(self) -> ProposalQuerySet:
        """Proposals nobody has decided yet."""
        return self.filter(status="open")

    def due(self, now: dt.datetime) -> ProposalQuerySet:
        """Approved proposals whose moment of publication has come."""
        return self.filter(status="scheduled", publish_at__lte=now)

    def expired(self, now: dt.datetime) -> ProposalQuerySet:
        """Published proposals whose changes are to be taken back now."""
        return self.filter(status="approved", expires_at__lte=now, expired_at=None)

    def touching(self, record: str) -> ProposalQuerySet:
        """Proposals by people that change `record` and are not yet decided, or not yet published."""
        about = models.Q(record=record) | models.Q(also__contains=[{"record": record}])
        return self.by_people().filter(about, status__in=("open", "sent_back", "scheduled"))

    def by_people(self) -> ProposalQuerySet:
        """Without those the loader made of doubtful facts."""
        return self.exclude(author=None)


class UrgentNoticeQuerySet(models.QuerySet["UrgentNotice"]):
    """Urgent notices."""

    def standing(self, now: dt.datetime) -> UrgentNoticeQuerySet:
        """What voters see, or will when its moment comes."""
        return self.filter(withdrawn_at=None, expires_at__gt=now)

    def shown(self, now: dt.datetime) -> UrgentNoticeQuerySet:
        """What voters see."""
        return self.standing(now).filter(starts_at__lte=now)

    def to_review(self, now: dt.datetime) -> UrgentNoticeQuerySet:
        """What no second person has looked at."""
        return self.standing(now).filter(reviewed_by=None)

    def with_people(self) -> UrgentNoticeQuerySet:
        """Who put it up, looked at it and took it down come along."""
        return self.select_related(
            "center__jurisdiction__parent", "organisation", "published_by", "reviewed_by", "withdrawn_by"
        )


class LinkQuerySet(models.QuerySet["Link"]):
    """Links voters are sent to."""

    def due(self, now: dt.datetime) -> LinkQuerySet:
        """What is to be checked, and is not being checked."""
        return self.filter(due_at__lte=now).filter(models.Q(leased_until=None) | models.Q(leased_until__lte=now))

    def broken(self) -> LinkQuerySet:
        """What failed often enough to believe it."""
        return self.filter(broken_since__isnull=False)

    def of_place(self, place: Jurisdiction) -> LinkQuerySet:
        """Every link on the pages of a place's centre."""
        return self.filter(
            models.Q(url__in=place.center.sources.values("url"))
            | models.Q(url__in=place.center.answers.values("source_url"))
            | models.Q(url__in=place.elections.values("source_url"))
            | models.Q(url__in=place.key_dates.values("source_url"))
            | models.Q(url__in=place.campaigns.values("source_url"))
            | models.Q(url__in=place.tips.values("source_url"))
        )


class CampaignQuerySet(models.QuerySet["Campaign"]):
    """Campaigns of media literacy."""

    def shown(self) -> CampaignQuerySet:
        """What voters may see: in production nothing that was invented as a sample."""
        return self.filter(is_sample=False) if settings.PRODUCTION else self

    def in_center(self, place: Jurisdiction) -> CampaignQuerySet:
        """Those a place's centre shows: its own, and those of other desks that are for it, too."""
        return self.filter(models.Q(jurisdiction=place) | models.Q(countries__contains=[place.code]))


class LiteracyVideoQuerySet(models.QuerySet["LiteracyVideo"]):
    """Videos of campaigns."""

    def listed(self) -> LiteracyVideoQuerySet:
        """With what lists show, and without the long texts: captions in every language and the transcript."""
        long = ("captions", "transcript", *(f"captions_{code}" for code in LANGUAGE_CODES))
        return self.select_related("poster", "file").defer(*long)


class TipQuerySet(models.QuerySet["Tip"]):
    """Tips."""

    def in_center(self, place: Jurisdiction) -> TipQuerySet:
        """Those of a place and of the unions above it."""
        return self.filter(models.Q(jurisdiction=place) | models.Q(jurisdiction__children=place)).distinct()

    def for_everybody(self) -> TipQuerySet:
        """Those of unions, which no single place speaks for."""
        return self.filter(jurisdiction__level="union")
