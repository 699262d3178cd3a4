"""A partner's own system brings a claim."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from accounts.models.organisation import Vetting
from factcheck.models import Claim, FactCheckPartner, Origin
from factcheck.services.assessment_hand_in import RepeatKeyReusedError, repeat_digest
from factcheck.services.claim_open import claim_open
from factcheck.services.claim_route import routing_lock


@transaction.atomic
def claim_bring(
    *,
    partner: FactCheckPartner,
    text: str,
    language: str,
    countries: Sequence[str],
    seen_at: str = "",
    repeat_name: str = "",
) -> tuple[Claim, bool]:
    """The claim, and whether it is new: the same text in the same language and places, or the same name, is the same.

    It is brought to the partner itself first. Raises `PermissionDenied` while the partner is suspended,
    `RepeatKeyReusedError`, and `ValidationError` by field, also for places the partner does not check facts for.
    """
    if partner.organisation.vetting == Vetting.SUSPENDED:
        raise PermissionDenied
    if abroad := sorted(set(countries) - set(partner.countries)):
        raise ValidationError({"countries": f"You do not check facts for {', '.join(abroad)}."})
    said = "\x1f".join(("said", language, *sorted(set(countries)), text.strip()))
    key = repeat_digest(repeat_name) or hashlib.sha256(said.encode()).hexdigest()
    # Of two at once the second waits for the first.
    routing_lock()
    known = Claim.objects.filter(brought_by=partner, repeat_key=key).first()
    if known is not None:
        # Copies may have added places since.
        if (known.text, known.language) != (text.strip(), language) or not set(countries) <= set(known.countries):
            raise RepeatKeyReusedError
        return known, False
    claim = claim_open(
        by=None, origin=Origin.PARTNER, text=text, language=language, countries=countries, seen_at=seen_at,
        brought_by=partner, repeat_key=key,
    )  # fmt: skip
    return claim, True
