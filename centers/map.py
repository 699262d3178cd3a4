"""The map of the member states on the page where voters choose their country: drawn once, read from a file.

``tools/build_map.py`` writes the file; nothing here knows geography.
"""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from pathlib import Path

MAP_FILE = Path(__file__).resolve().parent / "data" / "map.json"


@dataclass(frozen=True, slots=True)
class CountryOutline:
    """One member state; lengths in units of the map's viewBox, y growing downwards."""

    code: str
    """The jurisdiction's code (``fr``; Greece is ``gr``)."""
    d: str
    """SVG path data, whole units, overlapping and gapping with no neighbour's."""
    x: int
    """With ``y``: the inner point furthest from any border, where a label sits best."""
    y: int
    w: int
    """With ``h``: width and height of the box around all its pieces."""
    h: int
    tiny: bool
    """Narrower or lower than 24 CSS pixels when the map is 360 wide: needs a larger target (WCAG 2.5.8)."""
    r: int
    """Radius around (x, y) of that target, as large as the neighbours' labels allow; 0 unless ``tiny``."""


@dataclass(frozen=True, slots=True)
class EuropeMap:
    """Everything a template needs to draw the map."""

    view_box: str
    """The ``viewBox`` attribute: ``0 0 width height``."""
    source: str
    """Where the borders come from, with the version, for the credit line."""
    context: str
    """SVG path data of all land outside the Union as one shape without inner borders."""
    countries: tuple[CountryOutline, ...]
    """The 27 member states by code."""


@functools.cache
def europe_map() -> EuropeMap:
    """Read the map, once per process. A damaged file raises ``KeyError``, ``TypeError`` or ``ValueError``."""
    raw = json.loads(MAP_FILE.read_text(encoding="utf-8"))
    return EuropeMap(
        view_box=raw["viewBox"],
        source=raw["source"],
        context=raw["context"],
        countries=tuple(CountryOutline(**country) for country in raw["countries"]),
    )
