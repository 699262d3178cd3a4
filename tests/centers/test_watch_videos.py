"""Campaigns, videos and tips as voters meet them, and what of watching is counted."""

from __future__ import annotations

import datetime as dt
import gzip
import re
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.cache import cache
from django.http.response import HttpResponseBase
from django.test import Client
from django.utils import timezone
from redis.exceptions import ConnectionError as NoConnection

from centers.literacy.counting import is_beginning
from centers.models import ElectionCenter, ReportedViews, VideoStarts
from centers.pagecache import center_touch, publications
from tests.centers.conftest import on
from tests.centers.literacy import FILM, given_campaign, given_tip, given_video
from tests.factories import ElectionFactory, RoundFactory

pytestmark = pytest.mark.django_db

LEARN = "/de/centers/xa/learn/"
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def body(response: HttpResponseBase) -> bytes:
    """Whole, streamed or not."""
    return b"".join(response) if response.streaming else response.content  # type: ignore[attr-defined]


def watched(client: Client, **headers: str) -> HttpResponseBase:
    """The answer to a browser that begins to play, read to its end."""
    named = {"User-Agent": BROWSER} | {name.replace("_", "-"): value for name, value in headers.items()}
    response = client.get("/media/look-twice/first.webm", headers=named)
    body(response)
    return response


def starts() -> int:
    """All beginnings counted."""
    return sum(VideoStarts.objects.values_list("count", flat=True))


# Pages.


def test_centre_leads_to_videos_and_tips(client: Client, arcadia: ElectionCenter) -> None:
    given_video(given_campaign(arcadia.jurisdiction))
    given_tip(arcadia.jurisdiction.parent)  # type: ignore[arg-type]  # Arcadia has one
    page = client.get("/de/centers/xa/").content.decode()
    assert f'href="{LEARN}look-twice/first/"' in page
    assert "Wer sagt das?" in page
    assert f'href="{LEARN}#tip-before-sharing"' in page
    assert re.search(
        r'<img src="/media/posters/[0-9a-f]{64}\.webp" width="640" height="360" alt="" loading="lazy"', page
    )


def test_centre_without_any_says_nothing_of_it(client: Client, arcadia: ElectionCenter) -> None:
    assert 'id="learn-h"' not in client.get("/de/centers/xa/").content.decode()
    page = client.get(LEARN)
    assert page.status_code == 200
    assert 'id="campaigns-h"' in page.content.decode()


@pytest.mark.parametrize(
    ("clock", "shown"),
    [
        ("2031-01-10 12:00", {"before", "always"}),
        ("2031-06-10 12:00", {"before", "always"}),
        ("2031-06-15 12:00", {"during", "always"}),
        ("2031-06-17 12:00", {"after", "always"}),
        ("2031-09-17 12:00", {"always"}),
    ],
    indirect=["clock"],
)
def test_phase_decides_which_videos_the_centre_shows(client: Client, arcadia: ElectionCenter, shown: set[str]) -> None:
    vote = ElectionFactory(jurisdiction=arcadia.jurisdiction, status="held" if "after" in shown else "scheduled")
    RoundFactory(election=vote, days=[dt.date(2031, 6, 15)])
    campaign = given_campaign(arcadia.jurisdiction)
    for part in ("always", "before", "during", "after"):
        given_video(campaign, part, shown_in=part)
    page = client.get("/de/centers/xa/").content.decode()
    assert set(re.findall(r"learn/look-twice/(\w+)/", page)) == shown
    # All of them stand where one looks for them.
    assert len(set(re.findall(r"learn/look-twice/(\w+)/", client.get(LEARN).content.decode()))) == 4


@on("2031-06-01 12:00")
def test_campaign_that_is_over_or_has_not_begun_is_no_longer_on_the_centres_own_page(
    client: Client, arcadia: ElectionCenter
) -> None:
    place, day = arcadia.jurisdiction, dt.date(2031, 6, 1)
    over = {"ends_on": day - dt.timedelta(days=1)}
    for slug, period in {"over": over, "coming": {"starts_on": dt.date(2031, 7, 1)}, "now": {"ends_on": day}}.items():
        given_video(given_campaign(place, slug, **period))
    assert set(re.findall(r"learn/(\w+)/first/", client.get("/de/centers/xa/").content.decode())) == {"now"}
    everything = set(re.findall(r"learn/(\w+)/first/", client.get(LEARN).content.decode()))
    assert everything == {"over", "coming", "now"}


