"""How elections stood when platforms were last told of it, and how far telling has come."""

from __future__ import annotations

from django.db import models

from centers.models import Election


class StandingTold(models.Model):
    """An election that was called off once: what its labels say of it, and for which labels that was told.

    `standing` is what was told (`labeling.standing.Standing`: status, the election held instead and its day); null
    when it stands again. Labels with ids up to `after_label` were told, those up to `until_label` have to be: later
    ones said it from their beginning. `finished_at` is when the last of them was.
    """

    election = models.OneToOneField(Election, on_delete=models.CASCADE, primary_key=True, related_name="+")
    standing = models.JSONField(null=True)
    noticed_at = models.DateTimeField()
    after_label = models.BigIntegerField(default=0)
    until_label = models.BigIntegerField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            # Read by beat every few seconds.
            models.Index(fields=["noticed_at"], condition=models.Q(finished_at=None), name="standing_yet_to_be_told"),
        ]

    def __str__(self) -> str:
        return f"{self.election_id}: {self.standing}"
