"""Media literacy as voters meet it: campaigns, their videos, and tips."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from centers import formats
from centers.literacy.counting import is_beginning
from centers.literacy.providers import PROVIDERS, Provider
from centers.literacy.totals import Totals, totals_of
from centers.local_text import LocalText, OrganisationName, local_text, organisation_name
from centers.models import Campaign, LiteracyVideo, Tip
from centers.models.campaign import PUBLIC_REPORTS
from centers.pagecache import DATABASE_AWAY, Page, Snapshots, publications, publications_read
from centers.phases import Phase, videos_shown
from centers.reading import CenterFacts, SiteFacts, center_facts, center_load, site_stamp
from centers.services.video_start_count import video_start_count
from centers.views import errors
from centers.views.doors import CenterMoment, center_answer, site_answer
from centers.views.frame import HTML, Frame, frame_of, page_rendered
from centers.views.home import center_path
from electioncenters.languages import LANGUAGE_CODES, LANGUAGE_NAMES

#: Videos a centre's own page shows; the others stand on the page that leads on.
MOST_VIDEOS: Final = 3
_VTT: Final = "text/vtt; charset=utf-8"

Draw = Callable[[HttpRequest, CenterFacts, CenterMoment], Page]


@dataclass(frozen=True, slots=True)
class VideoView:
    """A video as the reader gets it; `starts` is how often it was begun here, where that is shown."""

    video: LiteracyVideo
    title: LocalText
    description: LocalText
    path: str
    starts: int = 0

    @property
    def length(self) -> str:
        """`1:05`, or `1:00:05`."""
        minutes, seconds = divmod(self.video.duration, 60)
        hours, minutes = divmod(minutes, 60)
        return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"

    @property
    def provider(self) -> Provider | None:
        """Where it is, if it is not here."""
        return PROVIDERS.get(self.video.provider)


@dataclass(frozen=True, slots=True)
class ReportedView:
    """A line of what others report."""

    source: str
    source_url: str
    views: str
    period: str


@dataclass(frozen=True, slots=True)
class CampaignView:
    """A campaign as the reader gets it. `source` is who reports it, "" for a sample."""

    campaign: Campaign
    title: LocalText
    description: LocalText
    partner: OrganisationName | None
    period: str
    source: str
    path: str
    videos: tuple[VideoView, ...]
    starts: str
    until: dt.date
    reported: tuple[ReportedView, ...]


@dataclass(frozen=True, slots=True)
class TipView:
    """A tip as the reader gets it."""

    tip: Tip
    title: LocalText
    body: LocalText

    @property
    def steps(self) -> list[str]:
        """One a line."""
        return [line.strip() for line in self.body.text.splitlines() if line.strip()]


@require_safe
def learn_page(request: HttpRequest, code: str) -> HttpResponse:
    """Everything a centre has: campaigns with their videos, and tips."""
    return center_answer(request, code, _render_learn)


@require_safe
def campaign_page(request: HttpRequest, code: str, campaign: str) -> HttpResponse:
    """One campaign."""
    return center_answer(request, code, _render_campaign(campaign))


@require_safe
def video_page(request: HttpRequest, code: str, campaign: str, video: str) -> HttpResponse:
    """One video with its captions and transcript."""
    return center_answer(request, code, _render_video(campaign, video))


@require_safe
def captions(request: HttpRequest, code: str, campaign: str, video: str, spoken: str) -> HttpResponse:
    """A video's captions in one language, as WebVTT."""
    return center_answer(request, code, _render_captions(campaign, video, spoken))


@require_safe
def video_play(request: HttpRequest, code: str, campaign: str, video: str) -> HttpResponse:
    """A provider's player, which only a click on its link asks for: that is what counts as a beginning."""
    try:
        publication = publications.current().get(code)
        if publication is None:
            raise Http404(code)
        _stamp, facts = center_facts(publication)
        _parent, found = _video_of(facts, campaign, video)
        provider = PROVIDERS.get(found.provider)
        if provider is None:
            raise Http404(video)
    except DATABASE_AWAY:
        return errors.unavailable(request)
    if is_beginning(request.method or "", request.headers):
        # What cannot be counted is watched all the same.
        with suppress(*DATABASE_AWAY):
            video_start_count(video=found)
    return _player(request, facts, found, provider)


@require_safe
def tips_page(request: HttpRequest) -> HttpResponse:
    """The tips for everybody."""
    return site_answer(request, _render_tips)


