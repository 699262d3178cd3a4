"""Bring a claim to the fact-checkers."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from accounts.audit import acting
from accounts.models import User
from centers.models import Jurisdiction
from factcheck.models import Claim, FactCheckPartner, Origin
from factcheck.services.claim_route import claim_route, routing_lock
from factcheck.similar import bands
from factcheck.urgency import LIMITS, urgency_of

OPEN = "factcheck.open_claim"


@transaction.atomic
def claim_open(
    *,
    by: User | None,
    origin: Origin,
    text: str,
    language: str,
    countries: Sequence[str],
    seen_at: str = "",
    brought_by: FactCheckPartner | None = None,
    repeat_key: str | None = None,
    asks: bool = True,
) -> Claim:
    """A claim that waits for its first assessment until `due_at`, by its urgency at this moment.

    It is brought to a partner at once, or to the operators, where there is none; unless it `asks` nobody, because its
    assessment follows in the same transaction.
    Raises `PermissionDenied` unless `by` may do so in every country named, and `ValidationError` by field.
    """
    places = list(Jurisdiction.objects.filter(code__in=countries).select_related("parent"))
    if unknown := set(countries) - {place.code for place in places}:
        raise ValidationError({"countries": f"There is no place {', '.join(sorted(unknown))}."})
    if by is not None and not all(by.has_perm(OPEN, place) for place in places):
        raise PermissionDenied
    now = timezone.now()
    urgency = urgency_of(countries, now)
    claim = Claim(
        text=text.strip(), language=language, countries=sorted(set(countries)), seen_at=seen_at, origin=origin,
        urgency=urgency, opened_at=now, due_at=now + LIMITS[urgency], opened_by=by, bands=bands(text),
        brought_by=brought_by, repeat_key=repeat_key,
    )  # fmt: skip
    claim.full_clean(exclude=["opened_by", "brought_by"], validate_constraints=False)
    with acting(by=by, reason="Claim"):
        claim.save()
        if asks:
            # The row is new, and nobody else can hold it: the lock may come after it.
            routing_lock()
            claim_route(claim=claim)
    return claim
