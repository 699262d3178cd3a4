"""One rule of a set: read, and in a draft changed; and what is wrong with all of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from accounts.staff.access import StaffRequest, staff_view
from accounts.staff.listing import page_of
from labeling.models import Rule, Ruleset, RulesetStatus
from labeling.rule_precision import DAYS, NOTHING, precision_of, set_measured
from labeling.services.rule_draft import SavedRule, rule_delete, rule_mark, rule_save
from labeling.services.rule_parse import InvalidRuleError
from labeling.services.rules_check import ruleset_check
from labeling.services.ruleset_draft import DRAFT
from labeling.services.ruleset_steps import RulesetStepError
from labeling.services.seen import ChangedMeanwhileError
from labeling.staff.conflict import conflict_show
from labeling.staff.finding import ruleset_or_404
from labeling.staff.rule_form import RuleForm

VIEW = "labeling.view_rules"
_PROBLEMS_A_PAGE = 100


def _rule(version: int, pk: int) -> Rule:
    return get_object_or_404(Rule.objects.select_related("ruleset"), pk=pk, ruleset__version=version)


@staff_view(VIEW, to_post=DRAFT, record=_rule)
def rule_page(request: StaffRequest, rule: Rule) -> HttpResponse:
    """What it looks for and what follows; in a draft, a form."""
    crumbs = [("Rules", "../../../"), (f"Set {rule.ruleset}", "../../"), (rule.key, "")]
    may_change = rule.ruleset.status == RulesetStatus.DRAFT and request.user.has_perm(DRAFT)
    if request.method != "POST" and not may_change:
        return render(request, "staff/labeling/rule.html", {"rule": rule, "crumbs": crumbs, **_measured(rule)})
    form = RuleForm(request.POST or None, rule=rule)
    context = {
        "rule": rule,
        "ruleset": rule.ruleset,
        "form": form,
        "crumbs": crumbs,
        "title": "Change a rule",
        **_measured(rule),
    }
    try:
        if request.method == "POST" and form.is_valid() and _saved(request, form, rule.ruleset, key=rule.key):
            return redirect("ruleset", rule.ruleset.version)
    except ChangedMeanwhileError:
        context |= {"conflict": conflict_show(form, rule_mark(rule)), "fresh": request.path, "is_conflict": True}
        return render(request, "staff/labeling/rule_form.html", context, status=409)
    return render(request, "staff/labeling/rule_form.html", context, status=422 if form.errors else 200)


def _measured(rule: Rule) -> dict[str, Any]:
    """How often it was right, for both pages of a rule."""
    measured = set_measured(rule.ruleset)
    precision = precision_of(ruleset=measured, rules=[rule.key]).get(rule.key, NOTHING)
    return {"precision": precision, "measured": measured, "measured_days": DAYS}


@staff_view(DRAFT, record=ruleset_or_404)
def rule_add(request: StaffRequest, ruleset: Ruleset) -> HttpResponse:
    """A new rule of a draft."""
    form = RuleForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _saved(request, form, ruleset):
        return redirect("ruleset", ruleset.version)
    crumbs = [("Rules", "../../../"), (f"Set {ruleset}", "../../"), ("Add a rule", "")]
    context = {"ruleset": ruleset, "form": form, "crumbs": crumbs, "title": "Add a rule"}
    return render(request, "staff/labeling/rule_form.html", context, status=422 if form.errors else 200)


def _saved(request: StaffRequest, form: RuleForm, ruleset: Ruleset, key: str = "") -> SavedRule | None:
    """Save what the form says; or put what is wrong beside its fields. Raises `ChangedMeanwhileError`."""
    try:
        seen = form.cleaned_data["seen"] if key else None
        saved = rule_save(ruleset=ruleset, values=form.values(), user=request.user, key=key, seen=seen)
    except InvalidRuleError as error:
        form.show(error.problems)
        return None
    except RulesetStepError as error:
        form.add_error(None, str(error))
        return None
    messages.success(request, f"{saved.rule.key} is saved.")
    for problem in saved.warnings:
        messages.warning(request, str(problem))
    return saved


@staff_view(DRAFT, record=_rule)
def rule_remove(request: StaffRequest, rule: Rule) -> HttpResponse:
    """Take a rule out of a draft, after asking."""
    if request.method == "POST":
        try:
            rule_delete(ruleset=rule.ruleset, key=rule.key, user=request.user)
        except (RulesetStepError, InvalidRuleError) as error:
            messages.error(request, str(error))
        else:
            messages.success(request, f"{rule.key} is taken out.")
        return redirect("ruleset", rule.ruleset.version)
    crumbs = [("Rules", "../../../../"), (f"Set {rule.ruleset}", "../../../"), ("Take out", "")]
    return render(request, "staff/labeling/rule_remove.html", {"rule": rule, "crumbs": crumbs})


@staff_view(VIEW, record=ruleset_or_404, methods=("GET", "HEAD"))
def ruleset_problems(request: StaffRequest, ruleset: Ruleset) -> HttpResponse:
    """What is wrong with a set, errors first, each with the rule it is about."""
    problems = ruleset_check(ruleset)
    page = page_of(request, problems, size=_PROBLEMS_A_PAGE)
    keys: Mapping[str, Any] = dict(
        ruleset.rules.filter(key__in={problem.rule for problem in page}).values_list("key", "pk")
    )
    context = {
        "ruleset": ruleset,
        "page": page,
        "found": [(problem, keys.get(problem.rule)) for problem in page],
        "errors": sum(problem.severity == "error" for problem in problems),
        "crumbs": [("Rules", "../../"), (f"Set {ruleset}", "../"), ("Check", "")],
    }
    return render(request, "staff/labeling/check.html", context)
