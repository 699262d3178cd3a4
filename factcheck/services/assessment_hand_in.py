"""Take what a partner's own system found of a claim; what it says in a word nobody has mapped is held."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import NamedTuple

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.audit import acting
from accounts.models.organisation import Vetting
from factcheck.models import Assessment, Claim, ClaimOffer, FactCheckPartner, HeldAssessment, HeldEnd, RatingWord
from factcheck.services.assessment_give import AssessmentChangedError, assessment_withdraw
from factcheck.services.assessment_stand import Finding, assessment_stand, held_end
from factcheck.services.offers_close import offer_take
from factcheck.services.rating_word import rating_word_keep


class ClaimIsACopyError(Exception):
    """The claim it is a copy of is assessed instead."""


class RepeatKeyReusedError(Exception):
    """The name that the partner's system gave belongs to something else it handed in."""


@dataclass(frozen=True, slots=True)
class HandedIn:
    """What became of it: an assessment, or something held; `is_new` is false where the same was said before."""

    kept: Assessment | HeldAssessment
    is_new: bool

    @property
    def is_held(self) -> bool:
        """It waits until somebody says what the partner's word stands for."""
        return isinstance(self.kept, HeldAssessment)


def repeat_digest(name: str) -> str | None:
    """What is kept of the name a partner's system gives to what it hands in; none where it gave none."""
    return hashlib.sha256(f"key\x1f{name}".encode()).hexdigest() if name else None


def assessment_hand_in(
    *,
    partner: FactCheckPartner,
    claim: Claim,
    finding: Finding,
    own_word: str = "",
    repeat_key: str | None = None,
    replaces: int | None = None,
) -> HandedIn:
    """The partner's finding, in place of its former one; the same again changes nothing.

    Either `finding.rating` is of the portal's scale, or it is empty and `own_word` is the partner's word. `repeat_key`
    names this message: once more with the same is answered as the first time was. `replaces` is the id of the partner's
    standing assessment the sender knows of (0 for none); `None` does not ask. Raises `PermissionDenied` unless the
    partner checks facts where the claim spreads and is not suspended, `ClaimIsACopyError`, `RepeatKeyReusedError`,
    `AssessmentChangedError`, and `ValidationError` by field.
    """
    _may(partner, claim)
    if bool(finding.rating) == bool(own_word):
        raise ValidationError({"rating": "Send rating, of the portal’s scale, or own_rating, in your own words."})
    message = _Message(claim, finding, own_word, repeat_key, replaces)
    try:
        return _handed_in(partner, message)
    except IntegrityError:
        # The same name came with two claims in one moment: now it is known whose it is.
        if repeat_key is None:
            raise
        return _handed_in(partner, message)


class _Message(NamedTuple):
    claim: Claim
    finding: Finding
    own_word: str
    repeat_key: str | None
    replaces: int | None


@transaction.atomic
def _handed_in(partner: FactCheckPartner, message: _Message) -> HandedIn:
    claim, finding, own_word, repeat_key, replaces = message
    # The word is locked before the claim, here as where words are mapped.
    word = rating_word_keep(partner=partner, word=own_word) if own_word else None
    claim = Claim.objects.select_for_update().get(pk=claim.pk)
    if repeat_key is not None and (known := _known(partner, repeat_key)) is not None:
        # What was held of a copy stands at the claim it is a copy of.
        if not (known.claim_id in (claim.pk, claim.merged_into_id) and _says(known, finding, word)):
            raise RepeatKeyReusedError
        return HandedIn(known, is_new=False)
    if claim.merged_into_id is not None:
        raise ClaimIsACopyError
    standing = Assessment.objects.filter(claim=claim, partner=partner, ended_at=None).first()
    if replaces is not None and replaces != (standing.pk if standing else 0) and not _same(standing, finding, word):
        raise AssessmentChangedError
    with acting(by=None, reason="Assessment through the partner’s key"):
        if standing is not None and _same(standing, finding, word):
            held_end(claim=claim, partner=partner, as_=HeldEnd.REPLACED)
            return HandedIn(standing, is_new=False)
        if word is not None and not word.rating:
            return _hold(claim, partner, word, finding, repeat_key)
        given = assessment_stand(
            claim=claim, partner=partner, by=None, word=word.word if word else "", repeat_key=repeat_key,
            finding=Finding(
                word.rating if word else finding.rating, finding.explanation, finding.language, finding.article_url,
                finding.evidence,
            ),
        )  # fmt: skip
    return HandedIn(given, is_new=True)


