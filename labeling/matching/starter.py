"""The rules a new installation starts with, made from the facts: hashtags and vocabulary of elections.

`labeling/data/election_hashtags.csv` and `election_terms.csv` are the facts as compiled, with their sources;
`election_words.csv` adds, from general knowledge of the languages, inflected forms, words around voting, bodies
that only one country has, and words of other kinds of votes. Short words never count alone; parties,
candidates and claims of irregularity are never rules; what is of low confidence is left out.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from labeling.matching.homes import NOT_IN_TAGS, Homes, Row
from labeling.matching.model import EU, Rule, canonical_type
from labeling.matching.years import YY, YYYY
from labeling.text import exact_key, folded_key

Upcoming = Mapping[str, Sequence[tuple[str, str, int]]]

# Kinds of hashtags that become rules, and their weight; `election` tags are sure, the others need company.
_TAG_WEIGHTS = {"election": 0.9, "election-generic": 0.6, "campaign": 0.4, "debate": 0.6}
_MEDIUM = 0.85
# Weights of the vocabulary by kind. Kinds in `_SURE` count alone, those in `_SUPPORTING` never do.
_TERM_WEIGHTS = {
    "european_election": 0.85, "presidential_election": 0.8, "parliamentary_election": 0.8,
    "local_election": 0.8, "country": 0.85, "home": 0.8, "election": 0.55, "referendum": 0.6,
    "electoral_commission": 0.7, "authority": 0.65, "polling_station": 0.65, "roll": 0.65, "worker": 0.65,
    "early": 0.6, "campaign": 0.6, "candidacy": 0.6, "stage": 0.6, "turnout": 0.6, "ballot": 0.6,
    "electorate": 0.6, "elliptic": 0.62, "tag": 0.85, "named_tag": 0.85,
    "runoff": 0.5, "institution": 0.5, "qualifier": 0.5,
    "booth": 0.4, "vote": 0.4, "abroad": 0.4, "politics": 0.4, "candidate": 0.35, "contrary": 0.0, "setting": 0.0,
}  # fmt: skip
_SURE = frozenset({
    "european_election", "presidential_election", "parliamentary_election", "local_election", "country", "home",
})  # fmt: skip
_SUPPORTING = frozenset({
    "runoff", "institution", "qualifier", "booth", "vote", "abroad", "politics", "candidate",
})  # fmt: skip
# Kinds that hint at a country and don't state it.
_HINTS = frozenset({"institution", "authority", "elliptic"})
# What people join to one hashtag though it is no name of an election (`#electionnight`), if it is that long.
_TAGGED = frozenset({"campaign", "candidacy", "early", "polling_station", "stage", "turnout", "worker"})
_JOINED_LENGTH = 8
_TAG_KINDS = frozenset({"tag", "named_tag"})
_CONTRARY = frozenset({"contrary", "setting"})
# Of several kinds given to one word of a language the first of these counts, then the heaviest.
_FIRST = (
    "contrary", "authority", "elliptic", "european_election", "presidential_election", "parliamentary_election",
    "local_election", "country", "home",
)  # fmt: skip
# One word that means an election only to those who know it does ("les municipales", "europee").
_ELLIPTIC_WEIGHT = 0.55
_HOMONYM_WEIGHT = 0.4
_HOMONYM_TAG_WEIGHT = 0.5
# Election words that also mean "choice" in their language, or a given name, and ballots that are also lottery
# tickets, bulletins or slips.
_HOMONYMS = frozenset({
    "wahl", "wal", "val", "valet", "valen", "valg", "valget", "избор", "elección", "választás", "valimine",
    "vaali", "verkiezing", "election", "selection", "wielen", "wählen", "انتخاب",
    "ballot", "ballots", "papeleta", "papeletas", "бюлетина", "бюлетини", "бюлетината", "biuletenis", "ballóid",
    "listić", "preferenze", "преференци", "kroužkov", "kroužkován", "krúžkova", "krúžkovan", "zakrúžkov", "izsvītro",
    "ukräiz", "reitingav", "panachage",
})  # fmt: skip
_WITH_HOMONYMS = frozenset({"election", "ballot"})
_SHORT = 3
_SHORT_WEIGHT = 0.3
_SHORT_TAG_STEM = 3
_SHORT_TAG_WEIGHT = 0.7
# Generic tags shorter than this say "elections" (`#volby`), longer ones which (`#eduskuntavaalit`).
_SPECIFIC_LENGTH = 10
# Parts of a tag that say it is about the European Parliament, whatever the election column infers.
_EUROPEAN = re.compile(
    r"eu(?!s)|ep\d|^ep|^ee\d|europ|evrop|ewrop|eiropas|eorp|ue\d*$|pe$|ευρ|evroek|евро|европ", re.IGNORECASE
)
_YEAR_END = re.compile(r"(.*?)(_?)((?:20)?\d\d)$")
_ELECTION = re.compile(r"(?P<state>[A-Z]{2})-(?P<type>[a-z]+)|(?P<european>EP)(?P<year>\d{4})")
_LATIN_LETTERS = re.compile(r"[^\W\d_]")


def starter_rules(
    hashtag_rows: Iterable[Row],
    term_rows: Iterable[Row],
    word_rows: Iterable[Row] = (),
    *,
    upcoming: Upcoming | None = None,
) -> list[Rule]:
    """Return the rules made from rows of the three files; the same rows always make the same rules.

    `upcoming` maps a short code (`fr`, `eu`) to the (key, type, year) of elections known: tags that end in a
    year get a sister for each of them of the same type, and rules point to the election they mean.
    """
    known = upcoming or {}
    terms = [*term_rows, *word_rows]
    homes, stems = Homes(terms), _stems(terms)
    terms = _one_kind_each(terms)
    rules = [
        *_hashtag_rules(hashtag_rows, homes, known, _elliptic(terms, stems)),
        *(rule for row in terms for rule in _term_rules(row, homes, stems)),
    ]
    return list({rule.id: rule for rule in rules}.values())


def _hashtag_rules(rows: Iterable[Row], homes: Homes, known: Upcoming, elliptic: frozenset[str]) -> Iterator[Rule]:
    for row in rows:
        if row["kind"] in _TAG_WEIGHTS and row["confidence"] != "low":
            rule = _hashtag_rule(row, homes, known)
            if folded_key(rule.pattern) in elliptic and rule.ambiguous:
                rule = replace(rule, weight=min(rule.weight, _ELLIPTIC_WEIGHT))
            yield rule
            yield from _of_other_years(rule, known)


def _hashtag_rule(row: Row, homes: Homes, known: Upcoming) -> Rule:
    tag, state = row["hashtag"], row["iso2"].lower()
    european = state == EU or _EUROPEAN.search(tag) is not None
    kind = _tag_type(row, european)
    sure = row["kind"] == "election"
    home = homes.find(row["language"].split("-")[0], tag)
    short = _is_short_tag(tag) and not european
    weight = _TAG_WEIGHTS[row["kind"]] - (0 if row["confidence"] == "high" or not sure else 0.9 - _MEDIUM)
    generic = row["kind"] == "election-generic"
    code = EU if european else state
    if generic and not european:
        code = home["jurisdiction"] if home else ""
    return Rule(
        id=f"tag:{row['iso2'].lower()}:{exact_key(tag)}:{row['kind']}:{row['election']}",
        kind="hashtag",
        pattern=tag,
        weight=_SHORT_TAG_WEIGHT if short else weight,
        jurisdiction=code or None,
        inferred=not european and (not home or home["kind"] == "home") and _is_inferred(row),
        election=_election_key(known, code, kind, _year(tag)),
        election_type=kind,
        languages=frozenset({row["language"].split("-")[0]}),
        ambiguous=not sure or short,
        supporting=row["kind"] == "campaign",
        concept=_tag_concept(row, tag, european),
        yearly=generic or (sure and not _YEAR_END.match(tag)),
    )


def _tag_type(row: Row, european: bool) -> str | None:
    if european:
        return "european_parliament"
    named = _ELECTION.match(row["election"])
    # The election column of general words (#volby) holds the election they were collected at, not their meaning.
    general = row["kind"] == "election-generic" and len(row["hashtag"]) < _SPECIFIC_LENGTH
    if not named or not named["type"] or general:
        return None
    return canonical_type(named["type"])


def _tag_concept(row: Row, tag: str, european: bool) -> str:
    if row["kind"] == "election-generic":
        return "european_election" if european else "election"
    return f"tag:{folded_key(tag)}" if row["kind"] == "election" else row["kind"]


def _is_inferred(row: Row) -> bool:
    """Whether other states could use the tag: it was placed by its language, or is only a word and a year."""
    return "inferred" in row["notes"] or row["notes"] != "" or row["election"].startswith("EP") or not _is_code(row)


def _is_code(row: Row) -> bool:
    """Tags such as `btw25` or `tk2023` are abbreviations of one country's election."""
    dated = _YEAR_END.match(row["hashtag"])
    return bool(dated) and len(dated[1] if dated else "") <= _SHORT_TAG_STEM + 1


