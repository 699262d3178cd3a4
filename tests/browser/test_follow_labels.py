"""From a labelled video to the centre its label names, and to the reasons for the label."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Come, Labelled
from tests.browser.visits import LANGUAGES, SIZES

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("language", "code"), [("de", "fr"), ("el", "gr"), ("mt", "de"), ("ur", "mt")])
def test_label_leads_to_the_centre_of_its_election(
    come: Come, labelled: Labelled, size: str, language: str, code: str
) -> None:
    post, label = labelled(code)
    page = come(size).go(f"/{language}/watch/demo/{post['external_id']}/")
    expect(page.get_by_text(post["author"]["handle"])).to_be_visible()
    banner = page.get_by_role("complementary")
    expect(banner).to_have_count(1)

    banner.locator(f"a[href$='/labels/{label['id']}/']").click()
    page.wait_for_url(f"**/{language}/labels/{label['id']}/")
    assert page.locator("mark").count() >= 1, "what was found is marked in the text"
    page.go_back()
    banner.locator("a[href*='/centers/']").click()

    page.wait_for_url(f"**/{language}/centers/{code}/")
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_european_label_leads_viewers_to_their_own_centre(come: Come, labelled: Labelled) -> None:
    post, _ = labelled("eu")
    page = come("phone").go(f"/el/watch/demo/{post['external_id']}/")
    link = page.get_by_role("complementary").locator("a[href*='/centers/']")
    expect(link).to_have_attribute("href", "/el/centers/eu/")

    page.get_by_role("combobox").select_option("cy")
    page.locator("main form").get_by_role("button").click()
    page.wait_for_url("**?country=cy")
    link.click()

    page.wait_for_url("**/el/centers/cy/")


@pytest.mark.parametrize("language", LANGUAGES)
def test_gallery_leads_from_video_to_video(come: Come, language: str) -> None:
    page = come("phone").go(f"/{language}/watch/")
    videos = page.locator("main").get_by_role("article")
    first = videos.first.get_by_role("heading").inner_text()
    assert videos.count() > 3

    page.locator(f"main li a[href*='/{language}/watch/demo/']").first.click()
    page.wait_for_url(f"**/{language}/watch/demo/**")
    expect(page.get_by_role("heading", level=1)).to_have_text(first)
    page.locator(f"main a[href='/{language}/watch/']").click()
    page.wait_for_url(f"**/{language}/watch/")
    page.locator("main a[rel=next]").click()

    page.wait_for_url("**/watch/?page=2")
    expect(page.locator("main a[rel=prev]")).to_be_visible()
