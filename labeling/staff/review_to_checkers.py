"""From a task to the fact-checkers: a claim in the words of the content, filled in already."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.models import User
from accounts.staff.access import StaffRequest, staff_view
from centers.models import Jurisdiction
from electioncenters.languages import LANGUAGE_NAMES
from factcheck.models import Claim
from factcheck.staff.claim_forms import LONGEST, ClaimForm
from factcheck.staff.sources import Source
from labeling.models import ClaimSource, ReviewTask
from labeling.services.claim_source import can_bring, claim_from_task
from labeling.services.review_claim import PERMISSION, VIEW
from labeling.services.review_exposure import is_exposed
from labeling.staff.review_found import task_found

OPEN: Final = "factcheck.open_claim"


@staff_view(PERMISSION, target=task_found)
def review_to_checkers(request: StaffRequest, task: ReviewTask) -> HttpResponse:
    """Bring what the content says to the fact-checkers."""
    if not can_bring(task):
        raise Http404
    if task.is_sensitive and not is_exposed(user=request.user, task=task):
        messages.info(request, "Its words are hidden: ask for them first, then bring the claim.")
        return redirect("review", public_id=task.public_id)
    places = places_to_bring(request.user)
    form = ClaimForm(request.POST or None, places=places, initial=_filled(task, places))
    if request.method == "POST" and form.is_valid():
        try:
            claim, is_new = claim_from_task(task=task, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            said = "The fact-checkers have it." if is_new else "The fact-checkers have it already."
            messages.success(request, f"{said} It is due {claim.due_at:%-d %B, %H:%M} UTC.")
            return redirect("review", public_id=task.public_id)
    context = {
        "title": "Bring it to the fact-checkers",
        "about": "Leave what is claimed, in the words in which it spreads, and take out the names of people who are no "
        "public figures: the claim stays when the content is erased, its address does not.",
        "form": form,
        "button": "Bring it",
        "back": reverse("review", args=[task.public_id]),
        "crumbs": [
            ("Reviews", reverse("reviews")),
            (task.uri, reverse("review", args=[task.public_id])),
            ("To fact-checkers", ""),
        ],
    }
    return render(request, "staff/factcheck/form.html", context, status=422 if form.errors else 200)


def places_to_bring(user: User) -> list[Jurisdiction]:
    """The member states in which a member may bring claims."""
    states = Jurisdiction.objects.member_states().select_related("parent").order_by("code")
    return [place for place in states if user.has_perm(OPEN, place)]


def _filled(task: ReviewTask, places: list[Jurisdiction]) -> dict[str, Any]:
    """From the content; what is known of a task without content are its place and language."""
    item = task.item
    return {
        "text": item.text[:LONGEST].strip() if item else "",
        "language": task.language if task.language in LANGUAGE_NAMES else "",
        "countries": [place.code for place in places if place.pk == task.jurisdiction_id],
        "seen_at": item.url if item and item.url.startswith(("https://", "http://")) else "",
    }


def sources_told(claim: Claim, user: User) -> list[Source]:
    """For the claim's page: the task it came out of, for whoever may see it."""
    source = ClaimSource.objects.filter(claim=claim).select_related("task__jurisdiction__parent").first()
    if source is None:
        return []
    task = source.task
    path = reverse("review", args=[task.public_id]) if task is not None and user.has_perm(VIEW, task) else ""
    return [Source(f"Brought out of a moderators’ task on {source.opened_at:%-d %b %Y}: {source.uri}", path)]
