"""What records are called when people read of them: "Answer: When do we vote?" instead of `answer:ie/when`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from accounts.models import Organisation
from centers.models import Audience, Election, KeyDateKind, Question, TrustedSource

_MOST_DIGITS: Final = 18


def record_titles(names: Iterable[str]) -> dict[str, str]:
    """By record name, in at most three queries for any number; what is not known keeps its name."""
    wanted = set(names)
    keys = {name: name.partition(":")[2] for name in wanted}
    elections = _elections({key.split("/")[0] for name, key in keys.items() if _noun(name) in _OF_ELECTIONS})
    sources = _sources({key.rpartition("/")[2] for name, key in keys.items() if _noun(name) == "source"})
    bodies = _organisations({key for name, key in keys.items() if _noun(name) == "organisation"})
    return {
        name: bodies.get(name) or _title(_noun(name), key, elections, sources) or name for name, key in keys.items()
    }


def record_title(name: str) -> str:
    """That of one record."""
    return record_titles([name])[name]


_LITERACY: Final = {"campaign": "Campaign", "video": "Video", "tip": "Tip"}
_OF_ELECTIONS: Final = frozenset({"election", "round", "date", "local_rules"})


def _noun(name: str) -> str:
    return name.partition(":")[0]


def _elections(keys: set[str]) -> dict[str, str]:
    if not keys:
        return {}
    found = Election.objects.filter(key__in=keys).values_list("key", "name_en", "name")
    return {key: english or own or key for key, english, own in found}


def _organisations(keys: set[str]) -> dict[str, str]:
    if not keys:
        return {}
    found = Organisation.objects.filter(key__in=keys).values_list("key", "name")
    return {f"organisation:{key}": f"Organisation: {name}" for key, name in found}


def _sources(numbers: set[str]) -> dict[str, str]:
    pks = {int(number) for number in numbers if number.isdecimal() and len(number) <= _MOST_DIGITS}
    if not pks:
        return {}
    return {str(pk): title for pk, title in TrustedSource.objects.filter(pk__in=pks).values_list("pk", "title")}


def _title(noun: str, key: str, elections: dict[str, str], sources: dict[str, str]) -> str:
    parts = key.split("/")
    if noun == "answer":
        question = parts[-1]
        return f"Answer: {Question(question).label if question in Question.values else question}"
    if noun == "center":
        return "Introduction of the centre"
    if noun == "source":
        return f"Trusted source: {sources.get(parts[-1]) or _new_source(key)}"
    if noun in _LITERACY:
        # Their last word is theirs in addresses, too, and tells what they are about.
        return f"{_LITERACY[noun]}: {parts[-1].replace('-', ' ')}"
    if noun in _OF_ELECTIONS:
        return _of_election(noun, parts, elections.get(parts[0], parts[0]))
    return ""


def _new_source(key: str) -> str:
    # The loader names a source that is not in the centre yet by its address.
    address = key.partition(" ")[2]
    return address or "a new one"


def _of_election(noun: str, parts: list[str], election: str) -> str:
    if noun == "round":
        return f"Round {parts[-1]}: {election}"
    if noun == "local_rules":
        return f"Rules: {election}"
    if noun == "date":
        kind = parts[2] if len(parts) > 2 else ""  # noqa: PLR2004
        label = KeyDateKind(kind).label if kind in KeyDateKind.values else kind
        audience = parts[-1] if parts[-1] in Audience.values and parts[-1] != Audience.EVERYONE else ""
        return f"{label}{f' ({Audience(audience).label})' if audience else ''}: {election}"
    return f"Election: {election}"
