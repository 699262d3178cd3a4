"""Addresses of the platform API, under `/api/v1/`."""

from __future__ import annotations

from django.urls import path, re_path, register_converter
from django.urls.converters import StringConverter

from labeling.api.accounts import AccountView
from labeling.api.changes import LabelChangesView
from labeling.api.content import BatchView, ContentView
from labeling.api.hashtags import HashtagView
from labeling.api.labels import LabelsView
from labeling.api.literacy import LiteracyViews
from labeling.api.provenance import DeclarationView, ProvenanceView
from labeling.api.reports import ReportsView, ReportView
from labeling.api.statements import StatementsView


class ItemUriConverter(StringConverter):
    """`platform:id`; ids hold whatever platforms please, slashes included. Views judge it."""

    regex = r"[^\s]+"


register_converter(ItemUriConverter, "item_uri")

urlpatterns = [
    path("accounts/<item_uri:uri>/", AccountView.as_view(), name="api-account"),
    path("content/", ContentView.as_view(), name="api-content"),
    path("content/<uuid:batch>/", BatchView.as_view(), name="api-content-batch"),
    path("content/<item_uri:uri>/provenance/", ProvenanceView.as_view(), name="api-provenance"),
    path("content/<item_uri:uri>/declaration/", DeclarationView.as_view(), name="api-declaration"),
    path("labels/changes/", LabelChangesView.as_view(), name="api-label-changes"),
    path("labels/", LabelsView.as_view(), name="api-labels"),
    path("reports/", ReportsView.as_view(), name="api-reports"),
    path("reports/<uuid:report>/", ReportView.as_view(), name="api-report"),
    path("literacy/views/", LiteracyViews.as_view(), name="api-literacy-views"),
    path("statements/", StatementsView.as_view(), name="api-statements"),
    # Whatever was tapped on, slashes and line breaks included: the view says what is wrong with it.
    re_path(r"^hashtags/(?P<tag>[\s\S]+)/$", HashtagView.as_view(), name="api-hashtag"),
]
