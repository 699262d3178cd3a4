"""A claim goes through all hands: reported, brought, checked, shown on every copy, published, corrected."""

from __future__ import annotations

import re
import secrets
from typing import Any, Final

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Api, Come
from tests.browser.portal import Portal
from tests.browser.test_report_and_appeal import found, sent
from tests.browser.test_work_with_rules import signed_in
from tests.browser.visits import path_of

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

DESK: Final = "Demo organisation (fictional)"
ARTICLE: Final = "https://desk.example/green-passport"
FALSE: Final = "A named fact-checker found it to be false."


def labels(api: Api, uris: list[str]) -> list[list[dict[str, Any]]]:
    """What viewers are shown on each copy about what it says."""
    items = api("labels/?lang=en&" + "&".join(f"uri={uri}" for uri in uris))["items"]
    return [[label for label in item["labels"] if label["kind"] == "unverified"] for item in items]


def task_of(page: Page, uri: str) -> None:
    """Open the task of this content."""
    page.goto("/staff/labeling/reviews/?place=ie")
    page.get_by_role("link", name=re.compile(re.escape(uri))).first.click()
    expect(page.locator("[data-task]")).to_be_visible()


def brought(desk: Page, uri: str, said: str) -> list[str]:
    """A moderator brings what the content says to the fact-checkers."""
    task_of(desk, uri)
    desk.get_by_role("link", name="Bring it to the fact-checkers").click()
    expect(desk.get_by_label("The claim")).to_have_value(said)
    broken = found(desk)
    desk.get_by_role("button", name="Bring it").click()
    expect(desk.get_by_role("status").first).to_contain_text("The fact-checkers have it")
    return broken


def checked(seat: Page, name: str) -> list[str]:
    """A fact-checker takes the claim and says what was found, the second time all of it."""
    seat.goto("/staff/factcheck/claims/")
    broken = found(seat)
    seat.get_by_role("link", name=re.compile(name)).first.click()
    broken += found(seat)
    seat.get_by_role("button", name="Take it").click()
    claim = seat.url
    seat.get_by_role("link", name=f"Say what {DESK} found").click()
    seat.get_by_label("Rating").select_option("false")
    seat.get_by_label("What you found").fill("Fablonia knows no green passport.")
    seat.get_by_label("Language of the explanation").select_option("en")
    seat.get_by_role("button", name="Give it").click()
    expect(seat.locator("[aria-invalid=true]").first).to_be_visible()
    broken += found(seat)
    seat.get_by_label("Your article").fill(ARTICLE)
    seat.get_by_role("button", name="Give it").click()
    seat.wait_for_url(claim)
    return broken + found(seat)


def decided(desk: Page, uri: str, name: str, *, came_otherwise: bool) -> list[str]:
    """A moderator says that the content repeats what was found to be false."""
    task_of(desk, uri)
    expect(desk.locator(".proposal", has_text=name)).to_contain_text(f"{DESK} found it false")
    broken = found(desk)
    if came_otherwise:
        # It came with the report, and shows the reasons of the report's policy first.
        desk.get_by_role("link", name="Judge by “Claims that could not be confirmed”").click()
    desk.get_by_role("button", name=re.compile(re.escape(FALSE))).click()
    expect(desk.get_by_role("status").first).to_contain_text(uri)
    return broken


def test_claim_goes_from_a_report_to_labels_on_every_copy_and_back(come: Come, portal: Portal, api: Api) -> None:
    # Of its own, also when the test is tried again.
    name = f"fictional-{secrets.token_hex(4)}"
    said = f"Nobody may vote on Sunday without a green passport, says the invented notice {name} about Ireland."
    portal.given_copies(name, said)
    copies = [f"demo:{name}-1", f"demo:{name}-2"]

    # Somebody reports the video, on a telephone and without scripts.
    reader = come("phone", scripts=False)
    page = reader.go("/en/report/?place=ie")
    page.locator("#id_link").fill(copies[0])
    page.get_by_label("Wrong information about voting").check()
    page.locator("#id_said").fill("There is no such passport.")
    sent(page)

    desk = signed_in(come(), portal, "moderator@demo.example")
    broken = brought(desk, copies[0], said)
    seat = signed_in(come(), portal, "factchecker.ie@demo.example")
    broken += checked(seat, name)
    claim = seat.url
    assert labels(api, copies) == [[], []], "nothing is labelled before a moderator decides"

    # Both copies are found and proposed; the moderator decides on each.
    portal.work()
    for uri in copies:
        broken += decided(desk, uri, name, came_otherwise=uri == copies[0])
    for (label,) in labels(api, copies):
        assert label["text"] == f"What this video says is false, according to {DESK}."
        assert (label["distribution"], label["links"][0]["url"]) == ("limited", ARTICLE)

    # Voters read it, on the page the label leads to.
    page = reader.go(label["links"][-1]["url"].removeprefix(portal.url))
    expect(page.locator("h1")).to_contain_text("green passport")
    expect(page.locator("main")).to_contain_text("Fablonia knows no green passport.")
    assert '"@type":"ClaimReview"' in page.content().replace(" ", "")
    public = path_of(page)

    # The fact-checker was wrong, and says so: the labels follow, and voters read the correction.
    seat.goto(claim)
    seat.get_by_role("link", name=f"Take {DESK}’s assessment back").click()
    seat.get_by_label("Why").fill("The passport was introduced last week.")
    seat.get_by_role("button", name="Take it back").click()
    seat.wait_for_url(claim)
    portal.work()
    assert labels(api, copies) == [[], []]
    page = reader.go(public)
    # The reader's browser keeps a page for a moment.
    page.reload()
    expect(page.locator("main")).to_contain_text("The passport was introduced last week.")
    assert '"@type":"ClaimReview"' not in page.content().replace(" ", "")
    assert broken == []
