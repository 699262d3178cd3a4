"""What an embedding model makes of a claim's text; there is none unless an operator has switched one on."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from factcheck.models.claim import Claim


class ClaimVector(models.Model):
    """The text as a vector of length 1, so that the cosine of two is their dot product. `model` names what made it.

    A vector of another model says nothing beside this one's; it is made anew when the model changes.
    """

    claim = models.OneToOneField(Claim, on_delete=models.CASCADE, primary_key=True, related_name="vector")
    model = models.CharField(max_length=120)
    values = ArrayField(models.FloatField())
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(values__len__gte=1) & ~models.Q(model=""), name="claim_vector_names_its_model"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.claim_id}: {self.model}"
