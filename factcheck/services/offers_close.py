"""End what was offered of a claim that needs nobody any more."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q
from django.utils import timezone

from accounts.models import NotificationKind, User
from accounts.services.notification import notifications_settle
from factcheck.models import Claim, ClaimOffer, FactCheckPartner, OfferEnd, Urgency
from factcheck.urgency import ACCEPT_LIMITS

KINDS = (NotificationKind.CLAIM_OFFERED, NotificationKind.CLAIM_UNANSWERED)


def offers_close(*, claim: Claim, partner: FactCheckPartner | None = None) -> int:
    """Everybody who was asked is asked no more: `partner` has assessed it, the others need not. Answers how many were.

    The caller holds the claim's row.
    """
    live = list(ClaimOffer.objects.filter(claim=claim, ended_at=None))
    if not live:
        return 0
    now = timezone.now()
    own = Q(partner=partner) if partner else Q(pk__in=[])
    ClaimOffer.objects.filter(own, claim=claim, ended_at=None).update(ended_at=now, ended_as=OfferEnd.ASSESSED)
    ClaimOffer.objects.filter(claim=claim, ended_at=None).update(ended_at=now, ended_as=OfferEnd.ELSEWHERE)
    offers_settle(live)
    return len(live)


def offer_take(*, offer: ClaimOffer, by: User | None) -> None:
    """The offer's partner works on the claim, and others who were asked need not any more.

    It has until the claim is due, or as long as one has to accept, whichever is later. The caller holds the claim's
    row and is `acting`.
    """
    now = timezone.now()
    claim = offer.claim
    offer.accepted_at, offer.accepted_by = now, by
    offer.answer_by = max(claim.due_at, now + ACCEPT_LIMITS[Urgency(claim.urgency)])
    offer.save(update_fields=["accepted_at", "accepted_by", "answer_by"])
    others = list(ClaimOffer.objects.filter(claim=claim, ended_at=None).exclude(pk=offer.pk))
    ClaimOffer.objects.filter(pk__in=[one.pk for one in others]).update(ended_at=now, ended_as=OfferEnd.TAKEN)
    offers_settle([offer, *others])


def offers_settle(offers: Iterable[ClaimOffer]) -> None:
    """What members were told of these needs nobody any more."""
    for offer in offers:
        notifications_settle(subject=offer_subject(offer), kinds=KINDS)


def offer_subject(offer: ClaimOffer) -> str:
    """What notifications of an offer are about."""
    return f"claim-offer:{offer.pk}"
