"""The policies moderators decide by, to be read: every version and language, with what people outside are told."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from accounts.staff.access import StaffRequest, staff_view
from electioncenters.languages import LANGUAGE_CODES, LANGUAGE_NAMES, RIGHT_TO_LEFT
from labeling.models import Policy
from labeling.review.responses import responses_said
from labeling.services.review_claim import VIEW
from labeling.staff.review_choices import STAFF_LANGUAGE, policy_titles


@staff_view(VIEW, methods=("GET", "HEAD"))
def review_policies(request: StaffRequest) -> HttpResponse:
    """All that hold, with how grave they are and how soon somebody should decide."""
    titles = policy_titles()
    newest = {policy.key: policy for policy in Policy.objects.order_by("key", "version")}
    rows = [
        (policy, titles.get(key, key)) for key, policy in sorted(newest.items(), key=lambda pair: -pair[1].severity)
    ]
    context = {"rows": rows, "crumbs": [("Reviews", reverse("reviews")), ("Policies", "")]}
    return render(request, "staff/labeling/review_policies.html", context)


@staff_view(VIEW, methods=("GET", "HEAD"))
def review_policy(request: StaffRequest, key: str) -> HttpResponse:
    """One policy in one version and language."""
    versions = list(Policy.objects.filter(key=key).order_by("-version"))
    asked = request.GET.get("version", "")
    policy = next((one for one in versions if not asked or str(one.version) == asked), None)
    if policy is None:
        raise Http404
    language = request.GET.get("lang", STAFF_LANGUAGE)
    text = policy.texts.filter(language=language if language in LANGUAGE_CODES else STAFF_LANGUAGE).first()
    context = {
        "policy": policy,
        "versions": versions,
        "text": text,
        "direction": "rtl" if text and text.language in RIGHT_TO_LEFT else "ltr",
        "reasons": responses_said(policy, text) if text else (),
        "languages": [(code, LANGUAGE_NAMES[code]) for code in LANGUAGE_CODES],
        "crumbs": [("Reviews", reverse("reviews")), ("Policies", reverse("review-policies")), (key, "")],
    }
    return render(request, "staff/labeling/review_policy.html", context)
