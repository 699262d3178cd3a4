"""Begin a new record: what it is called decides where it is edited."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

from django import forms
from django.db.models import Max
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from accounts.staff.access import StaffRequest, staff_view
from centers.models import Audience, Campaign, Election, ElectionType, Jurisdiction, KeyDateKind
from centers.staff.desk import PROPOSE, desk_place, desk_render
from centers.staff.edit import edit_crumbs
from centers.staff.sheet import election_name

#: How types of election are written in ids (`fr.parliament.2029`).
_IN_IDS: Final = {ElectionType.EUROPEAN_PARLIAMENT: "ep"}
_WORD: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class ElectionForm(forms.Form):
    """Who is elected and when: the parts of the id that labels and other systems know it by."""

    type = forms.ChoiceField(label="Who is elected", choices=ElectionType.choices)
    year = forms.IntegerField(
        label="Year", min_value=1945, max_value=2100, help_text="In which it is held, or expected."
    )
    part = forms.CharField(
        label="Which one",
        required=False,
        max_length=60,
        help_text=(
            "Only where there are several in a year: small letters and hyphens, such as lower-austria or rerun. "
            "It becomes part of the id, which stays for ever."
        ),
    )

    def __init__(self, *args: Any, place: Jurisdiction, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.place = place

    def clean_part(self) -> str:
        """A word as ids are made of."""
        part = str(self.cleaned_data["part"]).strip().lower()
        if part and not _WORD.fullmatch(part):
            raise forms.ValidationError("Small letters a to z, digits and single hyphens only.")
        return part

    def record(self) -> str:
        """The name of the new record."""
        given = self.cleaned_data
        kind = _IN_IDS.get(given["type"], given["type"])
        region = [given["part"]] if given["part"] and given["type"] in ("regional", "local") else []
        year = f"{given['year']}" if region or not given["part"] else f"{given['year']}-{given['part']}"
        return "election:" + ".".join([self.place.code, kind, *region, year])


class RoundForm(forms.Form):
    """Of which election; its number is the next."""

    election = forms.ModelChoiceField(Election.objects.none(), label="Election", to_field_name="key", empty_label=None)

    def __init__(self, *args: Any, place: Jurisdiction, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _elections_offered(self, Election.objects.filter(jurisdiction=place))

    def record(self) -> str:
        """The name of the new record."""
        election = self.cleaned_data["election"]
        last = election.rounds.aggregate(last=Max("number"))["last"] or 0
        return f"round:{election.key}/{last + 1}"


class DateForm(forms.Form):
    """Of which election, what happens, and for whom."""

    election = forms.ModelChoiceField(Election.objects.none(), label="Election", to_field_name="key", empty_label=None)
    kind = forms.ChoiceField(label="What happens", choices=KeyDateKind.choices)
    audience = forms.ChoiceField(label="For whom", choices=Audience.choices)

    def __init__(self, *args: Any, place: Jurisdiction, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.place = place
        _elections_offered(self, Election.objects.concerning(place))

    def record(self) -> str:
        """The name of the new record, or of the one there is: then that is edited."""
        given = self.cleaned_data
        return f"date:{given['election'].key}/{self.place.code}/{given['kind']}/{given['audience']}"


class NamedForm(forms.Form):
    """A short name, which becomes part of addresses."""

    name = forms.CharField(
        label="Short name",
        max_length=60,
        help_text="Small letters, digits and hyphens, such as look-twice. It stands in addresses and stays.",
    )
    noun = ""

    def __init__(self, *args: Any, place: Jurisdiction, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.place = place

    def clean_name(self) -> str:
        """A word as addresses are made of."""
        name = str(self.cleaned_data["name"]).strip().lower()
        if not _WORD.fullmatch(name):
            raise forms.ValidationError("Small letters a to z, digits and single hyphens only.")
        return name

    def record(self) -> str:
        """The name of the new record, or of the one there is: then that is edited."""
        return f"{self.noun}:{self.place.code}/{self.cleaned_data['name']}"


class CampaignForm(NamedForm):
    """What a campaign is called in addresses; it is so only once in the portal."""

    noun = "campaign"

    def clean_name(self) -> str:
        """Not the name of another desk's campaign."""
        name = super().clean_name()
        if Campaign.objects.filter(slug=name).exclude(jurisdiction=self.place).exists():
            raise forms.ValidationError("Another desk has a campaign of this name.")
        return name


class TipForm(NamedForm):
    """What a tip is called in addresses."""

    noun = "tip"


class VideoForm(NamedForm):
    """Of which campaign, and what the video is called in addresses."""

    campaign = forms.ModelChoiceField(Campaign.objects.none(), label="Campaign", to_field_name="slug", empty_label=None)
    noun = "video"
    field_order = ("campaign", "name")

    def __init__(self, *args: Any, place: Jurisdiction, **kwargs: Any) -> None:
        super().__init__(*args, place=place, **kwargs)
        field: Any = self.fields["campaign"]
        field.queryset = Campaign.objects.filter(jurisdiction=place).order_by("slug")

    def record(self) -> str:
        """The name of the new record, or of the one there is: then that is edited."""
        return f"video:{self.place.code}/{self.cleaned_data['campaign'].slug}/{self.cleaned_data['name']}"


_FORMS: Final[dict[str, tuple[str, Callable[..., Any]]]] = {
    "election": ("Add an election", ElectionForm),
    "round": ("Add a round", RoundForm),
    "date": ("Add a key date", DateForm),
    "campaign": ("Add a campaign", CampaignForm),
    "video": ("Add a video", VideoForm),
    "tip": ("Add a tip", TipForm),
}


@staff_view(PROPOSE, target=lambda *, code, noun: _Begin(desk_place(code=code), noun), methods=("GET", "HEAD"))
def record_new(request: StaffRequest, begin: _Begin) -> HttpResponse:
    """Ask what is new, and go on to its form. Nothing is written, so that the answers stand in the address."""
    place, noun = begin.jurisdiction, begin.noun
    if noun == "source":
        return redirect("record-edit", code=place.code, record=f"source:{place.code}/new")
    if noun not in _FORMS:
        raise Http404
    title, make = _FORMS[noun]
    sent = request.GET if "go" in request.GET else None
    form = make(sent, place=place, initial={"year": timezone.now().year, **request.GET.dict()})
    if sent is not None and form.is_valid():
        return redirect("record-edit", code=place.code, record=form.record())
    context = {"title": title, "form": form, "noun": noun, "needs_election": noun in ("round", "date")}
    crumbs = edit_crumbs(place, title)
    status = 422 if form.errors else 200
    return desk_render(request, "staff/centers/record_new.html", place, context, crumbs=crumbs, status=status)


class _Begin:
    """What is begun, and where."""

    def __init__(self, place: Jurisdiction, noun: str) -> None:
        self.jurisdiction, self.noun = place, noun


def _elections_offered(form: forms.Form, found: Any) -> None:
    """The newest first, by their names."""
    field: Any = form.fields["election"]
    field.queryset = found.select_related("jurisdiction").order_by("-key")
    field.label_from_instance = lambda one: f"{election_name(one)} ({one.key})"
