"""Full-text search of checked claims, each text by the rules of its own language.

PostgreSQL brings stemmers for some languages; the others are searched word for word. Both indexes are made by
`factcheck/migrations/0008_search_of_checks.py` from the expression in this module, and a query uses them only as long
as it says the very same: who changes a language's configuration makes new indexes in a migration.
"""

from __future__ import annotations

from typing import Any, Final

from django.contrib.postgres.search import SearchQuery, SearchVectorField
from django.db.models import F, Func, Q, QuerySet
from django.db.models.sql.compiler import SQLCompiler

from factcheck.models import Assessment, Claim
from factcheck.querysets import ClaimQuerySet

#: PostgreSQL's configuration for each of the portal's languages (Snowball stemmers; `simple` where there is none).
CONFIGURATIONS: Final[dict[str, str]] = {
    "bg": "simple", "es": "spanish", "cs": "simple", "da": "danish", "de": "german", "et": "simple", "el": "greek",
    "en": "english", "fr": "french", "ga": "irish", "hr": "simple", "it": "italian", "lv": "simple",
    "lt": "lithuanian", "hu": "hungarian", "mt": "simple", "nl": "dutch", "pl": "simple", "pt": "portuguese",
    "ro": "romanian", "sk": "simple", "sl": "simple", "fi": "finnish", "sv": "swedish", "lb": "simple",
    "tr": "turkish", "ur": "simple",
}  # fmt: skip
_STEMMED: Final = [code for code, name in CONFIGURATIONS.items() if name != "simple"]
#: What is longer was not typed by somebody who searches.
LONGEST_QUERY: Final = 120


def configuration_of(language: str) -> str:
    """The configuration for a text in `language`, whatever language that is."""
    return CONFIGURATIONS.get(language, "simple")


def vector_sql(language: str, text: str) -> str:
    """The words of a column `text` whose language the column `language` says; immutable, so that it can be indexed."""
    stemmed = {code: name for code, name in CONFIGURATIONS.items() if name != "simple"}
    cases = " ".join(f"WHEN '{code}' THEN 'pg_catalog.{name}'::regconfig" for code, name in sorted(stemmed.items()))
    return f"to_tsvector(CASE {language} {cases} ELSE 'pg_catalog.simple'::regconfig END, {text})"


class _Words(Func):
    """`vector_sql` of two columns."""

    output_field = SearchVectorField()

    def __init__(self, language: str, text: str) -> None:
        super().__init__(F(language), F(text))

    def as_sql(self, compiler: SQLCompiler, connection: Any, *args: Any, **context: Any) -> Any:
        """The two columns stand in an expression that is no function of both."""
        (language, one), (text, other) = (compiler.compile(source) for source in self.source_expressions)
        return vector_sql(language, text), [*one, *other]


def _said(query: str, language: str) -> Q:
    """A text says `query` if it does so by the rules of its own language."""
    found = Q(pk__in=[])
    for name in sorted(set(CONFIGURATIONS.values())):
        asked = SearchQuery(query, config=name, search_type="websearch")
        languages = [code for code, configuration in CONFIGURATIONS.items() if configuration == name]
        own = ~Q(**{f"{language}__in": _STEMMED}) if name == "simple" else Q(**{f"{language}__in": languages})
        found |= own & Q(words=asked)
    return found


def claims_saying(query: str) -> QuerySet[Claim]:
    """Claims whose own words say `query`."""
    return Claim.objects.annotate(words=_Words("language", "text")).filter(_said(query, "language"))


def findings_saying(query: str) -> QuerySet[Assessment]:
    """Standing findings whose explanations say `query`."""
    standing = Assessment.objects.filter(ended_at=None)
    return standing.annotate(words=_Words("language", "explanation")).filter(_said(query, "language"))


def claims_search(claims: ClaimQuerySet, query: str) -> ClaimQuerySet:
    """Those of the checked `claims` that say `query`, or of which a finding does; the newest first.

    `query` is written as for a search engine: words, "phrases", `or`, and `-` before what is not wanted.
    """
    asked = query.replace("\0", " ")[:LONGEST_QUERY]
    # As lists of ids, each of which an index makes: an `EXISTS` would be asked of every claim.
    found = Q(pk__in=claims_saying(asked).values("pk")) | Q(pk__in=findings_saying(asked).values("claim"))
    return claims.filter(found).newest()
