"""Media literacy as it is curated: campaigns (`fr/{slug}`), videos (`fr/{campaign}/{slug}`), tips (`eu/{slug}`)."""

from __future__ import annotations

import re
from typing import Any, Final

from accounts.models import Organisation
from accounts.models.organisation import Vetting
from centers.curation.errors import Problems
from centers.curation.fields import (
    captions_fields,
    choice_field,
    date_field,
    language_field,
    languages_field,
    number_field,
    places_field,
    reference_field,
    text_field,
    translated_fields,
    url_field,
)
from centers.curation.kind import RecordKind, unknown_key
from centers.literacy.providers import PROVIDERS
from centers.literacy.webvtt import WebVTTError, captions_end
from centers.models import (
    Campaign,
    ElectionCenter,
    Jurisdiction,
    LiteracyVideo,
    MediaFile,
    MediaKind,
    ShownIn,
    Tip,
    VideoProvider,
)
from centers.models.campaign import LONGEST_VIDEO, SLUG
from electioncenters.languages import LANGUAGE_CODES

_LONGEST_SLUG: Final = 60
#: Captions may end so many seconds after the video: durations are given in whole ones.
_SLACK: Final = 2


def _slug(text: str, label: str, key: str) -> str:
    if not re.fullmatch(SLUG, text) or len(text) > _LONGEST_SLUG:
        raise unknown_key(label, key)
    return text


def _place(code: str, label: str, key: str) -> Jurisdiction:
    center = ElectionCenter.objects.for_code(code).first()
    if center is None:
        raise unknown_key(label, key)
    return center.jurisdiction


# Campaigns.


def _campaign_find(key: str) -> Campaign | None:
    code, _, slug = key.partition("/")
    found = Campaign.objects.filter(jurisdiction__code=code, slug=slug)
    return found.select_related("jurisdiction__parent", "partner").first()


def _campaign_build(key: str) -> Campaign:
    code, _, slug = key.partition("/")
    place = _place(code, "campaign", key)
    return Campaign(jurisdiction=place, slug=_slug(slug, "campaign", key), countries=[place.code])


def campaign_concerns(campaign: Campaign) -> list[str]:
    """The centres that show it."""
    return list(dict.fromkeys((campaign.jurisdiction.code, *campaign.countries)))


def campaign_is_named(campaign: Campaign, problems: Problems) -> None:
    """In one of the place's languages or in English."""
    _is_named(campaign, campaign.jurisdiction, "a title", problems)


def campaign_countries_have_centers(campaign: Campaign, problems: Problems) -> None:
    """Every place it is for is one whose centre could show it."""
    known = set(
        ElectionCenter.objects.filter(jurisdiction__code__in=campaign.countries).values_list(
            "jurisdiction__code", flat=True
        )
    )
    if unknown := [code for code in campaign.countries if code not in known]:
        problems.add("countries", f"No centre of this portal: {', '.join(unknown)}.")


def campaign_partner_may_speak(campaign: Campaign, problems: Problems) -> None:
    """Not one that was suspended, and none for a campaign that was invented."""
    if campaign.partner is not None and campaign.partner.vetting == Vetting.SUSPENDED:
        problems.add("partner", "This organisation is suspended.")
    if campaign.is_sample and campaign.partner is not None:
        problems.add("partner", "A sample has no real partner.")


CAMPAIGN: Final = RecordKind(
    noun="campaign",
    label="campaign",
    model=Campaign,
    own=(
        *translated_fields("title", "Title", limit=200),
        *translated_fields("description", "What it is about", multiline=True, limit=1_500),
        text_field("partner_name", "Partner, as it calls itself", limit=250, required=True),
        reference_field("partner", "Partner, if it is known here", Organisation, "key"),
        places_field("countries", "Shown in the centres of"),
        languages_field("languages", "Languages of the series"),
        date_field("starts_on", "First day", help="Leave empty what is not known."),
        date_field("ends_on", "Last day"),
        text_field(
            "source_name", "Who reports it", limit=250, required=True, help="Voters read this beside the campaign."
        ),
        url_field("source_url", "Where that can be looked up", required=False),
    ),
    key=lambda campaign: f"{campaign.jurisdiction.code}/{campaign.slug}",
    find=_campaign_find,
    build=_campaign_build,
    place=lambda campaign: campaign.jurisdiction,
    concerns=campaign_concerns,
    checks=(campaign_is_named, campaign_countries_have_centers, campaign_partner_may_speak),
)


# Videos.


def _video_parts(key: str) -> tuple[str, str, str]:
    code, _, rest = key.partition("/")
    campaign, _, slug = rest.partition("/")
    return code, campaign, slug


def _video_find(key: str) -> LiteracyVideo | None:
    code, campaign, slug = _video_parts(key)
    found = LiteracyVideo.objects.filter(campaign__jurisdiction__code=code, campaign__slug=campaign, slug=slug)
    return found.select_related("campaign__jurisdiction__parent", "poster", "file").first()


def _video_build(key: str) -> LiteracyVideo:
    code, campaign, slug = _video_parts(key)
    parent = _campaign_find(f"{code}/{campaign}")
    if parent is None:
        raise unknown_key("campaign", f"{code}/{campaign}")
    language = next((one for one in parent.jurisdiction.languages if one in LANGUAGE_CODES), "en")
    return LiteracyVideo(campaign=parent, slug=_slug(slug, "video", key), language=language)


def video_is_named(video: LiteracyVideo, problems: Problems) -> None:
    """In its own language, one of the place's, or English."""
    if not getattr(video, f"title_{video.language}", None):
        _is_named(video, video.campaign.jurisdiction, "a title", problems)


