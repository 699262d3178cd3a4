"""`manage.py ingest`: chunks, bad lines by their number, counts; over HTTP and directly."""

from __future__ import annotations

import io
import json
import os
import stat
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.test import override_settings
from pytest_django.live_server_helper import LiveServer

from labeling.intake.chunks import chunks
from labeling.models import ApiKey, IntakeBatch, Platform
from labeling.services.api_key import api_key_create, api_key_find
from labeling.services.platform import demo_platform_ensure
from tests.labeling.conftest import item


def ingest(*arguments: str) -> tuple[str, str]:
    """Standard output and standard error."""
    out, err = io.StringIO(), io.StringIO()
    call_command("ingest", *arguments, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    """Six lines: two items, one of them twice, and what can go wrong."""
    lines = [json.dumps(item("a")), "", json.dumps(item("b")), "no json", json.dumps(item("a")), '{"external_id": 7}']
    path = tmp_path / "mixed.ndjson"
    path.write_text("\n".join(lines))
    return path


EXPECTED = "5 lines: 3 accepted, 2 invalid, 1 of the accepted more than once in the file."


def test_bad_lines_are_named_and_skipped(platform: Platform, mixed: Path) -> None:
    out, err = ingest(str(mixed), "--platform", "clips")

    assert EXPECTED in out
    assert "line 4: The line is not JSON" in err
    assert "line 6: external_id: Expected `str`, got `int`" in err
    assert IntakeBatch.objects.get().item_count == 3


def test_standard_input_is_read(platform: Platform, mixed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(mixed.read_bytes())))

    assert EXPECTED in ingest("-", "--platform", "clips")[0]


def test_large_files_are_cut(platform: Platform, tmp_path: Path) -> None:
    path = tmp_path / "large.ndjson"
    path.write_text("".join(f"{json.dumps(item(str(number)))}\n" for number in range(5_001)) + "bad\n")

    _, err = ingest(str(path), "--platform", "clips")

    assert sorted(IntakeBatch.objects.values_list("item_count", flat=True)) == [1, 5_000]
    assert "line 5002:" in err


def test_chunks_keep_to_items_and_bytes() -> None:
    lines = [b"aaaa\n", b"\n", b"bbbb\n", b"c" * 20 + b"\n", b"dddd\n", b"e"]

    cut = list(chunks(lines, max_items=2, max_bytes=12))

    assert [chunk.lines for chunk in cut] == [[b"aaaa", b"bbbb"], [b"dddd", b"e"]]
    assert [chunk.numbers for chunk in cut] == [[1, 3], [5, 6]]
    assert [number for chunk in cut for number in chunk.too_long] == [4]
    assert sum(chunk.read for chunk in cut) == sum(map(len, lines))


@pytest.mark.parametrize("content", ["", "\n\n", "no json\n"])
def test_it_fails_when_nothing_could_be_taken(platform: Platform, tmp_path: Path, content: str) -> None:
    path = tmp_path / "bad.ndjson"
    path.write_text(content)

    with pytest.raises(CommandError, match="Nothing could be taken"):
        ingest(str(path), "--platform", "clips")


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["/no/such/file"], "No such file"),
        (["/"], "directory"),
        ([os.devnull, "--platform", "nobody"], "no platform 'nobody'"),
        ([os.devnull, "--url", "http://localhost:1"], "--key or --demo-key"),
        ([os.devnull, "--url", "localhost:8000", "--key", "x"], "not an address"),
    ],
)
def test_it_says_what_is_wrong(platform: Platform, arguments: list[str], reason: str) -> None:
    with pytest.raises(CommandError, match=reason):
        ingest(*arguments)


@pytest.mark.django_db(transaction=True)
def test_files_can_be_handed_in_over_http(live_server: LiveServer, mixed: Path) -> None:
    key = api_key_create(platform=Platform.objects.create(key="clips", name="Clips"), name="test")

    out, err = ingest(str(mixed), "--url", live_server.url, "--key", key)

    assert EXPECTED in out
    assert "line 4:" in err
    assert IntakeBatch.objects.get().platform.key == "clips"
    with pytest.raises(CommandError, match="401: The API key is unknown or revoked"):
        ingest(str(mixed), "--url", live_server.url, "--key", "wrong")


def test_the_demonstration_key_is_made_once_and_is_private(db: None, tmp_path: Path) -> None:
    path = tmp_path / "data" / "demo-api-key"

    raw = demo_platform_ensure(key_file=path)

    assert demo_platform_ensure(key_file=path) == raw == path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    found = api_key_find(raw)
    assert found is not None
    assert found.platform.is_demo
    ApiKey.objects.all().delete()
    assert demo_platform_ensure(key_file=path) != raw


def test_production_has_no_demonstration(db: None, tmp_path: Path) -> None:
    with override_settings(PRODUCTION=True), pytest.raises(ImproperlyConfigured):
        demo_platform_ensure(key_file=tmp_path / "key")
    assert not Platform.objects.exists()


def test_keys_are_shown_once_and_stored_as_a_digest(platform: Platform) -> None:
    out = io.StringIO()
    call_command("create_api_key", "clips", "for the test", stdout=out, stderr=io.StringIO())

    raw = out.getvalue().strip()
    found = api_key_find(raw)
    assert found is not None
    assert found.name == "for the test"
    assert raw.encode() not in bytes(found.digest)
    with pytest.raises(CommandError, match="no platform"):
        call_command("create_api_key", "nobody", "x", stdout=out)