def _is_short_tag(tag: str) -> bool:
    """Two letters and a year, or a day and a letter (`26M`), mean other things elsewhere."""
    return len(_LATIN_LETTERS.findall(tag)) < _SHORT_TAG_STEM


def _year(tag: str) -> int | None:
    dated = _YEAR_END.match(tag)
    return 2000 + int(dated[3]) % 100 if dated else None


def _election_key(known: Upcoming, code: str, kind: str | None, year: int | None) -> str | None:
    """Return the key of the one known election of that type and year."""
    if kind is None or year is None:
        return None
    keys = [key for key, name, when in known.get(code, ()) if canonical_type(name) == kind and when == year]
    return keys[0] if len(keys) == 1 else None


def _of_other_years(rule: Rule, known: Upcoming) -> Iterator[Rule]:
    """Yield the tag as it will be written for the elections to come (`btw25` → `btw{yy}` of that of 2029)."""
    dated = _YEAR_END.match(rule.pattern)
    if not dated or not dated[1] or not dated[1][-1].isalpha() or rule.weight < _SHORT_TAG_WEIGHT:
        return
    for key, name, year in known.get(rule.jurisdiction or "", ()):
        if canonical_type(name) == rule.election_type and str(year)[-len(dated[3]) :] != dated[3]:
            stem, ending = f"{dated[1]}{dated[2]}", str(year)[-len(dated[3]) :]
            yield replace(
                rule,
                id=f"{rule.id}:{year}",
                pattern=stem + (YYYY if len(ending) == len(str(year)) else YY),
                election=key,
                concept=f"tag:{folded_key(stem + ending)}",
            )


