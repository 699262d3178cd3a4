"""Home: by typing, by the list, by the map, with the keyboard, and without scripts."""

from __future__ import annotations

import re

import pytest
from babel import Locale
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Come
from tests.browser.visits import LANGUAGES, SIZES, path_of

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

STATES = 27


def shown(page: Page) -> Locator:
    """The countries of the list that are not hidden."""
    return page.locator("#places > li:visible")


@pytest.mark.parametrize(
    ("language", "size", "typed", "code"),
    [
        ("de", "phone", "Allemagne", "de"),
        ("el", "desktop", "deutschland", "de"),
        ("mt", "phone", "Γερμανία", "de"),
        ("ur", "phone", "almanya", "de"),
        ("de", "desktop", "Ungarm", "hu"),
        ("ur", "desktop", "ελλαδα", "gr"),
    ],
)
def test_country_is_found_when_its_name_is_typed_in_any_language(
    come: Come, language: str, size: str, typed: str, code: str
) -> None:
    page = come(size).go(f"/{language}/")
    expect(shown(page)).to_have_count(STATES)

    page.get_by_role("searchbox").press_sequentially(typed)
    expect(shown(page)).to_have_count(1)
    shown(page).get_by_role("link").click()

    page.wait_for_url(f"**/{language}/centers/{code}/")
    name = Locale.parse(language).territories[code.upper()]
    expect(page.get_by_role("heading", level=1)).to_have_text(name)


def test_country_comes_first_when_its_code_is_searched(come: Come) -> None:
    page = come().go("/mt/")
    page.get_by_role("searchbox").press_sequentially("de")
    assert 1 <= shown(page).count() < STATES
    expect(shown(page).locator("a[href='/mt/centers/de/']")).to_be_visible()

    page.keyboard.press("Enter")

    page.wait_for_url("**/mt/search/?q=de")
    expect(page.get_by_role("main").get_by_role("listitem").first.get_by_role("link")).to_have_attribute(
        "href", "/mt/centers/de/"
    )


def test_list_is_whole_again_when_the_words_are_taken_back(come: Come) -> None:
    page = come().go("/de/")
    box = page.get_by_role("searchbox")
    box.press_sequentially("xyzzy")
    expect(shown(page)).to_have_count(0)
    expect(page.get_by_role("status")).not_to_be_empty()

    box.clear()

    expect(shown(page)).to_have_count(STATES)
    expect(page.get_by_role("status")).to_be_empty()


@pytest.mark.parametrize("language", LANGUAGES)
def test_country_is_reached_through_the_list(come: Come, language: str) -> None:
    page = come("phone").go(f"/{language}/")

    page.locator("#places a[href$='/centers/fr/']").click()

    page.wait_for_url(f"**/{language}/centers/fr/")
    name = Locale.parse(language).territories["FR"]
    expect(page.get_by_role("heading", level=1)).to_have_text(name)


@pytest.mark.parametrize("size", SIZES)
def test_country_is_reached_on_the_map_when_only_keys_are_used(come: Come, size: str) -> None:
    page = come(size).go("/el/")
    countries = page.locator("svg.map a")
    expect(countries).to_have_count(STATES)
    page.locator("a[href='#after-map']").focus()

    for _ in range(STATES):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.getAttribute('href')") == "/el/centers/fr/":
            break
    focused = page.locator("svg.map a:focus")
    expect(focused.locator("text")).to_have_css("opacity", "1")
    expect(focused.locator("text")).to_have_text(Locale.parse("el").territories["FR"])
    page.keyboard.press("Enter")

    page.wait_for_url("**/el/centers/fr/")


def test_every_country_of_the_map_is_one_of_the_list(come: Come) -> None:
    page = come().go("/ur/")
    collect = "links => links.map(link => link.getAttribute('href')).sort()"

    listed = page.locator("#places a").evaluate_all(collect)

    assert listed == page.locator("svg.map a").evaluate_all(collect)
    assert len(set(listed)) == STATES


def test_the_first_page_is_in_the_visitors_language(come: Come) -> None:
    page = come(locale="el-GR").go("/")

    assert path_of(page) == "/el/"


def test_content_is_the_first_stop_when_the_menu_is_skipped(come: Come) -> None:
    page = come().go("/de/")

    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_attribute("href", "#main")
    expect(page.locator(":focus")).to_be_in_viewport()
    page.keyboard.press("Enter")

    expect(page.get_by_role("main")).to_be_focused()


@pytest.mark.parametrize("language", LANGUAGES)
def test_search_and_answers_work_when_scripts_are_off(come: Come, language: str) -> None:
    page = come("phone", scripts=False).go(f"/{language}/")
    page.get_by_role("searchbox").fill("Allemagne")
    page.get_by_role("search").get_by_role("button").click()
    page.wait_for_url(re.compile(rf"/{language}/search/\?q=Allemagne$"))
    page.locator("main a[href$='/centers/de/']").click()
    page.wait_for_url(f"**/{language}/centers/de/")

    question = page.locator("details.q:not([open])").first
    question.locator("summary").click()

    opened = page.locator("details.q[open]")
    expect(opened).to_have_count(2)
    expect(opened.last.locator("time")).to_be_visible()
    page.locator("details.languages summary").click()
    page.locator("details.languages a[hreflang=fr]").click()
    page.wait_for_url("**/fr/centers/de/")
