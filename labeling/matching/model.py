"""The matcher's vocabulary: rules in, items in, matches with their evidence out. Plain values, no database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal

from msgspec import Struct

RuleKind = Literal["hashtag", "phrase", "contrary", "compound"]
TermKind = Literal["hashtag", "phrase", "account"]
KeyKind = Literal["exact", "folded"]
Action = Literal["apply", "review", "remind"]
Decision = Literal["apply", "review"]

#: Short code of the European Union as a whole.
EU = "eu"
#: Parts of our states that have a code of their own, and spellings that differ from ISO 3166.
CODES = {
    "el": "gr", "uk": "gb", "ax": "fi", "ic": "es", "ea": "es",
    **dict.fromkeys(("gp", "mq", "gf", "re", "yt", "pm", "bl", "mf", "nc", "pf", "wf"), "fr"),
}  # fmt: skip


#: An election is "in its window" from so many days before its first possible polling day …
WINDOW_BEFORE = timedelta(days=90)
#: … to so many days after its last one: counting, complaints and the first sitting are talked about, too.
WINDOW_AFTER = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Term:
    """One thing a compound rule looks for: a hashtag (without its sign), a phrase, or who posts.

    Hashtags and phrases may hold stars and year templates as those of rules do. An account is named by the
    platform's id of the author, as it is written, or by the handle, with or without `@` and in any case.
    """

    kind: TermKind
    pattern: str
    key: KeyKind = "folded"

    def __post_init__(self) -> None:
        if not self.pattern.strip(" @"):
            raise ValueError(f"a term of kind {self.kind} has an empty pattern")


@dataclass(frozen=True, slots=True)
class Rule:
    """A reason to label content; of kind `contrary`, words saying that it is about another kind of vote (a
    class, a club, a song contest), which a moderator should look at.

    `hashtag`, `phrase` and `contrary` rules are one sign, their `pattern`. A word of a phrase that ends in `*`
    also matches when it goes on by a few letters, as inflected words do; a phrase that begins with `*` also
    matches at the end of compounds. `yearly` hashtags also match with a year appended. `{yyyy}` (a year of four
    digits) and `{yy}` (of two or four) stand for the year of `election`, or for any year where none is named.

    `compound` rules have no pattern and several terms: one of `any_of` and all of `all_of` must stand in the item
    (or have written it), none of `none_of` may. Only they are bound to `languages`: there the item's language must
    be one of them; signs name the languages they are words of, which matters for those with other meanings.

    `jurisdiction` is a short code, `eu` for the election of every viewer's own country, `None` where the words do
    not tell. `inferred` says that the code was only inferred from the language the words are used in: a region or
    country named by the item then wins.

    `weight` (0 to 1) is how much the rule alone says. An `ambiguous` one needs a second sign; a `supporting` one
    strengthens others and never counts alone. Of several rules of one `concept` only the strongest counts.

    `regions` (short or ISO 3166 codes), `starts_at` and `ends_at` (half open, compared with when the item was made)
    and `during` (the key of an election that must be in its window, see `Geography.windows`) bind rules of all kinds.

    `action`: `apply` labels as sure as the evidence is, `review` never without a moderator, and `remind` does not
    label: its hashtags only show a reminder. `note` tells people why the rule is there.
    """

    id: str
    kind: RuleKind
    pattern: str
    weight: float
    key: KeyKind = "folded"
    jurisdiction: str | None = None
    inferred: bool = False
    election: str | None = None
    election_type: str | None = None
    languages: frozenset[str] = frozenset()
    ambiguous: bool = False
    supporting: bool = False
    concept: str = ""
    yearly: bool = False
    any_of: tuple[Term, ...] = ()
    all_of: tuple[Term, ...] = ()
    none_of: tuple[Term, ...] = ()
    regions: frozenset[str] = frozenset()
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    during: str | None = None
    action: Action = "apply"
    note: str = ""

    def __post_init__(self) -> None:
        if self.kind == "compound":
            if self.pattern or not (self.any_of or self.all_of):
                raise ValueError(f"rule {self.id} is compound: it needs terms in any_of or all_of and has no pattern")
        elif not self.pattern:
            raise ValueError(f"rule {self.id} has an empty pattern")
        if not 0 <= self.weight <= 1:
            raise ValueError(f"rule {self.id} has weight {self.weight}, outside 0 to 1")

    @property
    def is_bound(self) -> bool:
        """Whether the rule counts only somewhere or at some time."""
        return bool(self.regions or self.starts_at or self.ends_at or self.during)


class Item(Struct, frozen=True, gc=False):
    """What the matcher looks at. `hashtags` is `None` when they are to be found in the text."""

    text: str
    hashtags: tuple[str, ...] | None = None
    lang: str | None = None
    region: str | None = None
    created_at: datetime | None = None
    author_id: str | None = None
    author_handle: str | None = None


class Evidence(Struct, frozen=True, gc=False):
    """One sign found. `start` and `end` are code points of the item's text, half open.

    They are `None` for a hashtag that the platform handed in beside the text, and for the account that posted.
    `rule` is empty for context (kinds `place`, `year`, `region`), which no rule stands for. A compound rule
    gives one for each of its terms that was found.
    """

    rule: str
    kind: Literal["hashtag", "phrase", "account", "place", "year", "region"]
    text: str
    start: int | None
    end: int | None


class Match(Struct, frozen=True, gc=False):
    """A label the item should carry, or that a moderator should look at."""

    kind: Literal["election"]
    jurisdiction: str
    election: str | None
    confidence: float
    decision: Decision
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class CountryForm:
    """How a language inflects a country's name, calls what and who is from there, and its towns; `*` as in rules."""

    language: str
    code: str
    names: tuple[str, ...]
    adjectives: tuple[str, ...]
    towns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Geography:
    """Which states there are, what they speak and how they are called.

    `languages` maps a language to the codes of the states where it is official. `country_names` may also
    hold countries that are not `states`: naming one of them tells that the election is elsewhere.
    `worldwide` are languages spoken mostly outside these states, which tell nothing by themselves.
    `country_adjectives` holds words that mean a country beside an election only (`Polish`), `*` as in rules.
    These two are understood in every language; `names_by_language` (language → code → names) and
    `country_forms` in the language they belong to.
    `upcoming` maps a code (`eu` included) to the (key, type, year) of elections known for it, `windows` the key of
    an election to the first and last day (UTC, both included) on which it is in its window, see `window_of`.
    """

    states: frozenset[str]
    languages: Mapping[str, frozenset[str]]
    country_names: Mapping[str, Sequence[str]] = field(default_factory=dict)
    country_adjectives: Mapping[str, Sequence[str]] = field(default_factory=dict)
    names_by_language: Mapping[str, Mapping[str, Sequence[str]]] = field(default_factory=dict)
    country_forms: Sequence[CountryForm] = ()
    worldwide: frozenset[str] = frozenset({"ar", "en", "es", "fr", "pt", "ru", "tr", "ur"})
    upcoming: Mapping[str, Sequence[tuple[str, str, int]]] = field(default_factory=dict)
    windows: Mapping[str, tuple[date, date]] = field(default_factory=dict)

    def only_state_speaking(self, language: str | None) -> str | None:
        """Return the one state a language points to, if it points to one."""
        speakers = self.languages.get(language or "", frozenset())
        return next(iter(speakers)) if len(speakers) == 1 and language not in self.worldwide else None

    def speaks(self, state: str | None, language: str | None) -> bool:
        """Whether `language` is official in `state`."""
        return state in self.languages.get(language or "", frozenset())


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From which confidence a label is applied, and from which a moderator is asked."""

    apply: float = 0.8
    review: float = 0.5

    def __post_init__(self) -> None:
        if not 0 < self.review <= self.apply <= 1:
            raise ValueError(f"thresholds must satisfy 0 < review ≤ apply ≤ 1, not {self.review}, {self.apply}")


def window_of(first: date, last: date) -> tuple[date, date]:
    """Return the window of an election whose polling days, or the period it is expected in, are `first` to `last`."""
    return first - WINDOW_BEFORE, last + WINDOW_AFTER


# Values of the election model's type → the other names that the facts and people use.
_TYPES = {
    "european_parliament": ("european parliament", "european", "european_election", "ep"),
    "parliament": (
        "national parliament", "parliamentary", "parliamentary_election", "bundestag", "federal", "legislatives",
    ),
    "president": ("presidential", "presidential_election"),
    "regional": ("state", "provincial"),
    "local": ("municipal", "local_election"),
    "referendum": (),
}  # fmt: skip
_TYPE_OF = {name: kind for kind, names in _TYPES.items() for name in (kind, *names)}


def canonical_type(name: str) -> str | None:
    """Return the election type (as `centers` spells it) for the many ways data spell it, `None` if unknown."""
    return _TYPE_OF.get(name.strip().lower())
