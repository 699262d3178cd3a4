"""A commission's change, from the curator's form to the page voters read."""

from __future__ import annotations

import re
import time
from typing import Final

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PATIENCE, Come
from tests.browser.portal import Portal
from tests.browser.test_work_with_rules import found, signed_in

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

#: A form with an error is 422, another country's desk 403, its records 404; sign-in and session are cookies.
EXPECTED: Final = re.compile(r"422|403|404|cookie: (sessionid|csrftoken)")
RECORD: Final = "answer:ie/register"
EDIT: Final = f"/staff/centers/ie/edit/{RECORD}/"
ENGLISH: Final = "You register with your local council. Fictional sentence 4711."
IRISH: Final = "Cláraíonn tú leis an gcomhairle áitiúil. Abairt fhicseanúil 4711."
ORGANISATION: Final = "Demo organisation (fictional)"
#: Seconds within which a published change is seen, on a machine that does many other things.
SOON: Final = 10.0


def test_curator_proposes_and_publisher_publishes(come: Come, portal: Portal) -> None:
    curator = come()
    page = signed_in(curator, portal, "curator.ie@demo.example")
    curator.expected = EXPECTED
    broken: list[str] = []

    page.goto("/staff/centers/ie/records/?q=register")
    broken += found(page)
    page.get_by_role("link", name="How do I register?").first.click()
    page.goto(EDIT)
    broken += found(page)
    english, irish = page.locator("#id_p0-body_en"), page.locator("#id_p0-body_ga")
    expect(english).to_have_attribute("lang", "en")
    expect(irish).to_have_attribute("lang", "ga")
    english.fill(ENGLISH)
    irish.fill(f"<p>{IRISH}</p>")
    preview = page.frame_locator("iframe[name=preview]")
    expect(preview.get_by_text(ENGLISH)).to_be_visible()
    expect(preview.get_by_text("Preview – not published.")).to_be_visible()
    page.get_by_label("Language").select_option("ga")
    page.get_by_role("button", name="Preview").click()
    expect(preview.get_by_text(IRISH)).to_be_visible()
    expect(preview.get_by_text("Markup was removed from: Answer (Gaeilge)")).to_be_visible()
    expect(page.locator("[data-saved]")).to_contain_text("Draft kept", timeout=3 * PATIENCE)

    page.get_by_role("button", name="Send the proposal").last.click()
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_role("alert")).to_contain_text("Markup was removed from: Answer (Gaeilge)")
    expect(irish).to_have_value(IRISH)
    broken += found(page)
    expect(page.locator("#id_source")).to_have_attribute("aria-invalid", "true")
    page.get_by_label("Official source").fill("https://www.electoralcommission.ie/")
    page.get_by_label("Seen there on").fill("2026-05-04")
    page.get_by_label("Why").fill("The sentence was hard to read.")
    page.get_by_role("button", name="Send the proposal").last.click()
    page.wait_for_url(re.compile(r"/staff/centers/ie/proposals/\d+/$"))
    proposal = page.url
    broken += found(page)
    assert page.goto("/staff/centers/mt/records/").status == 403  # type: ignore[union-attr]
    assert page.goto("/staff/centers/mt/edit/answer:mt/register/").status == 403  # type: ignore[union-attr]
    assert page.goto("/staff/centers/ie/edit/answer:mt/register/").status == 404  # type: ignore[union-attr]

    voter = come()
    expect_no_sentence(voter.go("/en/centers/ie/"))
    seconds = published(come, portal, proposal)
    print(f"visible to voters {seconds:.2f} s after the approval was answered")  # noqa: T201 -- measured, not judged
    assert seconds < SOON
    expect(voter.go("/ga/centers/ie/").locator("#register")).to_contain_text(IRISH)
    for path in ("/en/centers/ie/history/", "/en/centers/ie/feed.atom"):
        told = voter.context.request.get(path).text()
        assert ORGANISATION in told, path
        assert "How do I register?" in told, path
        assert "demo.example" not in told, f"{path} names a person"
    assert broken == []


def published(come: Come, portal: Portal, proposal: str) -> float:
    """Approve as the publisher; seconds from the answer until the voters' page says so."""
    publisher = come()
    page = signed_in(publisher, portal, "publisher.ie@demo.example")
    publisher.expected = EXPECTED
    page.goto(proposal)
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_role("status").first).to_contain_text("Published: voters see it now.")
    since = time.perf_counter()
    voter = come()
    while ENGLISH not in (voter.go("/en/centers/ie/").locator("#register").text_content() or ""):
        if time.perf_counter() - since > SOON:
            break
    return time.perf_counter() - since


def reading(come: Come, path: str, words: str, *, is_there: bool = True) -> Page:
    """The page of somebody who opens it for the first time, once it says `words` (or no longer does).

    Whoever has read it a moment ago keeps their copy for seconds, as `Cache-Control` says.
    """
    until = time.monotonic() + PATIENCE / 1000
    page = come("phone").go(path)
    while (words in page.content()) is not is_there and time.monotonic() < until:
        page = come("phone").go(path)
    return page


def expect_no_sentence(page: Page) -> None:
    """Voters read the old answer while the proposal waits."""
    assert ENGLISH not in page.content()


def test_records_are_edited_without_scripts(come: Come, portal: Portal) -> None:
    visit = come(scripts=False)
    # Each login takes a code once in half a minute: this one is free.
    page = signed_in(visit, portal, "admin@demo.example")
    visit.expected = EXPECTED
    page.goto("/staff/centers/ie/edit/answer:ie/when/")
    page.locator("#id_p0-body_en").fill("A sentence without scripts.")
    page.get_by_role("button", name="Preview").click()
    preview = page.frame_locator("iframe[name=preview]")
    expect(preview.get_by_text("A sentence without scripts.")).to_be_visible()
    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_role("status").first).to_contain_text("Your draft is kept")
    expect(page.locator("#id_p0-body_en")).to_have_value("A sentence without scripts.")
    page.goto("/staff/centers/ie/edit/answer:ie/when/")
    page.get_by_role("button", name="Discard it").click()
    expect(page.get_by_role("status").first).to_contain_text("The draft is gone")
