"""Addresses of the fact-checkers' API, under `/api/v1/`."""

from __future__ import annotations

from django.urls import path

from factcheck.api import claimreviews, views

urlpatterns = [
    path("factcheck/claimreviews/", claimreviews.ClaimReviewsView.as_view(), name="api-factcheck-claimreviews"),
    path("factcheck/coverage/", views.CoverageView.as_view(), name="api-factcheck-coverage"),
    path("factcheck/partner/", views.PartnerView.as_view(), name="api-factcheck-partner"),
    path("factcheck/partner/hours/", views.PartnerHoursView.as_view(), name="api-factcheck-hours"),
]
