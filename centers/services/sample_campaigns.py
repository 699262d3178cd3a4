"""Nine invented campaigns, so that a newcomer sees the pages with something on them; never made in production."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from msgspec import Meta, Struct

from accounts.audit import acting
from centers.literacy.pictures import poster_draw
from centers.literacy.videos import video_type
from centers.literacy.webvtt import captions_clean
from centers.models import Campaign, Jurisdiction, LiteracyVideo, MediaFile, MediaKind, VideoStarts
from centers.models.fact import TranslationOrigin
from centers.pagecache import center_touch
from centers.services.media_file_add import digest_of

SHIPPED: Final = Path(__file__).resolve().parent.parent / "data" / "samples"
#: Seconds of the sample video, and of each of its three lines.
_SECONDS: Final = 8
_LINE: Final = 2.5


class _Text(Struct, forbid_unknown_fields=True):
    title: str
    description: str
    video_title: str
    cues: Annotated[list[str], Meta(min_length=3, max_length=3)]


class _Sample(Struct, forbid_unknown_fields=True):
    slug: str
    code: str
    partner_name: str
    language: str
    shown_in: Literal["always", "before", "during", "after"]
    starts_on: dt.date
    ends_on: dt.date
    starts: int
    texts: dict[str, _Text]


@transaction.atomic
def sample_campaigns_ensure() -> int:
    """Make those samples that are not there, where their places are; returns how many were made.

    What somebody changed or removed of a sample that is there stays so. Raises `ImproperlyConfigured` in production.
    """
    if settings.PRODUCTION:
        raise ImproperlyConfigured("Sample campaigns are never made in production.")
    samples = msgspec.json.decode((SHIPPED / "campaigns.json").read_bytes(), type=list[_Sample])
    known = set(Campaign.objects.filter(slug__in=[one.slug for one in samples]).values_list("slug", flat=True))
    places = {place.code: place for place in Jurisdiction.objects.filter(center__isnull=False)}
    missing = [one for one in samples if one.slug not in known and one.code in places]
    if not missing:
        return 0
    with acting(reason="Sample campaigns"):
        files = _files(places[missing[0].code])
        for sample in missing:
            _make(sample, places[sample.code], *files)
    center_touch(codes=[one.code for one in missing])
    return len(missing)


def _make(sample: _Sample, place: Jurisdiction, poster: MediaFile, video: MediaFile) -> None:
    origin = {
        code: (TranslationOrigin.SOURCE if code == "en" else TranslationOrigin.MACHINE).value for code in sample.texts
    }
    campaign = Campaign.objects.create(
        jurisdiction=place, slug=sample.slug, partner_name=sample.partner_name, countries=[place.code],
        languages=[sample.language], starts_on=sample.starts_on, ends_on=sample.ends_on, is_sample=True,
        translation_origin=origin,
        **{f"title_{code}": text.title for code, text in sample.texts.items()},
        **{f"description_{code}": text.description for code, text in sample.texts.items()},
    )  # fmt: skip
    made = LiteracyVideo.objects.create(
        campaign=campaign, slug="look-twice", language=sample.language, duration=_SECONDS, shown_in=sample.shown_in,
        transcript="\n".join(sample.texts[sample.language].cues), poster=poster, file=video,
        translation_origin=origin,
        **{f"title_{code}": text.video_title for code, text in sample.texts.items()},
        **{f"captions_{code}": _captions(text.cues) for code, text in sample.texts.items()},
    )  # fmt: skip
    day = timezone.now().date() - dt.timedelta(days=3)
    VideoStarts.objects.create(campaign=campaign, video=made, day=day, count=sample.starts)


def _captions(cues: list[str]) -> str:
    blocks = [
        f"{_moment(number * _LINE)} --> {_moment((number + 1) * _LINE)}\n{cue}\n" for number, cue in enumerate(cues)
    ]
    return captions_clean("\n".join(["WEBVTT\n", *blocks]))


def _moment(seconds: float) -> str:
    return f"00:{int(seconds):02}.{int(seconds * 1000) % 1000:03}"


def _files(place: Jurisdiction) -> tuple[MediaFile, MediaFile]:
    poster = poster_draw((SHIPPED / "sample.png").read_bytes())
    film = (SHIPPED / "sample.webm").read_bytes()
    measures = {"width": poster.width, "height": poster.height}
    return (
        _file(place, MediaKind.POSTER, "image/webp", poster.data, "Sample poster", **measures),
        _file(place, MediaKind.VIDEO, video_type(film), film, "Sample video"),
    )


def _file(
    place: Jurisdiction, kind: MediaKind, content_type: str, data: bytes, title: str, **measures: int
) -> MediaFile:
    record = MediaFile(
        key=digest_of(data), kind=kind, content_type=content_type, size=len(data), title=title, jurisdiction=place,
        uploaded_at=timezone.now(), **measures,
    )  # fmt: skip
    # A checkout whose store was emptied gets its files back.
    if not default_storage.exists(record.name):
        default_storage.save(record.name, ContentFile(data))
    known = MediaFile.objects.filter(key=record.key).first()
    if known is not None:
        return known
    record.save()
    return record
