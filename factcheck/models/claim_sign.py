"""What a claim is known by, beside its own words."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from factcheck.models.claim import Claim


class SignKind(models.TextChoices):
    """What content is compared with."""

    PHRASE = "phrase", "Key phrase"
    PICTURE = "picture", "Picture"
    FILE = "file", "File"


class ClaimSign(models.Model):
    """A sign by which content that repeats a claim is found, given by people.

    `value` is the phrase as it was typed; of a picture its 64-bit perceptual hash (pHash) as 16 hexadecimal digits; of
    a file its SHA-256 as 64. Pictures themselves are not kept.
    """

    claim = models.ForeignKey(Claim, on_delete=models.CASCADE, related_name="signs", db_index=False)
    kind = models.CharField(max_length=10, choices=SignKind)
    value = models.CharField(max_length=200)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    added_at = models.DateTimeField()

    class Meta:
        ordering = ["kind", "id"]
        constraints = [
            models.UniqueConstraint(fields=["claim", "kind", "value"], name="claim_sign_is_given_once"),
            models.CheckConstraint(condition=models.Q(kind__in=SignKind.values), name="claim_sign_kind_is_known"),
            models.CheckConstraint(condition=~models.Q(value=""), name="claim_sign_says_something"),
            models.CheckConstraint(
                condition=~models.Q(kind=SignKind.PICTURE) | models.Q(value__regex=r"^[0-9a-f]{16}$"),
                name="claim_sign_picture_is_a_hash",
            ),
            models.CheckConstraint(
                condition=~models.Q(kind=SignKind.FILE) | models.Q(value__regex=r"^[0-9a-f]{64}$"),
                name="claim_sign_file_is_a_digest",
            ),
        ]

    def __str__(self) -> str:
        if self.kind == SignKind.PHRASE:
            return f"“{self.value}”"
        return f"{self.get_kind_display().lower()} {self.value[:16]}"
