"""Take a review that was read from a partner: as a claim and the partner's assessment, or hold it, or refuse it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Final

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from accounts.audit import acting
from accounts.models import User
from factcheck.feeds import Trouble
from factcheck.feeds.reviews import ReviewRead, url_plain
from factcheck.models import (
    Assessment,
    Claim,
    FactCheckPartner,
    FeedSource,
    ImportedReview,
    Origin,
    Rating,
    ReviewState,
)
from factcheck.ratings import rating_of
from factcheck.services.assessment_give import assessment_held
from factcheck.services.assessment_stand import Finding, assessment_stand
from factcheck.services.claim_merge import claims_alike
from factcheck.services.claim_open import claim_open
from factcheck.services.rating_word import rating_word_keep, word_of
from factcheck.similar import PROPOSE_FROM, bands, likeness, normalised
from factcheck.words import LONGEST, RatingValue, word_key

KEEP: Final = "factcheck.keep_partner"
_REASON: Final = "Imported from the partner's feed"


def reviews_import(
    *, partner: FactCheckPartner, source: FeedSource | None, reads: Sequence[ReviewRead]
) -> list[ImportedReview]:
    """The reviews of one article, each in a transaction of its own; in their order, each with what became of it.

    Doing it again changes nothing. What the article says otherwise now ends the partner's former finding.
    """
    if not reads:
        return []
    known = list(ImportedReview.objects.filter(partner=partner, article_url=reads[0].article_url))
    pairs = _paired(reads, known)
    number = max((row.number for row in known), default=0)
    done = []
    for read, known_row in pairs:
        number += known_row is None
        row = known_row or ImportedReview(partner=partner, article_url=read.article_url, number=number)
        done.append(_import(row, read, source))
    return done


def _paired(
    reads: Sequence[ReviewRead], known: Iterable[ImportedReview]
) -> list[tuple[ReviewRead, ImportedReview | None]]:
    """Which row each review is: the claim in the same words, in nearly the same, or the only one left of each."""
    left = list(known)
    found: dict[int, ImportedReview] = {}
    for at, read in enumerate(reads):
        same = next((row for row in left if normalised(row.claim_text) == normalised(read.claim)), None)
        if same is not None:
            found[at] = same
            left.remove(same)
    for at, read in enumerate(reads):
        if at not in found and left:
            best = max(left, key=lambda row: likeness(row.claim_text, read.claim))
            if likeness(best.claim_text, read.claim) >= PROPOSE_FROM:
                found[at] = best
                left.remove(best)
    rest = [at for at in range(len(reads)) if at not in found]
    if len(rest) == 1 and len(left) == 1:
        found[rest[0]] = left[0]
    return [(read, found.get(at)) for at, read in enumerate(reads)]


@transaction.atomic
def _import(row: ImportedReview, read: ReviewRead, source: FeedSource | None) -> ImportedReview:
    now = timezone.now()
    # Two readings of one partner at once wait for each other here; whoever assesses for it at the desk does not.
    FactCheckPartner.objects.select_for_update(no_key=True).get(pk=row.partner_id)
    row.source, row.read_at, row.missing_since = source or row.source, now, None
    is_same = row.pk is not None and row.digest == read.digest
    if is_same and not (row.state == ReviewState.HELD and row.reason == Trouble.RATING_UNKNOWN):
        row.save(update_fields=["source", "read_at", "missing_since"])
        return row
    if not is_same:
        row.changed_at, row.digest = now, read.digest
        _copy(row, read)
    if read.problem is not None:
        _set_aside(row, ReviewState.REFUSED, read.problem, read.detail)
    else:
        _settle(row, decided=None)
    return row


def _copy(row: ImportedReview, read: ReviewRead) -> None:
    row.claim_text, row.language, row.explanation = read.claim, read.language, read.explanation
    row.rating_words, row.rating_value = read.rating_words, read.rating_value
    row.worst_rating, row.best_rating = read.worst_rating, read.best_rating
    row.author, row.published_at, row.appearances = read.author, read.published_at, list(read.appearances)


def _settle(row: ImportedReview, *, decided: Claim | None, is_new: bool = False) -> None:
    """Take the row, or hold it. `decided` is the claim a person said it is about, `is_new` that it is a new one."""
    rating = rating_of(
        row.partner, row.rating_words, value=row.rating_value, worst=row.worst_rating, best=row.best_rating
    )
    if rating is None:
        word = word_of(row.rating_words, RatingValue(row.rating_value, row.worst_rating, row.best_rating))
        if word_key(word) and len(word) <= LONGEST:
            # It stands on the desk's list from now on, for somebody to say what it means.
            rating_word_keep(partner=row.partner, word=word)
        _set_aside(row, ReviewState.HELD, Trouble.RATING_UNKNOWN, word or row.rating_value)
        return
    claim = decided or _claim_known(row)
    if claim is None and not is_new:
        alike = claims_alike(Claim(text=row.claim_text, bands=bands(row.claim_text)))
        if alike:
            _set_aside(row, ReviewState.HELD, Trouble.ALIKE, f"{alike[0].percent} %: {alike[0].claim.text}")
            return
    try:
        # Half a claim is none: what fails leaves nothing behind.
        with transaction.atomic():
            claim = claim or _claim_opened(row)
            held = assessment_held(claim, row.partner)
            if held is not None and decided is None and not _may_replace(row, held):
                _set_aside(row, ReviewState.HELD, Trouble.OTHER_FINDING, f"{held.get_rating_display()}: {held}")
                return
            _take(row, claim, rating, held)
    except ValidationError as error:
        _set_aside(row, ReviewState.REFUSED, Trouble.CLAIM_REFUSED, "; ".join(error.messages))


def _claim_known(row: ImportedReview) -> Claim | None:
    """What the row was taken as before, or what the partner's people assessed with this article."""
    if row.claim is not None:
        return row.claim.merged_into or row.claim
    begins = row.article_url.partition("?")[0].rstrip("/")
    given = Assessment.objects.filter(partner=row.partner, article_url__startswith=begins)
    claims = {
        one.claim_id: one.claim.merged_into or one.claim
        for one in given.select_related("claim__merged_into")
        if _is_of(row, one)
    }
    scored = [(likeness(claim.text, row.claim_text), claim) for claim in claims.values()]
    likely = [entry for entry in scored if entry[0] >= PROPOSE_FROM]
    return max(likely, key=lambda entry: entry[0])[1] if likely else None


