"""What is a moderator's own: decisions and the way back, how they work; and notices of those who only tell."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.staff.access import StaffRequest, staff_view
from accounts.staff.listing import page_of
from labeling.models import ReviewDecision, SignalKind
from labeling.services.review_claim import PERMISSION, ReviewConflict, task_claim, task_in_hand, task_release
from labeling.services.review_decide import review_undo
from labeling.services.review_exposure import exposure_own
from labeling.services.review_notice import PERMISSIONS, AlreadyGivenError, notice_receive
from labeling.staff.forms import ReasonForm
from labeling.staff.review_choices import policy_titles, titles_about_content
from labeling.staff.review_form import NoticeForm, ProfileForm, profile_of
from labeling.staff.review_found import decision_found

_INVALID: Final = 422


@staff_view(PERMISSION, methods=("GET", "HEAD"))
def review_mine(request: StaffRequest) -> HttpResponse:
    """One's own last decisions, each with the way back."""
    decided = ReviewDecision.objects.filter(user=request.user).select_related(
        "task__item", "policy", "undone_by", "bulk"
    )
    context: dict[str, Any] = {
        "page": page_of(request, decided.order_by("-pk"), size=50),
        "crumbs": [("Reviews", reverse("reviews")), ("Your decisions", "")],
    }
    return render(request, "staff/labeling/review_mine.html", context)


@staff_view(PERMISSION, target=decision_found)
def review_take_back(request: StaffRequest, decision: ReviewDecision) -> HttpResponse:
    """Undo a decision, after asking; the task is then in hand again, and what was in hand is given back."""
    form = ReasonForm(request.POST or None, initial={"reason": "Pressed the wrong key."})
    if request.method == "POST" and form.is_valid():
        try:
            review_undo(decision=decision, by=request.user, reason=form.cleaned_data["reason"])
        except (ReviewConflict, PermissionDenied) as refusal:
            form.add_error(None, str(refusal))
        else:
            _take_in_hand(request, decision)
            messages.success(request, f"Taken back: {decision.task.uri}. Its labels are as before.")
            return redirect("review", public_id=decision.task.public_id)
    context = {
        "title": "Take this decision back?",
        "about": f"{decision.get_action_display()}: {decision.task.uri}. Its labels are as before, and it waits again.",
        "form": form,
        "button": "Take it back",
        "back": reverse("review-mine"),
        "crumbs": [("Reviews", reverse("reviews")), ("Your decisions", reverse("review-mine")), ("Take back", "")],
    }
    return render(request, "staff/labeling/form.html", context, status=_INVALID if form.errors else 200)


def _take_in_hand(request: StaffRequest, decision: ReviewDecision) -> None:
    held = task_in_hand(request.user)
    if held is not None and held.pk != decision.task_id:
        task_release(by=request.user, task=held)
    try:
        task_claim(by=request.user, task=decision.task)
    except ReviewConflict:
        # The item came back into the queue by itself meanwhile: the page says so.
        return


@staff_view(PERMISSION)
def review_profile(request: StaffRequest) -> HttpResponse:
    """The languages one reads, and what spares one."""
    profile = profile_of(request.user)
    form = ProfileForm(request.POST or None, instance=profile, policies=policy_titles())
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, "Saved.")
        return redirect("reviews")
    context = {
        "form": form,
        "exposure": exposure_own(request.user),
        "crumbs": [("Reviews", reverse("reviews")), ("How you work", "")],
    }
    return render(request, "staff/labeling/review_profile.html", context, status=_INVALID if form.errors else 200)


@staff_view(PERMISSIONS[SignalKind.TRUSTED_FLAGGER])
def review_notice(request: StaffRequest) -> HttpResponse:
    """Bring content to the moderators at once, as a trusted flagger or in rapid response."""
    form = NoticeForm(request.POST or None, user=request.user, policies=titles_about_content())
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data | {"kind": SignalKind(form.cleaned_data["kind"])}
        try:
            task = notice_receive(by=request.user, **given)
        except ValidationError as error:
            form.show(error)
        except (AlreadyGivenError, PermissionDenied) as refusal:
            form.add_error(None, str(refusal))
        else:
            due = f"{task.due_at:%d %B, %H:%M} UTC"
            messages.success(request, f"The moderators have it: {task.uri}. It should be decided by {due}.")
            return redirect("review-notice")
    context = {"form": form, "crumbs": [("Notices", "")]}
    return render(request, "staff/labeling/review_notice.html", context, status=_INVALID if form.errors else 200)
