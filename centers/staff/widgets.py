"""How people enter what curated fields hold: polling days as rows, languages as boxes with room for others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from django import forms
from django.template.loader import render_to_string
from django.utils.datastructures import MultiValueDict
from django.utils.safestring import SafeString

from electioncenters.languages import LANGUAGE_CODES, LANGUAGE_NAMES

#: Empty rows that wait below the polling days there are, and rows one form may send.
SPARE_ROWS: Final = 2
_MOST_ROWS: Final = 80
_PARTS: Final = ("date", "opens_at", "closes_at")


class EnteredField(forms.Field):
    """Whatever was entered: `centers.curation` judges it, and says what is wrong with it."""

    def clean(self, value: Any) -> Any:
        """As the widget read it."""
        return value


class DaysWidget(forms.Widget):
    """Polling days, a row for each, with their opening hours: a list of `{"date", "opens_at", "closes_at"}`."""

    use_fieldset = True
    template_name = "staff/centers/_days.html"

    def value_from_datadict(
        self, data: Mapping[str, Any], files: MultiValueDict[str, Any], name: str
    ) -> list[dict[str, str]]:
        """The rows in which anything stands."""
        rows = [{part: str(data.get(f"{name}-{number}-{part}", "")) for part in _PARTS} for number in range(_MOST_ROWS)]
        return [row for row in rows if any(row.values())]

    def value_omitted_from_data(self, data: Mapping[str, Any], files: MultiValueDict[str, Any], name: str) -> bool:
        """Whether the rows were not part of what was sent."""
        return f"{name}-0-date" not in data

    def id_for_label(self, id_: str | None, index: str | None = None) -> str:
        """The first row's date."""
        return f"{id_}_0_date" if id_ else ""

    def render(self, name: str, value: Any, attrs: Mapping[str, Any] | None = None, renderer: Any = None) -> SafeString:
        """A row for each day, and some empty ones."""
        rows = [*(value or []), *({} for _ in range(SPARE_ROWS))]
        entries = [{part: row.get(part) or "" for part in _PARTS} for row in rows if isinstance(row, dict)]
        own = {**self.attrs, **(attrs or {})}
        context = {"name": name, "id": own.get("id", f"id_{name}"), "rows": entries, "is_bad": "aria-invalid" in own}
        return render_to_string(self.template_name, context)


class LanguagesWidget(forms.Widget):
    """Boxes for the languages most likely, and a field for the codes of others: a list of codes."""

    use_fieldset = True
    template_name = "staff/centers/_languages_of.html"

    def __init__(self, likely: Iterable[str]) -> None:
        """`likely` get their boxes first."""
        super().__init__()
        self.likely = tuple(dict.fromkeys([*likely, "en"]))

    def value_from_datadict(self, data: Any, files: MultiValueDict[str, Any], name: str) -> list[str]:
        """Boxes first, then the others."""
        ticked: list[str] = data.getlist(name) if hasattr(data, "getlist") else list(data.get(name, []))
        others = str(data.get(f"{name}-others", ""))
        return [*ticked, *(code.strip() for code in others.split(",") if code.strip())]

    def value_omitted_from_data(self, data: Mapping[str, Any], files: MultiValueDict[str, Any], name: str) -> bool:
        """Whether the boxes were not part of what was sent."""
        return f"{name}-others" not in data

    def id_for_label(self, id_: str | None, index: str | None = None) -> str:
        """The first box."""
        return f"{id_}_0" if id_ else ""

    def render(self, name: str, value: Any, attrs: Mapping[str, Any] | None = None, renderer: Any = None) -> SafeString:
        """Boxes of the likely ones, a field for the rest."""
        chosen: Sequence[str] = value or []
        boxes = [(code, LANGUAGE_NAMES.get(code, code), code in chosen) for code in self.likely]
        others = ", ".join(code for code in chosen if code not in self.likely)
        own = attrs or {}
        context = {
            "name": name, "id": own.get("id", f"id_{name}"), "boxes": boxes, "others": others,
            "is_bad": "aria-invalid" in own,
        }  # fmt: skip
        return render_to_string(self.template_name, context)


class LocalMomentInput(forms.DateTimeInput):
    """A day and a time of the place's clocks, without a zone: `2029-06-09T18:00`."""

    input_type = "datetime-local"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        """In the one form browsers understand."""
        super().__init__(attrs, format="%Y-%m-%dT%H:%M")


def languages_spoken(codes: Iterable[str]) -> list[str]:
    """Those of `codes` the portal has texts in, and English."""
    return list(dict.fromkeys([*(code for code in codes if code in LANGUAGE_CODES), "en"]))
