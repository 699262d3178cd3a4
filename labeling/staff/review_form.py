"""Forms of the moderators' desk."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from babel import Locale
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
from labeling.services.review_notice import LONGEST, PERMISSIONS

#: Of a language; longer ones in the list are locales.
_LONGEST_CODE = 3
_ADDED = (LabelKind.UNVERIFIED, LabelKind.AI_GENERATED, LabelKind.OFFICIAL_ACCOUNT)


class QueueForm(forms.Form):
    """Which queue; nothing chosen means all."""

    kind = forms.ChoiceField(label="Why it is here", required=False, choices=[("", "Any"), *SignalKind.choices])
    place = forms.SlugField(label="Place", required=False)
    language = forms.RegexField(r"^[a-z]{2,8}\Z", label="Language", required=False)
    policy = forms.SlugField(label="Policy", required=False)

    def offer(self, places: Iterable[tuple[str, str]], policies: Mapping[str, str], others: Iterable[str]) -> QueueForm:
        """Let people choose among what there is: places and policies by code and name, and further languages."""
        for name, values in (("place", places), ("policy", policies.items())):
            self.fields[name].widget = forms.Select(choices=[("", "Any"), *values])
        further = [(code, language_name(code)) for code in sorted(others) if code and code not in LANGUAGE_NAMES]
        self.fields["language"].widget = forms.Select(choices=[("", "Any"), *LANGUAGE_NAMES.items(), *further])
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
    policy = forms.SlugField(required=False, widget=forms.HiddenInput)
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
    other_languages = forms.CharField(
        label="Further languages you read",
        required=False,
        max_length=200,
        help_text="As codes of two or three letters, with spaces between them: ar uk.",
    )
    left_out = forms.MultipleChoiceField(
        label="Not for me",
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="You are given nothing of these, unless you choose their queue.",
    )

    class Meta:
        model = ReviewerProfile
        fields = ("languages", "left_out", "hide_sensitive", "blur", "greyscale", "muted", "break_after")
        labels = {
            "blur": "Blur pictures and videos until I ask for them",
            "greyscale": "Show them without colours",
            "muted": "Without sound until I turn it on",
            "hide_sensitive": "Hide sensitive content until I ask for it",
            "break_after": "Remind me of a break after so many minutes",
        }

    field_order = (
        "languages", "other_languages", "left_out", "hide_sensitive", "blur", "greyscale", "muted", "break_after",
    )  # fmt: skip

    def __init__(self, *args: Any, policies: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = dict(self.fields)
        fields["left_out"].choices = list(policies.items())
        if self.instance.pk:
            others = (code for code in self.instance.languages if code not in LANGUAGE_NAMES)
            fields["other_languages"].initial = " ".join(others)

    def clean_other_languages(self) -> list[str]:
        """Codes of languages that there are."""
        codes = str(self.cleaned_data["other_languages"]).lower().replace(",", " ").split()
        unknown = [code for code in codes if not _is_language(code)]
        if unknown:
            raise ValidationError(f"No language has the code {', '.join(unknown)}.")
        return codes

    def clean(self) -> dict[str, Any]:
        """Both lists are one."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        both = [*cleaned.get("languages", []), *cleaned.get("other_languages", [])]
        cleaned["languages"] = list(dict.fromkeys(both))
        return cleaned


class NoticeForm(forms.Form):
    """A notice of somebody whose word comes before reports."""

    kind = forms.ChoiceField(label="Kind of notice", widget=forms.RadioSelect)
    uri = forms.CharField(
        label="Content", max_length=320, help_text="As platform:id, such as demo:4711; the content's page shows it."
    )
    policy = forms.ChoiceField(label="What is wrong with it")
    place = forms.ModelChoiceField(Jurisdiction.objects.none(), label="Place it concerns", to_field_name="code")
    language = forms.ChoiceField(
        label="Its language, where you know it", required=False, choices=[("", "Unknown"), *LANGUAGE_NAMES.items()]
    )
    said = forms.CharField(
        label="What moderators should know", max_length=LONGEST, widget=forms.Textarea({"rows": 4}),
        help_text="What is wrong, and which official source says otherwise. No personal data.",
    )  # fmt: skip

    def __init__(self, *args: Any, user: User, policies: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = dict(self.fields)
        held = [kind for kind, permission in PERMISSIONS.items() if user.has_perm(permission)]
        fields["kind"].choices = [(kind.value, kind.label) for kind in held]
        fields["policy"].choices = list(policies.items())
        fields["place"].queryset = places_granted(user, PERMISSIONS[SignalKind.TRUSTED_FLAGGER])

    def show(self, error: ValidationError) -> None:
        """Put what the service says beside its field."""
        for name, said in error.message_dict.items():
            self.add_error(name if name in self.fields else None, said)


def profile_of(user: User) -> ReviewerProfile:
    """The moderator's profile, or a new one that spares them."""
    return ReviewerProfile.objects.filter(user=user).first() or ReviewerProfile(user=user)


def language_name(code: str) -> str:
    """A language's English name, for staff; the code itself where there is none."""
    return str(Locale("en").languages.get(code, code)) if code else "unknown"


def _is_language(code: str) -> bool:
    return code in Locale("en").languages and len(code) <= _LONGEST_CODE
