"""Answers before they are put into languages: what they are made from and what they carry."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from centers.facts import sentences
from centers.facts.electoral_authorities import Authority
from centers.facts.ep_2024_rules import Rules
from centers.facts.legal_bases import LegalBasis
from centers.facts.voice import SOURCE_LANGUAGE, Voice
from centers.models import LocalRules, Question
from centers.models.source import Purpose

#: Paragraphs of an answer in a language; raises `UntranslatedError`.
Speak = Callable[[Voice], list[str]]


@dataclass(frozen=True, slots=True)
class LastEuropean:
    """How a state held the last European election: `rules` as published, `row` with what only the pack knows."""

    election_id: int
    year: str
    rules: LocalRules
    row: Rules

    def confidence(self, *fields: str) -> str:
        """The lowest confidence among the fields that are published."""
        levels = [self.row.confidence[field] for field in fields if self.row.is_publishable(field)]
        return "medium" if "medium" in levels or not levels else "high"


@dataclass(frozen=True, slots=True)
class Union:
    """What the states' rules of the last European election add up to."""

    election_id: int
    year: str
    rules: Sequence[LocalRules]


@dataclass(frozen=True, slots=True)
class PlaceFacts:
    """What answers about a place are made from. `authorities` are those published, in their order."""

    code: str
    authorities: Sequence[Authority]
    european: LastEuropean | None
    union: Union | None
    legal_bases: Mapping[str, LegalBasis]

    @property
    def authority(self) -> Authority:
        """Who speaks first for elections here."""
        return self.authorities[0]

    def with_purpose(self, *purposes: Purpose) -> list[Authority]:
        """Authorities that do one of these things for every voter and every election, each name once."""
        found = [one for one in self.authorities if any(one.is_for(purpose) for purpose in purposes)]
        return list({one.name: one for one in found}.values())


@dataclass(frozen=True, slots=True)
class Draft:
    """An answer before it is put into languages."""

    question: Question
    speak: Speak
    source_name: str
    source_url: str
    confidence: str
    evidence: str
    verified_on: dt.date
    election_id: int | None = None


def authority_name(authority: Authority, voice: Voice) -> str:
    """What it calls itself; in English pages with an English rendering in front."""
    own = authority.name.replace(" | ", " / ")
    if voice.language != SOURCE_LANGUAGE or authority.name == authority.name_en:
        return own
    return f"{authority.name_en} / {own}"


def authority_names(authorities: Sequence[Authority], voice: Voice) -> list[str]:
    return [authority_name(one, voice) for one in authorities]


def about_european(facts: PlaceFacts, question: Question, fields: Sequence[str], speak: Speak) -> Draft | None:
    """An answer that tells rules of the last European election and ends by saying that others can differ."""
    european = facts.european
    if european is None:
        return None

    def with_reservation(voice: Voice) -> list[str]:
        name = authority_name(facts.authority, voice)
        return [*speak(voice), sentences.other_elections_differ(voice, authority=name)]

    return Draft(
        question=question,
        speak=with_reservation,
        source_name=facts.authority.name,
        source_url=facts.authority.url,
        confidence=european.confidence(*fields),
        evidence=european.row.source,
        verified_on=european.row.verified_on,
        election_id=european.election_id,
    )


def from_authority(question: Question, authorities: Sequence[Authority], speak: Speak) -> Draft | None:
    """An answer that says whom to ask."""
    if not authorities:
        return None
    return Draft(
        question=question,
        speak=speak,
        source_name=authorities[0].name,
        source_url=authorities[0].url,
        confidence="medium" if any(one.confidence == "medium" for one in authorities) else "high",
        evidence="; ".join(dict.fromkeys(one.source for one in authorities)),
        verified_on=min(one.verified_on for one in authorities),
    )
