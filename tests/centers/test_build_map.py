"""The committed map, as voters get it, and the tool that drew it."""

from __future__ import annotations

import gzip
import itertools
import re
from collections import Counter
from typing import Any

import pytest

from centers.map import MAP_FILE, CountryOutline, EuropeMap, europe_map
from tools import build_map

Point = tuple[int, int]

CODES = re.findall("[a-z]{2}", "at be bg cy cz de dk ee es fi fr gr hr hu ie it lt lu lv mt nl pl pt ro se si sk")
PATH = re.compile(r"(M-?\d+[ -]\d+l-?\d+([ -]\d+)+z)+")
GZIP_LIMIT = 14_000


@pytest.fixture
def drawn() -> EuropeMap:
    return europe_map()


@pytest.fixture
def countries(drawn: EuropeMap) -> dict[str, CountryOutline]:
    return {country.code: country for country in drawn.countries}


def pairs(text: str) -> list[tuple[str, str]]:
    """Read ``"fr es, be nl"`` as pairs of codes."""
    return [(one, other) for one, other in (pair.split() for pair in text.split(", "))]


def rings(path: str) -> list[list[Point]]:
    """Read the subset of path data the tool writes: closed rings, the first point repeated at the end."""
    found = []
    for ring in path.split("M")[1:]:
        numbers = [int(number) for number in re.findall(r"-?\d+", ring)]
        xs, ys = itertools.accumulate(numbers[::2]), itertools.accumulate(numbers[1::2])
        points = list(zip(xs, ys, strict=True))
        found.append([*points, points[0]])
    return found


def edges(path: str) -> list[tuple[Point, Point]]:
    return [edge for ring in rings(path) for edge in itertools.pairwise(ring)]


def shared_edges(one: CountryOutline, other: CountryOutline) -> int:
    """Count the border's segments: each is walked one way by the one and the other way by the other."""
    return len(set(edges(one.d)) & {(b, a) for a, b in edges(other.d)})


def contains(outline: list[tuple[Point, Point]], x: float, y: float) -> bool:
    """Say whether a point is inside, by the even-odd rule; points on an edge count for neither side."""
    crossings = (x < (b[0] - a[0]) * (y - a[1]) / (b[1] - a[1]) + a[0] for a, b in outline if (a[1] > y) != (b[1] > y))
    return sum(crossings) % 2 == 1


def test_map_has_every_member_state_once(drawn: EuropeMap) -> None:
    assert [country.code for country in drawn.countries] == CODES


def test_map_is_small_enough_for_a_slow_phone() -> None:
    assert len(gzip.compress(MAP_FILE.read_bytes(), 9)) <= GZIP_LIMIT


def test_map_names_source_and_version(drawn: EuropeMap) -> None:
    assert re.fullmatch(r"Natural Earth 1:50m, public domain, via world-atlas \d+\.\d+\.\d+", drawn.source)


def test_view_box_starts_at_zero_and_is_about_square(drawn: EuropeMap) -> None:
    left, top, width, height = map(int, drawn.view_box.split())
    assert (left, top, width) == (0, 0, build_map.WIDTH)
    assert 0.9 < height / width < 1.15


@pytest.mark.parametrize("code", CODES)
def test_country_is_well_drawn(code: str, countries: dict[str, CountryOutline], drawn: EuropeMap) -> None:
    country = countries[code]
    width, height = map(int, drawn.view_box.split()[2:])
    xs, ys = zip(*itertools.chain.from_iterable(rings(country.d)), strict=True)

    assert PATH.fullmatch(country.d)
    assert 0 <= min(xs) < max(xs) <= width
    assert 0 <= min(ys) < max(ys) <= height
    assert (country.w, country.h) == (max(xs) - min(xs), max(ys) - min(ys))
    assert all(len(ring) >= 4 for ring in rings(country.d))
    assert contains(edges(country.d), country.x + 0.01, country.y + 0.01)


def test_context_is_one_path_of_closed_rings(drawn: EuropeMap) -> None:
    assert PATH.fullmatch(drawn.context)


def test_context_shows_no_border_between_neighbours_outside_the_union(drawn: EuropeMap) -> None:
    walked = Counter(frozenset(edge) for edge in edges(drawn.context))
    # Two islands may touch after rounding; a border would repeat dozens of segments.
    assert sum(times > 1 for times in walked.values()) < 5


@pytest.mark.parametrize(
    ("one", "other"),
    pairs("fr es, fr de, fr be, be nl, de pl, de dk, at it, si hr, lt lv, ro bg, gr bg, se fi"),
)
def test_neighbours_share_their_border_exactly(one: str, other: str, countries: dict[str, CountryOutline]) -> None:
    assert shared_edges(countries[one], countries[other]) >= 3


def test_no_point_belongs_to_two_countries(drawn: EuropeMap) -> None:
    width, height = map(int, drawn.view_box.split()[2:])
    outlines = {country.code: edges(country.d) for country in drawn.countries}
    # Halves are off the whole-unit vertices and, nearly always, off the edges.
    for y in range(0, height, 60):
        for x in range(0, width, 60):
            owners = [code for code, outline in outlines.items() if contains(outline, x + 0.53, y + 0.47)]
            assert len(owners) <= 1, (x, y, owners)


@pytest.mark.parametrize(
    ("west", "east"), pairs("pt es, es it, ie nl, nl de, de pl, fr at, at hu, it gr, se fi, gr cy")
)
def test_country_is_west_of(west: str, east: str, countries: dict[str, CountryOutline]) -> None:
    assert countries[west].x < countries[east].x


