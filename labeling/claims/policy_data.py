"""How policies write down what findings of fact-checkers lead to. Pure code."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

#: In `ratings`: of a claim of which nobody has found anything yet.
NOBODY: Final = "none"


class RatingRule(Struct, forbid_unknown_fields=True, omit_defaults=True):
    """Which reason is proposed for a rating; with `near_election` only while an election is near."""

    reason: str
    near_election: bool = False


class EffectRow(Struct, forbid_unknown_fields=True, omit_defaults=True, frozen=True):
    """What a reason leads to beyond the label.

    `needs_source`: only where a named fact-checker's standing assessment says so. `limits`: the platform is told to
    show it to fewer people. `share_prompt`: it asks before somebody shares. `note`: a context note. `proposes_action`:
    the platform is asked to act. `refuses_match`: the content does not repeat the claim.
    """

    needs_source: bool = False
    limits: bool = False
    share_prompt: bool = False
    note: bool = False
    proposes_action: bool = False
    refuses_match: bool = False
