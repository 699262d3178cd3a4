"""Which fields exist once per language (django-modeltranslation)."""

from __future__ import annotations

from modeltranslation.translator import TranslationOptions, register

from centers.models import (
    Answer,
    Campaign,
    Election,
    ElectionCenter,
    Jurisdiction,
    KeyDate,
    LiteracyVideo,
    Tip,
    UrgentNotice,
)


@register(Jurisdiction)
class JurisdictionTranslation(TranslationOptions):
    """A place's name."""

    fields = ("name",)


@register(ElectionCenter)
class ElectionCenterTranslation(TranslationOptions):
    """A centre's introduction."""

    fields = ("introduction",)


@register(Election)
class ElectionTranslation(TranslationOptions):
    """An election's name."""

    fields = ("name",)


@register(KeyDate)
class KeyDateTranslation(TranslationOptions):
    """A date's note."""

    fields = ("note",)


@register(Answer)
class AnswerTranslation(TranslationOptions):
    """An answer's text."""

    fields = ("body",)


@register(UrgentNotice)
class UrgentNoticeTranslation(TranslationOptions):
    """A notice's text."""

    fields = ("text",)


@register(Campaign)
class CampaignTranslation(TranslationOptions):
    """A campaign's title and what it is about."""

    fields = ("title", "description")


@register(LiteracyVideo)
class LiteracyVideoTranslation(TranslationOptions):
    """A video's title, what it is about, and its captions."""

    fields = ("title", "description", "captions")


@register(Tip)
class TipTranslation(TranslationOptions):
    """A tip's title and text."""

    fields = ("title", "body")
