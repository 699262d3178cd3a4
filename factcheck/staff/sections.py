"""What this app offers in the workspace."""

from __future__ import annotations

from accounts.staff.navigation import Section, register


def register_all() -> None:
    """Called once when the app is ready."""
    register(
        Section(
            group="Fact-checking",
            title="Coverage",
            url_name="coverage",
            permission="factcheck.view_desk",
            about="Who checks facts for which country and language, on weekdays and weekends, and where nobody does.",
            key="k",
        ),
        Section(
            group="Fact-checking",
            title="Claims",
            url_name="claims",
            permission="factcheck.view_desk",
            about="What spreads and is to be checked, the first due first, with what each partner found.",
        ),
        Section(
            group="Fact-checking",
            title="Rota",
            url_name="rota",
            permission="factcheck.view_desk",
            about="Who is on duty now and in the next seven days, by country and language, and what lies with whom.",
        ),
        Section(
            group="Fact-checking",
            title="Fact-checkers",
            url_name="fact-checkers",
            permission="factcheck.view_desk",
            about="Every fact-checking partner: hours, contact, contract, and the keys of their systems.",
        ),
    )
