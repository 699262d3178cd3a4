"""A page is pasted at the desk, looked at, proposed and recommended to voters; its server is one of the test's own."""

from __future__ import annotations

import re
from typing import Final

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PATIENCE, Come
from tests.browser.portal import Portal
from tests.browser.test_curate_centers import EXPECTED, reading
from tests.browser.test_work_with_rules import found, signed_in
from tests.servers import Answering, http_server

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

TITLE: Final = "Fictional register of electors"
PAGE: Final = f'<!doctype html><html lang="ga"><head><meta charset="utf-8"><title>{TITLE}</title></head></html>'
#: Asked for and not to be had: inside a network, no web address, elsewhere by a redirection.
REFUSED: Final = {
    "http://10.0.0.1/": "inside a network",
    "http://169.254.169.254/latest/meta-data/": "inside a network",
    "javascript:alert(1)": "begins with https:// or http://",
    "data:text/html,<script>alert(1)</script>": "begins with https:// or http://",
}


def test_page_is_added_by_its_address(come: Come, portal: Portal) -> None:
    visit = come()
    page = signed_in(visit, portal, "curator.ie@demo.example")
    visit.expected = EXPECTED
    broken: list[str] = []
    with http_server() as site:
        site.answering = Answering(200, {"Content-Type": "text/html; charset=utf-8"}, PAGE.encode())
        page.goto("/staff/centers/ie/sources/")
        broken += found(page)
        for address, said in REFUSED.items():
            page.get_by_label("Web address").fill(address)
            page.get_by_role("button", name="Look at the page").click()
            expect(page.get_by_role("alert")).to_be_focused()
            expect(page.locator("#id_address_error")).to_contain_text(said)
        broken += found(page)
        assert site.received == [], "nobody was asked"

        address = f"http://127.0.0.1:{site.port}/register"
        page.get_by_label("Web address").fill(address)
        page.get_by_role("button", name="Look at the page").click()
        page.wait_for_url(re.compile(r"/staff/centers/ie/sources/"))
        expect(page.get_by_text("Looking at the page…")).to_be_visible()
        broken += found(page)
        portal.work()
        # The page asks by itself whether it is done.
        expect(page.get_by_label("Title")).to_have_value(TITLE, timeout=3 * PATIENCE)
        expect(page.get_by_label("Languages of the page")).to_have_value("ga")
        broken += found(page)
        page.get_by_label("Organisation").select_option(index=1)
        page.get_by_role("group", name="Who speaks").get_by_role("radio").first.check()
        page.get_by_label("Why").fill("Voters look themselves up there.")
        page.get_by_role("button", name="Propose it").click()
        page.wait_for_url(re.compile(r"/staff/centers/ie/proposals/\d+/$"))
        proposal = page.url
        broken += found(page)

    voter = come()
    assert address not in voter.go("/en/centers/ie/").content(), "it waits for a second person"
    colleague = come()
    approving = signed_in(colleague, portal, "publisher.ie@demo.example")
    colleague.expected = EXPECTED
    approving.goto(proposal)
    approving.get_by_role("button", name="Approve").click()
    expect(approving.get_by_role("status").first).to_contain_text("Published: voters see it now.")
    reader = reading(come, "/en/centers/ie/", address)
    expect(reader.get_by_role("main").locator(f'a[href="{address}"]')).to_be_visible()
    assert broken == []
