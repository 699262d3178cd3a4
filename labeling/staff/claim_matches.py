"""The content that repeats a claim: what was found and how, what people said of it, and naming some by hand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.models import User
from accounts.staff.access import StaffRequest, staff_view
from accounts.staff.listing import page_of
from factcheck.followers import ClaimLine
from factcheck.models import Claim
from factcheck.staff.claims import claim_or_404
from labeling.claim_precision import precision_by_how
from labeling.models import ClaimMatch, ClaimSearch, ContentItem, MatchState, ReviewTask, TaskState
from labeling.rule_precision import FEWEST
from labeling.services.claims_search import MOST_WAITING
from labeling.services.match_name import NAME, match_name
from labeling.staff.review_claims import evidence_said

VIEW: Final = "factcheck.view_desk"
_URI: Final = re.compile(r"(?P<platform>[a-z0-9-]{1,40}):(?P<id>\S{1,255})")
_A_PAGE: Final = 50
_INVALID: Final = 422


class NameForm(forms.Form):
    """Content that repeats the claim."""

    uri = forms.CharField(
        label="Content", max_length=320, help_text="As platform:id, such as demo:4711; the content's page shows it."
    )

    def clean_uri(self) -> ContentItem:
        """Content that was handed in."""
        parts = _URI.fullmatch(self.cleaned_data["uri"].strip())
        if parts is None:
            raise forms.ValidationError("Name the content as platform:id, such as demo:4711.")
        found = ContentItem.objects.filter(platform__key=parts["platform"], external_id=parts["id"])
        item: ContentItem | None = found.select_related("platform").first()
        if item is None:
            raise forms.ValidationError("This content is not known here: its platform has not handed it in.")
        return item


@staff_view(VIEW, record=claim_or_404, to_post=NAME)
def claim_matches(request: StaffRequest, claim: Claim) -> HttpResponse:
    """Every match of the claim, those that wait first, with how often such were right."""
    form = NameForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            match_name(claim=claim, item=form.cleaned_data["uri"], by=request.user)
        except ValidationError as error:
            form.add_error("uri", error.messages[0])
        except PermissionDenied:
            form.add_error("uri", "Claims of that place are named by its own moderators and fact-checkers.")
        else:
            messages.success(request, "Moderators are asked about it.")
            return redirect("claim-matches", claim.public_id)
    found = ClaimMatch.objects.filter(claim=claim).select_related("item__platform", "decision__user")
    page = page_of(request, found.order_by("decision", "-pk"), size=_A_PAGE)
    tasks = {
        task.item_id: task.public_id
        for task in ReviewTask.objects.filter(
            item__in=[one.item_id for one in page], state=TaskState.OPEN, is_blind=False
        )
    }
    context = {
        "claim": claim,
        "page": page,
        "rows": [(one, evidence_said(one), tasks.get(one.item_id)) for one in page],
        "precision": precision_by_how([claim.pk]),
        "fewest": FEWEST,
        "search": ClaimSearch.objects.filter(claim=claim).first(),
        "most_waiting": MOST_WAITING,
        "form": form,
        "may_name": request.user.has_perm(NAME, claim),
        "crumbs": [
            ("Claims", reverse("claims")),
            (str(claim), reverse("claim", args=[claim.public_id])),
            ("Content that repeats it", ""),
        ],
    }
    status = _INVALID if form.errors else 200
    return render(request, "staff/labeling/claim_matches.html", context, status=status)


def matches_told(claim: Claim, user: User) -> Iterator[ClaimLine]:
    """For the claim's own page: how much content repeats it, and how often that was right."""
    together = precision_by_how([claim.pk])[0]
    counts = ClaimMatch.objects.filter(claim=claim)
    confirmed = counts.filter(state=MatchState.CONFIRMED).count()
    waiting = counts.filter(state=MatchState.PROPOSED).count()
    says = f"{confirmed:,} confirmed, {waiting:,} proposed"
    if together.rate.n >= FEWEST and together.rate.share is not None:
        says += f"; found rightly: {together.rate.share:.0%} of {together.rate.n:,} that people judged"
    elif together.rate.n:
        says += f"; found rightly: {together.rate.hits} of {together.rate.n} that people judged, too few for a share"
    yield ClaimLine("Content that repeats it", says, reverse("claim-matches", args=[claim.public_id]))
