"""Reminders of election hashtags in the staff's words: languages side by side, with the card viewers get."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from accounts.staff.access import StaffRequest, staff_view
from accounts.staff.listing import page_of
from centers.local_text import direction
from centers.models import Election, Jurisdiction
from centers.staff.places import is_everywhere, places_granted
from electioncenters.languages import LANGUAGE_NAMES
from labeling.models import Reminder
from labeling.models.reminder import MAX_TEXT
from labeling.services.reminder import (
    EVERYWHERE,
    PERMISSION,
    ReminderDraft,
    TextDraft,
    reminder_mark,
    reminder_retire,
    reminder_save,
)
from labeling.services.seen import ChangedMeanwhileError
from labeling.staff.conflict import conflict_show
from labeling.staff.forms import ReasonForm
from labeling.texts import reminder_points

VIEW = "labeling.view_reminders"
_TEXT = "text_"


class ReminderForm(forms.Form):
    """One text per language; what may stand in them is judged by `reminder_save`."""

    jurisdiction = forms.ModelChoiceField(
        Jurisdiction.objects.none(), label="For viewers' hashtags of", required=False, empty_label="Everywhere"
    )
    election = forms.ModelChoiceField(
        Election.objects.order_by("key"), label="Only for this election", required=False, empty_label="All elections"
    )
    starts_at = forms.DateTimeField(label="From", required=False, help_text="UTC.")
    ends_at = forms.DateTimeField(label="Until", required=False, help_text="UTC, not included.")
    reason = forms.CharField(label="Why", max_length=1000, help_text="Colleagues read it in the history.")
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, places: Any, everywhere: bool, languages: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        place: Any = self.fields["jurisdiction"]
        place.queryset = places
        if not everywhere:
            place.required, place.empty_label = True, None
        for name in ("starts_at", "ends_at"):
            self.fields[name].widget = forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
        for code in languages:
            self.fields[f"{_TEXT}{code}"] = forms.CharField(
                label=LANGUAGE_NAMES[code],
                max_length=MAX_TEXT,
                required=False,
                help_text="Each line is one point. Plain words; the link is added." if code == languages[0] else "",
                widget=forms.Textarea({"rows": 4, "lang": code, "dir": direction(code)}),
            )

    def texts(self) -> dict[str, TextDraft]:
        """What was written, by language."""
        written = {name.removeprefix(_TEXT): text for name, text in self.cleaned_data.items() if name.startswith(_TEXT)}
        # Browsers end lines with two characters, of which the service would refuse one.
        return {code: TextDraft(text.replace("\r\n", "\n")) for code, text in written.items() if text.strip()}

    def cards(self) -> list[dict[str, Any]]:
        """Each text's field with the points viewers would read; without a text, those of the portal."""
        cards = []
        for name in self.fields:
            if name.startswith(_TEXT):
                code = name.removeprefix(_TEXT)
                lines = [line.strip() for line in str(self[name].value() or "").splitlines() if line.strip()]
                points = lines or list(reminder_points(code))
                cards.append(
                    {"field": self[name], "code": code, "direction": direction(code), "points": points, "own": lines}
                )
        return cards

    def show(self, error: ValidationError) -> None:
        """Put what the service says beside its fields."""
        names = {"period": "ends_at", "texts": None}
        for field, said in error.message_dict.items():
            name = names.get(field, field.replace("texts.", _TEXT))
            self.add_error(name if name in self.fields else None, [f"{one[:1].upper()}{one[1:]}." for one in said])


def _reminder(pk: int) -> Reminder:
    found = Reminder.objects.select_related("jurisdiction__parent", "election").prefetch_related("texts")
    return get_object_or_404(found, pk=pk)


@staff_view(VIEW, methods=("GET", "HEAD"))
def reminder_list(request: StaffRequest) -> HttpResponse:
    """Reminders of the member's places and of everywhere; active ones first."""
    places = places_granted(request.user, VIEW)
    found = Reminder.objects.filter(jurisdiction__in=places) | Reminder.objects.filter(jurisdiction=None)
    rows = found.select_related("jurisdiction", "election").prefetch_related("texts").order_by("-active", "-id")
    context = {
        "page": page_of(request, rows, size=50),
        "may_edit": request.user.has_perm(PERMISSION),
        "portal": reminder_points(EVERYWHERE),
        "crumbs": [("Reminders", "")],
    }
    return render(request, "staff/labeling/reminders.html", context)


