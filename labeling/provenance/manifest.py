"""What a manifest store, as the library reports it, comes to. Pure code: no file is read here.

The vocabulary is IPTC's (digital source types) and that of the C2PA specification (actions, relationships of
ingredients, codes of validation). Everything in a report is somebody's claim, so every part may be missing or strange.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from labeling.provenance.model import Provenance, Says, State

#: Last parts of IPTC's addresses. `algorithmicMedia` (made by a program that learned nothing) is not AI.
_TRAINED: Final = "trainedAlgorithmicMedia"
_COMPOSITE: Final = "compositeWithTrainedAlgorithmicMedia"
_CREATED: Final = "c2pa.created"
#: The one failure that leaves a manifest what it is: nobody we trust vouches for the signer.
_UNTRUSTED: Final = "signingCredential.untrusted"
_TRUSTED: Final = "signingCredential.trusted"
#: Ingredients of ingredients that are followed, and names kept of anything.
_DEEPEST: Final = 8
_MOST: Final = 50
_LONGEST: Final = 200


class _Word(NamedTuple):
    """What one manifest says, and whether its signer is trusted."""

    says: Says
    trusted: bool
    signer: str


def judged(report: Mapping[str, Any], media_type: str) -> Provenance:
    """The credentials of a file from the library's report of it (`Reader.json()`)."""
    manifests = _mapping(report.get("manifests"))
    active = _mapping(manifests.get(str(report.get("active_manifest"))))
    problems = _unique(str(one.get("code", "")) for one in _mappings(report.get("validation_status")))
    state = {"Trusted": State.VALID, "Valid": State.UNTRUSTED}.get(str(report.get("validation_state")), State.INVALID)
    followed = list(_followed(manifests, str(report.get("active_manifest"))))
    sources = _unique(source for one in followed for _, source in _acts(one) if source)
    actions = _unique(action for one in followed for action, _ in _acts(one))
    found = Provenance(
        state=state if active else State.INVALID,
        media_type=media_type,
        signer=_signer(active),
        generator=_generator(active),
        sources=sources,
        actions=actions,
        problems=problems,
    )
    if found.state == State.INVALID:
        return found
    word = _word(manifests, active, _deltas(report), trusted=state == State.VALID, depth=0)
    # What rests on somebody's word is no surer than that somebody.
    decided = State.VALID if word.trusted else State.UNTRUSTED
    fields = {name: getattr(found, name) for name in ("media_type", "generator", "sources", "actions", "problems")}
    return Provenance(state=decided, says=word.says, signer=word.signer or found.signer, **fields)


def _word(
    manifests: Mapping[str, Any],
    manifest: Mapping[str, Any],
    deltas: Mapping[str, set[str]],
    *,
    trusted: bool,
    depth: int,
) -> _Word:
    """What a manifest and those it was made from say, the strongest first.

    A work whose parent was generated was generated, however it was cut afterwards; one with a generated part is partly.
    """
    signer = _signer(manifest)
    own = _Word(_own(manifest), trusted, signer)
    if own.says == Says.GENERATED or depth >= _DEEPEST:
        return own
    inherited = [
        word._replace(says=Says.GENERATED if relation == "parentOf" and word.says == Says.GENERATED else Says.PARTLY)
        for relation, word in _ingredients(manifests, manifest, deltas, trusted=trusted, depth=depth)
        if word.says in (Says.GENERATED, Says.PARTLY)
    ]
    words = [word for word in (own, *inherited) if word.says in (Says.GENERATED, Says.PARTLY)]
    if not words:
        return own
    # Of what trusted signers say the strongest; only without any of those what others say.
    return max(words, key=lambda word: (word.trusted, word.says == Says.GENERATED))


def _own(manifest: Mapping[str, Any]) -> Says:
    acts = list(_acts(manifest))
    kinds = {source.rpartition("/")[2] for _, source in acts if source}
    if _TRAINED in kinds:
        made_otherwise = any(
            action == _CREATED and source and source.rpartition("/")[2] != _TRAINED for action, source in acts
        )
        has_parent = any(one.get("relationship") == "parentOf" for one in _mappings(manifest.get("ingredients")))
        is_made = any(action == _CREATED and source.rpartition("/")[2] == _TRAINED for action, source in acts)
        # A generated stretch in what a camera took, or in somebody's earlier work, is a part of it.
        return Says.PARTLY if not is_made and (made_otherwise or has_parent) else Says.GENERATED
    if _COMPOSITE in kinds:
        return Says.PARTLY
    return Says.NOT_AI if kinds else Says.NOTHING


