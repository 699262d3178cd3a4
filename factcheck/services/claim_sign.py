"""Give a claim signs by which content that repeats it is found, or take them away."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from accounts.audit import acting
from accounts.models import User
from factcheck.followers import claim_changed
from factcheck.models import Claim, ClaimSign, SignKind
from factcheck.pictures import PictureError, picture_read
from factcheck.similar import normalised

OPEN: Final = "factcheck.open_claim"
#: Of one claim.
MOST_PHRASES: Final = 20
MOST_PICTURES: Final = 20
#: Letters and digits of a phrase: shorter ones stand in too much that has nothing to do with it.
SHORTEST: Final = 8
LONGEST: Final = 200


@transaction.atomic
def claim_phrases_set(*, claim: Claim, by: User, phrases: Sequence[str]) -> int:
    """The key phrases of a claim, in place of its former ones; returns how many changed.

    Content holds a phrase that has its letters and digits in a row, whatever stands between its words. Raises
    `PermissionDenied`, and `ValidationError` for phrases that are too short, too long or too many.
    """
    _may(by, claim)
    wanted = _checked(phrases)
    known = {sign.value: sign for sign in claim.signs.filter(kind=SignKind.PHRASE)}
    gone = [sign for value, sign in known.items() if value not in wanted]
    new = [value for value in wanted if value not in known]
    now = timezone.now()
    with acting(by=by, reason="Key phrases of a claim"):
        for sign in gone:
            sign.delete()
        for value in new:
            ClaimSign.objects.create(claim=claim, kind=SignKind.PHRASE, value=value, added_by=by, added_at=now)
    if gone or new:
        claim_changed(claim)
    return len(gone) + len(new)


def _checked(phrases: Sequence[str]) -> list[str]:
    wanted = list(dict.fromkeys(" ".join(one.split()) for one in phrases if one.strip()))
    if len(wanted) > MOST_PHRASES:
        raise ValidationError({"phrases": f"A claim has at most {MOST_PHRASES} key phrases."})
    for one in wanted:
        if len(one) > LONGEST:
            raise ValidationError({"phrases": f"“{one[:40]}…” has more than {LONGEST} characters."})
        if len(normalised(one).replace(" ", "")) < SHORTEST:
            raise ValidationError(
                {"phrases": f"“{one}” has fewer than {SHORTEST} letters and digits: it would stand in too much."}
            )
    return wanted


@transaction.atomic
def claim_picture_add(*, claim: Claim, by: User, data: bytes) -> int:
    """Look for pictures like this one, and for this very file; the picture is not kept. Returns how many signs are new.

    Raises `PermissionDenied`, and `ValidationError` that says what is wrong with the file.
    """
    _may(by, claim)
    try:
        picture = picture_read(data)
    except PictureError as error:
        raise ValidationError({"picture": ValidationError(str(error), code=error.code)}) from error
    held = Claim.objects.select_for_update().get(pk=claim.pk).signs.filter(kind=SignKind.PICTURE).count()
    if held >= MOST_PICTURES:
        raise ValidationError({"picture": f"A claim has at most {MOST_PICTURES} pictures: take one away first."})
    new = 0
    with acting(by=by, reason="Picture of a claim"):
        for kind, value in ((SignKind.PICTURE, picture.phash), (SignKind.FILE, picture.sha256)):
            fields = {"added_by": by, "added_at": timezone.now()}
            _, is_new = ClaimSign.objects.get_or_create(claim=claim, kind=kind, value=value, defaults=fields)
            new += is_new
    if new:
        claim_changed(claim)
    return new


@transaction.atomic
def claim_sign_remove(*, sign: ClaimSign, by: User) -> None:
    """Look for it no more; what was found by it stays. Raises `PermissionDenied`."""
    _may(by, sign.claim)
    with acting(by=by, reason="Sign of a claim taken away"):
        ClaimSign.objects.filter(pk=sign.pk).delete()
    claim_changed(sign.claim)


def _may(by: User, claim: Claim) -> None:
    if not by.has_perm(OPEN, claim):
        raise PermissionDenied
