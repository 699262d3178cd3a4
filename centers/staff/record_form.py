"""The forms in which records are edited, built from what `centers.curation` says of their fields."""

from __future__ import annotations

import datetime as dt
import json
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, Final
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError

from centers.curation import CuratedField, CurationError
from centers.curation.fields import take_url
from centers.curation.kind import Values
from centers.local_text import direction
from centers.services.proposal_submit import LONGEST_REASON, Because
from centers.staff.local_time import local_moment, local_text, zone_of
from centers.staff.sheet import Sheet, choices_of
from centers.staff.widgets import DaysWidget, EnteredField, LanguagesWidget, LocalMomentInput
from electioncenters.languages import LANGUAGE_CODES

#: Words of a sentence from which readers who read little, or in a second language, begin to lose the thread.
LONG_SENTENCE: Final = 20


class PartForm(forms.Form):
    """One record: the fields of its kind, its texts in `languages` side by side.

    What may stand in them is judged by the services alone, so that forms and programs are told the same.
    """

    def __init__(
        self, data: Any, *, sheet: Sheet, languages: Iterable[str], prefix: str, start: Values,
        same_meaning: Iterable[str] = (),
    ) -> None:  # fmt: skip
        """`start` are the values it begins with, where these are not the published ones.

        `same_meaning` are the translated fields that are said, to begin with, to mean the same.
        """
        super().__init__(data, prefix=prefix, use_required_attribute=False)
        self.sheet = sheet
        self.languages = tuple(languages)
        self.zone = zone_of(str(start.get("time_zone") or sheet.values.get("time_zone") or ""), _zone(sheet))
        self.curated: dict[str, CuratedField] = {}
        for field in sheet.ref.kind.own:
            if field.language and field.language not in self.languages:
                continue
            self.curated[field.name] = field
            self.fields[field.name] = _form_field(sheet, field)
            value = start.get(field.name, sheet.values.get(field.name))
            self.initial[field.name] = local_text(value, self.zone) if field.shape == "instant" else value
        self.rewordable = {base: _same_name(base) for base in sheet.translated()}
        for base, name in self.rewordable.items():
            self.fields[name] = _same_meaning_field(base in same_meaning)
        self.base: Values = self._seen()

    def _seen(self) -> Values:
        """What its author saw, which the form carries along; what is published now, when it begins."""
        sent = self.data.get(self.add_prefix("base")) if self.is_bound else None
        if sent:
            try:
                said = json.loads(sent)
            except ValueError:
                said = None
            if isinstance(said, dict):
                return {name: said[name] for name in said if name in self.sheet.ref.kind.by_name}
        return dict(self.sheet.values)

    @property
    def base_sent(self) -> str:
        """`base` as the hidden field carries it."""
        return json.dumps({name: self.base.get(name) for name in self.curated})

    @property
    def has_every_language(self) -> bool:
        """Whether no language is left to show."""
        return set(LANGUAGE_CODES) <= set(self.languages)

    def taken(self) -> Values:
        """What was entered, as proposals hold it. Raises `CurationError`, having put each error beside its field."""
        if not self.is_valid():
            raise CurationError("The form could not be read.")
        entered, wrong = {}, {}
        for name, field in self.curated.items():
            try:
                entered[name] = self._entered(field, self.cleaned_data[name])
            except ValidationError as error:
                wrong[name] = error.messages
        values: Values = {}
        try:
            values = self.sheet.ref.kind.taken(self._without_untouched(entered))
        except CurationError as error:
            wrong |= error.errors
        if wrong:
            self.show(wrong)
            raise CurationError(wrong)
        return {name: values.get(name, self.base.get(name)) for name in entered}

    def _entered(self, field: CuratedField, value: Any) -> Any:
        if field.shape != "instant":
            return value
        seen = self.base.get(field.name)
        zone = zone_of(str(self.cleaned_data.get("time_zone") or ""), self.zone.key)
        if value and value == local_text(seen, zone):
            return seen
        moment = local_moment(value, zone)
        return moment.isoformat() if moment else None

    def _without_untouched(self, entered: Values) -> Values:
        """Only what differs from what was seen has to obey today's rules: the rest stands there already."""
        if self.sheet.is_new:
            return entered
        return {name: value for name, value in entered.items() if not is_same(value, self.base.get(name))}

    @property
    def same_meaning(self) -> list[str]:
        """The translated fields whose author says that they mean what they meant."""
        return [base for base, name in self.rewordable.items() if self.cleaned_data.get(name)]

    def show(self, errors: Mapping[str, Iterable[str]]) -> None:
        """Put what a service says beside its fields; what concerns none of them above the form."""
        for name, said in errors.items():
            self.add_error(name if name in self.fields else None, list(said))

    def markup_removed(self, values: Values) -> list[str]:
        """Fields whose text was stored without something that was pasted into it."""
        return [
            name
            for name, field in self.curated.items()
            if field.shape == "text"
            and isinstance(self.cleaned_data[name], str)
            and _plain(self.cleaned_data[name]) != _plain(str(values.get(name) or ""))
        ]

    @property
    def groups(self) -> list[dict[str, Any]]:
        """Fields in their order; a text that is translated is one group of cards, a card for each language."""
        groups: dict[str, dict[str, Any]] = {}
        for name, field in self.curated.items():
            group = groups.setdefault(field.base, {"base": field.base, "cards": [], "is_translated": False})
            if field.base in self.rewordable:
                group["same_meaning"] = self[self.rewordable[field.base]]
            group["cards"].append(_card(field, self[name]))
            if field.language:
                group["is_translated"] = True
        return list(groups.values())


