"""Partners: the list, one partner's desk, and what its people and operators may change of it."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Prefetch, Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.audit.reading import AuditFilter, Source, audit_page
from accounts.staff.access import StaffRequest, staff_view
from accounts.staff.listing import page_of
from factcheck.coverage import week_of
from factcheck.hours import WEEKDAYS, Span, spans_written
from factcheck.models import CoverPlan, FactCheckPartner, PartnerKey, ReviewState
from factcheck.services.hours_set import PlanChangedError, hours_set
from factcheck.services.partner_change import (
    partner_capacity_change,
    partner_contact_change,
    partner_contract_change,
)
from factcheck.services.partner_key import partner_key_create, partner_key_revoke
from factcheck.staff.finding import key_or_404, partner_or_404
from factcheck.staff.forms import CapacityForm, ContactForm, ContractForm, HoursForm, KeyForm, RevokeForm

VIEW: Final = "factcheck.view_desk"
KEEP: Final = "factcheck.keep_partner"
MANAGE: Final = "factcheck.manage_partner"
_A_PAGE, _HISTORY, _CHANGES = 50, 20, 25


@staff_view(VIEW, methods=("GET", "HEAD"))
def partner_list(request: StaffRequest) -> HttpResponse:
    """All of them by name; `?q=` narrows by name, country or language, and one's own stand apart above."""
    query = request.GET.get("q", "")[:80].replace("\0", "").strip()
    failing = Count("feeds", filter=Q(feeds__failures__gt=0, feeds__paused_at=None))
    found = FactCheckPartner.objects.named().prefetch_related(_holding()).annotate(failing=failing)
    wanted = (
        Q(organisation__name__icontains=query)
        | Q(countries__contains=[query.lower()])
        | Q(languages__contains=[query.lower()])
    )
    context = {
        "page": page_of(request, found.filter(wanted) if query else found, size=_A_PAGE),
        "own": list(found.of_member(request.user)) if not query else [],
        "query": query,
        "crumbs": [("Fact-checkers", "")],
    }
    return render(request, "staff/factcheck/partners.html", context)


def _holding() -> Prefetch[Any]:
    """The plan that holds, as a list of one or none: `plan_held`."""
    return Prefetch("cover_plans", CoverPlan.objects.filter(until=None), to_attr="plan_held")


@staff_view(VIEW, record=partner_or_404, methods=("GET", "HEAD"))
def partner_page(request: StaffRequest, partner: FactCheckPartner) -> HttpResponse:
    """One partner: what is known of it, since when, and from whom."""
    plans = list(partner.cover_plans.select_related("entered_by").prefetch_related("hours")[:_HISTORY])
    held = next((plan for plan in plans if plan.until is None), None)
    may_keep = request.user.has_perm(KEEP, partner)
    context = {
        "partner": partner,
        "plan": held,
        "week": _written(held),
        "plans": [(plan, _written(plan)) for plan in plans if plan is not held],
        "spells": partner.spells.order_by("country", "language", "days", "-since"),
        "load": partner.offers.filter(ended_at=None).count(),
        "words": partner.words.count(),
        "held": partner.held.filter(ended_at=None).count(),
        **_feeds(partner),
        "may_keep": may_keep,
        "may_manage": request.user.has_perm(MANAGE, partner),
        "keys": partner.keys.select_related("created_by").order_by("-created_at") if may_keep else [],
        "changes": _changes(partner) if may_keep else None,
        "crumbs": [("Fact-checkers", "../"), (str(partner), "")],
    }
    return render(request, "staff/factcheck/partner.html", context)


def _feeds(partner: FactCheckPartner) -> dict[str, int]:
    """How many are read, how many failed when they were read last, and how many reviews wait for somebody."""
    read = Q(paused_at=None)
    counts = partner.feeds.aggregate(
        feeds=Count("pk", filter=read), failing=Count("pk", filter=read & Q(failures__gt=0))
    )
    return {**counts, "reviews_held": partner.reviews.filter(state=ReviewState.HELD).count()}


def _written(plan: CoverPlan | None) -> list[tuple[str, str]]:
    week = week_of(plan) or []
    return [
        (name, spans_written(Span(one.opens, one.closes) for one in hours))
        for name, hours in zip(WEEKDAYS, week, strict=False)
    ]


def _changes(partner: FactCheckPartner) -> Any:
    """Of the partner's own record, latest first; hours and keys have lists of their own on the page."""
    source = Source("partner", "partner", FactCheckPartner, Q(pgh_obj=partner.pk), lambda event: "")
    return audit_page([source], AuditFilter(), number=1, size=_CHANGES)


def _form_page(request: StaffRequest, partner: FactCheckPartner, form: Any, words: dict[str, Any]) -> HttpResponse:
    here = reverse("fact-checker", args=[partner.pk])
    crumbs = [("Fact-checkers", reverse("fact-checkers")), (str(partner), here), (words.pop("crumb"), "")]
    context = {"form": form, "partner": partner, "crumbs": crumbs, "back": here, **words}
    return render(request, "staff/factcheck/form.html", context, status=422 if form.errors else 200)


