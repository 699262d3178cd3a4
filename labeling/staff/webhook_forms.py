"""Forms about webhooks. Whether an address may be called is judged by the services."""

from __future__ import annotations

from django import forms

from electioncenters.languages import LANGUAGE_NAMES
from labeling.models import ChangeAction, Platform
from labeling.services.webhook_endpoint import OVERLAP


class EndpointForm(forms.Form):
    """What can be changed later."""

    url = forms.CharField(
        label="Address",
        max_length=2000,
        help_text="It begins with https:// and leads to a server on the public Internet.",
        widget=forms.URLInput({"autocomplete": "off", "spellcheck": "false"}),
    )
    actions = forms.MultipleChoiceField(
        label="Told when labels are",
        choices=ChangeAction.choices,
        initial=ChangeAction.values,
        widget=forms.CheckboxSelectMultiple,
    )
    language = forms.ChoiceField(
        label="Language of the labels' texts", choices=list(LANGUAGE_NAMES.items()), initial="en"
    )


class AddForm(EndpointForm):
    """A new endpoint."""

    platform = forms.ModelChoiceField(Platform.objects.order_by("name"), label="Platform", empty_label="Choose one")
    from_start = forms.BooleanField(
        label="Begin with the oldest change that is kept",
        required=False,
        help_text="Otherwise the platform is told of what changes from now on.",
    )
    field_order = ["platform", "url", "actions", "language", "from_start"]


class RotateForm(forms.Form):
    """For how long two secrets are valid."""

    hours = forms.TypedChoiceField(
        label="The former secret",
        choices=[
            (int(OVERLAP.total_seconds() // 3600), "stays valid for 24 hours"),
            (1, "stays valid for one hour"),
            (168, "stays valid for a week"),
            (0, "is not valid any more, because somebody else may have it"),
        ],
        coerce=int,
    )


class SkipForm(forms.Form):
    """Which message is skipped, so that a second press does not skip the next one."""

    message = forms.CharField(max_length=40, widget=forms.HiddenInput)
