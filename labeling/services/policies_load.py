"""Load the policies moderators decide by, as shipped or written by the operators."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec
from django.db import transaction
from msgspec import Meta, Struct

from electioncenters.languages import LANGUAGE_CODES
from factcheck.models import Rating
from labeling.claims.policy_data import NOBODY, EffectRow, RatingRule
from labeling.models import Policy, PolicyText

SHIPPED: Final = Path(__file__).resolve().parent.parent / "data" / "policies"
#: What people outside are told, by language and then by `{audience}.{action}.{label or told}`.
RESPONSES: Final = SHIPPED.parent / "policy_responses.json"
#: Policies about what only staff see say nothing to people outside.
_WITHIN: Final = frozenset({"rising-hashtag"})


class PolicyError(ValueError):
    """A policy that cannot be loaded; the message names the file and what is wrong."""


class _Text(Struct, forbid_unknown_fields=True):
    title: Annotated[str, Meta(min_length=1, max_length=120)]
    text: Annotated[str, Meta(min_length=1, max_length=1200)]
    reasons: dict[str, Annotated[str, Meta(min_length=1, max_length=200)]]
    is_machine: bool = True


class _Policy(Struct, forbid_unknown_fields=True):
    key: Annotated[str, Meta(pattern=r"^[a-z][a-z-]{0,58}[a-z]$")]
    version: Annotated[int, Meta(ge=1, le=9999)]
    severity: Annotated[int, Meta(ge=1, le=5)]
    answer_within: Annotated[int, Meta(ge=1, le=60 * 24 * 30)]
    actions: dict[str, Literal["apply", "reject", "change"]]
    texts: dict[str, _Text]
    is_sensitive: bool = False
    label_kind: Literal["", "election", "unverified", "ai_generated", "official_account"] = ""
    ratings: dict[str, RatingRule] = {}
    effects: dict[str, EffectRow] = {}


@transaction.atomic
def policies_load(*, folder: Path = SHIPPED) -> int:
    """Add versions of policies that are not known yet, and texts in further languages; returns how many were added.

    A version that is known keeps its wording: decisions cite it. Only a machine's draft is replaced, by what a person
    wrote. Raises `PolicyError`, also for a known version that reads otherwise now, and loads nothing then.
    """
    responses = _responses_read()
    return sum(_load(read, responses) for read in [_read(path) for path in sorted(folder.glob("*.json"))])


def _responses_read() -> dict[str, dict[str, str]]:
    try:
        return msgspec.json.decode(RESPONSES.read_bytes(), type=dict[str, dict[str, str]])
    except (msgspec.DecodeError, OSError) as error:
        raise PolicyError(f"{RESPONSES.name}: {error}") from error


def _read(path: Path) -> _Policy:
    try:
        policy = msgspec.convert(json.loads(path.read_text()), _Policy)
    except (ValueError, msgspec.ValidationError) as error:
        raise PolicyError(f"{path.name}: {error}") from error
    if "en" not in policy.texts:
        raise PolicyError(f"{path.name}: there is no English text, which is what staff read")
    codes = list(policy.actions)
    for language, text in policy.texts.items():
        if language not in LANGUAGE_CODES:
            raise PolicyError(f"{path.name}: unknown language {language!r}")
        if list(text.reasons) != codes:
            raise PolicyError(f"{path.name}: the reasons in {language!r} are not those of `actions`")
    _check_claims(path, policy)
    return policy


def _check_claims(path: Path, policy: _Policy) -> None:
    """What findings lead to is about ratings and reasons there are; what names a source has one to name."""
    if unknown := {*policy.ratings} - {*Rating.values, NOBODY}:
        raise PolicyError(f"{path.name}: `ratings` names {', '.join(sorted(unknown))}, which is no rating")
    reasons = {rule.reason for rule in policy.ratings.values()} | {*policy.effects}
    if unknown := reasons - {*policy.actions}:
        raise PolicyError(f"{path.name}: `ratings` and `effects` name {', '.join(sorted(unknown))}, which is no reason")
    nobody = policy.ratings.get(NOBODY)
    if nobody is not None and policy.effects.get(nobody.reason, EffectRow()).needs_source:
        raise PolicyError(f"{path.name}: {nobody.reason!r} needs a source, and nobody has found anything")


def _load(read: _Policy, responses: Mapping[str, Mapping[str, str]]) -> int:
    facts: dict[str, object] = {
        "codes": list(read.actions), "severity": read.severity, "answer_within": read.answer_within,
        "is_sensitive": read.is_sensitive, "label_kind": read.label_kind, "actions": read.actions,
        "ratings": msgspec.to_builtins(read.ratings), "effects": msgspec.to_builtins(read.effects),
    }  # fmt: skip
    policy, is_new = Policy.objects.get_or_create(key=read.key, version=read.version, defaults=facts)
    if not policy.codes:
        # Loaded before their order was kept.
        policy.codes = list(read.actions)
        policy.save(update_fields=["codes"])
    stored = {text.language: text for text in policy.texts.all()}
    _check_unchanged(policy, facts, stored.get("en"), read.texts["en"])
    texts = [
        PolicyText(
            policy=policy, language=language, title=text.title, text=text.text, reasons=text.reasons,
            responses=_responses_of(read, responses.get(language, {})), is_machine=text.is_machine,
        )
        for language, text in read.texts.items()
    ]  # fmt: skip
    PolicyText.objects.bulk_create(text for text in texts if text.language not in stored)
    for text in texts:
        known = stored.get(text.language)
        if known is not None and (not known.responses or (known.is_machine and not text.is_machine)):
            text.pk = known.pk
            text.save()
    return int(is_new)


def _check_unchanged(policy: Policy, facts: Mapping[str, object], known: PolicyText | None, given: _Text) -> None:
    """A decision cites a version: its facts and its English wording stay what they were."""
    wording = (given.title, given.text, given.reasons)
    is_changed = any(getattr(policy, name) != value for name, value in facts.items())
    if is_changed or (known is not None and (known.title, known.text, known.reasons) != wording):
        raise PolicyError(
            f"{policy.key}: version {policy.version} reads otherwise already; give the change a new version"
        )


def _responses_of(read: _Policy, said: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """By audience and action, for what the policy leads to: a label, or that the platform is told."""
    if read.key in _WITHIN:
        return {}
    leads_to = "label" if read.label_kind else "told"
    found: dict[str, dict[str, str]] = {"author": {}, "reporter": {}}
    for audience, by_action in found.items():
        for action in dict.fromkeys(read.actions.values()):
            text = said.get(f"{audience}.{action}.{leads_to}") or said.get(f"{audience}.{action}")
            if text:
                by_action[action] = text
    return found
