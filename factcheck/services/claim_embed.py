"""Keep a vector of every open claim, if operators have switched a model on."""

from __future__ import annotations

import logging
from typing import Final

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from factcheck.embedding import EmbeddingError, embedder, vectors_of
from factcheck.models import Claim, ClaimVector

logger = logging.getLogger(__name__)

#: So many of the newest open claims have vectors and are compared, one by one; older ones are found by their words.
COMPARED: Final = 2_000
#: Texts the model gets at once, and batches of one run: what is left is for the next one.
_AT_ONCE, _BATCHES = 32, 10


def claims_embed() -> int:
    """Make the vectors that are missing or of another model, the newest claims first; answers how many.

    A model that fails is logged and asked again by the next run. Two runs at once do the same work twice and leave the
    same vectors.
    """
    try:
        model = embedder()
        if model is None:
            return 0
        made = 0
        for _ in range(_BATCHES):
            claims = _without(model.name)
            if not claims:
                break
            vectors = vectors_of(model, [claim.text for claim in claims])
            _keep(claims, vectors, model.name)
            made += len(claims)
    except EmbeddingError as error:
        logger.warning("Claims get no vectors: %s", error)
        return 0
    return made


def _without(name: str) -> list[Claim]:
    """Among the newest open claims."""
    newest = Claim.objects.filter(merged_into=None).order_by("-pk").values("pk")[:COMPARED]
    return list(Claim.objects.filter(pk__in=newest).exclude(Q(vector__model=name)).order_by("-pk")[:_AT_ONCE])


@transaction.atomic
def _keep(claims: list[Claim], vectors: list[list[float]], name: str) -> None:
    now = timezone.now()
    ClaimVector.objects.bulk_create(
        (
            ClaimVector(claim=claim, model=name, values=values, made_at=now)
            for claim, values in zip(claims, vectors, strict=True)
        ),
        update_conflicts=True,
        unique_fields=["claim"],
        update_fields=["model", "values", "made_at"],
    )
