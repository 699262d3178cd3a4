"""Administration of fact-checking partners."""

from __future__ import annotations

from django.contrib import admin

from factcheck.models import CoverageGap, FactCheckPartner


@admin.register(FactCheckPartner)
class FactCheckPartnerAdmin(admin.ModelAdmin[FactCheckPartner]):
    """Partners."""

    list_display = ("organisation", "countries", "languages", "networks", "verified_on")


@admin.register(CoverageGap)
class CoverageGapAdmin(admin.ModelAdmin[CoverageGap]):
    """Where nobody was found."""

    list_display = ("note", "countries", "languages")
