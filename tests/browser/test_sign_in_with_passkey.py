"""A member's passkey in a real browser, held by Chromium's virtual authenticator: set up, signed in with, removed."""

from __future__ import annotations

import re
from typing import Final

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PATIENCE, Come
from tests.browser.portal import Portal
from tests.browser.test_work_with_rules import found
from tests.browser.visits import Visit, path_of

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

EMAIL, PASSWORD = "passkey@fictional.example", "a long fictional password"
EXPECTED: Final = re.compile(r"cookie: (sessionid|csrftoken|messages)")


def at_localhost(visit: Visit, portal: Portal) -> str:
    """Passkeys are made for names, not for numbers: the portal's address by its name."""
    visit.base_url = portal.url.replace("127.0.0.1", "localhost")
    return visit.base_url


def given_authenticator(page: Page) -> None:
    """A device that holds passkeys and knows its owner."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    device = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": device})


def confirmed(page: Page) -> None:
    """Where the page asks once more who is there: with what was used to sign in."""
    if "reauthenticate" not in page.url:
        return
    if page.get_by_label("Password").count():
        page.get_by_label("Password").fill(PASSWORD)
    page.locator("main form button").first.click()
    page.wait_for_url(lambda url: "reauthenticate" not in url)


def test_passkey_is_set_up_signs_in_alone_and_is_removed(come: Come, portal: Portal) -> None:
    portal.given_member(EMAIL, PASSWORD)
    visit = come()
    visit.expected = EXPECTED
    visit.context.set_default_timeout(3 * PATIENCE)
    home = at_localhost(visit, portal)
    page = visit.page
    given_authenticator(page)

    page.goto(f"{home}/staff/")
    page.get_by_label("Email").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/staff/account/factors/")
    expect(page.get_by_text("Before you can work here")).to_be_visible()
    page.get_by_role("link", name="Add a passkey").click()
    confirmed(page)
    broken = found(page)
    page.get_by_label("Passwordless").check()
    page.get_by_role("button", name="Add", exact=True).click()
    page.wait_for_url(lambda url: "/webauthn/add/" not in url)
    page.goto(f"{home}/staff/")
    assert path_of(page) == "/staff/", "the new factor opens the workspace"

    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/staff/account/login/")
    page.goto(f"{home}/staff/labeling/rulesets/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(f"{home}/staff/**", wait_until="load")
    page.wait_for_url(lambda url: "/login/" not in url)
    page.goto(f"{home}/staff/labeling/rulesets/")
    expect(page.get_by_role("heading", name="Rules")).to_be_visible()

    page.goto(f"{home}/staff/account/factors/webauthn/")
    confirmed(page)
    broken += found(page)
    page.get_by_role("link", name="Remove").click()
    confirmed(page)
    page.locator("main").get_by_role("button", name="Remove").click()
    page.wait_for_load_state()
    page.goto(f"{home}/staff/")
    assert path_of(page) == "/staff/account/factors/", "without a factor there is only the way to a new one"
    expect(page.get_by_text("Before you can work here")).to_be_visible()
    assert broken == []
