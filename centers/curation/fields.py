"""Fields of curated records: how a value is taken from a person, written into a proposal and put into a record."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any, Final, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models

from centers.curation.text import text_clean
from centers.dates_from_rules import NoSuchTimeError, rule_instant
from centers.literacy.webvtt import WebVTTError, captions_clean
from electioncenters.languages import LANGUAGE_CODES, LANGUAGE_NAMES
from electioncenters.safe_http.addresses import is_public

#: Longest text of an answer or an introduction, in characters.
LONGEST_TEXT: Final = 8_000
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})?")
_PLACE: Final = re.compile(r"[a-z]{2}(-[a-z0-9]+)*")
_URL: Final = URLValidator(schemes=["http", "https"])
#: Names that lead somewhere only within a network (RFC 6761, 6762, 8375, 9476).
_INSIDE: Final = (".localhost", ".local", ".internal", ".home.arpa", ".lan", ".test", ".onion")


#: What kind of value a field holds, which decides how people enter it.
Shape = Literal[
    "text", "choice", "choices", "languages", "url", "date", "instant", "number", "flag", "reference", "days", "time"
]


@dataclass(frozen=True, slots=True)
class CuratedField:
    """One field a person may change.

    `name` is what proposals call it (`body_de`, `polling_days`); `label` is for people. `column` reads and writes it
    on a record; `language` is that of a translated text. `take` turns what was entered (JSON) into the value proposals
    hold, or raises `ValidationError`; `read` and `write` translate between that value and the record's.
    """

    name: str
    label: str
    take: Callable[[Any], Any]
    read: Callable[[models.Model], Any]
    write: Callable[[models.Model, Any], None]
    language: str = ""
    multiline: bool = False
    choices: tuple[tuple[str, str], ...] = ()
    help: str = ""
    limit: int | None = None
    shape: Shape = "text"

    @property
    def is_required(self) -> bool:
        """Whether nothing is no value for it."""
        try:
            self.take(None)
        except ValidationError:
            return True
        return False

    @property
    def base(self) -> str:
        """The field's name without its language."""
        return self.name.removesuffix(f"_{self.language}") if self.language else self.name


def text_field(
    name: str,
    label: str,
    *,
    multiline: bool = False,
    limit: int = LONGEST_TEXT,
    required: bool = False,
    help: str = "",  # noqa: A002
) -> CuratedField:
    """Plain text in no particular language."""
    return CuratedField(
        name, label, _text_taker(multiline=multiline, limit=limit, required=required), *_column(name),
        multiline=multiline, limit=limit, help=help,
    )  # fmt: skip


def translated_fields(
    name: str,
    label: str,
    *,
    multiline: bool = False,
    limit: int = LONGEST_TEXT,
    help: str = "",  # noqa: A002
) -> tuple[CuratedField, ...]:
    """A text once in each language of the portal."""
    return tuple(
        CuratedField(
            f"{name}_{code}", f"{label} ({LANGUAGE_NAMES[code]})",
            _text_taker(multiline=multiline, limit=limit, required=False), *_translated_column(name, code),
            language=code, multiline=multiline, limit=limit, help=help,
        )
        for code in LANGUAGE_CODES
    )  # fmt: skip


def choice_field(
    name: str,
    label: str,
    choices: type[models.TextChoices],
    *,
    blank: bool = False,
    help: str = "",  # noqa: A002
) -> CuratedField:
    """One of a fixed list."""
    listed = tuple((str(value), str(text)) for value, text in choices.choices)

    def take(value: Any) -> str:
        if blank and value in ("", None):
            return ""
        if value not in choices.values:
            raise ValidationError(f"Choose one of: {', '.join(text for _, text in listed)}.")
        return str(value)

    return CuratedField(name, label, take, *_column(name), choices=listed, help=help, shape="choice")


