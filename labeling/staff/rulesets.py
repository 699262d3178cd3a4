"""Sets of rules: the list, one set with its rules and history, and what a draft is."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.http import HttpResponse
from django.shortcuts import redirect, render

from accounts.staff.access import StaffRequest, staff_view
from accounts.staff.listing import page_of
from labeling.models import Rule, Ruleset, RulesetStatus
from labeling.rule_precision import NOTHING, precision_of, set_measured
from labeling.services.ruleset_draft import DRAFT, ruleset_discard, ruleset_draft, ruleset_mark, ruleset_set
from labeling.services.ruleset_steps import RulesetStepError
from labeling.services.seen import ChangedMeanwhileError
from labeling.staff.conflict import conflict_show
from labeling.staff.effect import rules_compared
from labeling.staff.finding import ruleset_or_404
from labeling.staff.forms import DraftForm, ReasonForm, RuleFilterForm, SettingsForm
from labeling.staff.steps import steps_open

VIEW = "labeling.view_rules"
RULES_A_PAGE, SETS_A_PAGE = 50, 25
_HISTORY = 50


@staff_view(VIEW, to_post=DRAFT)
def ruleset_list(request: StaffRequest) -> HttpResponse:
    """All sets, newest first; a draft begins here."""
    form = DraftForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            draft = ruleset_draft(user=request.user, note=form.cleaned_data["note"])
        except RulesetStepError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"{draft} is your draft. It begins with the rules that are live.")
            return redirect("ruleset", draft.version)
    sets = Ruleset.objects.with_counts().select_related("author", "based_on")
    page = page_of(request, sets, size=SETS_A_PAGE)
    may_draft = request.user.has_perm(DRAFT)
    return render(
        request,
        "staff/labeling/rulesets.html",
        {"page": page, "form": form, "may_draft": may_draft},
        status=422 if form.errors else 200,
    )


@staff_view(VIEW, record=ruleset_or_404, methods=("GET", "HEAD"))
def ruleset_page(request: StaffRequest, ruleset: Ruleset) -> HttpResponse:
    """One set: what it is, what can be done with it, its rules, its history."""
    form = RuleFilterForm(request.GET or None, ruleset=ruleset)
    found = rules_found(ruleset, form.cleaned_data if form.is_valid() else {})
    is_draft = ruleset.status == RulesetStatus.DRAFT
    page = page_of(request, found, size=RULES_A_PAGE)
    precision = precision_of(ruleset=set_measured(ruleset), rules=[rule.key for rule in page])
    return render(
        request,
        "staff/labeling/ruleset.html",
        {
            "ruleset": ruleset,
            "crumbs": [("Rules", "../"), (f"Set {ruleset}", "")],
            "filter": form,
            "page": page,
            "rules": [(rule, precision.get(rule.key, NOTHING)) for rule in page],
            "history": ruleset.events.select_related("user").order_by("-id")[:_HISTORY],
            "steps": steps_open(ruleset, request.user),
            "is_draft": is_draft,
            "may_draft": is_draft and request.user.has_perm(DRAFT),
            "compared": rules_compared(ruleset, ruleset.based_on) if is_draft else None,
        },
    )


def rules_found(ruleset: Ruleset, wanted: dict[str, Any]) -> QuerySet[Rule]:
    """The rules of a set that fit a filter, by their ids."""
    rules = Rule.objects.filter(ruleset=ruleset).order_by("key")
    if words := wanted.get("q"):
        rules = rules.annotate(any_text=Cast("any_of", TextField()), all_text=Cast("all_of", TextField())).filter(
            Q(key__icontains=words)
            | Q(pattern__icontains=words)
            | Q(concept__icontains=words)
            | Q(any_text__icontains=words)
            | Q(all_text__icontains=words)
        )
    if place := wanted.get("place"):
        rules = rules.filter(jurisdiction="" if place == "-" else place)
    if language := wanted.get("language"):
        rules = rules.filter(languages__contains=[language])
    if kind := wanted.get("kind"):
        rules = rules.filter(kind=kind)
    return rules


@staff_view(DRAFT, record=ruleset_or_404)
def ruleset_settings(request: StaffRequest, ruleset: Ruleset) -> HttpResponse:
    """A draft's note and thresholds."""
    start = {"note": ruleset.note, "apply_from": ruleset.apply_from, "review_from": ruleset.review_from}
    form = SettingsForm(request.POST or None, initial=start | {"seen": ruleset_mark(ruleset)})
    crumbs = [("Rules", "../../"), (f"Set {ruleset}", "../"), ("Thresholds", "")]
    title = f"Thresholds of {ruleset}"
    context: dict[str, Any] = {"title": title, "form": form, "button": "Save", "crumbs": crumbs, "back": "../"}
    if request.method == "POST" and form.is_valid():
        try:
            ruleset_set(ruleset=ruleset, user=request.user, **form.cleaned_data)
        except ChangedMeanwhileError:
            context |= {"conflict": conflict_show(form, ruleset_mark(ruleset)), "fresh": "", "is_conflict": True}
            return render(request, "staff/labeling/form.html", context, status=409)
        except ValueError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "Saved.")
            return redirect("ruleset", ruleset.version)
    return render(request, "staff/labeling/form.html", context, status=422 if form.errors else 200)


@staff_view(DRAFT, record=ruleset_or_404)
def ruleset_give_up(request: StaffRequest, ruleset: Ruleset) -> HttpResponse:
    """Give a draft up, after asking."""
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            ruleset_discard(ruleset=ruleset, user=request.user, reason=form.cleaned_data["reason"])
        except RulesetStepError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"{ruleset} is given up. It can still be read.")
            return redirect("rulesets")
    crumbs = [("Rules", "../../"), (f"Set {ruleset}", "../"), ("Give up", "")]
    about = "It labels nothing and never will. It stays to be read, and a new draft can be based on it."
    return render(
        request,
        "staff/labeling/form.html",
        {
            "title": f"Give {ruleset} up?",
            "about": about,
            "form": form,
            "button": "Give up",
            "is_danger": True,
            "crumbs": crumbs,
            "back": "../",
        },
        status=422 if form.errors else 200,
    )
