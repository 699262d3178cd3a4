"""`electoral_authorities.csv`: who organises, supervises, registers and publishes, and the page where to look."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from accounts.models import OrganisationKind
from centers.facts import cells
from centers.facts.table import Layout, Row
from centers.models.source import Purpose

#: To which elections or voters a page is limited; empty speaks for all.
SCOPES = ("local", "president", "proxy", "eu_citizens")


@dataclass(frozen=True, slots=True)
class Authority:
    """A page of a body that is responsible for elections. Several rows may be pages of one organisation.

    `withheld` says why a row is not published.
    """

    code: str
    organisation: str
    organisation_kind: str
    name: str
    name_en: str
    role: str
    url: str
    purposes: tuple[str, ...]
    scope: str
    rank: int
    languages: tuple[str, ...]
    withheld: str
    confidence: str
    source: str
    verified_on: dt.date

    @property
    def is_published(self) -> bool:
        """Whether voters may see it without a curator's decision."""
        return self.confidence != "low" and not self.withheld

    def is_for(self, purpose: Purpose) -> bool:
        """Whether every voter finds this here, at every kind of election."""
        return purpose in self.purposes and not self.scope


def authorities_layout(codes: Collection[str]) -> Layout[Authority]:
    """The file's layout; `codes` are the places read before."""

    def parse(row: Row) -> Authority:
        return Authority(
            code=row.read("iso2", cells.known_code(codes)),
            organisation=row.read("organisation", cells.slug),
            organisation_kind=row.read(
                "organisation_kind", cells.one_of(OrganisationKind.values, "kind of organisation")
            ),
            name=row.read("name_native", cells.text),
            name_en=row.read("name_en", cells.text),
            role=row.read("role", cells.text),
            url=row.read("url", cells.url),
            purposes=row.read("purposes", cells.some(cells.listed(cells.one_of(Purpose.values, "purpose")))),
            scope=row.read("scope", cells.either(cells.one_of(SCOPES, "scope"))),
            rank=row.read("rank", cells.integer(1, 999)),
            languages=row.read("languages", cells.listed(cells.language)),
            withheld=row.read("withheld", cells.anything),
            confidence=row.read("confidence", cells.confidence),
            source=row.read("source", cells.text),
            verified_on=row.read("verified_on", cells.date),
        )

    return Layout(
        path="centers/data/electoral_authorities.csv",
        columns=("iso2", "name_native", "name_en", "role", "url", "confidence", "source", "organisation",
                 "organisation_kind", "purposes", "scope", "rank", "languages", "withheld", "verified_on"),
        parse=parse,
        unique=("iso2", "name_native", "url"),
    )  # fmt: skip
