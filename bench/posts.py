"""A stream of short posts in many languages, fictional, the same for the same seed.

Everyday posts are put together from clauses of the shipped ones in which no rule's words stand, with words nobody has
written before, since a real stream never ends bringing new ones. Election posts, and posts that sound like elections
and are about something else, are the shipped ones with a word more: what matches is spread over all languages and
hundreds of rules.
"""

from __future__ import annotations

import datetime as dt
import json
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from labeling.matching.phrases import PhraseIndex, phrase_key
from labeling.matching.years import TEMPLATE
from labeling.text import folded_key, normalise_text

#: Share of the stream that is about an election.
MATCHING = 0.1
#: Share that sounds like one: class elections, song contests, words with other meanings.
SOUNDING = 0.05
_DATA = Path(__file__).resolve().parent.parent / "labeling" / "data"
_CLAUSES = re.compile(r"[.!?…,;:\n]+\s*")
_EMOJI = ("😂", "🔥", "❤️", "🙌", "✨", "🥹", "😭", "👀", "☕", "🍂")
#: People write these languages more than the others.
_LARGE = frozenset({"de", "fr", "it", "es", "pl", "en"})
_NOON = dt.datetime(2026, 11, 1, 12, tzinfo=dt.UTC)
_AUTHORS = 50_000


@dataclass(slots=True)
class _Language:
    """What people write in one language."""

    clauses: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    regions: list[str] = field(default_factory=list)


def posts(count: int, *, seed: int = 1, prefix: str = "bench") -> Iterator[dict[str, Any]]:
    """`count` items as a platform hands them in; ids begin with `prefix`."""
    chance = random.Random(seed)
    elections, sounding, everyday = _elections(), _sounding(), _everyday()
    languages = list(everyday)
    weights = [6 if language in _LARGE else 1 for language in languages]
    for number in range(count):
        kind = chance.random()
        if kind < MATCHING + SOUNDING:
            post = _shipped_post(chance, elections if kind < MATCHING else sounding)
        else:
            (language,) = chance.choices(languages, weights)
            post = _everyday_post(chance, language, everyday[language])
        yield {"external_id": f"{prefix}-{number}"} | post | _circumstances(chance, number)


def bodies(items: Iterator[dict[str, Any]], size: int) -> Iterator[tuple[int, bytes]]:
    """The items as JSON arrays of at most `size`, each with how many it holds."""
    batch: list[dict[str, Any]] = []
    for item in items:
        batch.append(item)
        if len(batch) == size:
            yield len(batch), msgspec.json.encode(batch)
            batch = []
    if batch:
        yield len(batch), msgspec.json.encode(batch)


def _everyday_post(chance: random.Random, language: str, known: _Language) -> dict[str, Any]:
    parts = [chance.choice(known.clauses) for _ in range(chance.choice((1, 2, 2, 3)))]
    parts += [new_word(chance, known.words) for _ in range(chance.choice((0, 1, 2)))]
    if chance.random() < 0.15:
        parts.append(f"@demo.{new_word(chance, known.words).lower()}")
    if chance.random() < 0.05:
        parts.append(f"https://video.example/{chance.getrandbits(32):x}")
    chance.shuffle(parts)
    parts += chance.choices(_EMOJI, k=chance.choice((0, 0, 1, 2)))
    tags = [chance.choice(known.tags) for _ in range(chance.choice((0, 0, 1, 2, 3)))] if known.tags else []
    if chance.random() < 0.3:
        tags.append(new_word(chance, known.words).lower())
    post: dict[str, Any] = {"text": " ".join(parts)}
    if chance.random() < 0.3:
        post["hashtags"] = tags
    else:
        post["text"] += "".join(f" #{tag}" for tag in tags)
    if chance.random() < 0.9:
        post["lang"] = language
    if known.regions and chance.random() < 0.9:
        post["region"] = chance.choice(known.regions)
    return post


def _shipped_post(chance: random.Random, shipped_posts: Sequence[dict[str, Any]]) -> dict[str, Any]:
    shipped = chance.choice(shipped_posts)
    words = shipped["text"].split()
    post = {name: shipped[name] for name in ("lang", "region", "hashtags") if name in shipped}
    return post | {"text": f"{shipped['text']} {new_word(chance, words)}"}


def _circumstances(chance: random.Random, number: int) -> dict[str, Any]:
    """Who, when and with what success."""
    author = min(int(chance.paretovariate(0.6)), _AUTHORS)  # a few post much, most hardly ever
    views = int(chance.paretovariate(0.5)) % 10_000_000
    found: dict[str, Any] = {
        "author": {"id": f"author-{author}", "handle": f"demo.person{author}"},
        "created_at": (_NOON + dt.timedelta(milliseconds=97 * number)).isoformat(),
        "url": f"https://video.example/v/{number}",
        "metrics": {"views": views, "likes": views // 12, "comments": views // 90, "shares": views // 200},
    }
    if chance.random() < 0.3:
        found["media"] = [{"type": "video", "sha256": f"{chance.getrandbits(256):064x}"}]
    return found


def everyday_words() -> list[str]:
    """The words that everyday posts are made of, in all languages."""
    return [word for language in _everyday().values() for word in language.words]


def new_word(chance: random.Random, words: Sequence[str]) -> str:
    """The beginning of one word and the end of another: of their language and script, and mostly of no dictionary."""
    one, other = chance.choice(words), chance.choice(words)
    return one[: len(one) // 2 + 1] + other[len(other) // 2 :]


@cache
def _shipped() -> tuple[dict[str, Any], ...]:
    """The shipped posts with what they should be labelled."""
    files = [_DATA / "sample_posts.ndjson", *sorted((_DATA / "evaluation").glob("*.ndjson"))]
    return tuple(json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines() if line)


def _elections() -> list[dict[str, Any]]:
    return [post for post in _shipped() if post["expected"] and not post.get("review_ok")]


def _sounding() -> list[dict[str, Any]]:
    return [post for post in _shipped() if not post["expected"]]


@cache
def _everyday() -> dict[str, _Language]:
    """Clauses, words and tags of the posts that get no label, by language, but those that are signs of rules."""
    from labeling.services.shipped import rules_shipped  # needs Django, which is set up only once a benchmark runs

    rules = rules_shipped()
    signs = PhraseIndex({key: True for rule in rules if rule.kind != "hashtag" and (key := phrase_key(rule.pattern))})
    tags = {folded_key(TEMPLATE.sub("", rule.pattern)) for rule in rules if rule.kind == "hashtag"}
    found: dict[str, _Language] = {}
    for post in _sounding():
        if not post.get("lang"):
            continue
        language = found.setdefault(post["lang"].partition("-")[0], _Language())
        plain = " ".join(word for word in post["text"].split() if word[0] not in "#＃@")
        clauses = [clause for clause in _CLAUSES.split(plain) if clause and not signs.find(normalise_text(clause))]
        language.clauses += clauses
        language.words += [word for clause in clauses for word in clause.split() if word.isalpha()]
        named = post.get("hashtags") or re.findall(r"#(\w+)", post["text"])
        language.tags += [tag for tag in named if folded_key(tag) not in tags and not signs.find(normalise_text(tag))]
        if region := post.get("region"):
            language.regions.append(region)
    return {name: language for name, language in found.items() if language.words}
