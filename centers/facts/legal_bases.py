"""`legal_bases.csv`: where the law stands that an answer for every member state rests on."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from centers.facts import cells
from centers.facts.table import Layout, Row
from centers.models import Confidence, Question


@dataclass(frozen=True, slots=True)
class LegalBasis:
    """The official text behind the answer to a question."""

    question: str
    name: str
    url: str
    confidence: str
    source: str
    verified_on: dt.date


def _basis(row: Row) -> LegalBasis:
    return LegalBasis(
        question=row.read("question", cells.one_of(Question.values, "question voters ask")),
        name=row.read("source_name", cells.text),
        url=row.read("source_url", cells.url),
        confidence=row.read("confidence", cells.one_of(Confidence.values, "confidence an answer may have")),
        source=row.read("source", cells.text),
        verified_on=row.read("verified_on", cells.date),
    )


LEGAL_BASES = Layout(
    path="centers/data/legal_bases.csv",
    columns=("question", "source_name", "source_url", "confidence", "source", "verified_on"),
    parse=_basis,
    unique=("question",),
)
