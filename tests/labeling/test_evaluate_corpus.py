"""`manage.py evaluate`, and what it says of the shipped rules on the shipped corpus."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from labeling.evaluation import (
    BadLine,
    Expected,
    LabelledItem,
    Report,
    Scores,
    evaluate,
    judge,
    read_lines,
)
from labeling.intake import Item
from labeling.matching import Evidence, Match
from labeling.matching import Item as Post
from labeling.models import ContentItem, Label, Ruleset
from labeling.services.matcher import item_for_matching, matcher_forget
from labeling.services.shipped import geography_shipped, rules_shipped, ruleset_shipped

DATA = Path(__file__).parents[2] / "labeling" / "data"
FILES = [DATA / "sample_posts.ndjson", *sorted((DATA / "evaluation").glob("*.ndjson"))]
FIGURES = {"precision", "recall", "f1", "recall_with_review", "review_share"}


def cases_of(files: Iterable[Path]) -> Iterator[LabelledItem]:
    for path in files:
        with path.open("rb") as stream:
            for line in read_lines(stream):
                assert isinstance(line, LabelledItem), f"{path.name}, line {line}"
                yield line


def label(item: Item) -> tuple[Match, ...]:
    return ruleset_shipped().match(item_for_matching(item))


@pytest.fixture(scope="module")
def cases() -> list[LabelledItem]:
    return list(cases_of(FILES))


@pytest.fixture(scope="module")
def report(cases: list[LabelledItem]) -> Report:
    return evaluate(cases, label)


# The shipped rules on the shipped corpus


def test_shipped_rules_are_right_on_the_whole_corpus(report: Report) -> None:
    assert report.overall.expected > 600
    assert report.overall.precision >= 0.98
    assert report.overall.recall >= 0.95


def test_no_language_is_left_behind(cases: list[LabelledItem]) -> None:
    by_file: dict[str, list[LabelledItem]] = defaultdict(list)
    for case in cases:
        by_file[case.item.external_id.split("-")[1]].append(case)
    scores = {language: evaluate(found, label).overall for language, found in by_file.items()}
    assert len(scores) == 27
    weak = {language: found.document() for language, found in scores.items() if _worst(found) < 0.9}
    assert weak == {}


def _worst(scores: Scores) -> float:
    return min(scores.precision, scores.recall)


def test_moderators_are_asked_about_few_posts(report: Report) -> None:
    assert report.overall.review_share <= 0.15
    assert report.overall.recall_with_review >= report.overall.recall


def test_every_state_and_the_union_are_labelled(report: Report) -> None:
    geography = geography_shipped()
    labelled = {code for code, scores in report.by_jurisdiction.items() if scores.right}
    assert labelled >= geography.states | {"eu"}


# A typed election in each language, in each state that speaks it, and in states that don't

IN_OWN_WORDS = {
    "bg": "парламентарните избори", "cs": "parlamentních voleb", "da": "folketingsvalget",
    "de": "Parlamentswahl", "el": "βουλευτικές εκλογές", "en": "general election", "es": "elecciones generales",
    "et": "parlamendivalimistel", "fi": "parlamenttivaaleissa", "fr": "élections législatives",
    "ga": "olltoghchán", "hr": "parlamentarnim izborima", "hu": "parlamenti választáson",
    "it": "elezioni parlamentari", "lb": "Parlamentswalen", "lt": "parlamento rinkimuose",
    "lv": "parlamenta vēlēšanās", "mt": "elezzjoni ġenerali", "nl": "parlementsverkiezingen",
    "pl": "wyborach parlamentarnych", "pt": "eleições parlamentares", "ro": "alegerile parlamentare",
    "sk": "parlamentných voľbách", "sl": "parlamentarnih volitvah", "sv": "riksdagsvalet",
    "tr": "genel seçimlerde", "ur": "پارلیمانی انتخابات",
}  # fmt: skip


def test_rules_of_every_language_fire_in_every_state_that_speaks_it() -> None:
    silent = [
        (language, state)
        for language, states in geography_shipped().languages.items()
        for state in states
        if state not in applied(IN_OWN_WORDS[language], language, state)
    ]
    # Folketing is Danish and Riksdag Swedish wherever they are spoken of.
    assert set(silent) <= {("sv", "fi")}


def applied(text: str, language: str | None, region: str | None) -> set[str]:
    matches = ruleset_shipped().match(Post(text=text, lang=language, region=region))
    return {match.jurisdiction for match in matches if match.decision == "apply"}


@pytest.mark.parametrize(
    ("language", "text", "code"),
    [
        ("bg", "Кога са парламентарните избори във Франция?", "fr"),
        ("cs", "Sledujeme parlamentní volby v Německu", "de"),
        ("da", "De tyske parlamentsvalg forklaret", "de"),
        ("de", "Parlamentswahl in Portugal erklärt", "pt"),
        ("el", "Οι βουλευτικές εκλογές στη Γερμανία", "de"),
        ("en", "The Polish parliamentary election explained", "pl"),
        ("es", "Elecciones parlamentarias en Finlandia", "fi"),
        ("et", "Parlamendivalimised Hispaanias", "es"),
        ("fi", "Parlamenttivaalit Ranskassa", "fr"),
        ("fr", "Les élections législatives en Autriche", "at"),
        ("hr", "Parlamentarni izbori u Mađarskoj", "hu"),
        ("hu", "A lengyel parlamenti választás eredménye", "pl"),
        ("it", "Elezioni parlamentari in Grecia", "gr"),
        ("lt", "Prancūzijos parlamento rinkimai", "fr"),
        ("lv", "Vācijas parlamenta vēlēšanas", "de"),
        ("mt", "L-elezzjoni ġenerali Irlandiża", "ie"),
        ("nl", "De Duitse parlementsverkiezingen uitgelegd", "de"),
        ("pl", "Wybory parlamentarne na Litwie", "lt"),
        ("pt", "Eleições parlamentares na Polónia", "pl"),
        ("ro", "Alegerile parlamentare din Ungaria", "hu"),
        ("sk", "Parlamentné voľby v Rakúsku", "at"),
        ("sl", "Parlamentarne volitve na Hrvaškem", "hr"),
        ("sv", "Det danska parlamentsvalet", "dk"),
    ],
)
def test_a_country_beside_the_election_wins_over_home(language: str, text: str, code: str) -> None:
    home = {"da": "DK", "el": "GR", "en": "IE", "sl": "SI", "sv": "SE", "cs": "CZ", "et": "EE"}
    assert applied(text, language, home.get(language, language.upper())) == {code}


@pytest.mark.parametrize(
    ("language", "region", "text"),
    [
        ("lt", "LT", "JAV prezidento rinkimai rudenį"),
        ("pl", "PL", "Wybory prezydenckie w USA"),
        ("hu", "HU", "Elnökválasztás Amerikában"),
        ("sv", "SE", "Det norska valet, stortingsvalet"),
        ("fr", "FR", "Élections fédérales en Suisse"),
        ("pt", "PT", "Eleições presidenciais no Brasil"),
        ("tr", "CY", "Türkiye genel seçimleri"),
        ("ro", "RO", "Alegeri parlamentare în Republica Moldova"),
        ("hr", "HR", "Izbori u Srbiji, biračka mjesta"),
        ("en", "IE", "UK general election: polling stations"),
        ("de", "DE", "Nationalratswahl in der Schweiz"),
        ("nl", "NL", "Amerikaanse presidentsverkiezingen"),
        ("de", "CH", "Nationalratswahlen: wen wählt ihr im Kanton?"),
        ("hr", "BA", "Lokalni izbori u nedjelju, biračka mjesta otvorena"),
    ],
)
def test_elections_outside_the_union_get_no_label(language: str, region: str, text: str) -> None:
    assert applied(text, language, region) == set()


@pytest.mark.parametrize(
    ("language", "text", "codes"),
    [
        ("de", "Am selben Tag: Europawahl und Kommunalwahl", {"eu", "de"}),
        ("mt", "Żewġ karti: elezzjonijiet lokali u l-elezzjoni tal-Parlament Ewropew", {"eu", "mt"}),
        ("hu", "Önkormányzati és EP-választás egy napon", {"eu", "hu"}),
    ],
)
def test_two_elections_in_one_post_get_two_labels(language: str, text: str, codes: set[str]) -> None:
    assert applied(text, language, language.upper()) == codes


@pytest.mark.parametrize(
    ("language", "region", "text"),
    [
        ("nl", "BE", "Sociale verkiezingen: stem voor de kandidaten van de vakbond"),
        ("de", "DE", "Betriebsratswahl bei uns: Wahllokal in der Kantine, Stimmzettel gelb"),
        ("pl", "PL", "Wybory do parlamentu studentów"),
        ("lt", "LT", "Futbolo federacijos prezidento rinkimai"),
        ("sv", "SE", "Kårvalet: rösta på din kandidat"),
        ("en", "IE", "Class president election: vote for me, candidates speak at noon"),
        ("fi", "FI", "Seurakuntavaalit: äänestä ehdokasta"),
        ("fr", "FR", "Suite présidentielle avec vue"),
    ],
)
def test_other_kinds_of_votes_get_no_label(language: str, region: str, text: str) -> None:
    assert applied(text, language, region) == set()


@pytest.mark.parametrize(
    ("language", "region", "text", "code"),
    [
        ("lt", "IE", "Lietuviai Airijoje balsuos: rinkimai ambasadoje", "lt"),
        ("sv", "AX", "Rösta i riksdagsvalet på Åland, vallokalen är öppen", "fi"),
        ("fr", "MQ", "Bureau de vote ouvert pour la présidentielle", "fr"),
        ("lv", "GB", "Balsojam Saeimas vēlēšanās vēstniecībā Londonā", "lv"),
        ("hr", "AT", "Kako glasati u veleposlanstvu u Beču: predsjednički izbori", "hr"),
        ("pt", "CH", "Emigrantes na Suíça: votar nas legislativas por correspondência", "pt"),
        ("bg", "DE", "Избирателна секция в Мюнхен: гласуваме за парламент", "bg"),
    ],
)
def test_people_away_from_home_vote_at_home(language: str, region: str, text: str, code: str) -> None:
    assert applied(text, language, region) == {code}


# Judging


def match(code: str, decision: str = "apply", election: str | None = None, confidence: float = 0.9) -> Match:
    evidence = (Evidence("term:x", "phrase", "Wahl", 0, 4),)
    return Match("election", code, election, confidence, decision, evidence)  # type: ignore[arg-type]


def case(*codes: str, review_ok: bool = False, election: str | None = None, lang: str = "de") -> LabelledItem:
    expected = tuple(Expected("election", code, election) for code in codes)
    return LabelledItem(Item(external_id="x", text="Wahl", lang=lang), expected, review_ok)


@pytest.mark.parametrize(
    ("expected", "matches", "counts"),
    [
        (case("de"), [match("de")], (1, 0, 1, 0)),
        (case("de"), [match("at")], (0, 1, 0, 1)),
        (case(), [match("de")], (0, 1, 0, 0)),
        (case(), [match("de", "review")], (0, 0, 0, 0)),
        (case("de"), [match("de", "review")], (0, 0, 0, 1)),
        (case("de", review_ok=True), [match("de", "review")], (0, 0, 1, 0)),
        (case("de", review_ok=True), [], (0, 0, 0, 1)),
        (case("de", "eu"), [match("eu"), match("de")], (2, 0, 2, 0)),
        (case("de"), [match("de"), match("de")], (1, 1, 1, 0)),
        (case("de", election="de.parliament.2029"), [match("de", election="de.parliament.2029")], (1, 0, 1, 0)),
        (case("de", election="de.parliament.2029"), [match("de")], (0, 1, 0, 1)),
    ],
)
def test_label_is_right_when_kind_jurisdiction_and_election_agree(
    expected: LabelledItem, matches: list[Match], counts: tuple[int, ...]
) -> None:
    found = judge(expected, matches)
    assert tuple(map(len, (found.right, found.wrong, found.found, found.missed))) == counts


def test_figures_add_up_overall_by_language_and_by_jurisdiction() -> None:
    answers = {"de": [match("de")], "fr": [match("de"), match("eu", "review")]}
    report = evaluate([case("de"), case("fr", lang="fr")], lambda item: answers[item.lang or ""])
    assert report.overall == Scores(items=2, applied=2, right=1, expected=2, found=1, found_or_reviewed=2, reviewed=1)
    assert (report.overall.precision, report.overall.recall_with_review) == (0.5, 1.0)
    assert report.by_language["fr"].f1 == 0.0
    assert (report.by_jurisdiction["de"].precision, report.by_jurisdiction["fr"].recall) == (0.5, 0.0)
    assert [miss.case.item.lang for miss in report.misses] == ["fr"]


def test_lines_are_read_as_they_are_handed_in() -> None:
    lines = [
        b'\xef\xbb\xbf{"external_id": "a", "text": "x", "expected": [], "why": "extra", "hashtags": ["b"]}\n',
        b"\n",
        b'{"external_id": "b", "created_at": "2049-06-01T10:00:00Z", "expected": [{"kind": "election", '
        b'"jurisdiction": "de"}], "review_ok": true}',
        b"not json",
        b'["a"]',
        b'{"external_id": "c"}',
        b'{"text": "no id", "expected": []}',
        b'{"external_id": "d", "expected": [{"kind": "election"}]}',
        b'{"external_id": "e", "expected": [], "created_at": "yesterday"}',
    ]
    found = list(read_lines(lines))
    good = [line for line in found if isinstance(line, LabelledItem)]
    assert [(line.item.external_id, line.review_ok, line.item.hashtags) for line in good] == [
        ("a", False, ["b"]),
        ("b", True, None),
    ]
    assert good[1].item.created_at is not None
    assert [line.number for line in found if isinstance(line, BadLine)] == [4, 5, 6, 7, 8, 9]


# The command


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "posts.ndjson"
    lines: list[dict[str, Any] | str] = [
        {"external_id": "1", "text": "Bundestagswahl", "lang": "de", "expected": [
            {"kind": "election", "jurisdiction": "de"}]},
        "{broken",
        {"external_id": "2", "text": "Elezioni europee 2029", "lang": "it", "expected": []},
    ]  # fmt: skip
    path.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines), encoding="utf-8")
    return path


def test_command_answers_with_the_figures_as_json(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("evaluate", str(file), "--json", "--shipped", "--as-of", "2026-11-22")
    out, err = capsys.readouterr()
    found = json.loads(out)
    assert found.keys() >= FIGURES | {"by_language", "by_jurisdiction", "misses", "skipped"}
    assert found["by_language"].keys() == {"de", "it"}
    assert all(figures.keys() >= FIGURES for figures in found["by_jurisdiction"].values())
    assert (found["precision"], found["recall"], found["skipped"]) == (0.5, 1.0, 1)
    assert "line 2" in err


def test_command_lists_the_worst_misses(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("evaluate", str(file), "--shipped")
    out, _ = capsys.readouterr()
    assert "Elezioni europee 2029" in out
    assert "apply election eu" in out
    assert "2 items judged, 1 bad lines skipped." in out


@pytest.mark.parametrize("content", ["", "{broken\n"])
def test_command_fails_when_nothing_could_be_judged(tmp_path: Path, content: str) -> None:
    path = tmp_path / "bad.ndjson"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(CommandError, match="Nothing could be judged"):
        call_command("evaluate", str(path), "--shipped")
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("evaluate", str(tmp_path / "missing.ndjson"), "--shipped")


@pytest.mark.django_db
def test_command_judges_the_live_rules_and_writes_nothing(
    world: object, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    matcher_forget()
    with connection.execute_wrapper(_refuse_writes):
        call_command("evaluate", str(file), "--json")
    # The small world's rules know neither word.
    assert json.loads(capsys.readouterr().out)["recall"] == 0.0
    assert not ContentItem.objects.exists()
    assert not Label.objects.exists()


def _refuse_writes(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
    assert sql.split(maxsplit=1)[0].upper() in {"SELECT", "SET", "SAVEPOINT", "RELEASE"}, sql
    return execute(sql, params, many, context)


@pytest.mark.django_db
def test_command_judges_the_shipped_rules_where_none_are_live(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    matcher_forget()
    assert not Ruleset.objects.exists()
    call_command("evaluate", str(file), "--json")
    assert json.loads(capsys.readouterr().out)["recall"] == 1.0


def test_shipped_rules_have_distinct_ids_and_signs_for_all_languages() -> None:
    rules = rules_shipped()
    assert len({rule.id for rule in rules}) == len(rules)
    assert {language for rule in rules for language in rule.languages} >= set(IN_OWN_WORDS)
