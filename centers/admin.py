"""Read-only administration of what voters see: changes go through proposals, not through forms of the admin."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from centers.models import (
    Answer,
    Campaign,
    Election,
    ElectionCenter,
    Jurisdiction,
    KeyDate,
    LiteracyVideo,
    LocalRules,
    MediaFile,
    Proposal,
    ReportedViews,
    Round,
    Tip,
    TrustedSource,
)


class ReadOnlyAdmin(admin.ModelAdmin[Any]):
    """Shows records; adds, changes and deletes none."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Nobody."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Nobody."""
        return False


@admin.register(Jurisdiction)
class JurisdictionAdmin(ReadOnlyAdmin):
    """Places."""

    list_display = ("code", "name_en", "level", "parent")
    list_filter = ("level",)
    search_fields = ("code", "name_en", "ocd_id")


@admin.register(Election)
class ElectionAdmin(ReadOnlyAdmin):
    """Elections."""

    list_display = ("key", "name_en", "status", "expected_from", "expected_to", "confidence", "confirmation")
    list_filter = ("status", "type", "confidence", "confirmation")
    search_fields = ("key", "name_en")


@admin.register(Answer, TrustedSource)
class CenterRecordAdmin(ReadOnlyAdmin):
    """Answers and sources of a centre."""

    list_display = ("__str__", "confidence", "confirmation", "verified_on")
    list_filter = ("confidence", "confirmation")


@admin.register(Campaign, LiteracyVideo, ReportedViews, Tip, MediaFile)
class LiteracyAdmin(ReadOnlyAdmin):
    """Media literacy."""

    list_display = ("__str__",)


@admin.register(Proposal)
class ProposalAdmin(ReadOnlyAdmin):
    """What waits for a person."""

    list_display = ("record", "jurisdiction", "status", "created_at")
    list_filter = ("status",)


admin.site.register([ElectionCenter, Round, KeyDate, LocalRules], ReadOnlyAdmin)
