"""Administration of platforms and their keys. Content and labels are not administered here: they have a history."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from labeling.models import ApiKey, Platform
from labeling.services.api_key import api_key_revoke


@admin.register(Platform)
class PlatformAdmin(admin.ModelAdmin[Platform]):
    """Where content comes from. The key of a platform stands in uris, so it stays once it is made."""

    list_display = ("key", "name", "is_demo", "items_per_minute")
    search_fields = ("key", "name")

    def get_readonly_fields(self, request: HttpRequest, obj: Platform | None = None) -> tuple[str, ...]:
        """The key can be chosen once."""
        return ("key",) if obj else ()


@admin.register(ApiKey)
class ApiKeyAdmin(admin.ModelAdmin[ApiKey]):
    """Keys are made on the command line, where they are shown once, and revoked here."""

    list_display = ("prefix", "platform", "name", "created_at", "last_used_on", "revoked_at")
    list_filter = ("platform",)
    list_select_related = ("platform",)
    # By prefix, which is what logs show.
    search_fields = ("prefix", "name")
    actions = ["revoke"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """`manage.py create_api_key` makes keys."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: ApiKey | None = None) -> bool:
        """A key is what it is; only `revoke` changes it, and asks for this on the list."""
        return obj is None and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: ApiKey | None = None) -> bool:
        """A revoked key stays, so that its prefix in old logs still says whose it was."""
        return False

    @admin.action(description="Revoke the selected keys", permissions=["change"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiKey]) -> None:
        """From now on they open nothing."""
        count = queryset.count()
        for key in queryset:
            api_key_revoke(key=key)
        self.message_user(request, f"Revoked keys: {count}")
