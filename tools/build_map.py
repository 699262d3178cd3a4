"""Build ``centers/data/map.json``, the map of the 27 EU member states, from Natural Earth's 1:50m borders.

Run it only when the source or the drawing changes; its result is committed. The borders come as TopoJSON in
the npm package ``world-atlas`` (Natural Earth is in the public domain)::

    npm install --prefix SOME/FOLDER world-atlas
    python tools/build_map.py SOME/FOLDER/node_modules/world-atlas/countries-50m.json

What is drawn, and what is not:

- Lambert azimuthal equal-area, centred 52° N 10° E as in the EU's own statistical maps (EPSG:3035, but on a
  sphere), so that no country looks larger than it is.
- The frame is the European continent. Parts of member states far from it are **dropped**, not moved into an
  inset: the French overseas regions, the Canary Islands, Madeira, the Azores, the Dutch Caribbean. Voters
  there have the same Election Centre as the rest of their country, and its European part leads to it.
- Cyprus is drawn whole: under Protocol No 10 to the 2003 Act of Accession the whole island is territory of
  the Republic, the acquis being suspended in the north. Natural Earth's "N. Cyprus" is joined to it without
  an inner border (at 1:50m the UN buffer zone and the British bases are no features of their own). Åland, a
  feature of its own in Natural Earth, is joined to Finland.
- Everything else is context: one shape without inner borders, so the map takes no side on Kosovo or Crimea.

Simplification works on the arcs that neighbours share, before any polygon exists, so neighbours can neither
gap nor overlap. Coordinates are whole units of the viewBox; y grows downwards.
"""

from __future__ import annotations

import argparse
import heapq
import itertools
import json
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypedDict

Point = tuple[float, float]
Line = list[Point]
ArcRing = list[int]
"""Arc indexes in order; ``~i`` is arc ``i`` walked backwards."""

MEMBER_STATES = {
    "040": "at", "056": "be", "100": "bg", "196": "cy", "203": "cz", "208": "dk", "233": "ee", "246": "fi",
    "250": "fr", "276": "de", "300": "gr", "191": "hr", "348": "hu", "372": "ie", "380": "it", "428": "lv",
    "440": "lt", "442": "lu", "470": "mt", "528": "nl", "616": "pl", "620": "pt", "642": "ro", "703": "sk",
    "705": "si", "724": "es", "752": "se",
}  # fmt: skip
"""ISO 3166-1 numeric code → this project's jurisdiction code."""
JOINED = {"N. Cyprus": "cy", "Åland": "fi"}
"""Natural Earth features without a code of their own here → the member state they are drawn with."""

EARTH_RADIUS_KM = 6371.0
CENTER_LON, CENTER_LAT = 10.0, 52.0
FRAME_KM = (-1760.0, -1930.0, 2260.0, 2240.0)
"""West, south, east, north of the picture, in km from the projection's centre: member states and a margin."""
WIDTH = 2000
"""Width of the viewBox in units; one unit is 2 km, about half a CSS pixel on a desktop."""
BLEED = 24.0
"""Context is cut this many units outside the viewBox, so that a stroke along the cut is never seen."""

MEMBER_TOLERANCE, CONTEXT_TOLERANCE = 6.0, 40.0
"""Square units: points whose triangle with their neighbours is smaller are left out (Visvalingam-Whyatt)."""
MIN_AREA = 9.0
"""Square units: smaller islands and enclaves are left out, never a country's largest piece.

One number for all, so that an enclave (San Marino) and the hole it lies in are drawn or left out together."""

SMALLEST_RENDERING_PX, TARGET_PX = 360, 24
"""WCAG 2.2, 2.5.8: targets of 24 by 24 CSS pixels, asked of the map at the width of a narrow phone."""

DEFAULT_OUTPUT = Path(__file__).resolve().parent.parent / "centers" / "data" / "map.json"


class CountryShape(TypedDict):
    """One member state as written to the file; all lengths in viewBox units."""

    code: str
    d: str
    x: int
    y: int
    w: int
    h: int
    tiny: bool
    r: int
    """Radius of a round touch target around (x, y) for a tiny country, 0 for the others."""


@dataclass(frozen=True, slots=True)
class Feature:
    """Land to draw: a member state's code, or ``""`` for context, and its polygons as rings of arcs."""

    code: str
    polygons: list[list[ArcRing]]


