"""A partner's finding as ClaimReview (schema.org), for search engines and for whoever collects fact-checks.

The required and recommended properties: schema.org/ClaimReview and Google's "Fact check (ClaimReview) structured data".
What is exported and on which scale: `docs/decisions/0040-claimreview-out.md`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Final, NamedTuple

from factcheck.models import Assessment, Claim, Rating
from factcheck.rating_names import rating_word_in


class Scale(NamedTuple):
    """A number between the worst and the best of its scale."""

    value: int
    worst: int
    best: int


#: How far what is said is so. Satire, and what could not be settled, stand nowhere between false and true: their scale
#: has a single step, so that no number calls them false.
SCALE: Final[dict[Rating, Scale]] = {
    Rating.FALSE: Scale(1, 1, 5),
    Rating.ALTERED: Scale(1, 1, 5),
    Rating.PARTLY_FALSE: Scale(2, 1, 5),
    Rating.MISSING_CONTEXT: Scale(3, 1, 5),
    Rating.TRUE: Scale(5, 1, 5),
    Rating.SATIRE: Scale(0, 0, 0),
    Rating.UNVERIFIABLE: Scale(0, 0, 0),
}
#: Of a claim with very many copies so many addresses are told.
_MOST_PLACES: Final = 20
#: What would end a `<script>` element or begin another one, in JSON's own notation.
_ESCAPES: Final = {ord(letter): f"\\u{ord(letter):04X}" for letter in "<>&\u2028\u2029"}


def is_exported(assessment: Assessment) -> bool:
    """Whether it is a check of the partner's own: it stands, it rates the claim, and shows where that can be read."""
    if assessment.ended_at is not None or assessment.rating not in SCALE:
        return False
    return bool(assessment.article_url or assessment.evidence)


def claim_review(assessment: Assessment, *, claim: Claim, url: str, page: str, own_words: str = "") -> dict[str, Any]:
    """One finding. `url` is where the review can be read, `page` the portal's address of it.

    `own_words` are the partner's own for its rating; without them the portal's word is given in the language of the
    explanation. `claim` has its copies prefetched.
    """
    organisation = assessment.partner.organisation
    scale = SCALE[Rating(assessment.rating)]
    found: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "ClaimReview",
        "@id": page,
        "url": url,
        "inLanguage": assessment.language,
        "datePublished": assessment.given_at.date().isoformat(),
        "claimReviewed": claim.text,
        "author": {
            "@type": "Organization",
            "name": organisation.name,
            **({"url": organisation.url} if organisation.url else {}),
        },
        "reviewRating": {
            "@type": "Rating",
            "ratingValue": scale.value,
            "worstRating": scale.worst,
            "bestRating": scale.best,
            "alternateName": own_words or rating_word_in(assessment.rating, assessment.language),
            "ratingExplanation": assessment.explanation,
        },
        "itemReviewed": _claim(claim),
    }
    if assessment.article_url and assessment.article_url != url:
        found["sameAs"] = assessment.article_url
    if assessment.evidence:
        found["citation"] = list(assessment.evidence)
    return found


def _claim(claim: Claim) -> dict[str, Any]:
    """The claim with where it was seen; where no address is known, with the words and countries in which it spreads."""
    seen = [one.seen_at for one in (claim, *claim.copies.all()) if one.seen_at]
    works: list[dict[str, Any]] = [
        {"@type": "CreativeWork", "url": url} for url in list(dict.fromkeys(seen))[:_MOST_PLACES]
    ]
    countries = [{"@type": "Country", "identifier": code.upper()} for code in claim.countries]
    nowhere = [{"@type": "CreativeWork", "text": claim.text, "contentLocation": countries}]
    return {"@type": "Claim", "text": claim.text, "inLanguage": claim.language, "appearance": works or nowhere}


def json_ld(reviews: Iterable[dict[str, Any]]) -> str:
    """What may stand in `<script type="application/ld+json">` as it is, whatever the texts hold."""
    found = list(reviews)
    written = json.dumps(found[0] if len(found) == 1 else found, ensure_ascii=False, separators=(",", ":"))
    return written.translate(_ESCAPES)