def choices_field(name: str, label: str, choices: type[models.TextChoices]) -> CuratedField:
    """Any of a fixed list."""
    listed = tuple((str(value), str(text)) for value, text in choices.choices)

    def take(value: Any) -> list[str]:
        wanted = _listed(value)
        if unknown := [one for one in wanted if one not in choices.values]:
            raise ValidationError(f"Unknown: {', '.join(map(str, unknown))}.")
        return [one for one, _ in listed if one in wanted]

    return CuratedField(name, label, take, *_column(name), choices=listed, shape="choices")


def languages_field(name: str, label: str) -> CuratedField:
    """Languages by their BCP 47 code."""

    def take(value: Any) -> list[str]:
        wanted = [str(one).strip().lower() for one in _listed(value)]
        if unknown := [one for one in wanted if not _LANGUAGE.fullmatch(one)]:
            raise ValidationError(f"Not a language code: {', '.join(unknown)}.")
        return list(dict.fromkeys(wanted))

    return CuratedField(
        name, label, take, *_column(name), help="Codes such as fr or nl, with commas between them.", shape="languages"
    )


def url_field(name: str, label: str, *, required: bool = True) -> CuratedField:
    """A web address voters may open; none where it need not be given."""

    def take(value: Any) -> str:
        return "" if not required and not str(value or "").strip() else take_url(value)

    return CuratedField(name, label, take, *_column(name), shape="url")


def language_field(name: str, label: str) -> CuratedField:
    """One language by its BCP 47 code."""

    def take(value: Any) -> str:
        code = str(value or "").strip().lower()
        if not _LANGUAGE.fullmatch(code):
            raise ValidationError("Give a language code such as fr.")
        return code

    return CuratedField(name, label, take, *_column(name), help="A code such as fr or nl.", limit=8)


def places_field(name: str, label: str) -> CuratedField:
    """Places by the codes of their centres; proposals hold them as one line in the order of the alphabet."""

    def take(value: Any) -> str:
        codes = sorted({str(one).strip().lower() for one in _listed(value)})
        if unknown := [code for code in codes if not _PLACE.fullmatch(code)]:
            raise ValidationError(f"Not the code of a centre: {', '.join(one[:40] for one in unknown)}.")
        if not codes:
            raise ValidationError("Give the code of one centre at least.")
        return ", ".join(codes)

    def write(record: models.Model, value: Any) -> None:
        setattr(record, name, _listed(value))

    return CuratedField(
        name, label, take, lambda record: ", ".join(sorted(getattr(record, name))), write,
        help="Codes such as fr or be, with commas between them.", limit=600,
    )  # fmt: skip


def captions_fields(name: str, label: str) -> tuple[CuratedField, ...]:
    """WebVTT captions once in each language of the portal, as the portal writes them."""

    def take(value: Any) -> str:
        if value is not None and not isinstance(value, str):
            raise ValidationError("Give a text.")
        try:
            return captions_clean(value or "")
        except WebVTTError as error:
            raise ValidationError(error.problems) from None

    return tuple(
        CuratedField(
            f"{name}_{code}", f"{label} ({LANGUAGE_NAMES[code]})", take, *_translated_column(name, code),
            language=code, multiline=True, help="The text of a WebVTT file, from the line WEBVTT on.",
        )
        for code in LANGUAGE_CODES
    )  # fmt: skip


def date_field(name: str, label: str, *, required: bool = False, help: str = "") -> CuratedField:  # noqa: A002
    """A whole day, as YYYY-MM-DD."""

    def take(value: Any) -> str | None:
        if value in ("", None):
            if required:
                raise ValidationError("Give a date.")
            return None
        return take_date(value).isoformat()

    def write(record: models.Model, value: Any) -> None:
        setattr(record, name, dt.date.fromisoformat(value) if value else None)

    def read(record: models.Model) -> Any:
        value = getattr(record, name)
        return value.isoformat() if value else None

    return CuratedField(name, label, take, read, write, help=help, shape="date")


