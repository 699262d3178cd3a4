"""Captions: what is taken, how it is written, and how everything else is refused by name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from centers.literacy.webvtt import (
    LARGEST,
    WebVTTError,
    captions_clean,
    captions_decode,
    captions_end,
    captions_read,
)

CUE = "00:01.000 --> 00:02.000\n"


def vtt(*blocks: str) -> str:
    """A file of these blocks."""
    return "\n\n".join(["WEBVTT", *blocks]) + "\n"


def test_names_comments_and_classes_are_left_out() -> None:
    raw = vtt(
        "NOTE made by\nsomebody", "intro\n00:01.000 --> 00:02.000 align:start evil:yes\n<c.yellow>Look</c> <b>twice</b>"
    )
    assert captions_clean(raw) == ("WEBVTT\n\n00:00:01.000 --> 00:00:02.000 align:start\nLook <b>twice</b>\n")


def test_written_captions_read_back_the_same() -> None:
    once = captions_clean(
        vtt(
            f"{CUE}<v Anna  Example>Fish &amp; chips &lt;3</v>",
            "1:00:00.000 --> 1:00:01.000 line:90% position:10%\n<lang fr>Bonjour</lang>\nعوام",
        )
    )
    assert captions_clean(once) == once
    assert "<v Anna Example>Fish &amp; chips &lt;3</v>" in once
    assert captions_end(once) == 3601.0


def test_byte_order_mark_windows_lines_and_header_data_are_understood() -> None:
    raw = "\ufeffWEBVTT - captions\r\nKind: captions\r\n\r\n00:01.000 --> 00:02.000\r\nLook\r\n".encode()
    assert [cue.text for cue in captions_read(captions_decode(raw))] == ["Look"]


def test_no_text_is_no_captions() -> None:
    assert captions_clean("  \n ") == ""


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ("1\n00:01,000 --> 00:02,000\nSubRip", "first line must be WEBVTT"),
        ("WEBVTTX\n\n" + CUE + "Look", "first line must be WEBVTT"),
        (vtt(CUE + "<script>alert(1)</script>"), "Line 4: <script> is not taken"),
        (vtt(CUE + '<b onclick="x()">Look</b>'), 'Line 4: <b onclick="x()"> is not taken'),
        (vtt(CUE + "<img src=x>"), "<img src=x> is not taken"),
        (vtt(CUE + "Look <unclosed"), "<unclosed is not taken"),
        (vtt("STYLE\n::cue { background: url(https://tracker.example/x) }", CUE + "Look"), "STYLE is not taken"),
        (vtt("REGION\nid:fred", CUE + "Look"), "REGION is not taken"),
        (vtt("00:02.000 --> 00:01.000\nLook"), "ends before it begins"),
        (vtt("-00:01.000 --> 00:02.000\nLook"), "negative"),
        (vtt("00:61.000 --> 00:62.000\nLook"), "up to 59"),
        (vtt("99:00:00.000 --> 99:00:01.000\nLook"), "that long"),
        (vtt("00:01 --> 00:02\nLook"), "cannot be read"),
        (vtt(CUE + "Look", "00:01.500 --> 00:03.000\nAgain"), "Line 6: the caption begins before the one above it has"),
        (vtt("00:05.000 --> 00:06.000\nLook", CUE + "Again"), "begins before the one above it."),
        (vtt("Only text"), "needs a line such as"),
        (vtt(CUE.strip()), "says nothing"),
        (vtt(CUE + "Look\n00:03.000 --> 00:04.000\nAgain"), "empty line is missing"),
        (vtt(CUE + "x" * 601), "at most 600"),
        ("WEBVTT\n", "no caption in it"),
        (vtt(CUE + "Look\0"), "NUL"),
        (vtt(CUE + "x\n" * LARGEST), "larger than 256 KB"),
    ],
)
def test_bad_captions_are_refused_with_the_line(raw: str, said: str) -> None:
    with pytest.raises(WebVTTError) as refused:
        captions_clean(raw)
    assert said in str(refused.value)


def test_file_of_ten_megabytes_and_one_in_another_encoding_are_refused() -> None:
    with pytest.raises(WebVTTError, match="larger than 256 KB"):
        captions_decode(b"WEBVTT\n" + b"x" * 10_000_000)
    with pytest.raises(WebVTTError, match="not UTF-8"):
        captions_decode("WEBVTT\n\n00:01.000 --> 00:02.000\nWählen".encode("latin-1"))


def test_several_problems_are_told_at_once_and_not_without_end() -> None:
    with pytest.raises(WebVTTError) as refused:
        captions_clean(vtt(*["00:02.000 --> 00:01.000\nLook"] * 40))
    assert len(refused.value.problems) == 5


@given(st.text(alphabet="WEBVTT-><:0123456789.\n &;abcSTYLE/\x00", max_size=200))
def test_whatever_is_sent_is_cleaned_for_good_or_refused(raw: str) -> None:
    for text in (raw, f"WEBVTT\n\n{raw}", vtt(CUE + raw)):
        try:
            once = captions_clean(text)
        except WebVTTError:
            continue
        assert captions_clean(once) == once
