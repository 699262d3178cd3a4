"""Forms of trusted sources: paste an address, then say what it is."""

from __future__ import annotations

from typing import Any

from django import forms

from accounts.models import Organisation, OrganisationKind
from accounts.models.organisation import Vetting
from centers.curation import CurationError
from centers.models import PageLook, ProposalAction, SourceKind
from centers.models.source import Purpose
from centers.services.proposal_submit import Because, Wish

#: What an organisation is says where voters meet it.
_KINDS = {
    OrganisationKind.CIVIL_SOCIETY: SourceKind.CIVIL_SOCIETY,
    OrganisationKind.FACT_CHECKER: SourceKind.FACT_CHECKER,
}


class AddressForm(forms.Form):
    """An address to look at."""

    address = forms.CharField(
        label="Web address",
        max_length=600,
        help_text="Paste it from your browser: the page voters should read, not the site’s front page.",
        widget=forms.URLInput({"placeholder": "https://"}),
    )

    def show(self, error: CurationError) -> None:
        """Say beside the field what is wrong with it."""
        for name, sentences in error.errors.items():
            self.add_error(name if name in self.fields else None, sentences)


class _ByName(forms.ModelChoiceField):  # type: ignore[type-arg]  # Django's own takes none at run time
    def label_from_instance(self, obj: Any) -> str:
        """With the English name, and whether somebody checked who it is."""
        english = f" ({obj.name_en})" if obj.name_en != obj.name else ""
        return f"{obj.name}{english}, {obj.get_vetting_display().lower()}"


class SourceForm(forms.Form):
    """What is proposed of a page that was looked at."""

    title = forms.CharField(label="Title", max_length=250)
    organisation = _ByName(
        Organisation.objects.exclude(vetting=Vetting.SUSPENDED),
        label="Organisation",
        to_field_name="key",
        empty_label="Choose",
        help_text="Who publishes the page. Operators add organisations that are missing.",
    )
    kind = forms.ChoiceField(label="Who speaks", choices=SourceKind.choices, widget=forms.RadioSelect)
    languages = forms.CharField(
        label="Languages of the page", required=False, help_text="Codes such as fr or nl, with commas between them."
    )
    purposes = forms.MultipleChoiceField(
        label="What voters find there", choices=Purpose.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    reason = forms.CharField(
        label="Why", max_length=2_000, help_text="Who approves it reads this first.", widget=forms.Textarea({"rows": 2})
    )

    @classmethod
    def suggested(cls, look: PageLook) -> dict[str, Any]:
        """What the page says of itself."""
        organisation = look.organisation
        kind = _KINDS.get(OrganisationKind(organisation.kind), SourceKind.AUTHORITY) if organisation else None
        return {
            "title": look.title,
            "organisation": organisation.key if organisation else None,
            "kind": kind,
            "languages": ", ".join(look.languages),
        }

    def wish(self, look: PageLook) -> Wish:
        """The new record; call it when the form is valid."""
        given = self.cleaned_data
        fields = {name: given[name] for name in ("title", "kind", "languages", "purposes")}
        fields |= {"url": look.url, "organisation": given["organisation"].key}
        return Wish(f"source:{look.jurisdiction.code}/new", ProposalAction.CREATE, fields)

    def because(self, look: PageLook) -> Because:
        """The page is its own source."""
        return Because(self.cleaned_data["reason"], look.url)

    def show(self, error: CurationError) -> None:
        """Say beside each field what is wrong with it."""
        for name, sentences in error.errors.items():
            self.add_error(name if name in self.fields else None, sentences)
