"""What every fact shown to voters carries: where it is from, when it was checked and who stands behind it."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation


class Confidence(models.TextChoices):
    """How sure the compilers of a fact are. A fact of low confidence is never in a live table: it is a Proposal."""

    HIGH = "high", _("Seen in a public document")
    MEDIUM = "medium", _("Well known or partly verified")


class Confirmation(models.TextChoices):
    """Who stands behind a fact."""

    COMPILED = "compiled", _("Compiled from public sources, not yet confirmed")
    CONFIRMED = "confirmed", _("Confirmed by the electoral authority")


class TranslationOrigin(models.TextChoices):
    """Who wrote a text in a language."""

    SOURCE = "source", _("Original")
    PERSON = "person", _("Translated or confirmed by a person")
    MACHINE = "machine", _("Machine draft, not yet confirmed by a person")


class Translated(models.Model):
    """A record with texts in several languages.

    `translation_origin` maps a language code to who wrote the text in it (`TranslationOrigin`). `translation_state`
    holds by field `{"original": "en", "texts": {"de": {"of": digest of the original it was made from, …}}}` and is
    kept by `centers.wording` alone.
    """

    translation_origin = models.JSONField(default=dict, blank=True, db_default={})
    translation_state = models.JSONField(default=dict, blank=True, db_default={}, editable=False)

    class Meta:
        abstract = True


class Fact(Translated):
    """A published fact with its source.

    `source_url` is an official address a voter can open; `evidence` says where the compilers saw the fact and is for
    curators only.
    """

    source_url = models.URLField(max_length=500)
    evidence = models.TextField(blank=True)
    verified_on = models.DateField()
    confidence = models.CharField(max_length=10, choices=Confidence)
    confirmation = models.CharField(max_length=10, choices=Confirmation, default=Confirmation.COMPILED)
    confirmed_on = models.DateField(null=True, blank=True)
    confirmed_by = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )

    class Meta:
        abstract = True


def fact_constraints(noun: str) -> list[models.BaseConstraint]:
    """The database's own rules for a table of facts; `noun` begins the constraints' names."""
    confirmed: dict[str, Any] = {"confirmed_on__isnull": False, "confirmed_by__isnull": False}
    return [
        # Low confidence must be impossible to publish, not merely filtered out by whoever reads.
        models.CheckConstraint(
            condition=models.Q(confidence__in=Confidence.values), name=f"{noun}_confidence_is_publishable"
        ),
        models.CheckConstraint(
            condition=models.Q(confirmation=Confirmation.COMPILED, confirmed_on=None, confirmed_by=None)
            | models.Q(confirmation=Confirmation.CONFIRMED, **confirmed),
            name=f"{noun}_confirmation_names_who_and_when",
        ),
        models.CheckConstraint(
            condition=models.Q(source_url__regex=r"^https?://"), name=f"{noun}_source_is_a_web_address"
        ),
    ]
