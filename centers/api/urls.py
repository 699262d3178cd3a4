"""Addresses of the reading API, under `/api/v1/`."""

from __future__ import annotations

from django.urls import path, re_path

from centers.api import literacy, views

urlpatterns = [
    path("centers/", views.CenterList.as_view(), name="api-centers"),
    path("centers/<slug:code>/", views.CenterDetail.as_view(), name="api-center"),
    path("centers/<slug:code>/answers/", views.CenterAnswers.as_view(), name="api-center-answers"),
    path("centers/<slug:code>/sources/", views.CenterSources.as_view(), name="api-center-sources"),
    path("centers/<slug:code>/campaigns/", literacy.CenterCampaigns.as_view(), name="api-center-campaigns"),
    path("elections/", views.ElectionList.as_view(), name="api-elections"),
    re_path(r"^elections/(?P<key>[a-z0-9.-]+)/$", views.ElectionDetail.as_view(), name="api-election"),
    path("questions/", views.QuestionList.as_view(), name="api-questions"),
]
