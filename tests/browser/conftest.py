"""One portal and one browser for all journeys; a fresh, watched visitor for each."""

from __future__ import annotations

import http.client
import json
import os
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Literal, Protocol
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from playwright.sync_api import Browser, sync_playwright

from tests.browser.portal import Portal, portal_running
from tests.browser.visits import SIZES, Visit
from tools.screenshots import NAMES, browser_launched, browser_path

#: Milliseconds for one step on a busy machine.
PATIENCE = 20_000

Api = Callable[[str], Any]
Post = dict[str, Any]
Label = dict[str, Any]
Labelled = Callable[[str], tuple[Post, Label]]


class Come(Protocol):
    """Lets a visitor come."""

    def __call__(
        self,
        size: str = "desktop",
        *,
        locale: str = "en",
        scripts: bool = True,
        scheme: Literal["light", "dark"] = "light",
    ) -> Visit: ...


@pytest.fixture(scope="session")
def portal(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[Portal]:
    """The real thing, read-only for all tests."""
    with portal_running(
        database=settings.DATABASES["default"],
        name=f"test_browser_{worker_id}",
        redis_url=settings.REDIS_URL,
        folder=tmp_path_factory.mktemp("portal"),
    ) as running:
        yield running


# Playwright keeps an event loop running in this thread, in which Django refuses to talk to its database: it ends with
# this folder's tests.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """The machine's Chromium. Without one tests are skipped, but not in CI."""
    path = browser_path()
    if path is None:
        missing = f"no browser found; looked for {', '.join(NAMES)}"
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    with sync_playwright() as playwright, browser_launched(playwright, path) as launched:
        yield launched


@pytest.fixture
def come(browser: Browser, portal: Portal) -> Iterator[Come]:
    """Visitors; the test fails if anything went wrong on a page any of them saw."""
    visits: list[Visit] = []

    def come_in(
        size: str = "desktop",
        *,
        locale: str = "en",
        scripts: bool = True,
        scheme: Literal["light", "dark"] = "light",
    ) -> Visit:
        context = browser.new_context(
            base_url=portal.url,
            viewport=SIZES[size],
            locale=locale,
            java_script_enabled=scripts,
            color_scheme=scheme,
        )
        context.set_default_timeout(PATIENCE)
        visits.append(Visit(context, context.new_page(), portal.url))
        visits[-1].watch()
        return visits[-1]

    yield come_in
    problems = [problem for visit in visits for problem in visit.leave()]
    assert not problems, "\n".join(problems)


@pytest.fixture(scope="session")
def api(portal: Portal) -> Api:
    """What the portal's read API answers under `/api/v1/`."""

    def ask(path: str) -> Any:
        with closing(http.client.HTTPConnection(urlsplit(portal.url).netloc, timeout=30)) as connection:
            connection.request("GET", f"/api/v1/{path}")
            answer = connection.getresponse()
            assert answer.status == http.client.OK, path
            return json.loads(answer.read())

    return ask


@pytest.fixture(scope="session")
def labelled(api: Api) -> Labelled:
    """A post of the sample that was written about one place alone, and the one label it got, for that place."""
    sample = Path(settings.BASE_DIR) / "labeling" / "data" / "sample_posts.ndjson"
    posts = [json.loads(line) for line in sample.read_text(encoding="utf-8").splitlines()]

    def find(code: str) -> tuple[Post, Label]:
        about = [post for post in posts if [label["jurisdiction"] for label in post["expected"]] == [code]]
        query = "&".join(f"uri=demo:{post['external_id']}" for post in about)
        for post, entry in zip(about, api(f"labels/?{query}")["items"], strict=True):
            if [label["jurisdiction"] for label in entry["labels"]] == [code]:
                return post, entry["labels"][0]
        raise AssertionError(f"no post of the sample is labelled for {code}")

    return find
