"""Answers to what voters ask, composed from facts.

Each function here answers one question about one state, or has no answer: then the page shows the question as
unanswered, with the authority's address. Nothing is invented to fill a gap.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from centers.facts import sentences
from centers.facts.drafts import (
    Draft,
    PlaceFacts,
    about_european,
    authority_name,
    authority_names,
    from_authority,
)
from centers.facts.union_answers import union_how_votes_become_seats, union_when, union_who_can_vote
from centers.facts.voice import UntranslatedError, Voice
from centers.models import Question
from centers.models.source import Purpose

Drafting = Callable[[PlaceFacts], Draft | None]


def drafts_compose(facts: PlaceFacts) -> list[Draft]:
    """The answers there are for a place."""
    return [draft for drafting in _DRAFTINGS if (draft := drafting(facts)) is not None]


def bodies_compose(draft: Draft, voices: Mapping[str, Voice]) -> dict[str, str | None]:
    """The answer in every language; `None` where a message is not translated."""
    return {language: _body(draft, voice) for language, voice in voices.items()}


def _body(draft: Draft, voice: Voice) -> str | None:
    try:
        return "\n\n".join(draft.speak(voice))
    except UntranslatedError:
        return None


def _when(facts: PlaceFacts) -> Draft | None:
    european = facts.european
    if european is None or not european.rules.voting_days:
        return None
    year, days = european.year, european.rules.voting_days

    def speak(voice: Voice) -> list[str]:
        name = authority_name(facts.authority, voice)
        return [
            sentences.voting_days(voice, year=year, days=days),
            sentences.next_day_is_announced(voice, authority=name),
        ]

    return Draft(
        question=Question.WHEN,
        speak=speak,
        source_name=facts.authority.name,
        source_url=facts.authority.url,
        confidence=european.confidence("voting_days"),
        evidence=european.row.source,
        verified_on=european.row.verified_on,
        election_id=european.election_id,
    )


def _who_can_vote(facts: PlaceFacts) -> Draft | None:
    european = facts.european
    if european is None or european.rules.min_voting_age is None:
        return None
    age, provision, details = european.rules.min_voting_age, european.rules.compulsory_voting, european.row.details

    def speak(voice: Voice) -> list[str]:
        said = sentences.voting_age(voice, year=european.year, age=age, rule=details.voting_age_rule)
        if provision:
            until = details.compulsory_until_age
            said.append(sentences.compulsory_voting(voice, provision=provision, until_age=until))
        return [" ".join(said)]

    return about_european(facts, Question.WHO_CAN_VOTE, ("min_voting_age", "compulsory_voting"), speak)


def _am_i_registered(facts: PlaceFacts) -> Draft | None:
    registrars = facts.with_purpose(Purpose.REGISTRATION)

    def speak(voice: Voice) -> list[str]:
        who = sentences.registration_is_with(voice, authorities=authority_names(registrars, voice))
        return [f"{who} {sentences.ask_whether_registered(voice)}"]

    return from_authority(Question.AM_I_REGISTERED, registrars, speak)


def _register(facts: PlaceFacts) -> Draft | None:
    registrars = facts.with_purpose(Purpose.REGISTRATION)

    def speak(voice: Voice) -> list[str]:
        who = sentences.registration_is_with(voice, authorities=authority_names(registrars, voice))
        return [f"{who} {sentences.ask_how_to_register(voice)}"]

    return from_authority(Question.REGISTER, registrars, speak)


def _by_post(facts: PlaceFacts) -> Draft | None:
    european = facts.european
    if european is None or not (european.rules.postal_from_home or european.rules.postal_from_abroad):
        return None
    home, abroad = european.rules.postal_from_home, european.rules.postal_from_abroad
    limited = bool(european.row.details.abroad_postal_limit)

    def speak(voice: Voice) -> list[str]:
        said = []
        if home:
            said.append(sentences.post_from_home(voice, year=european.year, provision=home))
        if abroad:
            provision = "limited" if limited and abroad == "yes" else abroad
            said.append(sentences.post_from_abroad(voice, year=european.year, provision=provision))
        return said

    return about_european(facts, Question.BY_POST, ("postal_from_home", "postal_from_abroad"), speak)


def _from_abroad(facts: PlaceFacts) -> Draft | None:
    european = facts.european
    if european is None or not (european.rules.embassy_vote and european.rules.postal_from_abroad):
        return None
    embassy, post, details = european.rules.embassy_vote, european.rules.postal_from_abroad, european.row.details

    def speak(voice: Voice) -> list[str]:
        if embassy == post == "no":
            return [sentences.no_vote_from_abroad(voice, year=european.year)]
        by_post = "limited" if details.abroad_postal_limit and post == "yes" else post
        return [
            sentences.embassy_vote(voice, year=european.year, provision=embassy, limit=details.embassy_limit),
            sentences.post_from_abroad(voice, year=european.year, provision=by_post),
        ]

    return about_european(facts, Question.FROM_ABROAD, ("embassy_vote", "postal_from_abroad"), speak)


def _early(facts: PlaceFacts) -> Draft | None:
    european = facts.european
    early = european.row.details.early_voting if european else None
    if european is None or early is None:
        return None

    def speak(voice: Voice) -> list[str]:
        said = [sentences.early_vote(voice, year=european.year)]
        if early.home:
            said.append(sentences.early_days(voice, first=early.home[0], last=early.home[1]))
        if early.abroad:
            said.append(sentences.early_days_abroad(voice, first=early.abroad[0], last=early.abroad[1]))
        return [" ".join(said)]

    return about_european(facts, Question.EARLY, ("postal_from_home",), speak)


def _by_proxy(facts: PlaceFacts) -> Draft | None:
    european = facts.european
    if european is None or not european.rules.proxy_vote:
        return None
    provision, messenger = european.rules.proxy_vote, european.row.details.messenger_vote

    def speak(voice: Voice) -> list[str]:
        said = [sentences.proxy_vote(voice, year=european.year, provision=provision)]
        if messenger:
            said.append(sentences.messenger_vote(voice))
        return [" ".join(said)]

    return about_european(facts, Question.BY_PROXY, ("proxy_vote",), speak)


def _online(facts: PlaceFacts) -> Draft | None:
    european = facts.european
    if european is None or not european.rules.internet_vote:
        return None
    provision = european.rules.internet_vote
    return about_european(
        facts,
        Question.ONLINE,
        ("internet_vote",),
        lambda voice: [sentences.internet_vote(voice, year=european.year, provision=provision)],
    )


def _eu_citizens_living_here(facts: PlaceFacts) -> Draft | None:
    basis = facts.legal_bases.get(Question.EU_CITIZENS_LIVING_HERE)
    if basis is None:
        return None
    special = [one for one in facts.authorities if one.scope == "eu_citizens"]
    registrars = special or facts.with_purpose(Purpose.REGISTRATION)

    def speak(voice: Voice) -> list[str]:
        said = [
            f"{sentences.eu_citizens_may_vote(voice)} {sentences.eu_citizens_other_elections(voice)}",
            sentences.eu_citizens_register(voice),
        ]
        if registrars:
            said.append(sentences.registration_is_with(voice, authorities=authority_names(registrars, voice)))
        return said

    return Draft(
        question=Question.EU_CITIZENS_LIVING_HERE,
        speak=speak,
        source_name=basis.name,
        source_url=basis.url,
        confidence=basis.confidence,
        evidence=basis.source,
        verified_on=basis.verified_on,
    )


def _who_is_standing(facts: PlaceFacts) -> Draft | None:
    european = facts.european
    if european is None or european.rules.min_candidate_age is None:
        return None
    age = european.rules.min_candidate_age

    def speak(voice: Voice) -> list[str]:
        name = authority_name(facts.authority, voice)
        return [
            sentences.ask_who_is_standing(voice, authority=name),
            sentences.candidates_age(voice, year=european.year, age=age),
        ]

    return about_european(facts, Question.WHO_IS_STANDING, ("min_candidate_age",), speak)


def _how_votes_become_seats(facts: PlaceFacts) -> Draft | None:
    european = facts.european
    if european is None or european.rules.seats is None:
        return None
    rules, count = european.rules, european.rules.seats

    def speak(voice: Voice) -> list[str]:
        said = [sentences.seats(voice, year=european.year, count=count)]
        if rules.constituencies is not None:
            said.append(sentences.constituencies(voice, count=rules.constituencies))
        if rules.preferential_voting:
            said.append(sentences.preferential_voting(voice, kind=rules.preferential_voting))
        if rules.threshold_percent is not None:
            said.append(sentences.threshold(voice, percent=rules.threshold_percent))
        return [" ".join(said)]

    fields = ("seats", "threshold_percent", "preferential_voting", "constituencies")
    return about_european(facts, Question.HOW_VOTES_BECOME_SEATS, fields, speak)


def _results(facts: PlaceFacts) -> Draft | None:
    """Who publishes results, and the turnout; where no publisher is known, whoever speaks first stands behind that."""
    publishers = facts.with_purpose(Purpose.RESULTS)
    european = facts.european
    percent = european.rules.turnout_percent if european else None
    if not publishers and percent is None:
        return None

    def speak(voice: Voice) -> list[str]:
        said = []
        if publishers:
            said.append(sentences.results_are_at(voice, authorities=authority_names(publishers, voice)))
        if european is not None and percent is not None:
            said.append(sentences.turnout(voice, year=european.year, percent=percent))
        return said

    draft = from_authority(Question.RESULTS, publishers or [facts.authority], speak)
    if draft is None or european is None or percent is None:
        return draft
    levels = {draft.confidence, european.confidence("turnout_percent")}
    return replace(draft, confidence="medium" if "medium" in levels else "high")


def _report_a_problem(facts: PlaceFacts) -> Draft | None:
    responsible = facts.with_purpose(Purpose.ORGANISES, Purpose.SUPERVISES)
    return from_authority(
        Question.REPORT_A_PROBLEM,
        responsible,
        lambda voice: [sentences.report_to(voice, authorities=authority_names(responsible, voice))],
    )


_DRAFTINGS: Final[tuple[Drafting, ...]] = (
    _when,
    _who_can_vote,
    _am_i_registered,
    _register,
    _by_post,
    _early,
    _by_proxy,
    _from_abroad,
    _online,
    _eu_citizens_living_here,
    _who_is_standing,
    _how_votes_become_seats,
    _results,
    _report_a_problem,
    union_when,
    union_who_can_vote,
    union_how_votes_become_seats,
)
