"""To which partner a claim goes: by country, language, hours of duty now, and how much lies with each.

The partner whose people or system brought a claim comes first, unless it is full. Then, in this order, all else being
equal the one with fewer claims, then the one longer without any, then the first by name:

1. who is on duty now,
2. whose hours nobody knows: they may be there, and are never left out,
3. who comes on duty early enough to say so before the claim is due, the soonest first.

Who has as many claims as it takes at once is asked only when everybody is. A partner of which nobody works here and
whose system has no key would never see that it was asked: it is not, and operators are told whom to write to.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from factcheck.duty import Shift, duty_from, shifts_of, week_hours
from factcheck.models import Claim, CoverPlan, FactCheckPartner, Urgency
from factcheck.urgency import ACCEPT_LIMITS

#: So far ahead duty is looked at: no claim is due later.
_AHEAD: Final = dt.timedelta(hours=48)
_NEVER: Final = dt.datetime.min.replace(tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True)
class Seat:
    """A partner that covers a claim. `shifts` are `None` where its hours are not known."""

    partner: FactCheckPartner
    shifts: Sequence[Shift] | None
    load: int
    last_asked: dt.datetime

    @property
    def is_full(self) -> bool:
        """It has as many claims as it takes at once, if it has said how many."""
        return self.partner.capacity is not None and self.load >= self.partner.capacity

    def reached_at(self, now: dt.datetime) -> dt.datetime | None:
        """From when on somebody sees a claim there: now where hours are unknown, never where nobody comes in time."""
        return now if self.shifts is None else duty_from(self.shifts, now)

    def answer_by(self, urgency: Urgency, now: dt.datetime) -> dt.datetime | None:
        """When the partner has to have taken the claim, counted from when somebody is there."""
        reached = self.reached_at(now)
        return None if reached is None else reached + ACCEPT_LIMITS[urgency]


def seats_of(claim: Claim, now: dt.datetime) -> list[Seat]:
    """Every partner that covers the claim and is reached by an offer, in three queries."""
    partners = [one for one in _covering(claim, now) if one.is_reached]  # type: ignore[attr-defined]  # annotated
    shifts = shifts_by_partner(partners, now, now + _AHEAD)
    return [Seat(one, shifts.get(one.pk), one.load, one.last_asked or _NEVER) for one in partners]  # type: ignore[attr-defined]  # annotated


def partners_unreached(claim: Claim, now: dt.datetime) -> list[FactCheckPartner]:
    """Who covers the claim and cannot be asked here: nobody of theirs works here. People have to write to them."""
    return [one for one in _covering(claim, now) if not one.is_reached]  # type: ignore[attr-defined]  # annotated


def _covering(claim: Claim, now: dt.datetime) -> list[FactCheckPartner]:
    """Active partners of one of its countries and its language."""
    found = FactCheckPartner.objects.loaded()
    found = found.filter(countries__overlap=claim.countries, languages__contains=[claim.language])
    return [one for one in found if one.is_active_on(now.date())]


def shifts_by_partner(
    partners: Iterable[FactCheckPartner], begins: dt.datetime, ends: dt.datetime
) -> Mapping[int, list[Shift]]:
    """Their shifts between two instants, by primary key; nobody whose hours are unknown is among them. Two queries."""
    plans = CoverPlan.objects.filter(until=None, partner__in=[one.pk for one in partners]).prefetch_related("hours")
    return {plan.partner_id: shifts_of(week_hours(plan), plan.time_zone, begins, ends) for plan in plans}


def seat_next(claim: Claim, seats: Iterable[Seat], asked: set[int], now: dt.datetime) -> Seat | None:
    """Whom to ask next by itself: none that was asked before, is full, or comes on duty too late."""
    urgency = Urgency(claim.urgency)
    fit: list[tuple[tuple[object, ...], Seat]] = []
    for seat in seats:
        answer_by = seat.answer_by(urgency, now)
        if seat.partner.pk in asked or seat.is_full or answer_by is None:
            continue
        if answer_by > claim.due_at and seat.reached_at(now) != now:
            # Somebody there now is asked even late: a claim that is overdue needs it most.
            continue
        fit.append(((seat.partner.pk != claim.brought_by_id, *_order(seat, now)), seat))
    return min(fit, key=lambda pair: pair[0])[1] if fit else None


def _order(seat: Seat, now: dt.datetime) -> tuple[object, ...]:
    reached = seat.reached_at(now) or now
    group = 1 if seat.shifts is None else 0 if reached == now else 2
    return group, reached, seat.load, seat.last_asked, str(seat.partner).lower(), seat.partner.pk
