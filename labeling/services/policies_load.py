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
from labeling.models import Policy, PolicyText

SHIPPED: Final = Path(__file__).resolve().parent.parent / "data" / "policies"


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


@transaction.atomic
def policies_load(*, folder: Path = SHIPPED) -> int:
    """Add versions of policies that are not known yet, and texts in further languages; returns how many were added.

    A version that is known keeps its wording: decisions cite it. Raises `PolicyError`, and loads nothing then.
    """
    return sum(_load(read) for read in [_read(path) for path in sorted(folder.glob("*.json"))])


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
    return policy


def _load(read: _Policy) -> int:
    facts: Mapping[str, object] = {
        "severity": read.severity, "answer_within": read.answer_within, "is_sensitive": read.is_sensitive,
        "label_kind": read.label_kind, "actions": read.actions,
    }  # fmt: skip
    policy, is_new = Policy.objects.get_or_create(key=read.key, version=read.version, defaults=facts)
    known = set(policy.texts.values_list("language", flat=True))
    PolicyText.objects.bulk_create(
        PolicyText(
            policy=policy, language=language, title=text.title, text=text.text, reasons=text.reasons,
            is_machine=text.is_machine,
        )
        for language, text in read.texts.items()
        if language not in known
    )  # fmt: skip
    return int(is_new)
