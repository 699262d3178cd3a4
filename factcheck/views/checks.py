"""What fact-checkers found, for voters: one claim, all of them, and the feed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.core.paginator import Page as ClaimPage
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect, HttpResponseRedirect
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from centers import formats
from centers.changes.feed import FeedEntry, FeedHead, feed_write, stable_id
from centers.local_text import LocalText, OrganisationName, direction, local_text, organisation_name
from centers.models import Jurisdiction
from centers.pagecache import DATABASE_AWAY, MAX_AGE, Page, publications
from centers.reading import SiteFacts, site_facts
from centers.views import errors
from centers.views.doors import site_answer
from centers.views.frame import Frame, frame_of, page_rendered
from electioncenters.languages import LANGUAGE_CODES
from factcheck.claimreview import claim_review, is_exported, json_ld
from factcheck.models import Assessment, Claim, Rating
from factcheck.querysets import ClaimQuerySet
from factcheck.rating_names import rating_word
from factcheck.search import LONGEST_QUERY, claims_search
from factcheck.slugs import claim_path, slug_range
from factcheck.verdict import Verdict, verdict_from

PER_PAGE: Final = 20
FEED_LENGTH: Final = 50
_A_TITLE: Final = 90


@dataclass(frozen=True, slots=True)
class FindingView:
    """One partner's finding as the reader gets it; `word` is the rating in the page's language."""

    assessment: Assessment
    name: OrganisationName
    word: str

    @property
    def direction(self) -> str:
        """Of the explanation, which is in the partner's language."""
        return direction(self.assessment.language)

    @property
    def own_words(self) -> str:
        """The partner's own for its rating, where they are known and say something else."""
        words = self.assessment.word
        return "" if words.casefold() == self.word.casefold() else words

    @property
    def anchor(self) -> str:
        """Within the claim's page."""
        return f"check-{self.assessment.pk}"


@dataclass(frozen=True, slots=True)
class CheckView:
    """A claim with what stands of it and what stands no more, the latest first. `word` is what all agree on."""

    claim: Claim
    path: str
    findings: tuple[FindingView, ...]
    ended: tuple[FindingView, ...]
    word: str
    is_disputed: bool

    @property
    def direction(self) -> str:
        """Of the claim's words."""
        return direction(self.claim.language)

    @property
    def told_at(self) -> dt.datetime:
        """When something was last found, corrected or withdrawn."""
        told = [one.assessment for one in (*self.findings, *self.ended)]
        return max(one.ended_at or one.given_at for one in told)


class _ElsewhereError(Exception):
    """The claim is at another address; `for_good` unless people may still change their minds."""

    def __init__(self, path: str, *, for_good: bool) -> None:
        super().__init__(path)
        self.path, self.for_good = path, for_good


def check_view(claim: Claim, language: str) -> CheckView:
    """A claim whose findings were read already."""
    verdict: Verdict = verdict_from(claim.assessments.all())
    return CheckView(
        claim=claim,
        path=claim_path(claim, language),
        findings=tuple(_finding(one, language) for one in verdict.standing),
        ended=tuple(sorted((_finding(one, language) for one in verdict.ended), key=_ended_at, reverse=True)),
        word=rating_word(verdict.rating) if verdict.rating else "",
        is_disputed=verdict.is_disputed,
    )


def _places(claim: Claim, facts: SiteFacts, language: str) -> list[LocalText]:
    """The names of the countries where it spreads."""
    known = {place.code: place for place in facts.places}
    found = [known[code] for code in claim.countries if code in known]
    return [local_text(place, "name", language, place.languages) for place in found]


def _hosts(claim: Claim) -> list[str]:
    """Where it and its copies were seen: the name of the place, and no way to it."""
    seen = [urlsplit(one.seen_at).hostname or "" for one in (claim, *claim.copies.all())]
    return list(dict.fromkeys(host.removeprefix("www.") for host in seen if host))


def _finding(assessment: Assessment, language: str) -> FindingView:
    partner = assessment.partner
    name = organisation_name(partner.organisation, language, partner.languages)
    return FindingView(assessment, name, rating_word(assessment.rating))


def _ended_at(view: FindingView) -> dt.datetime:
    ended_at = view.assessment.ended_at
    if ended_at is None:  # pragma: no cover -- only ended ones are sorted
        raise ValueError(view)
    return ended_at


