"""Sentences for facts. Each is a message of its own with named placeholders; none is glued from parts.

Rules of the European election of 2024 are told as what they were, in the past tense and with the year: a rule of that
kind of election is never shown as the rule of another (Germany votes at 16 for the European Parliament and at 18 for
the Bundestag).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from centers.facts.voice import Voice

_YES, _NO, _LIMITED = "yes", "no", "limited"


def other_elections_differ(voice: Voice, *, authority: str) -> str:
    """Ends every answer that tells the rules of one election."""
    return voice.gettext(
        "The rules of other elections can differ. For the rules of the next election, ask the electoral "
        "authority: %(authority)s."
    ) % {"authority": authority}


def voting_days(voice: Voice, *, year: str, days: Sequence[dt.date]) -> str:
    """When a state voted."""
    message = voice.ngettext(
        "At the European election of %(year)s, people here voted on %(days)s.",
        "At the European election of %(year)s, people here voted on these days: %(days)s.",
        len(days),
    )
    return message % {"year": year, "days": voice.listed(voice.date(day) for day in days)}


def voting_days_of_the_union(voice: Voice, *, year: str, first: dt.date, last: dt.date) -> str:
    """When the member states voted."""
    return voice.gettext(
        "The European election of %(year)s took place from %(first)s to %(last)s. Each member state chose its own "
        "day or days within this period."
    ) % {"year": year, "first": voice.date(first), "last": voice.date(last)}


def next_day_is_announced(voice: Voice, *, authority: str) -> str:
    """Ends the answer to when people vote."""
    return voice.gettext("The day of the next election is announced by the electoral authority: %(authority)s.") % {
        "authority": authority
    }


def voting_age(voice: Voice, *, year: str, age: int, rule: str) -> list[str]:
    """From which age citizens could vote; `rule` as in `ep_2024_rules.Details`."""
    if rule == "in_year":
        message = voice.ngettext(
            "At the European election of %(year)s, citizens could vote if they turned %(age)s in that year or were "
            "older.",
            "At the European election of %(year)s, citizens could vote if they turned %(age)s in that year or were "
            "older.",
            age,
        )
    else:
        message = voice.ngettext(
            "At the European election of %(year)s, citizens could vote from the age of %(age)s.",
            "At the European election of %(year)s, citizens could vote from the age of %(age)s.",
            age,
        )
    said = [message % {"year": year, "age": voice.number(age)}]
    if rule == "or_married":
        said.append(voice.gettext("Married people could vote before that age."))
    return said


def voting_age_in_the_union(voice: Voice, *, year: str, youngest: int, oldest: int) -> str:
    """Between which ages the voting ages of the member states lay."""
    message = voice.ngettext(
        "At the European election of %(year)s, each member state set the voting age: it was between %(youngest)s "
        "and %(oldest)s.",
        "At the European election of %(year)s, each member state set the voting age: it was between %(youngest)s "
        "and %(oldest)s.",
        oldest,
    )
    return message % {"year": year, "youngest": voice.number(youngest), "oldest": voice.number(oldest)}


def compulsory_voting(voice: Voice, *, provision: str, until_age: int | None) -> str:
    """Whether voting was a duty."""
    if provision == _NO:
        return voice.gettext("Voting was not compulsory at that election.")
    if provision == _LIMITED:
        return voice.gettext("Voting was compulsory for some voters at that election.")
    if until_age is None:
        return voice.gettext("Voting was compulsory at that election.")
    message = voice.ngettext(
        "Voting was compulsory at that election for registered voters up to the age of %(age)s.",
        "Voting was compulsory at that election for registered voters up to the age of %(age)s.",
        until_age,
    )
    return message % {"age": voice.number(until_age)}


def registration_is_with(voice: Voice, *, authorities: Sequence[str]) -> str:
    """Who keeps the register of voters."""
    return voice.gettext("Responsible for voter registration: %(authorities)s.") % {
        "authorities": voice.listed(authorities)
    }


def ask_whether_registered(voice: Voice) -> str:
    """Where to ask about one's own registration."""
    return voice.gettext("Ask there whether you are on the register of voters.")


def ask_how_to_register(voice: Voice) -> str:
    """Where to ask about registering."""
    return voice.gettext("Ask there whether you need to register, how to do it and until when.")


