"""The keys platforms call with."""

from __future__ import annotations

from django.db import models

from labeling.models.platform import Platform


class ApiKey(models.Model):
    """A platform's key, shown once and never stored: `prefix` finds the row, `digest` proves it (`accounts.keys`)."""

    platform = models.ForeignKey(Platform, on_delete=models.CASCADE, related_name="api_keys")
    name = models.CharField(max_length=120)
    prefix = models.CharField(max_length=16, unique=True, editable=False)
    digest = models.BinaryField(max_length=32, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    # A day is enough to find keys nobody uses, and costs one write a day instead of one a call.
    last_used_on = models.DateField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["platform", "name"]

    def __str__(self) -> str:
        return f"{self.prefix}… ({self.name})"
