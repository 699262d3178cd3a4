"""Voters' addresses of fact-checking, all below a language (`/fr/…`)."""

from __future__ import annotations

from django.urls import path, register_converter

from factcheck.views import checkers, checks


class ClaimSlug:
    """Words in any script and the claim's short id: `das-register-ist-geschlossen-3f2a91c0d4e5`."""

    regex = "[^/]{12,200}"

    def to_python(self, value: str) -> str:
        """As it stands."""
        return value

    def to_url(self, value: str) -> str:
        """As it stands."""
        return value


register_converter(ClaimSlug, "claim")

urlpatterns = [
    path("factcheck/", checkers.checkers, name="factcheck"),
    path("factcheck/checks/", checks.check_list, name="fact-checks"),
    path("factcheck/checks/feed.atom", checks.check_feed, name="fact-checks-feed"),
    path("factcheck/<claim:slug>/", checks.check, name="fact-check"),
]
