"""Release a set step by step, each after a page that says how much it changes; and take it back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from accounts.models import User
from accounts.staff.access import StaffRequest, staff_view
from labeling.models import CANDIDATE_STATUSES, Ruleset, RulesetStatus
from labeling.services.ruleset_release import RELEASE, ruleset_live, ruleset_ramp, ruleset_roll_back, ruleset_shadow
from labeling.staff.effect import flow_now, rules_compared
from labeling.staff.finding import ruleset_or_404
from labeling.staff.forms import ReasonForm, ShareForm
from labeling.staff.trials import last_test

_BEFORE_RELEASE = (RulesetStatus.DRAFT, *CANDIDATE_STATUSES)


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that can be done with a set, and from which statuses."""

    key: str
    button: str
    about: str
    done: str
    statuses: tuple[str, ...]
    take: Callable[..., Ruleset]
    is_danger: bool = False
    has_share: bool = False


STEPS: Final = {
    step.key: step
    for step in (
        Step(
            "shadow",
            "Let it watch",
            "It is asked about some of the items beside the live set, and labels nothing. You see what would differ.",
            "{} watches now; nothing is labelled by it.",
            (RulesetStatus.DRAFT, RulesetStatus.RAMPING),
            ruleset_shadow,
        ),
        Step(
            "ramp",
            "Label a share",
            "It labels that share of the items in place of the live set, always the same ones.",
            "{} labels its share from the next batch on.",
            _BEFORE_RELEASE,
            ruleset_ramp,
            has_share=True,
        ),
        Step(
            "live",
            "Go live",
            "It labels everything from the next batch on, and the set that is live retires.",
            "{} is live from the next batch on.",
            _BEFORE_RELEASE,
            ruleset_live,
        ),
        Step(
            "back",
            "Take it back",
            "The set before it labels again from the next batch on. Labels that were given stay as they are.",
            "{} is live.",
            (RulesetStatus.LIVE, *CANDIDATE_STATUSES),
            ruleset_roll_back,
            is_danger=True,
        ),
    )
}


def steps_open(ruleset: Ruleset, user: User) -> list[Step]:
    """What `user` may do with a set as it stands."""
    if not user.has_perm(RELEASE):
        return []
    return [step for step in STEPS.values() if ruleset.status in step.statuses and _makes_sense(step, ruleset)]


def _makes_sense(step: Step, ruleset: Ruleset) -> bool:
    return step.key != "back" or ruleset.status != RulesetStatus.LIVE or ruleset.previous_id is not None


@dataclass(frozen=True, slots=True)
class _Asked:
    """Which step with which set; rules belong to no place."""

    ruleset: Ruleset
    step: Step


def _asked(version: int, step: str) -> _Asked:
    if step not in STEPS:
        raise Http404
    return _Asked(ruleset_or_404(version), STEPS[step])


@staff_view(RELEASE, record=_asked)
def step_page(request: StaffRequest, asked: _Asked) -> HttpResponse:
    """What the step does and to how much; then the step."""
    ruleset, step = asked.ruleset, asked.step
    form = (ShareForm if step.has_share else ReasonForm)(request.POST or None, initial={"share": ruleset.share or 5})
    if request.method == "POST" and form.is_valid():
        try:
            now = step.take(ruleset=ruleset, user=request.user, **form.cleaned_data)
        except ValueError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, step.done.format(now))
            return redirect("ruleset", ruleset.version)
    return render(
        request,
        "staff/labeling/step.html",
        {"ruleset": ruleset, "step": step, "form": form} | _effect(ruleset, step),
        status=422 if form.errors else 200,
    )


def _effect(ruleset: Ruleset, step: Step) -> dict[str, Any]:
    """What the page says before: which set it is compared with, how the rules differ, and how much flows."""
    live = Ruleset.objects.live().first()
    after, before = ruleset, live
    if step.key == "back":
        after = ruleset.previous if live == ruleset and ruleset.previous else (live or ruleset)
        before = ruleset
    flow = flow_now()
    return {
        "crumbs": [("Rules", "../../../"), (f"Set {ruleset}", "../../"), (step.button, "")],
        "after": after,
        "before": before,
        "compared": rules_compared(after, before),
        "flow": flow,
        "tried": last_test(ruleset) if step.key != "back" else None,
        "touched": flow.share(ruleset.share or 100) if step.key == "back" else flow.items,
    }
