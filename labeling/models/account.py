"""Who posts."""

from __future__ import annotations

from django.db import models

from labeling.models.platform import Platform


class Account(models.Model):
    """An account on a platform, known only through content of its that was labelled."""

    # The unique constraint below already is an index that begins with the platform.
    platform = models.ForeignKey(Platform, on_delete=models.CASCADE, related_name="accounts", db_index=False)
    external_id = models.CharField(max_length=255)
    handle = models.CharField(max_length=255, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["platform", "external_id"], name="account_is_known_once"),
        ]

    def __str__(self) -> str:
        return f"{self.platform_id}:{self.external_id}"