def test_first_view_of_a_centre_stays_light(client: Client, arcadia: ElectionCenter) -> None:
    campaign = given_campaign(arcadia.jurisdiction)
    for number in range(6):
        given_video(campaign, f"video-{number}")
    for number in range(6):
        given_tip(arcadia.jurisdiction, f"tip-{number}")
    html = client.get("/de/centers/xa/").content
    static = django_settings.BASE_DIR / "static"
    parts = [html, (static / "css/site.css").read_bytes(), (static / "js/site.js").read_bytes()]
    assert sum(len(gzip.compress(part)) for part in parts) <= 30_000
    assert html.count(b'class="video-card"') == 3
    assert html.count(b'loading="lazy"') == html.count(b"<img ")


def test_campaign_tells_partner_period_source_and_both_kinds_of_figures(
    client: Client, arcadia: ElectionCenter
) -> None:
    campaign = given_campaign(arcadia.jurisdiction, starts_on=dt.date(2031, 5, 1), ends_on=dt.date(2031, 6, 30))
    video = given_video(campaign)
    today = timezone.now().date()
    for days, count in ((9, 1200), (2, 34), (1, 500), (0, 600)):
        VideoStarts.objects.create(campaign=campaign, video=video, day=today - dt.timedelta(days=days), count=count)
    ReportedViews.objects.create(
        campaign=campaign, source_name="Clips", first_day=dt.date(2031, 5, 1), last_day=dt.date(2031, 5, 31),
        views=47_855, via="api", reported_at=timezone.now(),
    )  # fmt: skip
    page = client.get("/en/centers/xa/learn/look-twice/").content.decode()
    assert "Arcadian Fact Desk" in page
    assert "May 2031 – June 2031" in page
    assert 'href="https://gazette.example.org/look-twice"' in page
    assert re.search(r"Reported views<[^>]*>[^<]*Source: Clips", page)
    assert "47,855" in page
    # Days that are not over everywhere are not counted yet, and nothing is added to what others report.
    assert "1,234" in page
    assert "49,089" not in page


def test_unknown_facts_of_a_reported_campaign_stay_unknown(client: Client, arcadia: ElectionCenter) -> None:
    given_campaign(arcadia.jurisdiction, source_name="public reports", source_url="", languages=[])
    page = client.get("/en/centers/xa/learn/look-twice/").content.decode()
    assert "No address is known at which this can be looked up." in page
    assert "Period" not in page
    assert "Its videos are not on this portal." in page


def test_video_has_player_captions_and_transcript_without_a_script(client: Client, arcadia: ElectionCenter) -> None:
    given_video(given_campaign(arcadia.jurisdiction))
    response = client.get(f"{LEARN}look-twice/first/")
    page = response.content.decode()
    assert '<source src="/media/look-twice/first.webm" type="video/webm">' in page
    assert 'preload="none"' in page
    assert re.search(r'<track kind="captions" src="[^"]*captions\.de\.vtt" srclang="de" label="Deutsch" default>', page)
    assert re.search(r'<track kind="subtitles" src="[^"]*captions\.en\.vtt" srclang="en" label="English">', page)
    assert "Schau zweimal hin." in page
    assert "media-src 'self'" in response["Content-Security-Policy"]
    captions = client.get(f"{LEARN}look-twice/first/captions.en.vtt")
    assert captions["Content-Type"] == "text/vtt; charset=utf-8"
    assert captions.content.startswith(b"WEBVTT\n\n00:00:01.000 --> ")
    assert client.get(f"{LEARN}look-twice/first/captions.fr.vtt").status_code == 404
    assert client.get(f"{LEARN}look-twice/first/captions.zz.vtt").status_code == 404


def test_transcript_in_another_language_says_so(client: Client, arcadia: ElectionCenter) -> None:
    given_video(given_campaign(arcadia.jurisdiction))
    page = client.get("/en/centers/xa/learn/look-twice/first/").content.decode()
    assert re.search(r'<div lang="de" dir="ltr"><p>Schau zweimal hin\.</p><p>Dann entscheide\.</p></div>', page)


def test_provider_is_asked_for_nothing_before_the_click(client: Client, arcadia: ElectionCenter) -> None:
    given_video(given_campaign(arcadia.jurisdiction), provider="youtube", provider_id="abcdefghi-_")
    before = client.get(f"{LEARN}look-twice/first/")
    assert "youtube" not in before.content.decode().replace("YouTube", "").lower()
    assert "youtube" not in before["Content-Security-Policy"]
    after = client.get(f"{LEARN}look-twice/first/play/", headers={"User-Agent": BROWSER})
    assert '<iframe src="https://www.youtube-nocookie.com/embed/abcdefghi-_?rel=0"' in after.content.decode()
    assert "frame-src https://www.youtube-nocookie.com" in after["Content-Security-Policy"]
    assert after["Cache-Control"] == "no-store"
    assert not after.cookies
    assert starts() == 1


def test_hosted_video_has_no_page_of_a_provider(client: Client, arcadia: ElectionCenter) -> None:
    given_video(given_campaign(arcadia.jurisdiction))
    assert client.get(f"{LEARN}look-twice/first/play/").status_code == 404


