"""Take back what was published: a recorded change like any other."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Final

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.audit import acting
from accounts.models import User
from centers.curation import CurationError, record_ref
from centers.curation.fields import take_url
from centers.curation.kinds import NEW
from centers.curation.parts import Part, part_conflicts, said_to_mean_the_same
from centers.curation.text import text_clean
from centers.models import Proposal, ProposalAction, PublishedChange
from centers.pagecache import center_touch
from centers.services.announce import undo_announce
from centers.services.dates_repropose import dates_repropose
from centers.services.proposal_decide import PUBLISH
from centers.services.proposal_submit import Because
from centers.services.record_write import Provenance, Written, place_hold, records_write

_INVERSE: Final = {
    ProposalAction.CREATE: ProposalAction.REMOVE,
    ProposalAction.REMOVE: ProposalAction.CREATE,
    ProposalAction.CHANGE: ProposalAction.CHANGE,
}


def change_undo(*, change: PublishedChange, by: User, reason: str) -> PublishedChange:
    """Put a record back as it was before a change; returns the new line of its history.

    At once and by one person, because it only brings back what two people had approved. Raises `PermissionDenied`, and
    `CurationError` when the record was changed again since, or the reason is missing.
    """
    (line,) = changes_undo(changes=[change], by=by, reason=reason)
    return line


def proposal_undo(*, proposal: Proposal, by: User, reason: str) -> list[PublishedChange]:
    """Take back all that a proposal published, together or not at all. Raises as `change_undo` does."""
    changes = list(proposal_changes(proposal))
    if not changes:
        raise CurationError("This proposal has published nothing.")
    return changes_undo(changes=changes, by=by, reason=reason)


def proposal_changes(proposal: Proposal) -> QuerySet[PublishedChange]:
    """What a proposal published. The last thing done is the first undone: a round goes before its election."""
    return PublishedChange.objects.select_related("jurisdiction", "proposal").filter(proposal=proposal).order_by("-pk")


def changes_undo(*, changes: Sequence[PublishedChange], by: User, reason: str) -> list[PublishedChange]:
    """Take several changes back at once, in the order given. Raises as `change_undo` does."""
    for change in changes:
        if not by.has_perm(PUBLISH, change.jurisdiction):
            raise PermissionDenied(f"May not publish for {change.jurisdiction.code}.")
    said = text_clean(reason, multiline=True)
    if not said:
        raise CurationError({"reason": ["Say why it is taken back."]})
    with transaction.atomic():
        lines, done = _reverse(changes, by, said, timezone.now().date())
        dates_repropose(author=by, because=Because(said, changes[0].source), written=done)
        for change in changes:
            undo_announce(change, by=by)
    return lines


@transaction.atomic
def changes_reverse(
    *, changes: Sequence[PublishedChange], by: User | None, reason: str, verified_on: dt.date
) -> list[PublishedChange]:
    """What an undo does, for whoever has checked that it may be done; `None` is beat. Raises `CurationError`."""
    lines, _ = _reverse(changes, by, reason, verified_on)
    return lines


def _reverse(
    changes: Sequence[PublishedChange], by: User | None, reason: str, verified_on: dt.date
) -> tuple[list[PublishedChange], list[Written]]:
    """Everything is written first and judged as a whole then."""
    parts = [_undoable(change) for change in changes]
    evidence = f"Undo of change {', '.join(str(change.pk) for change in changes)}"
    translated_by = {change.proposal.translated_by if change.proposal else "" for change in changes}
    provenance = Provenance(take_url(changes[0].source), verified_on, evidence, min(translated_by))
    with acting(by=by, reason=evidence):
        done = records_write(parts=parts, provenance=provenance)
    undone = [
        (change, part, written)
        for change, part, written in zip(changes, parts, done, strict=True)
        if written.after or part.action == ProposalAction.REMOVE
    ]
    if not undone:
        raise CurationError("It has been taken back already.")
    center_touch(codes={code for written in done for code in written.centers})
    now = timezone.now()
    lines = [
        PublishedChange(
            jurisdiction=change.jurisdiction,
            record=written.record,
            action=part.action,
            before=written.before,
            after=written.after,
            source=change.source,
            reason=reason,
            organisation=change.organisation,
            published_by=by,
            published_at=now,
            undoes=change,
        )
        for change, part, written in undone
    ]
    return PublishedChange.objects.bulk_create(lines), done


def _undoable(change: PublishedChange) -> Part:
    if change.action not in _INVERSE:
        raise CurationError("What says that a fact is right is not undone: propose a change of the fact instead.")
    part = _inverse(change)
    place_hold(change.jurisdiction)
    if any(part_conflicts(part)):
        raise CurationError("It has been changed again since: propose a change instead.")
    return part


def _inverse(change: PublishedChange) -> Part:
    ref, action = record_ref(change.record), _INVERSE[ProposalAction(change.action)]
    if not ref.kind.is_proposable:
        raise CurationError(f"What was done to an {ref.kind.label} is not undone: end it, or put up another one.")
    if action == ProposalAction.REMOVE:
        if not ref.kind.is_proposable:
            raise CurationError(f"An {ref.kind.label} is ended, not undone.")
        # Also of kinds nobody may ask to remove: what was added by mistake goes while nothing leads to it.
        return Part(ref, action, {}, change.after)
    if action == ProposalAction.CREATE and ref.kind.noun == "source":
        # It gets a number of its own again.
        ref = ref._replace(key=f"{change.jurisdiction.code}/{NEW}")
    # Where the meaning was the same, it is so the other way round.
    said = said_to_mean_the_same(change.proposal, change.record) if change.proposal else ()
    return Part(ref, action, change.before, change.after, said)
