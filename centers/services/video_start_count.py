"""Count that a video was begun to be watched, and nothing else."""

from __future__ import annotations

import logging
from typing import Final

from django.conf import settings
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from redis.exceptions import RedisError

from centers.models import LiteracyVideo, VideoStarts

logger = logging.getLogger(__name__)

#: Seconds for which a minute's counter is kept.
_KEPT: Final = 120


def video_start_count(*, video: LiteracyVideo) -> bool:
    """Add one to the video's count of this day; whether it was added.

    A video is counted so many times a minute at most (`VIDEO_STARTS_PER_MINUTE`), whoever asks: nobody is told from
    others, so a flood can only be held up as a whole. While the counter is away nothing is counted: a figure that
    is too low misleads nobody, one that a script has driven up would.
    """
    try:
        if _this_minute(video) > int(settings.VIDEO_STARTS_PER_MINUTE):
            return False
    except RedisError as error:
        logger.warning("Beginnings of videos are not counted: %s", type(error).__name__)
        return False
    today = timezone.now().date()
    of_today = VideoStarts.objects.filter(video=video, day=today)
    if not of_today.update(count=F("count") + 1):
        try:
            with transaction.atomic():
                VideoStarts.objects.create(campaign_id=video.campaign_id, video=video, day=today, count=1)
        except IntegrityError:
            # Another request was the first of the day in the same moment.
            of_today.update(count=F("count") + 1)
    return True


def _this_minute(video: LiteracyVideo) -> int:
    key = f"video-starts:{video.pk}:{int(timezone.now().timestamp()) // 60}"
    cache.add(key, 0, timeout=_KEPT)
    return int(cache.incr(key))
