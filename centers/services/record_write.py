"""Put a change of one record into the live table. Only `publish` and its kin call this, in their transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from django.db import models

from accounts.models import Organisation
from centers.curation import CurationError, RecordKind, record_ref
from centers.curation.kind import Values
from centers.curation.parts import Part, part_record
from centers.models import Confidence, Confirmation, Jurisdiction, PollingDay, ProposalAction, Round
from centers.models.fact import Fact, Translated
from centers.wording import Wording, wording_written


class Written(NamedTuple):
    """What a write did: the record's name afterwards, its place, the fields that changed, and whose pages show it."""

    record: str
    place: Jurisdiction
    before: Values
    after: Values
    centers: frozenset[str]


class Provenance(NamedTuple):
    """Where a change comes from: an official address, the day it was seen there, and what curators may read."""

    source_url: str
    verified_on: dt.date
    evidence: str
    #: Who translated, where nothing but translations change (`Translator`): then the fact stays as it was checked.
    translated_by: str = ""


def place_hold(place: Jurisdiction) -> None:
    """Let no other change of this place be published until the transaction ends.

    Whoever compares a record with what somebody saw calls this first: of two changes approved in the same moment
    the second must see the first.
    """
    Jurisdiction.objects.select_for_update(no_key=True).get(pk=place.pk)


def records_write(*, parts: Sequence[Part], provenance: Provenance) -> list[Written]:
    """Apply changes that belong together; judged as a whole, so that a vote and its deadlines can move at once.

    Raises `CurationError` when the records could not be published so; the caller's transaction then keeps nothing.
    """
    done = [_record_write(part, provenance) for part in parts]
    for written in done:
        ref = record_ref(written.record)
        live = ref.kind.find(ref.key)
        if live is not None:
            ref.kind.check_together(live)
    return done


def _record_write(part: Part, provenance: Provenance) -> Written:
    kind = part.ref.kind
    record = part_record(part)
    centers = set(kind.concerns(record))
    if part.action == ProposalAction.REMOVE:
        before = kind.values(record)
        _record_remove(kind, record)
        return Written(str(part.ref), kind.place(record), before, {}, frozenset(centers))
    before = {} if record.pk is None else kind.values(record, part.fields)
    _values_write(kind, record, part, provenance)
    kind.check_alone(record)
    record.save()
    if isinstance(record, Round):
        _days_write(record)
    centers.update(kind.concerns(record))
    after = kind.values(record, part.fields)
    changed = [name for name in after if after[name] != before.get(name)]
    return Written(
        f"{kind.noun}:{kind.key(record)}",
        kind.place(record),
        {name: before.get(name) for name in changed if before},
        {name: after[name] for name in changed},
        frozenset(centers),
    )


def _record_remove(kind: RecordKind, record: models.Model) -> None:
    """Raises `CurationError` where something leads to the record and would lead nowhere."""
    try:
        record.delete()
    except models.ProtectedError:
        raise CurationError(
            f"Something leads to this {kind.label} by now (a label, an answer): change its status instead."
        ) from None


def confirmation_write(*, record: Fact, by: Organisation, on: dt.date) -> None:
    """The authority stands behind the fact as it is now."""
    record.confirmation = Confirmation.CONFIRMED
    record.confirmed_by = by
    record.confirmed_on = on
    record.save(update_fields=["confirmation", "confirmed_by", "confirmed_on"])


def _provenance_write(record: Fact, provenance: Provenance) -> None:
    record.source_url = provenance.source_url
    record.verified_on = provenance.verified_on
    record.evidence = provenance.evidence
    # Two people have seen it in the source.
    record.confidence = Confidence.HIGH
    # What was confirmed is not what stands there now.
    record.confirmation = Confirmation.COMPILED
    record.confirmed_on = record.confirmed_by = None


def _values_write(kind: RecordKind, record: models.Model, part: Part, provenance: Provenance) -> None:
    """Give the record its values; with them goes where they come from, and who wrote them in which language."""
    fields = part.fields
    if not isinstance(record, Translated):
        kind.write(record, fields)
        return
    own = kind.place(record).languages
    wordings = {one.base: Wording.of(record, one.base, own) for one in kind.own if one.language}
    if provenance.translated_by:
        _only_translations(kind, fields, wordings)
    kind.write(record, fields)
    if isinstance(record, Fact) and not provenance.translated_by:
        _provenance_write(record, provenance)
    for base, was in wordings.items():
        wording_written(
            record, base, was, own,
            translated_by=provenance.translated_by, same_meaning=base in part.same_meaning,
        )  # fmt: skip


def _only_translations(kind: RecordKind, fields: Values, wordings: Mapping[str, Wording]) -> None:
    """A translation says what the original says: it needs no new source, and must change nothing else."""
    for name in fields:
        described = kind.by_name[name]
        if not described.language or described.language == wordings[described.base].original:
            raise CurationError({name: ["This is no translation: change it in the record itself, with its source."]})


def _days_write(record: Round) -> None:
    """Polling days are rows of their own."""
    planned: list[dict[str, Any]] | None = getattr(record, "_days", None)
    if planned is None:
        return
    PollingDay.objects.filter(round=record).exclude(date__in=[day["date"] for day in planned]).delete()
    for day in planned:
        PollingDay.objects.update_or_create(
            round=record,
            date=day["date"],
            defaults={"opens_at": _time(day["opens_at"]), "closes_at": _time(day["closes_at"])},
        )
    del record._days  # type: ignore[attr-defined]


def _time(value: str | None) -> dt.time | None:
    return dt.time.fromisoformat(value) if value else None
