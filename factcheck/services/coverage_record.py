"""Keeps the spells of cover in step with what partners' records say; the only writer of `CoverSpell`."""

from __future__ import annotations

import datetime as dt
from typing import Final, NamedTuple

from django.db import connection, transaction
from django.utils import timezone

from centers.pagecache import center_touch
from factcheck.duty import week_hours
from factcheck.hours import cover_of
from factcheck.models import Cover, CoverPlan, CoverSpell, Days, FactCheckPartner

#: Two recordings at once wait for each other; any fixed number does.
_LOCK: Final = 727_202_060


class Key(NamedTuple):
    """What one spell is about."""

    partner: int
    country: str
    language: str
    days: str


class Told(NamedTuple):
    """How well it is covered, and the first day the portal knows of."""

    cover: Cover
    since: dt.date


@transaction.atomic
def coverage_record() -> set[str]:
    """Keep spells in step and make the pages concerned current; call it after any change of a partner's record.

    Beat calls it too, since contracts begin and end by the calendar. Answers the countries where something changed.
    """
    changed = spells_renew()
    if changed:
        center_touch(codes=changed)
    return changed


# Nobody catches what fails in here and goes on, so a savepoint inside the caller's transaction would only cost.
@transaction.atomic(savepoint=False)
def spells_renew() -> set[str]:
    """End and begin spells until they say what partners' records say today; doing it twice changes nothing.

    Answers the countries where something changed, whose pages whoever calls has to make current.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    today = timezone.now().date()
    wanted = _wanted(today)
    lasting = {Key(one.partner_id, one.country, one.language, one.days): one for one in CoverSpell.objects.lasting()}
    over = [spell for key, spell in lasting.items() if (told := wanted.get(key)) is None or told.cover != spell.cover]
    ending = {spell.pk for spell in over}
    begun = {key: told for key, told in wanted.items() if key not in lasting or lasting[key].pk in ending}
    _end(over, today)
    known = (
        set(CoverSpell.objects.values_list("partner_id", "country", "language", "days").distinct()) if begun else set()
    )
    CoverSpell.objects.bulk_create(
        # What was known before, in other words, changed today; only what is heard of first may be older.
        CoverSpell(
            partner_id=key.partner, country=key.country, language=key.language, days=key.days, cover=told.cover,
            since=today if tuple(key) in known or key in lasting else min(told.since, today),
        )
        for key, told in begun.items()
    )  # fmt: skip
    return {spell.country for spell in over} | {key.country for key in begun}


def _end(spells: list[CoverSpell], today: dt.date) -> None:
    """Those of today never held for a day and are forgotten, as is what a clock that went wrong began in the future."""
    CoverSpell.objects.filter(pk__in=[one.pk for one in spells if one.since >= today]).delete()
    CoverSpell.objects.filter(pk__in=[one.pk for one in spells if one.since < today]).update(until=today)


def _wanted(today: dt.date) -> dict[Key, Told]:
    plans = {plan.partner_id: plan for plan in CoverPlan.objects.filter(until=None).prefetch_related("hours")}
    found: dict[Key, Told] = {}
    for partner in FactCheckPartner.objects.select_related("organisation"):
        if not partner.is_active_on(today):
            continue
        for days in Days.values:
            told = _told(partner, plans.get(partner.pk), days)
            if told is not None:
                found |= {
                    Key(partner.pk, country, language, days): told
                    for country in partner.countries
                    for language in partner.languages
                }
    return found


def _told(partner: FactCheckPartner, plan: CoverPlan | None, days: str) -> Told | None:
    week = week_hours(plan) if plan is not None else None
    cover = cover_of(week, days)
    if cover is None:
        return None
    since = [partner.contract_from or partner.verified_on, *([plan.since] if plan is not None else [])]
    return Told(cover, max(since))
