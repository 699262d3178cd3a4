"""The form of an urgent notice: a sentence in all languages of the centre, its blanks, and until when it is shown."""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final
from zoneinfo import ZoneInfo

from django import forms
from django.utils import timezone

from centers.curation import CurationError
from centers.local_text import LAST_RESORT, direction
from centers.models import Election, Jurisdiction, NoticeKind, PollingDay
from centers.models.notice import LONGEST_NOTICE
from centers.notice_words import (
    Blank,
    BlankValue,
    other_languages,
    sentence_blanks,
    sentence_filled,
    sentence_in,
)
from centers.services.notice_publish import LONGEST_NOTICE_TEXT, NoticeDraft
from electioncenters.languages import LANGUAGE_NAMES

#: The last minute of a day: until when notices are shown that end with it.
_LAST_MINUTE: Final = dt.time(23, 59)
_OWN: Final = "own"


@dataclass(frozen=True, slots=True)
class Ending:
    """A moment to choose for the end of a notice."""

    key: str
    label: str
    at: dt.datetime


def endings(place: Jurisdiction, now: dt.datetime) -> list[Ending]:
    """What can be chosen with one press, in the time of the place; the end of polling day where it is near."""
    zone = ZoneInfo(place.time_zones[0])
    today = now.astimezone(zone).date()
    chosen = [Ending("tonight", "Tonight", dt.datetime.combine(today, _LAST_MINUTE, zone))]
    chosen.append(Ending("day", "24 hours from now", (now + dt.timedelta(hours=24)).astimezone(zone)))
    if day := _polling_day(place, today):
        chosen.append(Ending("polling", "End of polling day", dt.datetime.combine(day, _LAST_MINUTE, zone)))
    return [one for one in chosen if now < one.at <= now + LONGEST_NOTICE]


def _polling_day(place: Jurisdiction, today: dt.date) -> dt.date | None:
    """The last day of the round in which people vote next."""
    days = PollingDay.objects.filter(
        round__election__in=Election.objects.concerning(place),
        round__status__in=("scheduled", "open"),
        date__range=(today, today + LONGEST_NOTICE),
    )
    first = days.order_by("date").first()
    return max(days.filter(round=first.round_id).values_list("date", flat=True)) if first else None


