"""Addresses of the fact-checkers' API, under `/api/v1/`."""

from __future__ import annotations

from django.urls import path

from factcheck.api import claimreviews, claims, views

urlpatterns = [
    path("factcheck/claimreviews/", claimreviews.ClaimReviewsView.as_view(), name="api-factcheck-claimreviews"),
    path("factcheck/coverage/", views.CoverageView.as_view(), name="api-factcheck-coverage"),
    path("factcheck/partner/", views.PartnerView.as_view(), name="api-factcheck-partner"),
    path("factcheck/partner/hours/", views.PartnerHoursView.as_view(), name="api-factcheck-hours"),
    path("factcheck/partner/claims/", claims.PartnerClaimsView.as_view(), name="api-factcheck-claims"),
    path("factcheck/partner/claims/<uuid:claim>/", claims.PartnerClaimView.as_view(), name="api-factcheck-claim"),
    path(
        "factcheck/partner/claims/<uuid:claim>/assessment/",
        claims.PartnerAssessmentView.as_view(),
        name="api-factcheck-assessment",
    ),
    path(
        "factcheck/partner/claims/<uuid:claim>/withdrawal/",
        claims.PartnerWithdrawalView.as_view(),
        name="api-factcheck-withdrawal",
    ),
    path("factcheck/partner/claims/<uuid:claim>/offer/", claims.PartnerOfferView.as_view(), name="api-factcheck-offer"),
]
