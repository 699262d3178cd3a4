"""Forms of the moderators' desk."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from accounts.models import User
from centers.models import Election, Jurisdiction
from centers.staff.places import places_granted
from electioncenters.languages import LANGUAGE_NAMES
from labeling.models import LabelKind, ReviewerProfile, SignalKind
from labeling.review.queue import Queue
from labeling.services.review_claim import PERMISSION
from labeling.services.review_decide import LONGEST_NOTE

_ADDED = (LabelKind.UNVERIFIED, LabelKind.AI_GENERATED, LabelKind.OFFICIAL_ACCOUNT)


class QueueForm(forms.Form):
    """Which queue; nothing chosen means all."""

    kind = forms.ChoiceField(label="Why it is here", required=False, choices=[("", "Any"), *SignalKind.choices])
    place = forms.SlugField(label="Place", required=False)
    language = forms.ChoiceField(label="Language", required=False, choices=[("", "Any"), *LANGUAGE_NAMES.items()])
    policy = forms.SlugField(label="Policy", required=False)

    def offer(self, places: list[str], policies: list[str]) -> QueueForm:
        """Let people choose among what there is."""
        for name, values in (("place", places), ("policy", policies)):
            self.fields[name].widget = forms.Select(choices=[("", "Any"), *((value, value) for value in values)])
        return self

    def queue(self) -> Queue:
        """What was chosen."""
        return Queue(**{name: self.cleaned_data[name] for name in Queue._fields})


class ChangeForm(forms.Form):
    """What goes with a decision; the decision itself is the button that is pressed."""

    place = forms.ModelChoiceField(
        Jurisdiction.objects.none(), label="Leads to", required=False, to_field_name="code", empty_label="As it is"
    )
    election = forms.ModelChoiceField(
        Election.objects.none(), label="Election", required=False, to_field_name="key", empty_label="None in particular"
    )
    add = forms.MultipleChoiceField(
        label="Labels to add",
        required=False,
        choices=[(kind.value, kind.label) for kind in _ADDED],
        widget=forms.CheckboxSelectMultiple,
    )
    note = forms.CharField(
        label="Note",
        required=False,
        max_length=LONGEST_NOTE,
        widget=forms.Textarea({"rows": 2}),
        help_text="Needed to escalate or close. Colleagues read it; never personal data.",
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = list(places_granted(user, PERMISSION).values_list("pk", "parent"))
        fields: dict[str, Any] = dict(self.fields)
        fields["place"].queryset = Jurisdiction.objects.filter(pk__in=[pk for pk, _ in places])
        # A union's elections are held in its states.
        held = {pk for pair in places for pk in pair if pk is not None}
        fields["election"].queryset = Election.objects.filter(jurisdiction__in=held).order_by("key")

    def show(self, error: ValidationError) -> None:
        """Put what the service says beside its field."""
        for name, said in error.message_dict.items():
            self.add_error(name if name in self.fields else None, said)


class ProfileForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """How a moderator works."""

    languages = forms.MultipleChoiceField(
        label="Languages you read",
        choices=list(LANGUAGE_NAMES.items()),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="You get content in these, and content whose language nobody knows.",
    )

    class Meta:
        model = ReviewerProfile
        fields = ("languages", "blur", "greyscale", "hide_sensitive", "break_after")
        labels = {
            "blur": "Blur pictures and videos until I ask for them",
            "greyscale": "Show them without colours",
            "hide_sensitive": "Hide sensitive content until I ask for it",
            "break_after": "Remind me of a break after so many minutes",
        }


def profile_of(user: User) -> ReviewerProfile:
    """The moderator's profile, or a new one that spares them."""
    return ReviewerProfile.objects.filter(user=user).first() or ReviewerProfile(user=user)
