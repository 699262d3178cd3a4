"""The door for an embedding model, which finds claims that say the same in other words or languages. Shut by default.

An operator who runs a model of their own names a factory in `CLAIM_EMBEDDER` (`package.module.name`): called without
arguments, it answers an `Embedder`. The portal downloads nothing and ships no model. A model only ever proposes: people
merge. It works on a Celery queue after a claim is there, so that neither a slow nor a broken one keeps a claim waiting.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from operator import mul
from typing import Final, Protocol, cast

from django.conf import settings
from django.utils.module_loading import import_string

#: Longer vectors are a mistake: the largest models in use make about 4,000 numbers.
MOST_NUMBERS: Final = 8192
_LONGEST_NAME: Final = 120


class Embedder(Protocol):
    """A model. `name` changes whenever its vectors do: vectors of two names are never compared."""

    @property
    def name(self) -> str:
        """Such as `vendor/model@revision`, at most 120 characters."""
        ...

    @property
    def dimension(self) -> int:
        """How many numbers a vector has."""
        ...

    def embed(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        """A vector for each text, in their order. May raise whatever it likes."""
        ...


class EmbeddingError(Exception):
    """The model is not there, or what it answered are no vectors; the text says what was wrong."""


def embedder() -> Embedder | None:
    """The model that operators switched on; `None`: there is none. Raises `EmbeddingError` for one that is no model."""
    return _loaded(settings.CLAIM_EMBEDDER) if settings.CLAIM_EMBEDDER else None


@functools.lru_cache(maxsize=1)
def _loaded(path: str) -> Embedder:
    try:
        found = cast(Embedder, import_string(path)())
        name, dimension = found.name, found.dimension
    except Exception as error:
        raise EmbeddingError(f"CLAIM_EMBEDDER names no model ({type(error).__name__}: {error})") from error
    if not isinstance(name, str) or not 0 < len(name) <= _LONGEST_NAME:
        raise EmbeddingError(f"The model's name must have 1 to {_LONGEST_NAME} characters.")
    if not isinstance(dimension, int) or not 0 < dimension <= MOST_NUMBERS:
        raise EmbeddingError(f"The model's vectors must have 1 to {MOST_NUMBERS} numbers.")
    return found


def vectors_of(model: Embedder, texts: Sequence[str]) -> list[list[float]]:
    """A vector of length 1 for each text. Raises `EmbeddingError` for whatever the model does wrong."""
    try:
        answered = [[float(number) for number in vector] for vector in model.embed(texts)]
    except Exception as error:
        raise EmbeddingError(f"{model.name} failed ({type(error).__name__}: {error})") from error
    if len(answered) != len(texts):
        raise EmbeddingError(f"{model.name} answered {len(answered)} vectors for {len(texts)} texts.")
    return [_normalised(vector, model) for vector in answered]


def cosine(one: Sequence[float], other: Sequence[float]) -> float:
    """Of two vectors of length 1, from -1 to 1."""
    return float(sum(map(mul, one, other)))


def _normalised(vector: list[float], model: Embedder) -> list[float]:
    if len(vector) != model.dimension:
        raise EmbeddingError(f"{model.name} answered {len(vector)} numbers instead of {model.dimension}.")
    length = math.sqrt(sum(number * number for number in vector))
    if not math.isfinite(length) or length == 0:
        raise EmbeddingError(f"{model.name} answered a vector that points nowhere.")
    return [number / length for number in vector]
