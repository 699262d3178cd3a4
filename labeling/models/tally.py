"""What the stream did, batch by batch: the ground that brakes, emerging hashtags and shadow comparisons stand on."""

from __future__ import annotations

from django.db import models

from labeling.models.ruleset import Ruleset


class StreamTally(models.Model):
    """What one set of rules did to one batch, written with the batch's end; erased after `STREAM_TALLY_DAYS`.

    While a set is ramping, a batch has a row for each of the two sets. `items` are those the set was asked about
    (deleted and repeated ones are not), `labelled` those of them with an applied election label. `rules` maps a rule's
    key to the items it labelled: the label was applied and the rule was one of the signs that can stand alone; rules
    that labelled less than a thousandth of the batch are left out. `tags`
    maps a jurisdiction's code to hashtags as written, without `#`, and the labelled items they stood on; the most
    frequent ones of the batch only; `tags_counted` says that they are in `HashtagHour`.
    """

    ruleset = models.ForeignKey(Ruleset, on_delete=models.PROTECT, related_name="+", db_index=False)
    finished_at = models.DateTimeField()
    items = models.PositiveIntegerField()
    labelled = models.PositiveIntegerField()
    rules = models.JSONField(default=dict)
    tags = models.JSONField(default=dict)
    # Also in the database: whoever writes a row need not know of it.
    tags_counted = models.BooleanField(default=False, db_default=False)

    class Meta:
        indexes = [
            # Read by beat: the rows whose hashtags are still to be counted, oldest first.
            models.Index(fields=["id"], condition=models.Q(tags_counted=False), name="tally_tags_not_counted"),
            # Read by whoever looks at the last minutes, and by erasure.
            models.Index(fields=["finished_at"], name="tally_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.finished_at:%Y-%m-%d %H:%M:%S}: {self.labelled}/{self.items}"


class ShadowTally(models.Model):
    """How a set in the shadow differed from the live one on some items; nothing was labelled by it.

    Workers add a row for a batch, and beat folds the rows of a comparison into one. `compared` items were looked at.
    `differences` has the shape of `labeling.services.comparison`: counts by kind of difference, country and language,
    and a few texts with names and addresses blanked out. Erased after `SAMPLE_DAYS`.
    """

    ruleset = models.ForeignKey(Ruleset, on_delete=models.PROTECT, related_name="shadow_tallies")
    baseline = models.ForeignKey(Ruleset, on_delete=models.PROTECT, related_name="+", db_index=False)
    since = models.DateTimeField()
    until = models.DateTimeField()
    compared = models.PositiveBigIntegerField()
    differences = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"{self.ruleset_id}/{self.baseline_id}: {self.compared}"