@require_safe
def check(request: HttpRequest, slug: str) -> HttpResponse:
    """One claim. 404 where nobody ever found anything of it; leads on from former words and from copies."""
    try:
        return site_answer(request, lambda asked, facts: _render_check(asked, facts, slug))
    except _ElsewhereError as moved:
        answer = (HttpResponsePermanentRedirect if moved.for_good else HttpResponseRedirect)(moved.path)
        # Words may be changed back: no reader may remember a way for longer than a page.
        answer.headers["Cache-Control"] = f"public, max-age={MAX_AGE}"
        return answer


def _render_check(request: HttpRequest, facts: SiteFacts, slug: str) -> Page:
    frame = frame_of(request)
    claim = _claim_at(slug)
    if claim is None:
        raise Http404(slug)
    if claim.merged_into is not None:
        raise _ElsewhereError(claim_path(claim.merged_into, frame.language), for_good=False)
    if not claim.assessments.all():
        # What nobody has looked at is nobody's business yet: its words are not spread by us.
        raise Http404(slug)
    if claim_path(claim, frame.language) != request.path:
        raise _ElsewhereError(claim_path(claim, frame.language), for_good=True)
    view = check_view(claim, frame.language)
    context = {
        "check": view,
        "places": _places(claim, facts, frame.language),
        "hosts": _hosts(claim),
        "title": _shortened(claim.text),
        "json_ld": json_ld(reviews) if (reviews := _exported(view, frame)) else "",
    }
    return page_rendered("factcheck/check.html", frame, context)


def _claim_at(slug: str) -> Claim | None:
    found = slug_range(slug)
    if found is None:
        return None
    claims = Claim.objects.filter(public_id__range=found).select_related("merged_into").with_findings()
    return claims.order_by("pk").first()


def _exported(view: CheckView, frame: Frame) -> list[dict[str, Any]]:
    """The findings as ClaimReview; the address of each is this page, as rules for markup ask, and names the article."""
    found = []
    for one in view.findings:
        if is_exported(one.assessment):
            here = f"{frame.canonical}#{one.anchor}"
            found.append(
                claim_review(one.assessment, claim=view.claim, url=here, page=here, own_words=one.assessment.word)
            )
    return found


