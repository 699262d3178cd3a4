"""Fictional content that waits for moderators."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from accounts.models import Role, User
from centers.models import Election, Jurisdiction
from labeling.models import (
    ContentItem,
    Label,
    LabelState,
    Platform,
    ReviewAction,
    ReviewerProfile,
    ReviewTask,
)
from labeling.services.review_decide import Verdict
from labeling.services.review_join import labels_join
from tests.members import given_member

APPLY = Verdict(ReviewAction.APPLY, "about-election")
REJECT = Verdict(ReviewAction.REJECT, "not-about-election")


def given_waiting(
    place: Jurisdiction, external_id: str = "1", *, election: Election | None = None, lang: str = "de", **item: Any
) -> Label:
    """A label that waits for a moderator, without a task yet."""
    platform, _ = Platform.objects.get_or_create(key="fictional", defaults={"name": "Fictional platform"})
    now = timezone.now()
    fields = {"text": "Eine erfundene Wahl", "lang": lang, "created_at": now} | item
    content, _ = ContentItem.objects.get_or_create(platform=platform, external_id=external_id, defaults=fields)
    return Label.objects.create(
        item=content,
        kind="election",
        jurisdiction=place,
        election=election,
        state=LabelState.REVIEW,
        confidence=0.5,
        decided_at=now,
    )


def given_task(place: Jurisdiction, external_id: str = "1", **more: Any) -> ReviewTask:
    """Its task."""
    label = given_waiting(place, external_id, **more)
    labels_join(labels=[label.pk], now=timezone.now())
    return ReviewTask.objects.get(item=label.item, state="open")


def given_moderator(place: Jurisdiction | None, *languages: str, name: str = "mod") -> User:
    """A moderator of a place who reads some languages, German if none is named."""
    user = given_member(Role.MODERATOR, place, email=f"{name}@fictional.example")
    ReviewerProfile.objects.create(user=user, languages=list(languages or ("de",)))
    return user
