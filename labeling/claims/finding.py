"""What a label says of fact-checkers' findings, kept with the label so that a look-up costs nothing more for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from labeling.claims.effects import Stand, effect_of, sources_of
from labeling.claims.policy_data import EffectRow
from labeling.models import Label, LabelBasis, Policy

#: Of an explanation that goes with a context note.
LONGEST_NOTE: Final = 500
#: Partners named on one label.
_MOST_SOURCES: Final = 6
LIMITED: Final = "limited"


class Borne(NamedTuple):
    """What one claim bears on a label: the reason, what that leads to, by which policy, and how the claim stands."""

    reason: str
    effect: EffectRow
    policy: Policy
    stand: Stand


def bases_standing(label: Label) -> list[LabelBasis]:
    """What a label rests on now, with what is needed to say so."""
    return list(label.bases.filter(ended_at=None).select_related("match", "decision__policy").order_by("pk"))


def borne_of(basis: LabelBasis, stand: Stand) -> Borne:
    """A basis, as `stand` bears it."""
    policy = basis.decision.policy
    return Borne(basis.reason, effect_of(policy, basis.reason), policy, stand)


def finding_made(all_borne: Sequence[Borne]) -> dict[str, Any] | None:
    """What is told of a label that rests on these; `None` for one that rests on nothing.

    The weightiest claim gives the words. Keys: `claim`, `reason`, `rating` (empty where nobody is named, or where
    partners disagree), `disputed`, `limited`, `share_prompt`, `is_note`, `sources` (`partner`, `rating`, `url`,
    `claim`), and `note` (`text`, `lang`, `by`) where it is one.
    """
    if not all_borne:
        return None
    ordered = sorted(all_borne, key=lambda one: (one.effect.proposes_action, one.effect.limits), reverse=True)
    first = ordered[0]
    named = sources_of(first.policy, first.reason, first.stand)
    ratings = {one.rating for one in named}
    sources = [
        {
            "claim": str(borne.stand.claim.public_id),
            "partner": one.partner.organisation.name,
            "rating": one.rating,
            "url": one.article_url,
        }
        for borne in ordered
        for one in sources_of(borne.policy, borne.reason, borne.stand)
    ]
    made: dict[str, Any] = {
        "claim": str(first.stand.claim.public_id),
        "reason": first.reason,
        "rating": ratings.pop() if len(ratings) == 1 else "",
        "disputed": first.stand.verdict.is_disputed,
        "limited": any(one.effect.limits for one in ordered),
        "share_prompt": any(one.effect.share_prompt for one in ordered),
        "is_note": all(one.effect.note and not one.effect.limits for one in ordered),
        "sources": sources[:_MOST_SOURCES],
    }
    if first.effect.note and named and not first.stand.verdict.is_disputed:
        said = named[0]
        made["note"] = {
            "text": _shortened(said.explanation),
            "lang": said.language,
            "by": said.partner.organisation.name,
        }
    return made


def _shortened(text: str) -> str:
    """At a word's end.

    >>> len(_shortened("wort " * 200)) <= LONGEST_NOTE
    True
    """
    if len(text) <= LONGEST_NOTE:
        return text
    return text[: LONGEST_NOTE - 1].rsplit(None, 1)[0] + "…"
