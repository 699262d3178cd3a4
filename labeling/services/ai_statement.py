"""What platforms hand in about how one item was made: its creator's declaration, and what was read of its file."""

from __future__ import annotations

from typing import Final, NamedTuple

from django.db import transaction
from django.utils import timezone

from labeling.models import AiEvidence, AiSays, AiSource, ContentItem, Label, LabelKind, Platform
from labeling.provenance import Provenance
from labeling.services.ai_evidence import Statement, ai_evidence_take
from labeling.services.changes_sequence import changes_nudge

#: Files of one item of which it is kept what was read.
MOST_FILES: Final = 50


class TooManyFilesError(ValueError):
    """What was read of so many files of the item is kept already; nothing was kept of this one."""


class AiStanding(NamedTuple):
    """How an item stands: id and state of its label about artificial intelligence, both empty without one."""

    public_id: str
    state: str


def declaration_take(*, platform: Platform, external_id: str, says: AiSays) -> AiStanding | None:
    """What the item's creator says of it, instead of what they said before; `None` for an item not known or gone."""
    return _taken(platform, external_id, Statement(0, AiSource.CREATOR, says))


def credentials_take(*, platform: Platform, external_id: str, digest: str, read: Provenance) -> AiStanding | None:
    """What was read of one of the item's files, known by its SHA-256; `None`, and nothing kept, for an item not known.

    A file read before is judged by what is read now: whom one trusts may have changed. Raises `TooManyFilesError`.
    """
    return _taken(platform, external_id, Statement(0, AiSource.CREDENTIALS, AiSays(read.says), digest, read))


def _taken(platform: Platform, external_id: str, said: Statement) -> AiStanding | None:
    with transaction.atomic():
        # Locked, so that of two statements in one moment the second sees what came of the first.
        known = ContentItem.objects.select_for_update().filter(platform=platform, external_id=external_id)
        item = known.filter(erased_at=None).only("pk").first()
        if item is None:
            return None
        if said.digest:
            _bound(item, said.digest)
        changed = ai_evidence_take(statements=[said._replace(item=item.pk)], now=timezone.now())
        standing = item_standing(item)
    if changed:
        changes_nudge()
    return standing


def _bound(item: ContentItem, digest: str) -> None:
    others = AiEvidence.objects.filter(item=item, source=AiSource.CREDENTIALS).exclude(digest=digest)
    if others.count() >= MOST_FILES:
        raise TooManyFilesError(f"What was read of {MOST_FILES} files of this item is kept already.")


def item_standing(item: ContentItem) -> AiStanding:
    """How an item stands now. One query."""
    label = Label.objects.filter(item=item, kind=LabelKind.AI_GENERATED).order_by("state", "pk").first()
    return AiStanding(label.public_id, label.state) if label else AiStanding("", "")
