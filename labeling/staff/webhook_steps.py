"""What can be done with an endpoint in one step, each after a page that says what follows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from accounts.models import User
from accounts.staff.access import StaffRequest, staff_view
from labeling.models import WebhookEndpoint
from labeling.services.webhook_deliver import dead_replay, delivery_skip
from labeling.services.webhook_endpoint import OPERATE, EndpointError, endpoint_disable, endpoint_enable
from labeling.services.webhook_try import endpoint_try
from labeling.staff.finding import endpoint_or_404
from labeling.staff.forms import ReasonForm
from labeling.staff.webhook_forms import SkipForm


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that can be done. `about` says what follows; `take` does it and returns what to say afterwards.

    `at_once` is for what asks nothing: a button on the endpoint's page.
    """

    key: str
    button: str
    is_open: Callable[[Any], bool]
    about: Callable[[Any], str]
    take: Callable[..., str]
    form: type[forms.Form] = forms.Form
    is_danger: bool = False
    at_once: bool = False


def _try(endpoint: WebhookEndpoint, user: User) -> str:
    outcome = endpoint_try(endpoint=endpoint)
    if not outcome.is_delivered:
        raise EndpointError(f"The test message was not taken: {outcome.error}.")
    return f"The endpoint took the test message: it answered {outcome.status}."


def _pause(endpoint: WebhookEndpoint, user: User, reason: str) -> str:
    endpoint_disable(endpoint=endpoint, reason=reason, user=user)
    return "The platform is told nothing more here. Changes wait."


def _resume(endpoint: WebhookEndpoint, user: User) -> str:
    missed = endpoint_enable(endpoint=endpoint, user=user)
    more = " Older changes were erased meanwhile: the platform should look its items up." if missed else ""
    return f"The platform is told from where it was.{more}"


def _skip(endpoint: WebhookEndpoint, user: User, message: str) -> str:
    skipped = delivery_skip(endpoint=endpoint, user=user, message=message)
    return f"The message with {_counted(skipped.change_count, 'change')} is given up. The next one's turn comes."


def _replay(endpoint: WebhookEndpoint, user: User) -> str:
    return f"Sent once more: {_counted(dead_replay(endpoint=endpoint, user=user), 'message')}."


def _skip_about(endpoint: WebhookEndpoint) -> str:
    stuck = endpoint.deliveries.pending().first()
    if stuck is None:
        return "No message waits."
    return (
        f"The message with {_counted(stuck.change_count, 'change')} was tried {_counted(stuck.attempts, 'time')}; the "
        f"last time: {stuck.last_error or 'no answer yet'}. It is given up, so that the next one's turn comes. You can "
        "download it, and send it once more later."
    )


def _replay_about(endpoint: Any) -> str:
    they = "They go" if endpoint.dead != 1 else "It goes"
    return f"{_counted(endpoint.dead, 'message')} given up. {they} out before anything newer, oldest first."


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _is_stuck(endpoint: WebhookEndpoint) -> bool:
    return endpoint.deliveries.pending().filter(attempts__gt=0).exists()


STEPS: Final = {
    step.key: step
    for step in (
        Step(
            "test",
            "Send a test message",
            lambda endpoint: True,
            lambda endpoint: f"A signed message that nobody has to act on goes to {endpoint.url} now.",
            _try,
            at_once=True,
        ),
        Step("skip", "Skip the message", _is_stuck, _skip_about, _skip, SkipForm, is_danger=True),
        Step(
            "replay",
            "Send given-up messages again",
            lambda endpoint: bool(endpoint.dead),
            _replay_about,
            _replay,
        ),
        Step(
            "pause",
            "Pause",
            lambda endpoint: endpoint.disabled_at is None,
            lambda endpoint: "Nothing more is sent. Changes wait, for as long as they are kept.",
            _pause,
            ReasonForm,
            is_danger=True,
        ),
        Step(
            "resume",
            "Resume",
            lambda endpoint: endpoint.disabled_at is not None,
            lambda endpoint: "The platform is told from where it was, the oldest change first.",
            _resume,
        ),
    )
}


def steps_open(endpoint: WebhookEndpoint) -> list[Step]:
    """What can be done with an endpoint as it stands; it comes from `with_counts`."""
    return [step for step in STEPS.values() if step.is_open(endpoint)]


@dataclass(frozen=True, slots=True)
class _Asked:
    """Which step with which endpoint."""

    endpoint: Any
    step: Step


def _asked(public_id: str, step: str) -> _Asked:
    if step not in STEPS:
        raise Http404
    return _Asked(endpoint_or_404(public_id), STEPS[step])


@staff_view(OPERATE, record=_asked)
def webhook_step(request: StaffRequest, asked: _Asked) -> HttpResponse:
    """What follows; then the step."""
    endpoint, step = asked.endpoint, asked.step
    stuck = endpoint.deliveries.pending().first() if step.form is SkipForm else None
    form = step.form(request.POST if request.method == "POST" else None, initial={"message": stuck and stuck.public_id})
    if request.method == "POST" and form.is_valid():
        try:
            messages.success(request, step.take(endpoint=endpoint, user=request.user, **form.cleaned_data))
        except EndpointError as error:
            messages.error(request, str(error))
        return redirect("webhook", endpoint.public_id)
    if request.method != "POST" and not step.is_open(endpoint):
        messages.info(request, "There is nothing to do here any more.")
        return redirect("webhook", endpoint.public_id)
    context = {
        "title": f"{step.button}?",
        "about": step.about(endpoint),
        "form": form,
        "button": step.button,
        "is_danger": step.is_danger,
        "back": "../../",
        "crumbs": [("Webhooks", "../../../"), (endpoint.platform.name, "../../"), (step.button, "")],
    }
    return render(request, "staff/labeling/form.html", context, status=422 if form.errors else 200)
