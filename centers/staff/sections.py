"""What this app offers in the workspace."""

from __future__ import annotations

from accounts.staff.navigation import Section, register
from accounts.staff.waiting import waiting_register
from centers.staff.home import desks_waiting


def register_all() -> None:
    """Called once when the app is ready."""
    register(
        Section(
            group="Election centres",
            title="Election centres",
            url_name="desks",
            permission="centers.view_desk",
            about="What voters read of your place: what is missing, what waits for you, and every change.",
            key="c",
        )
    )
    waiting_register("desks", desks_waiting)
