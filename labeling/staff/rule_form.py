"""A rule as a form: words of people into the values `rule_save` takes, and its problems back beside the fields."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from django import forms

from centers.models import Election, ElectionType, Jurisdiction
from electioncenters.languages import LANGUAGE_NAMES
from labeling.matching.check import Problem
from labeling.models import ComparedBy, Rule, RuleAction, RuleKind
from labeling.services.rule_draft import rule_mark

TERMS: Final = ("all_of", "any_of", "none_of")
_SIGNS: Final = {"hashtag": "#", "account": "@"}
_TERMS_HELP: Final = "One on each line: #hashtag, a phrase, or @account. Begin with = to tell accents apart."


class TermsField(forms.CharField):
    """Terms, one a line; cleaned they are the mappings that rules store."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, max_length=20_000, widget=forms.Textarea({"rows": 4}), **kwargs)

    def clean(self, value: Any) -> Any:
        """The terms in their order; empty lines are none."""
        return [term_of(line.strip()) for line in str(super().clean(value)).splitlines() if line.strip()]


def term_of(line: str) -> dict[str, str]:
    """The term that a line stands for."""
    key = "exact" if line.startswith("=") else "folded"
    line = line.removeprefix("=").strip()
    for kind, sign in _SIGNS.items():
        if line.startswith(sign):
            return {"kind": kind, "pattern": line[1:], "key": key}
    is_quoted = len(line) > 1 and line[0] == line[-1] == '"'
    return {"kind": "phrase", "pattern": line[1:-1] if is_quoted else line, "key": key}


def line_of(term: Mapping[str, str]) -> str:
    """What a term is written as; `term_of` reads it again."""
    pattern = term["pattern"]
    if term["kind"] == "phrase" and pattern[:1] in {"#", "@", "=", '"'}:
        pattern = f'"{pattern}"'
    return ("=" if term["key"] == "exact" else "") + _SIGNS.get(term["kind"], "") + pattern


class RuleForm(forms.Form):
    """Fields are named as those of `labeling.matching.Rule`. What makes sense is judged by `rule_save`."""

    kind = forms.ChoiceField(label="Kind", choices=RuleKind.choices)
    pattern = forms.CharField(
        label="Words",
        max_length=300,
        required=False,
        help_text="Of a hashtag or a phrase. A word ending in * takes inflected forms; {yyyy} is the election's year.",
    )
    key = forms.ChoiceField(label="Compared", choices=ComparedBy.choices)
    all_of = TermsField(label="All of", help_text=f"For several terms. {_TERMS_HELP}")
    any_of = TermsField(label="One of", help_text=_TERMS_HELP)
    none_of = TermsField(label="None of", help_text=_TERMS_HELP)
    jurisdiction = forms.ChoiceField(
        label="Leads to", required=False, help_text="The European Union stands for the viewer's own country."
    )
    election = forms.ChoiceField(label="Election", required=False)
    election_type = forms.ChoiceField(
        label="Kind of election", required=False, choices=[("", "Any"), *ElectionType.choices]
    )
    languages = forms.MultipleChoiceField(label="Languages", required=False, widget=forms.CheckboxSelectMultiple)
    regions = forms.CharField(
        label="Regions",
        max_length=300,
        required=False,
        help_text="Codes with commas between them, for example: ie, gb.",
    )
    starts_at = forms.DateTimeField(label="From", required=False, help_text="UTC.")
    ends_at = forms.DateTimeField(label="Until", required=False, help_text="UTC, not included.")
    during = forms.ChoiceField(
        label="Only while this election is in its window",
        required=False,
        help_text="From 90 days before the first polling day to 30 days after the last.",
    )
    action = forms.ChoiceField(label="Then", choices=RuleAction.choices)
    weight = forms.FloatField(
        label="Weight",
        min_value=0,
        max_value=1,
        help_text="How much it says alone, from 0 to 1.",
        widget=forms.NumberInput({"step": "0.01"}),
    )
    ambiguous = forms.BooleanField(
        label="Ambiguous", required=False, help_text="It has other meanings, so it needs a second sign."
    )
    supporting = forms.BooleanField(
        label="Supporting", required=False, help_text="Strengthens others, never counts alone."
    )
    yearly = forms.BooleanField(label="Also with a year appended", required=False)
    inferred = forms.BooleanField(
        label="Place inferred from the language", required=False, help_text="A country that the item names then wins."
    )
    concept = forms.CharField(
        label="Concept",
        max_length=300,
        required=False,
        help_text="Of several rules of one concept only the strongest counts.",
    )
    note = forms.CharField(label="Note for colleagues", max_length=500, required=False)
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, rule: Rule | None = None, **kwargs: Any) -> None:
        kwargs.setdefault("initial", start_of(rule) if rule else {"weight": 0.8, "action": RuleAction.APPLY})
        super().__init__(*args, **kwargs)
        start: Mapping[str, Any] = self.initial
        places = list(Jurisdiction.objects.order_by("code").values_list("code", "name_en"))
        elections = list(Election.objects.order_by("key").values_list("key", flat=True))
        self._offer("jurisdiction", [("", "No place named"), *places], start)
        self._offer("election", [("", "The next one there"), *((key, key) for key in elections)], start)
        self._offer("during", [("", "Always"), *((key, key) for key in elections)], start)
        self._offer("languages", list(LANGUAGE_NAMES.items()), start)
        for name in ("starts_at", "ends_at"):
            self.fields[name].widget = forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")

    def _offer(self, name: str, choices: list[tuple[str, str]], start: Mapping[str, Any]) -> None:
        """`choices`, and what the rule has already, which may be of long ago."""
        held = start.get(name) or []
        known = {code for code, _ in choices}
        more = [(code, code) for code in ([held] if isinstance(held, str) else held) if code not in known]
        field: Any = self.fields[name]
        field.choices = [*choices, *more]

    def values(self) -> dict[str, Any]:
        """What `rule_save` takes; the form must be valid."""
        given = {name: value for name, value in self.cleaned_data.items() if name != "seen"}
        given["regions"] = [code for code in given["regions"].replace(",", " ").split() if code]
        return given

    def show(self, problems: Iterable[Problem]) -> None:
        """Put each problem beside its field; those of no field stand above."""
        for problem in problems:
            field, _, place = problem.field.partition(".")
            number = place.partition(".")[0]
            line = f"Line {int(number) + 1}: " if number.isdecimal() else ""
            known = field if field in self.fields else None
            self.add_error(known, f"{line}{problem.reason}")


def start_of(rule: Rule) -> dict[str, Any]:
    """The form's values of a stored rule."""
    start = {field.name: getattr(rule, field.name) for field in Rule._meta.concrete_fields if field.name != "ruleset"}
    terms = {name: "\n".join(map(line_of, getattr(rule, name))) for name in TERMS}
    return start | terms | {"key": rule.compared_by, "regions": ", ".join(rule.regions), "seen": rule_mark(rule)}
