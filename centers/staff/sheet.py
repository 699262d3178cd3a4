"""A record as its form begins: where it belongs, what it says now, what could be chosen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.db import models
from django.db.models import Q, QuerySet
from django.http import Http404

from accounts.models import Organisation
from accounts.models.organisation import Vetting
from centers.curation import CuratedField, CurationError, RecordRef, record_ref
from centers.curation.kind import Values
from centers.curation.kinds import NEW
from centers.models import Election, ElectionStatus, Jurisdiction, MediaFile, MediaKind, Proposal, ProposalAction
from centers.models.fact import Translated
from centers.wording import texts_of

#: A list to choose from: value and label, or a heading and such a list.
Choices = list[tuple[str, Any]]
_FILES: Final = {"file": MediaKind.VIDEO, "poster": MediaKind.POSTER}
_MOST_FILES: Final = 200
_FALLEN = (ElectionStatus.ANNULLED, ElectionStatus.CANCELLED, ElectionStatus.POSTPONED)


@dataclass(frozen=True, slots=True)
class Sheet:
    """`values` are those published now; of a new record those it begins with. `action` is what a proposal would do."""

    jurisdiction: Jurisdiction
    ref: RecordRef
    live: models.Model | None
    values: Values
    action: ProposalAction

    @property
    def record(self) -> str:
        """As proposals name it."""
        return str(self.ref)

    @property
    def is_new(self) -> bool:
        """Whether voters do not have it yet."""
        return self.action == ProposalAction.CREATE

    def translated(self) -> list[str]:
        """Its fields that are published in several languages, so that one of them is made from another."""
        live = self.live
        if not isinstance(live, Translated):
            return []
        bases = dict.fromkeys(one.base for one in self.ref.kind.own if one.language)
        return [base for base in bases if len(texts_of(live, base)) > 1]


def sheet_find(*, record: str, place: Jurisdiction) -> Sheet:
    """The sheet of `record` in `place`. Raises `Http404` when it is, or would be, another place's."""
    try:
        sheet = sheet_of(record_ref(record), place)
        one = sheet.live if sheet.live is not None else sheet.ref.kind.build(sheet.ref.key)
        owner = sheet.ref.kind.place(one)
    except CurationError:
        raise Http404 from None
    if not sheet.ref.kind.is_proposable:
        raise Http404
    # One record has one name, else proposals about it would not know of each other.
    if owner.pk != place.pk or sheet.ref.kind.key(one) != sheet.ref.key:
        raise Http404
    return sheet


def is_editable(ref: RecordRef, place: Jurisdiction) -> bool:
    """Whether there is, or could be, such a record that people propose changes of."""
    try:
        return ref.kind.is_proposable and sheet_of(ref, place) is not None
    except CurationError:
        return False


def material_record(proposal: Proposal) -> str:
    """Which record the loader's proposal is taken up in; empty where it is about none that is curated."""
    noun, _, key = proposal.record.partition(":")
    place = proposal.jurisdiction
    # The loader knows sources by their addresses; a new one gets its number when it is made.
    name = f"source:{place.code}/{NEW}" if noun == "source" else f"{noun}:{key}"
    try:
        return name if is_editable(record_ref(name), place) else ""
    except CurationError:
        return ""


def sheet_of(ref: RecordRef, place: Jurisdiction) -> Sheet:
    """The sheet of what exists, or could. Raises `CurationError`."""
    live = ref.kind.find(ref.key)
    record = ref.kind.build(ref.key) if live is None else live
    action = ProposalAction.CREATE if live is None else ProposalAction.CHANGE
    return Sheet(place, ref, live, ref.kind.values(record), action)


def sheet_blank(ref: RecordRef, place: Jurisdiction) -> Sheet:
    """For a record that could only be made after another one of the same proposal."""
    record = ref.kind.model()
    if hasattr(record, "time_zone"):
        record.time_zone = place.time_zones[0]
    return Sheet(place, ref, None, ref.kind.values(record), ProposalAction.CREATE)


def choices_of(sheet: Sheet, field: CuratedField) -> Choices:
    """What a reference, or the zone of a date, can be chosen from; what stands there now is always among it."""
    now = sheet.values.get(field.name)
    if field.name == "time_zone":
        zones = list(dict.fromkeys([*sheet.jurisdiction.time_zones, *([now] if now else [])]))
        return [(zone, zone.replace("_", " ")) for zone in zones]
    if field.name in ("organisation", "partner"):
        return _organisations(sheet.jurisdiction, now)
    if field.name in _FILES:
        return _files(sheet.jurisdiction, _FILES[field.name], now)
    if field.name == "replaces":
        fallen = Election.objects.filter(jurisdiction=sheet.jurisdiction, status__in=_FALLEN)
        return _elections((fallen | Election.objects.filter(key=now)).exclude(key=sheet.ref.key))
    return _elections(Election.objects.filter(Q(jurisdiction__in=_lineage(sheet.jurisdiction)) | Q(key=now)))


def _elections(found: QuerySet[Election]) -> Choices:
    ordered = sorted(found.select_related("jurisdiction"), key=lambda one: one.key.rpartition(".")[2], reverse=True)
    return [("", "–"), *((one.key, f"{election_name(one)} ({one.key})") for one in ordered)]


def election_name(election: Election) -> str:
    """Its name for staff, who read English: else in a language of the place, else its id."""
    codes = ("en", *election.jurisdiction.languages)
    return next((name for code in codes if (name := getattr(election, f"name_{code}", None))), election.key)


def _organisations(place: Jurisdiction, now: str | None) -> Choices:
    """Those that speak in this centre already first; never a suspended one, unless it stands there."""
    known = Q(sources__center__jurisdiction=place) | Q(memberships__jurisdiction=place) | Q(key=now)
    here = {one.key: one for one in Organisation.objects.filter(known).distinct()}
    others = Organisation.objects.exclude(vetting=Vetting.SUSPENDED).exclude(key__in=here)
    listed = [one for one in here.values() if one.vetting != Vetting.SUSPENDED or one.key == now]
    return [
        ("", "–"),
        ("In this centre already", [(one.key, one.name) for one in listed]),
        ("Others", [(one.key, one.name) for one in others]),
    ]


def _files(place: Jurisdiction, kind: MediaKind, now: str | None) -> Choices:
    """What was handed in at this desk first, the newest of it before what is older."""
    here = MediaFile.objects.filter(kind=kind).filter(Q(jurisdiction=place) | Q(key=now))
    others = MediaFile.objects.filter(kind=kind).exclude(pk__in=here)[:_MOST_FILES]
    return [
        ("", "–"),
        ("Of this desk", [(one.key, _file_label(one)) for one in here]),
        ("Of other desks", [(one.key, _file_label(one)) for one in others]),
    ]


def _file_label(one: MediaFile) -> str:
    return f"{one.title} ({max(1, one.size // 1024):,} KB, {one.uploaded_at:%-d %B %Y})"


def _lineage(place: Jurisdiction) -> list[int]:
    ids: list[int] = []
    above: Jurisdiction | None = place
    while above is not None:
        ids.append(above.pk)
        above = above.parent
    return ids
