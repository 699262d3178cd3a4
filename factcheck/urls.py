"""Voters' addresses of fact-checking, all below a language (`/fr/…`)."""

from __future__ import annotations

from django.urls import path

from factcheck.views import checkers

urlpatterns = [path("factcheck/", checkers.checkers, name="factcheck")]