class BecauseForm(forms.Form):
    """Why, on what source, seen when, and from when till when it should hold."""

    source = EnteredField(
        label="Official source",
        widget=forms.URLInput,
        help_text="The page of the authority, the law or the gazette on which this can be read.",
    )
    verified_on = EnteredField(
        label="Seen there on", widget=forms.DateInput({"type": "date"}), help_text="Voters read this day."
    )
    reason = EnteredField(
        label="Why",
        widget=forms.Textarea({"rows": 3, "data-limit": LONGEST_REASON}),
        help_text="A sentence for whoever approves; it stays with the desk.",
    )
    publish_at = EnteredField(label="Publish not before", widget=LocalMomentInput, required=False)
    expires_at = EnteredField(label="Take back at", widget=LocalMomentInput, required=False)

    def __init__(self, data: Any, *, zone: ZoneInfo, start: Mapping[str, Any], may_expire: bool = True) -> None:
        """`start` may hold any of the fields."""
        super().__init__(data, use_required_attribute=False)
        self.zone = zone
        here = f"Time in {zone.key.replace('_', ' ')}."
        self.fields["publish_at"].help_text = f"{here} Empty: as soon as it is approved."
        self.fields[
            "expires_at"
        ].help_text = (
            f"{here} What was there before comes back then, unless somebody changed it again. Empty: it stays."
        )
        if not may_expire:
            del self.fields["expires_at"]
        for name, value in start.items():
            self.initial[name] = local_text(value, zone) if name.endswith("_at") else value

    def because(self) -> Because:
        """What was entered. Raises `CurationError`, having put each error beside its field."""
        self.is_valid()
        given = self.cleaned_data
        errors: dict[str, list[str]] = {}
        if not str(given["reason"] or "").strip():
            errors["reason"] = ["Say why, in a sentence: who approves reads it first."]
        _taken(errors, "source", partial(take_url, given["source"]))
        day = _taken(errors, "verified_on", lambda: _day(given["verified_on"]))
        for name in ("publish_at", "expires_at"):
            self.cleaned_data[name] = _taken(errors, name, partial(local_moment, given.get(name), self.zone))
        if errors:
            self.show(errors)
            raise CurationError(errors)
        return Because(given["reason"] or "", given["source"] or "", day)

    def moment(self, name: str) -> dt.datetime | None:
        """When it is to be published or taken back, once `because` has read the form."""
        moment: dt.datetime | None = self.cleaned_data.get(name)
        return moment

    def show(self, errors: Mapping[str, Iterable[str]]) -> None:
        """Put what a service says beside its fields; what is said there already is not said twice."""
        for name, said in errors.items():
            known = list(self.errors.get(name, ()))
            fresh = [sentence for sentence in said if sentence not in known]
            if name in self.fields and fresh:
                self.add_error(name, fresh)


