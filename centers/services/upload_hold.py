"""Keep a file until its sender has seen what it would do, and an hour at most."""

from __future__ import annotations

import datetime as dt
from typing import Final

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from centers.exchange.effects import FileError, Plan
from centers.exchange.rows import rows_plan
from centers.exchange.xliff_plan import xliff_plan
from centers.models import HeldUpload, Jurisdiction, UploadKind
from centers.services.proposal_submit import PROPOSE

#: How long a file is kept.
KEPT: Final = dt.timedelta(hours=1)
#: Files one person may have waiting; the oldest goes.
MOST_HELD: Final = 10


@transaction.atomic
def upload_hold(*, place: Jurisdiction, by: User, kind: str, name: str, content: bytes) -> HeldUpload:
    """Keep a file that can be read. Raises `PermissionDenied`, and `FileError` for one that cannot."""
    if not by.has_perm(PROPOSE, place):
        raise PermissionDenied(f"May not propose changes for {place.code}.")
    if not content:
        raise FileError("The file is empty.")
    plan_of(kind, content, place)
    uploads_forget()
    waiting = HeldUpload.objects.filter(user=by).order_by("-created_at").values_list("pk", flat=True)
    HeldUpload.objects.filter(pk__in=list(waiting[MOST_HELD - 1 :])).delete()
    return HeldUpload.objects.create(
        user=by, jurisdiction=place, kind=UploadKind(kind), name=name.replace("\0", "")[:200], content=content
    )


def plan_of(kind: str, content: bytes, place: Jurisdiction) -> Plan:
    """What a file would do now. Raises `FileError`."""
    if kind == UploadKind.XLIFF:
        return xliff_plan(content, place)
    return rows_plan(UploadKind(kind).value, content, place)


def uploads_forget() -> int:
    """Erase what nobody confirmed in time; answers how many."""
    return HeldUpload.objects.filter(created_at__lt=timezone.now() - KEPT).delete()[0]