def _shortened(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= _A_TITLE else f"{words[: _A_TITLE - 1].rstrip()}…"


@dataclass(frozen=True, slots=True)
class Choices:
    """What a reader asked the list for; empty is everything."""

    country: str = ""
    language: str = ""
    rating: str = ""
    page: int = 1

    @property
    def query(self) -> str:
        """What keeps the choices in links to other pages of the list."""
        kept = {"country": self.country, "language": self.language, "rating": self.rating}
        return urlencode({name: value for name, value in kept.items() if value})

    @property
    def key(self) -> tuple[str, ...]:
        """For pages that are kept."""
        return (self.country, self.language, self.rating, str(self.page))


@require_safe
def check_list(request: HttpRequest) -> HttpResponse:
    """The newest first; `country`, `language` and `rating` narrow it, `q` searches. 404 for what there is not."""
    choices = _choices(request)
    query = request.GET.get("q", "").replace("\0", "")[:LONGEST_QUERY].strip()
    if not query:
        return site_answer(request, lambda asked, facts: _render_list(asked, facts, choices, ""), of=choices.key)
    # Not kept: queries are endless.
    try:
        _, facts = site_facts(publications.current())
        return _render_list(request, facts, choices, query).answer(request)
    except DATABASE_AWAY:
        return errors.unavailable(request)


def _choices(request: HttpRequest) -> Choices:
    """Raises `Http404` for a language or rating there is not, and for what is no page's number."""
    country = request.GET.get("country", "").lower()
    language, rating = request.GET.get("language", "").lower(), request.GET.get("rating", "")
    number = request.GET.get("page", "1")
    if language and language not in LANGUAGE_CODES:
        raise Http404("no such language")
    if rating and rating not in Rating.values:
        raise Http404("no such rating")
    if not number.isascii() or not number.isdecimal() or len(number) > 6:  # noqa: PLR2004
        raise Http404("no such page")
    return Choices(country, language, rating, int(number))


def claims_chosen(choices: Choices) -> ClaimQuerySet:
    """Checked claims that spread in the country, with a finding that is in the language and has the rating."""
    claims = Claim.objects.checked()
    if choices.country:
        claims = claims.filter(countries__contains=[choices.country])
    if choices.language or choices.rating:
        wanted = {"language": choices.language, "rating": choices.rating}
        found = Assessment.objects.filter(claim=OuterRef("pk"), ended_at=None)
        claims = claims.filter(Exists(found.filter(**{name: value for name, value in wanted.items() if value})))
    return claims


def _render_list(request: HttpRequest, facts: SiteFacts, choices: Choices, query: str) -> Page:
    frame = frame_of(request)
    places = {place.code: place for place in facts.places}
    if choices.country and choices.country not in places:
        raise Http404("no such place")
    claims = claims_chosen(choices)
    claims = claims_search(claims, query) if query else claims.newest()
    page = _page(claims.with_findings(), choices.page)
    context = {
        "checks": [check_view(claim, frame.language) for claim in page.object_list],
        "page": page,
        "choices": choices,
        "query": query,
        "carried": urlencode({"q": query} if query else {}) + ("&" if query and choices.query else "") + choices.query,
        "is_narrowed": bool(query or choices.query or choices.page > 1),
        "countries": _named_places(facts.countries, frame.language),
        "languages": _named_languages(frame.language),
        "ratings": [(rating.value, rating_word(rating)) for rating in Rating],
    }
    return page_rendered("factcheck/checks.html", frame, context)


def _page(claims: QuerySet[Claim], number: int) -> ClaimPage[Claim]:
    paginator = Paginator(claims, PER_PAGE)
    if not 1 <= number <= paginator.num_pages:
        raise Http404("no such page")
    return paginator.page(number)


def _named_places(places: Iterable[Jurisdiction], language: str) -> list[tuple[str, str]]:
    named = [(place.code, local_text(place, "name", language, place.languages).text) for place in places]
    return sorted(named, key=lambda entry: formats.sort_key(entry[1], language))


def _named_languages(language: str) -> list[tuple[str, str]]:
    named = [(code, formats.language_name(code, language)) for code in LANGUAGE_CODES]
    return sorted(named, key=lambda entry: formats.sort_key(entry[1], language))


@require_safe
def check_feed(request: HttpRequest) -> HttpResponse:
    """Claims of which something was found, corrected or withdrawn last, as Atom (RFC 4287)."""
    return site_answer(request, _render_feed)


def _render_feed(request: HttpRequest, facts: SiteFacts) -> Page:
    frame = frame_of(request)
    claims = Claim.objects.told().with_findings()[:FEED_LENGTH]
    entries = [_entry(check_view(claim, frame.language), frame) for claim in claims]
    modified = checks_changed_at()
    head = FeedHead(
        id=stable_id("fact-checks", frame.language),
        title=_("Fact-checks"),
        language=frame.language,
        address=frame.canonical,
        page=f"{settings.PUBLIC_URL}/{frame.language}/factcheck/checks/",
        author=_("Election Centre"),
        updated=modified,
    )
    body = feed_write(head, entries)
    return Page(body, "application/atom+xml; charset=utf-8", frame.language, modified=modified)


def checks_changed_at() -> dt.datetime:
    """When any finding changed last, or anything else a centre shows.

    Not the latest of the findings' dates: what is imported carries the date of its article.
    """
    return max((one.published_at for one in publications.current().values()), default=timezone.now())


def _entry(view: CheckView, frame: Frame) -> FeedEntry:
    said = "; ".join(f"{one.name.official}: {one.word}" for one in view.findings)
    latest = next(iter((*view.findings, *view.ended)))
    return FeedEntry(
        id=stable_id("fact-check", view.claim.public_id, frame.language),
        title=f"{said or _('Nobody stands by a finding any more.')} – {_shortened(view.claim.text)}",
        link=settings.PUBLIC_URL + view.path,
        published=min(one.assessment.given_at for one in (*view.findings, *view.ended)),
        updated=view.told_at,
        author=latest.name.official,
        content=render_to_string("factcheck/_findings.html", {"check": view, "language": frame.language}).strip(),
    )
