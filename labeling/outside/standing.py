"""How a report or an appeal stands, as its private page tells it."""

from __future__ import annotations

from typing import Final, NamedTuple

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from labeling.models import Appeal, FromOutside, Outcome, Report, TaskState
from labeling.outside.tokens import status_digest
from labeling.outside.words import PolicyWords, decision_words

_CLOSED: Final = {
    Outcome.CLOSED: _("The moderators closed it without a decision."),
    Outcome.UNKNOWN: _("The platform has not given us this content, so nobody could look at it."),
    Outcome.GONE: _("The content is gone, or there was nothing left to decide."),
}
_REPORTS: Final = {
    Outcome.UPHELD: _("The moderators agree with your report and have acted on it."),
    Outcome.REJECTED: _("The moderators found no reason to act."),
}
APPEALS: Final = {
    Outcome.UPHELD: _("The appeal was granted: the label was changed."),
    Outcome.REJECTED: _("The appeal was rejected: the label stays as it is."),
}


class Standing(NamedTuple):
    """`state` is a short word for a stage; `words` the outcome in a sentence, once there is one."""

    state: str
    words: str | Promise
    policy: PolicyWords | None


def entry_find(token: str) -> Report | Appeal | None:
    """What a private link is about; two queries at most."""
    digest = status_digest(token)
    related = ("task", "decision__policy")
    report = Report.objects.filter(token_digest=digest).select_related(*related).first()
    if report is not None:
        return report
    return Appeal.objects.filter(token_digest=digest).select_related(*related, "label").first()


def standing_of(entry: FromOutside, language: str) -> Standing:
    """Where it stands now; one query at most, for the policy's words."""
    if not entry.outcome:
        return Standing("working" if _is_worked_on(entry) else "received", "", None)
    outcome = Outcome(entry.outcome)
    if outcome in _CLOSED:
        return Standing("closed", _CLOSED[outcome], None)
    words = (APPEALS if isinstance(entry, Appeal) else _REPORTS)[outcome]
    policy = decision_words(entry.decision, language) if entry.decision else None
    return Standing("decided", words, policy)


def _is_worked_on(entry: FromOutside) -> bool:
    task = entry.task
    return task.state == TaskState.OPEN and task.claimed_until is not None and task.claimed_until > timezone.now()
