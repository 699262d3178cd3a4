"""The shipped evaluation corpus: well-formed, balanced, hard, fictional, and expecting only labels that exist."""

import csv
import json
import re
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "labeling" / "data" / "sample_posts.ndjson"
FILES = sorted((ROOT / "labeling" / "data" / "evaluation").glob("*.ndjson"))
ELECTIONS = [ROOT / "centers" / "data" / name for name in ("next_elections.csv", "held_elections.csv")]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


OFFICIAL_LANGUAGES = _words("bg cs da de el en es et fi fr ga hr hu it lt lv mt nl pl pt ro sk sl sv")
# Official in a member state but not in the Union (lb, tr), or spoken by a large public (ur).
OTHER_LANGUAGES = _words("lb tr ur")
JURISDICTIONS = _words("at be bg cy cz de dk ee es eu fi fr gr hr hu ie it lt lu lv mt nl pl pt ro se si sk")
# "Example", "sample", "invented" or "fictional" begins a part of every handle, so that none can be a person's.
FICTIONAL_STEMS = tuple(
    _words(
        """demo beispiel beispill eksempel ejemplo erfonn esempio esimerkki exempel exemple exemplo exemplu
        ezempju farzi fict fikc fikt fittiz hayali invent isgalvot izmisljen keksit kitalal kontijivvint kurgu
        minta naidis nep netikr ornek pahitt paradeigma pavyzdys pelda piemers priklad primer primjer przyklad
        sampla sample tekais uppdikt uydurma verzonnen voorbeeld vymyslen zmyslon"""
    )
)
REQUIRED_FIELDS = _words("external_id text author created_at expected why")
ALLOWED_FIELDS = REQUIRED_FIELDS | _words("lang region hashtags review_ok")

Item = dict[str, Any]


def _parsed(path: Path, number: int, line: str) -> Item:
    try:
        item = json.loads(line)
    except json.JSONDecodeError as error:
        pytest.fail(f"{path.name}, line {number}: {error}")
    assert isinstance(item, dict), f"{path.name}, line {number} is no object"
    return item


def _read(path: Path) -> list[Item]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return [_parsed(path, number, line) for number, line in enumerate(lines, start=1)]


@pytest.fixture(scope="module")
def corpus() -> dict[str, list[Item]]:
    """The items of every file by the language that its name tells."""
    return {path.stem: _read(path) for path in FILES}


@pytest.fixture(scope="module")
def items(corpus: dict[str, list[Item]]) -> list[Item]:
    return [item for of_language in corpus.values() for item in of_language]


@pytest.fixture(scope="module")
def known_elections() -> set[str]:
    """The ids of all elections that the shipped facts load."""
    found: set[str] = set()
    for path in ELECTIONS:
        with path.open(encoding="utf-8", newline="") as rows:
            found |= {row["election_id"] for row in csv.DictReader(rows)}
    return found


def _ids(items: list[Item], wrong: Callable[[Item], bool]) -> list[str]:
    """Which items are wrong, so that a failure names them."""
    return [item["external_id"] for item in items if wrong(item)]


def _repeated(values: list[str]) -> list[str]:
    return [value for value, count in Counter(values).items() if count > 1]


def _is_fictional(handle: str) -> bool:
    return any(part.startswith(FICTIONAL_STEMS) for part in re.split(r"[._]", handle))


def test_every_official_language_has_a_file(corpus: dict[str, list[Item]]) -> None:
    assert OFFICIAL_LANGUAGES <= corpus.keys() <= OFFICIAL_LANGUAGES | OTHER_LANGUAGES


@pytest.mark.parametrize("lang", sorted(OFFICIAL_LANGUAGES))
def test_official_language_has_enough_elections_and_traps(corpus: dict[str, list[Item]], lang: str) -> None:
    labelled = sum(bool(item["expected"]) for item in corpus[lang])
    assert len(corpus[lang]) >= 40
    assert labelled >= 15
    assert len(corpus[lang]) - labelled >= 15


def test_every_file_has_both_elections_and_traps(corpus: dict[str, list[Item]]) -> None:
    kinds = {lang: {bool(item["expected"]) for item in found} for lang, found in corpus.items()}
    assert [lang for lang, found in kinds.items() if found != {True, False}] == []


def test_more_than_half_of_the_corpus_must_get_no_label(items: list[Item]) -> None:
    assert 0.50 <= sum(not item["expected"] for item in items) / len(items) <= 0.65