def video_has_one_home(video: LiteracyVideo, problems: Problems) -> None:
    """A hosted file, or a video at a provider: one of the two, and whole."""
    if video.file is not None and (video.provider or video.provider_id):
        problems.add("provider", "Choose a file or a provider, not both.")
    elif video.file is None and not video.provider:
        problems.add("file", "Choose a file, or a provider and the video's id there.")
    elif video.provider:
        known = PROVIDERS.get(video.provider)
        if known is not None and not known.form.fullmatch(video.provider_id):
            problems.add("provider_id", f"This is no id of a video at {known.label}: copy it from the video's address.")


def video_files_fit(video: LiteracyVideo, problems: Problems) -> None:
    """A video for the video and a picture for the poster."""
    if video.file is not None and video.file.kind != MediaKind.VIDEO:
        problems.add("file", "This file is no video.")
    if video.poster is not None and video.poster.kind != MediaKind.POSTER:
        problems.add("poster", "This file is no picture.")


def video_is_captioned(video: LiteracyVideo, problems: Problems) -> None:
    """A hosted video has captions in the language spoken in it (WCAG 2.2, 1.2.2); none last longer than the video."""
    spoken = f"captions_{video.language}"
    if video.file is not None and video.language in LANGUAGE_CODES and not getattr(video, spoken, None):
        problems.add(spoken, "Give captions in the language of the video: who does not hear needs them.")
    for code in LANGUAGE_CODES:
        text = getattr(video, f"captions_{code}", None)
        if text and video.duration and _end_of(text) > video.duration + _SLACK:
            problems.add(f"captions_{code}", f"These captions go on after the video has ended ({video.duration} s).")


def _end_of(text: str) -> float:
    try:
        return captions_end(text)
    except WebVTTError:
        # The field itself says what is wrong.
        return 0.0


VIDEO: Final = RecordKind(
    noun="video",
    label="video",
    model=LiteracyVideo,
    own=(
        *translated_fields("title", "Title", limit=200),
        *translated_fields("description", "What it is about", multiline=True, limit=1_500),
        language_field("language", "Language spoken in it"),
        choice_field("shown_in", "Shown in centres", ShownIn),
        number_field("duration", "Length in seconds", least=1, most=LONGEST_VIDEO),
        reference_field("file", "File", MediaFile, "key"),
        choice_field("provider", "Or at a provider", VideoProvider, blank=True,
                     help="Nothing of theirs is loaded before a voter clicks."),
        text_field("provider_id", "Id of the video there", limit=40),
        reference_field("poster", "Poster", MediaFile, "key"),
        text_field("transcript", "Transcript", multiline=True, limit=20_000, required=True,
                   help="All that is said, and what is shown and matters, in the language of the video."),
        *captions_fields("captions", "Captions"),
        number_field("rank", "Order", most=10_000),
    ),
    key=lambda video: f"{video.campaign.jurisdiction.code}/{video.campaign.slug}/{video.slug}",
    find=_video_find,
    build=_video_build,
    place=lambda video: video.campaign.jurisdiction,
    concerns=lambda video: campaign_concerns(video.campaign),
    checks=(video_is_named, video_has_one_home, video_files_fit, video_is_captioned),
)  # fmt: skip


# Tips.


def _tip_find(key: str) -> Tip | None:
    code, _, slug = key.partition("/")
    found = Tip.objects.filter(jurisdiction__code=code, slug=slug)
    return found.select_related("jurisdiction__parent").first()


def _tip_build(key: str) -> Tip:
    code, _, slug = key.partition("/")
    return Tip(jurisdiction=_place(code, "tip", key), slug=_slug(slug, "tip", key))


def tip_is_readable(tip: Tip, problems: Problems) -> None:
    """Title and text in one of the place's languages or in English."""
    _is_named(tip, tip.jurisdiction, "a title", problems)
    _is_named(tip, tip.jurisdiction, "a text", problems, field="body")


def tip_source_is_whole(tip: Tip, problems: Problems) -> None:
    """Its name and its address, or neither."""
    if bool(tip.source_name) != bool(tip.source_url):
        missing = "source_url" if tip.source_name else "source_name"
        problems.add(missing, "Give the name and the address of the guidance, or leave both empty.")


TIP: Final = RecordKind(
    noun="tip",
    label="tip",
    model=Tip,
    own=(
        *translated_fields("title", "Title", limit=200),
        *translated_fields("body", "Tip", multiline=True, limit=2_000, help="One step a line."),
        text_field("source_name", "Public guidance it follows", limit=250,
                   help="Empty: voters read that it is the portal's own advice."),
        url_field("source_url", "Where that can be looked up", required=False),
        number_field("rank", "Order", most=10_000),
    ),
    key=lambda tip: f"{tip.jurisdiction.code}/{tip.slug}",
    find=_tip_find,
    build=_tip_build,
    place=lambda tip: tip.jurisdiction,
    concerns=lambda tip: [tip.jurisdiction.code],
    checks=(tip_is_readable, tip_source_is_whole),
)  # fmt: skip


def _is_named(record: Any, place: Jurisdiction, what: str, problems: Problems, *, field: str = "title") -> None:
    codes = list(dict.fromkeys([*place.languages, "en"]))
    if not any(getattr(record, f"{field}_{code}", None) for code in codes):
        spoken = next(code for code in codes if code in LANGUAGE_CODES)
        problems.add(f"{field}_{spoken}", f"Give {what} in one of: {', '.join(codes)}.")
