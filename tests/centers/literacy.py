"""Fictional campaigns, their videos and files."""

from __future__ import annotations

import hashlib
import io
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone
from PIL import Image

from centers.literacy.pictures import poster_draw
from centers.models import Campaign, Jurisdiction, LiteracyVideo, MediaFile, Tip

CAPTIONS = "WEBVTT\n\n00:00:01.000 --> 00:00:02.000\nLook <b>twice</b>.\n"
FILM = b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm" + bytes(range(256)) * 20


def picture(size: tuple[int, int], form: str = "PNG", **more: object) -> bytes:
    """A plain picture."""
    held = io.BytesIO()
    Image.new("RGB", size, "#4b2d84").save(held, form, **more)
    return held.getvalue()


def given_campaign(place: Jurisdiction, slug: str = "look-twice", **more: Any) -> Campaign:
    """One that Arcadia's press reports."""
    values: dict[str, Any] = {
        "jurisdiction": place, "slug": slug, "title_en": "Look twice", "title_de": "Zweimal hinsehen",
        "partner_name": "Arcadian Fact Desk", "countries": [place.code], "languages": ["de"],
        "source_name": "Arcadian Gazette", "source_url": "https://gazette.example.org/look-twice",
        "translation_origin": {"de": "source"},
    }  # fmt: skip
    return Campaign.objects.create(**values | more)


def given_file(place: Jurisdiction, kind: str = "video") -> MediaFile:
    """Stored, as if it had been handed in."""
    poster = poster_draw(picture((640, 360))) if kind == "poster" else None
    data = poster.data if poster else FILM
    measures = {"width": poster.width, "height": poster.height} if poster else {}
    record, _ = MediaFile.objects.get_or_create(
        key=hashlib.sha256(data).hexdigest(),
        defaults={
            "kind": kind, "content_type": "image/webp" if poster else "video/webm", "size": len(data),
            "title": f"A fictional {kind}", "jurisdiction": place, "uploaded_at": timezone.now(), **measures,
        },
    )  # fmt: skip
    if not default_storage.exists(record.name):
        default_storage.save(record.name, ContentFile(data))
    return record


def given_video(campaign: Campaign, slug: str = "first", **more: Any) -> LiteracyVideo:
    """A hosted one in German with captions in two languages."""
    place = campaign.jurisdiction
    values: dict[str, Any] = {
        "campaign": campaign, "slug": slug, "title_en": "Who says it?", "title_de": "Wer sagt das?", "language": "de",
        "duration": 65, "transcript": "Schau zweimal hin.\nDann entscheide.", "captions_de": CAPTIONS,
        "captions_en": CAPTIONS, "translation_origin": {"de": "source"},
    }  # fmt: skip
    if "provider" not in more:
        values |= {"file": given_file(place), "poster": given_file(place, "poster")}
    return LiteracyVideo.objects.create(**values | more)


def given_tip(place: Jurisdiction, slug: str = "before-sharing", **more: Any) -> Tip:
    """Two steps, in English."""
    values: dict[str, Any] = {
        "jurisdiction": place, "slug": slug, "title_en": "Before you share", "body_en": "Wait a moment.\nRead on.",
        "translation_origin": {"en": "source"},
    }  # fmt: skip
    return Tip.objects.create(**values | more)
