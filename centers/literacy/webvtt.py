"""WebVTT captions, read strictly and written anew, so that nothing reaches a reader that was not understood.

Kept are timings, five settings of a cue, and text with the tags `b`, `i`, `u`, `v` and `lang` (W3C, "WebVTT: The Web
Video Text Tracks Format"). Comments and names of cues are left out; styles and regions, which could load something or
hide the picture, are refused like every tag that is not named here.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import Final

#: Bytes of a file of captions, cues in it, and characters of one cue.
LARGEST: Final = 256 * 1024
MOST_CUES: Final = 3_000
LONGEST_CUE: Final = 600
#: Milliseconds of the latest moment a caption may be at: six hours.
_LATEST: Final = 6 * 3600 * 1000

_HEADER: Final = re.compile(r"WEBVTT(?:[ \t].*)?")
_TIME: Final = r"(-?)(?:(\d{1,3}):)?(\d{1,2}):(\d{1,2})[.](\d{3})"
_TIMING: Final = re.compile(rf"\s*{_TIME}\s+-->\s+{_TIME}(?:\s+(.*?))?\s*")
_SETTING: Final = re.compile(
    r"(?:align:(?:start|center|end|left|right)|line:-?\d{1,3}%?|position:\d{1,3}%|size:\d{1,3}%|vertical:(?:rl|lr))"
)
_TAG: Final = re.compile(r"<([^<>]*)>?")
_PLAIN_TAG: Final = re.compile(r"/?[biu]|/(?:v|lang|c)|c(?:\.[\w-]+)*")
_NAMED_TAG: Final = re.compile(r"v(?:\.[\w-]+)*[ \t]+([^\n&]{1,60})|lang[ \t]+([a-zA-Z]{2,3}(?:-[a-zA-Z0-9]{2,8})*)")
_BLANKS: Final = re.compile(r"[^\S\n]+")


class WebVTTError(ValueError):
    """What is wrong with captions, as sentences that name the line, for the person who wrote them."""

    def __init__(self, *problems: str) -> None:
        super().__init__(" ".join(problems))
        self.problems = list(problems)


@dataclass(frozen=True, slots=True)
class Cue:
    """One caption: from and to in milliseconds, its settings, and its text with allowed tags, escaped."""

    start: int
    end: int
    settings: str
    text: str


#: So many problems are named at once.
_MOST_PROBLEMS: Final = 5


def captions_decode(raw: bytes) -> str:
    """A file's text. Raises `WebVTTError` for one that is too large or is no UTF-8."""
    if len(raw) > LARGEST:
        raise WebVTTError(f"The captions are larger than {LARGEST // 1024} KB.")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise WebVTTError(f"The captions are not UTF-8: byte {error.start} cannot be read.") from None


def captions_clean(text: str) -> str:
    """Captions as the portal writes them; "" stays "". Raises `WebVTTError`.

    >>> captions_clean("WEBVTT\\n\\n1\\n00:01.000 --> 00:02.500\\n<b>Look</b> twice\\n")
    'WEBVTT\\n\\n00:00:01.000 --> 00:00:02.500\\n<b>Look</b> twice\\n'
    """
    if not text.strip():
        return ""
    return captions_write(captions_read(text))


def captions_read(text: str) -> list[Cue]:
    """The cues. Raises `WebVTTError`, with everything that is wrong up to a handful."""
    cues: list[Cue] = []
    problems: list[str] = []
    for number, block in _blocks(_lines(text)):
        try:
            if (cue := _block_read(number, block)) is not None:
                problems += _out_of_order(number, cue, cues)
                cues.append(cue)
        except WebVTTError as error:
            problems += error.problems
        if len(cues) > MOST_CUES:
            problems.append(f"There are more than {MOST_CUES:,} captions.")
        if len(problems) >= _MOST_PROBLEMS or len(cues) > MOST_CUES:
            break
    if not cues and not problems:
        problems.append("There is no caption in it.")
    if problems:
        raise WebVTTError(*problems[:_MOST_PROBLEMS])
    return cues


def _lines(text: str) -> list[str]:
    """Raises `WebVTTError` for what is no such file at all."""
    if len(text.encode(errors="replace")) > LARGEST:
        raise WebVTTError(f"The captions are larger than {LARGEST // 1024} KB.")
    if "\0" in text:
        raise WebVTTError("The captions hold a character no text has (NUL).")
    lines = text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if not _HEADER.fullmatch(lines[0]):
        raise WebVTTError("The first line must be WEBVTT.")
    return lines


def captions_write(cues: list[Cue]) -> str:
    """A file of these cues."""
    blocks = [f"{_time(cue.start)} --> {_time(cue.end)}{cue.settings}\n{cue.text}\n" for cue in cues]
    return "\n".join(["WEBVTT\n", *blocks])


def captions_end(text: str) -> float:
    """Seconds at which the last caption of cleaned captions ends."""
    return max(cue.end for cue in captions_read(text)) / 1000