def _term_rules(row: Row, homes: Homes, stems: Mapping[str, list[str]]) -> Iterator[Rule]:
    if _kind(row) in _TAG_KINDS:
        yield _tag_rule(row)
        return
    phrase = _term_rule(row, homes, stems)
    yield phrase
    # A phrase of several words is one hashtag; all words for elections are, with a year behind them.
    tag = NOT_IN_TAGS.sub("", row["term"])
    if _kind(row) in _SURE or _kind(row) == "election":
        weight = max(phrase.weight, _HOMONYM_TAG_WEIGHT)
        yield replace(phrase, id=f"{phrase.id}:tag", kind="hashtag", pattern=tag, weight=weight, yearly=True)
    elif _kind(row) in _TAGGED and " " in row["term"] and len(tag) >= _JOINED_LENGTH:
        yield replace(phrase, id=f"{phrase.id}:tag", kind="hashtag", pattern=tag, yearly=True)


def _tag_rule(row: Row) -> Rule:
    """A tag with a place for the year: `tk{yy}`."""
    code, short = row["jurisdiction"], _is_short_tag(row["term"].partition("{")[0])
    european = code == EU
    return Rule(
        id=f"term:{row['language']}:tag:{exact_key(row['term'])}",
        kind="hashtag",
        pattern=row["term"],
        weight=_SHORT_TAG_WEIGHT if short else _TERM_WEIGHTS["tag"],
        jurisdiction=code or None,
        inferred=not european and _kind(row) == "tag",
        election_type="european_parliament" if european else canonical_type(row["election_type"]),
        languages=frozenset({row["language"]}),
        ambiguous=short,
        concept="european_election" if european else "election",
        yearly=True,
    )


