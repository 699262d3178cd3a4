"""The newest fact-checks on a centre's page, and those that a search finds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.db.models import F, Window
from django.db.models.functions import RowNumber

from centers.insets import Inset, Shown, finder_register, inset_register
from centers.models import Jurisdiction
from factcheck.models import Assessment, Claim
from factcheck.search import claims_search
from factcheck.views.checks import check_view

#: So many are shown, and so many are kept of each language of explanations.
SHOWN: Final = 3
FOUND: Final = 10


def register_all() -> None:
    """Called once when the app is ready."""
    inset_register(Inset("checks", load=checks_load, show=checks_show))
    finder_register(checks_found)


def checks_load(place: Jurisdiction) -> tuple[Claim, ...]:
    """The newest checked claims of a place, some of each language, the newest first. Two queries."""
    standing = Assessment.objects.filter(
        ended_at=None, claim__merged_into=None, claim__countries__contains=[place.code]
    ).annotate(
        newest=Window(
            RowNumber(), partition_by=[F("language")], order_by=[F("given_at").desc(), F("pk").desc()]
        )
    )  # fmt: skip
    claims = Claim.objects.checked().filter(pk__in=standing.filter(newest__lte=SHOWN).values("claim"))
    # What was corrected is told on the claim's own page.
    return tuple(claims.newest().with_standing())


def checks_show(claims: Sequence[Claim], place: Jurisdiction, language: str) -> Shown:
    """Those first that somebody explains in the reader's language; on the page the newest stands first."""
    read = [claim for claim in claims if any(one.language == language for one in claim.assessments.all())]
    chosen = {claim.pk for claim in [*read, *(claim for claim in claims if claim not in read)][:SHOWN]}
    checks = [check_view(claim, language) for claim in claims if claim.pk in chosen]
    query = f"?country={place.code}" if place.level == "country" else ""
    return Shown("factcheck/_newest.html", {"checks": checks, "all": f"/{language}/factcheck/checks/{query}"})


def checks_found(query: str, language: str) -> Shown | None:
    """Checked claims that say what was searched for. Three queries."""
    if not query:
        return None
    claims = claims_search(Claim.objects.checked(), query).with_standing()[:FOUND]
    checks = [check_view(claim, language) for claim in claims]
    return Shown("factcheck/_found.html", {"checks": checks}) if checks else None
