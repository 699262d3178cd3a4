"""Site map: voters' pages under their language, the API, the workspace of administrators, and probes."""

from __future__ import annotations

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path, re_path
from django.views.generic import RedirectView

from centers.views import about, media
from centers.views.negotiate import language_negotiate
from electioncenters import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("", language_negotiate, name="language-negotiate"),
    path("robots.txt", about.robots, name="robots"),
    path("favicon.ico", about.favicon, name="favicon"),
    re_path(r"^media/posters/(?P<key>[0-9a-f]{64})\.webp$", media.poster, name="poster"),
    re_path(
        r"^media/(?P<campaign>[a-z0-9-]{1,60})/(?P<video>[a-z0-9-]{1,60})\.(?P<extension>mp4|webm)$",
        media.hosted_video,
        name="hosted-video",
    ),
    path("api/", include("electioncenters.api_urls")),
    path("staff/", include("accounts.staff.urls")),
    path("staff/centers/", include("centers.staff.urls")),
    path("staff/factcheck/", include("factcheck.staff.urls")),
    path("staff/labeling/", include("labeling.staff.urls")),
    # The gate asks for sign-in and second factor before the administration's own page could.
    path("admin/login/", RedirectView.as_view(pattern_name="account_login"), name="admin-login"),
    path("admin/", admin.site.urls),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    *i18n_patterns(
        path("", include("centers.urls")),
        path("", include("factcheck.urls")),
        path("", include("labeling.urls")),
    ),
]

handler403 = "accounts.staff.errors.forbidden"
handler404 = "electioncenters.errors.not_found"
handler500 = "electioncenters.errors.server_error"
