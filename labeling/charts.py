"""Charts as numbers for SVG: no script, no inline style. Words stand beside them, so that they never shrink."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

#: The drawing is stretched to the room there is.
WIDTH: Final = 100.0
HEIGHT: Final = 40.0
_GAP: Final = 0.2


class Bar(NamedTuple):
    """One bar; `said` is told on hovering."""

    x: str
    y: str
    width: str
    height: str
    said: str


class Bars(NamedTuple):
    """A bar chart with the words around it."""

    title: str
    about: str
    bars: list[Bar]
    most: str
    first: str
    last: str


class Span(NamedTuple):
    """A share with its interval on a scale from 0 to `most`, and the share of all others, in percent of the width."""

    low: str
    width: str
    point: str
    others: str


def bars_of(title: str, values: Sequence[tuple[str, int]], *, unit: str) -> Bars:
    """One bar for each (name, value). `about` tells in a sentence what a reader would see."""
    most = max((value for _, value in values), default=0)
    step = WIDTH / max(1, len(values))
    drawn = []
    for number, (name, value) in enumerate(values):
        height = HEIGHT * value / most if most else 0.0
        drawn.append(
            Bar(
                _number(number * step), _number(HEIGHT - height), _number(step * (1 - _GAP)), _number(height),
                f"{name}: {value:,} {unit}",
            )
        )  # fmt: skip
    first, last = (values[0][0], values[-1][0]) if values else ("", "")
    peak = next((name for name, value in values if value == most), "")
    about = f"{first} to {last}: at most {most:,} {unit} ({peak})." if most else "Nothing in this period."
    return Bars(title, about, drawn, f"{most:,}", first, last)


def span_of(low: float, high: float, point: float, others: float, most: float) -> Span:
    """Where a share and its interval stand."""
    scale = WIDTH / most if most else 0.0
    return Span(
        _number(low * scale), _number(max(0.6, (high - low) * scale)), _number(point * scale), _number(others * scale)
    )


def _number(value: float) -> str:
    """With a full stop, whatever the language of the page."""
    return f"{value:.2f}"