class EndingForm(forms.Form):
    """Until when a notice is shown."""

    until = forms.ChoiceField(label="Show it until", choices=(), widget=forms.RadioSelect)
    expires_at = forms.DateTimeField(
        label="Another moment",
        required=False,
        widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    def __init__(self, *args: Any, place: Jurisdiction, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.place = place
        self.zone = ZoneInfo(place.time_zones[0])
        self.endings = endings(place, timezone.now())
        until: Any = self.fields["until"]
        until.choices = [
            *((one.key, f"{one.label} ({one.at:%A} {one.at.day} {one.at:%B, %H:%M})") for one in self.endings),
            (_OWN, "Another moment"),
        ]
        self.fields[
            "expires_at"
        ].help_text = (
            f"In the time of {self.zone.key}, at most {LONGEST_NOTICE.days} days from now. Only with “Another moment”."
        )

    def full_clean(self) -> None:
        """Moments are entered in the time of the place."""
        with timezone.override(self.zone):
            super().full_clean()

    def clean(self) -> dict[str, Any]:
        """`expires_at` is the moment chosen, whichever way."""
        cleaned = super().clean() or self.cleaned_data
        chosen = next((one.at for one in self.endings if one.key == cleaned.get("until")), None)
        if chosen is not None:
            cleaned["expires_at"] = chosen
        elif cleaned.get("until") == _OWN and not cleaned.get("expires_at") and "expires_at" not in self.errors:
            self.add_error("expires_at", "Say until when.")
        return cleaned

    def show(self, error: CurationError) -> None:
        """Say beside each field what a service found wrong with it."""
        for name, sentences in error.errors.items():
            self.add_error(name if name in self.fields else None, sentences)


class NoticeForm(EndingForm):
    """A new notice of one kind."""

    public_id = forms.UUIDField(widget=forms.HiddenInput)
    source_url = forms.URLField(
        label="Official source",
        max_length=500,
        assume_scheme="https",
        help_text="The page where voters find it confirmed. It is shown with the notice.",
    )
    starts_at = forms.DateTimeField(
        label="Show it from",
        required=False,
        help_text="Leave empty to show it at once.",
        widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    def __init__(self, *args: Any, kind: NoticeKind, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"public_id": uuid.uuid4(), "until": "tonight"})
        super().__init__(*args, **kwargs)
        self.kind = kind
        self.languages = [
            code for code in dict.fromkeys((*self.place.languages, LAST_RESORT)) if code in LANGUAGE_NAMES
        ]
        self.blanks = sentence_blanks(kind)
        for number, blank in enumerate(self.blanks, start=1):
            self.fields[f"blank_{blank.name}"] = _blank_field(blank, number)
        for code in self.languages:
            self.fields[f"text_{code}"] = _text_field(code, sentence_in(kind, code))
        if self.fields["until"].choices[0][0] != "tonight":  # type: ignore[attr-defined]
            self.initial["until"] = self.fields["until"].choices[0][0]  # type: ignore[attr-defined]
        self.order_fields([
            *(f"blank_{blank.name}" for blank in self.blanks),
            *(f"text_{code}" for code in self.languages),
            "source_url", "until", "expires_at", "starts_at", "public_id",
        ])  # fmt: skip

    def blank_fields(self) -> Iterator[forms.BoundField]:
        """What is filled in once for all languages."""
        return (self[f"blank_{blank.name}"] for blank in self.blanks)

    def text_fields(self) -> Iterator[forms.BoundField]:
        """The text, side by side."""
        return (self[f"text_{code}"] for code in self.languages)

    def other_fields(self) -> Iterator[forms.BoundField]:
        """Source and time."""
        return (self[name] for name in ("source_url", "until", "expires_at", "starts_at", "public_id"))

    def clean(self) -> dict[str, Any]:
        """A blank that a text uses must be given."""
        cleaned = super().clean()
        texts = " ".join(cleaned.get(f"text_{code}") or "" for code in self.languages)
        for number, blank in enumerate(self.blanks, start=1):
            name = f"blank_{blank.name}"
            if f"[{number}]" in texts and cleaned.get(name) in (None, "") and name not in self.errors:
                self.add_error(name, f"The texts use it, as [{number}]: fill it in, or take it out of the texts.")
        return cleaned

    def draft(self) -> NoticeDraft:
        """The notice; call it when the form is valid."""
        given = self.cleaned_data
        values: dict[str, BlankValue | None] = {blank.name: given[f"blank_{blank.name}"] for blank in self.blanks}
        written = {code: given[f"text_{code}"].strip().replace("\r\n", "\n") for code in self.languages}
        composed = {code: sentence_in(self.kind, code) for code in other_languages(written, self.kind)}
        return NoticeDraft(
            public_id=given["public_id"],
            kind=self.kind,
            texts={code: sentence_filled(text, self.kind, values, code) for code, text in written.items()},
            composed={code: sentence_filled(text, self.kind, values, code) for code, text in composed.items()},
            source_url=given["source_url"],
            expires_at=given["expires_at"],
            starts_at=given["starts_at"],
        )


def draft_digest(draft: NoticeDraft, until: str) -> str:
    """What tells one draft from another: nobody puts up what they have not seen. `until` stands for the end chosen."""
    seen = (draft.kind, sorted(draft.texts.items()), draft.source_url, until, str(draft.starts_at))
    return hashlib.blake2b(repr(seen).encode(), digest_size=12).hexdigest()


def _blank_field(blank: Blank, number: int) -> forms.Field:
    label = f"[{number}] {blank.label}"
    if blank.type is dt.date:
        return forms.DateField(label=label, required=False, widget=forms.DateInput({"type": "date"}))
    if blank.type is dt.time:
        return forms.TimeField(label=label, required=False, widget=forms.TimeInput({"type": "time"}))
    return forms.CharField(label=label, required=False, max_length=200)


def _text_field(code: str, sentence: str) -> forms.Field:
    attributes = {"lang": code, "dir": direction(code), "rows": 5, "maxlength": LONGEST_NOTICE_TEXT}
    return forms.CharField(
        label=LANGUAGE_NAMES[code],
        required=False,
        max_length=LONGEST_NOTICE_TEXT,
        initial=sentence,
        widget=forms.Textarea(attributes),
    )
