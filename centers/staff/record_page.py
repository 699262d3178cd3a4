"""One record: what stands now and on what source, what is proposed, its whole history; confirming and taking back."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.core.paginator import Page
from django.db import models
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from accounts.models import Organisation, Role
from accounts.staff.access import StaffRequest, staff_view
from accounts.staff.listing import page_of
from centers.curation import KINDS, CurationError, RecordRef, record_ref
from centers.curation.kind import Values
from centers.curation.titles import record_title
from centers.models import Jurisdiction, Proposal, ProposalAction, PublishedChange
from centers.models.fact import Confirmation, Fact, TranslationOrigin
from centers.models.proposal import UNDECIDED
from centers.services.fact_confirm import authority_of, fact_confirm
from centers.services.fact_look import fact_look
from centers.staff.desk import CONFIRM, PROPOSE, PUBLISH, VIEW, desk_place, desk_render, voter_path
from centers.staff.differences import ShownDifference, ShownText, change_shown, label_of, value_shown
from centers.staff.people import people_of
from centers.staff.sheet import is_editable

_HISTORY: Final = 20
#: A confirmation is of the fact as it stands; what was said longer ago is said again.
_OLDEST_CONFIRMATION: Final = dt.timedelta(days=366)
_CHANGED_MEANWHILE: Final = 409


@dataclass(frozen=True)
class DeskRecord:
    """A record of a place by its name; `live` is empty while it is not there, or is there no more."""

    jurisdiction: Jurisdiction
    ref: RecordRef
    live: models.Model | None

    @cached_property
    def values(self) -> Values:
        """As they stand; none while there is no record."""
        return self.ref.kind.values(self.live) if self.live is not None else {}

    @property
    def seen(self) -> str:
        """Stands for the values in forms: what was changed meanwhile has another."""
        return hashlib.sha256(json.dumps(self.values, sort_keys=True).encode()).hexdigest()[:40]

    @property
    def fact(self) -> Fact | None:
        """The record, if voters are told its source."""
        return self.live if isinstance(self.live, Fact) else None


def desk_record(*, code: str, record: str) -> DeskRecord:
    """A record of this very place, also one that is not given yet or was removed. Raises `Http404` for all else."""
    place = desk_place(code=code)
    try:
        ref = record_ref(record)
        live = ref.kind.find(ref.key)
        owner = ref.kind.place(live if live is not None else ref.kind.build(ref.key))
    except CurationError:
        return _removed(place, record)
    if owner.pk != place.pk:
        raise Http404
    return DeskRecord(place, ref, live)


def _removed(place: Jurisdiction, record: str) -> DeskRecord:
    """What cannot be made again under this name, such as a source's number, but was published here once."""
    is_known = PublishedChange.objects.filter(jurisdiction=place, record=record).exists()
    if not is_known or record.partition(":")[0] not in KINDS:
        raise Http404
    return DeskRecord(place, record_ref(record), None)


class ConfirmForm(forms.Form):
    """The day the authority said so, and the values it said it of."""

    on = forms.DateField(
        label="Confirmed on", widget=forms.DateInput({"type": "date"}), help_text="The day the authority stood by it."
    )
    seen = forms.CharField(widget=forms.HiddenInput(), max_length=64)

    def clean_on(self) -> dt.date:
        """Not long ago; days to come are refused by the service."""
        on: dt.date = self.cleaned_data["on"]
        if on < timezone.now().date() - _OLDEST_CONFIRMATION:
            raise forms.ValidationError("That is more than a year ago: look at the fact again and confirm it today.")
        return on


class LookForm(forms.Form):
    """The day on which somebody compared the source with the values they saw here."""

    looked_on = forms.DateField(label="Looked at on", widget=forms.DateInput({"type": "date"}))
    seen = forms.CharField(widget=forms.HiddenInput(), max_length=64)


@dataclass(frozen=True, slots=True)
class ShownValue:
    """A field of the record as it stands; `origin` says who wrote a text."""

    label: str
    text: ShownText
    origin: str = ""


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """A published change with what it did, who did it, and whether it can be taken back."""

    change: PublishedChange
    differences: list[ShownDifference]
    signed: str
    can_undo: bool


@staff_view(VIEW, target=desk_record, methods=("GET", "HEAD"))
def record_page(request: StaffRequest, found: DeskRecord) -> HttpResponse:
    """What stands, what is proposed, and how it came about."""
    return _page(request, found)


@staff_view(CONFIRM, target=desk_record, methods=("POST",))
def fact_confirm_page(request: StaffRequest, found: DeskRecord) -> HttpResponse:
    """The authority stands behind the fact as it was seen."""
    form = ConfirmForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form, status=422)
    if form.cleaned_data["seen"] != found.seen:
        form.add_error(None, "This has been changed meanwhile: look at it again before you confirm it.")
        return _page(request, found, form, status=_CHANGED_MEANWHILE)
    try:
        fact_confirm(record=str(found.ref), by=request.user, seen=found.values, on=form.cleaned_data["on"])
    except CurationError as error:
        for name, sentences in error.errors.items():
            form.add_error(name if name in form.fields else None, sentences)
        return _page(request, found, form, status=422)
    messages.success(request, "Confirmed: voters read that the authority stands behind it.")
    return _back(found)


