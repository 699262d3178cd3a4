"""What is shipped of media literacy: two reported campaigns, four tips in every language, nine samples."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.test import Client

from centers.literacy.webvtt import captions_clean
from centers.models import Campaign, ElectionCenter, LiteracyVideo, MediaFile, ReportedViews, Tip
from centers.services.sample_campaigns import SHIPPED, sample_campaigns_ensure
from electioncenters.languages import LANGUAGE_CODES
from tests.centers.packs import pack_copy, rows_change
from tests.factories import CenterFactory, JurisdictionFactory

TIPS = Path(django_settings.BASE_DIR) / "centers/data/tips"
PLACES = frozenset({"EU", "FR", "RO"})


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """The shipped pack for the union and the two states with reported campaigns."""
    return pack_copy(tmp_path, only=PLACES)


@pytest.mark.django_db
def test_reported_campaigns_say_what_is_known_and_nothing_else(client: Client, pack: Path) -> None:
    call_command("load_facts", quiet=True, root=pack)
    romania, france = Campaign.objects.get(slug="ro-funky-citizens"), Campaign.objects.get(slug="fr-afp")
    for campaign, partner in ((romania, "Funky Citizens"), (france, "AFP")):
        assert campaign.partner_name == partner
        assert not campaign.is_sample
        assert (campaign.starts_on, campaign.ends_on, campaign.source_url, campaign.description_en) == (
            None, None, "", None,
        )  # fmt: skip
        assert not campaign.videos.exists()
    reported = ReportedViews.objects.get()
    assert (reported.campaign, reported.views, reported.via) == (romania, 47_855_301, "pack")
    page = client.get("/en/centers/ro/learn/ro-funky-citizens/").content.decode()
    assert "47,855,301" in page
    assert "November 2024 – December 2024" in page
    assert "No address is known at which this can be looked up." in page


@pytest.mark.django_db
def test_loading_again_changes_nothing_and_keeps_what_a_person_changed(pack: Path, capsys: Any) -> None:
    call_command("load_facts", quiet=True, root=pack)
    Campaign.objects.filter(slug="fr-afp").update(source_url="https://reports.example.org/afp")
    ReportedViews.objects.update(views=5)
    capsys.readouterr()
    call_command("load_facts", quiet=True, root=pack)
    assert Campaign.objects.get(slug="fr-afp").source_url == "https://reports.example.org/afp"
    assert ReportedViews.objects.get().views == 5
    assert Tip.objects.count() == 4


@pytest.mark.parametrize("path", sorted(TIPS.glob("*.json")), ids=lambda path: path.stem)
def test_tip_is_there_in_every_language_and_says_who_wrote_it(path: Path) -> None:
    tip = json.loads(path.read_text(encoding="utf-8"))
    assert set(tip["texts"]) == set(LANGUAGE_CODES)
    english = tip["texts"]["en"]
    for code, text in tip["texts"].items():
        assert len(text["steps"]) == len(english["steps"]) == 3, code
        assert text["is_machine"] is (code != "en")
        if code != "en":
            assert text["title"] != english["title"]
            assert not set(text["steps"]) & set(english["steps"])


@pytest.mark.django_db
def test_tips_are_read_in_the_readers_language(client: Client, pack: Path) -> None:
    call_command("load_facts", quiet=True, root=pack)
    page = client.get("/ur/tips/").content.decode()
    for tip in Tip.objects.all():
        assert tip.title_ur in page  # type: ignore[attr-defined]
        assert tip.translation_origin["ur"] == "machine"
        assert tip.translation_state["body"]["original"] == "en"


@pytest.mark.parametrize(
    ("file", "content", "said"),
    [
        ("broken.json", "{", "tips/broken.json"),
        (
            "other.json",
            '{"key": "another", "rank": 1, "texts": {"en": {"title": "T", "steps": ["S"]}}}',
            "not what the",
        ),
        (
            "other.json",
            '{"key": "other", "rank": 1, "texts": {"de": {"title": "T", "steps": ["S"]}}}',
            "no English text",
        ),
        ("other.json", '{"key": "other", "rank": 1, "texts": {"en": {"title": "T", "steps": []}}}', "tips/other.json"),
        (
            "other.json",
            '{"key": "other", "rank": 1, "source_name": "Board", "texts": {"en": {"title": "T", "steps": ["S"]}}}',
            "a name and an address",
        ),
    ],
)
@pytest.mark.django_db
def test_malformed_tip_is_named_and_nothing_is_loaded(pack: Path, file: str, content: str, said: str) -> None:
    (pack / "centers/data/tips" / file).write_text(content, encoding="utf-8")
    with pytest.raises(CommandError, match="nothing was loaded") as refused:
        call_command("load_facts", quiet=True, root=pack)
    assert said in str(refused.value)
    assert not Tip.objects.exists()


@pytest.mark.django_db
def test_views_of_an_unknown_campaign_are_named(pack: Path) -> None:
    def unknown(rows: list[dict[str, str]]) -> list[dict[str, str]]:
        return [row | {"campaign": "nobody"} for row in rows]

    rows_change(pack / "centers/data/literacy_views.csv", unknown)
    with pytest.raises(CommandError, match='"nobody" is no campaign of this pack'):
        call_command("load_facts", quiet=True, root=pack)


# Samples.


@pytest.fixture
def nine(db: None) -> list[ElectionCenter]:
    """Centres of the nine states that have one."""
    codes = [one["code"] for one in json.loads((SHIPPED / "campaigns.json").read_text(encoding="utf-8"))]
    return [CenterFactory(jurisdiction=JurisdictionFactory(code=code)) for code in codes]


def test_nine_samples_are_made_once_and_say_what_they_are(client: Client, nine: list[ElectionCenter]) -> None:
    assert sample_campaigns_ensure() == 9
    assert sample_campaigns_ensure() == 0
    assert Campaign.objects.filter(is_sample=True).count() == len(nine) == 9
    for campaign in Campaign.objects.all():
        assert "fictional" in campaign.partner_name
        assert campaign.source_name == ""
    for video in LiteracyVideo.objects.select_related("file", "poster"):
        captions = getattr(video, f"captions_{video.language}")
        assert captions_clean(captions) == captions
        assert video.file is not None
        assert default_storage.size(video.file.name) == video.file.size
    assert MediaFile.objects.count() == 2
    page = client.get("/en/centers/de/learn/sample-de/look-twice/").content.decode()
    assert "there is no such campaign" in page
    assert (
        client.get("/media/sample-de/look-twice.webm", headers={"Range": "bytes=0-3"}).getvalue() == b"\x1a\x45\xdf\xa3"
    )


def test_removed_sample_comes_back_no_sooner_than_asked_for_and_missing_places_are_left_out(db: None) -> None:
    CenterFactory(jurisdiction=JurisdictionFactory(code="de"))
    assert sample_campaigns_ensure() == 1


def test_samples_are_never_made_in_production(nine: list[ElectionCenter], settings: Any) -> None:
    settings.PRODUCTION = True
    with pytest.raises(ImproperlyConfigured):
        sample_campaigns_ensure()
    assert not Campaign.objects.exists()
