"""One ClaimReview, read from whatever its publisher wrote. Pure code."""

from __future__ import annotations

import datetime as dt
import hashlib
import html
import json
import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from email.utils import parsedate_to_datetime
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from factcheck.feeds.trouble import Trouble

LONGEST_CLAIM: Final = 2000
_LONGEST: Final = 2000
_MOST_PLACES: Final = 20
_TAG: Final = re.compile(r"<[^<>]{0,500}>")
_CONTROL: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f]")
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}")
#: What statistics add to addresses.
_TRACKING: Final = re.compile(r"utm_|fbclid|gclid|mc_")


@dataclass(frozen=True, slots=True)
class ReviewRead:
    """What was read. `problem` is what keeps it from being taken, and `detail` a few words of what."""

    article_url: str
    claim: str
    language: str
    rating_words: str
    rating_value: str
    worst_rating: str
    best_rating: str
    explanation: str
    author: str
    published_at: dt.datetime | None
    appearances: tuple[str, ...]
    problem: Trouble | None = None
    detail: str = ""

    @property
    def digest(self) -> str:
        """Another one says that the article says something else; its date alone says nothing."""
        said = [
            self.claim, self.language, self.rating_words, self.rating_value, self.worst_rating, self.best_rating,
            self.explanation, self.problem or "",
        ]  # fmt: skip
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Around:
    """What a review may leave unsaid: the page or feed it stands in, and whose site it has to be on."""

    url: str
    site: str
    language: str
    title: str = ""


def is_of_site(url: str, site: str) -> bool:
    """Whether an address is on the site of `site` (an address, too): the same host or one below it.

    >>> is_of_site("https://checks.desk.example/a", "https://www.desk.example/")
    True
    >>> is_of_site("https://desk.example.evil.example/a", "https://desk.example/")
    False
    """
    try:
        host, own = (urlsplit(one).hostname or "" for one in (url, site))
    except ValueError:
        return False
    host, own = host.removesuffix("."), own.removesuffix(".").removeprefix("www.")
    return bool(own) and (host == own or host.endswith(f".{own}"))


def review_read(data: dict[str, Any], around: Around) -> ReviewRead:
    """A review as far as it can be read; never raises."""
    article = url_plain(_text(data.get("url")) or around.url, around.url)
    rating = _first(data.get("reviewRating"))
    reviewed = _first(data.get("itemReviewed"))
    author = _first(data.get("author")) or _first(data.get("publisher"))
    explanation = next(
        (
            text
            for text in (
                _text(rating.get("ratingExplanation")), _text(data.get("reviewBody")), _text(data.get("description")),
                _text(data.get("headline")), _text(data.get("name")), _text(around.title),
            )
            if text
        ),
        "",
    )  # fmt: skip
    read = ReviewRead(
        article_url=article,
        claim=_text(data.get("claimReviewed")) or _text(reviewed.get("text")),
        language=_language(data.get("inLanguage")) or around.language,
        rating_words=(_text(rating.get("alternateName")) or _text(rating.get("name")))[:200],
        rating_value=_text(rating.get("ratingValue"))[:40],
        worst_rating=_text(rating.get("worstRating"))[:40],
        best_rating=_text(rating.get("bestRating"))[:40],
        explanation=_cut(explanation),
        author=_text(author.get("name"))[:300],
        published_at=_moment(data.get("datePublished")) or _moment(data.get("dateModified")),
        appearances=_appearances(reviewed),
    )
    problem, detail = _problem(read, _text(author.get("url")), around)
    if problem is Trouble.TOO_LONG:
        read = _with(read, claim=read.claim[:LONGEST_CLAIM])
    return _with(read, problem=problem, detail=detail)


def _with(read: ReviewRead, **values: Any) -> ReviewRead:
    return ReviewRead(**{name: getattr(read, name) for name in ReviewRead.__slots__} | values)


def _problem(read: ReviewRead, author_url: str, around: Around) -> tuple[Trouble | None, str]:
    """The first thing that is wrong."""
    outside = _outside(read)
    author_is_elsewhere = author_url.startswith(("https://", "http://")) and not is_of_site(author_url, around.site)
    found = (
        (not read.article_url, Trouble.BAD_ADDRESS, ""),
        (not is_of_site(read.article_url, around.site), Trouble.NOT_THEIRS, read.article_url),
        (author_is_elsewhere, Trouble.NOT_THEIRS, f"{read.author}: {author_url}"),
        (not read.claim, Trouble.NO_CLAIM, ""),
        (len(read.claim) > LONGEST_CLAIM, Trouble.TOO_LONG, f"{len(read.claim)} characters"),
        (not read.rating_words and not read.rating_value, Trouble.NO_RATING, ""),
        (bool(outside), Trouble.RATING_OUTSIDE, outside),
        (not read.explanation, Trouble.NO_EXPLANATION, ""),
    )
    return next(((trouble, detail[:300]) for is_so, trouble, detail in found if is_so), (None, ""))


