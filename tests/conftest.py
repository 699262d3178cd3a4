"""Fixtures every test may use."""

from __future__ import annotations

import hypothesis
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
    # How long an example takes says more about what else the machine does than about the code.
    hypothesis.settings.register_profile("portal", deadline=None)
    hypothesis.settings.load_profile("portal")
    # A crash of the machine may lose a test database; waiting for the disk at every commit would not help it.
    # Tables are emptied between tests, those of the audit too.
    settings.DATABASES["default"]["OPTIONS"]["options"] = f"-c synchronous_commit=off -c {FLUSH_SETTING}=yes"
    settings.WHITENOISE_AUTOREFRESH = True
    # Nothing is drawn by chance: tests that want second decisions say so.
    settings.REVIEW_SECOND_SHARE = settings.REVIEW_GOLDEN_SHARE = 0


#: What brings other processes or threads into a test, and with them the machine's own pace.
_OTHERS_AT_WORK = frozenset({"live_server", "transactional_db", "page", "context", "checkout"})


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests beside other processes or threads get a second try, told as RERUN; others fail at once (decision 49)."""
    for item in items:
        marker = item.get_closest_marker("django_db")
        with_others = _OTHERS_AT_WORK & set(getattr(item, "fixturenames", ()))
        if with_others or item.get_closest_marker("browser") or (marker and marker.kwargs.get("transaction")):
            item.add_marker(pytest.mark.flaky(reruns=1))


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
