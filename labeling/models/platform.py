"""Where content comes from."""

from __future__ import annotations

from django.db import models

#: Stands before the colon of an item's uri (`tiktok:7312…`), so it has no colon itself.
PLATFORM_KEY_PATTERN = r"^[a-z0-9]+(-[a-z0-9]+)*$"


class Platform(models.Model):
    """A service that hands in its content to be labelled.

    `key` begins the uri of its items. `items_per_minute` is how many it may hand in within any minute; none is no
    limit of its own. A demonstration platform's content is fictional, and pages say so.
    """

    key = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    is_demo = models.BooleanField(default=False)
    items_per_minute = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["key"]
        constraints = [
            models.CheckConstraint(condition=models.Q(key__regex=PLATFORM_KEY_PATTERN), name="platform_key_fits_a_uri"),
            # `/watch/tags/…/` is the page of a hashtag.
            models.CheckConstraint(condition=~models.Q(key="tags"), name="platform_key_is_no_page"),
        ]

    def __str__(self) -> str:
        return self.key
