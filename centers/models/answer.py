"""Answers to what voters ask."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from centers.models.center import ElectionCenter
from centers.models.election import Election
from centers.models.fact import Fact, fact_constraints
from centers.querysets import AnswerQuerySet


class Question(models.TextChoices):
    """The fixed vocabulary of what voters ask, phrased as they ask it."""

    WHEN = "when", _("When do we vote?")
    WHO_CAN_VOTE = "who_can_vote", _("Who can vote?")
    AM_I_REGISTERED = "am_i_registered", _("Am I registered?")
    REGISTER = "register", _("How do I register?")
    WHAT_ID = "what_id", _("What do I have to bring to vote?")
    WHERE = "where", _("Where do I vote?")
    OPENING_HOURS = "opening_hours", _("When are polling stations open?")
    HOW_TO_VOTE = "how_to_vote", _("How do I vote?")
    BY_POST = "by_post", _("Can I vote by post?")
    EARLY = "early", _("Can I vote early?")
    BY_PROXY = "by_proxy", _("Can somebody else vote for me?")
    FROM_ABROAD = "from_abroad", _("Can I vote from abroad?")
    ONLINE = "online", _("Can I vote online?")
    DISABILITY_SUPPORT = "disability_support", _("What help is there for voters with a disability?")
    EU_CITIZENS_LIVING_HERE = (
        "eu_citizens_living_here",
        _("I am a citizen of another EU state: can I vote here?"),
    )
    WHO_IS_STANDING = "who_is_standing", _("Who is standing?")
    HOW_VOTES_BECOME_SEATS = "how_votes_become_seats", _("How do votes become seats?")
    RESULTS = "results", _("Where do I find the results?")
    FIRST_TIME_VOTER = "first_time_voter", _("I vote for the first time: what should I know?")
    REPORT_A_PROBLEM = "report_a_problem", _("How do I report a problem with the election?")


class Answer(Fact):
    """A centre's answer to one question.

    `body` is plain text, translated; an empty line begins a new paragraph. `election` says which election the answer
    is about, where it is about one.
    """

    center = models.ForeignKey(ElectionCenter, on_delete=models.CASCADE, related_name="answers")
    question = models.CharField(max_length=40, choices=Question)
    election = models.ForeignKey(Election, on_delete=models.PROTECT, null=True, blank=True, related_name="answers")
    body = models.TextField()
    source_name = models.CharField(max_length=250)

    objects = models.Manager.from_queryset(AnswerQuerySet)()

    class Meta:
        ordering = ["center", "question"]
        constraints = [
            *fact_constraints("answer"),
            models.UniqueConstraint(fields=["center", "question"], name="answer_is_given_once_per_center"),
            models.CheckConstraint(condition=models.Q(question__in=Question.values), name="answer_question_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.center}: {self.question}"
