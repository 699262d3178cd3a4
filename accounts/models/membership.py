"""Which role a user holds in an organisation, and where."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.organisation import Organisation
from accounts.models.user import User


class Role(models.TextChoices):
    """What a member does. What each may do is decided in `accounts.permissions` and nowhere else."""

    CONTRIBUTOR = "contributor", _("Contributor")
    CURATOR = "curator", _("Curator")
    PUBLISHER = "publisher", _("Publisher")
    MODERATOR = "moderator", _("Moderator")
    FACT_CHECKER = "fact_checker", _("Fact-checker")
    OPERATOR = "operator", _("Operator")
    AUDITOR = "auditor", _("Auditor")


class Membership(models.Model):
    """One role of one user in one organisation, for one jurisdiction and everything below it, or for all."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role)
    jurisdiction = models.ForeignKey(
        "centers.Jurisdiction",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="memberships",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "organisation", "role", "jurisdiction"],
                nulls_distinct=False,
                name="membership_is_held_once",
            ),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="membership_role_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.role}, {self.organisation}"
