"""Addresses of the pages about labels, below a language (`/fr/watch/`)."""

from __future__ import annotations

from django.urls import path

from labeling import views
from labeling.outside import appeals, reports, transparency

urlpatterns = [
    path("watch/", views.watch, name="watch"),
    path("watch/tags/<path:tag>/", views.watch_tag, name="watch-tag"),
    # An id may hold slashes: some platforms name a post by a whole address.
    path("watch/<slug:platform>/<path:external_id>/", views.watch_item, name="watch-item"),
    path("labels/<slug:public_id>/", views.label_why, name="label-why"),
    path("labels/<slug:public_id>/appeal/", appeals.appeal_page, name="label-appeal"),
    path("report/", reports.report_page, name="report"),
    path("status/<str:token>/", reports.status_page, name="status"),
    path("transparency/appeals/", transparency.appeals_figures, name="appeals-figures"),
]
