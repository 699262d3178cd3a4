"""Statements of reasons: what was stated, what waits to be submitted, and the file to submit."""

from __future__ import annotations

import json

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from accounts.staff.access import StaffRequest, staff_view
from accounts.staff.listing import page_of
from labeling.models import StatementOfReasons
from labeling.services.statement_export import StatementError, statements_export, statements_withdrawn_after_export
from labeling.statements import MOST

OPERATE = "labeling.operate_pipeline"


@staff_view("labeling.view_pipeline", methods=("GET", "HEAD"))
def statement_list(request: StaffRequest) -> HttpResponse:
    """All of them, the newest first."""
    found = StatementOfReasons.objects.select_related("platform", "label__item").order_by("-position")
    context = {
        "page": page_of(request, found, size=50),
        "waiting": StatementOfReasons.objects.filter(exported_at=None, withdrawn_at=None).count(),
        "stale": statements_withdrawn_after_export(),
        "most": MOST,
        "may_operate": request.user.has_perm(OPERATE),
        "crumbs": [("Statements", "")],
    }
    return render(request, "staff/labeling/statements.html", context)


@staff_view(OPERATE, methods=("POST",))
def statement_download(request: StaffRequest) -> HttpResponse:
    """The body of one submission; what is in it counts as exported from now on."""
    try:
        documents = statements_export()
    except StatementError as error:
        for field, reason in error.problems:
            messages.error(request, f"{field}: {reason}")
        return redirect("statements")
    if not documents:
        messages.info(request, "No statement waits to be exported.")
        return redirect("statements")
    body = json.dumps({"statements": documents}, ensure_ascii=False, indent=1)
    response = HttpResponse(body, content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="statements-{timezone.now():%Y%m%d-%H%M%S}.json"'
    return response
