"""Forms about official accounts and lists of candidates. What may be proposed is judged by the services."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.core.files import File
from django.db.models import QuerySet

from centers.models import Election, Jurisdiction
from labeling.candidates import FIELDS, MOST_BYTES
from labeling.models import AccountCategory, Badge, OfficialState, Platform
from labeling.services.official_account import LONGEST, Flags

_ANY: Final = [("", "All")]


class AccountFilter(forms.Form):
    """What of the list is asked for."""

    q = forms.CharField(label="Name or id", required=False, max_length=100)
    state = forms.ChoiceField(label="State", required=False, choices=[*_ANY, *OfficialState.choices])
    category = forms.ChoiceField(label="Category", required=False, choices=[*_ANY, *AccountCategory.choices])
    place = forms.ModelChoiceField(
        Jurisdiction.objects.order_by("name_en"), label="Place", required=False, empty_label="All", to_field_name="code"
    )


class ProposeForm(forms.Form):
    """An account that is proposed."""

    platform = forms.ModelChoiceField(Platform.objects.order_by("name"), label="Platform", empty_label="Choose one")
    external_id = forms.CharField(
        label="Id on the platform",
        max_length=255,
        help_text="As the platform hands it in with content (author.id), not the handle, which can change hands.",
    )
    handle = forms.CharField(label="Handle", max_length=255, required=False)
    name = forms.CharField(label="Whose account it is", max_length=200)
    category = forms.ChoiceField(label="Category", choices=AccountCategory.choices)
    jurisdiction = forms.ModelChoiceField(Jurisdiction.objects.none(), label="Place", empty_label="Choose one")
    election = forms.ModelChoiceField(
        Election.objects.order_by("key"), label="Election", required=False, empty_label="None",
        help_text="Of candidates: the one they stand in.",
    )  # fmt: skip
    source_url = forms.CharField(
        label="Where one can see it",
        max_length=2000,
        widget=forms.URLInput({"autocomplete": "off"}),
        help_text="A page of the body or person itself, or of an authority, that names this account.",
    )
    no_paid_political_advertising = forms.BooleanField(label="No paid political advertising", required=False)
    no_monetisation = forms.BooleanField(label="No monetisation", required=False)
    verified_badge = forms.ChoiceField(
        label="The platform’s mark of verified accounts", choices=Badge.choices, required=False
    )
    is_nuanced = forms.BooleanField(
        label="Nobody acts against it alone",
        required=False,
        help_text="A moderator escalates first, and somebody else decides. The platform is told so.",
    )
    reason = forms.CharField(
        label="What shows it",
        max_length=LONGEST,
        widget=forms.Textarea({"rows": 3}),
        help_text="Whoever verifies it reads this.",
    )

    def __init__(self, *args: Any, places: QuerySet[Jurisdiction], **kwargs: Any) -> None:
        """The places where one may propose."""
        super().__init__(*args, **kwargs)
        field: Any = self.fields["jurisdiction"]
        field.queryset = places

    def flags(self) -> Flags:
        """What the platform is told, of a valid form."""
        given = self.cleaned_data
        return Flags(
            given["no_paid_political_advertising"],
            given["no_monetisation"],
            Badge(given["verified_badge"]),
            given["is_nuanced"],
        )


class CandidatesForm(forms.Form):
    """An authority's file."""

    election = forms.ModelChoiceField(Election.objects.none(), label="Election", empty_label="Choose one")
    source_url = forms.CharField(
        label="The authority’s page with the file", max_length=2000, widget=forms.URLInput({"autocomplete": "off"})
    )
    published_on = forms.DateField(label="Published on", widget=forms.DateInput({"type": "date"}))
    file = forms.FileField(
        label="File",
        allow_empty_file=True,
        help_text=f"CSV in any usual encoding, at most {MOST_BYTES // 1024 // 1024} MB. Nothing is imported before you "
        "have seen what it holds.",
    )
    name = forms.CharField(
        label="Column of the name", max_length=200, required=False,
        help_text="Columns are found by their headers. Only where that fails, say what they are called.",
    )  # fmt: skip
    given_name = forms.CharField(label="Column of the given name", max_length=200, required=False)
    family_name = forms.CharField(label="Column of the family name", max_length=200, required=False)
    party = forms.CharField(label="Column of the party", max_length=200, required=False)
    constituency = forms.CharField(label="Column of the constituency", max_length=200, required=False)

    def __init__(self, *args: Any, places: QuerySet[Jurisdiction], **kwargs: Any) -> None:
        """Elections of the places whose lists one may import."""
        super().__init__(*args, **kwargs)
        field: Any = self.fields["election"]
        field.queryset = Election.objects.filter(jurisdiction__in=places).order_by("key")

    def clean_file(self) -> File[bytes]:
        """Not larger than is read."""
        file: File[bytes] = self.cleaned_data["file"]
        if (file.size or 0) > MOST_BYTES:
            raise forms.ValidationError(f"The file is larger than {MOST_BYTES // 1024 // 1024} MB.")
        return file

    def mapping(self) -> dict[str, str] | None:
        """The columns named, if any."""
        return {field: self.cleaned_data[field] for field in FIELDS if self.cleaned_data.get(field)} or None
