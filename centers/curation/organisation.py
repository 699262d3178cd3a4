"""Organisations as records of the place whose desk looks after them: `organisation:arcadian-board`."""

from __future__ import annotations

from typing import Any, Final

from accounts.models import Organisation
from centers.curation.errors import CurationError
from centers.curation.fields import languages_field, text_field, url_field
from centers.curation.kind import RecordKind
from centers.models import Jurisdiction, TrustedSource


def organisation_find(key: str) -> Organisation | None:
    """By its key, with its place."""
    return Organisation.objects.select_related("jurisdiction__parent").filter(key=key).first()


def _build(key: str) -> Organisation:
    raise CurationError("Organisations are added by administrators, who check who they are.")


def _place(organisation: Organisation) -> Jurisdiction:
    place: Jurisdiction | None = organisation.jurisdiction
    if place is None:
        raise CurationError("This organisation belongs to no place: administrators look after it.")
    return place


def _concerns(organisation: Organisation) -> set[str]:
    """Its own place, and wherever one of its pages is recommended."""
    shown = TrustedSource.objects.filter(organisation=organisation).values_list("center__jurisdiction__code", flat=True)
    return {_place(organisation).code, *shown}


def organisations_of(place: Jurisdiction) -> Any:
    """Those the place's desk looks after."""
    return Organisation.objects.filter(jurisdiction=place).select_related("jurisdiction__parent").order_by("name")


#: Neither what kind of body it is, which decides who confirms facts, nor whether it was vetted: administrators say so.
ORGANISATION: Final = RecordKind(
    noun="organisation",
    label="organisation",
    model=Organisation,
    own=(
        text_field("name", "Name, as it calls itself", limit=250, required=True,
                   help="Several official names with “ | ” between them."),
        text_field("name_en", "Name in English", limit=250, required=True),
        url_field("url", "Web address"),
        languages_field("languages", "Languages of its site"),
    ),
    key=lambda organisation: organisation.key,
    find=organisation_find,
    build=_build,
    place=_place,
    concerns=_concerns,
    is_removable=False,
)  # fmt: skip
