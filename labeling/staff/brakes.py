"""Brakes: what was stopped and why, and letting it label again."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from accounts.staff.access import StaffRequest, staff_view
from accounts.staff.listing import page_of
from labeling.models import RuleBrake
from labeling.services.brake_release import brake_release
from labeling.services.ruleset_release import RELEASE
from labeling.staff.finding import brake_or_404
from labeling.staff.forms import ReasonForm


@staff_view("labeling.view_rules", methods=("GET", "HEAD"))
def brake_list(request: StaffRequest) -> HttpResponse:
    """Engaged brakes, or with `?all=yes` also those that were released."""
    brakes = RuleBrake.objects.select_related("ruleset", "released_by")
    shows_all = request.GET.get("all") == "yes"
    page = page_of(request, brakes if shows_all else brakes.engaged(), size=50)
    may_release = request.user.has_perm(RELEASE)
    context = {"page": page, "shows_all": shows_all, "may_release": may_release, "crumbs": [("Brakes", "")]}
    return render(request, "staff/labeling/brakes.html", context)


@staff_view(RELEASE, record=brake_or_404)
def brake_page(request: StaffRequest, brake: RuleBrake) -> HttpResponse:
    """What the rule did, then the release."""
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            brake_release(brake=brake, user=request.user, reason=form.cleaned_data["reason"])
        except ValueError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"{brake.rule} labels again from the next batch on.")
            return redirect("brakes")
    crumbs = [("Brakes", "../../"), ("Release", "")]
    return render(
        request,
        "staff/labeling/brake_release.html",
        {"brake": brake, "form": form, "crumbs": crumbs},
        status=422 if form.errors else 200,
    )
