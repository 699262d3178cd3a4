"""Texts of a place for a translation agency, as XLIFF 1.2 or 2.0 (OASIS)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from xml.etree import ElementTree as ET

from django.utils import timezone

from centers.curation.units import Unit
from centers.models import Jurisdiction
from centers.wording import TextState, text_digest

XLIFF_12: Final = "urn:oasis:names:tc:xliff:document:1.2"
XLIFF_20: Final = "urn:oasis:names:tc:xliff:document:2.0"
METADATA: Final = "urn:oasis:names:tc:xliff:metadata:2.0"
#: Our own attribute in version 1.2, which lets others extend it.
OURS: Final = "urn:election-centre:xliff"
#: What the metadata of a unit in version 2.0 is called.
CATEGORY: Final = "election-centre"
HASH: Final = "source-hash"
VERSIONS: Final = ("2.0", "1.2")

_STATES_12: Final = {
    TextState.MISSING: "needs-translation",
    TextState.OUTDATED: "needs-adaptation",
    TextState.MACHINE: "needs-review-translation",
    TextState.PRESENT: "translated",
    TextState.CONFIRMED: "final",
}
_STATES_20: Final = {
    TextState.MISSING: "initial",
    TextState.OUTDATED: "initial",
    TextState.MACHINE: "translated",
    TextState.PRESENT: "reviewed",
    TextState.CONFIRMED: "final",
}


def xliff_write(place: Jurisdiction, units: Sequence[Unit], *, source: str, target: str, version: str) -> bytes:
    """The units whose original is in `source`, with what there is in `target`. Raises `KeyError` for other versions."""
    write = {"1.2": _write_12, "2.0": _write_20}[version]
    root = write(place, [unit for unit in units if unit.original == source], source, target)
    # Not indented: a text's blanks are its own.
    written: bytes = ET.tostring(root, encoding="unicode").encode()
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + written + b"\n"


def _write_12(place: Jurisdiction, units: Sequence[Unit], source: str, target: str) -> ET.Element:
    root = ET.Element("xliff", {"xmlns": XLIFF_12, "xmlns:ec": OURS, "version": "1.2"})
    file = _child(
        root, "file", original=f"election-centre/{place.code}", datatype="plaintext",
        **{"source-language": source, "target-language": target, "date": timezone.now().strftime("%Y-%m-%dT%H:%M:%SZ")},
    )  # fmt: skip
    body = _child(file, "body")
    for unit in units:
        state = unit.state(target)
        one = _child(body, "trans-unit", id=unit.id, resname=unit.name)
        one.set("xml:space", "preserve")
        one.set(f"ec:{HASH}", text_digest(unit.source))
        if limit := unit.field(target).limit:
            one.set("maxwidth", str(limit))
            one.set("size-unit", "char")
        _child(one, "source").text = unit.source
        held = _child(one, "target", state=_STATES_12[state])
        held.text = unit.text(target)
        if unit.is_machine(target):
            held.set("state-qualifier", "mt-suggestion")
        for note in _notes(unit, target):
            _child(one, "note").text = note
    return root


def _write_20(place: Jurisdiction, units: Sequence[Unit], source: str, target: str) -> ET.Element:
    names = {"xmlns": XLIFF_20, "xmlns:mda": METADATA}
    root = ET.Element("xliff", {**names, "version": "2.0", "srcLang": source, "trgLang": target})
    file = _child(root, "file", id=place.code, original=f"election-centre/{place.code}")
    for unit in units:
        one = _child(file, "unit", id=unit.id, name=unit.name)
        data = _child(_child(one, "mda:metadata"), "mda:metaGroup", category=CATEGORY)
        _child(data, "mda:meta", type=HASH).text = text_digest(unit.source)
        notes = _child(one, "notes")
        for note in _notes(unit, target):
            _child(notes, "note").text = note
        state = unit.state(target)
        segment = _child(one, "segment", state=_STATES_20[state])
        for name, text in (("source", unit.source), ("target", unit.text(target))):
            held = _child(segment, name)
            held.set("xml:space", "preserve")
            held.text = text
    return root


def _notes(unit: Unit, target: str) -> list[str]:
    """What a translator must know who sees nothing else of the portal."""
    described, state = unit.field(target), unit.state(target)
    notes = [f"{unit.kind.label.capitalize()}: {unit.title}"]
    kept = "An empty line begins a new paragraph; keep the paragraphs." if described.multiline else "One line."
    notes.append(f"Plain text without any markup, at most {described.limit} characters. {kept}")
    notes.append("Numbers, dates and web addresses must say the same as in the original.")
    if state == TextState.OUTDATED:
        notes.append("The original has changed since this translation was made.")
    if unit.is_machine(target):
        notes.append("The translation is a machine's draft.")
    return notes


def _child(parent: ET.Element, tag: str, **attributes: str) -> ET.Element:
    return ET.SubElement(parent, tag, attributes)
