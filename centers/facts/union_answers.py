"""Answers about the European Union as a whole: what the member states' rules add up to."""

from __future__ import annotations

from centers.facts import sentences
from centers.facts.drafts import Draft, PlaceFacts, Speak, authority_name
from centers.facts.voice import Voice
from centers.models import Question


def _about_union(facts: PlaceFacts, question: Question, speak: Speak) -> Draft | None:
    if facts.union is None or not facts.union.rules:
        return None
    rules = facts.union.rules
    return Draft(
        question=question,
        speak=speak,
        source_name=facts.authority.name,
        source_url=facts.authority.url,
        confidence="medium" if any(one.confidence == "medium" for one in rules) else "high",
        evidence="Sum of the rules of the member states",
        verified_on=min(one.verified_on for one in rules),
        election_id=facts.union.election_id,
    )


def union_when(facts: PlaceFacts) -> Draft | None:
    """When the member states voted."""
    union = facts.union
    days = sorted(day for one in union.rules for day in one.voting_days) if union else []
    if union is None or not days:
        return None

    def speak(voice: Voice) -> list[str]:
        name = authority_name(facts.authority, voice)
        return [
            sentences.voting_days_of_the_union(voice, year=union.year, first=days[0], last=days[-1]),
            sentences.next_day_is_announced(voice, authority=name),
        ]

    return _about_union(facts, Question.WHEN, speak)


def union_who_can_vote(facts: PlaceFacts) -> Draft | None:
    """From which ages people could vote."""
    union = facts.union
    ages = [one.min_voting_age for one in union.rules if one.min_voting_age is not None] if union else []
    if union is None or not ages:
        return None

    def speak(voice: Voice) -> list[str]:
        name = authority_name(facts.authority, voice)
        return [
            sentences.voting_age_in_the_union(voice, year=union.year, youngest=min(ages), oldest=max(ages)),
            sentences.other_elections_differ(voice, authority=name),
        ]

    return _about_union(facts, Question.WHO_CAN_VOTE, speak)


def union_how_votes_become_seats(facts: PlaceFacts) -> Draft | None:
    """How many members were elected; only when every state's number is known."""
    union = facts.union
    seats = [one.seats for one in union.rules] if union else []
    if union is None or not seats or None in seats:
        return None
    count = sum(number for number in seats if number is not None)

    def speak(voice: Voice) -> list[str]:
        name = authority_name(facts.authority, voice)
        return [
            sentences.seats_of_the_union(voice, year=union.year, count=count),
            sentences.other_elections_differ(voice, authority=name),
        ]

    return _about_union(facts, Question.HOW_VOTES_BECOME_SEATS, speak)
