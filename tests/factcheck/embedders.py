"""Models for tests: small, deterministic, and broken in various ways. Nothing is downloaded."""

from __future__ import annotations

from collections.abc import Sequence

#: What words of three languages mean, by dimension.
_MEANINGS = (
    {"register", "liste", "électorale", "registre"},
    {"geschlossen", "fermée", "closed", "zu"},
    {"wald", "forêt", "forest"},
    {"stimmzettel", "bulletins", "ballots"},
)


class ByMeaning:
    """Counts words by what they mean; every text has a little of its own beside."""

    name = "fictional/by-meaning@1"
    dimension = len(_MEANINGS) + 1

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """Deterministic."""
        words = [{word.strip(".,!").casefold() for word in text.split()} for text in texts]
        return [[*(float(len(meaning & said)) for meaning in _MEANINGS), 0.1] for said in words]


class Newer(ByMeaning):
    """Another model."""

    name = "fictional/by-meaning@2"


class Broken(ByMeaning):
    """Is not there when it is needed."""

    name = "fictional/broken"

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """Never."""
        raise ConnectionError("the model is away")


class TooShort(ByMeaning):
    """Answers vectors of another dimension."""

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """One number."""
        return [[1.0] for _ in texts]


class Nowhere(ByMeaning):
    """Answers vectors that are none."""

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """Zeros."""
        return [[0.0] * self.dimension for _ in texts]


class Infinite(ByMeaning):
    """Answers numbers that are none."""

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """Not a number."""
        return [[float("nan")] * self.dimension for _ in texts]


class Fewer(ByMeaning):
    """Forgets texts."""

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """One less."""
        return super().embed(texts)[1:]


class Nameless(ByMeaning):
    """Does not say what it is."""

    name = ""
