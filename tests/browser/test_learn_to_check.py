"""A voter watches a video of a campaign: with the keyboard, with captions, without a script, and unrecognised."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Come

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

#: Waits until half a second was played; evaluated, because the page's policy admits no script of a test's.
PLAYED = """() => new Promise(done => {
  const film = document.querySelector('video');
  const look = () => film.currentTime > 0.5 && done(film.currentTime);
  film.addEventListener('timeupdate', look);
  look();
})"""
STATE = """() => {
  const film = document.querySelector('video');
  const tracks = [...film.textTracks].map(track => [track.language, track.mode]);
  return {at: film.currentTime, error: film.error && film.error.message, tracks};
}"""


def test_voter_watches_with_keys_and_captions_from_the_centre_on(come: Come) -> None:
    visit = come("phone")
    page = visit.go("/de/centers/de/")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.locator(".learn .video-name a").first.click()
    page.wait_for_url("**/learn/sample-de/look-twice/")

    # Nothing of the film is loaded before it is asked for.
    assert not [url for url in asked if url.endswith(".webm")]
    film = page.locator("video")
    film.focus()
    page.keyboard.press("Space")
    assert page.evaluate(PLAYED) > 0.5

    state = page.evaluate(STATE)
    assert state["error"] is None
    assert ["de", "showing"] in state["tracks"]
    assert len([url for url in asked if url.endswith(".webm")]) >= 1
    assert page.context.cookies() == []
    assert all(url.startswith((f"{visit.base_url}/", "data:")) for url in asked)


def test_video_transcript_and_tips_are_there_without_a_script(come: Come) -> None:
    page = come("desktop", scripts=False).go("/de/centers/de/learn/sample-de/look-twice/")
    expect(page.locator("video[controls]")).to_be_visible()
    expect(page.locator(".transcript")).to_contain_text("Sehen Sie zweimal hin.")
    page.goto("/de/tips/")
    expect(page.locator(".tip")).to_have_count(4)