def instant_field(name: str, label: str) -> CuratedField:
    """A moment: with its offset from UTC, in a zone's local time, or both (`take_instant`)."""

    def take(value: Any) -> str | None:
        return None if value in ("", None) else take_instant(value).isoformat()

    def write(record: models.Model, value: Any) -> None:
        setattr(record, name, dt.datetime.fromisoformat(value) if value else None)

    def read(record: models.Model) -> Any:
        value = getattr(record, name)
        return value.astimezone(dt.UTC).isoformat() if value else None

    return CuratedField(name, label, take, read, write, shape="instant")


def number_field(
    name: str,
    label: str,
    *,
    least: int = 0,
    most: int = 10_000,
    required: bool = True,
    help: str = "",  # noqa: A002
) -> CuratedField:
    """A whole number; none where it need not be given."""

    def take(value: Any) -> int | None:
        if not required and value in ("", None):
            return None
        try:
            number = int(str(value).strip())
        except ValueError:
            raise ValidationError("Give a whole number.") from None
        if not least <= number <= most:
            raise ValidationError(f"Give a number from {least} to {most}.")
        return number

    return CuratedField(name, label, take, *_column(name), help=help, shape="number")


def time_field(name: str, label: str, *, help: str = "") -> CuratedField:  # noqa: A002
    """A time of the day as HH:MM, in the place's own time; none where it need not be given."""

    def write(record: models.Model, value: Any) -> None:
        setattr(record, name, dt.time.fromisoformat(value) if value else None)

    def read(record: models.Model) -> Any:
        value = getattr(record, name)
        return value.strftime("%H:%M") if value else None

    return CuratedField(name, label, take_time, read, write, help=help, shape="time")


def flag_field(name: str, label: str) -> CuratedField:
    """Yes or no."""

    def take(value: Any) -> bool:
        if value in (True, "true", "on", "yes", "1", 1):
            return True
        if value in (False, "false", "no", "", "0", 0, None):
            return False
        raise ValidationError("Answer yes or no.")

    return CuratedField(name, label, take, *_column(name), shape="flag")


def reference_field(
    name: str, label: str, model: type[models.Model], key: str, *, required: bool = False
) -> CuratedField:
    """Another record, by its stable key."""

    def take(value: Any) -> str | None:
        if value in ("", None):
            if required:
                raise ValidationError(f"Choose the {model._meta.verbose_name}.")
            return None
        if not model._default_manager.filter(**{key: value}).exists():
            raise ValidationError(f"There is no {model._meta.verbose_name} {str(value)[:100]!r}.")
        return str(value)

    def write(record: models.Model, value: Any) -> None:
        setattr(record, name, model._default_manager.get(**{key: value}) if value else None)

    def read(record: models.Model) -> Any:
        # A record that is being made may not have one yet.
        other = getattr(record, name, None)
        return getattr(other, key) if other is not None else None

    return CuratedField(name, label, take, read, write, shape="reference")


def take_url(value: Any) -> str:
    """A web address. Raises `ValidationError` for anything a voter should not be sent to."""
    address = str(value or "").strip()
    try:
        _URL(address)
        parts = urlsplit(address)
        port = parts.port
    except (ValidationError, ValueError):
        raise ValidationError("Give a full web address that begins with https:// or http://.") from None
    if parts.username or parts.password:
        raise ValidationError("Leave the user name out of the address.")
    if _is_inside(parts.hostname or ""):
        raise ValidationError("This address is inside a network: voters cannot open it.")
    if port not in (None, 80, 443) and not settings.OUTBOUND_LOCAL:
        raise ValidationError("Give the address without a port: official pages have none.")
    if len(address) > 500:  # noqa: PLR2004 -- the column's width
        raise ValidationError("The address is longer than 500 characters.")
    return address