def _blocks(lines: list[str]) -> list[tuple[int, list[str]]]:
    """Lines between empty ones, with the number of the first; what follows the header at once belongs to it."""
    blocks: list[tuple[int, list[str]]] = []
    current: list[str] = []
    for number, line in enumerate([*lines[1:], ""], start=2):
        if line.strip():
            current.append(line)
        elif current:
            blocks.append((number - len(current), current))
            current = []
    # Metadata under the header (`Kind: captions`) says nothing to a reader.
    first = blocks[0] if blocks else None
    if first is not None and first[0] == 2 and not any("-->" in line for line in first[1]):  # noqa: PLR2004
        return blocks[1:]
    return blocks


def _block_read(number: int, block: list[str]) -> Cue | None:
    word = block[0].split(maxsplit=1)[0]
    if word == "NOTE" and "-->" not in block[0]:
        return None
    if word in ("STYLE", "REGION") and "-->" not in block[0]:
        raise WebVTTError(f"Line {number}: {word} is not taken; captions look as the reader's browser shows them.")
    at = 0 if "-->" in block[0] else 1
    if at >= len(block) or "-->" not in block[at]:
        raise WebVTTError(f"Line {number}: a caption needs a line such as 00:01.000 --> 00:04.000.")
    start, end, settings = _timing(number + at, block[at])
    return Cue(start, end, settings, _text(number + at + 1, block[at + 1 :]))


def _timing(number: int, line: str) -> tuple[int, int, str]:
    found = _TIMING.fullmatch(line)
    if found is None:
        raise WebVTTError(f"Line {number}: these times cannot be read; write 00:01.000 --> 00:04.000.")
    parts = found.groups()
    start, end = _moment(number, parts[:5]), _moment(number, parts[5:10])
    if end <= start:
        raise WebVTTError(f"Line {number}: the caption ends before it begins.")
    # A setting that is none of the known ones is left out, as browsers do.
    kept = [one for one in (parts[10] or "").split() if _SETTING.fullmatch(one)]
    return start, end, "".join(f" {one}" for one in kept)


def _moment(number: int, parts: tuple[str | None, ...]) -> int:
    sign, hours, minutes, seconds, fraction = parts
    if sign:
        raise WebVTTError(f"Line {number}: a time is negative.")
    if int(minutes or 0) > 59 or int(seconds or 0) > 59:  # noqa: PLR2004 -- a clock's
        raise WebVTTError(f"Line {number}: minutes and seconds go up to 59.")
    moment = ((int(hours or 0) * 60 + int(minutes or 0)) * 60 + int(seconds or 0)) * 1000 + int(fraction or 0)
    if moment > _LATEST:
        raise WebVTTError(f"Line {number}: no video here is that long.")
    return moment


def _out_of_order(number: int, cue: Cue, cues: list[Cue]) -> list[str]:
    if not cues:
        return []
    if cue.start < cues[-1].start:
        return [f"Line {number}: the caption begins before the one above it."]
    if cue.start < cues[-1].end:
        return [f"Line {number}: the caption begins before the one above it has ended."]
    return []


def _text(number: int, lines: list[str]) -> str:
    if not any(line.strip() for line in lines):
        raise WebVTTError(f"Line {number}: the caption says nothing.")
    text = "\n".join(_BLANKS.sub(" ", line).strip() for line in lines)
    if len(text) > LONGEST_CUE:
        raise WebVTTError(f"Line {number}: a caption has at most {LONGEST_CUE} characters.")
    if "-->" in text:
        raise WebVTTError(f"Line {number}: an empty line is missing before the next caption.")
    pieces: list[str] = []
    end = 0
    for tag in _TAG.finditer(text):
        pieces += [_escaped(text[end : tag.start()]), _tag_clean(number, tag)]
        end = tag.end()
    return "".join([*pieces, _escaped(text[end:])])


def _tag_clean(number: int, tag: re.Match[str]) -> str:
    inside = tag[1].strip()
    if tag[0].endswith(">") and _PLAIN_TAG.fullmatch(inside):
        # Classes only mean something to styles, of which there are none.
        return "" if inside.lstrip("/").split(".")[0] == "c" else f"<{inside}>"
    named = _NAMED_TAG.fullmatch(inside) if tag[0].endswith(">") else None
    if named is None:
        shown = tag[0] if len(tag[0]) <= 40 else f"{tag[0][:39]}…"  # noqa: PLR2004 -- enough to find it
        raise WebVTTError(f"Line {number}: {shown} is not taken; only <b>, <i>, <u>, <v Name> and <lang xx> are.")
    return f"<lang {named[2]}>" if named[2] else f"<v {' '.join(named[1].split())}>"


def _escaped(text: str) -> str:
    """Text as WebVTT writes it: entities known to HTML are resolved first, so that none is escaped twice."""
    plain = html.unescape(text)
    plain = "".join(char for char in plain if char == "\n" or ord(char) >= 32)  # noqa: PLR2004 -- control characters
    return plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _time(milliseconds: int) -> str:
    seconds, fraction = divmod(milliseconds, 1000)
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    return f"{hour:02}:{minute:02}:{second:02}.{fraction:03}"
