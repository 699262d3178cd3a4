"""The moderators' desk: queues, one task at a time, decisions by one key."""

from __future__ import annotations

from typing import Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode

from accounts.staff.access import StaffRequest, staff_view
from labeling.models import LabelKind, ReviewAction, ReviewTask
from labeling.review.queue import Queue
from labeling.services.review_claim import (
    PERMISSION,
    VIEW,
    ReviewConflict,
    task_claim,
    task_in_hand,
    task_next,
    task_release,
    task_renew,
)
from labeling.services.review_decide import Verdict, review_decide
from labeling.services.review_exposure import exposure_note
from labeling.staff.review_choices import policy_newest
from labeling.staff.review_form import ChangeForm, QueueForm, profile_of
from labeling.staff.review_found import task_found
from labeling.staff.review_page import meanwhile_of, task_page
from labeling.staff.review_queue import queue_page

#: Session key: the queue a moderator is working in, so that "next" goes on in it.
_QUEUE: Final = "review_queue"
_REFUSED: Final = 409
_INVALID: Final = 422


@staff_view(VIEW, methods=("GET", "HEAD"))
def queues(request: StaffRequest) -> HttpResponse:
    """What waits, by queue, and what is most urgent."""
    return render(request, "staff/labeling/reviews.html", queue_page(request))


@staff_view(PERMISSION, methods=("POST",))
def review_next(request: StaffRequest) -> HttpResponse:
    """Claim the most urgent task of the queue asked for, else of the one worked in, and go there.

    `leave` names the task that is given back for it, without being skipped.
    """
    if "queue" in request.POST:
        form = QueueForm(request.POST)
        request.session[_QUEUE] = list(form.queue()) if form.is_valid() else []
    left = None
    if "leave" in request.POST:
        try:
            left = ReviewTask.objects.filter(public_id=request.POST["leave"]).first()
        except ValidationError:
            raise Http404 from None
    if left is not None and request.user.has_perm(PERMISSION, left) and request.user.pk not in left.barred:
        task_release(by=request.user, task=left)
    return next_taken(request, instead_of=left)


def next_taken(request: StaffRequest, *, instead_of: ReviewTask | None = None) -> HttpResponse:
    """Claim the next task of the queue worked in and go there; to the queues when nothing is left."""
    queue = queue_of(request)
    task = task_next(by=request.user, queue=queue, instead_of=instead_of)
    if task is None:
        said = "Nothing else that you may decide waits" if instead_of else "Nothing that you may decide waits"
        messages.info(request, f"{said} in this queue.")
        return redirect(f"{reverse('reviews')}?{urlencode({k: v for k, v in queue._asdict().items() if v})}")
    _note_exposure(request, task)
    return redirect("review", public_id=task.public_id)


def _note_exposure(request: StaffRequest, task: ReviewTask) -> None:
    """Who wants nothing hidden sees sensitive content as soon as they take it up."""
    if task.is_sensitive and not profile_of(request.user).hide_sensitive:
        exposure_note(user=request.user, task=task)


def queue_of(request: StaffRequest) -> Queue:
    """The queue the moderator works in."""
    kept = request.session.get(_QUEUE)
    return Queue(*kept) if isinstance(kept, list) and len(kept) == len(Queue._fields) else Queue()


@staff_view(VIEW, target=task_found, methods=("GET", "HEAD"))
def review_page(request: StaffRequest, task: ReviewTask) -> HttpResponse:
    """One task with everything to decide it by."""
    return _shown(request, task, ChangeForm(user=request.user))


@staff_view(VIEW, target=task_found, methods=("POST",))
def review_reveal(request: StaffRequest, task: ReviewTask) -> HttpResponse:
    """Show sensitive content; it is counted for whoever sees it."""
    exposure_note(user=request.user, task=task)
    return redirect("review", public_id=task.public_id)


@staff_view(PERMISSION, target=task_found, methods=("POST",))
def review_claim(request: StaffRequest, task: ReviewTask) -> HttpResponse:
    """Take up this very task."""
    try:
        _note_exposure(request, task_claim(by=request.user, task=task))
    except ReviewConflict as conflict:
        messages.warning(request, str(conflict))
    return redirect("review", public_id=task.public_id)


@staff_view(PERMISSION, target=task_found, methods=("POST",))
def review_renew(request: StaffRequest, task: ReviewTask) -> JsonResponse:
    """The page says that somebody is still looking at it."""
    return JsonResponse({"held": task_renew(by=request.user, task=task)})


@staff_view(PERMISSION, target=task_found, methods=("POST",))
def review_release(request: StaffRequest, task: ReviewTask) -> HttpResponse:
    """Give it back: to skip it and see the next, to stop, or because the page was left (nobody reads the answer)."""
    then = request.POST.get("then")
    task_release(by=request.user, task=task, skip=then == "next")
    if then == "leave":
        return HttpResponse(status=204)
    return next_taken(request, instead_of=task) if then == "next" else redirect("reviews")


@staff_view(PERMISSION, target=task_found, methods=("POST",))
def review_verdict(request: StaffRequest, task: ReviewTask) -> HttpResponse:
    """Decide, and go on to the next."""
    form = ChangeForm(request.POST, user=request.user)
    if not form.is_valid():
        return _shown(request, task, form, status=_INVALID)
    try:
        decision = review_decide(
            task=task,
            by=request.user,
            version=_version(request),
            verdict=verdict_of(request.POST.get("decision"), form),
        )
    except ValidationError as error:
        form.show(error)
        return _shown(request, task, form, status=_INVALID)
    except (ReviewConflict, PermissionDenied) as refusal:
        return _refused(request, task, form, refusal)
    messages.success(request, f"{decision.get_action_display()}: {task.uri}")
    return next_taken(request)


def _refused(
    request: StaffRequest, task: ReviewTask, form: ChangeForm, refusal: ReviewConflict | PermissionDenied
) -> HttpResponse:
    if isinstance(refusal, ReviewConflict) and refusal.decision is not None:
        # The same form came twice: it was done, and once.
        messages.info(request, f"{refusal.decision.get_action_display()}, once: {task.uri}")
        held = task_in_hand(request.user)
        return redirect("review", public_id=held.public_id) if held else next_taken(request)
    messages.warning(request, str(refusal))
    return _shown(request, task_found(task.public_id), form, status=_REFUSED)


def _shown(request: StaffRequest, task: ReviewTask, form: ChangeForm, *, status: int = 200) -> HttpResponse:
    page = task_page(request, task, form, queue_of(request))
    if status == _REFUSED:
        page["meanwhile"] = meanwhile_of(task, request.POST.get("seen", ""), request.user)
    response = render(request, "staff/labeling/review.html", page, status=status)
    # Pictures and videos stand in frames of their own (`review_media`).
    response._csp_update = {"frame-src": ["'self'"]}  # type: ignore[attr-defined]  # as django-csp's decorators do
    return response


def _version(request: StaffRequest) -> int:
    try:
        return int(request.POST.get("version") or 0)
    except ValueError:
        raise Http404 from None


def verdict_of(pressed: str | None, form: ChangeForm) -> Verdict:
    """Of the button pressed: `apply:about-election`. Raises `ValidationError`."""
    action, _, reason = (pressed or "").partition(":")
    if action not in ReviewAction.values:
        raise ValidationError({"decision": "Press one of the buttons."})
    given = form.cleaned_data
    return Verdict(
        ReviewAction(action),
        reason,
        given["note"],
        policy=policy_newest(given["policy"]),
        place=given["place"],
        election=given["election"],
        add=[LabelKind(kind) for kind in given["add"]],
    )
