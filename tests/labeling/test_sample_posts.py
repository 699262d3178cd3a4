"""The shipped sample posts, first thing a newcomer sees labelled: well-formed, balanced, fictional."""

import json
import re
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

SAMPLE = Path(__file__).parents[2] / "labeling" / "data" / "sample_posts.ndjson"


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


OFFICIAL_LANGUAGES = _words("bg cs da de el en es et fi fr ga hr hu it lt lv mt nl pl pt ro sk sl sv")
OTHER_LANGUAGES = frozenset({"lb", "tr"})
# Codes of the 27 centres, and "eu" for what concerns the European election.
JURISDICTIONS = _words("at be bg cy cz de dk ee es eu fi fr gr hr hu ie it lt lu lv mt nl pl pt ro se si sk")
# "Example" or "sample" in each language, so that no handle can be taken for a person's.
FICTIONAL_PREFIXES = tuple(
    _words(
        """demo. beispiel_ beispill_ ejemplo_ eksempel_ esempio_ esimerkki_ exempel_ exemple_ exemplo_
        exemplu_ ezempju_ naidis_ ornek_ paradeigma_ pavyzdys_ pelda_ piemers_ priklad_ primer_ primjer_
        przyklad_ sampla_ sample_ voorbeeld_"""
    )
)
ALLOWED_FIELDS = _words("external_id text author created_at lang region hashtags url media metrics expected review_ok")

Post = dict[str, Any]


@pytest.fixture(scope="module")
def posts() -> list[Post]:
    """Every line of the sample, parsed: a line that is not a JSON object fails here, by its number."""
    lines = SAMPLE.read_text(encoding="utf-8").splitlines()
    return [_parsed(number, line) for number, line in enumerate(lines, start=1)]


def _parsed(number: int, line: str) -> Post:
    try:
        post = json.loads(line)
    except json.JSONDecodeError as error:
        pytest.fail(f"line {number}: {error}")
    assert isinstance(post, dict), f"line {number} is no object"
    return post


def _language(post: Post) -> str:
    """The language in which the text was written, which the id tells even where `lang` is left out."""
    return str(post["external_id"]).split("-")[1]


def _election_share(posts: list[Post]) -> float:
    return sum(bool(post["expected"]) for post in posts) / len(posts)


def test_sample_has_a_few_hundred_posts(posts: list[Post]) -> None:
    assert 360 <= len(posts) <= 450


def test_external_ids_are_unique_and_sorted(posts: list[Post]) -> None:
    ids = [post["external_id"] for post in posts]
    assert ids == sorted(set(ids))
    assert [i for i in ids if not re.fullmatch(r"sample-[a-z]{2}-\d{4}", i)] == []


def test_texts_are_not_repeated(posts: list[Post]) -> None:
    assert [text for text, count in Counter(post["text"] for post in posts).items() if count > 1] == []


def test_every_official_language_has_enough_posts(posts: list[Post]) -> None:
    counts = Counter(map(_language, posts))
    assert counts.keys() == OFFICIAL_LANGUAGES | OTHER_LANGUAGES
    assert {lang: counts[lang] for lang in OFFICIAL_LANGUAGES if counts[lang] < 12} == {}


def test_every_language_has_both_election_and_everyday_posts(posts: list[Post]) -> None:
    kinds = {(_language(post), bool(post["expected"])) for post in posts}
    assert kinds == {(lang, kind) for lang in OFFICIAL_LANGUAGES | OTHER_LANGUAGES for kind in (True, False)}


def test_declared_language_agrees_with_the_id(posts: list[Post]) -> None:
    declared = [post for post in posts if "lang" in post]
    assert [p["external_id"] for p in declared if p["lang"].split("-")[0] != _language(p)] == []


def test_about_a_third_of_the_posts_is_about_elections(posts: list[Post]) -> None:
    assert 0.28 <= _election_share(posts) <= 0.40


def test_expected_labels_name_known_jurisdictions_and_cover_all(posts: list[Post]) -> None:
    labels = [label for post in posts for label in post["expected"]]
    assert {label["kind"] for label in labels} == {"election"}
    assert {label["jurisdiction"] for label in labels} == JURISDICTIONS


def test_handles_are_visibly_fictional(posts: list[Post]) -> None:
    handles = {post["author"]["handle"] for post in posts}
    assert sorted(h for h in handles if not h.startswith(FICTIONAL_PREFIXES)) == []


def test_an_author_id_belongs_to_one_handle(posts: list[Post]) -> None:
    pairs = {(post["author"]["id"], post["author"]["handle"]) for post in posts}
    assert len({author for author, _ in pairs}) == len(pairs) == len({handle for _, handle in pairs})
    assert [author for author, _ in pairs if not author.startswith("sample-author-")] == []


def test_posts_have_only_the_fields_of_the_contract(posts: list[Post]) -> None:
    assert {field for post in posts for field in post} <= ALLOWED_FIELDS
    required = {"external_id", "text", "author", "created_at", "url", "metrics", "expected"}
    assert [p["external_id"] for p in posts if not required <= p.keys() or not p["text"].strip()] == []


def test_posts_date_from_the_autumn_of_2026_in_utc(posts: list[Post]) -> None:
    moments = [datetime.fromisoformat(post["created_at"]) for post in posts]
    assert {moment.utcoffset() for moment in moments} == {timedelta(0)}
    assert {(moment.year, moment.month) for moment in moments} == {(2026, 10), (2026, 11)}


def test_addresses_stay_on_the_reserved_example_domain(posts: list[Post]) -> None:
    urls = [post["url"] for post in posts] + [m["url"] for post in posts for m in post.get("media", [])]
    assert [url for url in urls if not url.startswith("https://video.example/")] == []


@pytest.mark.parametrize(
    ("field", "least", "most"),
    [("lang", 0.03, 0.15), ("region", 0.08, 0.22)],
)
def test_hints_are_sometimes_missing_as_in_real_feeds(posts: list[Post], field: str, least: float, most: float) -> None:
    assert least <= sum(field not in post for post in posts) / len(posts) <= most


def test_hashtags_come_in_their_own_field_or_in_the_text_never_with_the_sign(posts: list[Post]) -> None:
    tagged = [post for post in posts if "hashtags" in post]
    assert 0.12 <= len(tagged) / len(posts) <= 0.28
    assert [tag for post in tagged for tag in post["hashtags"] if not re.fullmatch(r"\w+", tag)] == []
