"""Every translated text of a place: what translators work through, one unit per record and field."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from centers.curation.fields import CuratedField
from centers.curation.kind import RecordKind
from centers.curation.kinds import KINDS
from centers.models import Answer, Campaign, Election, ElectionCenter, Jurisdiction, KeyDate, LiteracyVideo, Tip
from centers.models.fact import Translated, TranslationOrigin
from centers.wording import TextState, original_language, texts_of, wording_entry, wording_state
from electioncenters.languages import LANGUAGE_CODES


@dataclass(frozen=True, slots=True)
class Unit:
    """One translated field of one record. `title` says what it is, for people; `own` are the place's languages."""

    kind: RecordKind
    key: str
    base: str
    title: str
    record: Translated
    own: tuple[str, ...]

    @property
    def name(self) -> str:
        """The record, as proposals name it: `answer:ie/when`."""
        return f"{self.kind.noun}:{self.key}"

    @property
    def id(self) -> str:
        """`answer:ie::when::body`: an XML name token, which XLIFF 2 asks for."""
        return f"{self.name}/{self.base}".replace("/", "::")

    @property
    def original(self) -> str:
        """The language of the original."""
        return original_language(self.record, self.base, self.own)

    @property
    def source(self) -> str:
        """The original."""
        return self.text(self.original)

    def field(self, language: str) -> CuratedField:
        """The field that holds the text in `language`."""
        return self.kind.by_name[f"{self.base}_{language}"]

    def text(self, language: str) -> str:
        """The text in `language`, or "" ."""
        return getattr(self.record, f"{self.base}_{language}") or ""

    def state(self, language: str) -> TextState:
        """Where the text in `language` stands."""
        return wording_state(self.record, self.base, language, self.original)

    def is_machine(self, language: str) -> bool:
        """Whether the text is a machine's draft, outdated or not."""
        return bool(self.record.translation_origin.get(language) == TranslationOrigin.MACHINE)

    def entry(self, language: str) -> dict[str, Any]:
        """What is recorded about the translation (`centers.wording`)."""
        return wording_entry(self.record, self.base, language)


@dataclass(frozen=True, slots=True)
class Completeness:
    """How many units of a place are in which state, in one language."""

    language: str
    counts: dict[TextState, int]

    @property
    def total(self) -> int:
        """All units."""
        return sum(self.counts.values())

    @property
    def done(self) -> int:
        """Units nobody has to do anything about."""
        return sum(count for state, count in self.counts.items() if state.is_done)

    @property
    def percent(self) -> int:
        """Of `total`, rounded down: 100 only when nothing is missing."""
        return 100 * self.done // self.total if self.total else 100


def units_of(place: Jurisdiction) -> list[Unit]:
    """Every translated field of the place that has a text in some language, in seven queries."""
    return list(_units(place))


def completeness_of(units: Iterable[Unit], languages: Iterable[str]) -> list[Completeness]:
    """By language, in the order given."""
    listed = list(units)
    found = []
    for language in languages:
        counts = dict.fromkeys(TextState, 0)
        for unit in listed:
            counts[unit.state(language)] += 1
        found.append(Completeness(language, counts))
    return found


def languages_of(place: Jurisdiction) -> list[str]:
    """Every language of the portal, the place's own first."""
    return list(dict.fromkeys([code for code in place.languages if code in LANGUAGE_CODES] + list(LANGUAGE_CODES)))


def _units(place: Jurisdiction) -> Iterator[Unit]:
    own = tuple(place.languages)
    center = ElectionCenter.objects.for_code(place.code).first()
    answers = Answer.objects.filter(center__jurisdiction=place).select_related("center__jurisdiction")
    elections = Election.objects.filter(jurisdiction=place).select_related("jurisdiction").order_by("-key")
    dates = KeyDate.objects.filter(jurisdiction=place).select_related("election", "jurisdiction")
    campaigns = Campaign.objects.filter(jurisdiction=place).select_related("jurisdiction").order_by("slug")
    videos = LiteracyVideo.objects.filter(campaign__jurisdiction=place).select_related("campaign__jurisdiction")
    tips = Tip.objects.filter(jurisdiction=place).select_related("jurisdiction")
    rows: list[tuple[str, Translated, str]] = [
        *([("center", center, "Introduction of the centre")] if center else []),
        *(("answer", answer, str(answer.get_question_display())) for answer in answers),
        *(("election", election, f"Name of {election.key}") for election in elections),
        *(("campaign", one, f"Campaign {one.slug}") for one in campaigns),
        *(("video", one, f"Video {one.slug}") for one in videos),
        *(("tip", one, f"Tip {one.slug}") for one in tips),
        *(("date", date, f"{date.get_kind_display()}, {date.election.key}: note") for date in dates),
    ]
    for noun, record, title in rows:
        kind = KINDS[noun]
        for base in dict.fromkeys(one.base for one in kind.own if one.language):
            # Captions are files with times: who translates them hears the video, and hands in a file.
            if base != "captions" and texts_of(record, base):
                yield Unit(kind, kind.key(record), base, title, record, own)
