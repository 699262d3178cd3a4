"""`member_states.csv` and `unions.csv`: the places."""

from __future__ import annotations

from dataclasses import dataclass

from centers.facts import cells
from centers.facts.table import Layout, Row
from centers.models import Level


@dataclass(frozen=True, slots=True)
class Place:
    """A place that holds elections. The first language is the default."""

    code: str
    ocd_id: str
    level: Level
    parent: str
    native_names: dict[str, str]
    eu_code: str
    capital: str
    languages: tuple[str, ...]
    time_zone: str
    flag: str


def _state(row: Row) -> Place:
    languages = row.read("official_languages", cells.some(cells.listed(cells.portal_language)))
    row.read("eu_official_language_subset", cells.listed(cells.portal_language))
    row.read("confidence", cells.one_of(("high", "medium"), "confidence a place may have"))
    row.read("name_en", cells.text)
    row.read("source", cells.text)
    return Place(
        code=row.read("iso2", cells.code),
        ocd_id=row.read("ocd_id", cells.ocd_id),
        level=Level.COUNTRY,
        parent="eu",
        native_names=row.read("native_names", cells.names),
        eu_code=row.read("eu_code", cells.upper_code),
        capital=row.read("capital", cells.text),
        languages=languages,
        time_zone=row.read("time_zone", cells.time_zone),
        flag=row.read("flag_emoji", cells.text),
    )


def _union(row: Row) -> Place:
    row.read("confidence", cells.one_of(("high", "medium"), "confidence a place may have"))
    row.read("source", cells.text)
    return Place(
        code=row.read("code", cells.code),
        ocd_id=row.read("ocd_id", cells.ocd_id),
        level=Level.UNION,
        parent="",
        native_names={},
        eu_code="",
        capital="",
        languages=row.read("languages", cells.some(cells.listed(cells.portal_language))),
        time_zone=row.read("time_zone", cells.time_zone),
        flag=row.read("flag_emoji", cells.text),
    )


UNIONS = Layout(
    path="centers/data/unions.csv",
    columns=("code", "ocd_id", "languages", "time_zone", "flag_emoji", "confidence", "source"),
    parse=_union,
    unique=("code",),
)
STATES = Layout(
    path="centers/data/member_states.csv",
    columns=("iso2", "eu_code", "ocd_id", "name_en", "native_names", "official_languages",
             "eu_official_language_subset", "capital", "time_zone", "flag_emoji", "confidence", "source",
             "regional_languages", "notes"),
    parse=_state,
    unique=("iso2",),
)  # fmt: skip
