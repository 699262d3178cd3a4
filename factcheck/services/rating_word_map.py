"""Say what a partner's own rating word stands for, and let go what was held for it."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from accounts.audit import acting
from accounts.models import User
from factcheck.models import Assessment, Claim, FactCheckPartner, HeldAssessment, HeldEnd, Rating, RatingWord
from factcheck.services.assessment_stand import Finding, assessment_stand
from factcheck.services.rating_word import rating_word_keep
from factcheck.services.review_take import reviews_retry

KEEP = "factcheck.keep_partner"


class WordChangedError(Exception):
    """Somebody else mapped the word since its author looked at it."""


@transaction.atomic
def rating_word_map(*, word: RatingWord, by: User | None, rating: str, seen: str | None = None) -> int:
    """From now on the word stands for `rating` (empty: it is held); what waited for it becomes assessments.

    What waited came from the partner's systems or its feeds.

    What was given before keeps its rating. Answers how many became assessments. `seen` is the rating its author saw;
    `None` does not ask. Raises `PermissionDenied`, `WordChangedError`, and `ValidationError` for no rating.
    """
    if by is not None and not by.has_perm(KEEP, word.partner):
        raise PermissionDenied
    if rating and rating not in Rating.values:
        raise ValidationError({"rating": "Choose a rating of the portal’s scale."})
    held = RatingWord.objects.select_for_update(of=("self",)).get(pk=word.pk)
    if seen is not None and held.rating not in (seen, rating):
        raise WordChangedError
    if held.rating != rating:
        with acting(by=by, reason="Rating word"):
            held.rating, held.mapped_by, held.mapped_at = rating, by, timezone.now()
            held.save(update_fields=["rating", "mapped_by", "mapped_at"])
    return _let_go(held, by) + reviews_retry(partner=held.partner) if rating else 0


@transaction.atomic
def rating_word_add(*, partner: FactCheckPartner, by: User | None, word: str, rating: str) -> int:
    """Map a word before it is first used; one that is known is mapped anew. Answers and raises as `rating_word_map`."""
    if by is not None and not by.has_perm(KEEP, partner):
        raise PermissionDenied
    return rating_word_map(word=rating_word_keep(partner=partner, word=word), by=by, rating=rating)


def _let_go(word: RatingWord, by: User | None) -> int:
    """What is held for the word, the oldest first; the claims' rows are held in the order of their numbers."""
    roots = _roots(word)
    claims = Claim.objects.select_for_update().filter(pk__in=roots.values()).order_by("pk").in_bulk()
    # Somebody may have merged claims, or ended one of these, while this waited for the rows.
    while (now := _roots(word)) != roots:
        roots = now
        claims = Claim.objects.select_for_update().filter(pk__in=roots.values()).order_by("pk").in_bulk()
    held = HeldAssessment.objects.select_for_update(of=("self",)).filter(pk__in=roots, ended_at=None)
    return sum(_take(one, claims[roots[one.pk]], word, by) for one in held.order_by("received_at", "pk"))


def _roots(word: RatingWord) -> dict[int, int]:
    """The claim that each waiting one is of, or the one that this is a copy of."""
    waiting = HeldAssessment.objects.filter(word=word, ended_at=None).select_related("claim")
    return {one.pk: one.claim.merged_into_id or one.claim_id for one in waiting}


def _take(held: HeldAssessment, claim: Claim, word: RatingWord, by: User | None) -> bool:
    """It becomes an assessment of the claim, or of the one this is a copy of; unless the partner said more since."""
    now = timezone.now()
    standing = claim.assessments.filter(partner=word.partner, ended_at=None).select_related("held_before").first()
    with acting(by=by, reason="Rating word"):
        if standing is not None and _said_at(standing) > held.received_at:
            held.ended_at, held.ended_as = now, HeldEnd.REPLACED
            held.save(update_fields=["ended_at", "ended_as"])
            return False
        # The repeat key goes along: what the partner's system sends again is answered with what it became.
        given = assessment_stand(
            claim=claim, partner=word.partner, by=None, word=word.word, repeat_key=held.repeat_key, but=held,
            finding=Finding(word.rating, held.explanation, held.language, held.article_url, tuple(held.evidence)),
        )  # fmt: skip
        held.ended_at, held.ended_as, held.assessment = now, HeldEnd.TAKEN, given
        held.save(update_fields=["ended_at", "ended_as", "assessment"])
    return True


def _said_at(standing: Assessment) -> dt.datetime:
    """When the partner said it, which is before it became an assessment where it was held."""
    held: HeldAssessment | None = getattr(standing, "held_before", None)
    return held.received_at if held is not None else standing.given_at
