"""Records that addresses of these rooms name; each raises `Http404` when there is none."""

from __future__ import annotations

from django.http import Http404
from django.shortcuts import get_object_or_404

from factcheck.models import FactCheckPartner, PartnerKey, RatingWord


def partner_or_404(pk: int) -> FactCheckPartner:
    """The partner, with its organisation."""
    return get_object_or_404(FactCheckPartner.objects.named(), pk=pk)


def key_or_404(partner: FactCheckPartner, key: int) -> PartnerKey:
    """A key of this partner."""
    found = partner.keys.filter(pk=key).first()
    if found is None:
        raise Http404
    return found


def word_or_404(pk: int) -> RatingWord:
    """A rating word, with its partner."""
    return get_object_or_404(RatingWord.objects.select_related("partner__organisation", "mapped_by"), pk=pk)
