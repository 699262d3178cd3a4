"""Views that platforms and partners report: each counts once, under who says so, all of a report or nothing."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import Role, User
from centers.literacy.views_file import LARGEST, Figure, FiguresError, figures_decode
from centers.models import ElectionCenter, ReportedViews
from centers.services.views_report import Source, views_report
from labeling.models import Platform
from labeling.services.api_key import api_key_create
from tests.centers.curators import person
from tests.centers.literacy import given_campaign, given_video
from tests.members import client_of

MAY = (dt.date(2026, 5, 1), dt.date(2026, 5, 31))
JUNE = (dt.date(2026, 6, 1), dt.date(2026, 6, 30))
CLIPS = Source("Clips", "", "api")
URL = "/api/v1/literacy/views/"


def figure(views: int = 100, period: tuple[dt.date, dt.date] = MAY, video: str = "") -> Figure:
    """Of the campaign `look-twice`."""
    return Figure("look-twice", video, *period, views)


def totals() -> dict[str, int]:
    """By source."""
    found: dict[str, int] = {}
    for row in ReportedViews.objects.all():
        found[row.source_name] = found.get(row.source_name, 0) + row.views
    return found


@pytest.fixture
def campaign(arcadia: ElectionCenter) -> Any:
    """A campaign with one video."""
    made = given_campaign(arcadia.jurisdiction)
    given_video(made)
    return made


# Files.


@pytest.mark.parametrize(
    "raw",
    [
        "campaign,video,first_day,last_day,views\nlook-twice,,2026-05-01,2026-05-31,100\n",
        "\ufeffcampaign;first_day;last_day;views\r\nlook-twice;2026-05-01;2026-05-31;100\r\n\r\n",
        '[{"campaign": "look-twice", "first_day": "2026-05-01", "last_day": "2026-05-31", "views": 100}]',
        '{"figures": [{"campaign": "look-twice", "video": null, "first_day": "2026-05-01", "last_day": "2026-05-31",'
        ' "views": 100}]}',
    ],
)
def test_tables_and_json_say_the_same(raw: str) -> None:
    assert figures_decode(raw.encode()) == [figure()]


GOOD = '"campaign": "look-twice", "first_day": "2026-05-01", "last_day": "2026-05-31", "views": 1'


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "empty"),
        (b"x" * (LARGEST + 1), "larger than 1 MB"),
        ("campaign,views\nWähle,1".encode("latin-1"), "not UTF-8"),
        (b"campaign,views\nlook-twice,1\n", "no column first_day"),
        (b"campaign,first_day,last_day,views,ip\nlook-twice,2026-05-01,2026-05-31,1,x\n", "'ip'"),
        (b"campaign,first_day,last_day,views\n", "no figure in it"),
        (b"campaign,first_day,last_day,views\nlook-twice,2026-05-01,2026-05-31,1.5e3\n", "Line 2, views"),
        (b"campaign,first_day,last_day,views\nlook-twice,2026-05-01,2026-05-31,-5\n", "Line 2, views"),
        (b"campaign,first_day,last_day,views\nlook-twice,2026-05-41,2026-05-31,5\n", "Line 2, first_day"),
        (b"campaign,first_day,last_day,views\nlook-twice,2026-05-31,2026-05-01,5\n", "lies before"),
        (b"campaign,first_day,last_day,views\n<script>,2026-05-01,2026-05-31,5\n", "Line 2, campaign"),
        (b'{"views": 5}', "Give a list"),
        (b"[[[[", "begins like JSON"),
        (b"[" * 200_000, "begins like JSON"),
        (b"[1]", "is no object"),
        (f'[{{{GOOD}, "viewer": "Anna"}}]'.encode(), "Line 1, viewer"),
        (f"[{{{GOOD}}}, {{{GOOD}}}]".encode(), "stands in line 1 already"),
        (f"[{{{GOOD.replace('1}', 'true')}}}]".replace('"views": 1', '"views": true').encode(), "Line 1, views"),
    ],
)
def test_bad_files_are_refused_by_line_and_field(raw: bytes, said: str) -> None:
    with pytest.raises(FiguresError) as refused:
        figures_decode(raw)
    assert said in str(refused.value)


# What is taken.


@pytest.mark.django_db
def test_report_sent_again_replaces_and_never_adds(campaign: Any) -> None:
    assert views_report(figures=[figure(100), figure(40, JUNE)], source=CLIPS) == (2, 0, 0)
    assert views_report(figures=[figure(100), figure(40, JUNE)], source=CLIPS) == (0, 0, 2)
    assert views_report(figures=[figure(120)], source=CLIPS) == (0, 1, 0)
    assert totals() == {"Clips": 160}


@pytest.mark.django_db
def test_sources_stand_apart(campaign: Any, client: Client) -> None:
    views_report(figures=[figure(100)], source=CLIPS)
    views_report(figures=[figure(7)], source=Source("Gazette", "https://gazette.example.org/views", "file"))
    page = client.get("/en/centers/xa/learn/look-twice/").content.decode()
    assert page.count("Reported views") == 2
    assert totals() == {"Clips": 100, "Gazette": 7}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (Figure("look-twice", "", dt.date(2026, 5, 20), dt.date(2026, 6, 10), 5), "overlaps"),
        (figure(5, video="first"), "the whole campaign is reported already"),
        (Figure("nobody", "", *JUNE, 5), "is no campaign here"),
        (figure(5, JUNE, video="nothing"), "is no video of this campaign"),
        (Figure("look-twice", "", dt.date(2099, 1, 1), dt.date(2099, 1, 2), 5), "has not come yet"),
    ],
)
def test_what_would_count_twice_or_cannot_be_is_refused_as_a_whole(campaign: Any, wrong: Figure, said: str) -> None:
    views_report(figures=[figure(100)], source=CLIPS)
    with pytest.raises(FiguresError) as refused:
        views_report(figures=[figure(40, (dt.date(2026, 7, 1), dt.date(2026, 7, 31))), wrong], source=CLIPS)
    assert said in str(refused.value)
    assert totals() == {"Clips": 100}


@pytest.mark.django_db
def test_campaign_after_its_videos_is_refused_for_the_same_period(campaign: Any) -> None:
    views_report(figures=[figure(5, video="first")], source=CLIPS)
    with pytest.raises(FiguresError, match="single videos are reported already"):
        views_report(figures=[figure(100)], source=CLIPS)
    views_report(figures=[figure(100, JUNE)], source=CLIPS)
    assert totals() == {"Clips": 105}


# At the desk.


def sent(desk: Client, content: bytes, **more: str) -> Any:
    """The form with a file."""
    file = SimpleUploadedFile("views.csv", content, "text/csv")
    return desk.post("/staff/centers/xa/campaigns/views/", {"source_name": "Clips", "file": file} | more)


TABLE = b"campaign,first_day,last_day,views\nlook-twice,2026-05-01,2026-05-31,1234\n"


@pytest.mark.django_db
def test_publisher_brings_figures_and_takes_them_back(campaign: Any, publisher: User) -> None:
    desk = client_of(publisher)
    assert sent(desk, TABLE, source_url="https://clips.example.org/report").status_code == 302
    page = desk.get("/staff/centers/xa/campaigns/views/").content.decode()
    assert "1,234" in page
    row = ReportedViews.objects.get()
    assert (row.reported_by, row.via, row.source_url) == (publisher, "file", "https://clips.example.org/report")
    assert desk.post("/staff/centers/xa/campaigns/views/", {"do": "forget", "pk": row.pk}).status_code == 302
    assert not ReportedViews.objects.exists()
    assert desk.post("/staff/centers/xa/campaigns/views/", {"do": "forget", "pk": row.pk}).status_code == 404


@pytest.mark.django_db
def test_bad_file_is_named_line_by_line_at_the_desk(campaign: Any, publisher: User) -> None:
    answer = sent(client_of(publisher), TABLE + b"look-twice,2026-06-01,2026-06-30,many\n")
    assert answer.status_code == 422
    assert "Line 3, views" in answer.content.decode()
    assert not ReportedViews.objects.exists()


@pytest.mark.django_db
def test_address_inside_a_network_is_no_source(campaign: Any, publisher: User) -> None:
    answer = sent(client_of(publisher), TABLE, source_url="http://10.0.0.7/report")
    assert answer.status_code == 422
    assert "inside a network" in answer.content.decode()


@pytest.mark.django_db
def test_publisher_of_another_place_cannot_report_here(
    campaign: Any, union: ElectionCenter, curator: User, publisher: User
) -> None:
    with pytest.raises(PermissionDenied):
        views_report(figures=[figure()], source=Source("Clips", "", "file", curator), place=campaign.jurisdiction)
    elsewhere = person(Role.PUBLISHER, union.jurisdiction)
    with pytest.raises(FiguresError, match="is no campaign here"):
        views_report(figures=[figure()], source=Source("Clips", "", "file", elsewhere), place=union.jurisdiction)


# By a platform's system.


def put(client: Client, raw: str, document: Any, **headers: str) -> Any:
    """A call with a key."""
    data = document if isinstance(document, bytes | str) else json.dumps(document)
    return client.put(URL, data, "application/json", headers={"Authorization": f"Api-Key {raw}"} | headers)


@pytest.fixture
def key(campaign: Any) -> str:
    """Of a fictional platform."""
    platform = Platform.objects.create(key="clips", name="Clips")
    return api_key_create(platform=platform, name="views")


DOCUMENT = {
    "figures": [
        {"campaign": "look-twice", "video": "first", "first_day": "2026-05-01", "last_day": "2026-05-31", "views": 9}
    ]
}


@pytest.mark.django_db
def test_platform_reports_with_its_key_and_twice_is_once(client: Client, key: str) -> None:
    assert put(client, key, DOCUMENT).json() == {"added": 1, "replaced": 0, "unchanged": 0}
    assert put(client, key, DOCUMENT).json() == {"added": 0, "replaced": 0, "unchanged": 1}
    assert totals() == {"Clips": 9}
    row = ReportedViews.objects.get()
    assert (row.via, row.video.slug, row.reported_by) == ("api", "first", None)  # type: ignore[union-attr]


@pytest.mark.django_db
def test_platform_is_told_what_is_wrong_by_position(client: Client, key: str) -> None:
    bad = {"figures": [*DOCUMENT["figures"], {"campaign": "look-twice", "views": 1}]}
    answer = put(client, key, bad)
    assert answer.status_code == 400
    assert {one["field"] for one in answer.json()["errors"]} == {"figures.1.first_day", "figures.1.last_day"}
    assert answer["Content-Type"] == "application/problem+json"
    unknown = {"figures": [{**DOCUMENT["figures"][0], "campaign": "nobody"}]}
    assert put(client, key, unknown).json()["errors"][0]["field"] == "figures.0.campaign"
    assert not ReportedViews.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("body", "status"),
    [("{", 400), ("[]", 400), ('{"figures": [], "x": 1}', 400), ('{"figures": []}', 400), ("x" * (LARGEST + 1), 413)],
)
def test_bodies_that_are_none_are_refused(client: Client, key: str, body: str, status: int) -> None:
    assert put(client, key, body).status_code == status


@pytest.mark.django_db
def test_without_a_key_nothing_is_taken(client: Client, campaign: Any) -> None:
    assert client.put(URL, json.dumps(DOCUMENT), "application/json").status_code in {401, 403}
    assert put(client, "wrong", DOCUMENT).status_code == 401
    assert client.put(URL, "a=b", "text/plain").status_code in {401, 403}
    assert not ReportedViews.objects.exists()


@pytest.mark.django_db
def test_other_formats_and_too_many_calls_are_refused(client: Client, key: str) -> None:
    answer = client.put(URL, "a=b", "text/plain", headers={"Authorization": f"Api-Key {key}"})
    assert answer.status_code == 415
    answers = [put(client, key, DOCUMENT).status_code for _ in range(70)]
    assert 429 in answers


@pytest.mark.django_db
def test_everybody_reads_campaigns_with_figures_kept_apart(client: Client, campaign: Any) -> None:
    views_report(figures=[figure(100)], source=CLIPS)
    found = client.get("/api/v1/centers/xa/campaigns/", {"lang": "de"}).json()["campaigns"][0]
    assert found["key"] == "look-twice"
    assert found["title"]["text"] == "Zweimal hinsehen"
    assert found["reported"] == [
        {"source_name": "Clips", "source_url": "", "first_day": "2026-05-01", "last_day": "2026-05-31", "views": 100}
    ]
    assert found["started_here"]["count"] == 0
    assert found["videos"][0]["captions"] == ["de", "en"]
    assert found["videos"][0]["page"].endswith("/de/centers/xa/learn/look-twice/first/")
    assert client.get("/api/v1/centers/zz/campaigns/").status_code == 404