def _is_inside(host: str) -> bool:
    """Whether a host is told by its name or number not to be one of the public Internet; nobody is asked."""
    try:
        number = ip_address(host.strip("[]"))
    except ValueError:
        return "." not in host.rstrip(".") or host.rstrip(".").lower().endswith(_INSIDE)
    return not is_public(number) and not (settings.OUTBOUND_LOCAL and number.is_loopback)


def take_instant(value: Any) -> dt.datetime:
    """A moment, in UTC, of `2029-06-09T18:00+02:00`, `2029-06-09T18:00[Europe/Vienna]` or both (RFC 9557).

    Raises `ValidationError` for a zone there is not, a local time its clocks skip, and an offset it does not have then.
    """
    local, _, zone = str(value).strip().removesuffix("]").partition("[")
    try:
        moment = dt.datetime.fromisoformat(local)
    except ValueError:
        raise ValidationError("Give a date and time such as 2029-06-09T18:00+02:00.") from None
    if not 1945 <= moment.year <= 2100:  # noqa: PLR2004
        raise ValidationError("This year cannot be right.")
    if not zone:
        if moment.tzinfo is None:
            raise ValidationError("Say how far from UTC the time is, as in +02:00.")
        return moment.astimezone(dt.UTC)
    try:
        there = rule_instant(moment.date(), moment.time(), zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValidationError(
            str(error) if isinstance(error, NoSuchTimeError) else f"There is no time zone {zone[:60]!r}."
        ) from None
    if moment.tzinfo is None:
        return there
    if moment.astimezone(ZoneInfo(zone)).utcoffset() != moment.utcoffset():
        offset = there.astimezone(ZoneInfo(zone)).isoformat()[-6:]
        raise ValidationError(f"The clocks of {zone} are {offset} from UTC then.")
    return moment.astimezone(dt.UTC)


def take_time(value: Any) -> str | None:
    """A time of the day as HH:MM. Raises `ValidationError`."""
    if value in ("", None):
        return None
    try:
        return dt.time.fromisoformat(str(value).strip()).strftime("%H:%M")
    except ValueError:
        raise ValidationError("Give a time as HH:MM.") from None


def take_date(value: Any) -> dt.date:
    """A day of this or the next centuries. Raises `ValidationError`."""
    try:
        day = dt.date.fromisoformat(str(value).strip())
    except ValueError:
        raise ValidationError("Give a date as YYYY-MM-DD.") from None
    if not 1945 <= day.year <= 2100:  # noqa: PLR2004
        raise ValidationError("This year cannot be right.")
    return day


def _text_taker(*, multiline: bool, limit: int, required: bool) -> Callable[[Any], str]:
    def take(value: Any) -> str:
        if value is not None and not isinstance(value, str):
            raise ValidationError("Give a text.")
        text = text_clean((value or "")[: 20 * limit], multiline=multiline)
        if required and not text:
            raise ValidationError("Give a text.")
        if len(text) > limit:
            raise ValidationError(f"The text has {len(text):,} characters; at most {limit:,} fit.")
        return text

    return take


def _listed(value: Any) -> list[Any]:
    if value in ("", None):
        return []
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    if isinstance(value, list | tuple):
        return list(value)
    raise ValidationError("Give a list.")


def _column(name: str) -> tuple[Callable[[models.Model], Any], Callable[[models.Model, Any], None]]:
    def read(record: models.Model) -> Any:
        value = getattr(record, name)
        return list(value) if isinstance(value, list | tuple) else value

    return read, lambda record, value: setattr(record, name, value)


def _translated_column(
    name: str, code: str
) -> tuple[Callable[[models.Model], Any], Callable[[models.Model, Any], None]]:
    column = f"{name}_{code}"

    def read(record: models.Model) -> Any:
        return getattr(record, column) or ""

    def write(record: models.Model, value: Any) -> None:
        # "Not given" is null in the database, as the loader writes it.
        setattr(record, column, value or None)

    return read, write