@staff_view(PERMISSION)
def reminder_add(request: StaffRequest) -> HttpResponse:
    """A new reminder; `?place=` chooses its languages."""
    place = places_granted(request.user, PERMISSION).filter(code=request.GET.get("place", "")).first()
    return _form_page(request, None, place, {"jurisdiction": place.pk if place else None})


@staff_view(PERMISSION, target=_reminder)
def reminder_edit(request: StaffRequest, reminder: Reminder) -> HttpResponse:
    """Change one that is active."""
    start: dict[str, Any] = {f"{_TEXT}{text.language}": text.text for text in reminder.texts.all()}
    for name in ("jurisdiction_id", "election_id", "starts_at", "ends_at"):
        start[name.removesuffix("_id")] = getattr(reminder, name)
    start["seen"] = reminder_mark(reminder)
    return _form_page(request, reminder, reminder.jurisdiction, start)


def _form_page(
    request: StaffRequest, reminder: Reminder | None, place: Jurisdiction | None, start: Mapping[str, Any]
) -> HttpResponse:
    written = [name.removeprefix(_TEXT) for name in (*start, *request.POST) if name.startswith(_TEXT)]
    own = [*(place.languages if place else [EVERYWHERE]), *written]
    every = list(LANGUAGE_NAMES) if request.GET.get("languages") == "all" else []
    languages = [code for code in dict.fromkeys([*own, *every]) if code in LANGUAGE_NAMES]
    form = ReminderForm(
        request.POST or None,
        initial=dict(start),
        places=places_granted(request.user, PERMISSION),
        everywhere=is_everywhere(request.user, PERMISSION),
        languages=languages,
    )
    is_preview = "preview" in request.POST
    context: dict[str, Any] = {
        "form": form,
        "reminder": reminder,
        "is_preview": is_preview,
        "places": places_granted(request.user, PERMISSION) if reminder is None else [],
        "crumbs": [("Reminders", "../" if reminder is None else "../../"), ("Change" if reminder else "Add", "")],
    }
    try:
        if request.method == "POST" and not is_preview and form.is_valid() and _saved(request, form, reminder):
            return redirect("reminders")
    except ChangedMeanwhileError:
        mark = start.get("seen", "")
        context |= {"conflict": conflict_show(form, mark), "fresh": request.path, "is_conflict": True}
        return render(request, "staff/labeling/reminder_form.html", context, status=409)
    is_wrong = request.method == "POST" and not is_preview
    return render(request, "staff/labeling/reminder_form.html", context, status=422 if is_wrong else 200)


def _saved(request: StaffRequest, form: ReminderForm, reminder: Reminder | None) -> bool:
    given = form.cleaned_data
    draft = ReminderDraft(given["jurisdiction"], given["election"], given["starts_at"], given["ends_at"], form.texts())
    try:
        seen = given["seen"] if reminder else None
        reminder_save(by=request.user, draft=draft, reason=given["reason"], reminder=reminder, seen=seen)
    except ValidationError as error:
        form.show(error)
        return False
    messages.success(request, "The reminder is saved. Viewers get it within a minute.")
    return True


@staff_view(PERMISSION, target=_reminder)
def reminder_end(request: StaffRequest, reminder: Reminder) -> HttpResponse:
    """End one for good, after asking."""
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            reminder_retire(by=request.user, reminder=reminder, reason=form.cleaned_data["reason"])
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            messages.success(request, "The reminder has ended. The portal's own words hold again.")
            return redirect("reminders")
    crumbs = [("Reminders", "../../"), ("End", "")]
    context = {"title": "End this reminder?", "form": form, "button": "End it", "is_danger": True, "back": "../../"}
    about = "Viewers read the portal's own words again. It stays for the record."
    return render(
        request,
        "staff/labeling/form.html",
        context | {"about": about, "crumbs": crumbs},
        status=422 if form.errors else 200,
    )
