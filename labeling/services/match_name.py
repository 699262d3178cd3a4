"""Say that content repeats a claim, for a moderator to decide: the one way in which a person makes a match."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from factcheck.models import Claim
from labeling.claims.effects import claims_policy, stands_read
from labeling.models import ClaimMatch, ContentItem, MatchHow
from labeling.services.claim_ask import Question, matches_ask

NAME = "factcheck.open_claim"


@transaction.atomic
def match_name(*, claim: Claim, item: ContentItem, by: User) -> ClaimMatch:
    """`item` repeats `claim`, says `by`; moderators are asked at once. Somebody's earlier word on it is asked anew.

    Raises `PermissionDenied`, and `ValidationError` where the content is gone or nothing would follow from it.
    """
    if not by.has_perm(NAME, claim):
        raise PermissionDenied
    if item.erased_at is not None:
        raise ValidationError({"uri": "This content was deleted: nobody sees it any more."})
    now, policy = timezone.now(), claims_policy()
    stand = stands_read([claim.pk], policy=policy, now=now)[claim.pk] if policy else None
    if policy is None or stand is None or not stand.asks:
        raise ValidationError({"uri": "Nothing follows from what is found of this claim now, so nobody is asked."})
    match, _ = ClaimMatch.objects.get_or_create(
        claim=claim,
        item=item,
        defaults={"how": MatchHow.PERSON, "evidence": [{"by": by.pk}], "found_at": now},
    )
    match = ClaimMatch.objects.select_for_update(of=("self",)).select_related("claim").get(pk=match.pk)
    match.mark = stand.mark
    match.save(update_fields=["mark"])
    basis = match.bases.filter(ended_at=None).first()
    question = Question(match, basis.label_id if basis else None, "named by a person")
    matches_ask(questions=[question], stands={claim.pk: stand}, policy=policy, now=now)
    match.refresh_from_db()
    return match
