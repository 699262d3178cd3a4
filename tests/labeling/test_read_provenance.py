"""Files say how they were made: C2PA Content Credentials, made here with the library's own signer."""

from __future__ import annotations

import io
import json
import tempfile
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from labeling.provenance import (
    NotMediaError,
    Provenance,
    Says,
    State,
    TooLargeError,
    TrustError,
    UnreadableError,
    isolated,
    media_type,
    provenance_read,
)
from labeling.provenance.manifest import judged
from labeling.provenance.read import OFFLINE, file_read
from tests.labeling.credentials import (
    AI,
    CAMERA,
    PARTLY_AI,
    PROGRAM,
    action,
    composed,
    edited,
    picture,
    signed,
    studio,
    tampered,
    trust,
)


def read(data: bytes, *, trusted: bool = True) -> Provenance:
    return file_read(io.BytesIO(data), anchors=studio().issuer.decode() if trusted else "")


@pytest.fixture
def file(tmp_path: Path) -> Any:
    def write(data: bytes, name: str = "file.jpg") -> Path:
        (tmp_path / name).write_bytes(data)
        return tmp_path / name

    return write


@pytest.mark.parametrize(
    ("source", "says"),
    [(AI, Says.GENERATED), (PARTLY_AI, Says.PARTLY), (PROGRAM, Says.NOT_AI), (CAMERA, Says.NOT_AI)],
)
def test_the_source_type_says_how_it_was_made(source: str, says: Says) -> None:
    found = read(signed(action(source=source)))
    assert (found.state, found.says) == (State.VALID, says)
    assert found.signer == "Studio Arcadia (Fictional Pictures)"
    assert found.generator == "Fictional editor 1.0"
    assert found.actions == ("c2pa.created",)
    assert [one.rpartition("/")[2] for one in found.sources] == [source]


def test_a_signer_nobody_vouches_for_is_named_as_such() -> None:
    found = read(signed(), trusted=False)
    assert (found.state, found.says, found.signer) == (
        State.UNTRUSTED, Says.GENERATED, "Studio Arcadia (Fictional Pictures)",
    )  # fmt: skip
    assert found.problems == ("signingCredential.untrusted",)


def test_what_was_changed_after_signing_proves_nothing() -> None:
    found = read(tampered(signed()))
    assert (found.state, found.says, found.is_ai) == (State.INVALID, Says.NOTHING, False)
    assert "assertion.dataHash.mismatch" in found.problems
    # What it claims is still told, so that a moderator can see it.
    assert [one.rpartition("/")[2] for one in found.sources] == [AI]


def test_no_credentials_say_nothing() -> None:
    assert read(picture()) == Provenance(state=State.NONE, media_type="image/jpeg")


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF", "GIF"])
def test_other_pictures_are_read_too(kind: str) -> None:
    mime = f"image/{kind.lower()}"
    found = read(signed(picture_of=picture(kind), mime=mime))
    assert (found.media_type, found.state, found.says) == (mime, State.VALID, Says.GENERATED)


def test_an_edited_ai_picture_stays_one() -> None:
    assert read(edited(signed())).says == Says.GENERATED
    assert read(edited(edited(signed()))).says == Says.GENERATED


def test_a_part_made_by_ai_makes_it_partly() -> None:
    assert read(composed(signed())).says == Says.PARTLY
    assert read(edited(signed(action(source=CAMERA)), source=AI)).says == Says.PARTLY
    # An editor who only opened a camera's picture says nothing of their own.
    assert read(edited(signed(action(source=CAMERA)))).says == Says.NOTHING


def test_an_ingredient_that_does_not_validate_proves_nothing() -> None:
    assert read(composed(tampered(signed()))).says == Says.NOT_AI


def test_what_rests_on_an_untrusted_signer_is_untrusted() -> None:
    stranger = studio("Somebody unknown")
    found = read(composed(signed(by=stranger)))
    assert (found.says, found.state, found.signer) == (
        Says.PARTLY, State.UNTRUSTED, "Somebody unknown (Fictional Pictures)",
    )  # fmt: skip


