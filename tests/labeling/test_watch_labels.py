"""Pages about labels: the gallery, one video, why a label."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client

from centers.models import Jurisdiction
from electioncenters.languages import LANGUAGE_CODES
from labeling.models import Label, Platform, Reminder, ReminderText
from tests.labeling.conftest import Post, item

Give = Callable[..., None]
World = dict[str, Jurisdiction]


@pytest.fixture
def give(post: Post, label_all: Callable[[], None]) -> Give:
    """Hand items in and label them."""

    def labelled(*items: dict[str, object]) -> None:
        assert post(list(items)).status_code == 202
        label_all()

    return labelled


def label_id(external_id: str = "7312") -> str:
    """The id of an item's label."""
    return Label.objects.get(item__external_id=external_id).public_id


def read(client: Client, address: str) -> str:
    """The page, as a voter's browser gets it: no cookie, cacheable."""
    response = client.get(address)
    assert response.status_code == 200
    assert not response.cookies
    assert response.headers["Cache-Control"].startswith("public")
    assert response.headers["Vary"] == "Accept-Encoding"
    return response.content.decode()


@pytest.mark.parametrize("language", LANGUAGE_CODES)
def test_pages_exist_in_every_language(client: Client, give: Give, language: str) -> None:
    give(item())

    for path in ("watch/", "watch/clips/7312/", f"labels/{label_id()}/"):
        assert f'<html lang="{language}"' in read(client, f"/{language}/{path}")


def test_a_video_shows_its_label_and_where_it_leads(client: Client, give: Give) -> None:
    give(item())

    page = read(client, "/en/watch/clips/7312/")

    assert 'Ich wähle am Sonntag <a href="/en/watch/tags/btw29/"><bdi>#btw29</bdi></a>' in page
    assert "<bdi>@demo.anna</bdi>" in page
    assert "This video is about an election." in page
    assert 'href="/en/centers/de/"' in page
    assert f'href="/en/labels/{label_id()}/"' in page
    assert "this account and this post are made up" in page


def test_a_real_platforms_content_is_not_called_made_up(client: Client, give: Give) -> None:
    Platform.objects.update(is_demo=False)
    give(item())

    assert "made up" not in read(client, "/en/watch/clips/7312/")


def test_european_videos_lead_viewers_to_their_own_centre(client: Client, give: Give) -> None:
    give(item(text="#ep2029"))

    assert 'href="/en/centers/eu/"' in read(client, "/en/watch/clips/7312/")
    assert 'href="/en/centers/mt/"' in read(client, "/en/watch/clips/7312/?country=mt")
    assert 'href="/en/centers/mt/"' in read(client, "/en/watch/?country=mt")


def test_the_gallery_shows_what_viewers_in_a_country_meet(client: Client, give: Give) -> None:
    give(item("german"), item("european", text="#ep2029"), item("french", text="élection présidentielle"))

    def shown(query: str) -> set[str]:
        return set(re.findall(r'href="/en/watch/clips/(\w+)/', read(client, f"/en/watch/{query}")))

    assert shown("") == {"german", "european", "french"}
    assert shown("?country=fr") == {"european", "french"}
    assert shown("?country=mt") == {"european"}


def test_the_gallery_has_pages(client: Client, give: Give) -> None:
    give(*(item(str(number)) for number in range(30)))

    first, second = read(client, "/en/watch/?country=de"), read(client, "/en/watch/?country=de&page=2")

    assert first.count('class="video"') == 24
    assert second.count('class="video"') == 6
    assert 'href="?country=de&amp;page=2"' in first
    assert 'href="?country=de&amp;page=1"' in second


def test_election_hashtags_lead_to_the_reminder_their_viewers_see(client: Client, give: Give) -> None:
    give(item(text="Ich wähle #btw29, nicht #mittag\nund #EP2029", hashtags=["BTW29", "kuchen", "ep2029"]))

    page = read(client, "/en/watch/clips/7312/?country=mt")

    text = re.search(r'<p class="video-text"[^>]*>(.*?)</p>', page, re.DOTALL)
    assert text is not None
    assert text[1] == (
        'Ich wähle <a href="/en/watch/tags/btw29/?country=mt"><bdi>#btw29</bdi></a>, nicht #mittag\n'
        'und <a href="/en/watch/tags/EP2029/?country=mt"><bdi>#EP2029</bdi></a>'
    )
    assert '<a href="/en/watch/tags/BTW29/?country=mt"><bdi>#BTW29</bdi></a> <bdi>#kuchen</bdi>' in page
    # In the gallery a video is one thing to follow.
    assert "/watch/tags/" not in read(client, "/en/watch/?country=mt")


