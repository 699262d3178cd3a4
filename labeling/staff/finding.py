"""Records that addresses of the engine's rooms name; each raises `Http404` when there is none."""

from __future__ import annotations

from django.http import Http404
from django.shortcuts import get_object_or_404

from labeling.models import IntakeBatch, RuleBrake, Ruleset, WebhookEndpoint


def ruleset_or_404(version: int) -> Ruleset:
    """The set of that version, with `rule_count` and `brake_count` (engaged ones)."""
    return get_object_or_404(
        Ruleset.objects.with_counts().select_related("author", "based_on", "previous"), version=version
    )


def brake_or_404(pk: int) -> RuleBrake:
    """The brake, with its set."""
    return get_object_or_404(RuleBrake.objects.select_related("ruleset", "released_by"), pk=pk)


def endpoint_or_404(public_id: str) -> WebhookEndpoint:
    """The webhook endpoint, with its platform and `pending` and `dead`, how many messages wait and were given up."""
    return get_object_or_404(WebhookEndpoint.objects.with_counts().select_related("platform"), public_id=public_id)


def set_aside_or_404(public_id: str) -> IntakeBatch:
    """A batch that was set aside and still has its items."""
    batch = IntakeBatch.objects.set_aside().select_related("platform").filter(public_id=public_id).first()
    if batch is None:
        raise Http404
    return batch
