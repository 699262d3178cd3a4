"""What an item looks like to who searches for similar ones."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from labeling.models.content import ContentItem


class ItemSketch(models.Model):
    """Keys that similar items share: of the text, of each picture or video, and bands of a MinHash of the text.

    Made beside the stream of items (`labeling.services.review_similar`), for items that wait for a moderator, of the
    `revision` named. Nothing of a text can be read out of it; it goes when the item's words do.
    """

    item = models.OneToOneField(ContentItem, on_delete=models.CASCADE, primary_key=True, related_name="sketch")
    revision = models.BigIntegerField()
    keys = ArrayField(models.BigIntegerField())

    class Meta:
        # Read by whoever opens a task: which items share a key?
        indexes = [GinIndex(fields=["keys"], name="item_sketch_by_key")]

    def __str__(self) -> str:
        return str(self.item_id)