def _term_rule(row: Row, homes: Homes, stems: Mapping[str, list[str]]) -> Rule:
    kind = _kind(row)
    term, language = row["term"], row["language"]
    home = row if kind in ("country", "home") else homes.find(language, term)
    # The list of words names those that only imply the election; in the list of terms it shows.
    elliptic = "term_kind" in row and _is_elliptic(term, stems.get(language, []))
    weight, ambiguous, supporting = _strength(kind, term, elliptic=elliptic)
    european = kind == "european_election" or row.get("jurisdiction") == EU
    code = EU if european else (home["jurisdiction"] if home else row.get("jurisdiction", ""))
    return Rule(
        id=f"term:{language}:{kind}:{exact_key(term)}",
        kind="contrary" if kind in _CONTRARY else "phrase",
        pattern=term,
        weight=weight,
        jurisdiction=code or None,
        # A body named is a hint at its country, not a statement: Germans discuss the Sejm, too.
        inferred=not european and (kind in _HINTS or (home is not None and home["kind"] == "home")),
        election_type=canonical_type(row.get("election_type") or kind),
        languages=frozenset({language} if language else ()),
        ambiguous=ambiguous,
        supporting=supporting,
        concept=_concept(kind),
    )


def _kind(row: Row) -> str:
    return row.get("kind") or row["term_kind"]


def _concept(kind: str) -> str:
    """Typed phrases speak of "an election" like the bare word does: naming both is one piece of news."""
    if kind == "elliptic":
        # "Legislativas" and "legislativo" are one piece of news, too.
        return "qualifier"
    return "election" if kind in _SURE - {"european_election"} else kind


def _strength(kind: str, term: str, *, elliptic: bool) -> tuple[float, bool, bool]:
    """Return (weight, ambiguous, supporting) of a term."""
    weight = _TERM_WEIGHTS[kind]
    if kind in _CONTRARY:
        return weight, True, True
    if len(term.rstrip("*")) <= _SHORT and kind not in _SURE and kind != "authority":
        # Short words never trigger alone: most of them are other words too.
        return min(weight, _SHORT_WEIGHT), True, True
    if kind in _SURE:
        return (_ELLIPTIC_WEIGHT, True, False) if elliptic else (weight, False, False)
    if kind in _WITH_HOMONYMS and term.rstrip("*") in _HOMONYMS:
        return _HOMONYM_WEIGHT, True, False
    return weight, True, kind in _SUPPORTING


def _is_elliptic(term: str, stems: Sequence[str]) -> bool:
    """Whether the word "election" is only understood (`européennes`, `politiche`): such words mean more."""
    return " " not in term and not any(stem in folded_key(term) for stem in stems)


def _elliptic(rows: Iterable[Row], stems: Mapping[str, list[str]]) -> frozenset[str]:
    return frozenset(
        folded_key(row["term"])
        for row in rows
        if _kind(row) in _SURE and _is_elliptic(row["term"], stems.get(row["language"], []))
    )


def _one_kind_each(rows: Iterable[Row]) -> list[Row]:
    """Keep one row of each word of a language: one word is one sign, whatever it may stand for."""
    best: dict[tuple[str, str], Row] = {}
    for row in rows:
        key = row["language"], folded_key(row["term"])
        if row.get("confidence") != "low" and (key not in best or _rank(row) < _rank(best[key])):
            best[key] = row
    return list(best.values())


def _rank(row: Row) -> tuple[int, float]:
    kind = _kind(row)
    return _FIRST.index(kind) if kind in _FIRST else len(_FIRST), -_TERM_WEIGHTS[kind]


def _stems(rows: Iterable[Row]) -> dict[str, list[str]]:
    """Return, by language, the folded words for "election" that compounds are made of."""
    stems: dict[str, list[str]] = {}
    for row in rows:
        if row.get("term_kind") == "election":
            stems.setdefault(row["language"], []).append(folded_key(row["term"]))
    return stems