def _ingredients(
    manifests: Mapping[str, Any],
    manifest: Mapping[str, Any],
    deltas: Mapping[str, set[str]],
    *,
    trusted: bool,
    depth: int,
) -> Iterator[tuple[str, _Word]]:
    """Relationship and word of what a manifest was made from; what did not validate says nothing.

    `inputTo` is what a generator was shown, which is no part of the work.
    """
    for one in _mappings(manifest.get("ingredients"))[:_MOST]:
        relation, name = str(one.get("relationship")), str(one.get("active_manifest"))
        results = _mapping(_mapping(one.get("validation_results")).get("activeManifest"))
        failures = _codes(results.get("failure")) | deltas.get(name, set())
        if relation not in ("parentOf", "componentOf") or name not in manifests or failures - {_UNTRUSTED, _TRUSTED}:
            continue
        is_trusted = trusted and (_UNTRUSTED not in failures or _TRUSTED in failures)
        yield relation, _word(manifests, _mapping(manifests[name]), deltas, trusted=is_trusted, depth=depth + 1)


def _followed(manifests: Mapping[str, Any], active: str) -> Iterator[Mapping[str, Any]]:
    """The active manifest and those of its ingredients, each once."""
    waiting, seen = [active], set[str]()
    while waiting and len(seen) < _MOST:
        name = waiting.pop(0)
        if name in seen or name not in manifests:
            continue
        seen.add(name)
        manifest = _mapping(manifests[name])
        yield manifest
        waiting += [str(one.get("active_manifest")) for one in _mappings(manifest.get("ingredients"))[:_MOST]]


def _deltas(report: Mapping[str, Any]) -> dict[str, set[str]]:
    """What validating found of ingredients that whoever added them had not: codes by the manifest's name."""
    found: dict[str, set[str]] = {}
    for one in _mappings(_mapping(report.get("validation_results")).get("ingredientDeltas")):
        changes = _mapping(one.get("validationDeltas"))
        for entry in _mappings(changes.get("failure")):
            found.setdefault(_named_in(entry), set()).add(str(entry.get("code")))
        for entry in _mappings(changes.get("success")):
            if entry.get("code") == _TRUSTED:
                found.setdefault(_named_in(entry), set()).add(_TRUSTED)
    return found


def _named_in(entry: Mapping[str, Any]) -> str:
    """The manifest in `self#jumbf=/c2pa/NAME/…`."""
    return str(entry.get("url", "")).partition("/c2pa/")[2].partition("/")[0]


def _acts(manifest: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Each action with its digital source type, empty where it names none."""
    for assertion in _mappings(manifest.get("assertions")):
        if str(assertion.get("label", "")).startswith("c2pa.actions"):
            for action in _mappings(_mapping(assertion.get("data")).get("actions"))[:_MOST]:
                yield _plain(action.get("action")), _plain(action.get("digitalSourceType"))


def _signer(manifest: Mapping[str, Any]) -> str:
    about = _mapping(manifest.get("signature_info"))
    name, issuer = _plain(about.get("common_name")), _plain(about.get("issuer"))
    return f"{name} ({issuer})" if name and issuer and name != issuer else name or issuer


def _generator(manifest: Mapping[str, Any]) -> str:
    for one in _mappings(manifest.get("claim_generator_info")):
        return " ".join(part for part in (_plain(one.get("name")), _plain(one.get("version"))) if part)[:_LONGEST]
    return _plain(manifest.get("claim_generator"))


def _plain(value: Any) -> str:
    """A text without what could disturb where it is shown: control and direction characters, and length."""
    if not isinstance(value, str):
        return ""
    return "".join(sign for sign in value if unicodedata.category(sign)[0] != "C").strip()[:_LONGEST]


def _codes(value: Any) -> set[str]:
    return {str(one.get("code")) for one in _mappings(value)}


def _unique(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(plain for value in values if (plain := _plain(value))))[:_MOST]


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _mappings(value: Any) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []
