"""The factcheck app."""

from django.apps import AppConfig


class FactcheckConfig(AppConfig):
    """Fact-checking partners, what they cover, what they check and what they find."""

    name = "factcheck"

    def ready(self) -> None:
        """The workspace has its rooms, and every change of partners is kept."""
        # Models are not there before the app is ready.
        from factcheck import audit
        from factcheck.staff import sections

        sections.register_all()
        audit.register_all()