def test_a_hashtag_shows_its_reminder_and_leads_to_the_viewers_centre(client: Client, world: World) -> None:
    page = read(client, "/en/watch/tags/ep2029/?country=mt")

    assert "<h1><bdi>#ep2029</bdi></h1>" in page
    assert "<li>Report what breaks the rules.</li>" in page
    assert 'href="/en/centers/mt/"' in page
    assert "machine" not in page
    assert 'href="/en/centers/eu/"' in read(client, "/en/watch/tags/ep2029/")
    assert "machine" not in page


@pytest.mark.parametrize("language", LANGUAGE_CODES)
def test_the_page_of_a_hashtag_exists_in_every_language(client: Client, world: World, language: str) -> None:
    page = read(client, f"/{language}/watch/tags/btw29/")

    assert f'<html lang="{language}"' in page
    assert page.count("<li>") >= 3


def test_a_reminder_in_another_language_is_marked_as_such(client: Client, world: World) -> None:
    reminder = Reminder.objects.create(jurisdiction=world["de"])
    ReminderText.objects.create(reminder=reminder, language="ur", text="پہلا۔\nدوسرا۔", origin="machine")

    page = read(client, "/en/watch/tags/btw29/")

    assert '<ul class="reminder-points" lang="ur" dir="rtl"><li>پہلا۔</li><li>دوسرا۔</li></ul>' in page
    assert "Available only in this language" in page
    in_urdu = read(client, "/ur/watch/tags/btw29/")
    assert '<ul class="reminder-points"><li>پہلا۔</li><li>دوسرا۔</li></ul>' in in_urdu
    assert "مشین" in in_urdu


@pytest.mark.parametrize(
    "address",
    [
        "watch/tags/mittagessen/",
        "watch/tags/vote/",
        "watch/tags/btw05/",
        "watch/tags/btw29%00/",
        "watch/tags/btw29%E2%80%AE/",
        "watch/tags/%3Cscript%3E/",
        "watch/tags/btw29/?country=xx",
        "watch/?page=2",
        "watch/?page=0",
        "watch/?page=x",
        "watch/?page=%C2%B2",
        "watch/?page=99999999999999999999",
        "watch/?country=xx",
        "watch/?country=eu",
        "watch/?country=%00",
        "watch/clips/unknown/",
        "watch/other/7312/",
        "watch/clips/%00/",
        "labels/aaaaaaaaaaaaaaaa/",
        "labels/x/",
    ],
)
def test_what_is_not_there_is_not_found(client: Client, give: Give, address: str) -> None:
    give(item())

    assert client.get(f"/en/{address}").status_code == 404


def test_an_empty_gallery_says_so(client: Client, platform: Platform) -> None:
    assert "No video has been labelled here yet." in read(client, "/en/watch/")


def test_why_marks_the_words_and_names_the_election(client: Client, give: Give) -> None:
    give(item(text="Heute: Élection présidentielle!", lang="fr"))

    page = read(client, f"/en/labels/{label_id()}/")

    assert "<mark>Élection présidentielle</mark>" in page
    assert "Fictional election 2027" in page
    assert "France" in page
    assert "Automatically" in page
    assert "It does not say that the content is true or false" in page
    assert "Appeal against this label" in page


def test_labels_that_wait_for_a_moderator_are_not_public(client: Client, give: Give) -> None:
    give(item(text="#vote", lang="de", region="DE"))

    assert client.get(f"/en/labels/{label_id()}/").status_code == 404
    assert client.get("/en/watch/clips/7312/").status_code == 404
    assert "clips/7312" not in read(client, "/en/watch/")


def test_a_withdrawn_label_is_explained_without_the_erased_words(client: Client, give: Give) -> None:
    give(item())
    give({"external_id": "7312", "deleted": True})

    page = read(client, f"/en/labels/{label_id()}/")

    assert "This label has been withdrawn." in page
    assert "btw29" not in page
    assert client.get("/en/watch/clips/7312/").status_code == 404


def test_hostile_text_stays_text(client: Client, give: Give) -> None:
    hostile = "<script>alert(1)</script> \u202e #btw29 </p><img src=x onerror=alert(1)>"
    give(item(text=hostile, author={"id": "1", "handle": '"><b>\u202eevil'}, hashtags=["btw29", "<i>"], lang='"><u>'))

    for path in ("watch/", "watch/clips/7312/", f"labels/{label_id()}/"):
        page = read(client, f"/en/{path}")
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "<b>" not in page
        assert "<i>" not in page
        assert "<u>" not in page


def test_ids_that_are_addresses_can_be_shown(client: Client, give: Give) -> None:
    uri = "at://did:plc:abc/app.feed.post/3k?x#y"
    give(item(uri))

    (address,) = set(re.findall(r'href="(/en/watch/clips/[^"]+)"', read(client, "/en/watch/")))

    assert "Ich wähle" in read(client, address)


def test_no_page_needs_inline_code(client: Client, give: Give) -> None:
    give(item())

    for path in ("watch/", "watch/clips/7312/", "watch/tags/btw29/", f"labels/{label_id()}/"):
        page = read(client, f"/en/{path}")
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", page)
