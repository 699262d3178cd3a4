"""How the rest of the portal asks for partners and what they cover."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.apps import apps
from django.db import models
from django.db.models.functions import Greatest

from accounts.models.organisation import Vetting

if TYPE_CHECKING:
    # From the modules themselves: mypy's Django plugin needs the import cycle as small as it can be.
    from accounts.models import User
    from factcheck.models.claim import Assessment, Claim  # noqa: F401 -- named in a string
    from factcheck.models.cover_spell import CoverSpell  # noqa: F401 -- named in a string
    from factcheck.models.feed import FeedSource  # noqa: F401 -- named in a string
    from factcheck.models.partner import FactCheckPartner


def _findings() -> models.QuerySet[Assessment]:
    """With whose they are, and the partner's own words for them."""
    # The models' modules import this one.
    from factcheck.models.claim import Assessment

    return Assessment.objects.select_related("partner__organisation", "imported")


class FactCheckPartnerQuerySet(models.QuerySet["FactCheckPartner"]):
    """Fact-checking organisations."""

    def named(self) -> FactCheckPartnerQuerySet:
        """With their organisations, by name."""
        return self.select_related("organisation").order_by("organisation__name")

    def of_member(self, user: User) -> FactCheckPartnerQuerySet:
        """Those `user` checks facts for."""
        roles = {one.organisation_id for one in user.memberships_held if one.role == "fact_checker"}
        return self.filter(organisation__in=roles)

    def loaded(self) -> FactCheckPartnerQuerySet:
        """With how many claims lie with each (`load`), when it was `last_asked`, and whether it `is_reached`; by name.

        A partner is reached by what is offered to it once somebody of its people works here, or its system has a key.
        """
        live = models.Q(offers__ended_at=None, offers__isnull=False)
        return self.named().annotate(
            load=models.Count("offers", filter=live),
            last_asked=models.Max("offers__offered_at"),
            is_reached=_reached(),
        )

    def reached(self) -> FactCheckPartnerQuerySet:
        """Those that would see that they were asked."""
        return self.filter(_reached())


class CoverSpellQuerySet(models.QuerySet["CoverSpell"]):
    """Who covered what, from when to when."""

    def on(self, day: dt.date) -> CoverSpellQuerySet:
        """What was known to hold on `day`."""
        return self.filter(models.Q(until=None) | models.Q(until__gt=day), since__lte=day)

    def lasting(self) -> CoverSpellQuerySet:
        """What holds and has not ended."""
        return self.filter(until=None)


class ClaimQuerySet(models.QuerySet["Claim"]):
    """What is to be checked."""

    def waiting(self) -> ClaimQuerySet:
        """Claims of which nobody has found anything that stands; copies wait with the claim they are copies of."""
        return self.filter(merged_into=None).exclude(
            pk__in=self.model._default_manager.filter(assessments__isnull=False, assessments__ended_at=None).values(
                "pk"
            )
        )

    def overdue(self, now: dt.datetime) -> ClaimQuerySet:
        """Waiting for longer than their urgency allows."""
        return self.waiting().filter(due_at__lte=now)

    def in_need(self, now: dt.datetime) -> ClaimQuerySet:
        """Claims whose way has to be looked at: that wait and lie nowhere, whose time is up, or that wait no more.

        What waits no more and still lies somewhere is what was merged, or withdrawn and given again in between.
        """
        live = models.Exists(_offers().filter(claim=models.OuterRef("pk"), ended_at=None))
        late = models.Exists(_offers().filter(claim=models.OuterRef("pk"), ended_at=None, answer_by__lte=now))
        waiting = models.Q(pk__in=self.waiting().values("pk"))
        return self.filter((waiting & (~live | late)) | (~waiting & live))

    def checked(self) -> ClaimQuerySet:
        """Claims of which somebody has found something that stands, with when the last of it was found: `found_at`."""
        standing = models.Q(assessments__ended_at=None)
        return (
            self.filter(merged_into=None)
            .annotate(found_at=models.Max("assessments__given_at", filter=standing))
            .filter(found_at__isnull=False)
        )

    def told(self) -> ClaimQuerySet:
        """Claims of which something was ever found, those first where something was found or corrected last."""
        told_at = Greatest(models.Max("assessments__given_at"), models.Max("assessments__ended_at"))
        found = self.filter(merged_into=None).annotate(told_at=told_at).filter(told_at__isnull=False)
        return found.order_by(models.F("told_at").desc(), "-pk")

    def newest(self) -> ClaimQuerySet:
        """Checked claims, the one something was found of last first."""
        return self.order_by(models.F("found_at").desc(), "-pk")

    def with_findings(self) -> ClaimQuerySet:
        """Every partner's findings, and the claim's copies, in two more queries."""
        return self.prefetch_related(models.Prefetch("assessments", _findings()), "copies")

    def with_standing(self) -> ClaimQuerySet:
        """Every partner's standing finding, in one more query."""
        return self.prefetch_related(models.Prefetch("assessments", _findings().filter(ended_at=None)))

    def for_partners(self, partners: Iterable[FactCheckPartner]) -> ClaimQuerySet:
        """Claims that spread in a country and a language that one of `partners` covers."""
        fits = models.Q(pk__in=[])
        for partner in partners:
            fits |= models.Q(countries__overlap=partner.countries, language__in=partner.languages)
        return self.filter(fits)


def _offers() -> models.QuerySet[models.Model]:
    """Late, since models import this module."""
    return apps.get_model("factcheck", "ClaimOffer")._default_manager.all()


class FeedSourceQuerySet(models.QuerySet["FeedSource"]):
    """Feeds of partners."""

    def due(self, now: dt.datetime) -> FeedSourceQuerySet:
        """Those that are to be read, and that nobody is reading; none of a partner that was suspended."""
        free = models.Q(leased_until=None) | models.Q(leased_until__lte=now)
        waits = models.Q(not_before=None) | models.Q(not_before__lte=now)
        asked = self.filter(free, waits, due_at__lte=now, paused_at=None)
        return asked.exclude(partner__organisation__vetting=Vetting.SUSPENDED)


def _reached() -> models.Q:
    """Somebody of a partner's people works here, or its system has a key."""
    keys = apps.get_model("factcheck", "PartnerKey")._default_manager.filter(
        partner=models.OuterRef("pk"), revoked_at=None
    )
    people = apps.get_model("accounts", "Membership")._default_manager.filter(
        organisation=models.OuterRef("organisation"), role="fact_checker", user__is_active=True
    )
    return models.Exists(keys) | models.Exists(people)
