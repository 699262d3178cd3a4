"""The rota: who is on duty, where nobody is, and what lies with whom."""

from __future__ import annotations

from typing import Final

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.staff.access import StaffRequest, staff_view
from factcheck.rota import rota_load

VIEW: Final = "factcheck.view_desk"


@staff_view(VIEW, methods=("GET", "HEAD"))
def rota_page(request: StaffRequest) -> HttpResponse:
    """Now and the next seven days; `?show=gaps` only where somebody is missing, `?country=` one state."""
    rota = rota_load(timezone.now())
    only_gaps, country = request.GET.get("show") == "gaps", request.GET.get("country", "")[:20].lower()
    states = [one for one in rota.states if country in ("", one.place.code) and (one.has_gap or not only_gaps)]
    context = {
        "rota": rota,
        "states": states,
        "partners": [pair for pair in rota.partners if country in ("", *pair[0].countries)],
        "only_gaps": only_gaps,
        "country": country,
        "crumbs": [("Rota", "")],
    }
    return render(request, "staff/factcheck/rota.html", context)
