"""What this app offers in the workspace."""

from __future__ import annotations

from accounts.staff.navigation import Section, register


def register_all() -> None:
    """Called once when the app is ready."""
    register(
        Section(
            group="People",
            title="Members",
            url_name="members",
            permission="accounts.manage_members",
            about="Who works for your organisation, in which role; invite colleagues and take roles back.",
            key="m",
        )
    )
