"""Nobody is left out: accessibility rules, narrow windows, large text, right to left, dark, and paper."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page, expect

from tests.browser.conftest import Api, Come, Labelled
from tests.browser.visits import LANGUAGES, SIZES, Visit, sideways

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

RULES: Final = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
COLOURS: Final = {"type": "rule", "values": ["color-contrast"]}
#: CSS pixels of a window of 1280 at 400 % zoom (WCAG 1.4.10).
NARROW: Final = 320


@pytest.fixture
def paths(labelled: Labelled, api: Api) -> dict[str, str]:
    """One address of every kind of page, below the language."""
    post, label = labelled("fr")
    (check, *_) = api("factcheck/claimreviews/?country=fr")["dataFeedElement"]
    return {
        "home": "",
        "centre": "centers/fr/",
        "union's centre": "centers/eu/",
        "elections": "elections/",
        "history": "centers/fr/history/",
        "about": "about/",
        "gallery": "watch/",
        "video": f"watch/demo/{post['external_id']}/",
        "hashtag": "watch/tags/europawahl2029/",
        "reasons": f"labels/{label['id']}/",
        "appeal": f"labels/{label['id']}/appeal/",
        "report": "report/?place=fr",
        "figures": "transparency/appeals/",
        "learning": "centers/de/learn/",
        "reported campaign": "centers/ro/learn/ro-funky-citizens/",
        "literacy video": "centers/de/learn/sample-de/look-twice/",
        "tips": "tips/",
        "who checks": "factcheck/",
        "checks": "factcheck/checks/",
        "check": check["url"].split("/en/")[1],
        "search": "search/?q=land",
        "nothing found": "search/?q=xyzzy",
        "no page": "nothing-here/",
    }


def opened(visit: Visit, language: str, path: str) -> Page:
    """The page; that one of them does not exist is no problem."""
    visit.expected = re.compile("404") if path == "nothing-here/" else None
    return visit.go(f"/{language}/{path}")


def violations(page: Page, only: dict[str, Any]) -> list[str]:
    """What axe finds, one line per rule and element. Evaluated, because the page's policy admits no other script."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    options = {"runOnly": only, "resultTypes": ["violations"], "preload": False}
    found = page.evaluate("options => axe.run(document, options).then(results => results.violations)", options)
    return [f"{rule['id']}: {node['target']} {node['html'][:120]}" for rule in found for node in rule["nodes"]]


@pytest.mark.parametrize(("language", "size"), [("de", "desktop"), ("ur", "phone")])
def test_pages_break_no_accessibility_rule(come: Come, paths: dict[str, str], language: str, size: str) -> None:
    visit = come(size)
    broken: dict[str, list[str]] = {}
    for name, path in paths.items():
        page = opened(visit, language, path)
        page.emulate_media(color_scheme="light", reduced_motion="reduce")
        for details in page.locator("details.q:not([open]) > summary").all()[:2]:
            details.click()
        light = violations(page, RULES)
        page.emulate_media(color_scheme="dark")
        # Only colours differ in the dark.
        broken |= {name: light, f"{name}, dark": violations(page, COLOURS)}

    assert {name: found for name, found in broken.items() if found} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_fit_narrow_windows(come: Come, paths: dict[str, str], language: str) -> None:
    visit = come("phone")
    beyond: dict[str, tuple[int, int]] = {}
    for name, path in paths.items():
        page = opened(visit, language, path)
        page.set_viewport_size({"width": 360, "height": 740})
        phone = sideways(page)
        page.set_viewport_size({"width": NARROW, "height": 740})
        beyond[name] = phone, sideways(page)

    assert {name: pixels for name, pixels in beyond.items() if max(pixels) > 0} == {}


def test_pages_fit_when_text_is_twice_as_large(come: Come, paths: dict[str, str]) -> None:
    visit = come()
    beyond: dict[str, int] = {}
    for name, path in paths.items():
        page = opened(visit, "de", path)
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        beyond[name] = sideways(page)

    assert {name: pixels for name, pixels in beyond.items() if pixels > 0} == {}


@pytest.mark.parametrize("size", SIZES)
def test_layout_is_mirrored_when_the_language_runs_right_to_left(come: Come, size: str) -> None:
    visit = come(size)

    def center_of(language: str, selector: str) -> float:
        page = visit.go(f"/{language}/centers/fr/")
        expect(page.locator("html")).to_have_attribute("dir", "rtl" if language == "ur" else "ltr")
        box = page.locator(selector).first.bounding_box()
        assert box is not None
        return (box["x"] + box["width"] / 2) / SIZES[size]["width"]

    assert center_of("de", "header a[href='/de/']") < 0.5 < center_of("ur", "header a[href='/ur/']")
    assert center_of("de", "details.languages") > 0.5 > center_of("ur", "details.languages")
    # On a telephone it may be as wide as the page.
    assert center_of("de", "h1 > *, .button") <= 0.5 <= center_of("ur", ".button")


def test_addresses_and_foreign_names_keep_their_direction_on_pages_from_right_to_left(come: Come) -> None:
    page = come("phone").go("/ur/")

    names = page.locator("#places [lang]")

    assert names.count() >= 20
    assert set(names.evaluate_all("all => all.map(one => one.dir)")) <= {"ltr", "rtl"}
    greek = page.locator("#places a[href$='/gr/'] [lang=el]")
    expect(greek).to_have_css("direction", "ltr")


def brightness(page: Page, selector: str, what: str) -> float:
    """Of a computed colour, from 0 (black) to 255 (white)."""
    colour = page.locator(selector).first.evaluate("(one, what) => getComputedStyle(one)[what]", what)
    red, green, blue = (float(number) for number in re.findall(r"[\d.]+", colour)[:3])
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("path", ["/de/", "/ur/centers/mt/", "/el/watch/"])
def test_page_is_dark_when_the_reader_prefers_it(come: Come, path: str) -> None:
    dark, light = come("phone", scheme="dark").go(path), come("phone").go(path)

    assert brightness(dark, "html", "backgroundColor") < 40
    assert brightness(dark, "h1", "color") > 200
    assert brightness(light, "html", "backgroundColor") > 200
    assert brightness(light, "h1", "color") < 60


def test_paper_shows_every_answer_and_no_controls(come: Come, tmp_path: Path) -> None:
    page = come().go("/de/centers/de/")
    answers = page.locator("details.q")
    closed = answers.last.locator("time")
    expect(closed).to_be_hidden()

    page.emulate_media(media="print")

    expect(page.locator("header nav").first).to_be_hidden()
    expect(page.locator("details.languages")).to_be_hidden()
    expect(page.locator("a[href$='/calendar.ics']")).to_be_hidden()
    paper = tmp_path / "centre.pdf"
    page.pdf(path=paper, format="A4")
    assert len(re.findall(rb"/Type\s*/Page\b", paper.read_bytes())) >= 2
    expect(page.locator("details.q[open]")).to_have_count(answers.count())
    expect(closed).to_be_visible()
