"""The moderators' desk: queues, one task at a time, decisions by one key, and taking them back."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode

from accounts.staff.access import StaffRequest, staff_view
from accounts.staff.listing import page_of
from labeling.models import LabelKind, ReviewAction, ReviewDecision, ReviewTask
from labeling.review.queue import Queue
from labeling.services.review_claim import (
    PERMISSION,
    VIEW,
    ReviewConflict,
    task_claim,
    task_next,
    task_release,
    task_renew,
)
from labeling.services.review_decide import Verdict, review_decide, review_undo
from labeling.staff.forms import ReasonForm
from labeling.staff.review_form import ChangeForm, ProfileForm, QueueForm, profile_of
from labeling.staff.review_page import queue_page, task_page

#: Session key: the queue a moderator is working in, so that "next" goes on in it.
_QUEUE: Final = "review_queue"
_REFUSED: Final = 409


def _task(public_id: UUID) -> ReviewTask:
    found = ReviewTask.objects.select_related("jurisdiction__parent", "policy", "item__platform", "item__author")
    return get_object_or_404(found, public_id=public_id)


def _decision(pk: int) -> ReviewDecision:
    found = ReviewDecision.objects.select_related("task__jurisdiction__parent", "task__item__platform")
    return get_object_or_404(found, pk=pk)


def _decision_place(pk: int) -> ReviewDecision:
    decision = _decision(pk)
    decision.jurisdiction = decision.task.jurisdiction  # type: ignore[attr-defined]  # what permissions are asked for
    return decision


@staff_view(VIEW, methods=("GET", "HEAD"))
def queues(request: StaffRequest) -> HttpResponse:
    """What waits, by queue; what is overdue; who works on what."""
    return render(request, "staff/labeling/reviews.html", queue_page(request))


@staff_view(PERMISSION, methods=("POST",))
def review_next(request: StaffRequest) -> HttpResponse:
    """Claim the most urgent task of the queue asked for, else of the one worked in, and go there."""
    if "queue" in request.POST:
        form = QueueForm(request.POST)
        request.session[_QUEUE] = list(form.queue()) if form.is_valid() else []
    return _next(request)


def _next(request: StaffRequest) -> HttpResponse:
    queue = _queue_of(request)
    task = task_next(by=request.user, queue=queue)
    if task is None:
        messages.info(request, "Nothing that you may decide waits in this queue.")
        return redirect(f"{reverse('reviews')}?{urlencode({k: v for k, v in queue._asdict().items() if v})}")
    return redirect("review", public_id=task.public_id)


def _queue_of(request: StaffRequest) -> Queue:
    kept = request.session.get(_QUEUE)
    return Queue(*kept) if isinstance(kept, list) and len(kept) == len(Queue._fields) else Queue()


@staff_view(VIEW, target=_task, methods=("GET", "HEAD"))
def review_page(request: StaffRequest, task: ReviewTask) -> HttpResponse:
    """One task with everything to decide it by."""
    return render(request, "staff/labeling/review.html", task_page(request, task, ChangeForm(user=request.user)))


@staff_view(PERMISSION, target=_task, methods=("POST",))
def review_claim(request: StaffRequest, task: ReviewTask) -> HttpResponse:
    """Take up this very task."""
    try:
        task_claim(by=request.user, task=task)
    except ReviewConflict as conflict:
        messages.warning(request, str(conflict))
    return redirect("review", public_id=task.public_id)


@staff_view(PERMISSION, target=_task, methods=("POST",))
def review_renew(request: StaffRequest, task: ReviewTask) -> JsonResponse:
    """The page says that somebody is still looking at it."""
    return JsonResponse({"held": task_renew(by=request.user, task=task)})


@staff_view(PERMISSION, target=_task, methods=("POST",))
def review_release(request: StaffRequest, task: ReviewTask) -> HttpResponse:
    """Give it back: to skip it, and see the next; or to leave."""
    is_skip = request.POST.get("then") == "next"
    task_release(by=request.user, task=task, skip=is_skip)
    return _next(request) if is_skip else redirect("reviews")


@staff_view(PERMISSION, target=_task, methods=("POST",))
def review_verdict(request: StaffRequest, task: ReviewTask) -> HttpResponse:
    """Decide, and go on to the next."""
    form = ChangeForm(request.POST, user=request.user)
    if not form.is_valid():
        return _shown_again(request, task, form)
    try:
        verdict, version = _verdict(request, form), int(request.POST.get("version") or 0)
        decision = review_decide(task=task, by=request.user, version=version, verdict=verdict)
    except ValidationError as error:
        form.show(error)
        return _shown_again(request, task, form)
    except (ReviewConflict, PermissionDenied) as refusal:
        messages.warning(request, str(refusal))
        page = task_page(request, _task(task.public_id), form)
        return render(request, "staff/labeling/review.html", page, status=_REFUSED)
    except ValueError:
        raise Http404 from None
    undo = reverse("review-undo", args=[decision.pk])
    messages.success(request, f"{decision.get_action_display()}: {task.uri}", extra_tags=f"undo {undo}")
    return _next(request)


def _shown_again(request: StaffRequest, task: ReviewTask, form: ChangeForm) -> HttpResponse:
    return render(request, "staff/labeling/review.html", task_page(request, task, form), status=422)


def _verdict(request: StaffRequest, form: ChangeForm) -> Verdict:
    """Of the button pressed: `apply:about-election`."""
    action, _, reason = request.POST.get("decision", "").partition(":")
    if action not in ReviewAction.values:
        raise ValidationError({"decision": "Press one of the buttons."})
    given = form.cleaned_data
    return Verdict(
        ReviewAction(action),
        reason,
        given["note"],
        place=given["place"],
        election=given["election"],
        add=[LabelKind(kind) for kind in given["add"]],
    )


@staff_view(PERMISSION, methods=("GET", "HEAD"))
def review_mine(request: StaffRequest) -> HttpResponse:
    """One's own last decisions, each with the way back."""
    decided = ReviewDecision.objects.filter(user=request.user).select_related("task__item", "policy", "undone_by")
    context: dict[str, Any] = {
        "page": page_of(request, decided.order_by("-pk"), size=50),
        "crumbs": [("Reviews", reverse("reviews")), ("Your decisions", "")],
    }
    return render(request, "staff/labeling/review_mine.html", context)