@pytest.mark.parametrize(
    ("north", "south"), pairs("fi ee, ee lv, lv lt, dk de, be lu, lu fr, fr es, cz at, ro bg, it mt")
)
def test_country_is_north_of(north: str, south: str, countries: dict[str, CountryOutline]) -> None:
    assert countries[north].y < countries[south].y


def test_sizes_follow_the_land_because_the_projection_is_equal_area(
    countries: dict[str, CountryOutline],
) -> None:
    def square_km(code: str) -> float:
        km_per_unit = (build_map.FRAME_KM[2] - build_map.FRAME_KM[0]) / build_map.WIDTH
        return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in edges(countries[code].d))) / 2 * km_per_unit**2

    # Land and inland waters as the states publish them, rounded; the drawing may be off by a few percent.
    published = {"cy": 9_250, "lu": 2_590, "pl": 312_700, "fi": 338_400, "hu": 93_000, "bg": 111_000}
    assert {code: square_km(code) for code in published} == pytest.approx(published, rel=0.05)


def test_tiny_countries_have_a_target_of_their_own(countries: dict[str, CountryOutline]) -> None:
    tiny = {code: country for code, country in countries.items() if country.tiny}
    assert {"lu", "mt", "cy", "si"} <= set(tiny)
    assert not {"fr", "de", "es", "it", "pl", "ro", "se", "fi", "gr"} & set(tiny)
    for country in countries.values():
        narrow = min(country.w, country.h) * 360 / build_map.WIDTH < 24
        assert country.tiny == narrow == (country.r > 0)


def test_targets_of_tiny_countries_do_not_overlap(countries: dict[str, CountryOutline]) -> None:
    tiny = [country for country in countries.values() if country.tiny]
    for one, other in itertools.combinations(tiny, 2):
        apart = abs(complex(one.x - other.x, one.y - other.y))
        assert one.r + other.r <= apart, (one.code, other.code)


@pytest.mark.parametrize(
    ("lon", "lat", "east", "north"),
    [(10.0, 52.0, 0.0, 0.0), (10.0, 62.0, 0.0, 1110.5), (10.0, 42.0, 0.0, -1110.5)],
)
def test_projection_keeps_distances_along_the_middle_meridian(
    lon: float, lat: float, east: float, north: float
) -> None:
    # Ten degrees of a sphere of 6,371 km are 1,111.9 km; the chord that the projection keeps is 1,110.5.
    assert build_map.project(lon, lat) == pytest.approx((east, north), abs=0.1)


def test_projection_is_symmetric_about_the_middle_meridian() -> None:
    west, east = build_map.project(0.0, 45.0), build_map.project(20.0, 45.0)
    assert (-west[0], west[1]) == pytest.approx(east)


def test_simplify_drops_small_bends_and_keeps_ends_and_large_ones() -> None:
    line = [(0.0, 0.0), (5.0, 0.1), (10.0, 0.0), (10.0, 10.0)]
    assert build_map.simplify(line, 1.0) == [(0.0, 0.0), (10.0, 0.0), (10.0, 10.0)]


def test_simplify_keeps_three_corners_when_a_ring_is_tiny() -> None:
    ring = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0), (0.0, 0.0)]
    assert len(build_map.simplify(ring, 1000.0)) == 4


def test_clip_cuts_a_ring_to_the_box() -> None:
    square = [(-5.0, -5.0), (5.0, -5.0), (5.0, 5.0), (-5.0, 5.0), (-5.0, -5.0)]
    cut = build_map.clip(square, (0.0, 0.0, 10.0, 10.0))
    assert build_map.bounds([cut]) == (0.0, 0.0, 5.0, 5.0)
    assert build_map.clip(square, (20.0, 20.0, 30.0, 30.0)) == []


def test_visual_center_lies_in_the_wide_part_of_an_l_shape() -> None:
    shape = [(0.0, 0.0), (40.0, 0.0), (40.0, 40.0), (100.0, 40.0), (100.0, 44.0), (0.0, 44.0), (0.0, 0.0)]
    x, y = build_map.visual_center([shape])
    assert (x, y) == pytest.approx((21.0, 21.0), abs=2.5)


def given_topology_of_two_squares() -> dict[str, Any]:
    """Two squares side by side: arc 0 is the border, arcs 1 and 2 go round the left and the right one."""
    return {
        "transform": {"scale": [0.5, 0.5], "translate": [10.0, 50.0]},
        "arcs": [
            [[2, 0], [0, 2]],
            [[2, 2], [-2, 0], [0, -2], [2, 0]],
            [[2, 0], [2, 0], [0, 2], [-2, 0]],
        ],
    }


def test_arcs_are_decoded_from_deltas_to_degrees() -> None:
    arcs = build_map.arcs_decode(given_topology_of_two_squares())
    assert arcs[0] == [(11.0, 50.0), (11.0, 51.0)]
    assert arcs[1] == [(11.0, 51.0), (10.0, 51.0), (10.0, 50.0), (11.0, 50.0)]


def test_dissolve_removes_the_border_between_joined_polygons() -> None:
    arcs = dict(enumerate(build_map.arcs_decode(given_topology_of_two_squares())))
    joined = build_map.rings_stitch(build_map.dissolve([[[0, 1]], [[2, ~0]]]), arcs)
    assert len(joined) == 1
    assert abs(build_map.ring_area(joined[0])) == pytest.approx(2.0)


def test_stitching_fails_clearly_when_a_ring_does_not_close() -> None:
    arcs = dict(enumerate(build_map.arcs_decode(given_topology_of_two_squares())))
    with pytest.raises(ValueError, match="doesn't close"):
        build_map.rings_stitch([[0]], arcs)