def arcs_decode(topology: dict[str, Any]) -> list[Line]:
    """Undo TopoJSON's delta coding and quantisation: lines of (longitude, latitude) in degrees."""
    (scale_x, scale_y), (move_x, move_y) = topology["transform"]["scale"], topology["transform"]["translate"]

    def decode(deltas: list[list[int]]) -> Line:
        xs = itertools.accumulate(dx for dx, _ in deltas)
        ys = itertools.accumulate(dy for _, dy in deltas)
        return [(x * scale_x + move_x, y * scale_y + move_y) for x, y in zip(xs, ys, strict=True)]

    return [decode(arc) for arc in topology["arcs"]]


def features_read(topology: dict[str, Any]) -> Iterator[Feature]:
    """Yield every country of the file with the code it is drawn under."""
    for geometry in topology["objects"]["countries"]["geometries"]:
        code = MEMBER_STATES.get(geometry.get("id", "")) or JOINED.get(geometry["properties"]["name"], "")
        polygons = [geometry["arcs"]] if geometry["type"] == "Polygon" else geometry["arcs"]
        yield Feature(code, polygons)


def project(lon: float, lat: float) -> Point:
    """Lambert azimuthal equal-area on a sphere: km east and north of the centre.

    Formulas 22-4, 22-5 and 24-2 of Snyder, Map Projections: A Working Manual (USGS, 1987). They have no
    value at the antipode, which lies in the Pacific away from all land.
    """
    phi, phi0, lam = math.radians(lat), math.radians(CENTER_LAT), math.radians(lon - CENTER_LON)
    toward = math.cos(phi) * math.cos(lam)
    k = EARTH_RADIUS_KM * math.sqrt(2 / (1 + math.sin(phi0) * math.sin(phi) + math.cos(phi0) * toward))
    return k * math.cos(phi) * math.sin(lam), k * (math.cos(phi0) * math.sin(phi) - math.sin(phi0) * toward)


def frame_height() -> int:
    """Height of the viewBox in units, from the frame's proportions."""
    west, south, east, north = FRAME_KM
    return round(WIDTH * (north - south) / (east - west))


def to_frame(line: Line) -> Line:
    """Degrees to viewBox units."""
    west, _, east, north = FRAME_KM
    scale = WIDTH / (east - west)
    return [((x - west) * scale, (north - y) * scale) for x, y in itertools.starmap(project, line)]


def triangle_area(a: Point, b: Point, c: Point) -> float:
    """Area of the triangle, never negative."""
    return abs((b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1])) / 2


def simplify(line: Line, tolerance: float) -> Line:
    """Leave out the least telling points (Visvalingam-Whyatt); ends and three corners of a ring stay."""
    fewest = 4 if line[0] == line[-1] else 2
    before = list(range(-1, len(line) - 1))
    after = list(range(1, len(line) + 1))
    areas = [math.inf, *map(triangle_area, line, line[1:], line[2:]), math.inf]
    queue = [(area, i) for i, area in enumerate(areas) if area < math.inf]
    heapq.heapify(queue)
    kept = set(range(len(line)))
    while queue and len(kept) > fewest:
        area, i = heapq.heappop(queue)
        if area > tolerance:
            break
        if i not in kept or area != areas[i]:
            continue  # an outdated entry: a neighbour went and the area was measured anew
        kept.remove(i)
        left, right = before[i], after[i]
        after[left], before[right] = right, left
        for j in (left, right):
            if areas[j] < math.inf:
                # Never less than what has just gone, or a smooth bay would vanish point by point.
                areas[j] = max(area, triangle_area(line[before[j]], line[j], line[after[j]]))
                heapq.heappush(queue, (areas[j], j))
    return [line[i] for i in sorted(kept)]


def arcs_draw(arcs: Sequence[Line], features: Iterable[Feature]) -> dict[int, Line]:
    """Project and simplify the arcs that features use; what only context uses gets the coarser tolerance."""
    drawn: dict[int, Line] = {}
    for feature in sorted(features, key=lambda f: not f.code):
        tolerance = MEMBER_TOLERANCE if feature.code else CONTEXT_TOLERANCE
        for i in arc_indexes(feature.polygons):
            if i not in drawn:
                drawn[i] = simplify(to_frame(arcs[i]), tolerance)
    return drawn


def arc_indexes(polygons: Iterable[list[ArcRing]]) -> set[int]:
    """The arcs used, whatever their direction."""
    return {max(i, ~i) for polygon in polygons for ring in polygon for i in ring}


def dissolve(polygons: Iterable[list[ArcRing]]) -> list[ArcRing]:
    """Rings around the polygons' union: an arc walked both ways is an inner border and goes."""
    walked = [i for polygon in polygons for ring in polygon for i in ring]
    uses = Counter(max(i, ~i) for i in walked)
    return [[i] for i in walked if uses[max(i, ~i)] == 1]