def post_from_home(voice: Voice, *, year: str, provision: str) -> str:
    """Whether people in the country could vote by post."""
    values = {"year": year}
    if provision == _YES:
        return voice.gettext("At the European election of %(year)s, voters in the country could vote by post.") % values
    if provision == _LIMITED:
        return (
            voice.gettext(
                "At the European election of %(year)s, only certain groups of voters in the country could vote by post."
            )
            % values
        )
    return voice.gettext("At the European election of %(year)s, voters in the country could not vote by post.") % values


def post_from_abroad(voice: Voice, *, year: str, provision: str) -> str:
    """Whether people abroad could vote by post."""
    values = {"year": year}
    if provision == _YES:
        return voice.gettext("At the European election of %(year)s, voters abroad could vote by post.") % values
    if provision == _LIMITED:
        return (
            voice.gettext(
                "At the European election of %(year)s, only certain groups of voters abroad could vote by post."
            )
            % values
        )
    return voice.gettext("At the European election of %(year)s, voters abroad could not vote by post.") % values


def embassy_vote(voice: Voice, *, year: str, provision: str, limit: str) -> str:
    """Whether there were polling places abroad; `limit` as in `ep_2024_rules.Details`."""
    values = {"year": year}
    if provision == _NO:
        return (
            voice.gettext("At the European election of %(year)s, there were no polling places abroad for voters.")
            % values
        )
    if limit == "eu":
        return (
            voice.gettext(
                "At the European election of %(year)s, voters abroad could vote at embassies, consulates or other "
                "polling places in member states of the European Union only."
            )
            % values
        )
    if limit or provision == _LIMITED:
        return (
            voice.gettext(
                "At the European election of %(year)s, voters abroad could vote at embassies, consulates or other "
                "polling places in certain places, or if they belonged to certain groups of voters."
            )
            % values
        )
    return (
        voice.gettext(
            "At the European election of %(year)s, voters abroad could vote at embassies, consulates or other polling "
            "places."
        )
        % values
    )


def no_vote_from_abroad(voice: Voice, *, year: str) -> str:
    """Neither by post nor at an embassy."""
    return voice.gettext(
        "At the European election of %(year)s, it was in general not possible to vote from abroad."
    ) % {"year": year}


def proxy_vote(voice: Voice, *, year: str, provision: str) -> str:
    """Whether somebody else could vote for a voter."""
    values = {"year": year}
    if provision == _YES:
        return (
            voice.gettext(
                "At the European election of %(year)s, voters could authorise another person to vote for them (proxy "
                "voting)."
            )
            % values
        )
    if provision == _LIMITED:
        return (
            voice.gettext(
                "At the European election of %(year)s, only certain groups of voters could authorise another person to "
                "vote for them (proxy voting)."
            )
            % values
        )
    return (
        voice.gettext(
            "At the European election of %(year)s, nobody could authorise another person to vote for them (proxy "
            "voting)."
        )
        % values
    )


def messenger_vote(voice: Voice) -> str:
    """A voter's own ballot may be brought by somebody."""
    return voice.gettext("A messenger could hand in the vote that a voter had prepared.")


def internet_vote(voice: Voice, *, year: str, provision: str) -> str:
    """Whether people could vote on the internet."""
    values = {"year": year}
    if provision == _YES:
        return voice.gettext("At the European election of %(year)s, voters could vote on the internet.") % values
    if provision == _LIMITED:
        return (
            voice.gettext(
                "At the European election of %(year)s, only certain groups of voters could vote on the internet."
            )
            % values
        )
    return voice.gettext("At the European election of %(year)s, it was not possible to vote on the internet.") % values


def early_vote(voice: Voice, *, year: str) -> str:
    """People could vote before election day."""
    return voice.gettext("At the European election of %(year)s, voters could vote before election day.") % {
        "year": year
    }


def early_days(voice: Voice, *, first: dt.date, last: dt.date) -> str:
    """On which days they could, in the country."""
    return voice.gettext("In the country this was possible from %(first)s to %(last)s.") % {
        "first": voice.date(first),
        "last": voice.date(last),
    }


