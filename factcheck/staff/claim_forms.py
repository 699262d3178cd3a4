"""Forms about claims. What they may say is judged by the services."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from centers.models import Jurisdiction
from electioncenters.languages import LANGUAGE_NAMES
from factcheck.models import Claim, FactCheckPartner, Rating

_LANGUAGES = list(LANGUAGE_NAMES.items())
LONGEST, _MOST_EVIDENCE = 2000, 10


class ClaimForm(forms.Form):
    """Something that is said."""

    text = forms.CharField(
        label="The claim",
        max_length=LONGEST,
        widget=forms.Textarea({"rows": 4, "dir": "auto"}),
        help_text="In the words and the language in which it spreads; without names of those who share it.",
    )
    language = forms.ChoiceField(label="Language", choices=[("", "Choose one"), *_LANGUAGES])
    countries = forms.MultipleChoiceField(label="Where it spreads", widget=forms.CheckboxSelectMultiple)
    seen_at = forms.URLField(label="Where it was seen", required=False, max_length=LONGEST, assume_scheme="https")

    def __init__(self, *args: Any, places: list[Jurisdiction], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["countries"].choices = [(place.code, str(getattr(place, "name_en", place.code))) for place in places]


class AssessmentForm(forms.Form):
    """What a partner found."""

    seen = forms.IntegerField(widget=forms.HiddenInput)
    rating = forms.ChoiceField(label="Rating", choices=[("", "Choose one"), *Rating.choices])
    explanation = forms.CharField(
        label="What you found", max_length=LONGEST, widget=forms.Textarea({"rows": 5, "dir": "auto"})
    )
    language = forms.ChoiceField(label="Language of the explanation", choices=[("", "Choose one"), *_LANGUAGES])
    article_url = forms.URLField(label="Your article", required=False, max_length=LONGEST, assume_scheme="https")
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
                forms.URLField(max_length=LONGEST, assume_scheme="https").clean(line)
            except forms.ValidationError as error:
                raise forms.ValidationError(f"“{line[:80]}” is no web address.") from error
            if not line.startswith(("https://", "http://")):
                raise forms.ValidationError(f"“{line[:80]}” does not begin with https://.")
        return lines


class DeclineForm(forms.Form):
    """Why a partner does not check it."""

    reason = forms.CharField(
        label="Why", max_length=300, help_text="Operators read it. Somebody else is asked at once."
    )


class HandOverForm(forms.Form):
    """To whom a claim goes by name."""

    to = forms.ModelChoiceField(FactCheckPartner.objects.none(), label="To", empty_label="Choose one")
    note = forms.CharField(
        label="What they should know", max_length=300, widget=forms.Textarea({"rows": 2}), help_text="They read it."
    )

    def __init__(self, *args: Any, claim: Claim, but: FactCheckPartner | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        found = FactCheckPartner.objects.named().filter(countries__overlap=claim.countries)
        fields["to"].queryset = found.exclude(pk=but.pk) if but else found

    def show(self, error: ValidationError) -> None:
        """Put what the service says beside its field."""
        for name, said in error.message_dict.items():
            self.add_error(name if name in self.fields else None, said)


class WithdrawForm(forms.Form):
    """Why a partner stands by it no more."""

    reason = forms.CharField(
        label="Why", max_length=300, help_text="Voters read it on the claim’s page: in the language of the explanation."
    )