def _claim_opened(row: ImportedReview) -> Claim:
    countries = row.source.countries if row.source is not None else row.partner.countries
    return claim_open(
        by=None,
        origin=Origin.PARTNER,
        text=row.claim_text,
        language=row.language,
        countries=countries,
        seen_at=row.appearances[0] if row.appearances else "",
        brought_by=row.partner,
        asks=False,
    )


def _may_replace(row: ImportedReview, held: Assessment) -> bool:
    """What came from this article, or was given with it; whatever else stands was somebody's decision."""
    return held.pk == row.assessment_id or _is_of(row, held)


def _is_of(row: ImportedReview, given: Assessment) -> bool:
    """Whether a finding names the row's article, however a person wrote its address."""
    plain = url_plain(given.article_url, "")
    return plain.rstrip("/") == row.article_url.rstrip("/")


def _take(row: ImportedReview, claim: Claim, rating: Rating, held: Assessment | None) -> None:
    finding = Finding(rating.value, row.explanation, row.language, row.article_url)
    if held is not None and _says_the_same(held, finding, row):
        assessment = held
    else:
        with acting(by=None, reason=_REASON):
            assessment = assessment_stand(
                claim=claim,
                partner=row.partner,
                by=None,
                finding=finding,
                word=row.rating_words[:LONGEST],
                published_at=row.published_at,
            )
    row.state, row.reason, row.detail = ReviewState.TAKEN, "", ""
    row.claim, row.assessment = claim, assessment
    row.save()


def _says_the_same(held: Assessment, finding: Finding, row: ImportedReview) -> bool:
    """What the row gave, if nothing of it changed; or a colleague's with this article and rating, whose words stay."""
    if held.rating != finding.rating or not _is_of(row, held):
        return False
    if held.pk == row.assessment_id:
        return (held.explanation, held.language) == (finding.explanation, finding.language)
    return held.given_by_id is not None and not ImportedReview.objects.filter(assessment=held).exists()


def _set_aside(row: ImportedReview, state: ReviewState, trouble: Trouble, detail: str) -> None:
    """What it was taken as before goes on standing: nothing is withdrawn by a machine."""
    row.state, row.reason, row.detail = state, trouble.value, detail[:300]
    row.save()


@transaction.atomic
def review_settle(*, review: ImportedReview, by: User, into: Claim | None) -> ImportedReview:
    """A person says which claim a held review is about; without `into`, a new one of its own.

    What else the partner found of that claim is replaced. Raises `PermissionDenied`, and `ValidationError` for one that
    waits for nobody, or whose rating is not mapped yet.
    """
    if not by.has_perm(KEEP, review.partner):
        raise PermissionDenied
    row = ImportedReview.objects.select_for_update(of=("self",)).select_related("partner", "source").get(pk=review.pk)
    if row.state != ReviewState.HELD or row.reason not in {Trouble.ALIKE, Trouble.OTHER_FINDING}:
        raise ValidationError("This review does not wait for such a decision any more.")
    if into is None and row.reason == Trouble.OTHER_FINDING:
        into = _claim_known(row)
    row.decided_by = by
    with acting(by=by, reason="Imported review"):
        _settle(row, decided=(into.merged_into or into) if into else None, is_new=into is None)
    if row.state != ReviewState.TAKEN:
        raise ValidationError(row.detail or "It could not be taken.")
    return row


def reviews_retry(*, partner: FactCheckPartner) -> int:
    """Take what was held for its rating words, after somebody mapped some of them; returns how many were taken."""
    held = ImportedReview.objects.filter(partner=partner, state=ReviewState.HELD, reason=Trouble.RATING_UNKNOWN)
    taken = 0
    for pk in held.order_by("pk").values_list("pk", flat=True):
        with transaction.atomic():
            locked = held.select_for_update(of=("self",)).select_related("partner", "source")
            row = locked.filter(pk=pk).first()
            if row is not None:
                _settle(row, decided=None)
                taken += row.state == ReviewState.TAKEN
    return taken


def reviews_miss(*, reviews: Iterable[ImportedReview], now: dt.datetime) -> int:
    """Their article, or they in it, are gone: said at the desk, and nothing is withdrawn. Returns how many are new."""
    gone = [row.pk for row in reviews if row.missing_since is None]
    return ImportedReview.objects.filter(pk__in=gone, missing_since=None).update(missing_since=now)
