"""What a page may do in a reader's browser: run its own script, show its own files, keep nothing."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Come

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

INJECT = """() => {
  window.injected = [];
  const script = document.createElement('script');
  script.textContent = 'window.injected.push("inline")';
  document.body.append(script);
  const image = document.createElement('div');
  image.innerHTML = '<img src="data:image/png;base64,broken" onerror="window.injected.push(\\'handler\\')">';
  document.body.append(image);
  const foreign = document.createElement('script');
  foreign.src = 'https://elsewhere.example/tracker.js';
  return new Promise(done => { foreign.onerror = () => setTimeout(() => done(window.injected), 200);
    document.body.append(foreign); });
}"""


@pytest.mark.parametrize("path", ["/de/", "/de/centers/de/", "/de/watch/"])
def test_foreign_script_does_not_run_when_it_gets_into_a_page(come: Come, path: str) -> None:
    visit = come()
    page = visit.go(path)
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text))
    # The browser tells of a request before it refuses it.
    visit.expected = re.compile(r"Content Security Policy|elsewhere\.example")

    assert page.evaluate(INJECT) == []

    assert len([text for text in refused if "Content Security Policy" in text]) >= 3


def test_nothing_is_kept_in_the_browser(come: Come) -> None:
    visit = come()
    page = visit.go("/de/")
    page.get_by_role("searchbox").press_sequentially("Malta")
    page.locator("#places > li:visible a").click()
    page.wait_for_url("**/de/centers/mt/")
    page.locator("details.q:not([open]) > summary").first.click()
    visit.go("/de/watch/?country=mt")

    kept = page.evaluate(
        "async () => [document.cookie, localStorage.length, sessionStorage.length,"
        " (await indexedDB.databases()).length, (await caches.keys()).length]"
    )

    assert kept == ["", 0, 0, 0, 0]
    assert visit.context.cookies() == []


def test_documentation_of_the_api_needs_nobody_else(come: Come) -> None:
    page = come().go("/api/docs/")

    operation = page.locator(".opblock").first
    expect(operation).to_be_visible()
    operation.locator("button").first.click()

    expect(operation.locator(".opblock-body")).to_be_visible()
