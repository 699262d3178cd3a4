"""The keys partners' systems call with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

from accounts.models import User
from factcheck.models.partner import FactCheckPartner

if TYPE_CHECKING:
    from centers.models import Jurisdiction


class PartnerKey(models.Model):
    """A partner's key, shown once and never stored (`accounts.keys`)."""

    partner = models.ForeignKey(FactCheckPartner, on_delete=models.CASCADE, related_name="keys")
    name = models.CharField(max_length=120)
    prefix = models.CharField(max_length=16, unique=True, editable=False)
    digest = models.BinaryField(max_length=32, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    revoked_at = models.DateTimeField(null=True, blank=True)
    # A day is enough to find keys nobody uses, and costs one write a day instead of one a call.
    last_used_on = models.DateField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["partner", "name", "id"]

    def __str__(self) -> str:
        return f"{self.prefix}… ({self.name})"

    @property
    def organisation_id(self) -> int:
        """Whose key it is: permissions ask for it."""
        return self.partner.organisation_id

    @property
    def jurisdictions(self) -> list[Jurisdiction]:
        """Where the partner checks: permissions ask for it."""
        return self.partner.jurisdictions
