"""Similar items decided together: the list and its count first, then one decision, taken back as one."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.staff.access import StaffRequest, staff_view
from labeling.models import BulkDecision, ReviewTask
from labeling.services.review_claim import PERMISSION, ReviewConflict
from labeling.services.review_decide import MOST_AT_ONCE, review_decide_together, review_undo_together
from labeling.services.review_exposure import is_exposed
from labeling.services.review_similar import similar_found
from labeling.staff.forms import ReasonForm
from labeling.staff.review_choices import choices_of, policy_text
from labeling.staff.review_form import ChangeForm
from labeling.staff.review_found import bulk_found, task_found
from labeling.staff.reviews import next_taken, verdict_of

_INVALID = 422


@staff_view(PERMISSION, target=task_found)
def review_similar(request: StaffRequest, task: ReviewTask) -> HttpResponse:
    """What is similar and waits: all chosen at first, each can be left out; a reason that is pressed decides."""
    form = ChangeForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            bulk, refused = review_decide_together(
                tasks=_chosen(request), by=request.user, verdict=verdict_of(request.POST.get("decision"), form)
            )
        except ValidationError as error:
            form.show(error)
        except (ReviewConflict, PermissionDenied) as refusal:
            form.add_error(None, str(refusal))
        else:
            _tell(request, bulk, refused)
            return next_taken(request)
    context = _page(request, task, form)
    return render(request, "staff/labeling/review_similar.html", context, status=_INVALID if form.errors else 200)


def _page(request: StaffRequest, task: ReviewTask, form: ChangeForm) -> dict[str, object]:
    found = similar_found(task=task, by=request.user)
    said = policy_text(task.policy)
    return {
        "task": task,
        "form": form,
        "found": found,
        "count": len(found.tasks) + 1,
        "most": MOST_AT_ONCE,
        "choices": [one for one in choices_of(task.policy, said) if one.action != "change"],
        "policy_text": said,
        "is_hidden": task.is_sensitive and not is_exposed(user=request.user, task=task),
        "may_decide": request.user.pk not in task.barred,
        "left_out": set() if request.method != "POST" else _left_out(request, [one.task for one in found.tasks]),
        "crumbs": [
            ("Reviews", reverse("reviews")),
            (task.uri, reverse("review", args=[task.public_id])),
            ("Similar items", ""),
        ],
    }


def _chosen(request: StaffRequest) -> list[tuple[ReviewTask, int]]:
    """The tasks that are ticked, each with the version that was seen: `{public id}:{version}`."""
    versions: dict[str, int] = {}
    for ticked in request.POST.getlist("task")[: MOST_AT_ONCE + 1]:
        public_id, _, version = ticked.partition(":")
        try:
            versions[str(UUID(public_id))] = int(version)
        except ValueError:
            raise ValidationError({"tasks": "Choose among the items of the list."}) from None
    found = {str(task.public_id): task for task in ReviewTask.objects.filter(public_id__in=versions)}
    if len(found) < len(versions):
        raise ValidationError({"tasks": "Choose among the items of the list."})
    return [(task, versions[public_id]) for public_id, task in found.items()]


def _left_out(request: StaffRequest, tasks: list[ReviewTask]) -> set[int]:
    """What was not ticked stays unticked when the page comes again with an error."""
    ticked = {one.partition(":")[0] for one in request.POST.getlist("task")}
    return {task.pk for task in tasks if str(task.public_id) not in ticked}


def _tell(request: StaffRequest, bulk: BulkDecision, refused: dict[int, str]) -> None:
    messages.success(request, f"Decided on {bulk.count} {'item' if bulk.count == 1 else 'items'} together.")
    for reason in dict.fromkeys(refused.values()):
        number = sum(said == reason for said in refused.values())
        messages.warning(request, f"{number} left as {'it was' if number == 1 else 'they were'}: {reason}")


@staff_view(PERMISSION, record=bulk_found)
def review_undo_all(request: StaffRequest, bulk: BulkDecision) -> HttpResponse:
    """Take a decision on many back as one, after asking."""
    form = ReasonForm(request.POST or None, initial={"reason": "Pressed the wrong key."})
    if bulk.decided_by_id != request.user.pk:
        raise PermissionDenied
    if request.method == "POST" and form.is_valid():
        try:
            count = review_undo_together(bulk=bulk, by=request.user, reason=form.cleaned_data["reason"])
        except (ReviewConflict, PermissionDenied) as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"The decision on {count} items is taken back: they wait again.")
            return redirect("review-mine")
    context = {
        "title": f"Take the decision on {bulk.count} items back?",
        "about": "All of their labels are as before, and all wait again. If one of them cannot be taken back, none is.",
        "form": form,
        "button": f"Take all {bulk.count} back",
        "back": reverse("review-mine"),
        "crumbs": [("Reviews", reverse("reviews")), ("Your decisions", reverse("review-mine")), ("Take back", "")],
    }
    return render(request, "staff/labeling/form.html", context, status=_INVALID if form.errors else 200)
