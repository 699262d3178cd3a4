"""Decide on proposals: with four eyes, always."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from accounts.models import NotificationKind, User
from centers.curation import CurationError
from centers.curation.text import text_clean
from centers.models import Proposal, ProposalComment, ProposalStatus
from centers.services.announce import comment_announce, decision_announce, proposal_announce
from centers.services.publish import proposal_publish

PUBLISH: Final = "centers.publish_center"
VIEW: Final = "centers.view_desk"
#: What the author of a proposal is told of a decision.
_TOLD: Final = {
    ProposalStatus.SENT_BACK: NotificationKind.PROPOSAL_SENT_BACK,
    ProposalStatus.REJECTED: NotificationKind.PROPOSAL_REJECTED,
}


#: What stands with the decision of who thinks otherwise than the author.
_OTHER_MEANING: Final = "The meaning is not the same: translations have to follow."


class Decided(NamedTuple):
    """What became of several approvals: how many, and why not the others, by primary key."""

    approved: int
    refused: dict[int, str]


@transaction.atomic
def proposal_approve(
    *, proposal: Proposal, by: User, revision: int, note: str = "", same_meaning: bool = True
) -> Proposal:
    """Approve what was seen as `revision`: published now, or at the moment its author asked for.

    Where its author says that an original means what it meant, `same_meaning` is whether who approves thinks so too;
    if not, the translations are outdated by it.

    Raises `PermissionDenied` for one's own proposal or a place one may not publish in; `CurationError` when it was
    decided or changed meanwhile, conflicts with what others published, or could not be published so.
    """
    locked = _decidable(proposal, by, revision)
    _decide(locked, by, note)
    if locked.same_meaning and not same_meaning:
        locked.same_meaning = {}
        locked.decision = "\n\n".join(filter(None, (locked.decision, _OTHER_MEANING)))
    if locked.publish_at is not None and locked.publish_at > timezone.now():
        locked.status = ProposalStatus.SCHEDULED
        locked.save()
        decision_announce(locked, NotificationKind.PROPOSAL_APPROVED)
        return locked
    locked.status = ProposalStatus.APPROVED
    locked.save()
    proposal_publish(proposal=locked, by=by)
    decision_announce(locked, NotificationKind.PROPOSAL_APPROVED)
    return locked


def proposals_approve(*, proposals: Iterable[tuple[Proposal, int]], by: User) -> Decided:
    """Approve several, each by itself: one that cannot be approved holds up none of the others."""
    approved, refused = 0, {}
    for proposal, revision in proposals:
        try:
            proposal_approve(proposal=proposal, by=by, revision=revision)
        except CurationError as error:
            refused[proposal.pk] = " ".join(error.sentences)
        except PermissionDenied as error:
            refused[proposal.pk] = str(error)
        else:
            approved += 1
    return Decided(approved, refused)


@transaction.atomic
def proposal_send_back(*, proposal: Proposal, by: User, revision: int, note: str) -> Proposal:
    """Ask the author to change something. Raises as `proposal_approve` does, and without a note."""
    return _end(proposal, by, revision, note, ProposalStatus.SENT_BACK)


@transaction.atomic
def proposal_reject(*, proposal: Proposal, by: User, revision: int, note: str) -> Proposal:
    """Say no, with the reason. Raises as `proposal_approve` does, and without a reason."""
    return _end(proposal, by, revision, note, ProposalStatus.REJECTED)


@transaction.atomic
def proposal_unschedule(*, proposal: Proposal, by: User) -> Proposal:
    """Take back an approval whose moment has not come; it waits for a decision again."""
    locked = Proposal.objects.select_for_update(of=("self",)).get(pk=proposal.pk)
    _may_publish(locked, by)
    if locked.status != ProposalStatus.SCHEDULED:
        raise CurationError("It is not waiting for its moment.")
    locked.status = ProposalStatus.OPEN
    locked.decided_by = locked.decided_at = None
    locked.save(update_fields=["status", "decided_by", "decided_at"])
    proposal_announce(locked)
    return locked


@transaction.atomic
def proposal_comment(*, proposal: Proposal, by: User, text: str) -> ProposalComment:
    """Say something about a proposal. Raises `PermissionDenied`, or `CurationError` for an empty text."""
    if not (by.is_superuser or by.has_perm(VIEW, proposal.jurisdiction)):
        raise PermissionDenied("May not see this proposal.")
    cleaned = text_clean(text, multiline=True)
    if not cleaned:
        raise CurationError({"text": ["Write something."]})
    comment = ProposalComment.objects.create(proposal=proposal, author=by, text=cleaned[:4_000])
    comment_announce(comment)
    return comment


def _end(proposal: Proposal, by: User, revision: int, note: str, status: ProposalStatus) -> Proposal:
    locked = Proposal.objects.select_for_update(of=("self",)).get(pk=proposal.pk)
    if locked.author_id is None:
        # What the loader found doubtful can be dismissed by whoever may publish.
        _may_publish(locked, by)
        _undecided(locked, revision)
    else:
        locked = _decidable(proposal, by, revision)
    if not note.strip():
        raise CurationError({"note": ["Give the reason: the author reads it."]})
    _decide(locked, by, note)
    locked.status = status
    locked.save()
    decision_announce(locked, _TOLD[status])
    return locked


def _decidable(proposal: Proposal, by: User, revision: int) -> Proposal:
    locked = Proposal.objects.select_for_update(of=("self",)).get(pk=proposal.pk)
    _may_publish(locked, by)
    if locked.author_id == by.pk:
        raise PermissionDenied("Somebody else decides on one's own proposal.")
    _undecided(locked, revision)
    return locked


def _may_publish(proposal: Proposal, by: User) -> None:
    if not by.has_perm(PUBLISH, proposal.jurisdiction):
        raise PermissionDenied(f"May not publish for {proposal.jurisdiction.code}.")


def _undecided(proposal: Proposal, revision: int) -> None:
    if proposal.status != ProposalStatus.OPEN:
        raise CurationError("This proposal has been decided already.")
    if proposal.revision != revision:
        raise CurationError("Its author has changed it meanwhile: look at it again.")


def _decide(proposal: Proposal, by: User, note: str) -> None:
    proposal.decided_by, proposal.decided_at = by, timezone.now()
    proposal.decision = text_clean(note, multiline=True)