def early_days_abroad(voice: Voice, *, first: dt.date, last: dt.date) -> str:
    """On which days they could, abroad."""
    return voice.gettext("Abroad this was possible from %(first)s to %(last)s.") % {
        "first": voice.date(first),
        "last": voice.date(last),
    }


def candidates_age(voice: Voice, *, year: str, age: int) -> str:
    """How old candidates had to be."""
    message = voice.ngettext(
        "At the European election of %(year)s, candidates had to be at least %(age)s year old.",
        "At the European election of %(year)s, candidates had to be at least %(age)s years old.",
        age,
    )
    return message % {"year": year, "age": voice.number(age)}


def ask_who_is_standing(voice: Voice, *, authority: str) -> str:
    """Where the candidates of the next election are to be found."""
    return voice.gettext(
        "Before an election, the electoral authority publishes the candidates or says where they are published: "
        "%(authority)s."
    ) % {"authority": authority}


def seats(voice: Voice, *, year: str, count: int) -> str:
    """How many members a state elected."""
    message = voice.ngettext(
        "At the European election of %(year)s, %(count)s member of the European Parliament was elected here.",
        "At the European election of %(year)s, %(count)s members of the European Parliament were elected here.",
        count,
    )
    return message % {"year": year, "count": voice.number(count)}


def seats_of_the_union(voice: Voice, *, year: str, count: int) -> str:
    """How many members were elected in all states."""
    message = voice.ngettext(
        "At the European election of %(year)s, %(count)s member of the European Parliament was elected in the member "
        "states together.",
        "At the European election of %(year)s, %(count)s members of the European Parliament were elected in the member "
        "states together.",
        count,
    )
    return message % {"year": year, "count": voice.number(count)}


def threshold(voice: Voice, *, percent: Decimal) -> str:
    """Which share of the votes was needed."""
    if percent == 0:
        return voice.gettext("The law set no minimum share of the votes for winning seats.")
    return voice.gettext("To win seats, at least %(percent)s of the votes was needed.") % {
        "percent": voice.percent(percent)
    }


def preferential_voting(voice: Voice, *, kind: str) -> str:
    """Whether voters chose among candidates."""
    if kind == "stv":
        return voice.gettext("Voters ranked the candidates in order of preference (single transferable vote).")
    if kind == _YES:
        return voice.gettext("Voters could choose individual candidates on a list.")
    return voice.gettext("Voters chose a list and could not change the order of its candidates.")


def constituencies(voice: Voice, *, count: int) -> str:
    """Into how many parts the country was divided."""
    if count == 1:
        return voice.gettext("The whole country was one constituency.")
    message = voice.ngettext(
        "The country was divided into %(count)s constituency.",
        "The country was divided into %(count)s constituencies.",
        count,
    )
    return message % {"count": voice.number(count)}


def turnout(voice: Voice, *, year: str, percent: Decimal) -> str:
    """How many took part."""
    return voice.gettext("At the European election of %(year)s, turnout here was %(percent)s.") % {
        "year": year,
        "percent": voice.percent(percent),
    }


def results_are_at(voice: Voice, *, authorities: Sequence[str]) -> str:
    """Who publishes official results."""
    return voice.gettext("Official results are published by: %(authorities)s.") % {
        "authorities": voice.listed(authorities)
    }


def report_to(voice: Voice, *, authorities: Sequence[str]) -> str:
    """Whom to tell of a problem."""
    return voice.gettext(
        "If you see a problem with an election, contact the body that is responsible for it: %(authorities)s."
    ) % {"authorities": voice.listed(authorities)}


def eu_citizens_may_vote(voice: Voice) -> str:
    """The right of EU citizens in the state where they live."""
    return voice.gettext(
        "Citizens of the European Union who live in a member state without being its nationals may vote and stand as "
        "candidates there, at municipal elections and at elections to the European Parliament, under the same "
        "conditions as its nationals (Treaty on the Functioning of the European Union, articles 20 and 22)."
    )


def eu_citizens_register(voice: Voice) -> str:
    """What they must do first."""
    return voice.gettext(
        "To vote there, you must be on the electoral roll in the way that state requires. Nobody may vote more than "
        "once at the same European election."
    )


def eu_citizens_other_elections(voice: Voice) -> str:
    """What the right does not cover."""
    return voice.gettext("This right does not cover elections of a national parliament or of a president.")
