"""Media literacy: campaigns with a partner, their videos, and how often these were watched."""

from __future__ import annotations

import datetime as dt

from django.contrib.postgres.fields import ArrayField
from django.db import models

from accounts.models import Organisation
from centers.models.fact import Translated
from centers.models.jurisdiction import Jurisdiction
from centers.models.media_file import MediaFile
from centers.querysets import CampaignQuerySet, LiteracyVideoQuerySet

#: Stands as source where something is known from public reports whose address is not.
PUBLIC_REPORTS = "public reports"
SLUG = r"^[a-z0-9]+(-[a-z0-9]+)*$"
#: Seconds of the longest video a campaign may show.
LONGEST_VIDEO = 4 * 3600


class ShownIn(models.TextChoices):
    """The part of an election's life in which a centre shows a video."""

    ALWAYS = "always", "always"
    BEFORE = "before", "before the vote"
    DURING = "during", "during the vote"
    AFTER = "after", "after the vote"


class VideoProvider(models.TextChoices):
    """Whose player may be opened by a click (`centers.literacy.providers` says how)."""

    YOUTUBE = "youtube", "YouTube"
    VIMEO = "vimeo", "Vimeo"


class Campaign(Translated):
    """A media-literacy series with a partner.

    `jurisdiction` is the place whose desk looks after it; voters see it there and in the centres of `countries`
    (codes). `languages` are those of the series. What is not known of it stays empty. A real campaign says who
    reported it (`source_name`; `source_url` where there is an address to look it up), an invented one is a sample
    (`is_sample`), is marked as one everywhere and never shown in production.
    """

    jurisdiction = models.ForeignKey(Jurisdiction, on_delete=models.PROTECT, related_name="campaigns")
    slug = models.CharField(max_length=60, unique=True)
    title = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    partner_name = models.CharField(max_length=250)
    partner = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="campaigns")
    countries = ArrayField(models.CharField(max_length=20), default=list)
    languages = ArrayField(models.CharField(max_length=8), default=list, blank=True)
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)
    source_name = models.CharField(max_length=250, blank=True)
    source_url = models.URLField(max_length=500, blank=True)
    is_sample = models.BooleanField(default=False)

    objects = models.Manager.from_queryset(CampaignQuerySet)()

    class Meta:
        ordering = ["is_sample", "slug"]
        constraints = [
            models.CheckConstraint(condition=models.Q(slug__regex=SLUG), name="campaign_slug_is_well_formed"),
            models.CheckConstraint(condition=~models.Q(partner_name=""), name="campaign_names_its_partner"),
            models.CheckConstraint(condition=models.Q(countries__len__gte=1), name="campaign_has_a_country"),
            models.CheckConstraint(
                condition=models.Q(starts_on=None)
                | models.Q(ends_on=None)
                | models.Q(ends_on__gte=models.F("starts_on")),
                name="campaign_ends_after_it_starts",
            ),
            # Nothing invented may look like a report, and no real body may be lent to something invented.
            models.CheckConstraint(
                condition=models.Q(is_sample=True, source_name="", source_url="", partner=None)
                | (models.Q(is_sample=False) & ~models.Q(source_name="")),
                name="campaign_is_sourced_or_a_sample",
            ),
            models.CheckConstraint(
                condition=models.Q(source_url="") | models.Q(source_url__regex=r"^https?://"),
                name="campaign_source_is_a_web_address",
            ),
        ]

    def __str__(self) -> str:
        return self.slug

    def is_running(self, today: dt.date) -> bool:
        """Whether the day lies in its period, as far as that is known."""
        return (self.starts_on or today) <= today <= (self.ends_on or today)