def rings_stitch(pieces: Iterable[ArcRing], arcs: dict[int, Line]) -> list[Line]:
    """Follow arcs end to start until each ring closes; closed lines, first point repeated at the end.

    Raises ``ValueError`` when a ring doesn't close, which means that the topology is damaged.
    """
    lines = [walk(ring, arcs) for ring in pieces]
    starting = defaultdict(list)
    for line in lines:
        starting[line[0]].append(line)
    rings = []
    for line in lines:
        if line not in starting[line[0]]:
            continue  # already part of a ring
        starting[line[0]].remove(line)
        ring = list(line)
        while ring[-1] != ring[0]:
            if not starting[ring[-1]]:
                raise ValueError(f"ring doesn't close at {ring[-1]}")
            ring += starting[ring[-1]].pop()[1:]
        rings.append(ring)
    return rings


def walk(ring: ArcRing, arcs: dict[int, Line]) -> Line:
    """The points along a chain of arcs, each joint once."""
    lines = [arcs[i] if i >= 0 else arcs[~i][::-1] for i in ring]
    return lines[0] + [point for line in lines[1:] for point in line[1:]]


def clip(ring: Line, box: tuple[float, float, float, float]) -> Line:
    """Cut a closed line to the box (Sutherland-Hodgman); empty when nothing is inside."""
    left, top, right, bottom = box
    for axis, limit, sign in ((0, left, 1), (1, top, 1), (0, right, -1), (1, bottom, -1)):
        ring = clip_side(ring, axis, limit, sign)
    return ring


def clip_side(ring: Line, axis: int, limit: float, sign: int) -> Line:
    """Keep what lies beyond ``limit`` on one axis (``sign`` 1) or before it (-1)."""
    kept: Line = []
    for a, b in itertools.pairwise(ring):
        a_inside, b_inside = (a[axis] - limit) * sign >= 0, (b[axis] - limit) * sign >= 0
        if a_inside:
            kept.append(a)
        if a_inside != b_inside:
            share = (limit - a[axis]) / (b[axis] - a[axis])
            kept.append((a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])))
    return [*kept, kept[0]] if kept else []


def ring_area(ring: Line) -> float:
    """Signed area in square units of a closed line."""
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in itertools.pairwise(ring)) / 2


def is_visible(ring: Line) -> bool:
    """Say whether a ring is large enough to draw."""
    return abs(ring_area(ring)) >= MIN_AREA