def test_another_places_centre_does_not_show_it_unless_it_is_for_it(client: Client, arcadia: ElectionCenter) -> None:
    campaign = given_campaign(arcadia.jurisdiction)
    assert client.get("/en/centers/eu/learn/look-twice/").status_code == 404
    campaign.countries = ["eu", "xa"]
    campaign.save()
    center_touch(codes=["eu"])
    publications.forget()
    assert client.get("/en/centers/eu/learn/look-twice/").status_code == 200


def test_sample_is_told_everywhere_and_never_in_production(
    client: Client, arcadia: ElectionCenter, settings: Any
) -> None:
    campaign = given_campaign(arcadia.jurisdiction, source_name="", source_url="", is_sample=True)
    given_video(campaign)
    for path in ("/en/centers/xa/", "/en/centers/xa/learn/", "/en/centers/xa/learn/look-twice/first/"):
        assert "Sample" in client.get(path).content.decode(), path
    center_touch(codes=["xa"])
    publications.forget()
    settings.PRODUCTION = True
    assert "look-twice" not in client.get("/en/centers/xa/learn/").content.decode()
    assert client.get("/en/centers/xa/learn/look-twice/").status_code == 404
    assert client.get("/media/look-twice/first.webm").status_code == 404


def test_tips_for_everybody_are_on_a_page_of_their_own(client: Client, arcadia: ElectionCenter) -> None:
    given_tip(arcadia.jurisdiction.parent, body_de="Warte.\nLies weiter.")  # type: ignore[arg-type]
    given_tip(
        arcadia.jurisdiction, "ours", title_en="Only in Arcadia", source_name="Arcadian Board",
        source_url="https://wahl.example.org/tips",
    )  # fmt: skip
    page = client.get("/de/tips/").content.decode()
    assert "<li>Warte.</li><li>Lies weiter.</li>" in page
    assert "Only in Arcadia" not in page
    both = client.get("/en/centers/xa/learn/").content.decode()
    assert "Only in Arcadia" in both
    assert 'href="https://wahl.example.org/tips"' in both
    assert "own advice" in both


def test_learning_costs_few_queries(
    client: Client, arcadia: ElectionCenter, django_assert_max_num_queries: Any
) -> None:
    for number in range(4):
        given_video(given_campaign(arcadia.jurisdiction, f"campaign-{number}"))
    client.get("/de/centers/xa/")
    publications._stale_at = float("inf")
    with django_assert_max_num_queries(2):
        client.get(LEARN)
    with django_assert_max_num_queries(0):
        client.get(LEARN)


# Files.


def test_poster_is_kept_for_ever_and_others_are_not_there(client: Client, arcadia: ElectionCenter) -> None:
    poster = given_video(given_campaign(arcadia.jurisdiction)).poster
    assert poster is not None
    response = client.get(poster.path)
    assert response["Content-Type"] == "image/webp"
    assert "immutable" in response["Cache-Control"]
    assert len(body(response)) == poster.size
    assert client.get(f"/media/posters/{'0' * 64}.webp").status_code == 404
    assert client.get("/media/posters/..%2f..%2fsettings.webp").status_code == 404


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ("", (200, FILM, None)),
        ("bytes=0-", (206, FILM, f"bytes 0-{len(FILM) - 1}/{len(FILM)}")),
        ("bytes=100-199", (206, FILM[100:200], f"bytes 100-199/{len(FILM)}")),
        ("bytes=5000-999999", (206, FILM[5000:], f"bytes 5000-{len(FILM) - 1}/{len(FILM)}")),
        ("bytes=-10", (206, FILM[-10:], f"bytes {len(FILM) - 10}-{len(FILM) - 1}/{len(FILM)}")),
        ("bytes=999999-", (416, b"", f"bytes */{len(FILM)}")),
        ("bytes=-0", (416, b"", f"bytes */{len(FILM)}")),
        ("bytes=0-1,5-6", (200, FILM, None)),
        ("bytes=9-3", (200, FILM, None)),
        ("bytes=-", (200, FILM, None)),
        ("lines=1-2", (200, FILM, None)),
    ],
)
def test_video_is_sent_in_the_range_asked_for(
    client: Client, arcadia: ElectionCenter, asked: str, answer: tuple[int, bytes, str | None]
) -> None:
    given_video(given_campaign(arcadia.jurisdiction))
    response = client.get("/media/look-twice/first.webm", headers={"Range": asked} if asked else {})
    assert (response.status_code, body(response), response.headers.get("Content-Range")) == answer


