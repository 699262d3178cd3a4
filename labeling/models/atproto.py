"""What was said to the AT Protocol's network: its labels, signed, and how far they follow ours."""

from __future__ import annotations

from django.db import models

from labeling.querysets import AtprotoLabelQuerySet


class AtprotoLabel(models.Model):
    """The last thing said about one record with one value: that it has the label, or (`neg`) no longer.

    Several labels of ours can be one of the network's: those of two elections on one post are both `election`. It
    stands while one of them is shown. When something else is to be said, the row gets the new `seq`: the protocol
    wants what was taken back gone from the stream, and only the taking back kept.

    Signatures are kept because making one takes the better part of a millisecond. `signed_as` says for which DID and
    with which key (`Identity.mark`), so that rows signed with a former one can be found and signed again.
    """

    seq = models.BigIntegerField()
    # By bytes and not by a language's alphabet: then everything with one beginning stands together in the index.
    uri = models.CharField(max_length=255, db_collation="C")
    val = models.CharField(max_length=128, db_collation="C")
    neg = models.BooleanField()
    cts = models.DateTimeField()
    signed_as = models.CharField(max_length=16)
    sig = models.BinaryField(max_length=64)

    objects = AtprotoLabelQuerySet.as_manager()

    class Meta:
        constraints = [
            # Also read by queries, in this order, whatever patterns they ask for.
            models.UniqueConstraint(fields=["uri", "val"], name="atproto_label_is_said_once"),
            # Also read by streams.
            models.UniqueConstraint(fields=["seq"], name="atproto_seq_is_given_once"),
            # JavaScript's numbers end there, and the protocol's with them.
            models.CheckConstraint(condition=models.Q(seq__gt=0, seq__lt=2**53), name="atproto_seq_is_safe"),
        ]
        indexes = [
            # Read by what erases old withdrawals.
            models.Index(fields=["cts"], condition=models.Q(neg=True), name="atproto_withdrawn_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.seq}: {'-' if self.neg else '+'}{self.val} {self.uri}"


class AtprotoStream(models.Model):
    """The one row whoever writes `AtprotoLabel`s holds: numbers are given in the order in which they become visible.

    `last_seq` is the last one given. `position` is how far our own changes were followed. `erased_seq` is the highest
    number that is not in the table any more because old withdrawals were erased: a subscriber whose cursor is lower
    may have missed one. `signed_as` is the identity for which all rows are signed.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    last_seq = models.BigIntegerField(default=0)
    position = models.BigIntegerField(default=0)
    erased_seq = models.BigIntegerField(default=0)
    signed_as = models.CharField(max_length=16, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="atproto_stream_is_one_row"),
        ]

    def __str__(self) -> str:
        return str(self.last_seq)
