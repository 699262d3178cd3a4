"""Who the label service is: its DID, its key, and the record that declares its values."""

from __future__ import annotations

import datetime as dt
import io
import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from atproto import models
from atproto_client.models.utils import get_or_create
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django import Settings

from electioncenters.languages import LANGUAGE_CODES
from labeling.atproto import SigningKey
from labeling.models import AtprotoLabel, AtprotoStream, LabelKind
from labeling.services.atproto_erase import withdrawals_erase
from labeling.services.atproto_identity import labeler_identity

SECRET = "9085d2bef69286a6cbb51623c8fa258629945cd55ca705cc4e66700396894e0c"


def printed(*command: str) -> str:
    out, err = io.StringIO(), io.StringIO()
    call_command(*command, stdout=out, stderr=err)
    return out.getvalue()


def test_record_declares_every_value_in_every_language(settings: Settings) -> None:
    settings.PUBLIC_URL = "https://elections.example"
    document = json.loads(printed("atproto_record"))
    record = get_or_create(document, models.AppBskyLabelerService.Record, strict_string_format=True)
    assert isinstance(record, models.AppBskyLabelerService.Record)
    definitions = record.policies.label_value_definitions or []
    assert record.policies.label_values == [definition.identifier for definition in definitions]
    assert len(definitions) == len(LabelKind)
    for definition in definitions:
        assert (definition.severity, definition.blurs) == ("inform", "none")
        assert [words.lang for words in definition.locales] == list(LANGUAGE_CODES)
        assert len({words.name for words in definition.locales}) > len(LANGUAGE_CODES) * 0.8
    german = next(words for words in definitions[0].locales if words.lang == "de")
    assert german.name == "Zu einer Wahl"
    assert german.description.endswith("https://elections.example/de/")


def test_key_is_made_anew_each_time() -> None:
    one, other = printed("atproto_key").strip(), printed("atproto_key").strip()
    assert one != other
    assert SigningKey(one).secret == one


def test_public_part_is_shown_without_the_secret(settings: Settings) -> None:
    settings.LABELER_KEY, settings.LABELER_DID = SECRET, "did:plc:fictional"
    shown = printed("atproto_key", "--public")
    assert shown.split() == ["did:plc:fictional", SigningKey(SECRET).did_key]


def test_identity_is_of_the_services_address_when_no_did_is_given(settings: Settings) -> None:
    settings.LABELER_KEY, settings.LABELER_DID = SECRET, ""
    settings.LABELER_URL = "https://elections.example"
    assert labeler_identity().did == "did:web:elections.example"
    settings.LABELER_URL = "https://elections.example/portal"
    with pytest.raises(ImproperlyConfigured, match="LABELER_DID is required"):
        labeler_identity()


def test_checkout_keeps_the_key_it_made_for_its_owner_only(settings: Settings, tmp_path: Path) -> None:
    settings.LABELER_KEY, settings.BASE_DIR = "", tmp_path
    made = labeler_identity().key.secret
    assert labeler_identity().key.secret == made
    assert [file.name for file in (tmp_path / ".data").iterdir()] == ["labeler-key"]
    assert stat.S_IMODE((tmp_path / ".data" / "labeler-key").stat().st_mode) == 0o600


def test_production_makes_no_key(settings: Settings, tmp_path: Path) -> None:
    settings.LABELER_KEY, settings.BASE_DIR, settings.PRODUCTION = "", tmp_path, True
    with pytest.raises(ImproperlyConfigured, match="LABELER_KEY is required"):
        labeler_identity()
    assert list(tmp_path.iterdir()) == []


def test_service_says_that_it_is_off(settings: Settings) -> None:
    settings.LABELER_ENABLED = False
    with pytest.raises(CommandError, match="LABELER_ENABLED"):
        call_command("labeler")


def in_production(**environ: str) -> str:
    """What starting says in production with everything but the label service set."""
    given = {
        "ENVIRONMENT": "production",
        "SECRET_KEY": "x" * 50,
        "ALLOWED_HOSTS": "elections.example",
        "PUBLIC_URL": "https://elections.example",
        "DATABASE_URL": "postgresql://nobody@db.example/votes",
        "REDIS_URL": "redis://valkey.example",
        "EMAIL_HOST": "mail.example",
    }
    code = "from django.conf import settings; print(settings.LABELER_ENABLED, settings.LABELER_URL)"
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LABELER_")}
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=settings.BASE_DIR,
        env=kept | given | {"DJANGO_SETTINGS_MODULE": "electioncenters.settings"} | environ,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr


def test_key_is_required_in_production_when_the_service_is_on() -> None:
    assert "False https://elections.example" in in_production()
    said = in_production(LABELER_ENABLED="yes", LABELER_DID="nobody")
    assert "LABELER_KEY is required" in said
    assert "LABELER_DID must be a did:web or did:plc" in said
    said = in_production(LABELER_ENABLED="yes", LABELER_KEY="a secret that was cut off")
    assert "LABELER_KEY must be 64 hexadecimal digits" in said
    assert "cut off" not in said
    assert "True" in in_production(LABELER_ENABLED="yes", LABELER_KEY=SECRET)


def given_said(seq: int, *, neg: bool, days: int) -> None:
    AtprotoLabel.objects.create(
        seq=seq,
        uri=f"at://did:plc:x/app.bsky.feed.post/{seq}",
        val="election",
        neg=neg,
        cts=timezone.now() - dt.timedelta(days=days),
        signed_as="",
        sig=b"",
    )


@pytest.mark.django_db
def test_old_withdrawals_are_erased_and_the_stream_remembers(settings: Settings) -> None:
    settings.LABELER_WITHDRAWAL_DAYS = 30
    assert withdrawals_erase() == 0
    AtprotoStream.objects.create(last_seq=4)
    given_said(1, neg=False, days=100)
    given_said(2, neg=True, days=100)
    given_said(3, neg=True, days=31)
    given_said(4, neg=True, days=29)
    assert withdrawals_erase() == 2
    assert sorted(AtprotoLabel.objects.values_list("seq", flat=True)) == [1, 4]
    stream = AtprotoStream.objects.get()
    assert (stream.last_seq, stream.erased_seq) == (4, 3)
    assert withdrawals_erase() == 0