def _form_field(sheet: Sheet, field: CuratedField) -> forms.Field:
    return EnteredField(
        label=field.label, required=field.is_required, help_text=field.help, widget=_widget(sheet, field)
    )


def _widget(sheet: Sheet, field: CuratedField) -> forms.Widget:
    """By the shape of what the field holds; a date's zone is chosen, too."""
    if field.shape == "reference" or field.name == "time_zone":
        return forms.Select(choices=choices_of(sheet, field))
    if field.shape == "choice":
        empty = [("", "–")] if not field.is_required or sheet.values.get(field.name) in ("", None) else []
        return forms.Select(choices=[*empty, *field.choices])
    makers: dict[str, Callable[[], forms.Widget]] = {
        "choices": lambda: forms.CheckboxSelectMultiple(choices=field.choices),
        "languages": lambda: LanguagesWidget(sheet.jurisdiction.languages),
        "url": forms.URLInput,
        "date": lambda: forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        "instant": LocalMomentInput,
        "number": forms.NumberInput,
        "flag": forms.CheckboxInput,
        "days": DaysWidget,
        "time": lambda: forms.TimeInput({"type": "time"}, format="%H:%M"),
    }
    return makers[field.shape]() if field.shape in makers else _text_widget(field)


def _same_name(base: str) -> str:
    """The input beside a text's languages; no field of a record is called so."""
    return f"same-{base}"


def _same_meaning_field(initial: bool) -> forms.Field:
    return forms.BooleanField(
        label="This alters the wording, not the meaning", required=False, initial=initial,
        help_text="For a corrected comma or a clearer word in the original: translations then stay as they are, if who "
        "approves agrees. Without it, they become outdated.",
    )  # fmt: skip


def _text_widget(field: CuratedField) -> forms.Widget:
    attrs: dict[str, Any] = {"data-limit": field.limit} if field.limit else {}
    if field.language:
        attrs |= {"lang": field.language, "dir": direction(field.language)}
    if field.multiline:
        return forms.Textarea(attrs | {"rows": 9, "data-sentence": LONG_SENTENCE})
    return forms.TextInput(attrs)


def _card(field: CuratedField, bound: forms.BoundField) -> dict[str, Any]:
    value = bound.value()
    text = value if isinstance(value, str) else ""
    return {
        "field": bound,
        "language": field.language,
        "limit": field.limit if field.language or field.multiline else None,
        "length": len(text),
        "is_long": field.multiline and longest_sentence(text) > LONG_SENTENCE,
        "longest": longest_sentence(text),
    }


def longest_sentence(text: str) -> int:
    """Words of the longest sentence."""
    for sign in "!?…。۔\n":
        text = text.replace(sign, ". ")
    return max((len(sentence.split()) for sentence in text.split(". ")), default=0)


def is_same(entered: Any, seen: Any) -> bool:
    """Whether a person left a field as it was; browsers end lines in their own way, and nothing is nothing."""
    if isinstance(entered, str) and isinstance(seen, str):
        return entered.replace("\r\n", "\n").strip() == seen.strip()
    if isinstance(entered, str) and isinstance(seen, int) and not isinstance(seen, bool):
        return entered.strip() == str(seen)
    if isinstance(entered, list) and isinstance(seen, list) and any(isinstance(one, dict) for one in entered):
        return [_filled(one) for one in entered] == [_filled(one) for one in seen]
    if isinstance(entered, list) and isinstance(seen, list):
        return sorted(entered) == sorted(seen)
    return entered == seen or (entered in ("", None, []) and seen in ("", None, []))


def _filled(row: Any) -> Any:
    return {name: value for name, value in row.items() if value} if isinstance(row, dict) else row


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def _taken(errors: dict[str, list[str]], name: str, take: Callable[[], Any]) -> Any:
    try:
        return take()
    except ValidationError as error:
        errors[name] = error.messages
        return None


def _day(said: Any) -> dt.date:
    try:
        return dt.date.fromisoformat(str(said or "").strip())
    except ValueError:
        raise ValidationError("Say on which day you saw it there.") from None


def _zone(sheet: Sheet) -> str:
    return sheet.jurisdiction.time_zones[0]
