"""Say on which days and hours a partner works."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from accounts.audit import acting
from accounts.models import User
from centers.pagecache import center_touch
from factcheck.hours import Week, time_zone_parse
from factcheck.models import CoverHours, CoverPlan, FactCheckPartner
from factcheck.services.coverage_record import coverage_record

KEEP = "factcheck.keep_partner"


class PlanChangedError(Exception):
    """Somebody else has entered other hours since those were seen that this change was made from."""


@transaction.atomic
def hours_set(
    *, partner: FactCheckPartner, by: User | None, time_zone: str, week: Week, note: str = "", seen: int | None = None
) -> CoverPlan:
    """The partner works so from today on; what held before stays in the history, except another plan of today.

    `by` is `None` for the partner's own key, which stands for the partner. `seen` is the id of the plan the author saw
    (0 for none); `None` does not ask. Raises `PermissionDenied`, `HoursError` for an unknown time zone, and
    `PlanChangedError`. The same hours again change nothing and answer the plan that holds.
    """
    if by is not None and not by.has_perm(KEEP, partner):
        raise PermissionDenied
    time_zone_parse(time_zone)
    FactCheckPartner.objects.select_for_update().get(pk=partner.pk)
    held = CoverPlan.objects.filter(partner=partner, until=None).prefetch_related("hours").first()
    if seen is not None and seen != (held.pk if held else 0):
        raise PlanChangedError
    wanted = {(day, span.opens, span.closes) for day, spans in week.items() for span in spans}
    if held is not None and (held.time_zone, held.note, _rows(held)) == (time_zone, note, wanted):
        return held
    with acting(by=by, reason="Hours of cover"):
        _close(held, timezone.now().date())
        plan = CoverPlan.objects.create(
            partner=partner, since=timezone.now().date(), time_zone=time_zone, note=note, entered_by=by
        )
        CoverHours.objects.bulk_create(
            CoverHours(plan=plan, weekday=day, opens=opens, closes=closes) for day, opens, closes in sorted(wanted)
        )
    coverage_record()
    # Other hours on the same days begin no new spell, and voters read them all the same.
    center_touch(codes=partner.countries)
    return plan


def _rows(plan: CoverPlan) -> set[tuple[int, int, int]]:
    return {(one.weekday, one.opens, one.closes) for one in plan.hours.all()}


def _close(held: CoverPlan | None, today: dt.date) -> None:
    if held is None:
        return
    held.until = today
    held.save(update_fields=["until"])
