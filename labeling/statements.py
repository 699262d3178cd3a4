"""Statements of reasons in the submission format of the EU's DSA Transparency Database. Pure code.

The format's own documentation is the source of the names and limits; what a statement of this portal never needs is
left out (orders about money, accounts, or the provision of the service are the platform's own).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from labeling.models.statement import PUID_PATTERN

#: Statements of one call of the database.
MOST: Final = 100
CATEGORY: Final = "STATEMENT_CATEGORY_NEGATIVE_EFFECTS_ON_CIVIC_DISCOURSE_OR_ELECTIONS"
#: The database writes Greece as ISO 3166 does; the Union's own style guide, and some platforms, write EL.
_ISO: Final = {"EL": "GR"}
_STATES: Final = frozenset({
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IS", "IT", "LI", "LT",
    "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK",
})  # fmt: skip
_VALUES: Final[Mapping[str, frozenset[str]]] = {
    "decision_visibility": frozenset(
        f"DECISION_VISIBILITY_{one}"
        for one in (
            "CONTENT_REMOVED", "CONTENT_DISABLED", "CONTENT_DEMOTED", "CONTENT_AGE_RESTRICTED",
            "CONTENT_INTERACTION_RESTRICTED", "CONTENT_LABELLED", "OTHER",
        )
    ),
    "decision_ground": frozenset({"DECISION_GROUND_ILLEGAL_CONTENT", "DECISION_GROUND_INCOMPATIBLE_CONTENT"}),
    "content_type": frozenset(
        f"CONTENT_TYPE_{one}"
        for one in ("APP", "AUDIO", "IMAGE", "PRODUCT", "SYNTHETIC_MEDIA", "TEXT", "VIDEO", "OTHER")
    ),
    "source_type": frozenset(
        {"SOURCE_ARTICLE_16", "SOURCE_TRUSTED_FLAGGER", "SOURCE_TYPE_OTHER_NOTIFICATION", "SOURCE_VOLUNTARY"}
    ),
    "automated_detection": frozenset({"Yes", "No"}),
    "automated_decision": frozenset(
        {"AUTOMATED_DECISION_FULLY", "AUTOMATED_DECISION_PARTIALLY", "AUTOMATED_DECISION_NOT_AUTOMATED"}
    ),
    "territorial_scope": _STATES,
}  # fmt: skip
_LISTS: Final = frozenset({"decision_visibility", "content_type", "territorial_scope", "category_specification"})
_REQUIRED: Final = (
    "decision_ground", "content_type", "category", "content_date", "application_date", "decision_facts", "source_type",
    "automated_detection", "automated_decision", "puid",
)  # fmt: skip
_RESTRICTIONS: Final = ("decision_visibility", "decision_monetary", "decision_provision", "decision_account")
_LIMITS: Final = {
    "decision_facts": 5_000, "incompatible_content_ground": 500, "incompatible_content_explanation": 2_000,
    "decision_visibility_other": 500, "puid": 500,
}  # fmt: skip
#: What follows from another value: who says the first has to say the second.
_FOLLOWS: Final = (
    ("decision_ground", "DECISION_GROUND_INCOMPATIBLE_CONTENT", "incompatible_content_ground"),
    ("decision_ground", "DECISION_GROUND_INCOMPATIBLE_CONTENT", "incompatible_content_explanation"),
    ("decision_visibility", "DECISION_VISIBILITY_OTHER", "decision_visibility_other"),
    ("content_type", "CONTENT_TYPE_OTHER", "content_type_other"),
)
_KNOWN: Final = frozenset(
    {*_REQUIRED, *_RESTRICTIONS, *_LISTS, *_LIMITS, "content_type_other", "content_language", "application_date"}
)
_EARLIEST: Final = {"content_date": dt.date(2000, 1, 1), "application_date": dt.date(2020, 1, 1)}
#: A handle, an address of a person, a link or a number to call have no place in a public database.
_PERSONAL: Final = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+|(?<!\w)@\w{2,}|https?://|\bdid:[a-z]+:|\+?\d[\d ()/-]{7,}\d")


def territorial_scope(code: str, member_states: Iterable[str]) -> list[str]:
    """ISO codes of the place a restriction holds for: a state, or every state of the Union; empty outside the area.

    >>> territorial_scope("gr", ["fr", "gr"]), territorial_scope("el", []), territorial_scope("eu", ["fr", "el"])
    (['GR'], ['GR'], ['FR', 'GR'])
    """
    codes = member_states if code == "eu" else [code.split("-", 1)[0]]
    return sorted(_STATES & {_ISO.get(one.upper(), one.upper()) for one in codes})


def seems_personal(text: str) -> bool:
    """Whether a text seems to hold what has no place in a public database.

    >>> seems_personal("write to anna@voter.example"), seems_personal("Voting ends at noon.")
    (True, False)
    """
    return _PERSONAL.search(text) is not None


def statement_problems(document: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What the database would refuse, as field and reason; empty where nothing is wrong."""
    found = [(field, "is required") for field in _REQUIRED if document.get(field) in (None, "", [])]
    if not any(document.get(field) for field in _RESTRICTIONS):
        found += [(field, "one of the four kinds of restriction is required") for field in _RESTRICTIONS]
    found += [(field, "is no field of the format") for field in document if field not in _KNOWN]
    for field, value in document.items():
        found += [(field, reason) for reason in _value_problems(field, value)]
    for field, value, second in _FOLLOWS:
        held = document.get(field)
        if (held == value or (isinstance(held, list) and value in held)) and not document.get(second):
            found.append((second, f"is required with {value}"))
    return found


def _value_problems(field: str, value: object) -> Iterable[str]:
    if value in (None, "", []):
        return
    if (field in _LISTS) != isinstance(value, list):
        yield "must be a list" if field in _LISTS else "must be one value"
        return
    if field in _VALUES:
        unknown = [one for one in (value if isinstance(value, list) else [value]) if one not in _VALUES[field]]
        if unknown:
            yield f"does not know {', '.join(map(str, unknown))}"
    if field == "category" and value != CATEGORY:
        yield "is not the category of elections"
    if isinstance(value, str) and len(value) > _LIMITS.get(field, 500):
        yield f"is longer than {_LIMITS.get(field, 500)} characters"
    if field == "puid" and not re.fullmatch(PUID_PATTERN, str(value)):
        yield "may hold letters, digits, hyphens and underscores only"
    if field in _EARLIEST:
        yield from _day_problems(field, str(value))
    if isinstance(value, str) and field in _LIMITS and field != "puid" and _PERSONAL.search(value):
        yield "seems to hold personal data: a handle, an address or a number"


def _day_problems(field: str, value: str) -> Iterable[str]:
    try:
        day = dt.datetime.strptime(value, "%Y-%m-%d").date()  # noqa: DTZ007  # a day has no zone
    except ValueError:
        yield "must be a day as YYYY-MM-DD"
        return
    if len(value) != len("2000-01-01") or day < _EARLIEST[field]:
        yield f"must be a day as YYYY-MM-DD, from {_EARLIEST[field]} on"


def call_problems(documents: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """What is wrong with one call: fields as `statements.3.content_date`."""
    found = [
        (f"statements.{number}.{field}", reason)
        for number, document in enumerate(documents)
        for field, reason in statement_problems(document)
    ]
    if not 1 <= len(documents) <= MOST:
        found.append(("statements", f"a call holds from 1 to {MOST}"))
    seen: set[str] = set()
    for number, document in enumerate(documents):
        if (puid := str(document.get("puid"))) in seen:
            found.append((f"statements.{number}.puid", "was used already"))
        seen.add(puid)
    return found
