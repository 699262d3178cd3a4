"""Signs found in one item, before anything is decided."""

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from typing import Literal, NamedTuple

from labeling.matching.model import CODES, EU, Evidence, Geography, Item, Rule, TermKind
from labeling.text import exact_key, guess_language, language_of_tag

# Ambiguous hashtags from this length on are used by speakers of other languages too (`#elections`).
_INTERNATIONAL_TAG = 6
_OFFICES = frozenset({"institution", "qualifier"})
_CONTESTS = frozenset({"candidate", "runoff"})


def is_contest(concepts: AbstractSet[str]) -> bool:
    """Whether supporting signs speak of who stands for which office, or of a second round for it."""
    return not (_OFFICES.isdisjoint(concepts) or _CONTESTS.isdisjoint(concepts))


class Hit(NamedTuple):
    """A rule whose pattern stands in the item; offsets are `None` for a hashtag handed in beside the text.

    A compound rule has one for each of its terms that was found, and says of which kind the `term` is.
    """

    rule: Rule
    text: str
    start: int | None
    end: int | None
    year: int | None = None
    term: TermKind | None = None

    @property
    def sign(self) -> Literal["hashtag", "phrase", "account"]:
        """What was found: for words of other kinds of votes, too, a phrase."""
        return self.term or ("hashtag" if self.rule.kind == "hashtag" else "phrase")

    @property
    def news(self) -> str:
        """What this is a sign of: signs with the same name are one piece of news."""
        return self.rule.concept or self.rule.id

    def evidence(self) -> Evidence:
        """Return the hit as it is shown to people."""
        return Evidence(self.rule.id, self.sign, self.text, self.start, self.end)


class Background(NamedTuple):
    """What is known of an item besides its words: language, and region (any code, ours or not)."""

    language: str | None
    region: str | None


def background(item: Item, rules: Sequence[Rule], geography: Geography) -> Background:
    """Return the item's language and region.

    A language that was not given is that of the region or a guess, if the meaning of the signs hangs on it.
    """
    language, spoken_in = language_of_tag(item.lang)
    region = (item.region or spoken_in or "").lower() or None
    region = CODES.get(region or "", region)
    if language is None and any(_needs_language(rule) for rule in rules):
        language = _language_at(region, rules, geography) or guess_language(item.text)
    return Background(language, region)


def _needs_language(rule: Rule) -> bool:
    if rule.kind == "compound" and rule.languages:
        return True
    return rule.ambiguous or rule.supporting or rule.inferred or rule.jurisdiction is None


def _language_at(region: str | None, rules: Iterable[Rule], geography: Geography) -> str | None:
    """Return the one language of a state if the signs are in it, which saves a guess 50 times as dear."""
    spoken = [language for language, states in geography.languages.items() if region in states]
    if len(spoken) != 1 or not any(spoken[0] in rule.languages for rule in rules):
        return None
    return spoken[0]


def speakable(rules: Iterable[Rule], known: Background, geography: Geography) -> list[Rule]:
    """Keep the rules that can be meant in the item's language."""
    return [rule for rule in rules if is_speakable(rule, known, geography)]


def spelled(rules: Sequence[Rule], written: str) -> list[Rule]:
    """Keep the rules that match as written: exact ones must, and folded ones give way to an exact spelling."""
    if len(rules) == 1 and rules[0].key == "folded":
        return list(rules)
    key = exact_key(written)
    exact = [rule for rule in rules if exact_key(rule.pattern) == key]
    return exact or [rule for rule in rules if rule.key == "folded"]


def is_speakable(rule: Rule, known: Background, geography: Geography) -> bool:
    """Whether an ambiguous word can be meant: `stem` is a vote in Dutch and a stem in English."""
    sure = not (rule.ambiguous or rule.supporting or rule.kind == "contrary")
    international = rule.kind == "hashtag" and len(rule.pattern) >= _INTERNATIONAL_TAG
    if sure or international or not rule.languages:
        return True
    if known.language:
        return known.language in rule.languages
    if known.region in geography.states:
        return any(geography.speaks(known.region, language) for language in rule.languages)
    return True


def likeliest(rules: list[Rule], known: Background) -> list[Rule]:
    """Of rules that read the same words differently keep those fitting region, language or all of Europe."""
    if len(rules) == 1 or len({rule.jurisdiction for rule in rules}) == 1:
        return rules
    for fits in (
        [rule for rule in rules if rule.jurisdiction == known.region],
        [rule for rule in rules if known.language in rule.languages],
        [rule for rule in rules if rule.jurisdiction == EU],
    ):
        if fits:
            return fits
    return rules
