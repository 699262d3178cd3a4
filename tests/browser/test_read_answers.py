"""From the country through an answer, another language and the history, as voters go."""

from __future__ import annotations

import re
from typing import NamedTuple

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Api, Come
from tests.browser.visits import SIZES, path_of, sideways

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


class Trip(NamedTuple):
    """A reader of one language looks at a centre, then reads on in another."""

    language: str
    code: str
    other: str


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    "trip", [Trip("de", "de", "mt"), Trip("el", "gr", "ur"), Trip("mt", "mt", "el"), Trip("ur", "fr", "de")]
)
def test_voter_reads_an_answer_its_source_and_its_history(come: Come, api: Api, size: str, trip: Trip) -> None:
    language, code, other = trip
    page = come(size).go(f"/{language}/")
    page.locator(f"#places a[href$='/centers/{code}/']").click()
    page.wait_for_url(f"**/{language}/centers/{code}/")

    given_answer_is_read(page, api, language, code)
    the_calendar_is_offered(page)
    the_page_continues_in(page, other)
    the_history_names_sources(page)

    page.locator(f"main a[href='/{other}/centers/{code}/']").first.click()
    page.wait_for_url(f"**/{other}/centers/{code}/")


def given_answer_is_read(page: Page, api: Api, language: str, code: str) -> None:
    """A closed question shows its answer, source and day when it is opened: those of the database."""
    opened = page.locator("details.q[open]")
    expect(opened).to_have_count(1)
    question = page.locator("details.q:not([open])").first.get_attribute("id")
    answers = api(f"centers/{code}/answers/?lang={language}")["results"]
    (wanted,) = [answer for answer in answers if answer["question"] == question]

    asked = page.locator(f"details#{question}")
    asked.locator("summary").click()

    expect(asked).to_have_attribute("open", "")
    for paragraph in wanted["body"]["text"].split("\n\n"):
        expect(asked.get_by_text(paragraph, exact=True)).to_be_visible()
    expect(asked.locator(f"a[href='{wanted['source_url']}']")).to_be_visible()
    expect(asked.locator(f"time[datetime='{wanted['verified_on']}']")).to_be_visible()


def the_calendar_is_offered(page: Page) -> None:
    """The centre's own calendar, as a program would fetch it."""
    link = page.locator("a[href$='/calendar.ics']")
    expect(link).to_be_visible()
    answer = page.request.get(link.get_attribute("href") or "")
    assert answer.ok
    assert answer.headers["content-type"].startswith("text/calendar")
    assert answer.text().startswith("BEGIN:VCALENDAR")


def the_page_continues_in(page: Page, language: str) -> None:
    """The menu of languages leads to the same page, is closed with Escape and fits the window."""
    before = path_of(page)
    menu = page.locator("details.languages")
    summary = menu.locator("summary")
    summary.click()
    box = menu.get_by_role("navigation").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= page.evaluate("innerWidth")
    assert sideways(page) <= 0
    page.keyboard.press("Escape")
    expect(menu).not_to_have_attribute("open", "")
    expect(summary).to_be_focused()

    summary.click()
    menu.locator(f"a[hreflang={language}]").click()

    page.wait_for_url("**" + re.sub(r"^/\w+/", f"/{language}/", before))
    expect(page.locator("html")).to_have_attribute("lang", language)
    expect(menu.locator("[aria-current=true]")).to_have_attribute("hreflang", language)


def the_history_names_sources(page: Page) -> None:
    """Every entry has a source; there are some."""
    page.locator("a[href$='/history/']").click()
    page.wait_for_url("**/history/")
    entries = page.locator("main section li")
    assert entries.count() > 5
    assert entries.locator("a[href^=http]").count() >= entries.count()
    assert page.locator("main section time[datetime]").count() >= 1


def test_answer_is_open_when_the_address_names_its_question(come: Come) -> None:
    visit = come()
    last = visit.go("/de/centers/de/").locator("details.q").last.get_attribute("id")

    visit.go("/el/")
    page = visit.go(f"/de/centers/de/#{last}")

    expect(page.locator(f"details#{last}")).to_have_attribute("open", "")
    expect(page.locator(f"details#{last}")).to_be_in_viewport()


def test_what_is_coming_leads_to_its_centre(come: Come) -> None:
    page = come("phone").go("/mt/")
    page.locator("header a[href='/mt/elections/']").click()
    page.wait_for_url("**/mt/elections/")
    link = page.locator("main section li a[href*='/centers/']").first
    target = link.get_attribute("href")

    link.click()

    page.wait_for_url(f"**{target}")
    expect(page.locator("#next-h")).to_be_visible()