class LiteracyVideo(Translated):
    """A video of a campaign: a hosted file, or an address at an allow-listed provider that is opened by a click.

    `language` is spoken in it, `transcript` what is said and shown, in that language. `captions` are WebVTT, written by
    the portal (`centers.literacy.webvtt`), once per language. `shown_in` decides in which phase centres show it.
    """

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="videos")
    slug = models.CharField(max_length=60)
    title = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    captions = models.TextField(blank=True)
    language = models.CharField(max_length=8)
    transcript = models.TextField()
    duration = models.PositiveIntegerField()
    shown_in = models.CharField(max_length=10, choices=ShownIn, default=ShownIn.ALWAYS)
    poster = models.ForeignKey(MediaFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    file = models.ForeignKey(MediaFile, on_delete=models.PROTECT, null=True, blank=True, related_name="videos")
    provider = models.CharField(max_length=20, choices=VideoProvider, blank=True)
    provider_id = models.CharField(max_length=40, blank=True)
    rank = models.PositiveSmallIntegerField(default=100)

    objects = models.Manager.from_queryset(LiteracyVideoQuerySet)()

    class Meta:
        ordering = ["campaign", "rank", "slug"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "slug"], name="video_slug_is_unique_in_campaign"),
            models.CheckConstraint(condition=models.Q(slug__regex=SLUG), name="video_slug_is_well_formed"),
            models.CheckConstraint(condition=models.Q(shown_in__in=ShownIn.values), name="video_phase_is_known"),
            models.CheckConstraint(
                condition=models.Q(duration__gte=1, duration__lte=LONGEST_VIDEO), name="video_duration_is_plausible"
            ),
            # Who does not hear, or may not load a video here, still learns what it says.
            models.CheckConstraint(condition=~models.Q(transcript=""), name="video_has_a_transcript"),
            models.CheckConstraint(
                condition=models.Q(file__isnull=False, provider="", provider_id="")
                | (models.Q(file=None, provider__in=VideoProvider.values) & ~models.Q(provider_id="")),
                name="video_is_hosted_or_at_a_provider",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.campaign}/{self.slug}"


class VideoStarts(models.Model):
    """How often a video was begun to be watched through this portal on one day (UTC). Nothing else is known.

    A video that is removed leaves its counts with the campaign.
    """

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="starts")
    video = models.ForeignKey(LiteracyVideo, on_delete=models.SET_NULL, null=True, blank=True, related_name="starts")
    day = models.DateField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["day"]
        constraints = [
            models.UniqueConstraint(fields=["video", "day"], name="video_starts_are_counted_once_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.campaign}: {self.count}"


class ReportedViews(models.Model):
    """Views that somebody else reports of a campaign, or of one of its videos, for whole days from first to last.

    `source_name` is who says so, `source_url` where it can be looked up, if anywhere. The same source reports the same
    period of the same thing once: the next report of it takes the place of the former. `reported_by` is the member
    who brought it, none where a platform's own system or the facts pack did (`via`).
    """

    class Via(models.TextChoices):
        """How the figure came here."""

        FILE = "file", "File of a member"
        API = "api", "The source's own system"
        PACK = "pack", "Facts pack"

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="reported")
    video = models.ForeignKey(LiteracyVideo, on_delete=models.PROTECT, null=True, blank=True, related_name="reported")
    source_name = models.CharField(max_length=250)
    source_url = models.URLField(max_length=500, blank=True)
    first_day = models.DateField()
    last_day = models.DateField()
    views = models.PositiveBigIntegerField()
    via = models.CharField(max_length=10, choices=Via)
    reported_by = models.ForeignKey("accounts.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    reported_at = models.DateTimeField()

    class Meta:
        ordering = ["campaign", "source_name", "first_day"]
        verbose_name_plural = "reported views"
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "video", "source_name", "first_day", "last_day"],
                nulls_distinct=False,
                name="views_are_reported_once",
            ),
            models.CheckConstraint(condition=~models.Q(source_name=""), name="views_name_their_source"),
            models.CheckConstraint(
                condition=models.Q(last_day__gte=models.F("first_day")), name="views_period_is_in_order"
            ),
            models.CheckConstraint(condition=models.Q(via__in=("file", "api", "pack")), name="views_via_is_known"),
            models.CheckConstraint(
                condition=models.Q(source_url="") | models.Q(source_url__regex=r"^https?://"),
                name="views_source_is_a_web_address",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.campaign}: {self.views} ({self.source_name})"
