"""Names of elections, composed in every language from one pattern per kind.

The country is not part of a name: the page, or the list, says which country it is. A name without a year belongs to an
election that can come earlier than its last possible date.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from centers.facts.voice import Voice

Speak = Callable[[Voice], str]


@dataclass(frozen=True, slots=True)
class NameKind:
    """A pattern with a year, one without where such elections exist, and whether it names a region."""

    dated: Speak
    undated: Speak | None = None
    needs_region: bool = False


NAME_KINDS: Final[dict[str, NameKind]] = {
    "european": NameKind(lambda voice: voice.pgettext("election name", "European election %(year)s")),
    "parliament": NameKind(
        lambda voice: voice.pgettext("election name", "Parliamentary election %(year)s"),
        lambda voice: voice.pgettext("election name", "Parliamentary election"),
    ),
    "bundestag": NameKind(lambda voice: voice.pgettext("election name", "Election to the German Bundestag %(year)s")),
    "lower_house": NameKind(
        lambda voice: voice.pgettext("election name", "Election to the lower house of parliament %(year)s"),
        lambda voice: voice.pgettext("election name", "Election to the lower house of parliament"),
    ),
    "upper_house": NameKind(
        lambda voice: voice.pgettext("election name", "Election to the upper house of parliament %(year)s")
    ),
    "senate_and_regional": NameKind(
        lambda voice: voice.pgettext("election name", "Senate and regional elections %(year)s")
    ),
    "federal_and_regional": NameKind(
        lambda voice: voice.pgettext("election name", "Federal and regional elections %(year)s")
    ),
    "general_regional_and_municipal": NameKind(
        lambda voice: voice.pgettext("election name", "Parliamentary, regional and municipal elections %(year)s")
    ),
    "president": NameKind(
        lambda voice: voice.pgettext("election name", "Presidential election %(year)s"),
        lambda voice: voice.pgettext("election name", "Presidential election"),
    ),
    "local": NameKind(lambda voice: voice.pgettext("election name", "Local elections %(year)s")),
    "municipal": NameKind(lambda voice: voice.pgettext("election name", "Municipal elections %(year)s")),
    "municipal_and_regional": NameKind(
        lambda voice: voice.pgettext("election name", "Municipal and regional elections %(year)s")
    ),
    "municipal_and_county": NameKind(
        lambda voice: voice.pgettext("election name", "Municipal and county elections %(year)s")
    ),
    "municipal_and_provincial": NameKind(
        lambda voice: voice.pgettext("election name", "Municipal and provincial elections %(year)s")
    ),
    "departmental_and_regional": NameKind(
        lambda voice: voice.pgettext("election name", "Departmental and regional elections %(year)s")
    ),
    "provincial_and_water_authority": NameKind(
        lambda voice: voice.pgettext("election name", "Provincial council and water authority elections %(year)s")
    ),
    "state": NameKind(
        lambda voice: voice.pgettext("election name", "State election %(year)s: %(region)s"), needs_region=True
    ),
    "municipal_in_region": NameKind(
        lambda voice: voice.pgettext("election name", "Municipal elections %(year)s: %(region)s"), needs_region=True
    ),
}

#: Kinds that may stand without a year.
UNDATED_KINDS: Final = frozenset(kind for kind, name in NAME_KINDS.items() if name.undated)

#: Regions by their English name.
REGION_NAMES: Final[dict[str, Speak]] = {
    "Bavaria": lambda voice: voice.pgettext("region", "Bavaria"),
    "Bremen": lambda voice: voice.pgettext("region", "Bremen"),
    "Hesse": lambda voice: voice.pgettext("region", "Hesse"),
    "Lower Austria": lambda voice: voice.pgettext("region", "Lower Austria"),
    "Lower Saxony": lambda voice: voice.pgettext("region", "Lower Saxony"),
    "North Rhine-Westphalia": lambda voice: voice.pgettext("region", "North Rhine-Westphalia"),
    "Saarland": lambda voice: voice.pgettext("region", "Saarland"),
    "Schleswig-Holstein": lambda voice: voice.pgettext("region", "Schleswig-Holstein"),
    "Tyrol": lambda voice: voice.pgettext("region", "Tyrol"),
    "Upper Austria": lambda voice: voice.pgettext("region", "Upper Austria"),
}


def election_name(voice: Voice, *, kind: str, year: str = "", region: str = "") -> str:
    """An election's name in a language. Raises `UntranslatedError`."""
    name = NAME_KINDS[kind]
    pattern = name.dated if year or name.undated is None else name.undated
    values = {"year": year, "region": REGION_NAMES[region](voice) if region else ""}
    return pattern(voice) % values
