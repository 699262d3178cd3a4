"""The posts written without having read a rule: well-formed, and still labelled as well as when they were studied.

What each file was for, and how the rules did before anybody looked at it, is told in docs/architecture.md.
"""

import json
import re
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pytest

from labeling.evaluation import LabelledItem, evaluate, read_lines
from labeling.evaluation.report import Report
from labeling.intake import Item
from labeling.matching import Match
from labeling.services.matcher import item_for_matching
from labeling.services.shipped import geography_shipped, ruleset_shipped

DATA = Path(__file__).parents[2] / "labeling" / "data"
FILES = sorted((DATA / "evaluation" / "fresh").glob("*.ndjson"))
LANGUAGES = 27


def _rows() -> list[dict[str, Any]]:
    return [json.loads(line) for path in FILES for line in path.read_text(encoding="utf-8").splitlines()]


def _label(item: Item) -> tuple[Match, ...]:
    return ruleset_shipped().match(item_for_matching(item))


@pytest.fixture(scope="module")
def rows() -> list[dict[str, Any]]:
    return _rows()


@pytest.fixture(scope="module")
def by_language() -> dict[str, list[LabelledItem]]:
    """The cases by the language that their ids tell; every line must be one."""
    found: dict[str, list[LabelledItem]] = defaultdict(list)
    for path in FILES:
        with path.open("rb") as stream:
            for line in read_lines(stream):
                assert isinstance(line, LabelledItem), f"{path.name}, {line}"
                found[line.item.external_id.split("-")[2]].append(line)
    return found


@pytest.fixture(scope="module")
def reports(by_language: dict[str, list[LabelledItem]]) -> dict[str, Report]:
    return {language: evaluate(cases, _label) for language, cases in by_language.items()}


def test_every_language_has_elections_and_traps(by_language: dict[str, list[LabelledItem]]) -> None:
    assert len(by_language) == LANGUAGES
    kinds = {language: {bool(case.expected) for case in cases} for language, cases in by_language.items()}
    assert [language for language, found in kinds.items() if found != {True, False}] == []


def test_ids_and_texts_are_unique(rows: list[dict[str, Any]]) -> None:
    for field in ("external_id", "text"):
        assert [value for value, count in Counter(row[field] for row in rows).items() if count > 1] == []


def test_handles_are_visibly_fictional(rows: list[dict[str, Any]]) -> None:
    assert [row["external_id"] for row in rows if not re.fullmatch(r"sample_\d+", row["author"]["handle"])] == []


def test_expected_labels_name_known_places(rows: list[dict[str, Any]]) -> None:
    known = geography_shipped().states | {"eu"}
    labels = [label for row in rows for label in row["expected"]]
    assert {label["kind"] for label in labels} == {"election"}
    assert {label["jurisdiction"] for label in labels} <= known


def test_labels_are_right_and_most_elections_found(by_language: dict[str, list[LabelledItem]]) -> None:
    overall = evaluate([case for cases in by_language.values() for case in cases], _label).overall
    assert overall.precision >= 0.98
    assert overall.recall >= 0.93


def test_no_language_is_left_behind(reports: dict[str, Report]) -> None:
    weak = {
        language: report.overall.document()
        for language, report in reports.items()
        if min(report.overall.precision, report.overall.recall) < 0.85
    }
    assert weak == {}
