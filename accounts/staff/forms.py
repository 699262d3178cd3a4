"""Forms of the workspace's ground floor."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth import password_validation

from accounts.models import Organisation, Role, User
from centers.models import Jurisdiction

#: What a publisher may give; the other roles work across organisations and are an administrator's to give.
PUBLISHERS_MAY_GIVE = (Role.CONTRIBUTOR, Role.CURATOR, Role.PUBLISHER, Role.AUDITOR)


class InvitationForm(forms.Form):
    """Who is invited to what; offers what the member may give."""

    email = forms.EmailField(label="Email address", max_length=254)
    organisation = forms.ModelChoiceField(Organisation.objects.none(), label="Organisation")
    role = forms.ChoiceField(label="Role", choices=())
    jurisdiction = forms.ModelChoiceField(
        Jurisdiction.objects.none(),
        label="For",
        required=False,
        empty_label="All jurisdictions",
        help_text="The role holds there and everywhere below.",
    )

    def __init__(self, *args: Any, member: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        organisations, places = Organisation.objects.all(), Jurisdiction.objects.order_by("code")
        roles = list(Role)
        if not member.is_superuser:
            held = [one for one in member.memberships_held if one.role == Role.PUBLISHER]
            organisations = organisations.filter(pk__in={one.organisation_id for one in held})
            roles = list(PUBLISHERS_MAY_GIVE)
            if all(one.jurisdiction_id for one in held):
                places = places.filter(pk__in={one.jurisdiction_id for one in held})
                self._field("jurisdiction").required = True
                self._field("jurisdiction").empty_label = None
        self._field("organisation").queryset = organisations
        self._field("jurisdiction").queryset = places
        self._field("role").choices = [(role.value, role.label) for role in roles]

    def _field(self, name: str) -> Any:
        return self.fields[name]


class JoinForm(forms.Form):
    """A new member's name and password; the password itself is judged by the service."""

    name = forms.CharField(label="Your name", max_length=150, widget=forms.TextInput({"autocomplete": "name"}))
    password = forms.CharField(
        label="Password",
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
        help_text="At least 12 characters. A sentence is easier to remember than a riddle.",
        max_length=200,
    )
    again = forms.CharField(
        label="Password again",
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
        max_length=200,
    )

    def __init__(self, *args: Any, email: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._email = email

    def clean_password(self) -> str:
        """Judged here too, so that the reason stands beside the field."""
        password = str(self.cleaned_data["password"])
        password_validation.validate_password(password, User(email=self._email, name=self.cleaned_data.get("name", "")))
        return password

    def clean_again(self) -> str:
        """Twice the same."""
        again = str(self.cleaned_data["again"])
        if self.cleaned_data.get("password") not in {None, again}:
            raise forms.ValidationError("The two passwords differ.")
        return again
