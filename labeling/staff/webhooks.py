"""Where platforms are told of changes: every address with how it does, adding one, and its secrets."""

from __future__ import annotations

import datetime as dt
from itertools import groupby
from operator import attrgetter
from typing import Final

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.staff.access import StaffRequest, staff_view
from accounts.staff.listing import page_of
from electioncenters.safe_http import UnsafeUrlError
from labeling.models import LabelChange, Platform, WebhookDelivery, WebhookEndpoint
from labeling.services.webhook_endpoint import OPERATE, EndpointError, endpoint_add, endpoint_change, endpoint_rotate
from labeling.staff.finding import endpoint_or_404
from labeling.staff.webhook_forms import AddForm, EndpointForm, RotateForm
from labeling.staff.webhook_steps import steps_open

VIEW: Final = "labeling.view_pipeline"
_A_PAGE, _DEAD_A_PAGE, _HISTORY = 100, 25, 30
#: Changes an endpoint still has to be told of are counted up to here.
_COUNTED: Final = 10_000


@staff_view(VIEW, methods=("GET", "HEAD"))
def webhook_list(request: StaffRequest) -> HttpResponse:
    """Every endpoint under its platform; what is in trouble says so."""
    found = WebhookEndpoint.objects.with_counts().select_related("platform").order_by("platform__key", "id")
    page = page_of(request, found, size=_A_PAGE)
    context = {
        "page": page,
        "platforms": [(platform, list(of)) for platform, of in groupby(page, attrgetter("platform"))],
        "has_platforms": Platform.objects.exists(),
        "may_operate": request.user.has_perm(OPERATE),
        "crumbs": [("Webhooks", "")],
    }
    return render(request, "staff/labeling/webhooks.html", context)


@staff_view(VIEW, record=endpoint_or_404, methods=("GET", "HEAD"))
def webhook_page(request: StaffRequest, endpoint: WebhookEndpoint) -> HttpResponse:
    """One endpoint: how it does, the message it is at, what was given up, and what was done with it."""
    ahead = LabelChange.objects.after(endpoint.position).of_platform(endpoint.platform).order_by()
    may_operate = request.user.has_perm(OPERATE)
    context = {
        "endpoint": endpoint,
        "waiting": endpoint.deliveries.pending().first(),
        "untold": ahead[: _COUNTED + 1].count(),
        "counted": _COUNTED,
        "dead": page_of(request, endpoint.deliveries.dead().order_by("-id"), size=_DEAD_A_PAGE),
        "history": endpoint.events.select_related("user")[:_HISTORY],
        "steps": steps_open(endpoint) if may_operate else [],
        "may_operate": may_operate,
        "crumbs": [("Webhooks", "../"), (endpoint.platform.name, "")],
    }
    return render(request, "staff/labeling/webhook.html", context)


@staff_view(OPERATE)
def webhook_add(request: StaffRequest) -> HttpResponse:
    """A new address; afterwards its secret, this once."""
    form = AddForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            added = endpoint_add(user=request.user, **form.cleaned_data)
        except (EndpointError, UnsafeUrlError) as error:
            form.add_error("url", str(error))
        else:
            return _secret_page(request, added.endpoint, added.secret, "The platform is told of changes from now on.")
    crumbs = [("Webhooks", "../"), ("Add", "")]
    about = "The platform gets signed messages at its address when labels of its content change."
    context = {"title": "Add a webhook", "about": about, "form": form, "button": "Add it", "back": "../"}
    status = 422 if form.errors else 200
    return render(request, "staff/labeling/form.html", context | {"crumbs": crumbs}, status=status)


@staff_view(OPERATE, record=endpoint_or_404)
def webhook_change(request: StaffRequest, endpoint: WebhookEndpoint) -> HttpResponse:
    """Another address, other changes, another language."""
    start = {name: getattr(endpoint, name) for name in ("url", "actions", "language")}
    form = EndpointForm(request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid():
        try:
            endpoint_change(endpoint=endpoint, user=request.user, **form.cleaned_data)
        except (EndpointError, UnsafeUrlError) as error:
            form.add_error("url", str(error))
        else:
            messages.success(request, "Saved. It holds from the next message on.")
            return redirect("webhook", endpoint.public_id)
    context = {
        "title": f"Change the webhook of {endpoint.platform.name}",
        "about": "Messages that wait go to the new address, in the words they were written in. The secret stays.",
        "form": form,
        "button": "Save",
        "back": "../",
        "crumbs": [("Webhooks", "../../"), (endpoint.platform.name, "../"), ("Change", "")],
    }
    return render(request, "staff/labeling/form.html", context, status=422 if form.errors else 200)


@staff_view(OPERATE, record=endpoint_or_404)
def webhook_rotate(request: StaffRequest, endpoint: WebhookEndpoint) -> HttpResponse:
    """A new secret, this once; the former one signs beside it for as long as one says."""
    form = RotateForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        hours = form.cleaned_data["hours"]
        secret = endpoint_rotate(endpoint=endpoint, overlap=dt.timedelta(hours=hours), user=request.user)
        said = f"The former secret is valid for {hours} hours more." if hours else "The former secret is not valid."
        return _secret_page(request, endpoint, secret, said)
    context = {
        "title": "Make a new secret?",
        "about": f"Messages to {endpoint.url} are signed with it from now on. It is shown once: have a "
        "safe way to hand it to the platform ready.",
        "form": form,
        "button": "Make a new secret",
        "back": "../",
        "crumbs": [("Webhooks", "../../"), (endpoint.platform.name, "../"), ("New secret", "")],
    }
    return render(request, "staff/labeling/form.html", context, status=422 if form.errors else 200)


def _secret_page(request: StaffRequest, endpoint: WebhookEndpoint, secret: str, said: str) -> HttpResponse:
    # Answered at once and not after a redirection: the secret must not lie in a session meanwhile.
    context = {
        "endpoint": endpoint,
        "secret": secret,
        "said": said,
        "crumbs": [("Webhooks", reverse("webhooks")), ("Secret", "")],
    }
    return render(request, "staff/labeling/webhook_secret.html", context)


def _dead_or_404(public_id: str, message: str) -> WebhookDelivery:
    dead = WebhookDelivery.objects.dead().filter(endpoint__public_id=public_id, public_id=message).first()
    if dead is None:
        raise Http404
    return dead


@staff_view(OPERATE, record=_dead_or_404, methods=("GET", "HEAD"))
def webhook_message(request: StaffRequest, delivery: WebhookDelivery) -> HttpResponse:
    """The body of a message that was given up, as it was sent each time."""
    response = HttpResponse(delivery.payload, content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="{delivery.public_id}.json"'
    return response
