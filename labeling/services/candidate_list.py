"""Take an authority's list of candidates: looked at first, then taken as a whole or not at all."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from typing import Final, NamedTuple

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from centers.models import Election
from labeling.candidates import FileError, Listed, candidates_read
from labeling.models import Candidate, CandidateList

IMPORT: Final = "labeling.import_candidates"
#: For so long a file that was looked at and not taken is kept.
KEPT: Final = dt.timedelta(days=1)


class Source(NamedTuple):
    """Where a list comes from: the authority's own page, and the day it was published there."""

    url: str
    published_on: dt.date
    file_name: str = ""


def list_preview(
    *, election: Election, data: bytes, source: Source, by: User | None, mapping: Mapping[str, str] | None = None
) -> tuple[CandidateList, Listed]:
    """Keep a file for looking at, and what it holds; no candidate is taken. `by` is `None` for whoever runs commands.

    Raises `PermissionDenied`, and `ValidationError` by field for a file that cannot be read at all.
    """
    _may(by, election)
    problems: dict[str, str] = {}
    if not source.url.startswith(("https://", "http://")):
        problems["source_url"] = "Must be the address of the authority's page, https://…"
    if source.published_on > timezone.now().date():
        problems["published_on"] = "Must not lie in the future."
    digest = hashlib.sha256(data).hexdigest()
    if CandidateList.objects.filter(election=election, digest=digest, imported_at__isnull=False).exists():
        problems["file"] = "This file was imported for this election already."
    try:
        listed = candidates_read(data, mapping)
    except FileError as error:
        problems["file"] = str(error)
    if problems:
        raise ValidationError(problems)
    kept = CandidateList.objects.create(
        election=election,
        source_url=source.url,
        published_on=source.published_on,
        file_name=source.file_name[:200],
        digest=digest,
        encoding=listed.encoding,
        mapping=listed.mapping,
        payload=data,
        created_by=by,
        created_at=timezone.now(),
    )
    return kept, listed


def list_read(listing: CandidateList) -> Listed:
    """What the file of a preview holds, by its mapping. Raises `FileError` where the mapping does not fit."""
    return candidates_read(bytes(listing.payload or b""), listing.mapping)


def list_import(*, listing: CandidateList, by: User | None) -> CandidateList:
    """Take all candidates of a preview. Raises `PermissionDenied`, and `ValidationError`: then none was taken."""
    _may(by, listing.election)
    try:
        with transaction.atomic():
            return _imported(listing)
    except IntegrityError as error:
        raise ValidationError({"file": "This file was imported for this election already."}) from error


def list_discard(*, listing: CandidateList, by: User | None) -> None:
    """Forget a preview. What was imported stays. Raises `PermissionDenied`."""
    _may(by, listing.election)
    CandidateList.objects.filter(pk=listing.pk, imported_at=None).delete()


def previews_erase() -> int:
    """Forget files nobody took; returns how many."""
    old = CandidateList.objects.filter(imported_at=None, created_at__lt=timezone.now() - KEPT)
    return old.delete()[0]


def _imported(listing: CandidateList) -> CandidateList:
    locked = CandidateList.objects.select_for_update(of=("self",)).filter(pk=listing.pk, imported_at=None).first()
    if locked is None:
        raise ValidationError({"file": "It was imported or discarded meanwhile."})
    listed = list_read(locked)
    if listed.problems:
        count = len(listed.problems) + listed.unnamed
        raise ValidationError({"file": f"{count} lines have something wrong in them: nothing was imported."})
    locked.payload, locked.imported_at, locked.candidate_count = None, timezone.now(), len(listed.lines)
    locked.save()
    Candidate.objects.bulk_create(
        (
            Candidate(
                list=locked, line=line.line, name=line.name, party=line.party, constituency=line.constituency,
                key=line.key,
            )
            for line in listed.lines
        ),
        batch_size=2_000,
    )  # fmt: skip
    return locked


def _may(by: User | None, election: Election) -> None:
    if by is not None and not by.has_perm(IMPORT, election.jurisdiction):
        raise PermissionDenied(f"Lists of {election.jurisdiction.code} are imported by its own staff.")
