"""The pipeline: what waits, what was set aside, and the platforms it comes from."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from accounts.staff.access import StaffRequest, staff_view
from labeling.models import IntakeBatch, Platform
from labeling.pipeline import pipeline_read
from labeling.services.batch_replay import NotReplayableError, batch_replay
from labeling.services.payload import DamagedPayloadError, payload_lines
from labeling.staff.finding import set_aside_or_404

OPERATE = "labeling.operate_pipeline"
_SET_ASIDE_SHOWN = 50


@staff_view("labeling.view_pipeline", methods=("GET", "HEAD"))
def pipeline_page(request: StaffRequest) -> HttpResponse:
    """The state at this moment."""
    context = {
        "pipeline": pipeline_read(poison=_SET_ASIDE_SHOWN),
        "platforms": Platform.objects.order_by("key"),
        "may_operate": request.user.has_perm(OPERATE),
        "crumbs": [("Pipeline", "")],
    }
    return render(request, "staff/labeling/pipeline.html", context)


@staff_view(OPERATE, record=set_aside_or_404, methods=("GET", "HEAD"))
def batch_download(request: StaffRequest, batch: IntakeBatch) -> HttpResponse:
    """The items of a batch that was set aside, as NDJSON: what people wrote, to be erased when it was read."""
    try:
        lines = payload_lines(batch.payload or b"")
    except DamagedPayloadError:
        messages.error(request, "The items cannot be read any more.")
        return redirect("pipeline")
    response = HttpResponse(lines, content_type="application/x-ndjson")
    response["Content-Disposition"] = f'attachment; filename="batch-{batch.public_id}.ndjson"'
    return response


@staff_view(OPERATE, record=set_aside_or_404)
def batch_replay_page(request: StaffRequest, batch: IntakeBatch) -> HttpResponse:
    """What was wrong with a batch, and trying it again."""
    if request.method == "POST":
        try:
            batch_replay(public_id=batch.public_id)
        except NotReplayableError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, f"The batch is tried again: {batch.item_count} items.")
        return redirect("pipeline")
    crumbs = [("Pipeline", "../../../"), ("Batch", "")]
    return render(request, "staff/labeling/batch.html", {"batch": batch, "crumbs": crumbs})
