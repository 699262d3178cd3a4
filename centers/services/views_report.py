"""Take what platforms and partners report of views, and take it back."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from accounts.audit import acting
from accounts.models import User
from centers.curation.literacy import campaign_concerns
from centers.literacy.views_file import Figure, FigureProblem, FiguresError
from centers.models import Campaign, Jurisdiction, LiteracyVideo, ReportedViews
from centers.pagecache import center_touch

PUBLISH: Final = "centers.publish_center"
#: The last day of a period may be ahead of us by a time zone.
_AHEAD: Final = dt.timedelta(days=1)


class Source(NamedTuple):
    """Who reports, where that can be looked up (or ""), by which way, and the member who brought it, if one did."""

    name: str
    url: str
    via: str
    by: User | None = None


class Taken(NamedTuple):
    """How many figures are new, took the place of another, and stood there already."""

    added: int
    replaced: int
    unchanged: int


@transaction.atomic
def views_report(*, figures: Sequence[Figure], source: Source, place: Jurisdiction | None = None) -> Taken:
    """Take all of these figures, or none of them.

    The same source's figure for the same thing and period takes the place of the former, so that a report that is sent
    twice counts once. Periods of one source must not overlap otherwise, and a campaign is reported either as a whole or
    by its videos in a period, else views would be added twice. `place` limits it to campaigns of one desk, whose
    publisher brings them. Raises `PermissionDenied`, and `FiguresError` naming each figure that cannot be taken.
    """
    if source.by is not None and not source.by.has_perm(PUBLISH, place):
        raise PermissionDenied("May not publish here.")
    campaigns = _campaigns(figures, place)
    videos = _videos(campaigns.values())
    problems = _unknown(figures, campaigns, videos)
    if problems:
        raise FiguresError(*problems)
    held = _held(campaigns.values(), source.name)
    added, changed, unchanged = [], [], 0
    rows: list[ReportedViews] = []
    now = timezone.now()
    for figure in figures:
        campaign = campaigns[figure.campaign]
        video = videos.get((figure.campaign, figure.video))
        key = (campaign.pk, video.pk if video else None, figure.first_day, figure.last_day)
        row = held.get(key)
        if row is None:
            row = ReportedViews(
                campaign=campaign, video=video, source_name=source.name, first_day=figure.first_day,
                last_day=figure.last_day,
            )  # fmt: skip
            held[key] = row
            added.append(row)
        elif (row.views, row.source_url) == (figure.views, source.url or row.source_url):
            unchanged += 1
        else:
            changed.append(row)
        row.views, row.source_url = figure.views, source.url or row.source_url
        row.via, row.reported_by, row.reported_at = source.via, source.by, now
        rows.append(row)
    if problems := _counted_twice(figures, rows, list(held.values())):
        raise FiguresError(*problems)
    _write(added, changed, campaigns, source)
    return Taken(len(added), len(changed), unchanged)


@transaction.atomic
def views_forget(*, reported: ReportedViews, by: User) -> None:
    """Take a reported figure back. Raises `PermissionDenied`."""
    campaign = reported.campaign
    if not by.has_perm(PUBLISH, campaign.jurisdiction):
        raise PermissionDenied("May not publish here.")
    with acting(by=by, reason="Reported views"):
        ReportedViews.objects.filter(pk=reported.pk).delete()
    center_touch(codes=campaign_concerns(campaign))


def _campaigns(figures: Iterable[Figure], place: Jurisdiction | None) -> dict[str, Campaign]:
    """Locked in one order, so that of two reports at once the second sees the first."""
    slugs = {figure.campaign for figure in figures}
    found = Campaign.objects.shown().select_for_update(of=("self",), no_key=True).filter(slug__in=slugs)
    if place is not None:
        found = found.filter(jurisdiction=place)
    return {one.slug: one for one in found.select_related("jurisdiction").order_by("pk")}


def _videos(campaigns: Iterable[Campaign]) -> dict[tuple[str, str], LiteracyVideo]:
    found = LiteracyVideo.objects.listed().filter(campaign__in=list(campaigns)).select_related("campaign")
    return {(one.campaign.slug, one.slug): one for one in found}


def _unknown(
    figures: Sequence[Figure],
    campaigns: dict[str, Campaign],
    videos: dict[tuple[str, str], LiteracyVideo],
) -> list[FigureProblem]:
    problems = []
    today = timezone.now().date()
    for figure in figures:
        if figure.campaign not in campaigns:
            problems.append(FigureProblem(figure.line, "campaign", f"{figure.campaign!r} is no campaign here"))
        elif figure.video and (figure.campaign, figure.video) not in videos:
            problems.append(FigureProblem(figure.line, "video", f"{figure.video!r} is no video of this campaign"))
        if figure.last_day > today + _AHEAD:
            problems.append(FigureProblem(figure.line, "last_day", "has not come yet"))
    return problems


Key = tuple[int, int | None, dt.date, dt.date]


def _held(campaigns: Iterable[Campaign], source_name: str) -> dict[Key, ReportedViews]:
    found = ReportedViews.objects.filter(campaign__in=list(campaigns), source_name=source_name)
    return {(one.campaign_id, one.video_id, one.first_day, one.last_day): one for one in found}


def _counted_twice(
    figures: Sequence[Figure], rows: Sequence[ReportedViews], held: Sequence[ReportedViews]
) -> list[FigureProblem]:
    """Where a day's views would be in two of the figures that are added up."""
    by_campaign: dict[int, list[ReportedViews]] = defaultdict(list)
    for one in held:
        by_campaign[one.campaign_id].append(one)
    problems = []
    for figure, row in zip(figures, rows, strict=True):
        for other in by_campaign[row.campaign_id]:
            if other is row or other.last_day < row.first_day or other.first_day > row.last_day:
                continue
            period = f"{other.first_day} to {other.last_day}"
            if other.video_id == row.video_id:
                problems.append(
                    FigureProblem(figure.line, "first_day", f"overlaps what is reported already for {period}")
                )
            elif other.video_id is None or row.video_id is None:
                whole = "the whole campaign is" if other.video_id is None else "single videos are"
                problems.append(FigureProblem(figure.line, "video", f"{whole} reported already for {period}"))
            else:
                continue
            break
    return problems


def _write(
    added: list[ReportedViews], changed: list[ReportedViews], campaigns: dict[str, Campaign], source: Source
) -> None:
    if not added and not changed:
        return
    with acting(by=source.by, reason="Reported views"):
        ReportedViews.objects.bulk_create(added)
        ReportedViews.objects.bulk_update(changed, ["views", "source_url", "via", "reported_by", "reported_at"])
    touched = {one.campaign_id for one in (*added, *changed)}
    codes = {code for one in campaigns.values() if one.pk in touched for code in campaign_concerns(one)}
    center_touch(codes=codes)
