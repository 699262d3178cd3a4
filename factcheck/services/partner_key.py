"""Make, find and revoke the keys of partners' systems."""

from __future__ import annotations

from typing import Final

from django.core.exceptions import PermissionDenied
from django.utils import timezone

from accounts.audit import acting
from accounts.keys import key_draw, key_prefix, key_proves
from accounts.models import User
from factcheck.models import FactCheckPartner, PartnerKey

KEEP = "factcheck.keep_partner"
#: Other letters than platforms' keys have: one that went to the wrong address is recognised in a log.
_FAMILY: Final = "ecf"


def partner_key_create(*, partner: FactCheckPartner, by: User | None, name: str) -> str:
    """A new key for the partner's systems. It cannot be shown again. Raises `PermissionDenied`."""
    if by is not None and not by.has_perm(KEEP, partner):
        raise PermissionDenied
    drawn = key_draw(_FAMILY)
    with acting(by=by, reason="Key of a partner"):
        PartnerKey.objects.create(
            partner=partner, name=name, prefix=drawn.prefix, digest=drawn.digest, created_by=by
        )  # fmt: skip
    return drawn.raw


def partner_key_find(raw: str) -> PartnerKey | None:
    """The key, with its partner, if it is one of ours and not revoked."""
    prefix = key_prefix(raw, _FAMILY)
    if prefix is None:
        return None
    found = PartnerKey.objects.select_related("partner__organisation").filter(prefix=prefix, revoked_at=None).first()
    if found is None or not key_proves(raw, found.digest):
        return None
    return found


def partner_key_use(*, key: PartnerKey) -> None:
    """Note the day on which a key was used, once a day."""
    today = timezone.now().date()
    if key.last_used_on != today:
        PartnerKey.objects.filter(pk=key.pk).update(last_used_on=today)


def partner_key_revoke(*, key: PartnerKey, by: User | None) -> None:
    """From now on the key opens nothing. Revoking twice keeps the first date. Raises `PermissionDenied`."""
    if by is not None and not by.has_perm(KEEP, key.partner):
        raise PermissionDenied
    with acting(by=by, reason="Key of a partner"):
        PartnerKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=timezone.now())