@pytest.fixture
def asked() -> Iterator[tuple[str, list[str]]]:
    """A server on this machine, and what it was asked."""
    seen: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(self.path)
            self.send_error(404)

        def log_message(self, *args: object) -> None:
            """Says nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/manifest.c2pa", seen
    server.shutdown()
    thread.join()
    server.server_close()


def test_manifests_elsewhere_are_never_fetched(asked: tuple[str, list[str]]) -> None:
    url, seen = asked
    found = read(signed(remote=url))
    assert (found.state, found.says, seen) == (State.ELSEWHERE, Says.NOTHING, [])
    assert OFFLINE["verify"]["remote_manifest_fetch"] is False
    assert OFFLINE["verify"]["ocsp_fetch"] is False


@pytest.mark.parametrize("data", [b"", b"hello", b"<svg xmlns='x'/>" * 9, b"%PDF-1.7" + bytes(99), b"PK\x03\x04" * 30])
def test_what_is_no_media_is_refused_by_its_bytes(data: bytes, file: Any) -> None:
    with pytest.raises(NotMediaError), file(data, "looks-like.jpg").open("rb") as opened:
        provenance_read(opened, most=10_000)


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"\x00\x00\x00\x18ftypmp42" + bytes(8), "video/mp4"),
        (b"\x00\x00\x00\x18ftypqt  " + bytes(8), "video/quicktime"),
        (b"\x00\x00\x00\x18ftypavif" + bytes(8), "image/avif"),
        (b"\x00\x00\x00\x18ftypM4A " + bytes(8), "audio/mp4"),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", "audio/wav"),
        (b"ID3\x04" + bytes(20), "audio/mpeg"),
    ],
)
def test_the_kind_is_told_from_the_bytes(head: bytes, kind: str) -> None:
    assert media_type(head) == kind


@pytest.mark.parametrize("cut", [30, 900, 5_000])
def test_a_file_cut_short_is_not_valid(cut: int) -> None:
    found = read(signed()[:cut])
    assert (found.state, found.says) == (State.INVALID, Says.NOTHING)


def test_another_process_reads_and_leaves_nothing_behind(file: Any, tmp_path: Path) -> None:
    with file(signed()).open("rb") as opened:
        opened.read(100)
        anchors = trust(tmp_path)
        before = set(Path(tempfile.gettempdir()).iterdir())
        found = provenance_read(opened, most=1_000_000, anchors=anchors)
    assert (found.state, found.says) == (State.VALID, Says.GENERATED)
    left = {path for path in set(Path(tempfile.gettempdir()).iterdir()) - before if "c2pa" in path.name}
    assert left == set()


def test_a_file_that_is_too_large_is_not_read(file: Any) -> None:
    with pytest.raises(TooLargeError, match="at most 100"), file(signed()).open("rb") as opened:
        provenance_read(opened, most=100)


def test_a_reader_that_dies_or_hangs_says_so(file: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(isolated, "TIMEOUT", 0.001)
    with pytest.raises(UnreadableError, match="too long"), file(signed()).open("rb") as opened:
        provenance_read(opened, most=1_000_000)
    monkeypatch.setattr(isolated, "TIMEOUT", 30)
    monkeypatch.setattr(isolated.sys, "executable", "/bin/false")
    with pytest.raises(UnreadableError, match="bounds"), file(signed()).open("rb") as opened:
        provenance_read(opened, most=1_000_000)


def test_a_list_of_trust_that_is_none_is_an_error_of_its_own(file: Any, tmp_path: Path) -> None:
    bad = tmp_path / "bad.pem"
    bad.write_text("-----BEGIN CERTIFICATE-----\nno\n-----END CERTIFICATE-----\n")
    with pytest.raises(TrustError), file(signed()).open("rb") as opened:
        provenance_read(opened, most=1_000_000, anchors=bad)


def test_strange_reports_are_survived() -> None:
    for report in (
        {},
        {"validation_state": "Trusted"},
        {"validation_state": "Trusted", "active_manifest": "a", "manifests": {"a": {"assertions": "no"}}},
        {"validation_state": 7, "active_manifest": ["a"], "manifests": []},
    ):
        assert judged(report, "image/png").says == Says.NOTHING
    circle = {"ingredients": [{"relationship": "parentOf", "active_manifest": "a"}]}
    report = {"validation_state": "Trusted", "active_manifest": "a", "manifests": {"a": circle}}
    assert judged(report, "image/png").says == Says.NOTHING


def test_names_cannot_disturb_the_page() -> None:
    about = {"common_name": "Nice\u202e\x1b[31m studio" + "x" * 999}
    report = {"validation_state": "Valid", "active_manifest": "a", "manifests": {"a": {"signature_info": about}}}
    signer = judged(report, "image/png").signer
    assert signer.startswith("Nice[31m studiox")
    assert len(signer) == 200


def test_the_command_tells_people(file: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = {
        "ai.jpg": signed(),
        "part.jpg": signed(action(source=PARTLY_AI)),
        "camera.jpg": signed(action(source=CAMERA)),
        "tampered.jpg": tampered(signed()),
        "plain.jpg": picture(),
    }
    paths = [file(data, name) for name, data in names.items()]
    call_command("provenance", *paths, trust=trust(tmp_path))
    said = capsys.readouterr().out
    assert "They say: made with artificial intelligence." in said
    assert "They say: made in part with artificial intelligence." in said
    assert "artificial intelligence is not named" in said
    assert "they prove nothing" in said
    assert "It carries no Content Credentials." in said
    assert "signed by: Studio Arcadia (Fictional Pictures)" in said
    assert "source types: trainedAlgorithmicMedia" in said


def test_the_command_answers_json_and_names_what_it_could_not_read(
    file: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = [file(signed(), "ai.jpg"), file(b"hello", "text.jpg"), tmp_path / "missing.jpg"]
    with pytest.raises(CommandError, match="2 of 3"):
        call_command("provenance", *paths, json=True)
    first, second, third = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert (first["state"], first["says"], first["media_type"]) == ("untrusted", "generated", "image/jpeg")
    assert "no picture" in second["error"]
    assert third["error"] == "No such file or directory"
