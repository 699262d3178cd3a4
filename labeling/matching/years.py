"""Year templates of hashtags and phrases: `{yyyy}` is a year of four digits, `{yy}` one of two or of four."""

import re

from labeling.matching.model import Geography

YYYY = "{yyyy}"
YY = "{yy}"
#: Either template, as it stands in a pattern.
TEMPLATE = re.compile(r"\{yyyy\}|\{yy\}")
#: What the two templates stand for where no election says which year is meant.
ANY_YEAR = {YYYY: r"(?:19|20)\d\d", YY: r"(?:19|20)?\d\d"}
_CENTURY = 2000
_YEAR_ONE = 1000
_WRITTEN = re.compile(r"(?<!\d)(?:19|20)?\d\d(?!\d)")
_KEY_YEAR = re.compile(r"\.((?:19|20)\d\d)$")


def is_dated(pattern: str) -> bool:
    """Whether a pattern holds a year template."""
    return "{" in pattern and TEMPLATE.search(pattern) is not None


def in_year(pattern: str, year: int) -> tuple[str, ...]:
    """Return the ways a pattern is written in a year.

    >>> in_year("ep{yy}", 2029)
    ('ep29', 'ep2029')
    """
    long = pattern.replace(YYYY, f"{year:04}")
    if YY not in long:
        return (long,)
    return long.replace(YY, f"{year % 100:02}"), long.replace(YY, f"{year:04}")


def full_year(digits: str) -> int:
    """Return the year that two or four digits mean; two are of this century."""
    year = int(digits)
    return year if year >= _YEAR_ONE else year + _CENTURY


def year_in(pattern: str, written: str) -> int | None:
    """Return the year that stands where a pattern has a template."""
    found = _WRITTEN.search(written) if is_dated(pattern) else None
    return full_year(found[0]) if found else None


def year_of_election(geography: Geography, election: str | None) -> int | None:
    """Return the year of an election by its key: as the geography has it, else as the key ends in it."""
    if election is None:
        return None
    for known in geography.upcoming.values():
        for key, _, year in known:
            if key == election:
                return year
    ending = _KEY_YEAR.search(election)
    return int(ending[1]) if ending else None
