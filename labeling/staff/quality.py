"""Quality: how alike people decide, what became of differences, golden items, and one's own answers."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.staff.access import StaffRequest, staff_view
from accounts.staff.listing import page_of
from centers.staff.places import places_granted
from labeling.models import CheckState, GoldenItem, QualityCheck, ReviewDecision, Ruleset
from labeling.quality import agreements_of, golden_answers, pairs_agreed, pairs_differed
from labeling.querysets import QualityCheckQuerySet
from labeling.review.kappa import FEWEST_PAIRS
from labeling.rule_precision import DAYS, rules_overturned
from labeling.services.quality_golden import LEAD, golden_mark, golden_retire
from labeling.services.quality_outcome import outcome_said
from labeling.services.review_claim import PERMISSION, ReviewConflict
from labeling.services.review_decide import UNDO_WITHIN
from labeling.staff.forms import ReasonForm
from labeling.staff.period import period_of

FIGURES: Final = "labeling.view_figures"
_RULES: Final = 25
_CANDIDATES: Final = 20


@staff_view(FIGURES, methods=("GET", "HEAD"))
def quality_page(request: StaffRequest) -> HttpResponse:
    """How alike people decide, the pairs that differed, and rules that were overturned."""
    period = period_of(request)
    compared = QualityCheck.objects.compared_between(period.start, period.end)
    live = Ruleset.objects.live().first()
    context = {
        "period": period,
        "agreements": agreements_of(compared.in_places(_places(request.user, FIGURES))),
        "fewest": FEWEST_PAIRS,
        "page": page_of(request, _pairs_told(request.user, compared), size=20),
        "ruleset": live,
        "rules": rules_overturned(live, most=_RULES) if live else [],
        "rule_days": DAYS,
        **_common(request, ""),
    }
    return render(request, "staff/labeling/quality.html", context, status=422 if period.form.errors else 200)


@staff_view(PERMISSION, methods=("GET", "HEAD"))
def quality_mine(request: StaffRequest) -> HttpResponse:
    """One's own answers to golden items; nobody else's, and none that could still be taken back and given anew."""
    period = period_of(request)
    final = min(period.end, timezone.now() - UNDO_WITHIN)
    own = QualityCheck.objects.compared_between(period.start, final).filter(second__user=request.user)
    wrong = own.goldens().filter(state=CheckState.SETTLED).select_related("golden", "task__item", "second", "policy")
    context = {
        "period": period,
        "results": golden_answers(own),
        "page": page_of(request, wrong.order_by("-compared_at"), size=20),
        **_common(request, "Your answers"),
    }
    return render(request, "staff/labeling/quality_mine.html", context, status=422 if period.form.errors else 200)


@staff_view(LEAD, methods=("GET", "HEAD"))
def quality_moderators(request: StaffRequest) -> HttpResponse:
    """Answers to golden items by moderator, for those who lead them."""
    period = period_of(request)
    checks = QualityCheck.objects.compared_between(period.start, period.end)
    context = {
        "period": period,
        "results": golden_answers(checks.in_places(_places(request.user, LEAD))),
        **_common(request, "Moderators"),
    }
    return render(request, "staff/labeling/quality_moderators.html", context, status=422 if period.form.errors else 200)


@staff_view(LEAD, methods=("GET", "HEAD"))
def golden_list(request: StaffRequest) -> HttpResponse:
    """The pool, what left it with `?all=yes`, and what could become golden."""
    places, shows_all = _places(request.user, LEAD), request.GET.get("all") == "yes"
    found = GoldenItem.objects.filter(jurisdiction__in=places).select_related(
        "item", "policy", "jurisdiction", "marked_by", "retired_by"
    )
    answered = Count("checks", filter=Q(checks__second__isnull=False))
    right = Count("checks", filter=Q(checks__state=CheckState.AGREED))
    golden = found.values("uri").filter(retired_at=None)
    context = {
        "page": page_of(
            request,
            (found if shows_all else found.in_pool()).annotate(answered=answered, right=right).order_by("-pk"),
            size=25,
        ),
        "shows_all": shows_all,
        "candidates": pairs_agreed().in_places(places).exclude(task__uri__in=golden)[:_CANDIDATES],
        **_common(request, "Golden items"),
    }
    return render(request, "staff/labeling/golden.html", context)


def _decision(pk: int) -> ReviewDecision:
    decision = get_object_or_404(
        ReviewDecision.objects.select_related("task__jurisdiction__parent", "task__item"), pk=pk
    )
    decision.jurisdiction = decision.task.jurisdiction  # type: ignore[attr-defined]  # what permissions are asked for
    return decision


@staff_view(LEAD, target=_decision)
def golden_add(request: StaffRequest, decision: ReviewDecision) -> HttpResponse:
    """Make a decision the agreed answer, with the reason."""
    form = ReasonForm(request.POST or None)
    form.fields["reason"].help_text = "Moderators who answered otherwise read it. Name no person."
    if request.method == "POST" and form.is_valid():
        try:
            golden_mark(decision=decision, by=request.user, why=form.cleaned_data["reason"])
        except (ReviewConflict, PermissionDenied, ValidationError) as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"{decision.task.uri} is a golden item.")
            return redirect("quality-golden")
    text = decision.task.item.text if decision.task.item else ""
    context = {
        "title": "Make this a golden item?",
        "about": f"{decision.get_action_display()} ({decision.reason}): “{text[:300]}”",
        "form": form,
        "button": "Make it golden",
        "back": reverse("quality-golden"),
        "crumbs": [*_crumbs(), ("Golden items", reverse("quality-golden")), ("Add", "")],
    }
    return render(request, "staff/labeling/form.html", context, status=422 if form.errors else 200)


def _golden(public_id: UUID) -> GoldenItem:
    return get_object_or_404(GoldenItem.objects.select_related("jurisdiction__parent"), public_id=public_id)


@staff_view(LEAD, target=_golden)
def golden_end(request: StaffRequest, golden: GoldenItem) -> HttpResponse:
    """Take an item out of the pool, after asking."""
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            golden_retire(golden=golden, by=request.user, why=form.cleaned_data["reason"])
        except (ReviewConflict, PermissionDenied, ValidationError) as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"{golden.uri} is out of the pool.")
            return redirect("quality-golden")
    context = {
        "title": "Take this item out of the pool?",
        "about": f"{golden.uri}: {outcome_said(golden.outcome)}. Nobody is given it any more; answers given stay.",
        "form": form,
        "button": "Take it out",
        "back": reverse("quality-golden"),
        "crumbs": [*_crumbs(), ("Golden items", reverse("quality-golden")), ("Take out", "")],
    }
    return render(request, "staff/labeling/form.html", context, status=422 if form.errors else 200)


def _pairs_told(user: User, compared: QualityCheckQuerySet) -> QualityCheckQuerySet:
    """All of the places one leads; and those one had a part in once they are settled: before, words could steer it."""
    mine = Q(first__user=user) | Q(second__user=user) | Q(final__user=user)
    told = mine & Q(state=CheckState.SETTLED)
    if user.has_perm(LEAD):
        told |= Q(jurisdiction__in=_places(user, LEAD))
    return pairs_differed(compared.filter(told))


def _places(user: User, permission: str) -> list[int]:
    return list(places_granted(user, permission).values_list("pk", flat=True))


def _crumbs() -> list[tuple[str, str]]:
    return [("Quality", reverse("quality"))]


def _common(request: StaffRequest, title: str) -> dict[str, Any]:
    return {
        "is_lead": request.user.has_perm(LEAD),
        "may_decide": request.user.has_perm(PERMISSION),
        "crumbs": [*_crumbs(), (title, "")] if title else [("Quality", "")],
        "here": title,
    }