def test_head_tells_the_size_and_sends_and_counts_nothing(client: Client, arcadia: ElectionCenter) -> None:
    given_video(given_campaign(arcadia.jurisdiction))
    response = client.head("/media/look-twice/first.webm", headers={"User-Agent": BROWSER})
    assert (response.status_code, response["Content-Length"], response.content) == (200, str(len(FILM)), b"")
    assert response["Accept-Ranges"] == "bytes"
    assert starts() == 0


def test_changed_video_is_not_pieced_together_with_an_old_one(client: Client, arcadia: ElectionCenter) -> None:
    given_video(given_campaign(arcadia.jurisdiction))
    etag = watched(client)["ETag"]
    assert watched(client, Range="bytes=0-9", If_Range=etag).status_code == 206
    assert watched(client, Range="bytes=0-9", If_Range='"other"').status_code == 200
    assert client.get("/media/look-twice/first.mp4").status_code == 404


def test_nginx_sends_the_bytes_where_it_is_told_to(client: Client, arcadia: ElectionCenter, settings: Any) -> None:
    settings.MEDIA_ACCEL = True
    file = given_video(given_campaign(arcadia.jurisdiction)).file
    response = client.get("/media/look-twice/first.webm", headers={"User-Agent": BROWSER})
    assert response["X-Accel-Redirect"] == f"/stored-media/{file.name}"
    assert response["Content-Type"] == "video/webm"
    assert response.content == b""
    assert starts() == 1


# Counting.


@pytest.mark.parametrize(
    ("method", "headers", "counts"),
    [
        ("GET", {}, True),
        ("GET", {"Range": "bytes=0-"}, True),
        ("GET", {"Range": "bytes=0-65535"}, True),
        ("GET", {"Range": "bytes=0-1"}, False),
        ("GET", {"Range": "bytes=70000-"}, False),
        ("GET", {"Range": "bytes=-500"}, False),
        ("HEAD", {}, False),
        ("GET", {"Sec-Purpose": "prefetch;prerender"}, False),
        ("GET", {"Purpose": "prefetch"}, False),
        ("GET", {"User-Agent": ""}, False),
        ("GET", {"User-Agent": "Examplebot/2.1 (+https://bot.example)"}, False),
        ("GET", {"User-Agent": "curl/8.9"}, False),
        ("GET", {"User-Agent": "python-requests/2.32"}, False),
        ("GET", {"User-Agent": "Mozilla/5.0 HeadlessChrome/140"}, False),
    ],
)
def test_only_a_beginning_counts(method: str, headers: dict[str, str], counts: bool) -> None:
    assert is_beginning(method, {"User-Agent": BROWSER} | headers) is counts


def test_watching_counts_once_a_beginning_and_keeps_nothing_of_the_visitor(
    client: Client, arcadia: ElectionCenter
) -> None:
    given_video(given_campaign(arcadia.jurisdiction))
    for asked in ("bytes=0-1", "bytes=0-", "bytes=2000-", "bytes=4000-"):
        response = watched(client, Range=asked)
        assert not response.cookies
        assert "private" in response["Cache-Control"]
    assert starts() == 1
    assert {field.name for field in VideoStarts._meta.fields} == {"id", "campaign", "video", "day", "count"}


def test_flood_counts_no_more_than_a_minute_allows(client: Client, arcadia: ElectionCenter, settings: Any) -> None:
    settings.VIDEO_STARTS_PER_MINUTE = 5
    given_video(given_campaign(arcadia.jurisdiction))
    for _ in range(12):
        assert watched(client).status_code == 200
    assert 5 <= starts() <= 10


def test_video_plays_uncounted_while_the_counter_is_away(
    client: Client, arcadia: ElectionCenter, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*args: Any, **kwargs: Any) -> None:
        raise NoConnection

    monkeypatch.setattr(cache, "incr", away)
    given_video(given_campaign(arcadia.jurisdiction))
    response = client.get("/media/look-twice/first.webm", headers={"User-Agent": BROWSER})
    assert body(response) == FILM
    assert starts() == 0


def test_removed_video_leaves_its_counts_with_the_campaign(client: Client, arcadia: ElectionCenter) -> None:
    campaign = given_campaign(arcadia.jurisdiction)
    video = given_video(campaign)
    VideoStarts.objects.create(campaign=campaign, video=video, day=dt.date(2026, 1, 1), count=7)
    video.delete()
    page = client.get("/en/centers/xa/learn/look-twice/").content.decode()
    assert re.search(r"<dd>7</dd>", page)


@on("2031-06-01 12:00")
def test_beginnings_of_a_day_are_one_row(client: Client, arcadia: ElectionCenter) -> None:
    given_video(given_campaign(arcadia.jurisdiction))
    for _ in range(3):
        watched(client)
    row = VideoStarts.objects.get()
    assert (row.day, row.count) == (dt.date(2031, 6, 1), 3)
