"""Addresses of the pages about labels, below a language (`/fr/watch/`)."""

from __future__ import annotations

from django.urls import path

from labeling import views

urlpatterns = [
    path("watch/", views.watch, name="watch"),
    path("watch/tags/<path:tag>/", views.watch_tag, name="watch-tag"),
    # An id may hold slashes: some platforms name a post by a whole address.
    path("watch/<slug:platform>/<path:external_id>/", views.watch_item, name="watch-item"),
    path("labels/<slug:public_id>/", views.label_why, name="label-why"),
]
