"""Hashtags that suddenly rise: decided one after the other, by keyboard if one likes."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from accounts.staff.access import StaffRequest, staff_view
from accounts.staff.listing import page_of
from centers.staff.places import places_granted
from labeling.models import EmergingHashtag
from labeling.services.emerging_hashtag import PERMISSION, emerging_accept, emerging_dismiss
from labeling.services.rule_parse import InvalidRuleError
from labeling.services.ruleset_steps import RulesetStepError


def _hashtag(pk: int) -> EmergingHashtag:
    return get_object_or_404(EmergingHashtag.objects.select_related("jurisdiction__parent"), pk=pk)


@staff_view(PERMISSION, methods=("GET", "HEAD"))
def hashtag_list(request: StaffRequest) -> HttpResponse:
    """What waits for a decision at the member's places, the most surprising first."""
    places = places_granted(request.user, PERMISSION)
    found = EmergingHashtag.objects.proposed().filter(jurisdiction__in=places).order_by("-score", "id")
    page = page_of(request, found.select_related("jurisdiction").prefetch_related("examples"), size=25)
    context = {"page": page, "crumbs": [("Rising hashtags", "")]}
    return render(request, "staff/labeling/hashtags.html", context)


@staff_view(PERMISSION, target=_hashtag, methods=("POST",))
def hashtag_decide(request: StaffRequest, hashtag: EmergingHashtag) -> HttpResponse:
    """Draft a rule for it, or dismiss it."""
    decide = emerging_accept if request.POST.get("decision") == "accept" else emerging_dismiss
    try:
        decided = decide(by=request.user, hashtag=hashtag, reason=request.POST.get("reason", ""))
    except (ValidationError, RulesetStepError, InvalidRuleError) as error:
        said = "; ".join(error.messages) if isinstance(error, ValidationError) else str(error)
        messages.error(request, f"#{hashtag.written}: {said}")
    else:
        into = f" A rule for it is in the draft {decided.ruleset}." if decided.ruleset else ""
        messages.success(request, f"#{hashtag.written} is {decided.state}.{into}")
    return redirect("hashtags")
