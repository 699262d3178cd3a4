"""What changed for viewers, in the order in which it became visible: what feeds and webhooks tell others."""

from __future__ import annotations

from django.db import models

from centers.models import Election, Jurisdiction
from labeling.models.content import ContentItem
from labeling.models.label import Label, LabelKind
from labeling.models.platform import Platform
from labeling.querysets import ChangeSetQuerySet, LabelChangeQuerySet


class ChangeAction(models.TextChoices):
    """What happened to a label, as viewers see it. Not translated: only programs read it."""

    APPLIED = "applied", "Applied"
    CHANGED = "changed", "Changed"
    WITHDRAWN = "withdrawn", "Withdrawn"


class ChangeSet(models.Model):
    """The changes of one platform's labels that one statement made.

    `last_position` is the position of the last of them. It is null until the writer's transaction has ended:
    `changes_sequence` then numbers the set, so that positions grow in the order in which changes became visible, and
    whoever has read up to a position never misses one that is committed late. Positions are given to sets and not to
    rows because a batch of hundreds of labels is then numbered by one small update.
    """

    platform = models.ForeignKey(Platform, on_delete=models.PROTECT, related_name="change_sets", db_index=False)
    size = models.PositiveIntegerField()
    last_position = models.BigIntegerField(null=True)
    at = models.DateTimeField()

    objects = ChangeSetQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(size__gt=0), name="change_set_is_not_empty"),
            # Also read by whoever reads all platforms' changes, and by what erases the oldest.
            models.UniqueConstraint(fields=["last_position"], name="change_set_position_is_given_once"),
        ]
        indexes = [
            # Read by the feed of one platform.
            models.Index(fields=["platform", "last_position"], name="change_set_by_platform"),
            # Read by the sequencer: only what waits for its position, whatever the size of the history.
            models.Index(fields=["id"], condition=models.Q(last_position=None), name="change_set_without_position"),
        ]

    def __str__(self) -> str:
        return f"{self.pk} (up to {self.last_position})"


class LabelChange(models.Model):
    """One change of a label that a viewer could see. Triggers on labels write these rows, and
    `standings_tell` where a label stays as it was and its election was called off.

    Its position is `change_set.last_position - change_set.size + ordinal` (`LabelChange.objects.after` brings it along
    as `position`). `kind`, `jurisdiction`, `election` and `confidence` are the label's after the change, so that the
    same position tells the same for ever.
    """

    # Thousands a second are written: no index but the primary key, and no check of references by the database. The
    # trigger copies them from the label's own row, whose history refuses that it is ever deleted.
    pk = models.CompositePrimaryKey("change_set_id", "ordinal")
    change_set = models.ForeignKey(
        ChangeSet, on_delete=models.DO_NOTHING, related_name="changes", db_index=False, db_constraint=False
    )
    ordinal = models.PositiveIntegerField()
    action = models.CharField(max_length=10, choices=ChangeAction)
    label = models.ForeignKey(
        Label, on_delete=models.DO_NOTHING, related_name="changes", db_index=False, db_constraint=False
    )
    item = models.ForeignKey(
        ContentItem, on_delete=models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )
    kind = models.CharField(max_length=20, choices=LabelKind)
    jurisdiction = models.ForeignKey(
        Jurisdiction, on_delete=models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )
    # May be gone once the label itself is about another one.
    election = models.ForeignKey(
        Election, on_delete=models.DO_NOTHING, null=True, related_name="+", db_index=False, db_constraint=False
    )
    confidence = models.FloatField()

    objects = LabelChangeQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.label_id}: {self.action}"


class ChangeLedger(models.Model):
    """The one row that says how far changes are numbered and from where on they are kept.

    Whoever numbers changes locks it. `last_position` stands here because the changes themselves are erased one day.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    last_position = models.BigIntegerField(default=0)
    erased_position = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="change_ledger_is_one_row"),
            models.CheckConstraint(
                condition=models.Q(erased_position__lte=models.F("last_position")),
                name="change_ledger_erases_what_it_numbered",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.erased_position}–{self.last_position}"
