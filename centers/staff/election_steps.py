"""The form of a step in an election's life, and what each step is called."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from django import forms

from centers.curation import CurationError
from centers.lifecycle import Asked, Step, next_key
from centers.models import Election
from centers.services.proposal_submit import LONGEST_REASON, Because

#: A vote that takes longer is entered with the rounds themselves.
_MOST_DAYS: Final = 60


class StepWords(NamedTuple):
    """What a step is called on its button, and what it does."""

    title: str
    about: str


WORDS: Final[Mapping[Step, StepWords]] = {
    Step.SCHEDULE: StepWords(
        "Give it its day", "The election was called: it has polling days from now on, and is expected no more."
    ),
    Step.POSTPONE: StepWords(
        "Postpone it",
        "Without a new day, voters read that the old one no longer holds. With one, the vote and all dates that follow"
        " from it by rules move, and calendars move the same entries.",
    ),
    Step.CANCEL: StepWords(
        "Cancel it", "It will not be held. Its calendar entries are marked as cancelled, and its labels say so."
    ),
    Step.ANNUL: StepWords(
        "Annul it",
        "A court or the authority has declared what was voted void, in all rounds. Nothing of it is deleted.",
    ),
    Step.RERUN: StepWords(
        "Schedule a new election",
        "A new election is held instead, with an id of its own. Labels and pages of the old one lead on to it.",
    ),
    Step.RUN_OFF: StepWords("Schedule a run-off", "Another round of the same election."),
    Step.OPEN: StepWords("Voting has begun", "People are voting now."),
    Step.HELD: StepWords("Voting is over", "The round was held; with the last one the election was."),
}

_WITH_DAYS: Final = frozenset({Step.SCHEDULE, Step.POSTPONE, Step.RERUN, Step.RUN_OFF})
_WITH_SECOND: Final = frozenset({Step.SCHEDULE, Step.POSTPONE, Step.RERUN})
_DECIDED: Final = frozenset({Step.POSTPONE, Step.CANCEL, Step.ANNUL})
#: Fields of records that people enter under another name here.
_ENTERED_AS: Final = {
    "days": "first", "polling_days": "first", "second": "second_first", "status_since": "on", "key": "key",
    "reason": "reason", "source": "source", "verified_on": "verified_on",
}  # fmt: skip


def _day(label: str, **more: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"), **more)


class StepForm(forms.Form):
    """What a person gives for one step; only the fields that the step takes."""

    submission = forms.UUIDField(widget=forms.HiddenInput)
    key = forms.RegexField(
        r"^[a-z]{2}(-[a-z0-9]+)*(\.[a-z0-9-]+)+$",
        label="Id of the new election",
        max_length=80,
        help_text="Place, kind and year, with dots. It stays for ever: labels and calendars name the election by it.",
    )
    first = _day("Polling day")
    last = _day("Last polling day", required=False, help_text="Only where people vote on several days in a row.")
    second_first = _day("Polling day of the run-off", required=False)
    second_last = _day("Last polling day of the run-off", required=False)
    on = _day("Decided on", required=False, help_text="The day from which it holds, if the source names it.")
    reason = forms.CharField(
        label="Reason",
        max_length=LONGEST_REASON,
        widget=forms.Textarea({"rows": 3}),
        help_text="In a sentence: who approves reads it first, and voters read it in the history.",
    )
    source = forms.URLField(
        label="Official source", max_length=500, assume_scheme="https", help_text="The page that announces it."
    )
    verified_on = _day("Seen there on", required=False, help_text="Today, if left empty.")

    def __init__(self, *args: Any, election: Election, step: Step, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.election, self.step = election, step
        self.fields["submission"].initial = uuid.uuid4
        left_out = {"key"} if step != Step.RERUN else set()
        left_out |= {"first", "last"} if step not in _WITH_DAYS else set()
        left_out |= {"second_first", "second_last"} if step not in _WITH_SECOND else set()
        left_out |= {"on"} if step not in _DECIDED else set()
        for name in left_out:
            del self.fields[name]
        self._explain()

    def _explain(self) -> None:
        if self.step == Step.RERUN:
            self.fields["key"].initial = next_key(self.election, ())
        if self.step == Step.POSTPONE:
            self.fields["first"].label, self.fields["first"].required = "New polling day", False
            self.fields["first"].help_text = "Leave it empty while no new day is known."
            self.fields["second_first"].help_text = "Left empty, a run-off moves by as many days."

    def clean(self) -> dict[str, Any]:
        """Days in their order."""
        cleaned = super().clean() or self.cleaned_data
        for first, last in (("first", "last"), ("second_first", "second_last")):
            begins, ends = cleaned.get(first), cleaned.get(last)
            if ends and not begins and first in self.fields and first not in self.errors:
                self.add_error(first, "Give the first day, too.")
            if begins and ends and not begins <= ends < begins + dt.timedelta(days=_MOST_DAYS):
                self.add_error(last, f"It comes after the first day, and at most {_MOST_DAYS} days are polling days.")
        return cleaned

    def asked(self) -> Asked:
        """The step as it was asked for."""
        given = self.cleaned_data
        return Asked(
            step=self.step,
            days=_between(given.get("first"), given.get("last")),
            second=_between(given.get("second_first"), given.get("second_last")),
            on=given.get("on"),
            key=given.get("key", ""),
        )

    def because(self) -> Because:
        """Why, and on what source."""
        given = self.cleaned_data
        return Because(given["reason"], given["source"], given["verified_on"])

    def show(self, error: CurationError) -> None:
        """Say beside each field what is wrong with it."""
        for name, sentences in error.errors.items():
            entered = _ENTERED_AS.get(name, "")
            self.add_error(entered if entered in self.fields else None, sentences)


def _between(first: dt.date | None, last: dt.date | None) -> tuple[dt.date, ...]:
    if first is None:
        return ()
    return tuple(first + dt.timedelta(days=number) for number in range(((last or first) - first).days + 1))
