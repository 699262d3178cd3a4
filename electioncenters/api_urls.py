"""The REST API, its OpenAPI description and the pages that show it."""

from __future__ import annotations

from django.urls import include, path, reverse_lazy
from django.views.generic import TemplateView
from drf_spectacular.views import SpectacularAPIView

urlpatterns = [
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path(
        "docs/",
        TemplateView.as_view(template_name="api/docs.html", extra_context={"schema_url": reverse_lazy("schema")}),
        name="api-docs",
    ),
    path("v1/", include("centers.api.urls")),
    path("v1/", include("factcheck.api.urls")),
    path("v1/", include("labeling.api.urls")),
]