@transaction.atomic
def assessment_take_back(
    *, partner: FactCheckPartner, claim: Claim, reason: str, assessment: int | None = None
) -> bool:
    """What the partner said of the claim, held or standing, holds no more; whether there was anything.

    `assessment` is the id of the one that is meant; `None` does not ask. Raises `AssessmentChangedError` where another
    one stands, and `ValidationError` without a reason.
    """
    if not reason.strip():
        raise ValidationError({"reason": "Say why: whoever relied on it will ask."})
    claim = Claim.objects.select_for_update().get(pk=claim.pk)
    standing = Assessment.objects.filter(claim=claim, partner=partner, ended_at=None).first()
    if assessment is not None and standing is not None and standing.pk != assessment:
        raise AssessmentChangedError
    if standing is not None:
        assessment_withdraw(assessment=standing, by=None, reason=reason)
        return True
    with acting(by=None, reason="Assessment withdrawn"):
        return bool(held_end(claim=claim, partner=partner, as_=HeldEnd.WITHDRAWN))


def may_assess(partner: FactCheckPartner, claim: Claim) -> bool:
    """Whether the partner's own system may: where the claim spreads, and while the partner is not suspended."""
    is_suspended = partner.organisation.vetting == Vetting.SUSPENDED
    return not is_suspended and bool(set(partner.countries) & set(claim.countries))


def _may(partner: FactCheckPartner, claim: Claim) -> None:
    if not may_assess(partner, claim):
        raise PermissionDenied


def _known(partner: FactCheckPartner, repeat_key: str) -> Assessment | HeldAssessment | None:
    given = Assessment.objects.filter(partner=partner, repeat_key=repeat_key).first()
    if given is not None:
        return given
    held = HeldAssessment.objects.filter(partner=partner, repeat_key=repeat_key)
    return held.select_related("word", "assessment").first()


def _same(standing: Assessment | None, finding: Finding, word: RatingWord | None) -> bool:
    """Whether the standing assessment says the very same, also after the partner's word was mapped otherwise."""
    if standing is None or not _says(standing, finding, word):
        return False
    return word is None or standing.rating == word.rating


def _says(known: Assessment | HeldAssessment, finding: Finding, word: RatingWord | None) -> bool:
    rated = known.word.word if isinstance(known, HeldAssessment) else known.word
    if rated != (word.word if word else ""):
        return False
    if word is None and isinstance(known, Assessment) and known.rating != finding.rating:
        return False
    said = (known.explanation, known.language, known.article_url, tuple(known.evidence))
    return said == (finding.explanation.strip(), finding.language, finding.article_url, tuple(finding.evidence))


def _hold(
    claim: Claim, partner: FactCheckPartner, word: RatingWord, finding: Finding, repeat_key: str | None
) -> HandedIn:
    waiting = HeldAssessment.objects.filter(claim=claim, partner=partner, ended_at=None).select_related("word").first()
    if waiting is not None and _says(waiting, finding, word):
        return HandedIn(waiting, is_new=False)
    if not (finding.evidence or finding.article_url):
        said = "A finding needs an article or evidence that anybody can look up, while its rating is not known."
        raise ValidationError({"evidence": said})
    held_end(claim=claim, partner=partner, as_=HeldEnd.REPLACED)
    held = HeldAssessment(
        claim=claim, partner=partner, word=word, explanation=finding.explanation.strip(), language=finding.language,
        article_url=finding.article_url, evidence=list(finding.evidence), received_at=timezone.now(),
        repeat_key=repeat_key,
    )  # fmt: skip
    held.full_clean(validate_constraints=False)
    held.save()
    # The partner has answered: that its word is not mapped yet is no silence.
    offer = ClaimOffer.objects.filter(claim=claim, partner=partner, ended_at=None, accepted_at=None).first()
    if offer is not None:
        offer.claim = claim
        offer_take(offer=offer, by=None)
    return HandedIn(held, is_new=True)
