"""`manage.py ingest --format`: each sample is labelled as it should be, bad records are named by their line."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from labeling.formats import FORMATS
from labeling.models import ContentItem, Label, LabelKind, LabelState, Platform
from tests.labeling.records import SAMPLES, TIME_US, event, facet, post, status

#: Per sample: lines, accepted, more than once, without content; and the elections of the items that get a label.
INGESTED = {
    "tiktok": (8, 8, 0, {
        "7000000000000000001": "de.parliament.2029", "7000000000000000002": "eu.ep.2029",
        "7000000000000000003": "fr.president.2027", "7000000000000000005": "eu.ep.2029",
        "7000000000000000008": "de.parliament.2029",
    }),
    "jetstream": (9, 6, 3, {
        "at://did:plc:fictional1/app.bsky.feed.post/3demo1": "de.parliament.2029",
        "at://did:plc:fictional2/app.bsky.feed.post/3demo2": "fr.president.2027",
        "at://did:plc:fictional6/app.bsky.feed.post/3demo6": "eu.ep.2029",
    }),
    "mastodon": (8, 6, 2, {
        "115000000000000001": "de.parliament.2029", "115000000000000002": "fr.president.2027",
        "115000000000000004": "eu.ep.2029", "115000000000000008": "de.parliament.2029",
    }),
    "youtube": (8, 6, 2, {
        "fictional-01": "de.parliament.2029", "fictional-02": "fr.president.2027",
        "fictional-04": "eu.ep.2029", "fictional-08": "de.parliament.2029",
    }),
    "portal": (8, 8, 0, {
        "fictional-1": "de.parliament.2029", "fictional-2": "fr.president.2027",
        "fictional-4": "eu.ep.2029", "fictional-8": "de.parliament.2029",
    }),
}  # fmt: skip


def ingest(path: Path, name: str) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    call_command("ingest", str(path), "--platform", "clips", "--format", name, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


@pytest.mark.parametrize("name", FORMATS)
def test_samples_are_labelled_when_ingested(platform: Platform, label_all: Callable[[], None], name: str) -> None:
    lines, accepted, without_content, expected = INGESTED[name]

    out, err = ingest(SAMPLES[name], name)
    label_all()

    assert f"{lines} lines: {accepted} accepted, 0 invalid" in out
    assert (f"{without_content} records carry no content" in out) is bool(without_content)
    assert err == ""
    applied = Label.objects.filter(state=LabelState.APPLIED, kind=LabelKind.ELECTION)
    assert dict(applied.values_list("item__external_id", "election__key")) == expected


def test_a_deletion_withdraws_the_label_of_its_post(
    platform: Platform, label_all: Callable[[], None], tmp_path: Path
) -> None:
    path = tmp_path / "stream.ndjson"
    path.write_text(json.dumps(event("create", post("Ich wähle #btw29", facet(11, 17, "btw29")))))
    ingest(path, "jetstream")
    label_all()
    assert Label.objects.get().state == LabelState.APPLIED

    path.write_text(json.dumps(event("delete", time_us=TIME_US + 1)))
    ingest(path, "jetstream")
    label_all()

    assert Label.objects.get().state == LabelState.WITHDRAWN
    assert ContentItem.objects.get().text == ""


def test_bad_records_are_named_by_line_and_the_others_taken(platform: Platform, tmp_path: Path) -> None:
    records = [
        status(),
        status(id=7),
        "",
        status(visibility="direct"),
        status(id="not ascii é"),
        status("<p>NUL \0</p>"),
        status(created_at="1999-01-01T00:00:00Z"),
        status(id="116"),
    ]
    path = tmp_path / "mixed.ndjson"
    path.write_text("\n".join(json.dumps(record) if record else "" for record in records) + "\nno json\n")

    out, err = ingest(path, "mastodon")

    assert "8 lines: 2 accepted, 5 invalid, 0 of the accepted more than once in the file." in out
    assert "1 records carry no content and were skipped." in out
    assert [line.partition(": ")[0] for line in sorted(err.splitlines())] == [
        "line 2", "line 5", "line 6", "line 7", "line 9",
    ]  # fmt: skip
    assert "line 2: id: Expected `str`, got `int`" in err
    assert "line 5: external_id: Must be 1 to 255 visible ASCII characters" in err
    assert "line 6: text: Contains a NUL character" in err
    assert "line 7: created_at: " in err
    assert "line 9: The line is not JSON" in err


def test_a_stream_without_posts_is_no_failure_but_one_of_broken_records_is(platform: Platform, tmp_path: Path) -> None:
    path = tmp_path / "quiet.ndjson"
    path.write_text(json.dumps(event(kind="identity", commit=None)))
    assert "1 lines: 0 accepted, 0 invalid" in ingest(path, "jetstream")[0]

    path.write_text(json.dumps({"kind": "commit"}))
    with pytest.raises(CommandError, match="Nothing could be taken"):
        ingest(path, "jetstream")