_tips: Snapshots[tuple[Tip, ...]] = Snapshots()


def tips_forget() -> None:
    """Start as a new process does."""
    _tips.clear()


def _render_tips(request: HttpRequest, facts: SiteFacts) -> Page:
    frame = frame_of(request)
    # A change of a tip gives its place's centre a new version (`center_touch`).
    stamp = site_stamp(publications.current())
    _, found = _tips.get("", stamp, lambda: tuple(Tip.objects.for_everybody()))
    return page_rendered("centers/tips.html", frame, {"tips": tip_views(found, frame.language)})


def learn_previewed(code: str, language: str) -> Page:
    """The page as the database has it at this moment, which may be a change that is tried out: nothing is kept."""
    request = HttpRequest()
    request.path = learn_path(code, language)
    publication = publications_read()[code]
    with translation.override(language):
        return _render_learn(request, center_load(code), CenterMoment(publication.today(), publication))


def learn_path(code: str, language: str) -> str:
    """The address of a centre's media literacy."""
    return f"{center_path(code, language)}learn/"


# Parts of pages.


def videos_for(phase: Phase, facts: CenterFacts, language: str, today: dt.date) -> list[VideoView]:
    """What a centre's own page shows in a phase: what is made for it first, real campaigns before samples.

    Campaigns that have not begun, or are over, stand only where all of them do.
    """
    found = []
    running = [campaign for campaign in facts.campaigns if campaign.is_running(today)]
    for part in videos_shown(phase):
        for campaign in running:
            found += [
                _video_view(campaign, one, facts, language) for one in campaign.videos.all() if one.shown_in == part
            ]
    return found[:MOST_VIDEOS]


def tip_views(tips: Iterable[Tip], language: str, own: Sequence[str] = ()) -> list[TipView]:
    """In the reader's language where there is one."""
    return [
        TipView(tip, local_text(tip, "title", language, own), local_text(tip, "body", language, own)) for tip in tips
    ]


def _video_view(
    campaign: Campaign, video: LiteracyVideo, facts: CenterFacts, language: str, starts: int = 0
) -> VideoView:
    others = [video.language, *facts.place.languages]
    return VideoView(
        video=video,
        title=local_text(video, "title", language, others),
        description=local_text(video, "description", language, others),
        path=f"{learn_path(facts.place.code, language)}{campaign.slug}/{video.slug}/",
        starts=starts,
    )


def _campaign_view(campaign: Campaign, facts: CenterFacts, language: str, totals: Totals) -> CampaignView:
    own = facts.place.languages
    return CampaignView(
        campaign=campaign,
        title=local_text(campaign, "title", language, own),
        description=local_text(campaign, "description", language, own),
        partner=organisation_name(campaign.partner, language, own) if campaign.partner else None,
        period=_period(campaign.starts_on, campaign.ends_on, language),
        source=source_named(campaign.source_name),
        path=f"{learn_path(facts.place.code, language)}{campaign.slug}/",
        videos=tuple(
            _video_view(campaign, video, facts, language, totals.by_video.get(video.pk, 0))
            for video in campaign.videos.all()
        ),
        starts=formats.number(totals.starts, language) if totals.starts else "",
        until=totals.until,
        reported=tuple(
            ReportedView(
                source_named(one.source_name), one.source_url, formats.number(one.views, language),
                _period(one.first_day, one.last_day, language),
            )
            for one in totals.reported
        ),
    )  # fmt: skip


def source_named(name: str) -> str:
    """Who reports something, in the page's language where it is nobody by name."""
    return _("public reports") if name == PUBLIC_REPORTS else name


def _period(first: dt.date | None, last: dt.date | None, language: str) -> str:
    """From when to when: by months where it is whole months, which is all that is known then."""
    if first is None or last is None:
        known = first or last
        return formats.date_long(known, language) if known else ""
    if first.day == 1 and last.day == calendar.monthrange(last.year, last.month)[1]:
        ends = [formats.month_year(first, language), formats.month_year(last, language)]
    else:
        ends = [formats.date_long(first, language), formats.date_long(last, language)]
    return " – ".join(dict.fromkeys(ends))


def _place_context(facts: CenterFacts, frame: Frame) -> dict[str, Any]:
    return {
        "place": facts.place,
        "place_name": local_text(facts.place, "name", frame.language, facts.place.languages),
        "center_path": center_path(facts.place.code, frame.language),
        "learn_path": learn_path(facts.place.code, frame.language),
    }


