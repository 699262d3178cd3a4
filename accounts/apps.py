"""The accounts app."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Users, organisations, memberships and who may do what."""

    name = "accounts"

    def ready(self) -> None:
        """Permissions exist once the models they look at do."""
        from accounts import permissions, signals
        from accounts.audit import accounts as audit
        from accounts.staff import sections

        permissions.register()
        sections.register_all()
        signals.connect()
        audit.register_all()