@staff_view(KEEP, target=partner_or_404)
def partner_hours(request: StaffRequest, partner: FactCheckPartner) -> HttpResponse:
    """Other hours, from today on."""
    plan = partner.cover_plans.filter(until=None).prefetch_related("hours").first()
    form = HoursForm(request.POST or None, plan=plan)
    words = {
        "crumb": "Hours",
        "title": f"Hours of {partner}",
        "about": "When somebody looks at claims. A day left empty is one on which nobody does. What holds today goes "
        "into the history.",
        "button": "These are the hours",
    }
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            hours_set(
                partner=partner,
                by=request.user,
                time_zone=given["time_zone"],
                week=given["week"],
                note=given["note"],
                seen=given["seen"],
            )
        except PlanChangedError:
            words["conflict"] = f"Somebody entered other hours since you opened this page: {_one_line(plan)}."
            form.data = {**form.data, "seen": str(plan.pk if plan else 0)}
            answer = _form_page(request, partner, form, words)
            answer.status_code = 409
            return answer
        messages.success(request, "Saved. The board and the voters’ page show it from now on.")
        return redirect("fact-checker", partner.pk)
    return _form_page(request, partner, form, words)


def _one_line(plan: CoverPlan | None) -> str:
    written = "; ".join(f"{name} {hours}" for name, hours in _written(plan) if hours)
    return written or "no hours at all"


@staff_view(KEEP, target=partner_or_404)
def partner_contact(request: StaffRequest, partner: FactCheckPartner) -> HttpResponse:
    """How voters reach the partner."""
    start = {"contact_url": partner.contact_url, "contact_email": partner.contact_email}
    form = ContactForm(request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            partner_contact_change(
                partner=partner, by=request.user, url=given["contact_url"], email=given["contact_email"]
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, "Saved. Voters see it from now on.")
            return redirect("fact-checker", partner.pk)
    about = "Both are shown to voters of every country the partner checks for."
    words = {"crumb": "Contact", "title": f"How to reach {partner}", "about": about, "button": "Save"}
    return _form_page(request, partner, form, words)


@staff_view(KEEP, target=partner_or_404)
def partner_capacity(request: StaffRequest, partner: FactCheckPartner) -> HttpResponse:
    """How many claims the partner works on at once."""
    form = CapacityForm(request.POST or None, initial={"capacity": partner.capacity})
    if request.method == "POST" and form.is_valid():
        partner_capacity_change(partner=partner, by=request.user, capacity=form.cleaned_data["capacity"])
        messages.success(request, "Saved. Claims are brought accordingly from now on.")
        return redirect("fact-checker", partner.pk)
    about = "Claims go to who is on duty and has room for them."
    words = {"crumb": "Capacity", "title": f"Capacity of {partner}", "about": about, "button": "Save"}
    return _form_page(request, partner, form, words)


@staff_view(MANAGE, target=partner_or_404)
def partner_contract(request: StaffRequest, partner: FactCheckPartner) -> HttpResponse:
    """From when to when the partner is under contract."""
    form = ContractForm(request.POST or None, partner=partner)
    if request.method == "POST" and form.is_valid():
        try:
            partner_contract_change(partner=partner, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, "Saved. Outside these days the partner covers nothing.")
            return redirect("fact-checker", partner.pk)
    about = f"It concerns {', '.join(partner.countries).upper()} in {', '.join(partner.languages)}."
    words = {"crumb": "Contract", "title": f"Contract with {partner}", "about": about, "button": "Save"}
    return _form_page(request, partner, form, words)


@staff_view(KEEP, target=partner_or_404)
def partner_key_add(request: StaffRequest, partner: FactCheckPartner) -> HttpResponse:
    """A new key, shown this once."""
    form = KeyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        raw = partner_key_create(partner=partner, by=request.user, name=form.cleaned_data["name"])
        # Answered at once and not after a redirection: the key must not lie in a session meanwhile.
        crumbs = [
            ("Fact-checkers", reverse("fact-checkers")),
            (str(partner), reverse("fact-checker", args=[partner.pk])),
            ("Key", ""),
        ]
        context = {"partner": partner, "raw": raw, "name": form.cleaned_data["name"], "crumbs": crumbs}
        return render(request, "staff/factcheck/key.html", context)
    about = "The partner’s own systems call with it in the partner’s name: they tell hours and what was found."
    words = {"crumb": "New key", "title": f"A key for {partner}", "about": about, "button": "Make the key"}
    return _form_page(request, partner, form, words)


def _key_target(pk: int, key: int) -> PartnerKey:
    return key_or_404(partner_or_404(pk), key)


@staff_view(KEEP, target=_key_target)
def partner_key_end(request: StaffRequest, key: PartnerKey) -> HttpResponse:
    """Take a key back; asked for on a page of its own, since a system stops working with it."""
    form = RevokeForm(request.POST or None)
    if request.method == "POST":
        partner_key_revoke(key=key, by=request.user)
        messages.success(request, f"The key “{key.name}” opens nothing any more.")
        return redirect("fact-checker", key.partner_id)
    used = f"It was last used on {key.last_used_on:%-d %B %Y}." if key.last_used_on else "It was never used."
    words = {
        "crumb": "Take a key back",
        "title": f"Take back the key “{key.name}”?",
        "about": f"{used} Whatever calls with it is refused from now on; this cannot be undone.",
        "button": "Take it back",
        "is_danger": True,
    }
    return _form_page(request, key.partner, form, words)
