"""Something urgent: a publisher puts up a notice, voters read it in every language, a second person checks it."""

from __future__ import annotations

import time
from typing import Final

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Come
from tests.browser.portal import Portal
from tests.browser.test_curate_centers import EXPECTED, ORGANISATION, reading
from tests.browser.test_work_with_rules import found, signed_in
from tests.browser.visits import LANGUAGES

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

OLD, NEW = "Fictional School 4711", "Fictional Hall 4712"
#: Of a publisher who is in a hurry.
A_MINUTE: Final = 60.0


def test_publisher_warns_voters_within_a_minute(come: Come, portal: Portal) -> None:
    visit = come()
    page = signed_in(visit, portal, "publisher.ie@demo.example")
    visit.expected = EXPECTED
    broken: list[str] = []
    assert NEW not in come("phone").go("/ga/centers/ie/").content()

    since = time.perf_counter()
    page.goto("/staff/centers/ie/")
    page.get_by_role("navigation", name="Ireland").get_by_role("link", name="Notice").click()
    page.get_by_role("link", name="Polling station").first.click()
    page.locator("#id_blank_old").fill(OLD)
    page.locator("#id_blank_new").fill(NEW)
    page.get_by_label("Official source").fill("https://www.electoralcommission.ie/")
    page.get_by_role("radio", name="24 hours from now").check()
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("heading", name="This is what voters will read")).to_be_visible()
    asked_for = time.perf_counter()
    broken += found(page)
    looked_at = time.perf_counter() - asked_for
    page.get_by_role("button", name="Put it up now").click()
    for language in ("en", "ga"):
        expect(reading(come, f"/{language}/centers/ie/", NEW).locator(".notice")).to_contain_text(OLD)
    seconds = time.perf_counter() - since - looked_at
    print(f"live in {seconds:.1f} s from the desk's first page on")  # noqa: T201 -- measured
    assert seconds < A_MINUTE

    for language in (*LANGUAGES, "lb", "fr"):
        banner = come("phone").go(f"/{language}/centers/ie/").locator(".notice")
        expect(banner).to_contain_text(NEW)
        expect(banner).to_contain_text(ORGANISATION)
    broken += found(come("phone").go("/en/centers/ie/"))
    page.goto("/staff/centers/ie/notice/")
    broken += found(page)
    page.get_by_role("link", name="Check, prolong, end or withdraw").first.click()
    expect(page.get_by_text("You put it up, so somebody else checks it.")).to_be_visible()
    broken += found(page)

    checked_by_another(come, portal)
    page.reload()
    page.get_by_role("button", name="End it now").click()
    assert NEW not in reading(come, "/ga/centers/ie/", NEW, is_there=False).content()
    told = come().go("/en/centers/ie/history/").locator("main")
    expect(told).to_contain_text("Urgent notice")
    assert broken == []


def checked_by_another(come: Come, portal: Portal) -> None:
    """A second person says that it is right."""
    colleague = come()
    page = signed_in(colleague, portal, "admin@demo.example")
    colleague.expected = EXPECTED
    page.goto("/staff/centers/ie/notice/")
    page.get_by_role("link", name="Check, prolong, end or withdraw").first.click()
    page.get_by_role("button", name="I have checked it").click()
    expect(page.get_by_role("status").first).to_be_visible()
    page.get_by_role("link", name="Check, prolong, end or withdraw").first.click()
    expect(page.get_by_text("Somebody has checked it.")).to_be_visible()
