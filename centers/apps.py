"""The centers app."""

from django.apps import AppConfig


class CentersConfig(AppConfig):
    """Places, elections, answers and trusted sources, and the pages voters read."""

    name = "centers"

    def ready(self) -> None:
        """The workspace has its rooms from now on, and the health of links can be scraped."""
        from centers import audit
        from centers.metrics import metrics_register
        from centers.staff import sections

        sections.register_all()
        audit.register_all()
        metrics_register()
