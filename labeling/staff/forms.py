"""Forms of the engine's rooms. What a rule means is judged by the services; here only what fields can hold."""

from __future__ import annotations

from typing import Any

from django import forms

from electioncenters.languages import LANGUAGE_NAMES
from labeling.models import RuleKind, Ruleset

REASON_HELP = "Colleagues read it in the history."


class DraftForm(forms.Form):
    """Begin a draft."""

    note = forms.CharField(
        label="What it is for", max_length=1000, required=False, help_text="For example: words of the run-off."
    )


class ReasonForm(forms.Form):
    """Anything that is recorded with a reason."""

    reason = forms.CharField(
        label="Why",
        max_length=900,
        help_text=REASON_HELP,
        widget=forms.Textarea({"rows": 3}),
    )


class ShareForm(ReasonForm):
    """How much of the stream a set shall label."""

    share = forms.IntegerField(
        label="Share of the items, in percent", min_value=1, max_value=100, help_text="With 100 the set goes live."
    )
    field_order = ["share", "reason"]


class RelabelForm(forms.Form):
    """How fast stored content is labelled anew."""

    per_second = forms.IntegerField(
        label="Items a second at most",
        min_value=1,
        max_value=20_000,
        initial=500,
        help_text="New content waits for nobody: keep it well below what the workers can do.",
    )


class SettingsForm(forms.Form):
    """A draft's note and thresholds; `seen` is the mark of what the form was filled from."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    note = forms.CharField(label="What it is for", max_length=1000, required=False)
    apply_from = forms.FloatField(
        label="Label from a confidence of",
        min_value=0,
        max_value=1,
        help_text="Between 0 and 1. Higher labels less and errs less.",
        widget=forms.NumberInput({"step": "0.01"}),
    )
    review_from = forms.FloatField(
        label="Ask a moderator from",
        min_value=0,
        max_value=1,
        help_text="Not above the one for labelling.",
        widget=forms.NumberInput({"step": "0.01"}),
    )

    def clean(self) -> dict[str, Any]:
        """In order: review comes before labelling."""
        given = super().clean() or {}
        apply_from, review_from = given.get("apply_from"), given.get("review_from")
        if apply_from is not None and review_from is not None and not 0 < review_from <= apply_from:
            self.add_error("review_from", "It must be more than 0, and not above the confidence for labelling.")
        return given


class RuleFilterForm(forms.Form):
    """Which rules of a set are listed."""

    q = forms.CharField(label="Words", max_length=100, required=False, widget=forms.TextInput({"type": "search"}))
    place = forms.ChoiceField(label="State", required=False)
    language = forms.ChoiceField(
        label="Language",
        required=False,
        choices=[("", "All"), *((code, name) for code, name in LANGUAGE_NAMES.items())],
    )
    kind = forms.ChoiceField(label="Kind", required=False, choices=[("", "All"), *RuleKind.choices])

    def __init__(self, *args: Any, ruleset: Ruleset, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        codes = ruleset.rules.order_by("jurisdiction").values_list("jurisdiction", flat=True).distinct()
        choices = [("", "All"), *((code, code) for code in codes if code), ("-", "none named")]
        place: Any = self.fields["place"]
        place.choices = choices
