"""A kind of curated record."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models

from centers.curation.errors import WHOLE, CurationError, Problems
from centers.curation.fields import CuratedField
from centers.models import Jurisdiction

Values = dict[str, Any]
#: Looks at a record as it would be and says what is wrong with which field.
Check = Callable[[Any, Problems], None]
#: Values that follow from others a record would have: the day of a date from its rule.
Follow = Callable[[Any], Values]


@dataclass(frozen=True, slots=True)
class RecordKind:
    """How records of one model are named, changed and checked.

    `key` is a record's natural key, the one the facts loader uses; `find` answers with the record of a key or `None`;
    `build` makes an unsaved one and raises `CurationError` where the key makes no sense. `place` is where a record
    belongs, which decides who may change it; `concerns` the codes of the centres whose pages show it. `own` lists the
    fields, without what every fact carries; `follow` answers the values that follow from others. What is not proposable
    has a history like everything, but its changes do not wait for a second person.
    """

    noun: str
    label: str
    model: type[models.Model]
    own: tuple[CuratedField, ...]
    key: Callable[[Any], str]
    find: Callable[[str], models.Model | None]
    build: Callable[[str], models.Model]
    place: Callable[[Any], Jurisdiction]
    concerns: Callable[[Any], Iterable[str]]
    checks: tuple[Check, ...] = ()
    is_removable: bool = True
    is_proposable: bool = True
    follow: Follow = lambda record: {}
    by_name: Mapping[str, CuratedField] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {one.name: one for one in self.own})

    def values(self, record: models.Model, names: Iterable[str] | None = None) -> Values:
        """The record's values by field, as proposals hold them; all of them, or those named."""
        wanted = self.by_name if names is None else names
        return {name: self.by_name[name].read(record) for name in wanted if name in self.by_name}

    def taken(self, entered: Mapping[str, Any]) -> Values:
        """What a person entered, cleaned. Raises `CurationError` that names every field that is wrong or unknown."""
        problems, values = Problems(), {}
        for name, value in entered.items():
            described = self.by_name.get(name)
            if described is None:
                problems.add(name, f"A record of this kind has no field {name[:60]!r}.")
                continue
            try:
                values[name] = described.take(value)
            except ValidationError as error:
                for sentence in error.messages:
                    problems.add(name, sentence)
        problems.raise_all()
        return values

    def write(self, record: models.Model, values: Mapping[str, Any]) -> None:
        """Give the record these values, without saving it."""
        for name, value in values.items():
            self.by_name[name].write(record, value)

    def check_alone(self, record: models.Model) -> None:
        """Raise `CurationError` unless the record itself is right; what does not fit around it is then named, too."""
        problems = Problems()
        try:
            # A translated text's untranslated column follows the source language and is nobody's to fill in.
            record.full_clean(exclude={one.base for one in self.own if one.language})
        except ValidationError as error:
            for name, sentences in error.message_dict.items():
                for sentence in sentences:
                    problems.add(self._named(name), sentence)
            self._look(record, problems)
        problems.raise_all()

    def check_together(self, record: models.Model) -> None:
        """Raise `CurationError` unless the record fits what is around it."""
        problems = Problems()
        self._look(record, problems)
        problems.raise_all()

    def _look(self, record: models.Model, problems: Problems) -> None:
        for look in self.checks:
            look(record, problems)

    def _named(self, column: str) -> str:
        if column == NON_FIELD_ERRORS:
            return WHOLE
        # The untranslated column stands for the source language's.
        return column if column in self.by_name else next((n for n in (f"{column}_en",) if n in self.by_name), WHOLE)


def unknown_key(label: str, key: str) -> CurationError:
    """There can be no such record."""
    return CurationError(f"{key[:200]!r} names no {label}.")
