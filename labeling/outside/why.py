"""What the page about a label says beyond what was found: policy, who decided, appeals, and how to appeal."""

from __future__ import annotations

from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from centers import formats
from labeling.models import Appeal, Label, LabelKind, Outcome
from labeling.outside.standing import APPEALS
from labeling.outside.words import decision_words, policy_words
from labeling.services.appeal_accept import decision_of, may_be_appealed, policy_of

#: What each kind of label says, and what it does not.
MEANINGS: Final[dict[LabelKind, tuple[str | Promise, str | Promise]]] = {
    LabelKind.ELECTION: (
        _("The label says that this content speaks of an election, and leads to official information about it."),
        _(
            "It does not say that the content is true or false, good or bad, and nothing about its author, a party or a"
            " candidate. Content with this label is shown to as many people as without it."
        ),
    ),
    LabelKind.UNVERIFIED: (
        _("The label says that what is claimed here could not be confirmed. Platforms may show it to fewer people."),
        _("It does not say that the author lied, and nothing about a party or a candidate."),
    ),
    LabelKind.AI_GENERATED: (
        _("The label says that this content was made or changed with artificial intelligence."),
        _("It does not say that the content is true or false, and nothing about its author, a party or a candidate."),
    ),
    LabelKind.OFFICIAL_ACCOUNT: (
        _(
            "The label says that the account which posted this content belongs to whom it says. Two people have checked"
            " that."
        ),
        _("It does not say that the content is true or false, and nothing about its author, a party or a candidate."),
    ),
}


#: What one says that rests on what fact-checkers found.
_MEANS_FOUND: Final = _(
    "The label says what fact-checkers found of a claim that this content repeats, and names who found it."
)

_MEANS_LIMITED: Final = _("Platforms may show this content to fewer people.")


def why_more(label: Label, language: str) -> dict[str, Any]:
    """Ready for the page; needs the label's item with its platform. At most six queries."""
    decision = decision_of(label)
    means, not_means = MEANINGS[LabelKind(label.kind)]
    return {
        "policy": decision_words(decision, language) if decision else policy_words(policy_of(label), language),
        "means": _means_found(label) if label.finding and label.finding["sources"] else means,
        "not_means": not_means,
        "may_appeal": may_be_appealed(label),
        "appeals": [
            (formats.date_full(appeal.ended_at.date(), language), APPEALS[Outcome(appeal.outcome)], words.reason)
            for appeal in _decided(label)
            if appeal.ended_at and appeal.decision
            for words in [decision_words(appeal.decision, language)]
        ],
    }


def _means_found(label: Label) -> str:
    """Two whole sentences, the second only where it is true."""
    said = [str(_MEANS_FOUND)]
    if label.finding and label.finding["limited"]:
        said.append(str(_MEANS_LIMITED))
    return " ".join(said)


def _decided(label: Label) -> list[Appeal]:
    """One line for each decision, however many had appealed; the latest first."""
    found = Appeal.objects.filter(label=label, outcome__in=[Outcome.UPHELD, Outcome.REJECTED])
    by_decision = {appeal.decision_id: appeal for appeal in found.select_related("decision__policy").order_by("pk")}
    return list(reversed(by_decision.values()))[:3]
