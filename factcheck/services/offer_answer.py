"""What a partner says to a claim that was brought to it; and how operators bring one to somebody by name."""

from __future__ import annotations

import datetime as dt
from typing import Final

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from accounts.audit import acting
from accounts.models import User
from factcheck.models import Claim, ClaimOffer, FactCheckPartner, OfferEnd, Step, Urgency
from factcheck.services.assessment_give import assessing_partners
from factcheck.services.assessment_hand_in import may_assess
from factcheck.services.claim_route import MANAGE, claim_route, offer_make, routing_lock
from factcheck.services.offers_close import offer_take, offers_settle
from factcheck.urgency import ACCEPT_LIMITS

LONGEST: Final = 300


class OfferGoneError(Exception):
    """The claim does not lie with the partner any more; the text says why."""


@transaction.atomic
def offer_accept(*, claim: Claim, partner: FactCheckPartner, by: User | None) -> ClaimOffer:
    """The partner works on it: until the claim is due, or for as long as it had to answer, whichever is later.

    Others who were asked need not any more. Accepting twice changes nothing. `by` is `None` for the partner's own key.
    Raises `PermissionDenied` and `OfferGoneError`.
    """
    offer = _lying(claim, partner, by)
    if offer.accepted_at is not None:
        return offer
    with acting(by=by, reason="Claim taken"):
        offer_take(offer=offer, by=by)
    return offer


@transaction.atomic
def offer_decline(*, claim: Claim, partner: FactCheckPartner, by: User | None, reason: str) -> None:
    """The partner does not check it, or not any more; somebody else is asked at once.

    Raises `PermissionDenied`, `OfferGoneError`, and `ValidationError` without a reason.
    """
    said = _said(reason, "reason", "Say why, in at most 300 characters: operators read it.")
    routing_lock()
    offer = _lying(claim, partner, by)
    with acting(by=by, reason="Claim declined"):
        _end(offer, OfferEnd.DECLINED, by, said)
    claim_route(claim=offer.claim)


@transaction.atomic
def offer_pass_on(
    *, claim: Claim, partner: FactCheckPartner, to: FactCheckPartner, by: User | None, note: str
) -> ClaimOffer:
    """The partner hands the claim to another one by name, who has as long to answer as anybody.

    Raises `PermissionDenied`, `OfferGoneError`, and `ValidationError` without a note, and where the other one does not
    check facts where the claim spreads, or has the claim already.
    """
    said = _said(note, "note", "Say what they should know, in at most 300 characters.")
    routing_lock()
    offer = _lying(claim, partner, by)
    _fits(offer.claim, to)
    with acting(by=by, reason="Claim passed on"):
        _end(offer, OfferEnd.PASSED_ON, by, said)
        return _hand(offer.claim, to, by, said)


@transaction.atomic
def claim_hand_over(*, claim: Claim, to: FactCheckPartner, by: User, note: str) -> ClaimOffer:
    """An operator brings the claim to a partner by name, wherever it lies now.

    Raises `PermissionDenied` unless `by` may do so everywhere it spreads, `OfferGoneError` where nobody has to look at
    it any more, and `ValidationError` as `offer_pass_on` does.
    """
    if not all(by.has_perm(MANAGE, place) for place in claim.jurisdictions):
        raise PermissionDenied
    said = _said(note, "note", "Say what they should know, in at most 300 characters.")
    routing_lock()
    claim = Claim.objects.select_for_update().get(pk=claim.pk)
    if not Claim.objects.waiting().filter(pk=claim.pk).exists():
        raise OfferGoneError("Nobody has to look at this claim any more.")
    _fits(claim, to)
    with acting(by=by, reason="Claim handed over"):
        for offer in ClaimOffer.objects.filter(claim=claim, ended_at=None):
            _end(offer, OfferEnd.PASSED_ON, by, said)
        return _hand(claim, to, by, said)


def _lying(claim: Claim, partner: FactCheckPartner, by: User | None) -> ClaimOffer:
    """The partner's live offer; the claim's row is held meanwhile."""
    claim = Claim.objects.select_for_update().get(pk=claim.pk)
    if by is None and not may_assess(partner, claim):
        raise PermissionDenied
    if by is not None and partner not in assessing_partners(by, claim):
        raise PermissionDenied
    offers = ClaimOffer.objects.filter(claim=claim, partner=partner)
    live = offers.filter(ended_at=None).first()
    if live is None:
        last = offers.order_by("-pk").first()
        why = f" any more: {last.get_ended_as_display().lower()}" if last is not None else ""
        raise OfferGoneError(f"The claim does not lie with {partner}{why}.")
    live.claim = claim
    return live


def _end(offer: ClaimOffer, end: OfferEnd, by: User | None, said: str) -> None:
    offer.ended_at, offer.ended_as, offer.ended_because, offer.ended_by = timezone.now(), end, said, by
    offer.save(update_fields=["ended_at", "ended_as", "ended_because", "ended_by"])
    offers_settle([offer])


def _fits(claim: Claim, to: FactCheckPartner) -> None:
    if not (to.is_active_on(timezone.now().date()) and may_assess(to, claim)):
        raise ValidationError({"to": f"{to} does not check facts where the claim spreads."})
    if not FactCheckPartner.objects.reached().filter(pk=to.pk).exists():
        raise ValidationError({"to": f"Nobody of {to} works here, and its system has no key: write to {to.contact}."})
    if ClaimOffer.objects.filter(claim=claim, partner=to, ended_at=None).exists():
        raise ValidationError({"to": f"The claim lies with {to} already."})


def _hand(claim: Claim, to: FactCheckPartner, by: User | None, note: str) -> ClaimOffer:
    answer_by = timezone.now() + _limit(claim)
    return offer_make(claim=claim, partner=to, step=Step.HANDED_OVER, answer_by=answer_by, by=by, note=note)


def _limit(claim: Claim) -> dt.timedelta:
    return ACCEPT_LIMITS[Urgency(claim.urgency)]


def _said(written: str, field: str, problem: str) -> str:
    said = written.strip()
    if not said or len(said) > LONGEST:
        raise ValidationError({field: problem})
    return said
