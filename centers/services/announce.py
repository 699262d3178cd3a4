"""Tell members what a proposal or a change means for them; each service calls one of these when it has acted."""

from __future__ import annotations

from typing import Final

from django.urls import reverse

from accounts.models import NotificationKind, User
from accounts.services.notification import members_nearest, notifications_settle, notify
from centers.curation.titles import record_title
from centers.models import NoticeKind, Proposal, ProposalComment, PublishedChange, UrgentNotice

#: Who decides on a proposal.
_DECIDE: Final = "centers.publish_center"


def proposal_announce(proposal: Proposal) -> None:
    """It waits for a decision: whoever decides there is told, never its author."""
    notify(
        recipients=members_nearest(permission=_DECIDE, place=proposal.jurisdiction, besides=proposal.author),
        kind=NotificationKind.PROPOSAL_WAITS,
        place=proposal.jurisdiction,
        subject=_subject(proposal),
        title=f"A proposal waits for your decision: {record_title(proposal.record)}",
        path=_path(proposal),
    )


def decision_announce(proposal: Proposal, kind: NotificationKind) -> None:
    """Its author learns what was decided; it waits for nobody any more."""
    proposal_settle(proposal)
    _tell(proposal, [proposal.author], kind, f"{_DECIDED[kind]}: {record_title(proposal.record)}")


def proposal_settle(proposal: Proposal) -> None:
    """Nobody has to decide on it any more."""
    notifications_settle(subject=_subject(proposal), kinds=[NotificationKind.PROPOSAL_WAITS])


def failure_announce(proposal: Proposal) -> None:
    """Its moment came and it could not be published: its author and who approved it are told."""
    title = f"Could not be published as planned: {record_title(proposal.record)}"
    _tell(proposal, [proposal.author, proposal.decided_by], NotificationKind.PUBLICATION_FAILED, title)


def expiry_failure_announce(proposal: Proposal) -> None:
    """Its time is over and it could not be taken back: its author and who approved it are told."""
    title = f"Could not be taken back as planned: {record_title(proposal.record)}"
    _tell(proposal, [proposal.author, proposal.decided_by], NotificationKind.PUBLICATION_FAILED, title)


def comment_announce(comment: ProposalComment) -> None:
    """Whoever took part in the proposal is told, not who wrote the comment."""
    proposal = comment.proposal
    people = User.objects.filter(proposal_comments__proposal=proposal).distinct()
    part = {user.pk: user for user in (proposal.author, proposal.decided_by, *people) if user is not None}
    part.pop(comment.author_id, None)
    title = f"New comment on a proposal: {record_title(proposal.record)}"
    _tell(proposal, list(part.values()), NotificationKind.PROPOSAL_COMMENTED, title)


def undo_announce(change: PublishedChange, *, by: User) -> None:
    """Whoever had proposed a change learns that it was taken back."""
    proposal = change.proposal
    if proposal is not None and proposal.author_id != by.pk:
        title = f"A change of yours was taken back: {record_title(change.record)}"
        _tell(proposal, [proposal.author], NotificationKind.CHANGE_UNDONE, title)


def notice_announce(notice: UrgentNotice) -> None:
    """It stands there already: another publisher is to look at it."""
    place = notice.center.jurisdiction
    notify(
        recipients=members_nearest(permission=_DECIDE, place=place, besides=notice.published_by),
        kind=NotificationKind.NOTICE_TO_REVIEW,
        place=place,
        subject=_notice(notice),
        title=f"An urgent notice waits for a second pair of eyes: {NoticeKind(notice.kind).label}",
        path=reverse("desk-notice-one", args=[place.code, notice.pk]),
    )


def notice_settle(notice: UrgentNotice) -> None:
    """Somebody has looked at it, or voters do not see it any more."""
    notifications_settle(subject=_notice(notice), kinds=[NotificationKind.NOTICE_TO_REVIEW])


def _notice(notice: UrgentNotice) -> str:
    return f"notice:{notice.pk}"


def _tell(proposal: Proposal, people: list[User | None], kind: NotificationKind, title: str) -> None:
    notify(
        recipients=[user for user in people if user is not None],
        kind=kind,
        place=proposal.jurisdiction,
        subject=_subject(proposal),
        title=title,
        path=_path(proposal),
    )


def _subject(proposal: Proposal) -> str:
    return f"proposal:{proposal.pk}"


def _path(proposal: Proposal) -> str:
    return reverse("proposal", args=[proposal.jurisdiction.code, proposal.pk])


_DECIDED: Final = {
    NotificationKind.PROPOSAL_APPROVED: "Your proposal was approved",
    NotificationKind.PROPOSAL_SENT_BACK: "Your proposal was sent back",
    NotificationKind.PROPOSAL_REJECTED: "Your proposal was rejected",
}