@staff_view(CONFIRM, target=desk_record, methods=("POST",))
def fact_look_page(request: StaffRequest, found: DeskRecord) -> HttpResponse:
    """The source still says what stands here."""
    form = LookForm(request.POST)
    if not form.is_valid():
        return _page(request, found, look=form, status=422)
    if form.cleaned_data["seen"] != found.seen:
        form.add_error(None, "This has been changed meanwhile: compare it with its source again.")
        return _page(request, found, look=form, status=_CHANGED_MEANWHILE)
    try:
        fact_look(record=str(found.ref), by=request.user, seen=found.values, on=form.cleaned_data["looked_on"])
    except CurationError as error:
        for name, sentences in error.errors.items():
            form.add_error(name if name in form.fields else None, sentences)
        return _page(request, found, look=form, status=422)
    messages.success(request, "Noted: voters read that it was checked on that day.")
    return _back(found)


def _back(found: DeskRecord) -> HttpResponse:
    return redirect("record", code=found.jurisdiction.code, record=str(found.ref))


def _page(
    request: StaffRequest,
    found: DeskRecord,
    form: ConfirmForm | None = None,
    *,
    look: LookForm | None = None,
    status: int = 200,
) -> HttpResponse:
    place, record, fact = found.jurisdiction, str(found.ref), found.fact
    user = request.user
    authority = authority_of(user, place) if fact and user.has_perm(CONFIRM, place) else None
    main, further = _values(found)
    title = record_title(record)
    context = {
        "record": record,
        "title": title,
        "kind": found.ref.kind,
        "live": found.live,
        "fact": fact,
        "is_confirmed": fact is not None and fact.confirmation == Confirmation.CONFIRMED,
        "values": main,
        "further": further,
        "curators": _curators(place),
        "proposals": _proposals(record, place),
        "history": _history(request, found),
        "may_edit": user.has_perm(PROPOSE, place) and is_editable(found.ref, place),
        "may_remove": found.live is not None and found.ref.kind.is_removable,
        "authority": authority,
        "may_confirm": fact is not None and user.has_perm(CONFIRM, place),
        "form": form or ConfirmForm(initial={"on": timezone.now().date(), "seen": found.seen}),
        "look": look or LookForm(initial={"looked_on": timezone.now().date(), "seen": found.seen}),
        "seen": found.seen,
        "voter_path": voter_path(place),
    }
    return desk_render(request, "staff/centers/record.html", place, context, crumbs=[(title, "")], status=status)


def _values(found: DeskRecord) -> tuple[list[ShownValue], list[ShownValue]]:
    """What is given, the centre's own languages and English first; the texts in other languages apart."""
    first = {*found.jurisdiction.languages, "en", ""}
    main: list[ShownValue] = []
    further: list[ShownValue] = []
    for value in _given(found):
        (main if value.text.language in first else further).append(value)
    order = [*found.jurisdiction.languages, "en"]
    main.sort(key=lambda value: order.index(value.text.language) if value.text.language else len(order))
    return main, further


def _given(found: DeskRecord) -> Iterator[ShownValue]:
    noun = found.ref.kind.noun
    origins: dict[str, Any] = found.fact.translation_origin if found.fact else {}
    for name, value in found.values.items():
        if value in (None, "", []):
            continue
        text = value_shown(noun, name, value)
        origin = origins.get(text.language, "") if text.language else ""
        label = TranslationOrigin(origin).label if origin in TranslationOrigin.values else ""
        yield ShownValue(label_of(noun, name), text, str(label))


def _curators(place: Jurisdiction) -> list[Organisation]:
    """Whose members look after the place by name."""
    found = Organisation.objects.filter(
        memberships__jurisdiction=place, memberships__role__in=(Role.CURATOR, Role.PUBLISHER)
    )  # fmt: skip
    return list(found.distinct().order_by("name"))


def _proposals(record: str, place: Jurisdiction) -> list[Proposal]:
    """Undecided or scheduled ones that change this record, first or along with another."""
    waiting = Proposal.objects.filter(jurisdiction=place, status__in=[*UNDECIDED, "scheduled"])
    about = Q(record=record) | Q(also__contains=[{"record": record}])
    return list(waiting.filter(about).select_related("author", "organisation").order_by("created_at"))


def _history(request: StaffRequest, found: DeskRecord) -> Page[Any]:
    """Newest first."""
    changes = PublishedChange.objects.filter(jurisdiction=found.jurisdiction, record=str(found.ref))
    page = page_of(request, changes.select_related("organisation", "published_by", "proposal"), size=_HISTORY)
    people = people_of(request.user, found.jurisdiction)
    may_undo = request.user.has_perm(PUBLISH, found.jurisdiction)
    page.object_list = [
        HistoryLine(
            change, change_shown(change), people.signed(change.published_by, change.organisation),
            may_undo and _can_undo(change, found),
        )
        for change in page.object_list
    ]  # fmt: skip
    return page


def _can_undo(change: PublishedChange, found: DeskRecord) -> bool:
    """Whether what the change made still stands; the service looks again."""
    if change.action in (ProposalAction.CONFIRM, ProposalAction.LOOK):
        return False
    if change.action == ProposalAction.REMOVE:
        return found.live is None
    if change.action == ProposalAction.CREATE and not found.ref.kind.is_removable:
        return False
    return found.live is not None and all(found.values.get(name) == value for name, value in change.after.items())
