"""Let a partner's finding stand: the one place where assessments are written, whoever brings them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.models import User
from factcheck.followers import claim_changed
from factcheck.models import Assessment, Claim, FactCheckPartner, HeldAssessment, HeldEnd, Rating
from factcheck.services.checks_touch import checks_touch
from factcheck.services.offers_close import offers_close

#: What may be said without anything to look up: neither says anything of the claim.
_NEED_NOTHING = (Rating.UNVERIFIABLE, Rating.NOT_CHECKABLE)


@dataclass(frozen=True, slots=True)
class Finding:
    """What an assessment says."""

    rating: str
    explanation: str
    language: str
    article_url: str = ""
    evidence: Sequence[str] = ()


def assessment_stand(
    *,
    claim: Claim,
    partner: FactCheckPartner,
    by: User | None,
    finding: Finding,
    word: str = "",
    repeat_key: str | None = None,
    but: HeldAssessment | None = None,
    published_at: dt.datetime | None = None,
) -> Assessment:
    """The finding in place of the partner's former one, and of what was held of it (except `but`).

    It counts from `published_at`, if the partner published it before now and after the one it replaces. The caller has
    asked for the permission, holds the claim's row and is `acting`. Nobody has to look at the claim any more: what was
    offered ends. Raises `ValidationError` by field.
    """
    now = timezone.now()
    former = Assessment.objects.filter(claim=claim, partner=partner, ended_at=None).first()
    given_at = min(published_at or now, now)
    if former is not None and given_at <= former.given_at:
        given_at = now
    given = Assessment(
        claim=claim, partner=partner, rating=finding.rating, explanation=finding.explanation.strip(), word=word,
        language=finding.language, article_url=finding.article_url, evidence=list(finding.evidence), given_by=by,
        given_at=given_at, repeat_key=repeat_key,
    )  # fmt: skip
    given.full_clean(exclude=["given_by"], validate_constraints=False)
    if finding.rating not in _NEED_NOTHING and not (finding.evidence or finding.article_url):
        raise ValidationError({"evidence": "A finding needs an article or evidence that anybody can look up."})
    if former is not None:
        former.ended_at = now
        former.save(update_fields=["ended_at"])
    held_end(claim=claim, partner=partner, as_=HeldEnd.REPLACED, but=but)
    given.save()
    offers_close(claim=claim, partner=partner)
    checks_touch(claim)
    claim_changed(claim)
    return given


def held_end(*, claim: Claim, partner: FactCheckPartner, as_: HeldEnd, but: HeldAssessment | None = None) -> int:
    """What of the partner's waits for a word to be mapped waits no more; answers how many did (one at most)."""
    waiting = HeldAssessment.objects.filter(claim=claim, partner=partner, ended_at=None)
    return waiting.exclude(pk__in=[but.pk] if but else []).update(ended_at=timezone.now(), ended_as=as_)
