"""What voters read of ratings, in the page's language."""

from __future__ import annotations

from django.utils import translation
from django.utils.translation import pgettext

from electioncenters.languages import LANGUAGE_NAMES
from factcheck.models import Rating


def rating_word(rating: str) -> str:
    """The rating in the language that is active; workspace pages show the model's plain English instead."""
    words = {
        Rating.FALSE: pgettext("rating of a claim", "False"),
        Rating.ALTERED: pgettext("rating of a claim", "Altered"),
        Rating.PARTLY_FALSE: pgettext("rating of a claim", "Partly false"),
        Rating.MISSING_CONTEXT: pgettext("rating of a claim", "Missing context"),
        Rating.SATIRE: pgettext("rating of a claim", "Satire"),
        Rating.TRUE: pgettext("rating of a claim", "True"),
        Rating.UNVERIFIABLE: pgettext("rating of a claim", "Cannot be verified"),
        Rating.NOT_CHECKABLE: pgettext("rating of a claim", "Not checkable"),
    }
    return words[Rating(rating)]


def rating_word_in(rating: str, language: str) -> str:
    """The rating in `language`, in English where the portal does not speak it."""
    with translation.override(language if language in LANGUAGE_NAMES else "en"):
        return rating_word(rating)
