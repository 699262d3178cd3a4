"""The factcheck app."""

from django.apps import AppConfig


class FactcheckConfig(AppConfig):
    """Fact-checking partners, what they check and what they find."""

    name = "factcheck"
