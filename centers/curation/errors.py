"""What is wrong with a change, said of the field it is wrong with."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Final

#: Where what concerns no single field is said.
WHOLE: Final = ""


class CurationError(Exception):
    """A change that cannot be made. `errors` maps a field's name, or `WHOLE`, to sentences for the person."""

    def __init__(self, errors: Mapping[str, Iterable[str]] | str) -> None:
        """One sentence about the whole change, or several by field."""
        named = {WHOLE: [errors]} if isinstance(errors, str) else errors
        self.errors: dict[str, list[str]] = {name: list(said) for name, said in named.items()}
        super().__init__(
            "; ".join(f"{name}: {' '.join(said)}" if name else " ".join(said) for name, said in self.errors.items())
        )

    @property
    def sentences(self) -> list[str]:
        """What to tell a person, each once, without the fields' names."""
        return list(dict.fromkeys(sentence for said in self.errors.values() for sentence in said))


class Problems:
    """Collects what is wrong, so that a person is told everything at once."""

    def __init__(self) -> None:
        self._found: dict[str, list[str]] = defaultdict(list)

    def add(self, field: str, sentence: str) -> None:
        """`sentence` is wrong with `field`."""
        if sentence not in self._found[field]:
            self._found[field].append(sentence)

    def __bool__(self) -> bool:
        return bool(self._found)

    def __contains__(self, field: str) -> bool:
        return field in self._found

    def raise_all(self) -> None:
        """Raise `CurationError` if anything was found."""
        if self._found:
            raise CurationError(self._found)
