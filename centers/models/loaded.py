"""What the facts pack last put into a record: how the loader knows its own values from a person's."""

from __future__ import annotations

from django.db import models


class LoadedRecord(models.Model):
    """A record the loader has written.

    `key` is the record's kind and natural key (`election:fr.president.2027`). `digests` holds a digest of the value
    the loader last gave each field: a field that differs from it was changed by a person and is left alone.
    """

    key = models.CharField(max_length=1000, unique=True)
    digests = models.JSONField()

    def __str__(self) -> str:
        return self.key
