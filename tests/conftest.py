"""Fixtures every test may use."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.core.cache import cache

from accounts.audit import FLUSH_SETTING
from centers.pagecache import pages, publications
from centers.reading import facts_forget
from centers.views.learn import tips_forget
from electioncenters.i18n.compile import locale_compile
from factcheck.views.checkers import boards_forget
from labeling.links import member_states_forget


def pytest_configure() -> None:
    """Static files come straight from their folders: tests need no collectstatic. Translations are compiled."""
    storage = "django.contrib.staticfiles.storage.StaticFilesStorage"
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": storage}}
    locale_compile()
    # A crash of the machine may lose a test database; waiting for the disk at every commit would not help it.
    # Tables are emptied between tests, those of the audit too.
    settings.DATABASES["default"]["OPTIONS"]["options"] = f"-c synchronous_commit=off -c {FLUSH_SETTING}=yes"
    settings.WHITENOISE_AUTOREFRESH = True
    # Nothing is drawn by chance: tests that want second decisions say so.
    settings.REVIEW_SECOND_SHARE = settings.REVIEW_GOLDEN_SHARE = 0


@pytest.fixture(autouse=True)
def _empty_caches(request: pytest.FixtureRequest) -> None:
    """No test sees what another one cached; tests without the database touch no server either."""
    if request.node.get_closest_marker("django_db") or {"db", "transactional_db"} & set(request.fixturenames):
        cache.clear()


@pytest.fixture(autouse=True)
def _new_process() -> None:
    """Every test begins as a new process does: nothing rendered, nothing read."""
    publications.forget()
    pages.clear()
    facts_forget()
    boards_forget()
    tips_forget()
    member_states_forget()
