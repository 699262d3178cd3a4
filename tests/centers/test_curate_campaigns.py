"""Campaigns, videos and tips at the desk: proposed, approved by another, previewed, undone; files and captions."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import Role, User
from centers.curation import CurationError
from centers.models import (
    Campaign,
    ElectionCenter,
    LiteracyVideo,
    MediaFile,
    ProposalAction,
    PublishedChange,
    RecordDraft,
    Tip,
)
from centers.services.change_undo import change_undo
from centers.services.proposal_decide import proposal_approve
from tests.centers.curators import SOURCE, person, proposed, wish
from tests.centers.literacy import CAPTIONS, FILM, given_campaign, given_file, given_tip, given_video, picture
from tests.members import client_of

pytestmark = pytest.mark.django_db

CREATE = ProposalAction.CREATE
CAMPAIGN: dict[str, Any] = {
    "title_de": "Zweimal hinsehen", "partner_name": "Arcadian Fact Desk", "countries": "xa", "languages": ["de"],
    "source_name": "Arcadian Gazette",
}  # fmt: skip
VIDEO: dict[str, Any] = {
    "title_de": "Wer sagt das?", "language": "de", "duration": 65, "shown_in": "before", "provider": "vimeo",
    "provider_id": "123456789", "transcript": "Schau hin.", "rank": 10,
}  # fmt: skip


def published(author: User, publisher: User, *wishes: Any) -> list[PublishedChange]:
    """Proposed by one and approved by the other."""
    proposal = proposed(author, *wishes)
    proposal_approve(proposal=proposal, by=publisher, revision=proposal.revision)
    return list(PublishedChange.objects.filter(proposal=proposal).order_by("pk"))


# Records.


def test_campaign_and_its_video_come_to_voters_with_four_eyes(
    client: Client, arcadia: ElectionCenter, curator: User, publisher: User
) -> None:
    published(curator, publisher, wish("campaign:xa/look-twice", CREATE, **CAMPAIGN))
    published(curator, publisher, wish("video:xa/look-twice/first", CREATE, **VIDEO))
    page = client.get("/de/centers/xa/learn/look-twice/first/").content.decode()
    assert "Wer sagt das?" in page
    assert "Vimeo" in page
    history = client.get("/de/centers/xa/history/").content.decode()
    assert "Zweimal hinsehen" in history
    assert "Wer sagt das?" in history


def test_change_is_taken_back_by_an_undo(arcadia: ElectionCenter, curator: User, publisher: User) -> None:
    video = given_video(given_campaign(arcadia.jurisdiction))
    vtt = CAPTIONS.replace("twice", "three times")
    [change] = published(curator, publisher, wish("video:xa/look-twice/first", captions_de=vtt, duration=70))
    video.refresh_from_db()
    assert (video.captions_de, video.duration) == (vtt, 70)  # type: ignore[attr-defined]
    change_undo(change=change, by=publisher, reason="Wrong file")
    video.refresh_from_db()
    assert (video.captions_de, video.duration) == (CAPTIONS, 65)  # type: ignore[attr-defined]


def test_tip_is_changed_and_its_translations_become_outdated(
    client: Client, union: ElectionCenter, arcadia: ElectionCenter
) -> None:
    given_tip(union.jurisdiction, title_de="Vor dem Teilen", body_de="Warte.", translation_origin={"en": "source"})
    curator, publisher = person(Role.CURATOR, union.jurisdiction), person(Role.PUBLISHER, union.jurisdiction)
    published(curator, publisher, wish("tip:eu/before-sharing", body_en="Wait a day."))
    assert "The original has changed" not in client.get("/en/tips/").content.decode()
    assert "Wait a day." in client.get("/en/tips/").content.decode()
    assert Tip.objects.get().translation_state["body"]["original"] == "en"
    assert "Wait a day." in client.get("/en/centers/xa/learn/").content.decode()


@pytest.mark.parametrize(
    ("record", "change", "field"),
    [
        ("campaign:xa/other", CAMPAIGN | {"title_de": ""}, "title_de"),
        ("campaign:xa/other", CAMPAIGN | {"countries": "xa, zz"}, "countries"),
        ("campaign:xa/other", CAMPAIGN | {"countries": "<b>"}, "countries"),
        ("campaign:xa/other", CAMPAIGN | {"countries": ""}, "countries"),
        ("campaign:xa/other", CAMPAIGN | {"source_name": ""}, "source_name"),
        ("campaign:xa/other", CAMPAIGN | {"source_url": "http://10.0.0.1/x"}, "source_url"),
        ("video:xa/look-twice/other", VIDEO | {"title_de": ""}, "title_de"),
        ("video:xa/look-twice/other", VIDEO | {"provider": "", "provider_id": ""}, "file"),
        ("video:xa/look-twice/other", VIDEO | {"provider_id": "../../evil"}, "provider_id"),
        ("video:xa/look-twice/other", VIDEO | {"provider": "elsewhere"}, "provider"),
        ("video:xa/look-twice/other", VIDEO | {"transcript": " "}, "transcript"),
        ("video:xa/look-twice/other", VIDEO | {"duration": 0}, "duration"),
        ("video:xa/look-twice/other", VIDEO | {"language": "<de>"}, "language"),
        ("video:xa/look-twice/other", VIDEO | {"file": "0" * 64}, "file"),
        ("video:xa/look-twice/other", VIDEO | {"captions_en": "WEBVTT\n\n<script>"}, "captions_en"),
        (
            "video:xa/look-twice/other",
            VIDEO | {"duration": 1, "captions_en": CAPTIONS.replace("02", "09")},
            "captions_en",
        ),
        ("tip:xa/other", {"title_de": "Tipp"}, "body_de"),
        ("tip:xa/other", {"title_de": "Tipp", "body_de": "Hin.", "source_name": "Board"}, "source_url"),
    ],
)
def test_what_cannot_be_published_is_named_beside_its_field(
    arcadia: ElectionCenter, curator: User, record: str, change: dict[str, Any], field: str
) -> None:
    given_campaign(arcadia.jurisdiction)
    with pytest.raises(CurationError) as refused:
        proposed(curator, wish(record, CREATE, **change))
    assert field in refused.value.errors


def test_hosted_video_needs_captions_in_its_language(arcadia: ElectionCenter, curator: User) -> None:
    given_campaign(arcadia.jurisdiction)
    hosted = VIDEO | {"provider": "", "provider_id": "", "file": given_file(arcadia.jurisdiction).key}
    with pytest.raises(CurationError, match="who does not hear needs them"):
        proposed(curator, wish("video:xa/look-twice/other", CREATE, **hosted))
    assert proposed(curator, wish("video:xa/look-twice/other", CREATE, **hosted, captions_de=CAPTIONS)).pk
    poster = given_file(arcadia.jurisdiction, "poster").key
    with pytest.raises(CurationError, match="is no video"):
        proposed(curator, wish("video:xa/look-twice/third", CREATE, **hosted | {"file": poster}, captions_de=CAPTIONS))


def test_video_with_reported_views_is_not_removed_by_mistake(
    arcadia: ElectionCenter, curator: User, publisher: User
) -> None:
    campaign = given_campaign(arcadia.jurisdiction)
    given_video(campaign)
    with pytest.raises(CurationError, match="leads to this campaign"):
        proposed(curator, wish("campaign:xa/look-twice", ProposalAction.REMOVE))
    published(curator, publisher, wish("video:xa/look-twice/first", ProposalAction.REMOVE))
    published(curator, publisher, wish("campaign:xa/look-twice", ProposalAction.REMOVE))
    assert not Campaign.objects.exists()


# Pages of the desk.


def test_desk_lists_campaigns_and_says_what_to_do_while_there_are_none(arcadia: ElectionCenter, curator: User) -> None:
    desk = client_of(curator)
    assert "Add the first one" in desk.get("/staff/centers/xa/campaigns/").content.decode()
    assert "There is no campaign yet." in desk.get("/staff/centers/xa/new/video/").content.decode()
    given_video(given_campaign(arcadia.jurisdiction))
    given_tip(arcadia.jurisdiction)
    page = desk.get("/staff/centers/xa/campaigns/").content.decode()
    assert 'href="/staff/centers/xa/record/campaign:xa/look-twice/"' in page
    records = desk.get("/staff/centers/xa/records/").content.decode()
    for record in ("campaign:xa/look-twice", "video:xa/look-twice/first", "tip:xa/before-sharing"):
        assert f"/staff/centers/xa/edit/{record}/" in records
        assert desk.get(f"/staff/centers/xa/record/{record}/").status_code == 200
        assert desk.get(f"/staff/centers/xa/edit/{record}/").status_code == 200


@pytest.mark.parametrize(
    ("noun", "asked", "record"),
    [
        ("campaign", {"name": "New-One"}, "campaign:xa/new-one"),
        ("tip", {"name": "check-twice"}, "tip:xa/check-twice"),
        ("video", {"campaign": "look-twice", "name": "second"}, "video:xa/look-twice/second"),
    ],
)
def test_new_record_gets_its_name_first(
    arcadia: ElectionCenter, curator: User, noun: str, asked: dict[str, str], record: str
) -> None:
    given_campaign(arcadia.jurisdiction)
    desk = client_of(curator)
    answer = desk.get(f"/staff/centers/xa/new/{noun}/", asked | {"go": "on"})
    assert answer.status_code == 302
    assert answer["Location"] == f"/staff/centers/xa/edit/{record}/"
    assert desk.get(answer["Location"]).status_code == 200
    assert desk.get(f"/staff/centers/xa/new/{noun}/", asked | {"name": "No good!", "go": "on"}).status_code == 422


def test_name_of_another_desks_campaign_is_refused(
    union: ElectionCenter, arcadia: ElectionCenter, curator: User
) -> None:
    given_campaign(union.jurisdiction)
    answer = client_of(curator).get("/staff/centers/xa/new/campaign/", {"name": "look-twice", "go": "on"})
    assert "Another desk has a campaign of this name." in answer.content.decode()


def test_preview_shows_the_page_on_which_voters_read_it(arcadia: ElectionCenter, curator: User) -> None:
    given_tip(arcadia.jurisdiction)
    answer = client_of(curator).post(
        "/staff/centers/xa/edit/tip:xa/before-sharing/",
        {
            "do": "preview", "preview_language": "en", "p0-title_en": "Before you share", "p0-body_en": "Sleep on it.",
            "p0-rank": "10", "p0-source_name": "", "p0-source_url": "", "p0-title_de": "", "p0-body_de": "",
        },
    )  # fmt: skip
    assert "Sleep on it." in answer.content.decode()
    assert Tip.objects.get().body_en == "Wait a moment.\nRead on."  # type: ignore[attr-defined]


# Files.


def handed_in(desk: Client, data: bytes, kind: str, title: str = "A fictional file") -> Any:
    """The form for files."""
    file = SimpleUploadedFile("whatever.bin", data)
    return desk.post("/staff/centers/xa/campaigns/files/", {"kind": kind, "title": title, "file": file})


def test_poster_and_video_are_handed_in_once(arcadia: ElectionCenter, curator: User) -> None:
    desk = client_of(curator)
    assert handed_in(desk, picture((1920, 1080), "JPEG"), "poster").status_code == 302
    assert handed_in(desk, FILM, "video").status_code == 302
    assert handed_in(desk, FILM, "video", "The same again").status_code == 302
    poster, video = MediaFile.objects.order_by("kind")
    assert (poster.kind, poster.width, poster.height, poster.uploaded_by) == ("poster", 640, 360, curator)
    assert (video.kind, video.content_type, video.size, video.title) == (
        "video", "video/webm", len(FILM), "A fictional file",
    )  # fmt: skip
    with default_storage.open(video.name) as stored:
        assert stored.read() == FILM
    assert "A fictional file" in desk.get("/staff/centers/xa/campaigns/files/").content.decode()


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ((b"", "poster"), "The file is empty."),
        ((b"<html><script>1</script>", "poster"), "no JPEG, PNG or WebP"),
        ((b"<html><script>1</script>", "video"), "neither an MP4 nor a WebM"),
        ((picture((400, 300)), "video"), "neither an MP4 nor a WebM"),
        ((FILM + b"\0" * (1024 * 1024), "video"), "larger than 1 MB"),
    ],
)
def test_bad_files_are_refused_beside_the_field(
    arcadia: ElectionCenter, curator: User, settings: Any, file: tuple[bytes, str], said: str
) -> None:
    settings.MEDIA_VIDEO_MB = 1
    answer = handed_in(client_of(curator), *file)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not MediaFile.objects.exists()


def test_form_larger_than_any_file_is_refused_before_it_is_kept(
    arcadia: ElectionCenter, curator: User, settings: Any
) -> None:
    settings.MEDIA_VIDEO_MB = 1
    assert handed_in(client_of(curator), b"\0" * (3 * 1024 * 1024), "video").status_code == 400


# Captions.


def captions_sent(desk: Client, data: bytes, language: str = "en") -> Any:
    """The form for captions."""
    video = LiteracyVideo.objects.get()
    file = io.BytesIO(data)
    file.name = "captions.vtt"
    return desk.post("/staff/centers/xa/campaigns/captions/", {"video": video.pk, "language": language, "file": file})


def test_captions_of_a_file_go_into_the_draft_and_from_there_into_a_proposal(
    arcadia: ElectionCenter, curator: User, publisher: User
) -> None:
    given_video(given_campaign(arcadia.jurisdiction))
    desk = client_of(curator)
    answer = captions_sent(
        desk, b"\xef\xbb\xbfWEBVTT\r\n\r\nNOTE x\r\n\r\n00:01.000 --> 00:03.000\r\nRegarde.\r\n", "fr"
    )
    assert answer.status_code == 302
    form = desk.get(answer["Location"])
    shown = form.content.decode()
    assert "00:00:01.000 --&gt; 00:00:03.000\nRegarde." in shown
    editing = form.context["editing"]
    part = editing.parts[0]
    data = {part.add_prefix(name): part[name].value() or "" for name in part.fields}
    why = {"source": SOURCE, "verified_on": "2026-05-01", "reason": "French captions", "token": ""}
    sent = desk.post("/staff/centers/xa/edit/video:xa/look-twice/first/", data | why)
    assert sent.status_code == 302, sent.content.decode()
    proposal = curator.proposals.get()
    assert proposal.fields == {"captions_fr": "WEBVTT\n\n00:00:01.000 --> 00:00:03.000\nRegarde.\n"}
    assert not RecordDraft.objects.exists()
    proposal_approve(proposal=proposal, by=publisher, revision=proposal.revision)
    page = Client().get("/fr/centers/xa/learn/look-twice/first/").content.decode()
    assert 'srclang="fr" label="français" default' in page


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b"WEBVTT\n\n00:01.000 --> 00:02.000\n<script>alert(1)</script>", "Line 4: &lt;script&gt; is not taken"),
        (b"WEBVTT\n" + b"x" * 10_000_000, "larger than 256 KB"),
        ("WEBVTT\n\n00:01.000 --> 00:02.000\nWählen".encode("latin-1"), "not UTF-8"),
        (b"WEBVTT\n\nSTYLE\n::cue { background: url(//x) }\n\n00:01.000 --> 00:02.000\nHi", "STYLE is not taken"),
    ],
)
def test_bad_captions_are_named_beside_the_field(
    arcadia: ElectionCenter, curator: User, data: bytes, said: str
) -> None:
    given_video(given_campaign(arcadia.jurisdiction))
    answer = captions_sent(client_of(curator), data)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not RecordDraft.objects.exists()
