"""Which words tie an election to a country, whatever the file of words makes of them otherwise."""

import re
from collections.abc import Iterable, Mapping

from labeling.matching.phrases import MOST_INFLECTION
from labeling.text import folded_key

#: A row of the files that rules are made from.
Row = Mapping[str, str]
#: What a hashtag made of a phrase leaves out.
NOT_IN_TAGS = re.compile(r"[\W_]+")


class Homes:
    """The words that tie an election to a country, to be asked for the words that tie a word or a hashtag."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._tied: dict[str, list[tuple[re.Pattern[str], Row]]] = {}
        for row in rows:
            if row.get("kind") in ("country", "home") and row["jurisdiction"]:
                self._tied.setdefault(row["language"], []).append((_tag_pattern(row["term"]), row))

    def find(self, language: str, term: str) -> Row | None:
        """Return the row that ties `term`, a phrase or the hashtag made of it; the longest of several."""
        key = folded_key(NOT_IN_TAGS.sub("", term))
        fitting = [row for pattern, row in self._tied.get(language, ()) if pattern.fullmatch(key)]
        return max(fitting, key=lambda row: len(row["term"]), default=None)


def _tag_pattern(term: str) -> re.Pattern[str]:
    """What a phrase looks like as a hashtag, with its stars."""
    parts = (re.escape(folded_key(NOT_IN_TAGS.sub("", part))) for part in term.split("*"))
    return re.compile(rf"\w{{0,{MOST_INFLECTION}}}".join(parts))
