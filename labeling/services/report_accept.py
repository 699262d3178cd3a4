"""Take a report from the public form or from a platform."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Final

from django.db import IntegrityError, transaction
from django.utils import timezone

from centers.models import Jurisdiction
from electioncenters.sealing import seal
from labeling.links import EU
from labeling.models import (
    ContentItem,
    Label,
    LabelState,
    Platform,
    Report,
    ReportKind,
    ReviewTask,
    SignalKind,
    TaskState,
)
from labeling.outside.tokens import status_digest, status_token
from labeling.services.outside_join import outside_join, report_words
from labeling.services.review_join import Signal, language_of, policies_in_force
from labeling.uris import uri_parts

CONTACT_PURPOSE: Final = "labeling.outside.contact"
#: So many tasks about content that nobody handed in may wait; invented ids must not fill the queue.
MOST_UNKNOWN: Final = 5_000


class TooManyError(RuntimeError):
    """Too much waits already that nobody can look at."""


@dataclass(frozen=True, slots=True)
class ReportDraft:
    """A report as it was checked at the edge. `public_id` is the form's, so that sending it twice is one report.

    `place` is where the reporter places it; labels of the content know better. `repeat_key` is a platform's.
    """

    uri: str
    kind: ReportKind
    language: str
    said: str = ""
    contact: str = ""
    place: Jurisdiction | None = None
    public_id: uuid.UUID | None = None
    platform: Platform | None = None
    reporter: str = ""
    repeat_key: str | None = None


def report_accept(draft: ReportDraft) -> tuple[Report, bool]:
    """The report, and whether it is new: a repeated one is answered as the first was.

    Raises `TooManyError`; then nothing is kept.
    """
    if (known := _known(draft)) is not None:
        return known, False
    try:
        with transaction.atomic():
            return _accepted(draft, timezone.now()), True
    except IntegrityError:
        # The same was sent twice in one moment.
        if (known := _known(draft)) is None:
            raise
        return known, False


def _known(draft: ReportDraft) -> Report | None:
    if draft.platform is not None and draft.repeat_key:
        return Report.objects.filter(platform=draft.platform, repeat_key=draft.repeat_key).first()
    return Report.objects.filter(public_id=draft.public_id).first() if draft.public_id else None


def _accepted(draft: ReportDraft, now: dt.datetime) -> Report:
    item = item_of(draft.uri)
    if item is None:
        _unknown_check(draft.uri)
    task = outside_join(signal=_signal(draft, item), said=report_words(draft.kind, draft.said), now=now)
    public_id = draft.public_id or uuid.uuid4()
    return Report.objects.create(
        public_id=public_id,
        token_digest=status_digest(status_token(public_id)),
        said=draft.said,
        language=draft.language,
        contact=contact_sealed(draft.contact),
        task=task,
        received_at=now,
        due_at=now + dt.timedelta(minutes=policies_in_force()[draft.kind].answer_within),
        platform=draft.platform,
        reporter=draft.reporter,
        repeat_key=draft.repeat_key,
        uri=draft.uri,
        kind=draft.kind,
    )


def _signal(draft: ReportDraft, item: ContentItem | None) -> Signal:
    place = _place(draft, item)
    return Signal(
        uri=draft.uri,
        item=item.pk if item else None,
        place=place.pk,
        language=(language_of(item.lang) if item else "") or draft.language,
        kind=SignalKind.REPORT,
        source=f"report:{draft.kind.value}",
        policy=draft.kind.value,
    )


def _place(draft: ReportDraft, item: ContentItem | None) -> Jurisdiction:
    """Of a label that viewers see, else of one that waits, else where the reporter says, else the union."""
    if item is not None:
        labels = Label.objects.filter(item=item).exclude(state=LabelState.WITHDRAWN)
        if (label := labels.select_related("jurisdiction").order_by("state", "pk").first()) is not None:
            return label.jurisdiction
    if draft.place is not None:
        return draft.place
    return Jurisdiction.objects.filter(code=EU).first() or Jurisdiction.objects.order_by("pk")[0]


def _unknown_check(uri: str) -> None:
    unknown = ReviewTask.objects.open().filter(item=None)
    if unknown.count() >= MOST_UNKNOWN and not unknown.filter(uri=uri, state=TaskState.OPEN).exists():
        raise TooManyError


def item_of(uri: str) -> ContentItem | None:
    """The content, if somebody handed it in and it is still kept."""
    parts = uri_parts(uri)
    if parts is None:
        return None
    found = ContentItem.objects.filter(platform__key=parts[0], external_id=parts[1], erased_at=None)
    return found.select_related("platform").first()


def contact_sealed(contact: str) -> bytes | None:
    """An address as it is stored."""
    return seal(contact.encode(), purpose=CONTACT_PURPOSE) if contact else None
