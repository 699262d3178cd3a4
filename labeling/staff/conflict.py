"""What a page shows when a record was changed by somebody else: theirs beside mine, field by field."""

from __future__ import annotations

import datetime as dt
from typing import Any, NamedTuple

from django import forms
from django.http import QueryDict


class Differing(NamedTuple):
    """A field that the two fill differently, as people read it."""

    label: str
    theirs: str
    mine: str


def conflict_show(form: forms.Form, seen: str) -> list[Differing]:
    """Where a bound form differs from its initial values, which are what is stored now.

    The form then carries `seen`, the mark of what is shown here: sent once more, it is meant.
    """
    if isinstance(form.data, QueryDict):
        form.data = form.data.copy()
        form.data[form.add_prefix("seen")] = seen
    rows = []
    for name in form.changed_data:
        bound = form[name]
        if bound.is_hidden or name == "reason":
            continue
        theirs, mine = (_shown(bound.field, value) for value in (bound.initial, bound.value()))
        if theirs != mine:
            rows.append(Differing(str(bound.label), theirs, mine))
    return rows


def _shown(field: forms.Field, value: Any) -> str:
    if isinstance(value, bool) or field.widget.__class__ is forms.CheckboxInput:
        return "yes" if value else "no"
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M")
    names = {str(key): str(name) for key, name in getattr(field, "choices", ())}
    if isinstance(value, (list, tuple, set)):
        return ", ".join(sorted(names.get(str(one), str(one)) for one in value))
    text = "" if value is None else "\n".join(str(value).splitlines())
    return names.get(text, text)
