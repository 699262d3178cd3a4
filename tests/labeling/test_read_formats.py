"""Other platforms' records become items, and what is broken about a record is named."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest

from labeling.formats import FORMATS, BrokenRecordError
from labeling.formats.base import MAX_TEXT
from labeling.formats.jetstream import ByteSlice, slice_text
from labeling.intake import parse_lines
from tests.labeling.records import SAMPLES, TIME_US, clip, event, facet, post, status, video


def read(name: str, record: Any) -> dict[str, Any] | None:
    line = record if isinstance(record, bytes) else json.dumps(record).encode()
    return FORMATS[name].read(line)


def read_item(name: str, record: Any) -> dict[str, Any]:
    found = read(name, record)
    assert found is not None
    return found


# --- every format ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FORMATS)
def test_samples_are_read_and_taken_by_the_intake(name: str) -> None:
    lines = SAMPLES[name].read_bytes().splitlines()
    items = [item for line in lines if (item := FORMATS[name].read(line)) is not None]

    parsed = parse_lines(b"\n".join(json.dumps(item).encode() for item in items))

    assert parsed.invalid == []
    assert len(parsed.items) == len(items) >= 5


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("line", [b"no json", b"[1, 2]", b"null", b"7", b"{}", b"\xff\xfe", b'{"id": "\\ud83d"}'])
def test_no_record_is_broken_in_every_format(name: str, line: bytes) -> None:
    with pytest.raises(BrokenRecordError) as caught:
        read(name, line)
    assert caught.value.reason


def test_a_byte_order_mark_is_no_part_of_the_record() -> None:
    assert read("tiktok", b'\xef\xbb\xbf{"id": 7}') == {"external_id": "7"}


@pytest.mark.parametrize("depth", [500, 900, 980, 990, 2_000, 100_000])
def test_deep_nesting_breaks_the_record_alone(depth: int) -> None:
    line = b'{"id": {}, "x": ' + b'{"a":' * depth + b"1" + b"}" * (depth + 1)
    for name in FORMATS:
        with pytest.raises(BrokenRecordError):
            read(name, line)
    assert len(parse_lines(line).invalid) == 1


BROKEN: list[tuple[str, Any, str, str]] = [
    ("tiktok", video(id=None), "id", "got `null`"),
    ("tiktok", video(id=""), "id", "length >= 1"),
    ("tiktok", video(create_time="yesterday"), "create_time", "got `str`"),
    ("tiktok", video(create_time=12), "create_time", ">= 946684800"),
    ("tiktok", video(create_time=1_793_872_800_000), "create_time", "<= 253402300799"),
    ("tiktok", video(hashtag_names=["ok", 3]), "hashtag_names[1]", "got `int`"),
    ("tiktok", video(like_count="many"), "like_count", "regex"),
    ("tiktok", video(like_count=10**30), "like_count", "<= 9223372036854775807"),
    ("tiktok", b'{"id": 1, "video_description": "half \\ud83d"}', "video_description", "surrogate"),
    ("jetstream", {"did": "did:plc:x", "kind": "commit"}, "time_us", "missing"),
    ("jetstream", event(time_us=-1), "time_us", ">= 0"),
    ("jetstream", event(commit=None), "commit", "missing"),
    ("jetstream", event("create"), "commit.record", "missing from the operation create"),
    ("jetstream", event("rename", post("x")), "commit.operation", "rename"),
    ("jetstream", event("create", {"createdAt": "2026-11-05T10:00:00Z"}), "commit.record.text", "missing"),
    ("jetstream", event("create", post("x", createdAt="soon")), "commit.record.createdAt", "RFC3339"),
    ("jetstream", event("create", post("x", createdAt="2026-11-05T10:00:00")), "commit.record.createdAt", "timezone"),
    ("jetstream", event("create", post("x", {"features": []})), "commit.record.facets[0].index", "missing"),
    ("mastodon", {"id": "1"}, "created_at", "missing"),
    ("mastodon", status(content=None), "content", "got `null`"),
    ("mastodon", status(account={"id": "1"}), "account.acct", "missing"),
    ("mastodon", status(tags=[{"url": "https://social.example/"}]), "tags[0].name", "missing"),
    ("mastodon", status("x" * 100_001), "content", "length <= 100000"),
    ("youtube", {"id": "fictional", "kind": "youtube#video"}, "snippet", "missing"),
    ("youtube", clip(id={"videoId": "x"}), "id", "got `object`"),
    ("youtube", clip({"publishedAt": 5}), "snippet.publishedAt", "got `int`"),
    ("youtube", clip(statistics={"viewCount": "-5"}), "statistics.viewCount", "regex"),
    ("portal", {"external_id": 7}, "external_id", "got `int`"),
]


@pytest.mark.parametrize(("name", "record", "field", "reason"), BROKEN)
def test_broken_records_name_field_and_reason(name: str, record: Any, field: str, reason: str) -> None:
    with pytest.raises(BrokenRecordError) as caught:
        read(name, record)
    assert caught.value.field == field
    assert reason in caught.value.reason
    assert str(caught.value) == f"{field}: {caught.value.reason}"


@pytest.mark.parametrize(
    ("name", "record"),
    [
        ("jetstream", event(kind="identity", commit=None)),
        ("jetstream", event(kind="account", commit=None)),
        ("jetstream", event(kind="something new", commit=None)),
        ("jetstream", event(commit={"operation": "create", "collection": "app.bsky.feed.like", "rkey": "3"})),
        ("jetstream", event(commit={"operation": "delete", "collection": "app.bsky.graph.follow", "rkey": "3"})),
        ("mastodon", status(visibility="private")),
        ("mastodon", status(visibility="direct")),
        ("mastodon", status(reblog={"id": "114"})),
        ("youtube", clip(status={"privacyStatus": "private"})),
        ("youtube", clip(kind="youtube#channel")),
    ],
)  # fmt: skip
def test_records_without_content_are_no_items(name: str, record: Any) -> None:
    assert read(name, record) is None


@pytest.mark.parametrize(
    ("account", "is_gone"),
    [
        ({"active": False, "status": "deleted"}, True),
        ({"active": False, "status": "takendown"}, True),
        ({"active": False, "status": "deactivated"}, False),
        ({"active": False, "status": "suspended"}, False),
        ({"active": False}, False),
        ({"active": True}, False),
        ({"active": True, "status": "deleted"}, False),
    ],
)
def test_an_account_that_is_gone_is_news_and_one_that_may_come_back_is_not(
    account: dict[str, Any], is_gone: bool
) -> None:
    record = event(kind="account", commit=None, account=account | {"did": "did:plc:x", "seq": 1})
    did = record["did"]
    gone = {"external_id": did, "author": {"id": did}, "author_deleted": True}
    assert read("jetstream", record) == (gone if is_gone else None)


@pytest.mark.parametrize("name", ["tiktok", "youtube"])
def test_long_texts_are_cut_between_words(name: str) -> None:
    words = "wahl " * 10_000
    record = video(voice_to_text=words) if name == "tiktok" else clip({"description": words})

    text = read_item(name, record)["text"]

    assert MAX_TEXT - 5 <= len(text) <= MAX_TEXT
    assert text.endswith("wahl")


# --- TikTok ---------------------------------------------------------------------------------------------------------


def test_tiktok_video_is_mapped() -> None:
    record = video(
        video_description="Briefwahl? #btw29",
        voice_to_text="heute geht es um die Briefwahl",
        region_code="AT",
        hashtag_names=["btw29", "BTW29", ""],
        hashtag_info_list=[{"hashtag_id": "1", "hashtag_name": "ep2029"}],
        view_count="12",
        like_count=3,
        favourites_count=2,
        video_label={"content": "Get info on elections"},
        something_new={"deep": [1]},
    )
    assert read_item("tiktok", record) == {
        "external_id": "7312",
        "text": "Briefwahl? #btw29\nheute geht es um die Briefwahl",
        "author": {"id": "demo.anna", "handle": "demo.anna"},
        "created_at": "2026-11-05T10:00:00+00:00",
        "region": "AT",
        "hashtags": ["btw29", "ep2029"],
        "url": "https://www.tiktok.com/@demo.anna/video/7312",
        "metrics": {"views": 12, "likes": 3, "favorites": 2},
    }


def test_tiktok_ids_of_64_bits_stay_exact() -> None:
    assert read_item("tiktok", b'{"id": 7312345678901234567}') == {"external_id": "7312345678901234567"}
    assert read_item("tiktok", {"id": "7312345678901234567"}) == {"external_id": "7312345678901234567"}


# --- Jetstream ------------------------------------------------------------------------------------------------------


def test_jetstream_post_is_mapped() -> None:
    text = "Wer wählt mit? #BTW29"
    embed = {"$type": "app.bsky.embed.recordWithMedia", "record": {}, "media": {"$type": "app.bsky.embed.video"}}
    record = post(text, facet(16, 22, "BTW29"), langs=["de", "en"], tags=["ep2029"], embed=embed)

    assert read_item("jetstream", event("update", record)) == {
        "external_id": "at://did:plc:fictional/app.bsky.feed.post/3demo",
        "revision": TIME_US,
        "text": text,
        "author": {"id": "did:plc:fictional"},
        "created_at": "2026-11-05T09:59:00+00:00",
        "lang": "de",
        "hashtags": ["BTW29", "ep2029"],
        "url": "https://bsky.app/profile/did:plc:fictional/post/3demo",
        "media": [{"type": "video"}],
    }


def test_jetstream_deletion_names_the_post_only() -> None:
    assert read_item("jetstream", event("delete")) == {
        "external_id": "at://did:plc:fictional/app.bsky.feed.post/3demo",
        "revision": TIME_US,
        "deleted": True,
    }


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain #btw29 text", "#btw29"),
        ("🗳️🇪🇺 after emoji #btw29", "#btw29"),
        ("👩‍👩‍👧 a family of joiners #btw29!", "#btw29"),
        ("cafe\u0301 with a combining mark #btw29", "#btw29"),
        ("#e\u0301lection itself", "#e\u0301lection"),
        ("full width ＃btw29", "＃btw29"),
        ("𝒻𝒾𝒸𝓉𝒾ℴ𝓃 astral #𝒷𝓉𝓌", "#𝒷𝓉𝓌"),
        ("κείμενο в тексте #εκλογές", "#εκλογές"),
        ("از راست به چپ #انتخابات", "#انتخابات"),
    ],
)
def test_facets_count_bytes_of_utf_8(text: str, shown: str) -> None:
    start = len(text[: text.index(shown)].encode())
    end = start + len(shown.encode())

    assert slice_text(text.encode(), ByteSlice(start, end)) == shown
    found = read_item("jetstream", event("create", post(text, facet(start, end, shown[1:]))))
    assert found["hashtags"] == [shown[1:]]


@pytest.mark.parametrize(
    ("start", "end"),
    [(-1, 3), (3, 3), (5, 2), (0, 100), (1, 4), (0, 2)],
    ids=["negative", "empty", "turned", "outside", "starts within a character", "ends within a character"],
)
def test_facets_that_lie_nowhere_are_ignored(start: int, end: int) -> None:
    text = "🗳 an urn"
    assert slice_text(text.encode(), ByteSlice(start, end)) == ""
    assert "hashtags" not in read_item("jetstream", event("create", post(text, facet(start, end, "btw29"))))


def test_facets_give_tags_in_the_order_of_the_text_and_others_follow() -> None:
    text = "#eins #zwei #drei"
    link = facet(0, 5, "no tag", "app.bsky.richtext.facet#link")

    found = read_item("jetstream", event("create", post(text, link, facet(6, 11, "Zwei"), facet(0, 5, "eins"))))

    assert found["hashtags"] == ["eins", "Zwei", "drei"]


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("2026-11-05T11:59:59+02:00", "2026-11-05T11:59:59+02:00"),
        ("1970-01-01T00:00:00Z", "2026-11-05T10:00:00+00:00"),
        ("2126-01-01T00:00:00Z", "2026-11-05T10:00:00+00:00"),
    ],
)
def test_times_the_author_cannot_have_written_at_give_way_to_the_relays(said: str, kept: str) -> None:
    created = read_item("jetstream", event("create", post("x", createdAt=said)))["created_at"]
    assert dt.datetime.fromisoformat(created) == dt.datetime.fromisoformat(kept)


# --- Mastodon -------------------------------------------------------------------------------------------------------


def test_mastodon_status_is_mapped() -> None:
    record = status(
        '<p>Wahl: <a href="https://social.example/tags/btw29">#<span>BTW29</span></a></p>',
        spoiler_text="Politik",
        language="de",
        edited_at="2026-11-05T11:00:00.250Z",
        url="https://social.example/@demo/115",
        tags=[{"name": "btw29", "url": "https://social.example/tags/btw29"}],
        media_attachments=[
            {"type": "image", "url": None, "remote_url": "https://other.example/1.png"},
            {"type": "unknown", "url": "https://social.example/2"},
        ],
        favourites_count=4,
        reblogs_count=0,
    )
    assert read_item("mastodon", record) == {
        "external_id": "115",
        "revision": 1_793_876_400_250_000,
        "text": "Politik\nWahl: #BTW29",
        "author": {"id": "1", "handle": "demo@social.example"},
        "created_at": "2026-11-05T10:00:00+00:00",
        "lang": "de",
        "hashtags": ["btw29"],
        "url": "https://social.example/@demo/115",
        "media": [{"type": "image", "url": "https://other.example/1.png"}],
        "metrics": {"likes": 4, "shares": 0},
    }


# --- YouTube --------------------------------------------------------------------------------------------------------


def test_youtube_video_is_mapped() -> None:
    snippet = {"title": "Titel #btw29", "description": "Mehr #Wahl", "tags": ["BTW29", "EU election 2029"]}
    languages = {"defaultAudioLanguage": "de-AT", "defaultLanguage": "en"}
    statistics = {"viewCount": "18446744073709551", "likeCount": "2", "favoriteCount": "0"}
    address = "https://www.youtube.com/watch?v=fictional-01"

    found = read_item(
        "youtube", clip(snippet | languages, statistics=statistics, status={"containsSyntheticMedia": False})
    )

    assert found == {
        "external_id": "fictional-01",
        "text": "Titel #btw29\nMehr #Wahl",
        "author": {"id": "UCfictional"},
        "created_at": "2026-11-05T10:00:00+00:00",
        "lang": "de-AT",
        "hashtags": ["btw29", "Wahl", "EUelection2029"],
        "url": address,
        "media": [{"type": "video", "url": address, "ai_generated": False}],
        "metrics": {"views": 18_446_744_073_709_551, "likes": 2},
    }


@pytest.mark.parametrize(
    ("languages", "lang"),
    [({}, None), ({"defaultLanguage": "fi"}, "fi"), ({"defaultAudioLanguage": "zxx", "defaultLanguage": "fi"}, "fi")],
)
def test_youtube_language_falls_back_to_the_titles(languages: dict[str, str], lang: str | None) -> None:
    assert read_item("youtube", clip(languages)).get("lang") == lang