def _outside(read: ReviewRead) -> str:
    """What is wrong with the number; empty where nothing is. Scales may go up or down: school marks do."""
    written = {"value": read.rating_value, "worst": read.worst_rating, "best": read.best_rating}
    numbers: dict[str, Decimal] = {}
    for name, text in written.items():
        if text:
            try:
                numbers[name] = Decimal(text)
            except InvalidOperation:
                return f"{name} “{text}” is no number"
            if not numbers[name].is_finite():
                return f"{name} “{text}” is no number"
    if "value" not in numbers or not {"worst", "best"} & set(numbers):
        return ""
    # schema.org: where one is left out, 1 and 5 are assumed.
    ends = sorted((numbers.get("worst", Decimal(1)), numbers.get("best", Decimal(5))))
    if not ends[0] <= numbers["value"] <= ends[1]:
        return f"{read.rating_value} is not between {ends[0]} and {ends[1]}"
    return ""


def url_plain(url: str, base: str) -> str:
    """An address without its fragment and what statistics add; empty where it is none."""
    try:
        parts = urlsplit(urljoin(base, url.strip()))
        host = parts.hostname or ""
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return ""
    if parts.scheme not in {"https", "http"} or not host:
        return ""
    query = [
        (name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if not _TRACKING.match(name)
    ]
    plain = urlunsplit((parts.scheme, host + port, parts.path or "/", urlencode(query), ""))
    return plain if len(plain) <= _LONGEST and plain.isprintable() else ""


def search_reviews(document: Any) -> list[dict[str, Any]] | None:
    """The answer of `claims:search` (Fact Check Tools API) as ClaimReview; `None` for another shape."""
    if not isinstance(document, dict) or not isinstance(document.get("claims", []), list):
        return None
    found = []
    for claim in document.get("claims", []):
        for review in _list(claim.get("claimReview")) if isinstance(claim, dict) else ():
            publisher = _first(review.get("publisher"))
            site = _text(publisher.get("site"))
            found.append(
                {
                    "claimReviewed": claim.get("text"),
                    "url": review.get("url"),
                    "name": review.get("title"),
                    "inLanguage": review.get("languageCode"),
                    "datePublished": review.get("reviewDate"),
                    "author": {"name": publisher.get("name"), "url": f"https://{site}" if site else ""},
                    "reviewRating": {"alternateName": review.get("textualRating")},
                }
            )
    return found


def _list(value: Any) -> list[dict[str, Any]]:
    found = value if isinstance(value, list) else [value]
    return [one for one in found if isinstance(one, dict)]


def _first(value: Any) -> dict[str, Any]:
    return next(iter(_list(value)), {})


def _text(value: Any) -> str:
    """Plain text on one or several lines: no markup, no control characters; numbers as they are written."""
    if isinstance(value, list):
        value = next((one for one in value if isinstance(one, str | dict)), "")
    if isinstance(value, dict):
        value = value.get("@value", "")
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    if isinstance(value, str):
        plain = html.unescape(_TAG.sub(" ", value))
        # Half a character cannot be stored.
        plain = plain.encode("utf-8", errors="replace").decode("utf-8")
        lines = (" ".join(line.split()) for line in _CONTROL.sub(" ", plain).splitlines())
        return "\n".join(line for line in lines if line)
    try:
        return str(value)
    except ValueError:
        # Python writes no number of more than 4,300 digits.
        return "too long a number"


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1].rstrip()}…"


def _language(value: Any) -> str:
    """`de` of `de-AT`; of an object `schema.org/Language`, its code."""
    if isinstance(value, dict):
        value = value.get("alternateName") or value.get("name")
    written = _text(value).lower().replace("_", "-").partition("-")[0]
    return written if _LANGUAGE.fullmatch(written) else ""


def _moment(value: Any) -> dt.datetime | None:
    """ISO 8601, or the date format of mail; a day is its beginning in UTC."""
    written = _text(value)
    try:
        # Fractions of a second may have nine digits.
        moment = dt.datetime.fromisoformat(re.sub(r"\.\d+", "", written))
    except ValueError:
        try:
            moment = parsedate_to_datetime(written)
        except (TypeError, ValueError):
            return None
    try:
        return (moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)).astimezone(dt.UTC)
    except OverflowError:
        return None


def _appearances(reviewed: dict[str, Any]) -> tuple[str, ...]:
    found = []
    for key in ("firstAppearance", "appearance"):
        value = reviewed.get(key)
        for one in value if isinstance(value, list) else [value]:
            url = _text(one.get("url") or one.get("@id")) if isinstance(one, dict) else _text(one)
            if (
                url.startswith(("https://", "http://"))
                and len(url) <= _LONGEST
                and url.isprintable()
                and " " not in url
            ):
                found.append(url)
    return tuple(dict.fromkeys(found))[:_MOST_PLACES]