def _render_learn(request: HttpRequest, facts: CenterFacts, moment: CenterMoment) -> Page:
    frame = frame_of(request, facts.place.languages)
    totals = totals_of(facts.campaigns, moment.today)
    context = _place_context(facts, frame) | {
        "campaigns": [_campaign_view(one, facts, frame.language, totals[one.pk]) for one in facts.campaigns],
        "tips": tip_views(facts.tips, frame.language, facts.place.languages),
    }
    return page_rendered("centers/learn.html", frame, context)


def _render_campaign(slug: str) -> Draw:
    def render(request: HttpRequest, facts: CenterFacts, moment: CenterMoment) -> Page:
        frame = frame_of(request, facts.place.languages)
        campaign = _campaign_of(facts, slug)
        totals = totals_of([campaign], moment.today)[campaign.pk]
        view = _campaign_view(campaign, facts, frame.language, totals)
        return page_rendered("centers/campaign.html", frame, _place_context(facts, frame) | {"view": view})

    return render


def _render_video(slug: str, name: str) -> Draw:
    def render(request: HttpRequest, facts: CenterFacts, moment: CenterMoment) -> Page:
        frame = frame_of(request, facts.place.languages)
        campaign, video = _video_of(facts, slug, name)
        whole = LiteracyVideo.objects.select_related("poster", "file").get(pk=video.pk)
        totals = totals_of([campaign], moment.today)[campaign.pk]
        context = _place_context(facts, frame) | {
            "campaign": _campaign_view(campaign, facts, frame.language, totals),
            "view": _video_view(campaign, whole, facts, frame.language, totals.by_video.get(video.pk, 0)),
            "tracks": tracks_of(whole, frame.language),
            "transcript": LocalText(whole.transcript, whole.language, frame.language),
            "paragraphs": [part.strip() for part in whole.transcript.split("\n") if part.strip()],
        }
        return page_rendered("centers/video.html", frame, context)

    return render


@dataclass(frozen=True, slots=True)
class Track:
    """Captions in one language; one of a video's is shown from the beginning."""

    language: str
    name: str
    is_first: bool


def tracks_of(video: LiteracyVideo, language: str) -> list[Track]:
    """What there is: the reader's language first, which is shown at once, else the one spoken in the video."""
    there = [code for code in LANGUAGE_CODES if getattr(video, f"captions_{code}")]
    wanted = [code for code in (language, video.language) if code in there]
    ordered = list(dict.fromkeys((*wanted, *there)))
    return [Track(code, LANGUAGE_NAMES[code], bool(wanted) and code == wanted[0]) for code in ordered]


def _render_captions(slug: str, name: str, spoken: str) -> Draw:
    def render(request: HttpRequest, facts: CenterFacts, moment: CenterMoment) -> Page:
        _campaign, video = _video_of(facts, slug, name)
        if spoken not in LANGUAGE_CODES:
            raise Http404(spoken)
        text = LiteracyVideo.objects.filter(pk=video.pk).values_list(f"captions_{spoken}", flat=True).first()
        if not text:
            raise Http404(spoken)
        return Page(text.encode(), _VTT, spoken)

    return render


def _campaign_of(facts: CenterFacts, slug: str) -> Campaign:
    campaign = next((one for one in facts.campaigns if one.slug == slug), None)
    if campaign is None:
        raise Http404(slug)
    return campaign


def _video_of(facts: CenterFacts, slug: str, name: str) -> tuple[Campaign, LiteracyVideo]:
    campaign = _campaign_of(facts, slug)
    video = next((one for one in campaign.videos.all() if one.slug == name), None)
    if video is None:
        raise Http404(name)
    return campaign, video


def _player(request: HttpRequest, facts: CenterFacts, video: LiteracyVideo, provider: Provider) -> HttpResponse:
    """Kept by nobody, so that every click is seen; the one page whose policy lets a provider's frame in."""
    frame = frame_of(request, facts.place.languages)
    campaign = next(one for one in facts.campaigns if one.pk == video.campaign_id)
    context = _place_context(facts, frame) | {
        "frame": frame,
        "language": frame.language,
        "view": _video_view(campaign, video, facts, frame.language),
        "address": provider.address(video.provider_id),
    }
    response = HttpResponse(render_to_string("centers/play.html", context), content_type=HTML)
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex, nofollow"
    # As django-csp's decorators do.
    response._csp_update = {"frame-src": [f"https://{provider.host}"]}  # type: ignore[attr-defined]
    return response
