"""How often campaigns were watched: what this portal counted, and what others report, kept apart."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from django.db.models import Sum

from centers.models import Campaign, ReportedViews, VideoStarts

#: Days of this portal's own counts that are left out at the end: they are counted by days of UTC, and on a page that is
#: written by the date at a place the day that is over everywhere is the one before yesterday.
SETTLING: Final = dt.timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Reported:
    """What one source reports: the sum of its figures, which never overlap, and from when to when they reach."""

    source_name: str
    source_url: str
    views: int
    first_day: dt.date
    last_day: dt.date


@dataclass(frozen=True, slots=True)
class Totals:
    """Of one campaign. `starts` are those counted here up to and including `until`; `by_video` by the video's id."""

    starts: int
    until: dt.date
    by_video: dict[int, int] = field(default_factory=dict)
    reported: tuple[Reported, ...] = ()


def totals_of(campaigns: Iterable[Campaign], today: dt.date) -> dict[int, Totals]:
    """By the campaign's id, in two queries; `today` is the date at the place whose page shows them."""
    ids = [campaign.pk for campaign in campaigns]
    until = today - SETTLING
    if not ids:
        return {}
    counted: dict[int, dict[int | None, int]] = defaultdict(dict)
    starts = VideoStarts.objects.filter(campaign__in=ids, day__lte=until).order_by()
    for campaign, video, count in starts.values_list("campaign", "video").annotate(count=Sum("count")):
        counted[campaign][video] = count
    rows: dict[int, list[ReportedViews]] = defaultdict(list)
    for row in ReportedViews.objects.filter(campaign__in=ids).order_by("source_name", "first_day", "pk"):
        rows[row.campaign_id].append(row)
    return {
        pk: Totals(
            starts=sum(counted[pk].values()),
            until=until,
            by_video={video: count for video, count in counted[pk].items() if video is not None},
            reported=tuple(_by_source(rows[pk])),
        )
        for pk in ids
    }


def _by_source(rows: Sequence[ReportedViews]) -> Iterable[Reported]:
    by_name: dict[str, list[ReportedViews]] = defaultdict(list)
    for row in rows:
        by_name[row.source_name].append(row)
    for name, reports in by_name.items():
        yield Reported(
            source_name=name,
            source_url=next((one.source_url for one in reports if one.source_url), ""),
            views=sum(one.views for one in reports),
            first_day=min(one.first_day for one in reports),
            last_day=max(one.last_day for one in reports),
        )
