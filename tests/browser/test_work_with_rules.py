"""A moderator in the workspace: sign in, draft, an error beside its field, the fix, the back-test and its result."""

from __future__ import annotations

import re
import time
from typing import Final

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PATIENCE, Come
from tests.browser.portal import Portal
from tests.browser.test_reach_everyone import COLOURS, RULES, violations
from tests.browser.visits import Visit, sideways
from tests.members import code_now

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

#: A form with an error is answered 422; sign-in and session are cookies, for those who sign in.
EXPECTED: Final = re.compile(r"422|cookie: (sessionid|csrftoken)")


def signed_in(visit: Visit, portal: Portal, email: str) -> Page:
    """Through both steps."""
    visit.expected = EXPECTED
    visit.context.set_default_timeout(3 * PATIENCE)
    page = visit.go("/staff/")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(portal.demo_password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_label("Code").fill(fresh_code(portal, email))
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/staff/")
    return page


#: The last half minute whose code each login has used.
_used: dict[str, int] = {}


def fresh_code(portal: Portal, email: str) -> str:
    """A code this login has not used yet: of this half minute, else of the next one, which counts as well."""
    while (step := max(int(time.time()) // 30, _used.get(email, 0) + 1)) > int(time.time()) // 30 + 1:
        time.sleep(1)
    _used[email] = step
    return code_now(portal.demo_secret, step)


def found(page: Page) -> list[str]:
    """What axe finds on this page, by day and by night, and whether it fits."""
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    light = violations(page, RULES)
    page.emulate_media(color_scheme="dark")
    dark = violations(page, COLOURS)
    page.emulate_media(color_scheme="light")
    wide = sideways(page)
    return [f"{page.url}: {one}" for one in [*light, *dark, *([f"{wide} pixels too wide"] if wide > 0 else [])]]


def test_rule_is_drafted_corrected_and_tried(come: Come, portal: Portal) -> None:
    visit = come()
    visit.expected = EXPECTED
    broken = found(visit.go("/staff/account/login/"))
    page = signed_in(visit, portal, "moderator@demo.example")
    broken += found(page)

    page.keyboard.press("Shift+?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("r")
    page.wait_for_url("**/staff/labeling/rulesets/")
    broken += found(page)
    page.get_by_label("What it is for").fill("Words of the run-off")
    page.get_by_role("button", name="Begin a draft").click()
    expect(page.get_by_role("status")).to_contain_text("is your draft")
    broken += found(page)

    page.get_by_role("link", name="Add a rule").click()
    page.get_by_label("Words", exact=False).first.fill("#")
    page.get_by_role("button", name="Save the rule").click()
    words = page.locator("#id_pattern")
    expect(words).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#id_pattern_error")).to_be_visible()
    expect(page.get_by_role("alert")).to_be_focused()
    broken += found(page)

    words.fill("#stichwahlarkadien")
    page.get_by_label("Leads to").select_option("at")
    page.get_by_role("button", name="Save the rule").click()
    expect(page.get_by_role("status")).to_contain_text("is saved")
    expect(page.get_by_text("1 new, 0 changed, 0 taken out")).to_be_visible()

    page.get_by_role("link", name="Back-test").click()
    page.get_by_role("button", name="Begin the back-test").click()
    expect(page.get_by_text("Waiting for a worker")).to_be_visible()
    broken += found(page)
    portal.work()
    expect(page.get_by_role("heading", name=re.compile("^Against v"))).to_be_visible()
    broken += found(page)

    for size in ({"width": 360, "height": 740}, {"width": 320, "height": 740}):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        for path in ("/staff/", "/staff/labeling/rulesets/", page.url, "/staff/labeling/brakes/"):
            page.goto(path)
            broken += [f"{size['width']}: {one}" for one in found(page)]
    assert broken == []

    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/staff/account/login/")


def test_sign_in_and_lists_work_without_scripts(come: Come, portal: Portal) -> None:
    visit = come(scripts=False)
    page = signed_in(visit, portal, "operator@demo.example")
    page.locator("nav.menu").get_by_role("link", name="Rules").click()
    page.get_by_role("link", name="v1", exact=True).click()
    page.get_by_label("Words").fill("bundestagswahl")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("tr[data-row]").first).to_contain_text(re.compile("bundestagswahl", re.IGNORECASE))
