"""Bring claims to partners: to one, to the next, to everybody who covers it, to the operators.

Every step is a `ClaimOffer`. Whoever does not answer in time is passed over; two who stayed silent are followed by
everybody, and everybody by the operators. Declining or passing on costs no time: the next is asked at once.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterable, Sequence
from typing import Final

from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.audit import acting
from accounts.models import NotificationKind, Role, User
from accounts.services.notification import members_nearest, notify
from factcheck.models import Claim, ClaimOffer, FactCheckPartner, OfferEnd, Step, Urgency
from factcheck.routing import Seat, seat_next, seats_of
from factcheck.services.offers_close import offer_subject, offers_close, offers_settle
from factcheck.urgency import ACCEPT_LIMITS

logger = logging.getLogger(__name__)

MANAGE: Final = "factcheck.manage_partner"
#: Loads are counted and offers made by one at a time, so that two claims do not fill the same seat.
_LOCK: Final = 727_202_061
#: So many partners are asked one after the other before everybody is.
_ONE_BY_ONE: Final = 2
#: Most that one run of beat looks at; the next one is on its way.
_A_RUN: Final = 200


def routing_lock() -> None:
    """Wait for whoever routes. Taken before any claim's row, by everybody who may take both."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def claims_route() -> int:
    """Look at every claim that has to go on; answers how many. Two at once wait for each other and do nothing twice.

    Each claim is a transaction of its own: one that fails is logged, and the others go on.
    """
    due = Claim.objects.in_need(timezone.now()).order_by("due_at", "pk").values_list("pk", flat=True)[:_A_RUN]
    done = 0
    for pk in list(due):
        try:
            with transaction.atomic():
                routing_lock()
                # Who holds it is just changing it, and it is looked at again in a moment.
                claim = Claim.objects.select_for_update(skip_locked=True).filter(pk=pk).first()
                if claim is not None:
                    claim_route(claim=claim)
                    done += 1
        except DatabaseError:
            logger.exception("Claim %s was not brought to anybody", pk)
    return done


def claim_route(*, claim: Claim) -> None:
    """Take the claim's next step, if it is time for one; doing it twice changes nothing.

    The caller has taken `routing_lock` and holds the claim's row.
    """
    now = timezone.now()
    if not Claim.objects.waiting().filter(pk=claim.pk).exists():
        offers_close(claim=claim)
        return
    with acting(by=None, reason="Routing"):
        _pass_over(claim, now)
        made = list(claim.offers.order_by("pk"))
        if any(one.ended_at is None for one in made):
            return
        _go_on(claim, _of_this_round(made), now)


def _pass_over(claim: Claim, now: dt.datetime) -> None:
    """End offers whose time is up."""
    late = list(claim.offers.filter(ended_at=None, answer_by__lte=now))
    claim.offers.filter(pk__in=[one.pk for one in late]).update(ended_at=now, ended_as=OfferEnd.SILENT)
    offers_settle(late)


def _of_this_round(made: Sequence[ClaimOffer]) -> list[ClaimOffer]:
    """Those since it was last settled: a claim whose assessment was withdrawn begins anew."""
    settled = max((one.pk for one in made if one.ended_as in (OfferEnd.ASSESSED, OfferEnd.ELSEWHERE)), default=0)
    return [one for one in made if one.pk > settled]


def _go_on(claim: Claim, made: Sequence[ClaimOffer], now: dt.datetime) -> None:
    seats = seats_of(claim, now)
    asked = {one.partner_id for one in made if one.partner_id is not None}
    silent = sum(one.ended_as == OfferEnd.SILENT for one in made if one.step != Step.ALL)
    has_asked_all = any(one.step == Step.ALL for one in made)
    if not has_asked_all and silent < _ONE_BY_ONE and (seat := seat_next(claim, seats, asked, now)) is not None:
        answer_by = seat.answer_by(Urgency(claim.urgency), now) or now
        offer_make(claim=claim, partner=seat.partner, step=Step.NEXT if asked else Step.FIRST, answer_by=answer_by)
        return
    refused = {one.partner_id for one in made if one.ended_as in (OfferEnd.DECLINED, OfferEnd.PASSED_ON)}
    left = [seat for seat in seats if seat.partner.pk not in refused]
    if not has_asked_all and {seat.partner.pk for seat in left} - asked:
        _ask_all(claim, left, now)
        return
    _tell_operators(claim)


def _ask_all(claim: Claim, seats: Iterable[Seat], now: dt.datetime) -> None:
    for seat in seats:
        offer_make(
            claim=claim, partner=seat.partner, step=Step.ALL, answer_by=now + ACCEPT_LIMITS[Urgency(claim.urgency)]
        )


def _tell_operators(claim: Claim) -> None:
    """Nobody covers it, or nobody took it: people have to find somebody."""
    offer = ClaimOffer.objects.create(claim=claim, step=Step.OPERATORS, offered_at=timezone.now())
    people = {
        user.pk: user for place in claim.jurisdictions for user in members_nearest(permission=MANAGE, place=place)
    }
    notify(
        recipients=people.values(),
        kind=NotificationKind.CLAIM_UNANSWERED,
        subject=offer_subject(offer),
        title=f"No fact-checker took a claim: {', '.join(claim.countries).upper()}, {claim.language}, "
        f"{claim.get_urgency_display().lower()}, due {claim.due_at:%-d %b %H:%M} UTC",
        path=reverse("claim", args=[claim.public_id]),
    )


def offer_make(
    *,
    claim: Claim,
    partner: FactCheckPartner,
    step: Step,
    answer_by: dt.datetime,
    by: User | None = None,
    note: str = "",
) -> ClaimOffer:
    """The claim lies with the partner now, whose people are told. The caller holds the claim's row and is `acting`."""
    offer = ClaimOffer.objects.create(
        claim=claim, partner=partner, step=step, note=note, offered_at=timezone.now(), offered_by=by,
        answer_by=answer_by,
    )  # fmt: skip
    people = User.objects.filter(
        memberships__organisation=partner.organisation_id, memberships__role=Role.FACT_CHECKER, is_active=True
    )
    notify(
        recipients=people.distinct(),
        kind=NotificationKind.CLAIM_OFFERED,
        subject=offer_subject(offer),
        title=f"A claim for {partner}, {claim.get_urgency_display().lower()}: take it by "
        f"{answer_by:%-d %b %H:%M} UTC, pass it on or decline",
        path=reverse("claim", args=[claim.public_id]),
    )
    return offer
