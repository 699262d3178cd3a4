"""Propose anew what follows from a vote that was moved by itself."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from itertools import groupby

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.models import User
from centers.curation import CurationError, record_of
from centers.curation.ruled import dates_moved, round_spans
from centers.models import Election, KeyDate, Proposal, ProposalStatus
from centers.models.proposal import UNDECIDED
from centers.services.proposal_submit import LONGEST_REASON, Because, Wish, proposal_submit
from centers.services.record_write import Written

logger = logging.getLogger(__name__)


def dates_repropose(*, author: User, because: Because, written: Iterable[Written]) -> list[Proposal]:
    """Proposals for the dates that by their rules follow polling days just published, one for each place.

    Made in the name of who moved the vote, so that somebody else decides; a published date is never changed silently.
    What is proposed already is not proposed twice. A rule that gives no day now holds up nothing.
    """
    made = []
    for key in sorted({one.record.partition(":")[2].rpartition("/")[0] for one in written if _moves(one)}):
        election = Election.objects.get(key=key)
        dates = KeyDate.objects.filter(election=election).select_related("jurisdiction", "election")
        moved = dates_moved(dates.order_by("jurisdiction__code", "pk"), round_spans(election))
        for _place, group in groupby(moved, key=lambda pair: pair[0].jurisdiction_id):
            made += _propose(author, because, list(group))
    return made


def _moves(written: Written) -> bool:
    return written.record.startswith("round:") and "polling_days" in written.after


def _propose(author: User, because: Because, moved: Sequence[tuple[KeyDate, dict[str, str | None]]]) -> list[Proposal]:
    wishes = [Wish(str(record_of(date)), fields=ruled) for date, ruled in moved]
    wishes = [wish for wish in wishes if not _waits(wish.record, dict(wish.fields))]
    if not wishes:
        return []
    reason = f"The vote has other polling days: by their rules these dates follow. {because.reason}"
    try:
        with transaction.atomic():
            followed = because._replace(reason=reason[:LONGEST_REASON])
            return [proposal_submit(author=author, wishes=wishes, because=followed)]
    except (CurationError, PermissionDenied) as error:
        logger.warning("Dates that follow from %s could not be proposed: %s", wishes[0].record, error)
        return []


def _waits(record: str, fields: dict[str, str | None]) -> bool:
    """Whether somebody has proposed just this already."""
    waiting = Proposal.objects.by_people().filter(status__in=(*UNDECIDED, ProposalStatus.SCHEDULED))
    for document in waiting.filter(record=record).values_list("fields", flat=True):
        if all(document.get(name) == value for name, value in fields.items() if value):
            return True
    return False