def test_external_ids_are_unique_and_numbered_by_language(corpus: dict[str, list[Item]]) -> None:
    for lang, found in corpus.items():
        numbered = [f"eval-{lang}-{number:04d}" for number in range(1, len(found) + 1)]
        assert [item["external_id"] for item in found] == numbered


def test_texts_are_repeated_neither_here_nor_from_the_sample(items: list[Item]) -> None:
    assert _repeated([item["text"].casefold() for item in [*items, *_read(SAMPLE)]]) == []


def test_items_have_the_fields_of_the_contract_and_a_reason(items: list[Item]) -> None:
    assert _ids(items, lambda item: not REQUIRED_FIELDS <= item.keys() <= ALLOWED_FIELDS) == []
    assert _ids(items, lambda item: not item["text"].strip() or not item["why"].strip()) == []


def test_texts_are_as_short_as_captions(items: list[Item]) -> None:
    assert _ids(items, lambda item: not 10 <= len(item["text"]) <= 300) == []


def test_declared_language_agrees_with_the_file(corpus: dict[str, list[Item]]) -> None:
    declared = {
        (lang, item["lang"].split("-")[0]) for lang, found in corpus.items() for item in found if "lang" in item
    }
    assert declared == {(lang, lang) for lang in corpus}


def test_regions_are_country_codes(items: list[Item]) -> None:
    assert _ids(items, lambda item: not re.fullmatch(r"[A-Z]{2}", item.get("region", "XX"))) == []


@pytest.mark.parametrize("field", ["lang", "region"])
def test_hints_are_sometimes_missing_as_in_real_feeds(items: list[Item], field: str) -> None:
    assert 0.05 <= sum(field not in item for item in items) / len(items) <= 0.25


def test_expected_labels_name_known_places_and_reach_all_of_them(items: list[Item]) -> None:
    labels = [label for item in items for label in item["expected"]]
    assert {field for label in labels for field in label} <= _words("kind jurisdiction election")
    assert {label["kind"] for label in labels} == {"election"}
    assert {label["jurisdiction"] for label in labels} == JURISDICTIONS


def test_expected_elections_are_in_the_facts(items: list[Item], known_elections: set[str]) -> None:
    named = {label["election"] for item in items for label in item["expected"] if "election" in label}
    assert named
    assert sorted(named - known_elections) == []


def test_an_expected_election_belongs_to_its_jurisdiction(items: list[Item]) -> None:
    named = [label for item in items for label in item["expected"] if "election" in label]
    assert [n for n in named if n["election"].split(".")[0] != n["jurisdiction"]] == []


def test_an_item_expects_a_jurisdiction_once(items: list[Item]) -> None:
    assert _ids(items, lambda i: bool(_repeated([label["jurisdiction"] for label in i["expected"]]))) == []


def test_review_is_said_to_do_only_where_it_does(items: list[Item]) -> None:
    assert _ids(items, lambda item: item.get("review_ok", True) is not True) == []
    assert sum("review_ok" in item for item in items) / len(items) <= 0.10


def test_handles_are_visibly_fictional(items: list[Item]) -> None:
    assert _ids(items, lambda item: not _is_fictional(item["author"]["handle"])) == []


def test_an_author_id_belongs_to_one_handle(items: list[Item]) -> None:
    pairs = {(item["author"]["id"], item["author"]["handle"]) for item in items}
    assert len({author for author, _ in pairs}) == len(pairs) == len({handle for _, handle in pairs})
    assert [author for author, _ in pairs if not author.startswith("eval-author-")] == []


def test_posts_date_from_autumn_2026_or_from_an_election_to_come(items: list[Item]) -> None:
    moments = [datetime.fromisoformat(item["created_at"]) for item in items]
    assert {moment.utcoffset() for moment in moments} == {timedelta(0)}
    assert {moment.year for moment in moments} <= {2026, 2027, 2028, 2029, 2030}
    assert [moment for moment in moments if (moment.year, moment.month) < (2026, 9)] == []


def test_hashtags_come_in_their_own_field_without_the_sign(items: list[Item]) -> None:
    tags = [tag for item in items for tag in item.get("hashtags", [])]
    assert tags
    assert [tag for tag in tags if not re.fullmatch(r"\w+", tag)] == []
