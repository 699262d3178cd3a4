"""A curated text in the reader's language, or the best other language, saying which it is.

The database never falls back by itself; a page shows what it has and marks it (docs/architecture.md, rule 2).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from centers.models.fact import Translated, TranslationOrigin
from centers.wording import wording_is_outdated
from electioncenters.languages import RIGHT_TO_LEFT

if TYPE_CHECKING:
    from django.db.models import Model

    from accounts.models import Organisation

#: The language every source text can at least be expected in.
LAST_RESORT = "en"


@dataclass(frozen=True, slots=True)
class LocalText:
    """A text, the language it is in, and the language that was wanted.

    `is_outdated` says that the original has changed since this translation of it was made.
    """

    text: str
    language: str
    wanted: str
    origin: str = ""
    is_outdated: bool = False

    def __bool__(self) -> bool:
        return bool(self.text)

    @property
    def is_elsewhere(self) -> bool:
        """Whether the reader gets another language than the page's and must be told."""
        return bool(self.text) and self.language != self.wanted

    @property
    def is_machine(self) -> bool:
        """Whether no person has confirmed the wording yet."""
        return self.origin == TranslationOrigin.MACHINE

    @property
    def direction(self) -> str:
        """`ltr` or `rtl`."""
        return direction(self.language)


def direction(language: str) -> str:
    """The value of HTML's `dir` for a language."""
    return "rtl" if language in RIGHT_TO_LEFT else "ltr"


def local_text(record: Model, field: str, language: str, others: Iterable[str] = ()) -> LocalText:
    """`record.field` in `language`, else the first of `others` that has it, else English, else empty."""
    origins: dict[str, str] = getattr(record, "translation_origin", None) or {}
    for candidate in dict.fromkeys((language, *others, LAST_RESORT)):
        text = getattr(record, f"{field}_{candidate}", None)
        if text:
            is_outdated = isinstance(record, Translated) and wording_is_outdated(record, field, candidate)
            return LocalText(text, candidate, language, origins.get(candidate, ""), is_outdated)
    return LocalText("", language, language)


@dataclass(frozen=True, slots=True)
class OrganisationName:
    """What an organisation calls itself, and an English rendering where the reader may need one."""

    official: str
    official_language: str
    english: str


def organisation_name(organisation: Organisation, language: str, own_languages: list[str]) -> OrganisationName:
    """The names to show a reader of `language` in a place whose languages are `own_languages`.

    An organisation with several official names keeps them in one field with ` | ` between them; which is in
    which language is not recorded, so such a name carries no language.
    """
    several = " | " in organisation.name
    reads_official = language in own_languages or organisation.name == organisation.name_en
    return OrganisationName(
        official=organisation.name.replace(" | ", " / "),
        official_language="" if several or not own_languages else own_languages[0],
        english="" if reads_official else organisation.name_en,
    )
