"""A moderator at work: a queue emptied by keyboard alone, similar items together, and the same without scripts."""

from __future__ import annotations

import re
from typing import Final

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Come
from tests.browser.portal import Portal
from tests.browser.test_work_with_rules import found, signed_in
from tests.browser.visits import path_of

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

QUEUES: Final = "/staff/labeling/reviews/"
WAITING: Final = 20
#: One press is made without a network; sign-in and session are cookies, for those who sign in.
EXPECTED: Final = re.compile(r"422|ERR_INTERNET_DISCONNECTED|cookie: (sessionid|csrftoken)")


def pressed(page: Page, key: str) -> None:
    """Press a key that leads to another page, and wait for that."""
    before = page.url
    page.keyboard.press(key)
    page.wait_for_function("before => location.href !== before", arg=before)
    expect(page.locator("#main")).not_to_have_attribute("aria-busy", "true")


def test_queue_of_twenty_is_emptied_by_keyboard_alone(come: Come, portal: Portal) -> None:
    portal.given_reviews(WAITING)
    visit = come()
    page = signed_in(visit, portal, "moderator@demo.example")
    visit.expected = EXPECTED
    page.goto(f"{QUEUES}profile/")
    broken = found(page)
    page.get_by_label("Deutsch").check()
    page.get_by_role("button", name="Save").click()
    page.wait_for_url(f"**{QUEUES}")
    broken += found(page)
    page.goto(f"{QUEUES}overview/")
    broken += found(page)

    page.goto(f"{QUEUES}?kind=trusted_flagger")
    pressed(page, "n")
    broken += found(page)
    page.keyboard.press("Shift+?")
    expect(page.get_by_role("dialog")).to_contain_text("Take the last decision back")
    page.keyboard.press("Escape")
    # From here on no page is loaded: what the answer holds takes the place of what is there.
    page.evaluate("() => { window.untouched = true }")
    presses = 0

    # What cannot be sent is said, and stays to be sent again.
    visit.context.set_offline(True)
    page.keyboard.press("r")
    expect(page.locator(".message-error")).to_contain_text("Nothing is lost, press again")
    visit.context.set_offline(False)
    pressed(page, "r")
    wrong = page.locator(".last li").first
    expect(wrong).to_contain_text("Labels rejected")
    pressed(page, "z")
    expect(page.get_by_role("status")).to_contain_text("Taken back")

    page.keyboard.press("m")
    expect(page.get_by_role("heading", level=1)).to_have_text("3 items, one decision")
    broken += found(page)
    pressed(page, "a")
    expect(page.get_by_role("status")).to_contain_text("Decided on 3 items together")
    for number in range(WAITING - 3):
        expect(page.locator("[data-task]")).to_be_visible()
        pressed(page, "r" if number % 2 else "a")
        presses += 1
    expect(page.get_by_role("status")).to_contain_text("Nothing that you may decide waits")
    assert page.evaluate("() => window.untouched")
    assert presses == WAITING - 3, "one press for each clear case"
    assert path_of(page) == QUEUES

    for size in ({"width": 390, "height": 844}, {"width": 320, "height": 740}):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        for path in (QUEUES, f"{QUEUES}overview/", f"{QUEUES}profile/", f"{QUEUES}policies/"):
            page.goto(path)
            broken += [f"{size['width']}: {one}" for one in found(page)]
    assert broken == []


def test_task_is_decided_without_scripts(come: Come, portal: Portal) -> None:
    portal.given_reviews(3)
    visit = come("phone", scripts=False)
    page = signed_in(visit, portal, "admin@demo.example")
    visit.expected = EXPECTED
    page.goto(f"{QUEUES}profile/")
    page.get_by_label("Deutsch").check()
    page.get_by_role("button", name="Save").click()
    page.goto(f"{QUEUES}?kind=trusted_flagger")
    page.get_by_role("button", name="Take the next task").click()
    expect(page.locator("mark")).to_have_text("gewählt")
    page.get_by_role("button", name="The content is about this election").click()
    expect(page.get_by_role("status")).to_contain_text("Labels applied")
    page.get_by_role("button", name="Take back").first.click()
    expect(page.get_by_role("status")).to_contain_text("Taken back")
    page.get_by_role("link", name="similar items wait").click()
    page.get_by_role("button", name=re.compile("^Reject all.*not about a public")).click()
    expect(page.get_by_role("status")).to_contain_text("Decided on 3 items together")
