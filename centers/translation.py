"""Which fields exist once per language (django-modeltranslation)."""

from __future__ import annotations

from modeltranslation.translator import TranslationOptions, register

from centers.models import Answer, Election, ElectionCenter, Jurisdiction, KeyDate, UrgentNotice


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
