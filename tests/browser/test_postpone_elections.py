"""An election is called and then postponed at the desk: the calendar file, the page and the labels follow.

The dates are made up, as everything is that these people do to their own portal.
"""

from __future__ import annotations

import http.client
import json
import re
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import pytest
from icalendar import Calendar, Event
from playwright.sync_api import Page, expect

from tests.browser.conftest import PATIENCE, Api, Come, Post
from tests.browser.portal import PREPARED_WITHIN, ROOT, Portal
from tests.browser.test_work_with_rules import found, signed_in
from tests.browser.visits import Visit

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

KEY: Final = "ie.president.2032"
POST: Final[Post] = {
    "external_id": "journey-postponed",
    "text": "Who is running in the presidential election 2032 in Ireland? 🇮🇪 #Election #Ireland",
    "author": {"id": "sample-author-journey", "handle": "demo.journey"},
    "created_at": "2026-11-20T08:00:00Z",
    "lang": "en",
    "region": "IE",
}


def given_video(portal: Portal, folder: Path) -> None:
    """A video about the election, labelled."""
    file = folder / "video.ndjson"
    file.write_text(json.dumps(POST) + "\n", encoding="utf-8")
    for command in (["manage.py", "ingest", str(file)], ["-m", "tests.browser.prepare", "work"]):
        subprocess.run(
            [sys.executable, *command], cwd=ROOT, env=dict(portal.environ), timeout=PREPARED_WITHIN, check=True
        )


def event(portal: Portal) -> Event:
    """The vote in Ireland's calendar file."""
    with closing(http.client.HTTPConnection(urlsplit(portal.url).netloc, timeout=30)) as connection:
        connection.request("GET", "/en/centers/ie/calendar.ics")
        calendar = Calendar.from_ical(connection.getresponse().read().decode())
    (one,) = [one for one in calendar.walk("VEVENT") if one["uid"] == f"{KEY}-r1-d1@election-centers"]
    return one  # type: ignore[return-value]


def propose(page: Page, button: str, **given: str) -> str:
    """Through the desk's elections: the step, a look at what it does, the proposal; answers its address."""
    page.goto("/staff/centers/ie/elections/")
    card = page.get_by_role("listitem").filter(has_text=KEY)
    card.get_by_role("link", name=button).click()
    page.get_by_label("Reason").fill("The President has signed the order.")
    page.get_by_label("Official source").fill("https://www.electoralcommission.ie/")
    for name, value in given.items():
        page.locator(f"#id_{name}").fill(value)
    page.get_by_role("button", name="Look at what this does").click()
    expect(page.get_by_role("heading", name="What this does")).to_be_visible()
    expect(page.get_by_role("region", name="Calendar entries")).to_contain_text("SEQUENCE")
    assert found(page) == []
    page.get_by_role("button", name="Propose it").click()
    # The browser takes the form's own fragment along.
    page.wait_for_url(re.compile(r"/staff/centers/ie/proposals/\d+/"))
    return page.url.partition("#")[0]


def approve(page: Page, address: str) -> None:
    page.goto(address)
    page.get_by_role("button", name=re.compile("^Approve")).click()
    expect(page.get_by_text("Published: voters see it now.").first).to_be_visible()


def told(voter: Visit, words: str) -> Page:
    """Ireland's page, reloaded until it says `words`: a process looks for publications twice a second.

    Going there again would show what the browser kept for its minute.
    """
    until = time.monotonic() + 3 * PATIENCE / 1000
    page = voter.go("/en/centers/ie/")
    while words not in page.locator("main").inner_text() and time.monotonic() < until:
        page.reload()
    return page


def test_postponed_election_is_followed_everywhere(come: Come, portal: Portal, api: Api, tmp_path: Path) -> None:
    given_video(portal, tmp_path)
    curator = signed_in(come(), portal, "curator.ie@demo.example")
    publisher = signed_in(come(), portal, "publisher.ie@demo.example")
    voter = come("phone")

    approve(publisher, propose(curator, "Give it its day", first="2032-10-22"))
    page = told(voter, "22 October 2032")
    expect(page.locator("main")).to_contain_text("22 October 2032")
    called = event(portal)
    assert (str(called["dtstart"].dt), called["status"]) == ("2032-10-22", "CONFIRMED")

    # No new day yet.
    approve(publisher, propose(curator, "Postpone it"))
    page = told(voter, "no longer holds")
    off = page.locator(".slip-off").filter(has_text="22 October 2032")
    expect(off).to_contain_text("Postponed")
    expect(off).to_contain_text("The date of 22 October 2032 no longer holds.")
    expect(off).to_contain_text("The new date is not known yet.")
    postponed = event(portal)
    assert (str(postponed["dtstart"].dt), postponed["status"]) == ("2032-10-22", "CANCELLED")
    assert postponed["sequence"] > called["sequence"]
    (label,) = api(f"labels/?uri=demo:{POST['external_id']}")["items"][0]["labels"]
    assert (label["election"], label["election_status"]) == (KEY, "postponed")
    assert label["text"] == "This video is about an election that was postponed. The new date is not known yet."
    assert found(page) == []

    # The same entry moves to the new day.
    approve(publisher, propose(curator, "Give it its day", first="2032-11-05"))
    page = told(voter, "5 November 2032")
    moved_off = page.locator(".slip-off").filter(has_text="New date")
    expect(moved_off).to_contain_text("Friday, 5 November 2032")
    moved = event(portal)
    assert (str(moved["dtstart"].dt), moved["status"]) == ("2032-11-05", "CONFIRMED")
    assert moved["sequence"] > postponed["sequence"]
    (label,) = api(f"labels/?uri=demo:{POST['external_id']}")["items"][0]["labels"]
    assert label["text"] == "This video is about an election."
