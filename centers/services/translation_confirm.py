"""Confirm translations: a person who has read them beside their originals stands behind them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from centers.curation import CurationError, record_ref
from centers.models import Jurisdiction, ProposalAction, PublishedChange
from centers.models.fact import Fact, Translated
from centers.pagecache import center_touch
from centers.services.fact_confirm import CONFIRM
from centers.services.proposal_submit import speaking_for
from centers.wording import original_language, text_digest, wording_confirmed, wording_state


class Read(NamedTuple):
    """A translation somebody has read: the record, the field without its language, and digests of both texts seen."""

    record: str
    base: str
    language: str
    seen: str
    original_seen: str


@transaction.atomic
def translations_confirm(*, place: Jurisdiction, read: Sequence[Read], by: User) -> list[PublishedChange]:
    """Confirm what was read; all of it or, when something cannot be confirmed, nothing.

    An act of its own, without a proposal: no text changes, only who stands behind it. Raises `PermissionDenied`;
    `CurationError` when a text, or its original, changed since it was read, and for records of another place.
    """
    if not by.has_perm(CONFIRM, place):
        raise PermissionDenied(f"May not confirm translations of {place.code}.")
    organisation = speaking_for(by, place)
    now = timezone.now()
    lines = []
    for one in read:
        record, before, after = _confirm(one, place, organisation.key if organisation else "", now.date().isoformat())
        lines.append(
            PublishedChange(
                jurisdiction=place,
                record=one.record,
                action=ProposalAction.CONFIRM,
                before=before,
                after=after,
                source=record.source_url if isinstance(record, Fact) else "",
                reason="Translation confirmed",
                organisation=organisation,
                published_by=by,
                published_at=now,
            )
        )
    center_touch(codes=[place.code])
    return PublishedChange.objects.bulk_create(lines)


def _confirm(one: Read, place: Jurisdiction, by: str, on: str) -> tuple[Translated, dict[str, str], dict[str, str]]:
    """Write one confirmation; answers with the record and what the history says of it."""
    ref = record_ref(one.record)
    name = f"{one.base}_{one.language}"
    live = ref.kind.find(ref.key)
    if not isinstance(live, Translated) or name not in ref.kind.by_name or ref.kind.place(live).pk != place.pk:
        raise CurationError(f"There is no such translation here: {one.record[:200]} {name[:60]}.")
    # Whoever changes the record now has to wait, and then finds it confirmed.
    record = type(live)._default_manager.select_for_update().get(pk=live.pk)
    original = original_language(record, one.base, place.languages)
    text = getattr(record, name) or ""
    if not text or text_digest(text) != one.seen:
        raise CurationError({name: ["The translation has changed since you read it: read it again."]})
    if text_digest(getattr(record, f"{one.base}_{original}") or "") != one.original_seen:
        raise CurationError({name: ["The original has changed since you read it: read both again."]})
    if one.language == original:
        raise CurationError({name: ["This is the original, and not a translation."]})
    before = {"translation": wording_state(record, one.base, one.language, original).label}
    wording_confirmed(record, one.base, one.language, place.languages, by=by, on=on)
    record.save(update_fields=["translation_origin", "translation_state"])
    # Not "confirmed_on": that would say that the authority stands behind the fact.
    return record, before, {"translation": "confirmed", "translation_of": name, "translation_confirmed_on": on}
