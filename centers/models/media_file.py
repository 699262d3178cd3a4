"""Pictures and videos that were handed in, checked, and never change afterwards."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from centers.models.jurisdiction import Jurisdiction


class MediaKind(models.TextChoices):
    """What a file is for."""

    POSTER = "poster", "Poster"
    VIDEO = "video", "Video"


class MediaFile(models.Model):
    """A checked file in the media store, under a name made of its own bytes.

    `key` is the SHA-256 of what is stored, in hexadecimal digits: a file with other bytes is another record, so that
    what a proposal showed is what is published. A poster is what the portal drew anew from the picture handed in, a
    video is stored as it came. `width` and `height` are a poster's, in pixels; `size` is in bytes. `jurisdiction` is
    the place at whose desk it was handed in first; every desk may use it.
    """

    key = models.CharField(max_length=64, unique=True)
    kind = models.CharField(max_length=10, choices=MediaKind)
    content_type = models.CharField(max_length=40)
    size = models.PositiveBigIntegerField()
    width = models.PositiveIntegerField(null=True, blank=True)
    height = models.PositiveIntegerField(null=True, blank=True)
    title = models.CharField(max_length=200)
    jurisdiction = models.ForeignKey(Jurisdiction, on_delete=models.PROTECT, related_name="media_files")
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    uploaded_at = models.DateTimeField()

    class Meta:
        ordering = ["-uploaded_at", "-pk"]
        verbose_name = "file"
        constraints = [
            models.CheckConstraint(condition=models.Q(key__regex=r"^[0-9a-f]{64}$"), name="media_key_is_a_digest"),
            models.CheckConstraint(condition=models.Q(kind__in=MediaKind.values), name="media_kind_is_known"),
            # What a type means to a browser decides what it does with the bytes: only what was sniffed is served.
            models.CheckConstraint(
                condition=models.Q(kind="poster", content_type="image/webp")
                | models.Q(kind="video", content_type__in=("video/mp4", "video/webm")),
                name="media_type_fits_its_kind",
            ),
            # A page that knows a picture's measures does not jump when it comes.
            models.CheckConstraint(
                condition=models.Q(kind="video")
                | models.Q(width__isnull=False, width__gte=1, height__isnull=False, height__gte=1),
                name="media_poster_has_measures",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def extension(self) -> str:
        """Of its address."""
        return self.content_type.rpartition("/")[2]

    @property
    def name(self) -> str:
        """Its place in the media store."""
        return f"{self.kind}s/{self.key}.{self.extension}"

    @property
    def path(self) -> str:
        """The address of a poster."""
        return f"/media/{self.name}"