@staff_view(PERMISSION, target=_decision_place)
def review_take_back(request: StaffRequest, decision: ReviewDecision) -> HttpResponse:
    """Undo a decision, after asking."""
    form = ReasonForm(request.POST or None, initial={"reason": "Pressed the wrong key."})
    if request.method == "POST" and form.is_valid():
        try:
            review_undo(decision=decision, by=request.user, reason=form.cleaned_data["reason"])
        except (ReviewConflict, PermissionDenied) as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"The decision on {decision.task.uri} is taken back.")
            return redirect("review", public_id=decision.task.public_id)
    context = {
        "title": "Take this decision back?",
        "about": f"{decision.get_action_display()}: {decision.task.uri}. Its labels are as before, and it waits again.",
        "form": form,
        "button": "Take it back",
        "back": reverse("review-mine"),
        "crumbs": [("Reviews", reverse("reviews")), ("Your decisions", reverse("review-mine")), ("Take back", "")],
    }
    return render(request, "staff/labeling/form.html", context, status=422 if form.errors else 200)


@staff_view(PERMISSION)
def review_profile(request: StaffRequest) -> HttpResponse:
    """The languages one reads, and what spares one."""
    profile = profile_of(request.user)
    form = ProfileForm(request.POST or None, instance=profile)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, "Saved.")
        return redirect("reviews")
    context = {"form": form, "crumbs": [("Reviews", reverse("reviews")), ("How you work", "")]}
    return render(request, "staff/labeling/review_profile.html", context, status=422 if form.errors else 200)
