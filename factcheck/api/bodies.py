"""Bodies of what partners' systems send: JSON objects of a known shape and a bounded size."""

from __future__ import annotations

from typing import Any, Final, TypeVar

import msgspec
from django.core.exceptions import RequestDataTooBig
from rest_framework import exceptions, status
from rest_framework.request import Request

from electioncenters.languages import LANGUAGE_NAMES

Body = TypeVar("Body", bound=msgspec.Struct)

#: Ten addresses and two long texts in the widest script fit many times over.
MOST_BYTES: Final = 64 * 1024
LONGEST_TEXT: Final = 2000
LONGEST_NAME: Final = 200
MOST_EVIDENCE: Final = 10


class TooLarge(exceptions.APIException):
    """More than one request may carry."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_code = "too_large"


class Unreadable(exceptions.APIException):
    """A format we do not read."""

    status_code = status.HTTP_415_UNSUPPORTED_MEDIA_TYPE
    default_code = "unsupported_format"


class AssessmentBody(msgspec.Struct, forbid_unknown_fields=True):
    """What a partner found."""

    explanation: str
    language: str
    rating: str = ""
    own_rating: str = ""
    article_url: str = ""
    evidence: list[str] = []
    replaces: int | None = None


class WithdrawalBody(msgspec.Struct, forbid_unknown_fields=True):
    """Why a partner stands by it no more."""

    reason: str
    assessment: int | None = None


class OfferBody(msgspec.Struct, forbid_unknown_fields=True):
    """What a partner says to being asked."""

    answer: str
    reason: str = ""
    to: str = ""


class ClaimBody(msgspec.Struct, forbid_unknown_fields=True):
    """Something that is said."""

    text: str
    language: str
    countries: list[str]
    seen_at: str = ""


def body_read(request: Request, shape: type[Body]) -> Body:
    """The body as `shape`. Raises `Unreadable`, `TooLarge`, `ParseError`, and `ValidationError` by field."""
    if (request.content_type or "").partition(";")[0].strip().lower() != "application/json":
        raise Unreadable("Send application/json.")
    too_large = TooLarge(f"A request may hold at most {MOST_BYTES} bytes.")
    if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_BYTES:
        raise too_large
    try:
        raw = request.body
    except RequestDataTooBig as error:
        raise too_large from error
    try:
        read = msgspec.json.decode(raw, type=shape)
    except msgspec.ValidationError as error:
        field = str(error).rpartition("$.")[2].strip("`") if "$." in str(error) else "body"
        raise exceptions.ValidationError({field: str(error)}) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise exceptions.ParseError(f"The body is no JSON: {error}", "malformed") from error
    if problems := {name: "Must not hold a NUL." for name, value in _texts(read) if "\0" in value}:
        raise exceptions.ValidationError(problems)
    return read


def _texts(read: msgspec.Struct) -> list[tuple[str, str]]:
    values: dict[str, Any] = msgspec.structs.asdict(read)
    return [
        (name, text)
        for name, value in values.items()
        for text in (value if isinstance(value, list) else [value])
        if isinstance(text, str)
    ]


def repeat_name(request: Request) -> str:
    """`Idempotency-Key`, the caller's own name for what it sends; empty without one. Raises `ValidationError`."""
    name = request.headers.get("Idempotency-Key", "")
    if len(name) > LONGEST_NAME:
        raise exceptions.ValidationError({"Idempotency-Key": f"Must have at most {LONGEST_NAME} characters."})
    return name


def text_problems(**texts: str) -> dict[str, str]:
    """What is wrong with texts that have to say something, by name."""
    said = f"Must be a text of 1 to {LONGEST_TEXT} characters."
    return {name: said for name, text in texts.items() if not text.strip() or len(text) > LONGEST_TEXT}


def language_problem(language: str) -> dict[str, str]:
    """What is wrong with a language, if anything is."""
    if language in LANGUAGE_NAMES:
        return {}
    return {"language": f"Must be one of {', '.join(sorted(LANGUAGE_NAMES))}."}


def address_problems(**addresses: str) -> dict[str, str]:
    """What is wrong with web addresses, by name; empty ones are none."""
    said = f"Must be an address that begins with https:// or http://, of at most {LONGEST_TEXT} characters."
    return {
        name.replace("__", "."): said
        for name, url in addresses.items()
        if url and not (url.startswith(("https://", "http://")) and len(url) <= LONGEST_TEXT)
    }
