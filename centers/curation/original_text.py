"""The original of a translated field, in a query that does not read its translations."""

from __future__ import annotations

from typing import Any

from django.db.models import F, Func, TextField, Value

from electioncenters.languages import LANGUAGE_CODES


class OriginalText(Func):
    """Of the field `base`: its text in the language that `translation_state` names (`centers.wording`); null without.

    A simple CASE looks at the state once, where Django's own would look at it for each language.
    """

    template = "CASE %(expressions)s END"
    arg_joiner = " "

    def __init__(self, base: str, **more: Any) -> None:
        cases = [
            part for code in LANGUAGE_CODES for part in (_Word("WHEN"), Value(code), _Word("THEN"), F(f"{base}_{code}"))
        ]
        super().__init__(_Original(F("translation_state"), Value(base)), *cases, output_field=TextField(), **more)


class _Original(Func):
    template = "((%(expressions)s) ->> 'original')"
    arg_joiner = " -> "
    output_field = TextField()


class _Word(Func):
    def __init__(self, word: str) -> None:
        super().__init__(template=word, output_field=TextField())
