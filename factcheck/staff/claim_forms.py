"""Forms about claims. What they may say is judged by the services."""

from __future__ import annotations

from typing import Any

from django import forms

from centers.models import Jurisdiction
from electioncenters.languages import LANGUAGE_NAMES
from factcheck.models import Rating

_LANGUAGES = list(LANGUAGE_NAMES.items())
_LONGEST, _MOST_EVIDENCE = 2000, 10


class ClaimForm(forms.Form):
    """Something that is said."""

    text = forms.CharField(
        label="The claim",
        max_length=_LONGEST,
        widget=forms.Textarea({"rows": 4, "dir": "auto"}),
        help_text="In the words and the language in which it spreads; without names of those who share it.",
    )
    language = forms.ChoiceField(label="Language", choices=[("", "Choose one"), *_LANGUAGES])
    countries = forms.MultipleChoiceField(label="Where it spreads", widget=forms.CheckboxSelectMultiple)
    seen_at = forms.URLField(label="Where it was seen", required=False, max_length=_LONGEST, assume_scheme="https")

    def __init__(self, *args: Any, places: list[Jurisdiction], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["countries"].choices = [(place.code, str(getattr(place, "name_en", place.code))) for place in places]


class AssessmentForm(forms.Form):
    """What a partner found."""

    seen = forms.IntegerField(widget=forms.HiddenInput)
    rating = forms.ChoiceField(label="Rating", choices=[("", "Choose one"), *Rating.choices])
    explanation = forms.CharField(
        label="What you found", max_length=_LONGEST, widget=forms.Textarea({"rows": 5, "dir": "auto"})
    )
    language = forms.ChoiceField(label="Language of the explanation", choices=[("", "Choose one"), *_LANGUAGES])
    article_url = forms.URLField(label="Your article", required=False, max_length=_LONGEST, assume_scheme="https")
    evidence = forms.CharField(
        label="Evidence",
        required=False,
        widget=forms.Textarea({"rows": 3}),
        help_text=f"Addresses anybody can look up, one a line, at most {_MOST_EVIDENCE}.",
    )

    def clean_evidence(self) -> list[str]:
        """Each line an address."""
        lines = [line.strip() for line in self.cleaned_data["evidence"].splitlines() if line.strip()]
        if len(lines) > _MOST_EVIDENCE:
            raise forms.ValidationError(f"More than {_MOST_EVIDENCE} addresses.")
        for line in lines:
            try:
                forms.URLField(max_length=_LONGEST, assume_scheme="https").clean(line)
            except forms.ValidationError as error:
                raise forms.ValidationError(f"“{line[:80]}” is no web address.") from error
            if not line.startswith(("https://", "http://")):
                raise forms.ValidationError(f"“{line[:80]}” does not begin with https://.")
        return lines


class WithdrawForm(forms.Form):
    """Why a partner stands by it no more."""

    reason = forms.CharField(
        label="Why", max_length=300, help_text="Voters read it on the claim’s page: in the language of the explanation."
    )
