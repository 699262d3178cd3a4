"""Voters' addresses, all below a language (`/fr/…`)."""

from __future__ import annotations

from django.urls import path, register_converter

from centers.views import about, center, elections, exports, history, home, learn


class JurisdictionCode:
    """`fr`, `eu`, `us-ca`."""

    regex = "[a-z]{2}(?:-[a-z0-9]+)*"

    def to_python(self, value: str) -> str:
        """As it stands."""
        return value

    def to_url(self, value: str) -> str:
        """As it stands."""
        return value


register_converter(JurisdictionCode, "jurisdiction")

urlpatterns = [
    path("", home.home, name="home"),
    path("search/", home.search, name="search"),
    path("elections/", elections.election_list, name="elections"),
    path("about/", about.about, name="about"),
    path("centers/<jurisdiction:code>/", center.center_page, name="center"),
    path("centers/<jurisdiction:code>/history/", history.center_history, name="center-history"),
    path("centers/<jurisdiction:code>/history/<int:pk>/", history.center_change, name="center-change"),
    path(
        "centers/<jurisdiction:code>/history/before/<int:pk>/",
        history.center_history_before,
        name="center-history-before",
    ),
    path("centers/<jurisdiction:code>/learn/", learn.learn_page, name="center-learn"),
    path("centers/<jurisdiction:code>/learn/<slug:campaign>/", learn.campaign_page, name="campaign"),
    path("centers/<jurisdiction:code>/learn/<slug:campaign>/<slug:video>/", learn.video_page, name="video"),
    path("centers/<jurisdiction:code>/learn/<slug:campaign>/<slug:video>/play/", learn.video_play, name="video-play"),
    path(
        "centers/<jurisdiction:code>/learn/<slug:campaign>/<slug:video>/captions.<slug:spoken>.vtt",
        learn.captions,
        name="video-captions",
    ),
    path("tips/", learn.tips_page, name="tips"),
    path("centers/<jurisdiction:code>/calendar.ics", exports.center_calendar, name="center-calendar"),
    path("centers/<jurisdiction:code>/feed.atom", history.center_feed, name="center-feed"),
]