def bounds(rings: Iterable[Line]) -> tuple[float, float, float, float]:
    """Left, top, right, bottom."""
    xs, ys = zip(*itertools.chain.from_iterable(rings), strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def distance_inside(point: Point, rings: Sequence[Line]) -> float:
    """Distance from the point to the nearest edge; negative outside (even-odd over all rings)."""
    x, y = point
    inside, nearest = False, math.inf
    for a, b in itertools.chain.from_iterable(map(itertools.pairwise, rings)):
        if (a[1] > y) != (b[1] > y) and x < (b[0] - a[0]) * (y - a[1]) / (b[1] - a[1]) + a[0]:
            inside = not inside
        nearest = min(nearest, segment_distance(point, a, b))
    return nearest if inside else -nearest


def segment_distance(point: Point, a: Point, b: Point) -> float:
    """Distance from a point to the segment between two others."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    length = dx * dx + dy * dy
    share = ((point[0] - a[0]) * dx + (point[1] - a[1]) * dy) / length if length else 0.0
    share = min(1.0, max(0.0, share))
    return math.dist(point, (a[0] + share * dx, a[1] + share * dy))


def visual_center(rings: Sequence[Line], precision: float = 0.5) -> Point:
    """The inner point furthest from any edge (pole of inaccessibility): halve the most promising square."""
    left, top, right, bottom = bounds(rings)
    half = max(right - left, bottom - top) / 2
    first = ((left + right) / 2, (top + bottom) / 2)
    best, best_distance = first, distance_inside(first, rings)
    queue = [(-best_distance - half * math.sqrt(2), first, half)]
    while queue:
        hope, (x, y), half = heapq.heappop(queue)
        if -hope - best_distance <= precision:
            break
        half /= 2
        for corner in itertools.product((x - half, x + half), (y - half, y + half)):
            distance = distance_inside(corner, rings)
            if distance > best_distance:
                best, best_distance = corner, distance
            heapq.heappush(queue, (-distance - half * math.sqrt(2), corner, half))
    return best


def rounded(ring: Line) -> Line:
    """Whole units, without the points that fall onto the one before."""
    return [point for point, _ in itertools.groupby((float(round(x)), float(round(y))) for x, y in ring)]


def path_data(rings: Iterable[Line]) -> str:
    """SVG path data: each ring an absolute start, then relative lines; the closing point is left to ``z``."""

    def draw(ring: Line) -> str:
        deltas = [(b[0] - a[0], b[1] - a[1]) for a, b in itertools.pairwise(ring[:-1])]
        steps = " ".join(f"{dx:.0f} {dy:.0f}" for dx, dy in deltas)
        return f"M{ring[0][0]:.0f} {ring[0][1]:.0f}l{steps}z".replace(" -", "-")

    return "".join(map(draw, rings))


def country_shape(code: str, rings: list[Line]) -> CountryShape:
    """Draw one member state; rings that are too small to see go, the largest piece stays."""
    rings = sorted(map(rounded, rings), key=lambda ring: -abs(ring_area(ring)))
    rings = [rings[0], *filter(is_visible, rings[1:])]
    left, top, right, bottom = bounds(rings)
    x, y = visual_center(rings[:1])
    w, h = round(right - left), round(bottom - top)
    tiny = min(w, h) * SMALLEST_RENDERING_PX / WIDTH < TARGET_PX
    return CountryShape(code=code, d=path_data(rings), x=round(x), y=round(y), w=w, h=h, tiny=tiny, r=0)


def with_touch_radius(shape: CountryShape, others: Iterable[CountryShape]) -> CountryShape:
    """Give a tiny country a round target: 24 px, or less where it would pass half way to another label."""
    if not shape["tiny"]:
        return shape
    wanted = math.ceil(TARGET_PX / 2 * WIDTH / SMALLEST_RENDERING_PX)
    here = shape["x"], shape["y"]
    free = min(math.dist(here, (other["x"], other["y"])) / 2 for other in others if other is not shape)
    return {**shape, "r": min(wanted, math.floor(free))}


def countries_draw(features: Sequence[Feature], arcs: dict[int, Line]) -> list[CountryShape]:
    """The 27 member states by code."""
    shapes = []
    for code in sorted(MEMBER_STATES.values()):
        polygons = [polygon for feature in features if feature.code == code for polygon in feature.polygons]
        shapes.append(country_shape(code, rings_stitch(dissolve(polygons), arcs)))
    return [with_touch_radius(shape, shapes) for shape in shapes]


def context_draw(features: Sequence[Feature], arcs: dict[int, Line]) -> str:
    """All other land in and around the frame as one path without inner borders."""
    polygons = [polygon for feature in features if not feature.code for polygon in feature.polygons]
    box = (-BLEED, -BLEED, WIDTH + BLEED, frame_height() + BLEED)
    rings = [rounded(clip(ring, box)) for ring in rings_stitch(dissolve(polygons), arcs)]
    return path_data(filter(is_visible, rings))


def in_frame(line: Line) -> bool:
    """Say whether every point is inside the viewBox."""
    return all(0 <= x <= WIDTH and 0 <= y <= frame_height() for x, y in line)


def european_part(feature: Feature, arcs: Sequence[Line]) -> Feature:
    """Leave out what a member state has outside the frame; context stays whole, to be cut when drawn."""
    if not feature.code:
        return feature
    kept = [polygon for polygon in feature.polygons if all(in_frame(to_frame(arcs[i])) for i in arc_indexes([polygon]))]
    return Feature(feature.code, kept)


def map_build(topology: dict[str, Any], *, version: str) -> dict[str, Any]:
    """Make the content of ``map.json`` from that of ``countries-50m.json``."""
    arcs = arcs_decode(topology)
    features = [european_part(feature, arcs) for feature in features_read(topology)]
    drawn = arcs_draw(arcs, features)
    return {
        "viewBox": f"0 0 {WIDTH} {frame_height()}",
        "source": f"Natural Earth 1:50m, public domain, via world-atlas {version}",
        "context": context_draw(features, drawn),
        "countries": countries_draw(features, drawn),
    }


def main() -> None:
    """Read the file named on the command line and write the map."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("source", type=Path, help="countries-50m.json of the npm package world-atlas")
    parser.add_argument("--output", type=Path, default=DEFAULT_OUTPUT)
    options = parser.parse_args()
    version = json.loads((options.source.parent / "package.json").read_text(encoding="utf-8"))["version"]
    built = map_build(json.loads(options.source.read_text(encoding="utf-8")), version=version)
    options.output.write_text(json.dumps(built, separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
