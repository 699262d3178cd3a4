"""The factcheck app."""

from django.apps import AppConfig


class FactcheckConfig(AppConfig):
    """Fact-checking partners, what they cover, what they check and what they find."""

    name = "factcheck"

    def ready(self) -> None:
        """The workspace has its rooms, every change of partners is kept, and centres show what was found."""
        # Models are not there before the app is ready.
        from factcheck import audit, insets
        from factcheck.staff import sections

        sections.register_all()
        audit.register_all()
        insets.register_all()
