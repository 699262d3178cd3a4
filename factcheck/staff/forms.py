"""Forms about partners. What may be written is judged by the services and by `factcheck.hours`."""

from __future__ import annotations

from typing import Any, Final

from django import forms

from factcheck.coverage import week_of
from factcheck.hours import WEEKDAYS, HoursError, Span, spans_parse, spans_written, time_zones
from factcheck.models import CoverPlan, FactCheckPartner, Rating
from factcheck.words import LONGEST

_DAY: Final = "day_{}"
_DATE: Final = {"type": "date"}


class HoursForm(forms.Form):
    """A week, one line for each day."""

    seen = forms.IntegerField(widget=forms.HiddenInput)
    time_zone = forms.ChoiceField(
        label="Time zone",
        choices=[("", "Choose one"), *((name, name) for name in sorted(time_zones()))],
        help_text="Where the desk is. Summer time is taken into account.",
    )
    note = forms.CharField(
        label="Who says so",
        max_length=300,
        help_text="For the history: “Duty roster of March”, “Told by telephone by the editor”.",
    )

    def __init__(self, data: Any = None, *, plan: CoverPlan | None) -> None:
        super().__init__(data, initial=self._initial(plan))
        fields: dict[str, forms.Field] = {
            _DAY.format(day): forms.CharField(
                label=name,
                required=False,
                max_length=120,
                widget=forms.TextInput({"autocomplete": "off", "placeholder": "09:00-18:00"}),
            )
            for day, name in enumerate(WEEKDAYS)
        }
        self.fields |= fields
        self.order_fields(["seen", "time_zone", *fields, "note"])

    @staticmethod
    def _initial(plan: CoverPlan | None) -> dict[str, Any]:
        if plan is None:
            return {"seen": 0}
        week = enumerate(week_of(plan) or [])
        days = {_DAY.format(day): spans_written(Span(one.opens, one.closes) for one in hours) for day, hours in week}
        return {"seen": plan.pk, "time_zone": plan.time_zone, **days}

    def clean(self) -> dict[str, Any]:
        """Adds `week`; each day's mistakes stand beside it."""
        given = super().clean() or {}
        week: dict[int, tuple[Span, ...]] = {}
        for day in range(len(WEEKDAYS)):
            try:
                week[day] = spans_parse(given.get(_DAY.format(day), ""))
            except HoursError as error:
                self.add_error(_DAY.format(day), str(error))
        return {**given, "week": week}


class ContactForm(forms.Form):
    """How a partner is reached."""

    contact_url = forms.URLField(
        label="Page with the ways to reach you",
        required=False,
        max_length=500,
        assume_scheme="https",
        help_text="Shown to voters. Without one they are led to the organisation’s own pages.",
    )
    contact_email = forms.EmailField(
        label="Email address for voters",
        required=False,
        max_length=254,
        help_text="Shown to voters: an address of the desk, never of a person.",
    )


class ContractForm(forms.Form):
    """From when to when a partner is under contract."""

    begins = forms.DateField(label="First day", required=False, widget=forms.DateInput(_DATE, format="%Y-%m-%d"))
    ends = forms.DateField(
        label="Last day",
        required=False,
        widget=forms.DateInput(_DATE, format="%Y-%m-%d"),
        help_text="Empty: open-ended. On the day after it the partner covers nothing any more.",
    )

    def __init__(self, data: Any = None, *, partner: FactCheckPartner) -> None:
        super().__init__(data, initial={"begins": partner.contract_from, "ends": partner.contract_until})


class KeyForm(forms.Form):
    """A new key."""

    name = forms.CharField(
        label="Name of the key", max_length=120, help_text="Which system will use it: “Newsroom’s roster”."
    )


class CapacityForm(forms.Form):
    """How many claims a partner works on at once."""

    capacity = forms.IntegerField(
        label="Claims at once",
        required=False,
        min_value=1,
        max_value=1000,
        help_text="With so many you are asked for no further one, unless everybody is. Empty: not known, and no limit.",
    )


class WordForm(forms.Form):
    """What a rating word stands for."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    rating = forms.ChoiceField(
        label="It stands for",
        required=False,
        choices=[("", "Nothing yet: what comes with it is held"), *Rating.choices],
    )


class NewWordForm(forms.Form):
    """A rating word before it is first used."""

    word = forms.CharField(
        label="Your word",
        max_length=LONGEST,
        help_text="Or a number with its scale, such as 2 (1-5). Case and punctuation around it do not matter.",
    )
    rating = forms.ChoiceField(label="It stands for", choices=[("", "Choose one"), *Rating.choices])


class RevokeForm(forms.Form):
    """Nothing but a confirmation."""
